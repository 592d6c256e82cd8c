"""Doubts about the chosen model: kept where customers surprise it, dropped where it is right."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date, timedelta

import numpy as np
import pytest

from shuke.choice import choose
from shuke.choice._doubts import doubted
from shuke.choice._origins import looks
from shuke.choice._race import MATTERS, race
from shuke.evaluate import difference, marked
from shuke.value import (
    AUTO,
    BEAT,
    BGNBD,
    CANDIDATES,
    Calendar,
    MBGCNBDk,
    Sampled,
    Stacked,
    candidate,
    restored,
)

FIRST_DAY = date(2022, 1, 1)
HOLDOUT_DAYS = 150


def changeable(customers=500, days=600, seed=4):
    """Nobody leaves, but every 100 days each customer's pace is drawn anew: silent ones come back."""
    rng = np.random.default_rng(seed)
    pace = rng.gamma(0.4, 1 / 8, (customers, days // 100)).repeat(100, axis=1)
    bought = rng.random(pace.shape) < pace
    bought[np.arange(customers), rng.integers(0, 150, customers)] = True
    customer, day = np.nonzero(bought)
    as_of = FIRST_DAY + timedelta(days=days - 1)
    return Sampled(FIRST_DAY, as_of, customers, customers, customer, day, (customer, day, np.full(len(day), 1000.0)))


def chosen_of(sample, holdout_days=HOLDOUT_DAYS, **told):
    back = sample.at(sample.as_of, 0).repeat_buyers
    return choose(sample, holdout_days=holdout_days, horizon_days=holdout_days, repeat_buyers=back, **told)


@pytest.fixture(scope="module")
def surprised():
    return chosen_of(changeable())


def test_customers_who_change_put_weight_on_doubts_and_are_foreseen_better(surprised):
    doubts = surprised.doubts
    assert doubts.used
    assert sum(doubts.weights) == pytest.approx(1)
    assert doubts.difference.clear
    assert isinstance(surprised.model, Stacked)
    [own] = [one for one in surprised.standings if one.code == surprised.chosen]
    assert own.log_score > max(one.log_score for one in surprised.standings if one is not own)


def test_where_the_model_is_right_there_is_no_doubt(simulated):
    sample = simulated(leaving=0.1, seed=5)
    choice = chosen_of(sample)
    assert not choice.doubts.used
    assert not isinstance(choice.model, Stacked)


def test_the_run_s_model_has_the_doubts_and_is_restored_from_its_parameters(surprised):
    histories = changeable().at(FIRST_DAY + timedelta(days=599), 0).histories
    model = surprised.fitted(histories)
    assert model.params_.weights == surprised.doubts.weights
    told = candidate(surprised.chosen).told(model)
    assert told["stays_weight"] == surprised.doubts.weights[1]
    again = restored(surprised.chosen, told)
    assert again.expected_purchases(histories, 90) == pytest.approx(model.expected_purchases(histories, 90))
    errors = candidate(surprised.chosen).standard_errors(model)
    assert set(errors) <= set(candidate(surprised.chosen).parameters)


def test_a_model_that_was_asked_for_is_used_as_it_is():
    choice = chosen_of(changeable(), asked="bg_nbd")
    assert asdict(choice.doubts)["weights"] == (1.0, 0.0, 0.0)
    assert isinstance(choice.model, BGNBD)


def test_one_day_teaches_no_doubt():
    sample = changeable()
    [only] = looks(sample, [sample.as_of - timedelta(days=HOLDOUT_DAYS)], HOLDOUT_DAYS)
    [first, *_] = race([only], CANDIDATES[0].code)
    found, same = doubted(first, [only])
    assert (found.used, found.difference, same) == (False, None, first)


def two_kinds(simulated, k, **told):
    """One half of the customers keeps a beat (their waits are Erlang-k), the other buys at random."""
    told = {"leaving": 0.1, "mean_gap": 20, **told}
    return together(*(simulated(400, 900, k=each, seed=seed, **told) for each, seed in ((k, 1), (1, 2))))


def together(one, other):
    """The customers of two samples of as many days."""
    customer = np.concatenate((one.customer, other.customer + one.customers))
    day, many = np.concatenate((one.day, other.day)), one.customers + other.customers
    return Sampled(one.first_day, one.as_of, many, many, customer, day, (customer, day, np.full(len(day), 1000.0)))


def of_race(sample):
    """The days of a race, and who came in, by code."""
    seen = looks(sample, [sample.as_of - timedelta(days=back) for back in (450, 375, 300)], 300)
    return seen, {one.code: one for one in race(seen, AUTO)}


@pytest.fixture(scope="module")
def regular(simulated):
    return of_race(simulated(800, 900, leaving=0.1, k=3))


@pytest.fixture(scope="module")
def half_regular(simulated):
    return chosen_of(two_kinds(simulated, 4), holdout_days=300)


def test_customers_who_keep_a_beat_are_foreseen_better_by_a_model_of_chance_that_allows_for_it(regular):
    seen, came_in = regular
    plain, beat = came_in["bg_nbd"], came_in[BEAT]
    without, other = doubted(plain, seen)
    found, one = doubted(plain, seen, beat)
    assert without.beat_k is None
    assert (found.used, found.beat_k) == (True, 3)
    assert len(found.weights) == 4
    assert sum(found.weights) == pytest.approx(1)
    assert found.weights[3] > 0.5
    assert one.model.members[-1] is beat.model, "no fit of its own"
    gained = difference(one.marks, other.marks)
    assert gained.clear
    assert gained.difference > MATTERS


def test_a_beat_joins_where_the_other_doubts_alone_are_of_no_use(half_regular):
    doubts = half_regular.doubts
    assert half_regular.chosen not in (None, BEAT)
    assert doubts.used
    assert doubts.beat_k > 1
    assert doubts.weights[1:3] == (0, 0), "what is nothing is left out"
    assert doubts.difference.difference > MATTERS
    [own, *_] = [one for one in half_regular.standings if one.code == half_regular.chosen]
    assert own.log_score > max(one.log_score for one in half_regular.standings if one is not own)


def test_a_beat_joins_the_doubts_that_are_used_and_what_weighs_nothing_is_no_part(simulated):
    sample = together(simulated(500, 600, leaving=0.1, mean_gap=10, k=8, seed=3), changeable())
    choice = chosen_of(sample)
    own, stays, afresh, beat = choice.doubts.weights
    assert choice.doubts.beat_k > 1
    assert min(own, afresh, beat) > 0.001
    assert stays == 0
    assert len(choice.model.members) == len(choice.fitted(sample.at(sample.as_of, 0).histories).members) == 3
    assert set(candidate(choice.chosen).told(choice.model)) >= {"afresh_weight", "beat_weight", "beat_k", "pace"}


def test_where_customers_buy_at_random_no_beat_joins_and_the_doubts_are_as_without(simulated):
    seen, came_in = of_race(simulated(800, 900, leaving=0.1, seed=5))
    assert came_in[BEAT].model.params_.k == 1
    told = MBGCNBDk(2).fit(seen[0].seen.histories)
    beat = replace(
        came_in[BEAT], model=told, marks=tuple(marked(BEAT, told, at.seen, horizon=at.horizon) for at in seen)
    )
    for code in ("bg_nbd", "mbg_nbd"):
        without, with_beat = (doubted(came_in[code], seen, asked)[0] for asked in (None, beat))
        assert without == with_beat


def test_where_the_model_itself_is_one_of_a_beat_there_is_no_doubt_of_it(simulated):
    choice = chosen_of(simulated(800, 900, leaving=0.1, k=3), holdout_days=300)
    assert choice.chosen == BEAT
    assert choice.doubts.beat_k is None


def test_a_beat_is_fitted_on_all_customers_with_the_k_of_the_sample_and_restored(half_regular):
    histories = half_regular.sample.at(half_regular.sample.as_of, 0).histories
    plain = {name: histories[name] for name in ("x", "t_x", "T", "customers")}
    model, k = half_regular.fitted(plain), half_regular.doubts.beat_k
    assert [type(member) for member in model.members] == [type(candidate(half_regular.chosen).new()), MBGCNBDk]
    assert model.members[1].params_ == MBGCNBDk(k).fit(plain).params_
    told = candidate(half_regular.chosen).told(model)
    assert (told["beat_k"], told["beat_weight"]) == (k, half_regular.doubts.weights[3])
    again = restored(half_regular.chosen, json.loads(json.dumps(told)))
    assert again.expected_purchases(plain, 90) == pytest.approx(model.expected_purchases(plain, 90))
    assert again.next_purchase_due(plain) == pytest.approx(model.next_purchase_due(plain))


def test_all_that_is_asked_of_a_choice_is_answered_with_a_beat_in_it(half_regular):
    totals = half_regular.totals(horizon_days=300, shares=(0.2, 0.8))
    assert all(abs(one.forecast / one.actual - 1) < 0.25 for one in totals.at)
    assert sum(half_regular.trust().pit.shares) == pytest.approx(1)
    tested = half_regular.backtest.model(half_regular.chosen)
    [own] = [one for one in half_regular.standings if one.code == half_regular.chosen]
    assert tested.root_mean_squared_error == pytest.approx(own.root_mean_squared_error)


def test_by_a_declared_calendar_the_beat_counts_seasonal_days(simulated):
    calendar = Calendar((0.8, 0.8, 0.8, 0.9, 1.0, 1.0, 1.0, 1.0, 1.1, 1.2, 1.2, 1.2))
    choice = chosen_of(two_kinds(simulated, 6, calendar=calendar), holdout_days=300, declared=calendar)
    assert choice.season.used
    assert choice.doubts.beat_k == choice.model.params_.members[-1].k > 1
    plain = choice.verdict.entrant(choice.chosen).model
    assert choice.model.members[-1].params_ != plain.members[-1].params_
    assert all(abs(one.forecast / one.actual - 1) < 0.25 for one in choice.totals(horizon_days=300, shares=()).at)
