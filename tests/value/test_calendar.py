"""Seasonal time: the sample's way and the summary's way agree, and nothing else of a history changes."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from shuke.kit.errors import InputError
from shuke.value import BGNBD, Calendar, Clock, DeclaredPeriod, read_calendar, read_histories, seasonal_index

SALES = Calendar((0.8, 0.7, 0.9, 1.0, 1.0, 1.1, 0.9, 0.9, 1.0, 1.1, 1.5, 1.4))
FESTIVAL = Calendar(periods=(DeclaredPeriod(date(2024, 2, 3), date(2024, 2, 16), 3.0),))
AS_OF = date(2024, 12, 31)


def test_a_year_has_as_many_seasonal_days_as_days():
    assert SALES.index(date(2021, 1, 1), 4 * 365 + 1).mean() == pytest.approx(1.0)
    assert Clock(SALES, AS_OF).ahead(365) == pytest.approx(365, abs=0.5)


def test_a_period_stands_in_place_of_its_month():
    index = FESTIVAL.index(date(2024, 2, 1), 20)
    assert index.tolist() == [1.0] * 2 + [3.0] * 14 + [1.0] * 4
    assert FESTIVAL.index(date(2024, 2, 10), 3).tolist() == [3.0] * 3
    assert FESTIVAL.index(date(2025, 2, 1), 20).tolist() == [1.0] * 20


@pytest.mark.parametrize("calendar", [SALES, FESTIVAL])
def test_times_told_from_the_first_day_and_back_from_today_are_the_same(calendar):
    first_day = date(2023, 3, 5)
    span = (AS_OF - first_day).days
    passed = calendar.elapsed(np.arange(span + 1), first_day)
    first, last = np.array([0, 10, 300]), np.array([400, 10, span])
    seen = {"x": [3, 0, 9], "t_x": last - first, "T": span - first}
    warped = Clock(calendar, AS_OF).histories(read_histories(seen))
    assert warped.T.tolist() == pytest.approx((passed[span] - passed[first]).tolist())
    assert warped.t_x.tolist() == pytest.approx((passed[last] - passed[first]).tolist())
    assert warped.x.tolist() == seen["x"]
    assert len(read_histories(warped)) == 3


def test_without_seasons_time_goes_on_as_it_is():
    clock, seen = Clock(Calendar(), AS_OF), read_histories({"x": [2], "t_x": [30], "T": [77]})
    assert clock.histories(seen).T.tolist() == pytest.approx([77])
    assert clock.ahead(91) == pytest.approx(91)
    assert clock.days(np.array([12.5, 400.0]), 365).tolist() == pytest.approx([12.5, 400])


def test_days_come_back_from_seasonal_ones():
    clock = Clock(SALES, date(2024, 9, 30))
    for days in (1, 45, 200):
        assert clock.days(np.array([clock.ahead(days)]), 365)[0] == pytest.approx(days)


def test_a_steady_buyer_of_a_seasonal_shop_is_steady_in_seasonal_time():
    rng, first_day = np.random.default_rng(4), date(2021, 1, 1)
    passed = SALES.elapsed(np.arange(1096), first_day)
    counts = []
    for _ in range(400):
        told = np.cumsum(rng.exponential(20, 80))
        days = np.unique(np.searchsorted(passed, told[told < passed[-1]]))
        counts.append(np.bincount((first_day.month - 1 + days // 30) % 12, minlength=12))
    by_place = np.sum(counts, axis=0)
    assert by_place.max() > 1.5 * by_place.min()
    model = BGNBD().fit({"x": [5] * 40, "t_x": [90] * 40, "T": [100] * 40})
    winter, summer = (Clock(SALES, day).ahead(60) for day in (date(2023, 10, 31), date(2023, 1, 1)))
    seen = {"x": [5], "t_x": [90], "T": [100]}
    more, less = (model.expected_purchases(seen, days)[0] for days in (winter, summer))
    assert more > 1.5 * less


def test_an_index_is_found_where_months_differ_and_nowhere_else():
    days, first_day = 1000, date(2021, 1, 1)
    index = SALES.index(first_day, days)
    rng, known = np.random.default_rng(8), np.linspace(100, 900, days)
    found = seasonal_index(rng.poisson(known / 40 * index).astype(float), known, first_day)
    assert np.abs(np.array(found.monthly) - np.array(SALES.monthly)).max() < 0.12
    assert seasonal_index(rng.poisson(known / 40).astype(float), known, first_day) is None
    assert seasonal_index(rng.poisson(known[:400] / 40).astype(float), known[:400], first_day) is None
    assert seasonal_index(np.zeros(0), np.zeros(0), first_day) is None
    assert seasonal_index(np.zeros(900), np.ones(900), first_day) is None


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ({"13": 1.1}, "neither a month"),
        ({"Christmas": 1.1}, "neither a month"),
        ({"2": 0.0}, "cannot be used"),
        ({"2": float("nan")}, "cannot be used"),
        ({"2025-02-04/2025-01-22": 1.6}, "swap the two days"),
    ],
)
def test_what_no_calendar_can_be_is_refused_with_the_cure(declared, told):
    with pytest.raises(InputError, match=told):
        read_calendar(declared)


def test_a_calendar_has_twelve_months_and_comes_back_from_json():
    with pytest.raises(InputError, match="give twelve"):
        Calendar((1.0,) * 11)
    assert read_calendar({}) is None
    assert read_calendar(SALES.declared) == SALES
    assert read_calendar(FESTIVAL.declared).periods == FESTIVAL.periods
