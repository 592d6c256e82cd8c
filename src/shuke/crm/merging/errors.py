"""What can go wrong when cards are merged."""

from __future__ import annotations

from shuke.kit.errors import InputError


class RefusedMerge(InputError):  # noqa: N818  named as the sentence it makes
    """These cards cannot be merged, or these parted again, and the message says why."""
