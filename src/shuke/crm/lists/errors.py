"""What can go wrong with lists."""

from __future__ import annotations

from shuke.kit.errors import InputError


class RefusedListing(InputError):  # noqa: N818  named as the sentence it makes
    """Who is put on a list needs a list there is, a reason, a first day that has come and a last day that has not."""
