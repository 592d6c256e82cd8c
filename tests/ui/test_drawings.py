"""Which sizes are drawn, and the heads of the table."""

from __future__ import annotations

import pytest
from django.utils.safestring import SafeString
from django.utils.translation import override

from shuke.kit.errors import InputError
from shuke.ui.charts import Bar, Bars, Lines, Series
from shuke.ui.drawings import Kept, drawings

BARS = Bars("b", [Bar("A", 1)])


@pytest.mark.parametrize(
    ("size", "drawn"), [("full", [1120, 760, 560, 340]), ("half", [760, 560, 340]), ("small", [340])]
)
def test_a_chart_is_drawn_for_its_size_and_narrower_ones(size: str, drawn: list[int]) -> None:
    assert [each.drawing.width for each in drawings(BARS, size).sized] == drawn


def test_an_unknown_size_is_refused() -> None:
    with pytest.raises(InputError, match="Unknown size of a chart 'huge': choose one of full, half, small"):
        drawings(BARS, "huge")


def test_heads_nobody_wrote_come_from_the_catalogue() -> None:
    with override("zh-hans"):
        assert drawings(BARS, "small").figures.heads == ["项目", "数值"]


def test_names_of_series_are_heads_as_they_are() -> None:
    data = Lines("l", ["Jan"], [Series("This year", [1]), Series("Last year", [2])])
    with override("en"):
        assert drawings(data, "small").figures.heads == ["Item", "This year", "Last year"]


def test_heads_that_were_given_are_kept() -> None:
    assert drawings(Bars("b", [Bar("A", 1)], heads=["Tier", "Customers"]), "small").figures.heads == [
        "Tier",
        "Customers",
    ]


def test_a_kept_chart_is_written_once_for_each_size() -> None:
    kept, asked = Kept(BARS), []

    def write(chart: object, size: str) -> SafeString:
        asked.append(size)
        return SafeString(f"{chart is BARS} {size}")

    assert [kept.written(size, write) for size in ("half", "small", "half")] == ["True half", "True small", "True half"]
    assert asked == ["half", "small"]
    assert kept.name == "b"
