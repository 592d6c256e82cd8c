"""A scatter: two figures of each thing, and where it falls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shuke.ui.charts._drawing import Circle, Drawing, Figures, Mark, Rule, Word, Write, named, near, plain
from shuke.ui.charts._letters import measure, shorten
from shuke.ui.charts._scale import Scale, scale

_BELOW = 38
_TOP = 28


@dataclass(frozen=True, slots=True)
class Point:
    """One thing: its two figures, its label, where it leads, its tone; weight is its disc's area against others'."""

    x: float
    y: float
    label: str = ""
    href: str = ""
    tone: str = "tone-1"
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Scatter:
    """How two figures go together; with split_x and split_y, in which quarter each thing falls.

    quarters: what the quarters are called, from upper left to lower right as one reads. even: what the line is called
    on which both figures are the same; without it there is none.

    >>> drawing = Scatter("Value", [Point(1, 2, "A")], "now", "later").draw(340)
    >>> drawing.marks[0].name
    'A 1 2'
    """

    name: str
    points: Sequence[Point]
    x_title: str
    y_title: str
    write_x: Write = plain
    write_y: Write = plain
    split_x: float | None = None
    split_y: float | None = None
    quarters: Sequence[str] = ()
    height: int = 300
    even: str = ""

    def draw(self, width: float) -> Drawing:
        """The chart laid out for a width in pixels."""
        if not self.points:
            return Drawing(self.name, width, 0)
        down = scale(
            _with(self.split_y, (p.y for p in self.points)),
            self.height - _BELOW,
            _TOP,
            self.write_y,
            zero=False,
            many=4,
        )
        left = max(measure(self.write_y(tick)) for tick in down.ticks) + 10
        many = max(2, int((width - left) // 90))
        across = scale(
            _with(self.split_x, (p.x for p in self.points)), left, width - 14, self.write_x, zero=False, many=many
        )
        rules, words = _frame(self, across, down, width)
        heaviest = max(point.weight or 0 for point in self.points)
        marks = [_mark(self, point, across, down, heaviest) for point in self.points]
        return Drawing(self.name, width, self.height, rules, marks, words, _figures(self))


def _with(split: float | None, values: Iterator[float]) -> list[float]:
    return [*values, *([] if split is None else [split])]


def _frame(data: Scatter, across: Scale, down: Scale, width: float) -> tuple[list[Rule], list[Word]]:
    floor = data.height - _BELOW
    rules = [Rule(near(across.start), near(down.at(t)), width - 14, near(down.at(t))) for t in down.ticks]
    words = [Word(near(across.start - 8), near(down.at(t) + 4), data.write_y(t), "end", "quiet") for t in down.ticks]
    words += [_tick(data.write_x(t), across.at(t), width, floor + 16) for t in _apart(data, across)]
    words.append(Word(width - 14, floor + 33, shorten(data.x_title, width - across.start), "end", "quiet"))
    words.append(Word(0, 10, shorten(data.y_title, width), "start", "quiet"))
    _even(data, across, down, width, rules, words)
    if data.split_x is not None:
        rules.append(Rule(near(across.at(data.split_x)), _TOP, near(across.at(data.split_x)), floor, "guide"))
    if data.split_y is not None:
        y = near(down.at(data.split_y))
        rules.append(Rule(near(across.start), y, width - 14, y, "guide"))
    return rules, words + _quarters(data, across, floor, width)


def _even(data: Scatter, across: Scale, down: Scale, width: float, rules: list[Rule], words: list[Word]) -> None:
    """The line on which both are the same, as far as both axes go, and its name at the upper right."""
    low, high = max(across.low, down.low), min(across.high, down.high)
    if not data.even or low >= high:
        return
    rules.append(Rule(near(across.at(low)), near(down.at(low)), near(across.at(high)), near(down.at(high)), "guide"))
    text = shorten(data.even, width - measure(data.y_title) - 50)
    if text:
        start = near(width - measure(text))
        words.append(Word(start, 10, text, "start", "quiet"))
        rules.append(Rule(near(start - 28), 6, near(start - 6), 6, "guide"))


def _apart(data: Scatter, across: Scale) -> Sequence[float]:
    """The ticks whose labels keep out of each other's way."""
    widest = max(measure(data.write_x(tick)) for tick in across.ticks) + 8
    slot = abs(across.at(across.ticks[1]) - across.at(across.ticks[0])) if len(across.ticks) > 1 else widest
    return across.ticks[:: max(1, -int(-widest // slot))]


def _tick(text: str, x: float, width: float, y: float) -> Word:
    half = measure(text) / 2
    return Word(near(min(x, width - half)), y, text, "middle", "quiet")


def _quarters(data: Scatter, across: Scale, floor: float, width: float) -> list[Word]:
    if len(data.quarters) != 4 or data.split_x is None:
        return []
    split = across.at(data.split_x)
    rooms = split - across.start - 12, width - 14 - split - 12
    corners = [
        (across.start + 6, _TOP + 14, "start", rooms[0]),
        (width - 20, _TOP + 14, "end", rooms[1]),
        (across.start + 6, floor - 8, "start", rooms[0]),
        (width - 20, floor - 8, "end", rooms[1]),
    ]
    return [
        Word(near(x), near(y), shorten(text, room), anchor, "quiet halo")
        for text, (x, y, anchor, room) in zip(data.quarters, corners, strict=True)
    ]


def _mark(data: Scatter, point: Point, across: Scale, down: Scale, heaviest: float) -> Mark:
    radius = 5.0 if not point.weight or not heaviest else max(3.0, 18 * (point.weight / heaviest) ** 0.5)
    place = near(across.at(point.x)), near(down.at(point.y))
    name = " ".join(filter(None, (point.label, data.write_x(point.x), data.write_y(point.y))))
    return Mark(
        (Circle(*place, max(12, near(radius)), "hit"), Circle(*place, near(radius), "point")),
        point.tone,
        name,
        point.href,
    )


def _figures(data: Scatter) -> Figures:
    rows = [(point.label, data.write_x(point.x), data.write_y(point.y)) for point in data.points]
    return named((), ("ui.chart.label", data.x_title, data.y_title), rows)
