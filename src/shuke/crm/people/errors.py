"""What people's writes refuse."""

from __future__ import annotations

from shuke.kit.errors import ShukeError


class LastOwnerError(ShukeError):
    """The last owner can neither be shut out nor given another role: make somebody else an owner first."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class BeyondOneselfError(ShukeError):
    """Nobody gives, takes or looks through rights beyond their own: ask an owner."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class RefusedRoleError(ShukeError):
    """A role cannot be changed or deleted so; `code` says why: built_in, in_use, code_taken."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The role is refused: {code}.")
        self.code = code


class RefusedTeamError(ShukeError):
    """A team cannot stand below itself, and one with teams below it cannot go; `code` says which: circle, not_empty."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The team is refused: {code}.")
        self.code = code


class RefusedFactorError(ShukeError):
    """A second factor did not prove itself: the code is wrong, used before, or the key does not fit."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class RefusedTokenError(ShukeError):
    """A token cannot be made so; `code` says why: name, scopes, days, many."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The token is refused: {code}.")
        self.code = code
