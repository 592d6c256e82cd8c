"""The figures behind the charts of the Overview."""

from __future__ import annotations

from typing import Any

import pytest

from shuke.insight.inputs import inputs

FIGURES: dict[str, Any] = {
    "totals": {"customers": 6},
    "tiers": [
        {"code": "A", "customers": 2, "current_value_minor": 90_000},
        {"code": "B", "customers": 4, "current_value_minor": 10_050},
    ],
    "stages": [{"code": "stability", "customers": 5}, {"code": "former", "customers": 1}],
    "months": [{"month": "2024-01", "amount_minor": 1_000}, {"month": "2024-02", "amount_minor": 2_000}],
    "migration": [["A", "A", 1], ["B", "A", 1], ["A", "B", 2], [None, "B", 2], ["B", None, 3]],
}


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shuke.ui.language.active", lambda: "en")


def figures(found: tuple[tuple[str, str], ...]) -> list[str]:
    return [figure for _, figure in found]


def test_each_chart_says_the_figures_it_is_made_of() -> None:
    found = inputs(FIGURES, "CNY")
    assert figures(found["pyramid"]) == ["2", "4"]
    assert figures(found["value_by_tier"]) == ["CN¥900.00", "CN¥100.50"]
    assert figures(found["stages"]) == ["5", "1"]
    assert figures(found["months"]) == ["CN¥30.00"]
    assert figures(found["lorenz"]) == figures(found["matrix"]) == ["6", "CN¥1,000.50"]


def test_sales_are_summed_over_the_months_that_are_shown() -> None:
    months = [{"month": "2015-01", "amount_minor": 7_000_000}, *FIGURES["months"]]
    [(span, amount)] = inputs(FIGURES | {"months": months}, "CNY")["months"]
    assert (span.partition(", ")[2], amount) == ("2021-03 – 2024-02", "CN¥30.00")
    assert inputs(FIGURES | {"months": []}, "CNY")["months"] == ()


def test_migration_counts_who_rose_stayed_fell_came_and_went() -> None:
    assert figures(inputs(FIGURES, "CNY")["migration"]) == ["1", "1", "2", "2", "3"]


def test_moves_between_two_kinds_of_pyramid_are_neither_up_nor_down() -> None:
    moved = FIGURES | {"migration": [["high", "A", 4], ["A", "A", 1]]}
    assert figures(inputs(moved, "CNY")["migration"]) == ["0", "1", "0", "0", "0", "4"]


def test_a_first_run_has_no_moves() -> None:
    assert inputs(FIGURES | {"migration": []}, "CNY")["migration"] == ()
