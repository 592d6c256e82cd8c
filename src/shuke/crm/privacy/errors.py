"""What can go wrong with personal data."""

from __future__ import annotations

from shuke.kit.errors import InputError


class RefusedStatement(InputError):  # noqa: N818  named as the sentence it makes
    """A statement names a channel there is, a state, a source, a purpose and a day that is not to come."""


class RefusedErasure(InputError):  # noqa: N818
    """A customer cannot be erased so: already under way, or the reference names the customer."""
