"""Doubts about the chosen model: kept where customers surprise it, dropped where it is right."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta

import numpy as np
import pytest

from shuke.choice import choose
from shuke.choice._doubts import doubted
from shuke.choice._origins import looks
from shuke.choice._race import race
from shuke.value import AUTO, BGNBD, CANDIDATES, Sampled, Stacked, candidate, restored

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


def chosen_of(sample, asked=AUTO):
    back = sample.at(sample.as_of, 0).repeat_buyers
    return choose(sample, holdout_days=HOLDOUT_DAYS, horizon_days=HOLDOUT_DAYS, repeat_buyers=back, asked=asked)


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
