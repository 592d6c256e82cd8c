"""Bars, by hand."""

from __future__ import annotations

import pytest

from shuke.ui.charts import Bar, Bars, Drawing, Path, Rect


def shapes(drawing: Drawing) -> list[Rect]:
    return [shape for mark in drawing.marks for shape in mark.shapes if isinstance(shape, Rect)]


def test_bars_are_as_high_as_their_values() -> None:
    low, high = shapes(Bars("b", [Bar("A", 2), Bar("B", 4)], height=220).draw(340))
    # the axis runs from 0 at 198 to 4 at 18: 45 pixels a unit
    assert (low.y, low.height) == (108, 90)
    assert (high.y, high.height) == (18, 180)


def test_a_loss_hangs_below_the_zero_line() -> None:
    gain, loss = shapes(Bars("b", [Bar("A", 10), Bar("B", -10)]).draw(340))
    assert gain.y + gain.height == loss.y
    assert loss.height == gain.height


def test_bars_lie_down_where_their_labels_do_not_fit_side_by_side() -> None:
    drawing = Bars("b", [Bar("深圳市远航商贸有限公司", 4), Bar("B", 2)]).draw(200)
    first, second = shapes(drawing)
    assert first.x == second.x
    assert first.width == pytest.approx(2 * second.width, abs=0.2)


def test_a_lying_loss_points_the_other_way() -> None:
    gain, loss = shapes(Bars("b", [Bar("深圳市远航商贸有限公司", 4), Bar("B", -4)]).draw(200))
    assert loss.x + loss.width == pytest.approx(gain.x, abs=0.2)


def test_bars_over_time_stand_and_show_only_labels_that_fit() -> None:
    months = [f"2026-{month:02d}" for month in range(1, 13)]
    drawing = Bars("b", [Bar(month, 1) for month in months], over_time=True).draw(340)
    shown = [word.text for word in drawing.words if word.text in months]
    assert shown == months[::3]


def test_a_bar_says_its_figure_and_leads_to_its_rows() -> None:
    (mark,) = Bars("b", [Bar("A", 1200, "/customers/?tier=A", note="12%")]).draw(340).marks
    assert (mark.name, mark.href) == ("A 1,200 12%", "/customers/?tier=A")


def test_a_bar_without_a_value_says_so() -> None:
    (mark, _) = Bars("b", [Bar("A", None), Bar("B", 3)]).draw(340).marks
    assert mark.name == "A —"


def test_a_level_crosses_the_bars_where_its_value_is() -> None:
    drawing = Bars("b", [Bar("A", 2), Bar("B", 4)], height=220, level=3, level_label="usual").draw(340)
    (line,) = [s.d for mark in drawing.marks for s in mark.shapes if isinstance(s, Path)]
    # the axis runs from 0 at 198 to 4 at 30: 42 pixels a unit
    assert line.split(" ")[1] == "72H340"
    assert [word.text for word in drawing.words if word.look != "quiet" or word.text == "usual"] == ["usual"]


def test_a_level_above_all_bars_is_on_the_sheet() -> None:
    drawing = Bars("b", [Bar("A", 2)], height=220, level=9).draw(340)
    (line,) = [s.d for mark in drawing.marks for s in mark.shapes if isinstance(s, Path)]
    assert float(line.split(" ")[1].split("H")[0]) >= 30
