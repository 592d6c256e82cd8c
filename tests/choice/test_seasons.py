"""Seasons are used where they are, and only there."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from shuke.choice._seasons import season
from shuke.value import Calendar, DeclaredPeriod, candidate

SALES = Calendar((0.8, 0.7, 0.9, 1.0, 1.0, 1.1, 0.9, 0.9, 1.0, 1.1, 1.5, 1.4))
MODEL = candidate("bg_nbd")


def test_a_season_in_the_data_is_found_told_and_used(simulated):
    found = season(simulated(1500, 1100, calendar=SALES), MODEL, None)
    assert (found.used, found.why, found.source) == (True, "better", "estimated")
    assert found.error_with < 0.9 * found.error_without
    assert np.abs(np.log(np.array(found.calendar.monthly) / np.array(SALES.monthly))).mean() < 0.08
    assert found.clock is found.calendar
    assert found.origins == 8


def test_without_a_season_there_is_no_index(simulated):
    for seed in range(3):
        found = season(simulated(1200, 1100, seed=seed), MODEL, None)
        assert not found.used
        assert found.why in ("no_season", "no_better")
        assert found.clock is None


def test_less_than_two_years_show_no_season(simulated):
    assert season(simulated(100, 700), MODEL, None).why == "short_data"


def test_what_is_declared_is_held_against_the_past_like_anything_else(simulated):
    sample = simulated(1500, 700, calendar=SALES)
    right = season(sample, MODEL, SALES)
    assert (right.used, right.source) == (True, "declared")
    wrong = season(sample, MODEL, Calendar(tuple(reversed(SALES.months))))
    assert (wrong.used, wrong.why) == (False, "no_better")
    assert season(simulated(30, 40, mean_gap=1e9), MODEL, SALES).why == "not_tested"


def test_days_that_move_with_the_moon_are_declared_as_periods(simulated):
    festival = Calendar(periods=(
        DeclaredPeriod(date(2021, 2, 5), date(2021, 2, 25), 3.0),
        DeclaredPeriod(date(2022, 1, 25), date(2022, 2, 14), 3.0),
        DeclaredPeriod(date(2023, 1, 15), date(2023, 2, 4), 3.0),
    ))  # fmt: skip
    found = season(simulated(1500, 800, calendar=festival), MODEL, festival)
    assert found.used
    assert found.error_with < found.error_without


def test_without_a_model_nothing_is_tested(simulated):
    assert season(simulated(50, 800), None, None).why == "short_data"
    assert season(simulated(50, 800), None, SALES).why == "not_tested"
    assert pytest.approx(1.0) == float(np.mean(SALES.index(date(2021, 1, 1), 4 * 365 + 1)))
