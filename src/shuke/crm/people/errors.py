"""What people's writes refuse."""

from __future__ import annotations

from shuke.kit.errors import ShukeError


class LastOwnerError(ShukeError):
    """The last owner can neither be shut out nor given another role: make somebody else an owner first."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)
