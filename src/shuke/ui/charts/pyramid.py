"""The pyramid of customers: few at the top, many at the base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shuke.ui.charts._drawing import Drawing, Figures, Mark, Path, Word, Write, named, near, plain
from shuke.ui.charts._letters import measure, shorten

_BAND = 52
_GAP = 3


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier, from the top down: its label, how many it has, their share, a note (its value), where it leads."""

    label: str
    count: float
    share: str = ""
    note: str = ""
    href: str = ""
    tone: str = "tone-1"


@dataclass(frozen=True, slots=True)
class Pyramid:
    """How many customers each tier has. The shape is the idea of few above many; the figures stand beside it.

    >>> drawing = Pyramid("Tiers", [Tier("A", 1, "1%"), Tier("D", 99, "99%")]).draw(340)
    >>> [mark.name for mark in drawing.marks]
    ['A 1 1%', 'D 99 99%']
    """

    name: str
    tiers: Sequence[Tier]
    write: Write = plain
    heads: Sequence[str] = ()

    def draw(self, width: float) -> Drawing:
        """The chart laid out for a width in pixels."""
        if not self.tiers:
            return Drawing(self.name, width, 0)
        height = _BAND * len(self.tiers)
        base = min(width * 0.46, height * 1.1)
        marks, words = [], []
        for index, tier in enumerate(self.tiers):
            marks.append(
                Mark((Path(_trapezoid(index, len(self.tiers), base)),), tier.tone, _name(self, tier), tier.href)
            )
            words += _words(self, tier, index, base, width)
        return Drawing(self.name, width, height, (), marks, words, _figures(self))


def _trapezoid(index: int, count: int, base: float) -> str:
    """A slice of the triangle, the topmost blunt so that it can be seen and clicked."""
    blunt = 0.12
    top, bottom = (base / 2 * (blunt + (1 - blunt) * part / count) for part in (index, index + 1))
    y, end, middle = index * _BAND, (index + 1) * _BAND - _GAP, base / 2
    bottom -= (bottom - top) * _GAP / _BAND
    upper = f"M{near(middle - top)} {y}L{near(middle + top)} {y}"
    return f"{upper}L{near(middle + bottom)} {end}L{near(middle - bottom)} {end}Z"


def _words(data: Pyramid, tier: Tier, index: int, base: float, width: float) -> list[Word]:
    """Beside the slice: label and count in the first line, share and note in the second."""
    x, y = near(base + 16), index * _BAND + _BAND / 2
    count = data.write(tier.count)
    room = width - x
    label = shorten(tier.label, room - measure(count) - 12)
    second = shorten(" · ".join(filter(None, (tier.share, tier.note))), room)
    first_y = near(y - 4 if second else y + 3)
    words = [
        Word(x, first_y, label, "start"),
        Word(near(width), first_y, count, "end", "strong"),
    ]
    return [*words, Word(x, near(y + 13), second, "start", "quiet")] if second else words


def _name(data: Pyramid, tier: Tier) -> str:
    return " ".join(filter(None, (tier.label, data.write(tier.count), tier.share, tier.note)))


def _figures(data: Pyramid) -> Figures:
    rows = [(tier.label, data.write(tier.count), tier.share, tier.note) for tier in data.tiers]
    kept = [0, 1] + [column for column in (2, 3) if any(row[column] for row in rows)]
    heads = ("ui.chart.label", "ui.chart.count", "ui.chart.share", "ui.chart.value")
    return named(data.heads, [heads[column] for column in kept], [[row[column] for column in kept] for row in rows])
