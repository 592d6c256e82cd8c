"""What every chart comes out as: lines, marks and words on a sheet, and the same figures as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

Write = Callable[[float], str]


def plain(value: float) -> str:
    """A number as it is, with separators of thousands.

    >>> plain(12345.0), plain(0.25)
    ('12,345', '0.25')
    """
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}".rstrip("0")


def near(value: float) -> float | int:
    """A coordinate: to a tenth of a unit, and whole where it is whole.

    >>> near(12.04), near(3.14159)
    (12, 3.1)
    """
    rounded = round(value, 1)
    return int(rounded) if rounded == int(rounded) else rounded


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle; radius rounds its corners."""

    x: float
    y: float
    width: float
    height: float
    radius: float = 0
    look: str = "mark"
    kind: ClassVar[str] = "rect"


@dataclass(frozen=True, slots=True)
class Path:
    """A path in SVG's own notation."""

    d: str
    look: str = "mark"
    kind: ClassVar[str] = "path"


@dataclass(frozen=True, slots=True)
class Circle:
    """A disc."""

    x: float
    y: float
    radius: float
    look: str = "dot"
    kind: ClassVar[str] = "circle"


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands for a figure: shapes of one tone, a name that says the figure, and the rows it leads to."""

    shapes: Sequence[Rect | Path | Circle]
    tone: str = "tone-1"
    name: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line: grid, axis or guide."""

    x1: float
    y1: float
    x2: float
    y2: float
    look: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A text; anchor is start, middle or end, y its baseline."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    look: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """The chart's figures as a table. heads: written, or keys of the catalogue where nobody wrote them."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    written: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart laid out for one width; x and y in units of its viewBox, which are pixels at that width."""

    name: str
    width: float
    height: float
    rules: Sequence[Rule] = ()
    marks: Sequence[Mark] = ()
    words: Sequence[Word] = ()
    figures: Figures = field(default_factory=lambda: Figures((), ()))

    @property
    def linked(self) -> bool:
        """Whether any mark leads somewhere."""
        return any(mark.href for mark in self.marks)


def named(heads: Sequence[str], otherwise: Sequence[str], rows: Sequence[Sequence[str]]) -> Figures:
    """The table with the heads given, or with the catalogue's own."""
    return Figures(tuple(heads), tuple(rows), True) if heads else Figures(tuple(otherwise), tuple(rows))
