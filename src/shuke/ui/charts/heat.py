"""A heat map: two ways to divide, and how much falls into each cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shuke.ui.charts._drawing import Drawing, Figures, Mark, Rect, Word, named, near
from shuke.ui.charts._letters import measure, shorten, thinning

_STEPS = 6
_CELL = 44
_GAP = 3
_READABLE = 40


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: the value that colours it (None: nothing there), its text, a note below it, where it leads."""

    value: float | None
    text: str = ""
    note: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class HeatMap:
    """How much falls where: the darker, the more, and the figure stands in the cell.

    cells: one sequence for each row. corner: what the rows are, written above their labels. most: the value of the
    darkest cell; the largest there is where none is given.

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

    def draw(self, width: float) -> Drawing:
        """The chart laid out for a width in pixels."""
        if not self.columns or not self.rows:
            return Drawing(self.name, width, 0)
        left = min(max(measure(text) for text in (*self.rows, self.corner)) + 12, width * 0.3)
        slot = (width - left) / len(self.columns)
        most = self.most or max((cell.value or 0 for row in self.cells for cell in row), default=0)
        words = _edges(self, left, slot)
        marks = []
        for down, row in enumerate(self.cells):
            for across, cell in enumerate(row[: len(self.columns)]):
                x, y = left + across * slot, 24 + down * self.row_height
                step = _step(cell.value, most)
                shape = Rect(near(x), near(y), near(slot - _GAP), self.row_height - _GAP, 4)
                marks.append(Mark((shape,), f"heat-{step}", _name(self, down, across, cell), cell.href))
                words += _inside(cell, step, x + (slot - _GAP) / 2, y + (self.row_height - _GAP) / 2, slot - _GAP)
        return Drawing(self.name, width, 24 + self.row_height * len(self.rows), (), marks, words, _figures(self))


def _step(value: float | None, most: float) -> int:
    """The shade from 0, nothing, to 6, the most; what is there never looks like nothing."""
    if value is None or value <= 0 or most <= 0:
        return 0
    return min(_STEPS, max(1, round(value / most * _STEPS)))


def _edges(data: HeatMap, left: float, slot: float) -> list[Word]:
    words = [Word(0, 14, shorten(data.corner, left - 8), "start", "quiet")] if data.corner else []
    words += _heads(data, left, slot)
    for index, label in enumerate(data.rows):
        y = 24 + index * data.row_height + (data.row_height - _GAP) / 2 + 4
        words.append(Word(0, near(y), shorten(label, left - 8)))
    return words


def _heads(data: HeatMap, left: float, slot: float) -> list[Word]:
    """Columns' labels in their middle; where columns are too narrow, every so many, from the column's start on."""
    every = thinning(data.columns, slot)
    if every == 1 or slot >= _READABLE:
        middles = [left + slot * index + (slot - _GAP) / 2 for index in range(len(data.columns))]
        heads = [shorten(label, slot - 6) for label in data.columns]
        return [Word(near(x), 14, text, "middle", "quiet") for x, text in zip(middles, heads, strict=True)]
    right = left + slot * len(data.columns)
    starts = [(left + slot * index, data.columns[index]) for index in range(0, len(data.columns), every)]
    return [Word(near(x), 14, text, "start", "quiet") for x, text in starts if x + measure(text) <= right]


def _inside(cell: Cell, step: int, x: float, y: float, room: float) -> list[Word]:
    """The cell's text, and its note, as far as they fit."""
    if not cell.text or measure(cell.text) > room - 4:
        return []
    ink = "on-dark" if step >= 4 else "on-light"
    noted = bool(cell.note) and measure(cell.note) <= room - 4
    words = [Word(near(x), near(y - 2 if noted else y + 4), cell.text, "middle", f"strong {ink}")]
    return [*words, Word(near(x), near(y + 13), cell.note, "middle", ink)] if noted else words


def _name(data: HeatMap, down: int, across: int, cell: Cell) -> str:
    return " ".join(filter(None, (data.rows[down], data.columns[across], cell.text or "—", cell.note)))


def _figures(data: HeatMap) -> Figures:
    rows = [
        (label, *(" ".join(filter(None, (cell.text or "—", cell.note))) for cell in cells))
        for label, cells in zip(data.rows, data.cells, strict=False)
    ]
    return named((data.corner, *data.columns) if data.corner else (), ("ui.chart.row", *data.columns), rows)
