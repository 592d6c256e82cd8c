"""Concentration: which share of customers holds which share of value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shuke.ui.charts._drawing import Circle, Drawing, Mark, Path, Rule, Word, named, near
from shuke.ui.charts._letters import lines, shorten

_BELOW = 36
_LEFT = 44
_TOP = 28
_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Highlight:
    """A point of the curve worth a sentence: the shares, what it says, where it leads."""

    customers: float
    value: float
    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Lorenz:
    """Which share of customers holds which share of value; the further from the diagonal, the more unequal.

    points: (share of customers, share of value), both from 0 to 1 and rising. From the most valuable customer on the
    curve lies above the diagonal, from the least valuable on (Lorenz's own way) below it. Negative values may take the
    curve out of 0 … 1; what lies outside is drawn at the edge.

    >>> drawing = Lorenz("Value", [(0, 0), (0.5, 0.8), (1, 1)], "customers", "value").draw(340)
    >>> drawing.figures.rows[1]
    ('50%', '80%')
    """

    name: str
    points: Sequence[tuple[float, float]]
    customers_title: str
    value_title: str
    highlights: Sequence[Highlight] = ()
    diagonal: str = ""
    tone: str = "tone-1"

    def draw(self, width: float) -> Drawing:
        """The chart laid out for a width in pixels."""
        if not self.points:
            return Drawing(self.name, width, 0)
        sheet = _Sheet(width, min(width * 0.62, 300))
        curve = [sheet.at(*point) for point in ((0.0, 0.0), *self.points, (1.0, 1.0))]
        line = "M" + "L".join(f"{near(x)} {near(y)}" for x, y in curve)
        marks = [
            Mark((Path(f"{line}Z", "band"),), self.tone),
            Mark((Path(line, "stroke"),), self.tone),
            *(_highlight(self, one, sheet) for one in self.highlights),
        ]
        rules, words = _frame(self, sheet)
        words += [word for one in self.highlights for word in _beside(one, sheet)]
        rows = [(f"{customers:.0%}", f"{value:.0%}") for customers, value in self.points]
        figures = named((self.customers_title, self.value_title), (), rows)
        return Drawing(self.name, width, sheet.height, rules, marks, words, figures)


@dataclass(frozen=True, slots=True)
class _Sheet:
    width: float
    height: float

    def at(self, customers: float, value: float) -> tuple[float, float]:
        x = _LEFT + min(max(customers, 0), 1) * (self.width - _LEFT - 16)
        return x, self.height - _BELOW - min(max(value, 0), 1) * (self.height - _BELOW - _TOP)


def _frame(data: Lorenz, sheet: _Sheet) -> tuple[list[Rule], list[Word]]:
    rules, words = [], []
    for part in _QUARTERS:
        x, y = sheet.at(part, part)
        x0, y0 = sheet.at(0, 0)
        right, _ = sheet.at(1, 0)
        rules.append(Rule(near(x0), near(y), near(right), near(y), "zero" if part == 0 else ""))
        words.append(Word(near(x0 - 8), near(y + 4), f"{part:.0%}", "end", "quiet"))
        words.append(Word(near(x), near(y0 + 15), f"{part:.0%}", "middle", "quiet"))
    (x0, y0), (x1, y1) = sheet.at(0, 0), sheet.at(1, 1)
    rules.append(Rule(near(x0), near(y0), near(x1), near(y1), "guide"))
    words.append(Word(near(x1), near(y0 + 31), shorten(data.customers_title, x1 - x0), "end", "quiet"))
    words.append(Word(0, 10, shorten(data.value_title, sheet.width), "start", "quiet"))
    return rules, words


def _highlight(data: Lorenz, one: Highlight, sheet: _Sheet) -> Mark:
    x, y = sheet.at(one.customers, one.value)
    return Mark((Circle(near(x), near(y), 12, "hit"), Circle(near(x), near(y), 4.5)), data.tone, one.text, one.href)


def _beside(one: Highlight, sheet: _Sheet) -> list[Word]:
    """The sentence below its point, on the side with more room, in two lines where one is too short."""
    x, y = sheet.at(one.customers, one.value)
    right = sheet.width - x - 16 >= x - _LEFT
    room = sheet.width - x - 26 if right else x - _LEFT - 12
    x, anchor = (x + 10, "start") if right else (x - 10, "end")
    return [
        Word(near(x), near(y + 18 + 15 * line), text, anchor, "strong halo")
        for line, text in enumerate(lines(one.text, room))
    ]
