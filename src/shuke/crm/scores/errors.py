"""What can go wrong when scores are published or read."""

from __future__ import annotations

from shuke.kit.errors import InputError


class RefusedRun(InputError):  # noqa: N818  named as the sentence it makes
    """A run cannot be published as it is."""


class RefusedList(InputError):  # noqa: N818
    """An act on all customers of a list needs the list's address, whole."""
