"""Totals and their intervals: they hold what came, also where the shop as a whole goes up and down."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from shuke.choice import choose
from shuke.collect import read_purchases
from shuke.value import Calendar, sampled, summarise

SALES = Calendar((0.8, 0.7, 0.9, 1.0, 1.0, 1.1, 0.9, 0.9, 1.0, 1.1, 1.5, 1.4))


def totals_of(sample, horizon_days=200, shares=(0.05, 0.15, 0.8), holdout_days=200):
    repeat_buyers = sample.at(sample.as_of, 0).repeat_buyers
    choice = choose(sample, holdout_days=holdout_days, horizon_days=1, repeat_buyers=repeat_buyers, asked="bg_nbd")
    return choice.totals(horizon_days=horizon_days, shares=shares)


def covered(totals):
    inside = [one.low <= one.actual <= one.high for one in totals.at]
    return sum(inside) / len(inside)


@pytest.mark.parametrize("seed", range(4))
def test_intervals_by_other_origins_hold_the_total_of_an_unsteady_shop(simulated, seed):
    totals = totals_of(simulated(500, 900, calendar=SALES, shock=0.15, seed=seed))
    assert len(totals.at) == 9
    assert covered(totals) >= 0.8


def test_intervals_by_other_origins_hold_the_totals_of_a_real_year_of_purchases(duckdb_engine):
    as_of = date(2017, 12, 31)
    facts = read_purchases("demo:complete-journey", engine=duckdb_engine).table
    summary = summarise(facts, as_of=as_of).table
    totals = totals_of(sampled(facts, summary, as_of=as_of), horizon_days=365, holdout_days=121)
    assert len(totals.at) == 9
    assert covered(totals) >= 0.8
    assert 1.02 < totals.money.high < 1.25


def test_a_sample_is_scaled_to_all_and_its_shares_are_not(simulated):
    part, whole = totals_of(simulated(of=6000)), totals_of(simulated())
    assert part.money.high == pytest.approx(whole.money.high)
    assert part.at[0].actual == pytest.approx(10 * whole.at[0].actual)
    assert part.at[0].customers == 10 * whole.at[0].customers
    assert part.at[0].low == pytest.approx(10 * whole.at[0].low)


def test_actual_totals_are_those_counted_by_hand(simulated):
    sample = simulated()
    one = totals_of(sample).at[4]
    here, until = (one.day - sample.first_day).days, (one.day - sample.first_day).days + 200
    first = np.flatnonzero(np.diff(sample.customer, prepend=-1))
    known = (sample.day[first] <= here)[sample.customer]
    inside = known & (sample.day > here) & (sample.day <= until)
    assert one.actual == inside.sum()
    assert one.spend_actual == pytest.approx(sample.money[2][inside].sum())


def test_a_longer_horizon_is_less_sure_and_every_group_less_sure_than_all(simulated):
    near, far = totals_of(simulated()), totals_of(simulated(), horizon_days=800)
    assert np.log(far.money.high) == pytest.approx(2 * np.log(near.money.high))
    assert len(near.groups) == 3
    assert near.groups[0].high > near.money.high


def test_too_few_origins_give_no_interval(simulated):
    totals = totals_of(simulated(days=60, mean_gap=5), holdout_days=45)
    assert 0 < len(totals.at) < 3
    assert totals.money is None
    assert totals.at[0].low is None
