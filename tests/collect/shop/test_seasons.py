"""The calendar, and that purchases follow it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from shuke.collect.shop.seasons import (
    LAST,
    OPENED,
    lifts,
    lived,
    moment_of,
    next_offer,
    number_of,
    offers,
    stretches_of,
)


@pytest.mark.parametrize("trade", ["retail", "cars"])
def test_lived_time_and_its_way_back_agree(trade: str) -> None:
    moments = number_of(OPENED) + np.array([0.0, 0.25, 100.5, 2000.75])
    assert moment_of(trade, lived(trade, moments)) == pytest.approx(moments)


@pytest.mark.parametrize("trade", ["retail", "cars"])
def test_no_season_moves_a_day_by_more_than_a_fifth(trade: str) -> None:
    assert 0.79 < lifts(trade).min() < 0.81
    assert 1.19 < lifts(trade).max() < 1.21


def test_offers_stand_where_the_calendar_has_them() -> None:
    day = number_of(date(2023, 11, 11)) - number_of(OPENED)
    assert offers("retail")[day] == 0.25
    assert offers("retail")[day + 3] == 0.0
    wait, length = next_offer("retail")
    assert (wait[day - 14], length[day - 14]) == (4, 11)


def test_the_new_year_is_where_the_moon_has_it() -> None:
    quiet = [one for one in stretches_of(2024, "retail") if one.code == "new_year"]
    assert quiet[0].first < date(2024, 2, 10) < quiet[0].last


def test_purchases_follow_the_seasons(seen) -> None:
    days = np.unique(np.column_stack([seen.customers("purchases"), seen.days("purchases", "purchased_at")]), axis=0)
    shop_only = ~seen.column("truth", "buys_cars")
    counted = np.bincount(days[shop_only[days[:, 0]], 1] - number_of(OPENED))
    ratios = {"mid_year_618": [], "double_11": [], "new_year": []}
    for year in range(2020, LAST.year + 1):
        for one in stretches_of(year, "retail"):
            if one.code in ratios:
                first, last = number_of(one.first) - number_of(OPENED), number_of(one.last) - number_of(OPENED)
                # Far enough before that nobody waits for it yet, and after it.
                around = np.concatenate([counted[first - 49 : first - 28], counted[last + 15 : last + 36]])
                ratios[one.code].append(counted[first : last + 1].mean() / around.mean())
    # Some wait for an offer, which lifts its days further than the season does.
    assert 1.1 < np.mean(ratios["mid_year_618"]) < 1.6
    assert 1.1 < np.mean(ratios["double_11"]) < 1.7
    assert 0.7 < np.mean(ratios["new_year"]) < 0.92
    weekdays = np.bincount((np.arange(len(counted)) + OPENED.weekday()) % 7, weights=counted)
    assert weekdays.argmax() == 5
