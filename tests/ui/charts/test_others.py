"""Pyramid, heat map, migration, concentration, scatter, sparkline: by hand."""

from __future__ import annotations

import re

import pytest

from shuke.kit.errors import InputError
from shuke.ui.charts import (
    Cell,
    Flow,
    Grids,
    HeatMap,
    Highlight,
    Lorenz,
    Node,
    Point,
    Pyramid,
    Rect,
    Sankey,
    Scatter,
    Tier,
    sparkline,
)

PLACES = [Node("A", "A"), Node("B", "B")]


def test_slices_of_a_pyramid_widen_from_the_top() -> None:
    drawing = Pyramid("p", [Tier("A", 1), Tier("B", 4), Tier("C", 15)]).draw(560)
    widths = []
    for mark in drawing.marks:
        left, right = (float(place.split(" ")[0]) for place in mark.shapes[0].d[1:].split("L")[:2])
        widths.append(right - left)
    assert widths == sorted(widths)
    assert widths[0] > 10, "the top can be clicked"


def test_a_pyramid_s_table_leaves_out_what_nobody_gave() -> None:
    figures = Pyramid("p", [Tier("A", 1, "1%")]).draw(340).figures
    assert (figures.heads, figures.rows) == (
        ("ui.chart.label", "ui.chart.count", "ui.chart.share"),
        (["A", "1", "1%"],),
    )


@pytest.mark.parametrize(("value", "shade"), [(None, 0), (0, 0), (-3, 0), (0.1, 1), (50, 3), (100, 6), (900, 6)])
def test_the_more_there_is_the_darker_the_cell(value: float | None, shade: int) -> None:
    (mark,) = HeatMap("h", ["x"], ["y"], [[Cell(value, "t")]], most=100).draw(340).marks
    assert mark.tone == f"heat-{shade}"


def test_a_cell_too_narrow_for_its_text_still_says_it() -> None:
    cells = [[Cell(1, "123,456", href="/x")] * 20]
    drawing = HeatMap("h", [str(at) for at in range(20)], ["y"], cells).draw(340)
    assert "123,456" not in {word.text for word in drawing.words}
    assert drawing.marks[0].name == "y 0 123,456"


TYPE = Cell(6, "1,234", href="/t", title="Value for money", more=["¥12K", "+3"])


def test_a_cell_says_its_name_count_value_and_change_and_leads_to_its_customers() -> None:
    drawing = HeatMap("h", ["x", "y"], ["r"], [[TYPE, Cell(1, "2")]]).draw(560)
    assert [mark.name for mark in drawing.marks] == ["r x Value for money 1,234 ¥12K +3", "r y 2"]
    assert drawing.marks[0].href == "/t"
    assert [word.text for word in drawing.words[3:7]] == ["Value for money", "1,234", "¥12K", "+3"]


@pytest.mark.parametrize(("height", "said"), [(44, ["9"]), (58, ["9", "重要价值", "客户"])])
def test_a_note_takes_two_lines_where_the_row_is_high_enough(height: int, said: list[str]) -> None:
    cells = [[Cell(9, "9", "重要价值客户")] * 5]
    drawing = HeatMap("h", list("12345"), ["近度"], cells, row_height=height).draw(320)
    assert [word.text for word in drawing.words[6 : 6 + len(said)]] == said
    assert len(drawing.words) == 6 + 5 * len(said)


@pytest.mark.parametrize(("note", "said"), [("Champions", []), ("About to sleep", ["About", "to sleep"])])
def test_a_note_is_broken_between_words_and_never_within_one(note: str, said: list[str]) -> None:
    cells = [[Cell(1, "165", note)] * 5]
    drawing = HeatMap("h", list("12345"), ["R 5"], cells, row_height=58).draw(320)
    assert [word.text for word in drawing.words if word.text in note and word.text][:2] == said


def test_on_a_phone_a_name_takes_two_lines_below_the_label_of_its_row() -> None:
    drawing = HeatMap("h", ["x", "y", "z"], ["row"], [[TYPE] * 3]).draw(270)
    said = [word.text for word in drawing.words]
    assert said[3:6] == ["row", "Value for", "money"]
    assert max(shape.x + shape.width for mark in drawing.marks for shape in mark.shapes) <= 270
    assert drawing.words[3].y < drawing.marks[0].shapes[0].y


def test_what_falls_into_no_cell_stands_below_and_darkens_none() -> None:
    rest = [Cell(900, "900", href="/rest", title="undetermined")]
    drawing = HeatMap("h", ["x"], ["y"], [[Cell(6, "6")]], rest=rest).draw(340)
    assert [(mark.tone, mark.name, mark.href) for mark in drawing.marks] == [
        ("heat-6", "y x 6", ""), ("heat-0", "undetermined 900", "/rest"),
    ]  # fmt: skip
    assert drawing.figures.rows[-1] == ("undetermined", "900")


@pytest.mark.parametrize(("width", "tops"), [(760, {48.0}), (340, {48.0, 162.0})])
def test_grids_stand_abreast_where_there_is_room_and_are_shaded_alike(width: float, tops: set[float]) -> None:
    maps = [HeatMap(name, ["x"], ["y"], [[Cell(value, str(value))]]) for name, value in (("a", 3), ("b", 6))]
    drawing = Grids("g", maps).draw(width)
    assert {mark.shapes[0].y for mark in drawing.marks} == tops
    assert [(mark.name, mark.tone) for mark in drawing.marks] == [("a y x 3", "heat-3"), ("b y x 6", "heat-6")]
    assert drawing.figures.rows == (("a · y", "3"), ("b · y", "6"))


def test_nodes_are_as_high_as_the_flows_through_them() -> None:
    flows = [Flow("A", "A", 3), Flow("A", "B", 1), Flow("B", "B", 4)]
    drawing = Sankey("s", PLACES, PLACES, flows, height=200).draw(340)
    nodes = [mark.shapes[0] for mark in drawing.marks if isinstance(mark.shapes[0], Rect)]
    # 200 − 2 above − 2 below − a gap of 10 − 2 × 2 least leaves 182 for 8: 22.75 each
    assert [node.height for node in nodes] == [93, 93, 70.2, 115.8]


def test_flows_fill_their_nodes_without_gap_or_overlap() -> None:
    flows = [Flow("A", "A", 3), Flow("A", "B", 1)]
    drawing = Sankey("s", PLACES, PLACES, flows, height=200).draw(340)
    bands = [mark.shapes[0].d for mark in drawing.marks if "→" in mark.name]
    starts = [float(band.split("C")[0].split(" ")[1]) for band in bands]
    ends = [float(re.search(r" ([\d.]+)Z$", band).group(1)) for band in bands]
    assert ends[0] == starts[1]


def test_a_flow_of_nobody_is_left_out() -> None:
    drawing = Sankey("s", PLACES, PLACES, [Flow("A", "A", 3), Flow("A", "B", 0)]).draw(340)
    assert [mark.name for mark in drawing.marks] == ["A → A 3", "A 3", "A 3"]


def test_a_flow_to_an_unknown_place_is_refused() -> None:
    with pytest.raises(InputError, match=r"'A' → 'Z' names no place: before has \['A', 'B'\]"):
        Sankey("s", PLACES, PLACES, [Flow("A", "Z", 1)]).draw(340)


def test_a_negative_flow_is_refused() -> None:
    with pytest.raises(InputError, match="has -1: give 0 or more"):
        Sankey("s", PLACES, PLACES, [Flow("A", "A", -1)]).draw(340)


def test_the_curve_runs_from_corner_to_corner_through_its_points() -> None:
    drawing = Lorenz("l", [(0.5, 0.9)], "customers", "value").draw(340)
    places = [tuple(map(float, place.split(" "))) for place in drawing.marks[1].shapes[0].d[1:].split("L")]
    (x0, y0), (x1, y1), (x2, y2) = places
    assert x1 == (x0 + x2) / 2
    assert y0 - y1 == pytest.approx(0.9 * (y0 - y2), abs=0.1)


def test_a_curve_that_leaves_the_sheet_is_held_at_its_edge() -> None:
    drawing = Lorenz("l", [(0.5, 1.2), (0.9, -0.3)], "customers", "value").draw(340)
    heights = [float(place.split(" ")[1]) for place in drawing.marks[1].shapes[0].d[1:].split("L")]
    assert min(heights) == heights[-1]
    assert max(heights) == heights[0]


def test_a_highlight_is_a_link_that_says_its_sentence() -> None:
    drawing = Lorenz("l", [(0.2, 0.8)], "c", "v", [Highlight(0.2, 0.8, "20% bring 80%", "/x")]).draw(340)
    assert [(mark.name, mark.href) for mark in drawing.marks if mark.href] == [("20% bring 80%", "/x")]


def test_the_line_of_equal_figures_goes_as_far_as_both_axes_do() -> None:
    points = [Point(0, 10, "low"), Point(20, 40, "high")]
    drawing = Scatter("s", points, "x", "y", even="x = y").draw(340)
    (line,) = [rule for rule in drawing.rules if rule.look == "guide" and rule.y1 != rule.y2]
    marks = {mark.name.split(" ")[0]: mark.shapes[1] for mark in drawing.marks}
    high, low = marks["high"], marks["low"]
    assert line.x2 == high.x  # at (20, 20): the axis of x ends there
    assert low.y > line.y2 > high.y
    assert line.y1 == low.y  # at (10, 10): the axis of y begins there
    assert "x = y" in [word.text for word in drawing.words]
    assert [rule for rule in Scatter("s", points, "x", "y").draw(340).rules if rule.look == "guide"] == []


def test_points_of_a_scatter_stand_where_their_figures_are() -> None:
    drawing = Scatter("s", [Point(0, 0, "low"), Point(10, 10, "high")], "x", "y", split_x=5, split_y=5).draw(340)
    low, high = (mark.shapes[1] for mark in drawing.marks)
    assert low.x < high.x
    assert low.y > high.y
    upright, level = (rule for rule in drawing.rules if rule.look == "guide")
    assert upright.x1 == pytest.approx((low.x + high.x) / 2, abs=0.1)
    assert level.y1 == pytest.approx((low.y + high.y) / 2, abs=0.1)


def test_a_disc_s_area_follows_its_weight() -> None:
    drawing = Scatter("s", [Point(1, 1, weight=4), Point(2, 2, weight=1)], "x", "y").draw(340)
    big, small = (mark.shapes[1].radius for mark in drawing.marks)
    assert (big / small) ** 2 == pytest.approx(4)


@pytest.mark.parametrize(
    ("values", "path"),
    [([0, 10], "M3 17L81 3"), ([5, 5], "M3 10L81 10"), ([7], "M3 10"), ([1, None, 3], "M3 17L81 3"), ([None], "")],
)
def test_a_sparkline_spans_its_cell(values: list[float | None], path: str) -> None:
    assert sparkline(values).d == path
