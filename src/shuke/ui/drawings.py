"""One chart, drawn for each width a reader may have: the style sheet shows the one that fits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from django.utils.safestring import SafeString

from shuke.kit.errors import InputError
from shuke.kit.text import say
from shuke.ui import language
from shuke.ui.charts import Drawing, Figures
from shuke.ui.patterns import inside, table_rows

WIDTHS = {"full": 1120, "wide": 760, "half": 560, "small": 340}
"""Pixels of each size: across the page, most of it, half of it, and a phone."""
_SHOWN = {"full": ("full", "wide", "half", "small"), "half": ("wide", "half", "small"), "small": ("small",)}


class Chart(Protocol):
    """Whatever can be drawn for a width."""

    def draw(self, width: float) -> Drawing:
        """The chart laid out."""
        ...


class NamedChart(Chart, Protocol):
    """A chart that says what it shows, as all of `shuke.ui.charts` do."""

    @property
    def name(self) -> str:
        """What it shows."""
        ...


@dataclass(frozen=True, slots=True)
class Sized:
    """A drawing and the size it is for."""

    size: str
    drawing: Drawing

    @property
    def inside(self) -> SafeString:
        """The drawing as SVG, without the frame around it."""
        return inside(self.drawing)


@dataclass(frozen=True, slots=True)
class Drawn:
    """All drawings of a chart, and its figures with heads in the reader's language."""

    name: str
    sized: tuple[Sized, ...]
    figures: Figures

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.sized[0].drawing.marks

    @property
    def rows(self) -> SafeString:
        """The table of figures, as rows."""
        return table_rows(self.figures.rows)


class Kept:
    """A chart that many readers will ask for: `{% chart %}` writes it once for each size and gives it again after.

    It is written in the language of whoever asks first, so keep one for each language.
    """

    def __init__(self, chart: NamedChart) -> None:
        self._chart = chart
        self._written: dict[str, SafeString] = {}

    @property
    def name(self) -> str:
        """What the chart shows."""
        return self._chart.name

    def written(self, size: str, write: Callable[[Chart, str], SafeString]) -> SafeString:
        """The chart in that size, as `write` writes it."""
        if size not in self._written:
            self._written[size] = write(self._chart, size)
        return self._written[size]


def drawings(data: Chart, size: str) -> Drawn:
    """Lay the chart out for the size given and the narrower ones.

    Errors: InputError for a size that is none of full, half, small.
    """
    if size not in _SHOWN:
        raise InputError(f"Unknown size of a chart {size!r}: choose one of {', '.join(_SHOWN)}.")
    sized = tuple(Sized(each, data.draw(WIDTHS[each])) for each in _SHOWN[size])
    drawn = sized[0].drawing
    return Drawn(drawn.name, sized, _with_heads(drawn.figures))


def _with_heads(figures: Figures) -> Figures:
    """Heads nobody wrote are keys of the catalogue, or names of series as they are."""
    tongue = language.active()
    heads = [head if figures.written or not head.startswith("ui.") else say(head, tongue) for head in figures.heads]
    return Figures(heads, figures.rows, written=True)
