"""Bars: one figure a thing, or a figure over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shuke.ui.charts._drawing import Drawing, Figures, Mark, Path, Rect, Rule, Word, Write, named, near, plain
from shuke.ui.charts._letters import measure, shorten, thinning
from shuke.ui.charts._scale import Scale, scale

_LINE = 30
_BELOW = 22
_LOSS = 16
_LEVEL = 30
_HEADS = ("ui.chart.label", "ui.chart.value")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, its value (None: nothing known), where it leads, its tone, and a word beside the value."""

    label: str
    value: float | None
    href: str = ""
    tone: str = "tone-1"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bars:
    """How much each has.

    Bars stand upright; where their labels would not fit side by side, or one has a note, they lie down, the labels
    before them. over_time:
    the bars are steps (of time, of a share), so they always stand and every so many labels is shown. write: how values
    are written; write_tick: how the axis writes them. heads: the heads of the table of figures. level: a line across
    standing bars, what they are held against, and what it is called.

    >>> drawing = Bars("Customers", [Bar("A", 2), Bar("B", 4)]).draw(300)
    >>> [mark.name for mark in drawing.marks]
    ['A 2', 'B 4']
    """

    name: str
    bars: Sequence[Bar]
    write: Write = plain
    write_tick: Write | None = None
    over_time: bool = False
    height: int = 220
    heads: Sequence[str] = ()
    level: float | None = None
    level_label: str = ""

    def draw(self, width: float) -> Drawing:
        """The chart laid out for a width in pixels."""
        if not self.bars:
            return Drawing(self.name, width, 0)
        slot = (width - 50) / len(self.bars)
        fits = all(
            not bar.note and max(measure(bar.label), measure(_value(self, bar))) + 6 <= slot for bar in self.bars
        )
        return _upright(self, width) if fits or self.over_time else _lying(self, width)


def _value(data: Bars, bar: Bar) -> str:
    return "—" if bar.value is None else data.write(bar.value)


def _upright(data: Bars, width: float) -> Drawing:
    write = data.write_tick or data.write
    losses = any((bar.value or 0) < 0 for bar in data.bars)
    top, bottom = (18 if data.level is None else _LEVEL), data.height - _BELOW - (_LOSS if losses else 0)
    values = [data.level, *(bar.value for bar in data.bars)]
    axis = scale((value for value in values if value is not None), bottom, top, write, many=4)
    left = max(measure(write(tick)) for tick in axis.ticks) + 8
    slot = (width - left) / len(data.bars)
    every = thinning([bar.label for bar in data.bars], slot)
    # Values above bars that end near the level would stand in its way.
    said = data.level is None and all(measure(_value(data, bar)) + 4 <= slot for bar in data.bars)
    marks, words = [], []
    for index, bar in enumerate(data.bars):
        middle = left + slot * (index + 0.5)
        marks.append(_mark(data, bar, _standing(middle, slot, axis.at(bar.value or 0), axis.at(0))))
        if index % every == 0:
            words.append(_under(bar.label, middle, width, data.height - 6))
        if said:
            above = min(axis.at(bar.value or 0), axis.at(0)) if (bar.value or 0) >= 0 else axis.at(bar.value or 0) + 18
            words.append(Word(near(middle), near(above - 5), _value(data, bar), "middle", "strong"))
    rules = [Rule(near(left), near(axis.at(t)), width, near(axis.at(t)), "zero" if t == 0 else "") for t in axis.ticks]
    words += [Word(near(left - 8), near(axis.at(t) + 4), write(t), "end", "quiet") for t in axis.ticks]
    _level(data, axis, left, width, rules, marks, words)
    return Drawing(data.name, width, data.height, rules, marks, words, _figures(data))


def _level(
    data: Bars, axis: Scale, left: float, width: float, rules: list[Rule], marks: list[Mark], words: list[Word]
) -> None:
    """Drawn as a mark, since marks stand above the bars and rules below them; named above the chart."""
    if data.level is None:
        return
    y = near(axis.at(data.level))
    marks.append(Mark((Path(f"M{near(left)} {y}H{near(width)}", "stroke hair"),), "tone-6"))
    rules.append(Rule(near(left), 8, near(left + 22), 8, "guide"))
    words.append(Word(near(left + 28), 12, shorten(data.level_label, width - left - 28), "start", "quiet"))


def _standing(middle: float, slot: float, end: float, zero: float) -> Rect:
    thick = min(slot * 0.7, 56)
    return Rect(
        near(middle - thick / 2), near(min(end, zero)), near(thick), near(abs(end - zero)), 2 if thick > 6 else 0
    )


def _under(label: str, middle: float, width: float, y: float) -> Word:
    """A label under its bar, kept within the sheet."""
    half = measure(label) / 2
    return Word(near(min(middle, width - half)), y, label, "middle", "quiet")


def _lying(data: Bars, width: float) -> Drawing:
    label_room = min(max(measure(bar.label) for bar in data.bars), width * 0.38)
    beside = [_beside(data, bar) for bar in data.bars]
    value_room = min(max(measure(text) for text in beside) + 8, width * 0.4)
    low, high = label_room + 10, width - value_room
    if any((bar.value or 0) < 0 for bar in data.bars):
        low += value_room
    values = [bar.value or 0.0 for bar in data.bars]
    least, most = min(*values, 0.0), max(*values, 0.0)
    unit = (high - low) / ((most - least) or 1)
    zero = low - least * unit
    marks, words = [], []
    for index, bar in enumerate(data.bars):
        top, value = index * _LINE, bar.value or 0.0
        end = zero + value * unit
        marks.append(_mark(data, bar, Rect(near(min(end, zero)), top + 6, near(abs(end - zero)), _LINE - 12, 2)))
        words.append(Word(0, top + 19, shorten(bar.label, label_room), "start"))
        anchor, x = ("end", end - 6) if value < 0 else ("start", end + 6)
        words.append(Word(near(x), top + 19, beside[index], anchor, "strong"))
    height = _LINE * len(data.bars)
    return Drawing(
        data.name, width, height, [Rule(near(zero), 0, near(zero), height, "zero")], marks, words, _figures(data)
    )


def _beside(data: Bars, bar: Bar) -> str:
    return f"{_value(data, bar)} {bar.note}".strip()


def _mark(data: Bars, bar: Bar, shape: Rect) -> Mark:
    return Mark((shape,), bar.tone, f"{bar.label} {_beside(data, bar)}", bar.href)


def _figures(data: Bars) -> Figures:
    return named(data.heads, _HEADS, [(bar.label, _beside(data, bar)) for bar in data.bars])
