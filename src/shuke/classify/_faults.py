"""All that is wrong with a definition, said at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shuke.kit.errors import InputError
from shuke.kit.text import say

_LONGEST = 300


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: its sentence (`definition.fault.<code>`), where it stands, and its figures."""

    code: str
    place: str
    figures: tuple[tuple[str, object], ...] = ()

    def __init__(self, code: str, place: str, **figures: object) -> None:
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "place", place)
        object.__setattr__(self, "figures", tuple(figures.items()))

    def told(self, language: str) -> str:
        """The fault in the language."""
        figures = {name: _short(value) for name, value in self.figures}
        return say(f"definition.fault.{self.code}", language, place=_short(self.place) or "—", **figures)


def _short(value: object) -> object:
    """A long value that came in by its beginning: it is known to who sent it."""
    text = str(value)
    return value if len(text) <= _LONGEST else text[:_LONGEST] + "…"


class DefinitionError(InputError):
    """A definition that cannot be used: it lists every fault, so that one look is enough to mend them all."""

    def __init__(self, code: str, faults: Sequence[Fault]) -> None:
        self.code, self.faults = code, tuple(faults)
        super().__init__(self.told("en"))

    def told(self, language: str) -> str:
        listed = " ".join(fault.told(language) for fault in self.faults)
        return say("definition.refused", language, code=self.code, faults=listed)
