"""A heat map: two ways to divide, and how much falls into each cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shuke.ui.charts._drawing import Drawing, Mark, Rect, Word, named, near
from shuke.ui.charts._letters import lines, measure, shorten, thinning

HEADS = 24
"""Pixels of the columns' labels."""
_STEPS = 6
_CELL = 44
_GAP = 3
_READABLE = 40
_LINE = 16
_BIG = 14
_ABOVE = 20
_PHONE = 420
_STRIP = 38
_TWO_NOTES = 58


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: the value that colours it (None: nothing there), its text, a note below it, where it leads.

    title: a name above the text, in two lines where one is too short. more: lines below the note.
    """

    value: float | None
    text: str = ""
    note: str = ""
    href: str = ""
    title: str = ""
    more: Sequence[str] = ()

    @property
    def told(self) -> str:
        """All that the cell says, in one line."""
        return " ".join(filter(None, (self.title, self.text or "—", self.note, *self.more)))

    @property
    def is_named(self) -> bool:
        """Whether it is more than a figure with a note, and so needs room for lines."""
        return bool(self.title or self.more)


@dataclass(frozen=True, slots=True)
class HeatMap:
    """How much falls where: the darker, the more, and the figure stands in the cell.

    cells: one sequence for each row. corner: what the rows are, written above their labels. most: the value of the
    darkest cell; the largest there is where none is given. rest: what falls into no cell, each a strip below. Rows
    grow as high as the lines of their cells; in rows 58 high or more a note may take two lines; on a phone cells with
    names have their row's label above them.

    >>> cells = [[Cell(1, "1"), Cell(6, "6")]]
    >>> [mark.tone for mark in HeatMap("Where", ["low", "high"], ["low"], cells).draw(300).marks]
    ['heat-1', 'heat-6']
    """

    name: str
    columns: Sequence[str]
    rows: Sequence[str]
    cells: Sequence[Sequence[Cell]]
    corner: str = ""
    most: float | None = None
    row_height: int = _CELL
    rest: Sequence[Cell] = ()

    def draw(self, width: float) -> Drawing:
        """The chart laid out for a width in pixels."""
        if not self.columns or not self.rows:
            return Drawing(self.name, width, 0)
        marks, words, height = laid(self, 0, 0, width, self.most or most_of(self))
        below_marks, below_words, more = strips(self.rest, height, width)
        figures = named((self.corner, *self.columns) if self.corner else (), ("ui.chart.row", *self.columns),
                        [*figure_rows(self), *rest_rows(self.rest, len(self.columns))])  # fmt: skip
        return Drawing(self.name, width, height + more, (), [*marks, *below_marks], [*words, *below_words], figures)


def most_of(data: HeatMap) -> float:
    """The value of the fullest cell."""
    return max((cell.value or 0 for row in data.cells for cell in row), default=0)


def laid(data: HeatMap, x: float, y: float, width: float, most: float) -> tuple[list[Mark], list[Word], float]:
    """The cells and labels, their corner at x and y, and how high they are."""
    above = width < _PHONE and any(cell.is_named for row in data.cells for cell in row)
    left = 0.0 if above else min(max(measure(text) for text in (*data.rows, data.corner)) + 12, width * 0.3)
    slot = (width - left) / len(data.columns)
    high = _row_height(data, slot - _GAP)
    step = high + (_ABOVE if above else 0)
    words = [Word(near(x), near(y + 14), shorten(data.corner, left - 8), "start", "quiet")] if data.corner and left \
        else []  # fmt: skip
    words += _heads(data, x + left, y + 14, slot)
    marks = []
    for down, row in enumerate(data.cells):
        top = y + HEADS + down * step + (_ABOVE if above else 0)
        words.append(_row_label(data.rows[down], x, top, high, left))
        for across, cell in enumerate(row[: len(data.columns)]):
            start, room = x + left + across * slot, slot - _GAP
            shade = _shade(cell.value, most)
            shape = Rect(near(start), near(top), near(room), high - _GAP, 4)
            marks.append(Mark((shape,), f"heat-{shade}", _name(data, down, across, cell), cell.href))
            words += _inside(cell, shade, start + room / 2, top + (high - _GAP) / 2, room, high)
    return marks, words, HEADS + step * len(data.rows)


def _row_label(label: str, x: float, top: float, high: float, left: float) -> Word:
    """Before its row, or above it where there is no room before."""
    if not left:
        return Word(near(x), near(top - 6), label, "start", "quiet")
    return Word(near(x), near(top + (high - _GAP) / 2 + 4), shorten(label, left - 8))


def _row_height(data: HeatMap, room: float) -> int:
    """As high as the cell with most lines asks for."""
    most = max((len(_lines(cell, room)) for row in data.cells for cell in row if cell.is_named), default=0)
    return max(data.row_height, _LINE * most + 16)


def _shade(value: float | None, most: float) -> int:
    """The shade from 0, nothing, to 6, the most; what is there never looks like nothing."""
    if value is None or value <= 0 or most <= 0:
        return 0
    return min(_STEPS, max(1, round(value / most * _STEPS)))


def _heads(data: HeatMap, left: float, y: float, slot: float) -> list[Word]:
    """Columns' labels in their middle; where columns are too narrow, every so many, from the column's start on."""
    every = thinning(data.columns, slot)
    if every == 1 or slot >= _READABLE:
        middles = [left + slot * index + (slot - _GAP) / 2 for index in range(len(data.columns))]
        heads = [shorten(label, slot - 6) for label in data.columns]
        return [Word(near(x), near(y), text, "middle", "quiet") for x, text in zip(middles, heads, strict=True)]
    right = left + slot * len(data.columns)
    starts = [(left + slot * index, data.columns[index]) for index in range(0, len(data.columns), every)]
    return [Word(near(x), near(y), text, "start", "quiet") for x, text in starts if x + measure(text) <= right]


def _lines(cell: Cell, room: float) -> list[tuple[str, str]]:
    """The lines of a cell with a name, each with its look; figures that do not fit are left out."""
    told = [(text, "") for text in lines(cell.title, room - 8)] if cell.title else []
    if measure(cell.text, _BIG) <= room - 4:
        told.append((cell.text or "—", "big"))
    return told + [(text, "") for text in (cell.note, *cell.more) if text and measure(text) <= room - 4]


def _inside(cell: Cell, shade: int, x: float, y: float, room: float, high: float) -> list[Word]:
    """The cell's text, and what stands above and below it, as far as they fit."""
    ink = "on-dark" if shade >= 4 else "on-light"
    if cell.is_named:
        told = _lines(cell, room)
        first = y - (len(told) - 1) * _LINE / 2 + 4
        return [Word(near(x), near(first + place * _LINE), text, "middle", f"{look} {ink}".strip())
                for place, (text, look) in enumerate(told)]  # fmt: skip
    if not cell.text or measure(cell.text) > room - 4:
        return []
    noted = _noted(cell.note, room - 4, 2 if high >= _TWO_NOTES else 1)
    first = y + 4 - 6 * bool(noted) - 7.5 * (len(noted) > 1)
    words = [Word(near(x), near(first), cell.text, "middle", f"strong {ink}")]
    return words + [Word(near(x), near(first + 15 * place), text, "middle", ink) for place, text in enumerate(noted, 1)]


def _noted(note: str, room: float, most: int) -> list[str]:
    """The note in so many lines, or nothing where they do not hold all of it or would break a word of letters."""
    told = lines(note, room) if note else []
    whole = "".join(told).replace(" ", "") == note.replace(" ", "")
    broken = len(told) > 1 and (note[len(told[0]) - 1] + note[len(told[0])]).isascii() and note[len(told[0])] != " "
    fits = whole and not broken and len(told) <= most and all(measure(line) <= room for line in told)
    return told if fits else []


def strips(cells: Sequence[Cell], top: float, width: float) -> tuple[list[Mark], list[Word], float]:
    """What falls into no cell, each across the whole width; and how high they are together."""
    marks, words = [], []
    for place, cell in enumerate(cells):
        y = top + 8 + place * _STRIP
        marks.append(Mark((Rect(0, near(y), near(width), _STRIP - _GAP, 4),), "heat-0", cell.told, cell.href))
        told = [part for part in (cell.title, cell.text or "—", cell.note, *cell.more) if part]
        while len(told) > 2 and measure("  ·  ".join(told)) > width - 24:
            told.pop()
        text = shorten("  ·  ".join(told), width - 24)
        words.append(Word(12, near(y + (_STRIP - _GAP) / 2 + 4), text, "start", "on-light"))
    return marks, words, 8 + _STRIP * len(cells) if cells else 0


def _name(data: HeatMap, down: int, across: int, cell: Cell) -> str:
    return " ".join((data.rows[down], data.columns[across], cell.told))


def figure_rows(data: HeatMap) -> list[tuple[str, ...]]:
    """The rows of the table of figures."""
    return [
        (label, *(cell.told for cell in cells)) for label, cells in zip(data.rows, data.cells, strict=False)
    ]  # fmt: skip


def rest_rows(cells: Sequence[Cell], columns: int) -> list[tuple[str, ...]]:
    """A row for each strip: its name, then its figures."""
    blank = ("",) * (columns - 1)
    return [(cell.title, " ".join(filter(None, (cell.text or "—", cell.note, *cell.more))), *blank) for cell in cells]
