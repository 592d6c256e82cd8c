"""The pictures that divide two or three ways: which label stands where, what its cell says, where it leads."""

from __future__ import annotations

from typing import Any

import pytest

from shuke.classify import REGISTRY
from shuke.insight import charts_of_classes as charts
from shuke.insight.grids_of_classes import counts_before, profit, signed
from shuke.ui.charts import Grids, HeatMap

UNDETERMINED = {"type": "undetermined", "quadrant": "undetermined", "satisfaction": "unknown"}


def told(code: str, moves: list[list[Any]] | None = None) -> dict[str, Any]:
    """A run that found one customer of the first label, two of the second, and so on, each worth a hundred."""
    labels = [
        {"code": label.code, "customers": count, "current_value_minor": count * 10_000, "clv_minor": None}
        for count, label in enumerate(REGISTRY[code].read(None).labels, 1)
    ]
    return {"classes": {code: {"labels": labels, "moves": moves or [], "definition": REGISTRY[code].default}}}


@pytest.mark.parametrize("code", UNDETERMINED)
def test_every_label_has_one_cell_that_leads_to_its_customers_and_the_unknown_stand_below(code: str) -> None:
    figures = told(code)
    marks = charts.picture(code, figures, "CNY").draw(560).marks
    labels = [row["code"] for row in figures["classes"][code]["labels"]]
    assert sorted(mark.href for mark in marks) == sorted(
        f"/customers/?{REGISTRY[code].listed_by}={one}" for one in labels
    )
    assert marks[-1].href.endswith(f"={UNDETERMINED[code]}")


def test_nine_types_stand_by_what_is_valued_and_where_one_looks() -> None:
    picture = charts.picture("type", told("type"), "CNY")
    assert isinstance(picture, HeatMap)
    places = [[cell.href.rpartition("=")[2] for cell in row] for row in picture.cells]
    assert places == [
        ["outdated", "pragmatic", "trendy"],
        ["calculating", "value_for_money", "far_sighted"],
        ["retro", "achieved", "perfectionist"],
    ]


def test_gold_stands_top_right_and_low_low_below_on_the_left() -> None:
    picture = charts.picture("quadrant", told("quadrant"), "CNY")
    assert isinstance(picture, HeatMap)
    assert [[cell.href.rpartition("=")[2] for cell in row] for row in picture.cells] == [["III", "IV"], ["I", "II"]]


def test_pillars_are_high_content_and_loyal_and_who_is_about_to_go_is_neither() -> None:
    picture = charts.picture("satisfaction", told("satisfaction"), "CNY")
    assert isinstance(picture, Grids)
    high, low = picture.maps
    assert [high.cells[0][1].href, high.cells[1][0].href] == [
        "/customers/?satisfaction=pillar", "/customers/?satisfaction=exposed",
    ]  # fmt: skip
    assert low.cells[0][1].href == "/customers/?satisfaction=friend"


def test_a_cell_says_how_many_what_they_are_worth_and_how_that_changed() -> None:
    moves = [["I", "I", 1], ["II", "I", 4], [None, "II", 1], ["IV", "IV", 4], ["III", "III", 3]]
    picture = charts.picture("quadrant", told("quadrant", moves), "CNY")
    assert isinstance(picture, HeatMap)
    cell = picture.cells[1][1]
    assert (cell.text, cell.value) == ("2", 2)
    assert cell.more[1] == "−2"
    assert picture.cells[0][1].more[1] not in ("+0", "−0", "0"), "no change is said in words"


def test_without_a_run_before_no_change_is_said() -> None:
    assert counts_before({"moves": []}) is None
    assert counts_before({"moves": [["A", "B", 2], ["A", None, 1], [None, "A", 5]]}) == {"A": 3}
    assert [signed(5, 3), signed(3, 5), signed(3, 3)] == ["+2", "−2", "0"]


def test_loyalty_says_of_each_kind_whether_it_is_real_those_first() -> None:
    names = [mark.name for mark in charts.picture("loyalty", told("loyalty"), "CNY").draw(560).marks]
    assert len(names) == len(REGISTRY["loyalty"].read(None).labels)
    hrefs = [mark.href.rpartition("=")[2] for mark in charts.picture("loyalty", told("loyalty"), "CNY").draw(560).marks]
    assert (hrefs[0], hrefs[1], hrefs[-1]) == ("super_value", "latent", "unknown")


def test_profit_is_darkest_where_most_is_made_and_a_loss_is_no_profit() -> None:
    rows = [
        {"rfm_f": 5, "rfm_m": 5, "customers": 2, "current_value_minor": 90_000},
        {"rfm_f": 1, "rfm_m": 1, "customers": 7, "current_value_minor": -500},
    ]
    tones = [mark.tone for mark in profit(rows, "CNY").draw(560).marks]
    assert (tones[4], tones[20]) == ("heat-6", "heat-0")
    assert profit(rows, "CNY").cells[2][2].text == "—"


def test_every_cell_of_rfm_and_of_profit_leads_to_its_own_customers() -> None:
    cells = profit([{"rfm_f": 5, "rfm_m": 2, "customers": 2, "current_value_minor": 90_000}], "CNY").cells
    assert (cells[0][1].href, cells[0][0].href) == ("/customers/?rfm_f=5&rfm_m=2", "")
    figures = {"classes": {"rfm": {"definition": REGISTRY["rfm"].default}, "rfm_grid": [[4, 3, 7, 100]]}}
    picture = charts.picture("rfm", figures, "CNY")
    assert isinstance(picture, HeatMap)
    assert (picture.cells[1][2].href, picture.cells[1][1].href) == ("/customers/?rfm_r=4&rfm_f=3", "")
