"""Migration: how many went from where to where between two dates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from shuke.kit.errors import InputError
from shuke.ui.charts._drawing import Drawing, Figures, Mark, Path, Rect, Word, Write, named, near, plain
from shuke.ui.charts._letters import measure, shorten, spread

_NODE = 12
_GAP = 10
_LINE = 15
_HEAD = 24
_LEAST = 2


@dataclass(frozen=True, slots=True)
class Node:
    """A place before or after: the code its flows name, its label, where it leads, its tone."""

    code: str
    label: str
    href: str = ""
    tone: str = "tone-1"


@dataclass(frozen=True, slots=True)
class Flow:
    """So many went from a place before (its code) to a place after."""

    source: str
    target: str
    count: float
    href: str = ""


@dataclass(frozen=True, slots=True)
class Sankey:
    """How customers moved between the places before and after, in the order given on both sides.

    before_title, after_title: what the sides are, such as two dates. Flows of nobody are left out. height: at least so
    high; more where labels need it.
    Errors: InputError for a flow whose code is no place, or a negative count.

    >>> places = [Node("A", "A"), Node("B", "B")]
    >>> drawing = Sankey("Moves", places, places, [Flow("A", "A", 3), Flow("A", "B", 1)]).draw(340)
    >>> [mark.name for mark in drawing.marks if "→" in mark.name]
    ['A → A 3', 'A → B 1']
    """

    name: str
    before: Sequence[Node]
    after: Sequence[Node]
    flows: Sequence[Flow]
    before_title: str = ""
    after_title: str = ""
    write: Write = plain
    height: int = 320
    heads: Sequence[str] = ()

    def draw(self, width: float) -> Drawing:
        """The chart laid out for a width in pixels."""
        _require_known(self)
        moved = [flow for flow in self.flows if flow.count > 0]
        if not moved:
            return Drawing(self.name, width, 0)
        return _draw(self, moved, width)


@dataclass(frozen=True, slots=True)
class _Side:
    """One side laid out: where it begins, and each node's count, top and height."""

    top: float
    nodes: Sequence[Node]
    counts: dict[str, float]
    tops: dict[str, float]
    heights: dict[str, float]


def _require_known(data: Sankey) -> None:
    places = {node.code for node in data.before}, {node.code for node in data.after}
    for flow in data.flows:
        if flow.source not in places[0] or flow.target not in places[1]:
            raise InputError(
                f"Flow {flow.source!r} → {flow.target!r} names no place: before has {sorted(places[0])}, "
                f"after has {sorted(places[1])}."
            )
        if flow.count < 0:
            raise InputError(f"Flow {flow.source!r} → {flow.target!r} has {flow.count}: give 0 or more.")


def _draw(data: Sankey, moved: Sequence[Flow], width: float) -> Drawing:
    top = _HEAD if data.before_title or data.after_title else 2
    left = _side(data.before, moved, lambda flow: flow.source, top, data.height)
    right = _side(data.after, moved, lambda flow: flow.target, top, data.height)
    room = min(max(_label_width(data, side) for side in (left, right)) + 8, width * 0.34)
    needed = max(round(_needed(data, side, room - 8)) for side in (left, right))
    if needed > data.height:
        return _draw(replace(data, height=needed), moved, width)
    start, end = room, width - room - _NODE
    marks = _bands(data, moved, left, right, start + _NODE, end)
    words = []
    for side, x, text_x, anchor in ((left, start, start - 8, "end"), (right, end, end + _NODE + 8, "start")):
        marks += _nodes(data, side, x)
        words += _labels(data, side, text_x, anchor, room - 8)
    titles = (
        Word(near(start + _NODE), 12, data.before_title, "end", "quiet"),
        Word(near(end), 12, data.after_title, "start", "quiet"),
    )
    words += [word for word in titles if word.text]
    return Drawing(data.name, width, data.height, (), marks, words, _figures(data, moved))


def _side(nodes: Sequence[Node], flows: Sequence[Flow], end: Callable[[Flow], str], top: float, height: float) -> _Side:
    """Nodes one under another, as high as their counts; the smallest still to be seen."""
    counts = {node.code: sum(flow.count for flow in flows if end(flow) == node.code) for node in nodes}
    shown = [node for node in nodes if counts[node.code] > 0]
    free = height - top - 2 - _GAP * (len(shown) - 1) - _LEAST * len(shown)
    unit = max(free, 0) / (sum(counts.values()) or 1)
    tops, heights, y = {}, {}, top
    for node in shown:
        heights[node.code] = _LEAST + counts[node.code] * unit
        tops[node.code] = y
        y += heights[node.code] + _GAP
    return _Side(top, shown, counts, tops, heights)


def _bands(data: Sankey, moved: Sequence[Flow], left: _Side, right: _Side, x1: float, x2: float) -> list[Mark]:
    """The flows, in the order of the places on both sides so that they cross as little as can be."""
    names = {node.code: node for node in left.nodes}, {node.code: node for node in right.nodes}
    order = {code: at for at, code in enumerate(names[0])}, {code: at for at, code in enumerate(names[1])}
    filled_left, filled_right = dict(left.tops), dict(right.tops)
    marks = []
    for flow in sorted(moved, key=lambda flow: (order[0][flow.source], order[1][flow.target])):
        source, target = names[0][flow.source], names[1][flow.target]
        thick_left = left.heights[flow.source] * flow.count / left.counts[flow.source]
        thick_right = right.heights[flow.target] * flow.count / right.counts[flow.target]
        y1, y2 = filled_left[flow.source], filled_right[flow.target]
        filled_left[flow.source] += thick_left
        filled_right[flow.target] += thick_right
        name = f"{source.label} → {target.label} {data.write(flow.count)}"
        shape = Path(_ribbon(x1, y1, max(thick_left, 0.6), x2, y2, max(thick_right, 0.6)), "flow")
        marks.append(Mark((shape,), source.tone, name, flow.href))
    return marks


def _ribbon(x1: float, y1: float, thick1: float, x2: float, y2: float, thick2: float) -> str:
    middle = near((x1 + x2) / 2)
    x1, x2 = near(x1), near(x2)
    return (
        f"M{x1} {near(y1)}C{middle} {near(y1)} {middle} {near(y2)} {x2} {near(y2)}"
        f"V{near(y2 + thick2)}C{middle} {near(y2 + thick2)} {middle} {near(y1 + thick1)} {x1} {near(y1 + thick1)}Z"
    )


def _nodes(data: Sankey, side: _Side, x: float) -> list[Mark]:
    return [
        Mark(
            (Rect(near(x), near(side.tops[node.code]), _NODE, near(side.heights[node.code]), 2),),
            node.tone,
            f"{node.label} {data.write(side.counts[node.code])}",
            node.href,
        )
        for node in side.nodes
    ]


def _needed(data: Sankey, side: _Side, room: float) -> float:
    """The height that the labels of a side take one under another."""
    return side.top + _step(data, side, room) * len(side.nodes)


def _step(data: Sankey, side: _Side, room: float) -> int:
    """From one label to the next: one line, or two where one is too short for any of them."""
    return _LINE * 2 + 2 if any(measure(_label(data, side, node)) > room for node in side.nodes) else _LINE


def _labels(data: Sankey, side: _Side, x: float, anchor: str, room: float) -> list[Word]:
    """Label and count of each node at its middle, moved apart where nodes are thin; two lines where one is too long."""
    step = _step(data, side, room)
    two = step > _LINE
    middles = [side.tops[node.code] + side.heights[node.code] / 2 for node in side.nodes]
    middles = spread(middles, step, side.top + step / 2 - 3, data.height - step / 2)
    words = []
    for node, y in zip(side.nodes, middles, strict=True):
        if two:
            words.append(Word(near(x), near(y - 3), shorten(node.label, room), anchor))
            words.append(Word(near(x), near(y + 11), data.write(side.counts[node.code]), anchor, "quiet"))
        else:
            words.append(Word(near(x), near(y + 4), _label(data, side, node), anchor))
    return words


def _label(data: Sankey, side: _Side, node: Node) -> str:
    return f"{node.label} {data.write(side.counts[node.code])}"


def _label_width(data: Sankey, side: _Side) -> float:
    return max((measure(_label(data, side, node)) for node in side.nodes), default=0.0)


def _figures(data: Sankey, moved: Sequence[Flow]) -> Figures:
    before = {node.code: node.label for node in data.before}
    after = {node.code: node.label for node in data.after}
    rows = [(before[flow.source], after[flow.target], data.write(flow.count)) for flow in moved]
    return named(data.heads, ("ui.chart.from", "ui.chart.to", "ui.chart.count"), rows)
