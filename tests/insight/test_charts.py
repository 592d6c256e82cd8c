"""Charts over time: a month without a purchase is a month all the same."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shuke.insight import charts, slots


def _sold(*months: tuple[str, int]) -> dict[str, Any]:
    return {"months": [{"month": month, "amount_minor": minor, "customers": 1} for month, minor in months]}


@pytest.mark.django_db
def test_a_month_without_sales_stands_at_zero_between_its_neighbours() -> None:
    chart = charts.months(_sold(("2024-01", 500), ("2024-04", 700)), "CNY")
    assert list(chart.labels) == ["2024-01", "2024-02", "2024-03", "2024-04"]
    assert list(chart.series[0].values) == [500, 0, 0, 700]
    leads_to = [parse_qs(urlsplit(href).query)["last"] for href in chart.series[0].hrefs]
    assert leads_to == [[f"2024-{month}"] for month in ("01-01..2024-01-31", "02-01..2024-02-29", "03-01..2024-03-31",
                                                         "04-01..2024-04-30")]  # fmt: skip


@pytest.mark.django_db
def test_only_the_last_months_are_drawn_however_old_the_first() -> None:
    chart = charts.months(_sold(("1970-01", 1), ("2024-04", 700)), "CNY")
    assert len(chart.labels) == charts.MONTHS_SHOWN
    assert chart.labels[-1] == "2024-04"


def test_of_a_customer_who_left_long_ago_the_months_before_the_last_purchase_are_shown() -> None:
    shown = slots._shown({"2015-11": 1, "2016-02": 2}, today="2024-04")
    assert shown == ["2015-11", "2015-12", "2016-01", "2016-02"]
    assert slots._shown({"2024-02": 2}, today="2024-04") == ["2024-02", "2024-03", "2024-04"]
    assert slots._shown({}, today="2024-04") == []
