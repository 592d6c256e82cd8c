"""Lines over time: one or several, plain or with the area below them, with a band where the figure is not certain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shuke.ui.charts._drawing import (
    Circle,
    Drawing,
    Figures,
    Mark,
    Path,
    Rect,
    Rule,
    Word,
    Write,
    named,
    near,
    plain,
)
from shuke.ui.charts._letters import flow, measure, shorten, thinning
from shuke.ui.charts._scale import Scale, scale

_BELOW = 22
_DOTS_UP_TO = 40
_EDGE = 30
_TITLE = 16
_Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Series:
    """One line: a value for each label (None: a gap), where each point leads, and the band's ends, if it has one."""

    name: str
    values: Sequence[float | None]
    tone: str = "tone-1"
    hrefs: Sequence[str] = ()
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()


@dataclass(frozen=True, slots=True)
class Lines:
    """How figures went over time.

    filled: the area below the first line is filled. forecast_from: index of the first label that is a forecast, shown
    behind a dashed line with forecast_label. zero: the axis starts at zero. axis_title: what the labels below count.

    >>> drawing = Lines("Value", ["Jan", "Feb"], [Series("A", [1, 3])]).draw(300)
    >>> [mark.name for mark in drawing.marks][1:]
    ['Jan 1', 'Feb 3']
    """

    name: str
    labels: Sequence[str]
    series: Sequence[Series]
    write: Write = plain
    write_tick: Write | None = None
    filled: bool = False
    zero: bool = True
    forecast_from: int | None = None
    forecast_label: str = ""
    height: int = 220
    heads: Sequence[str] = ()
    axis_title: str = ""

    @property
    def floor(self) -> float:
        """Where the figures' lower end stands."""
        return self.height - _BELOW - (_TITLE if self.axis_title else 0)

    def draw(self, width: float) -> Drawing:
        """The chart laid out for a width in pixels."""
        if not self.labels or not any(value is not None for series in self.series for value in series.values):
            return Drawing(self.name, width, 0)
        return _draw(self, width)


def _draw(data: Lines, width: float) -> Drawing:
    legend = [series.name for series in data.series] if len(data.series) > 1 else []
    places, top = flow(legend, 34, width, 20)
    top += 10
    write = data.write_tick or data.write
    axis = scale(_all_values(data), data.floor, top, write, zero=data.zero or data.filled, many=4)
    left = max(measure(write(tick)) for tick in axis.ticks) + 8
    across = _across(len(data.labels), left + 6, width - max(8, min(measure(data.labels[-1]) / 2, _EDGE)))
    marks = [mark for index, one in enumerate(data.series) for mark in _line(data, index, one, axis, across)]
    marks += [mark for one in data.series for mark in _points(data, one, axis, across)]
    marks += [_swatch(index, one, *places[index]) for index, one in enumerate(data.series) if legend]
    rules = [Rule(near(left), near(axis.at(t)), width, near(axis.at(t)), "zero" if t == 0 else "") for t in axis.ticks]
    words = [Word(near(left - 8), near(axis.at(t) + 4), write(t), "end", "quiet") for t in axis.ticks]
    words += [Word(near(x + 20), near(y + 12), text) for text, (x, y) in zip(legend, places, strict=True)]
    words += _below(data, across, width)
    _forecast(data, across, top, rules, words)
    return Drawing(data.name, width, data.height, rules, marks, words, _figures(data))


def _all_values(data: Lines) -> Iterator[float]:
    for series in data.series:
        for value in (*series.values, *series.low, *series.high):
            if value is not None:
                yield value


def _across(count: int, left: float, right: float) -> list[float]:
    """The places of the labels; a single one stands in the middle."""
    if count == 1:
        return [(left + right) / 2]
    return [left + (right - left) * index / (count - 1) for index in range(count)]


def _line(data: Lines, index: int, series: Series, axis: Scale, across: Sequence[float]) -> list[Mark]:
    marks = []
    if series.low and series.high:
        marks.append(Mark((Path(_band(series, axis, across), "band"),), series.tone))
    runs = list(_runs(series.values, axis, across))
    if data.filled and index == 0:
        marks.append(Mark((Path("".join(_closed(run, axis.at(0)) for run in runs), "band"),), series.tone))
    stroke = "stroke" if index == 0 else f"stroke dash-{min(index + 1, 4)}"
    marks.append(Mark((Path("".join(_open(run) for run in runs), stroke),), series.tone))
    return marks


def _runs(values: Sequence[float | None], axis: Scale, across: Sequence[float]) -> Iterator[list[_Place]]:
    """The stretches of a line between its gaps."""
    run: list[_Place] = []
    for x, value in zip(across, values, strict=False):
        if value is not None:
            run.append((x, axis.at(value)))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _open(run: Sequence[_Place]) -> str:
    return "M" + "L".join(f"{near(x)} {near(y)}" for x, y in run)


def _closed(run: Sequence[_Place], floor: float) -> str:
    return f"{_open(run)}L{near(run[-1][0])} {near(floor)}L{near(run[0][0])} {near(floor)}Z"


def _band(series: Series, axis: Scale, across: Sequence[float]) -> str:
    both = [
        (x, axis.at(low), axis.at(high))
        for x, low, high in zip(across, series.low, series.high, strict=False)
        if low is not None and high is not None
    ]
    if not both:
        return ""
    return _open([(x, high) for x, _, high in both] + [(x, low) for x, low, _ in reversed(both)]) + "Z"


def _points(data: Lines, series: Series, axis: Scale, across: Sequence[float]) -> Iterator[Mark]:
    """The points with their figures: dots while there is room, else only where there is something to point at."""
    many = len(data.labels) > _DOTS_UP_TO
    several = len(data.series) > 1
    for index, (x, value) in enumerate(zip(across, series.values, strict=False)):
        if value is not None:
            name = " ".join(filter(None, (series.name if several else "", data.labels[index], data.write(value))))
            href = series.hrefs[index] if index < len(series.hrefs) else ""
            place = near(x), near(axis.at(value))
            shapes = (Circle(*place, 10, "hit"), Circle(*place, 3.5, "hit" if many else "dot"))
            yield Mark(shapes, series.tone, name, href)


def _swatch(index: int, series: Series, x: float, y: float) -> Mark:
    if index == 0:
        return Mark((Rect(near(x), near(y + 7), 14, 2),), series.tone)
    return Mark((Path(f"M{near(x)} {near(y + 8)}h14", f"stroke dash-{min(index + 1, 4)}"),), series.tone)


def _below(data: Lines, across: Sequence[float], width: float) -> Iterator[Word]:
    slot = (across[-1] - across[0]) / max(len(across) - 1, 1) or width
    every = thinning(data.labels, slot)
    for index in range(0, len(data.labels), every):
        half = measure(data.labels[index]) / 2
        x = min(max(across[index], half), width - half)
        yield Word(near(x), data.floor + 17, data.labels[index], "middle", "quiet")
    if data.axis_title:
        yield Word(near(width), data.height - 4, shorten(data.axis_title, width), "end", "quiet")


def _forecast(data: Lines, across: Sequence[float], top: float, rules: list[Rule], words: list[Word]) -> None:
    """The line between what was and what is expected, in the middle between their points."""
    start = data.forecast_from
    if start is None or not 0 < start < len(across):
        return
    x = near((across[start - 1] + across[start]) / 2)
    rules.append(Rule(x, near(top), x, data.floor, "guide"))
    room = across[-1] + 8 - x
    right = measure(data.forecast_label) + 6 <= room
    words.append(
        Word(x + 6 if right else x - 6, near(top + 10), data.forecast_label, "start" if right else "end", "quiet halo")
    )


def _figures(data: Lines) -> Figures:
    banded = [series for series in data.series if series.low and series.high]
    columns: list[Sequence[float | None]] = [series.values for series in data.series]
    for series in banded:
        columns += [series.low, series.high]
    rows = [(label, *(_cell(data, column, at) for column in columns)) for at, label in enumerate(data.labels)]
    names = ["ui.chart.label", *_column_names(data, banded)]
    return named(data.heads, names, rows)


def _column_names(data: Lines, banded: Sequence[Series]) -> list[str]:
    names = ["ui.chart.value"] if len(data.series) == 1 else [series.name for series in data.series]
    return names + ["ui.chart.low", "ui.chart.high"] * len(banded)


def _cell(data: Lines, column: Sequence[float | None], at: int) -> str:
    value = column[at] if at < len(column) else None
    return "—" if value is None else data.write(value)
