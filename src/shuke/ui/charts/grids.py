"""Heat maps side by side, shaded alike: a third way to divide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shuke.ui.charts._drawing import Drawing, Mark, Word, named, near
from shuke.ui.charts._letters import shorten
from shuke.ui.charts.heat import Cell, HeatMap, figure_rows, laid, most_of, rest_rows, strips

_HEADING = 24
_BETWEEN = 22
_ABREAST = 250


@dataclass(frozen=True, slots=True)
class Grids:
    """How much falls where, by three ways to divide: a heat map for each part of the third.

    maps: their columns are the same, and each one's name stands above it. They stand abreast where each has room, else
    one below the other. The darkest cell is the fullest of all maps. rest: what falls into no cell, each a strip below.

    >>> cells = [[Cell(1, "1"), Cell(6, "6")]]
    >>> maps = [HeatMap(name, ["no", "yes"], ["size"], cells) for name in ("few", "many")]
    >>> [mark.name for mark in Grids("Where", maps).draw(600).marks][::3]
    ['few size no 1', 'many size yes 6']
    """

    name: str
    maps: Sequence[HeatMap]
    rest: Sequence[Cell] = ()

    def draw(self, width: float) -> Drawing:
        """The chart laid out for a width in pixels."""
        if not self.maps:
            return Drawing(self.name, width, 0)
        room = (width - _BETWEEN * (len(self.maps) - 1)) / len(self.maps)
        marks, words, height = self._abreast(room) if room >= _ABREAST else self._stacked(width)
        below_marks, below_words, more = strips(self.rest, height, width)
        first = self.maps[0]
        rows = [(f"{each.name} · {label}", *figures) for each in self.maps for label, *figures in figure_rows(each)]
        figures = named((first.corner, *first.columns) if first.corner else (), ("ui.chart.row", *first.columns),
                        [*rows, *rest_rows(self.rest, len(first.columns))])  # fmt: skip
        return Drawing(self.name, width, height + more, (), [*marks, *below_marks], [*words, *below_words], figures)

    def _abreast(self, room: float) -> tuple[list[Mark], list[Word], float]:
        marks: list[Mark] = []
        words: list[Word] = []
        height = 0.0
        for place, each in enumerate(self.maps):
            its_marks, its_words, its_height = self._placed(each, place * (room + _BETWEEN), 0, room)
            marks, words, height = marks + its_marks, words + its_words, max(height, its_height)
        return marks, words, height

    def _stacked(self, width: float) -> tuple[list[Mark], list[Word], float]:
        marks: list[Mark] = []
        words: list[Word] = []
        height = 0.0
        for place, each in enumerate(self.maps):
            top = height + (_BETWEEN if place else 0)
            its_marks, its_words, its_height = self._placed(each, 0, top, width)
            marks, words, height = marks + its_marks, words + its_words, top + its_height
        return marks, words, height

    def _placed(self, each: HeatMap, x: float, y: float, width: float) -> tuple[list[Mark], list[Word], float]:
        """One map below its heading, which begins the name of each of its marks."""
        most = max(most_of(one) for one in self.maps)
        marks, words, height = laid(each, x, y + _HEADING, width, most)
        heading = Word(near(x), near(y + 14), shorten(each.name, width), "start", "strong")
        return [replace(mark, name=f"{each.name} {mark.name}") for mark in marks], [heading, *words], height + _HEADING
