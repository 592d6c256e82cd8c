"""Paces of the young: used where past days ask for them, and not where a season or chance moves the forecasts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from shuke.choice import Ages, choose
from shuke.choice._ages import asked_on, contrasts
from shuke.choice._origins import look
from shuke.evaluate import Difference
from shuke.value import BGNBD, NAIVE, ByAge, Sampled, candidate, restored

FIRST_DAY = date(2020, 1, 1)
HOLDOUT_DAYS = 200


def trying(customers=900, days=1200, slow=0.35, for_days=150, good_year=1.0, seed=8):
    """Customers who join all the time and buy less at first: each of the first days counts ``slow``. In the last third
    of the days everybody buys ``good_year`` times as much."""
    rng = np.random.default_rng(seed)
    born = np.sort(rng.integers(0, days - 30, customers))
    rate = rng.gamma(1.2, 1 / 30, customers)
    day = np.arange(days)
    counts = np.where(day[None, :] - born[:, None] < for_days, slow, 1.0) * np.where(day >= 2 * days // 3, good_year, 1)
    bought = (rng.random((customers, days)) < 1 - np.exp(-rate[:, None] * counts)) & (day[None, :] > born[:, None])
    left = rng.geometric(1 / 900, customers)
    bought &= day[None, :] < (born + left)[:, None]
    bought[np.arange(customers), born] = True
    customer, on = np.nonzero(bought)
    as_of = FIRST_DAY + timedelta(days=days - 1)
    return Sampled(FIRST_DAY, as_of, customers, customers, customer, on, (customer, on, np.full(len(on), 1000.0)))


def chosen_of(sample, **told):
    back = sample.at(sample.as_of, 0).repeat_buyers
    return choose(sample, holdout_days=HOLDOUT_DAYS, horizon_days=HOLDOUT_DAYS, repeat_buyers=back, **told)


@pytest.fixture(scope="module")
def tried():
    return chosen_of(trying())


def test_the_young_who_buy_more_once_they_know_the_shop_get_a_faster_pace(tried):
    ages = tried.ages
    assert ages.used
    assert ages.difference.clear
    assert max(ages.paces[:3]) > 1.1
    assert isinstance(tried.model, ByAge)


def test_the_run_s_model_has_the_paces_and_foresees_the_young_better(tried):
    sample = trying()
    histories = sample.at(sample.as_of, 0).histories
    model = tried.fitted(histories)
    assert model.paces == tried.ages.paces
    young = histories["T"] < 182
    assert (
        model.expected_purchases(histories, 90)[young].sum()
        > model.model.expected_purchases(histories, 90)[young].sum()
    )
    again = restored(tried.chosen, candidate(tried.chosen).told(model))
    assert again.expected_purchases(histories, 90) == pytest.approx(model.expected_purchases(histories, 90))


def test_totals_and_marks_are_those_of_the_model_with_its_paces(tried):
    [own] = [one for one in tried.standings if one.code == tried.chosen]
    assert own.log_score > max(one.log_score for one in tried.standings if one is not own)
    at = tried.totals(horizon_days=HOLDOUT_DAYS, shares=()).at[-1]
    plain = (
        tried.model.model.expected_purchases(trying().at(at.day, HOLDOUT_DAYS).histories, HOLDOUT_DAYS)
        @ trying().at(at.day, HOLDOUT_DAYS).histories["customers"]
    )
    assert abs(at.forecast / at.actual - 1) < abs(plain / at.actual - 1)


def test_where_the_model_is_right_nobody_has_another_pace(simulated):
    choice = chosen_of(simulated(leaving=0.1, seed=5))
    assert not choice.ages.used
    assert not isinstance(choice.model, ByAge)


@pytest.mark.parametrize("asked", ["bg_nbd", NAIVE])
def test_a_model_that_was_asked_for_is_used_as_it_is(asked):
    choice = chosen_of(trying(), asked=asked)
    assert choice.ages == Ages()
    assert not isinstance(choice.model, ByAge)


def test_a_good_year_moves_no_pace():
    """Everybody buys half as much again after the day, young and old: the contrast is that of a usual year."""
    sample = trying(good_year=1.0), trying(good_year=1.5)
    day = FIRST_DAY + timedelta(days=799)
    model = BGNBD().fit(sample[0].at(day, 0).histories)
    usual, good = (contrasts(look(one, day, HOLDOUT_DAYS), model) for one in sample)
    known = np.isfinite(usual.log_ratio) & np.isfinite(good.log_ratio)
    assert known.sum() >= 3
    within = 3 * np.sqrt(usual.variance + good.variance)[known]
    assert (np.abs(good.log_ratio - usual.log_ratio)[known] < within).all()
    assert (np.abs(good.log_ratio - usual.log_ratio)[known] < np.log(1.5) / 2).all()


def test_who_may_have_come_before_the_data_begin_is_not_young():
    """Half are there when the data begin, and buy four times as often as who comes later: on early days they are not
    taken for the young, whatever their first purchase says."""
    sample = _with_regulars(trying(slow=1.0))
    day = FIRST_DAY + timedelta(days=150)
    model = BGNBD().fit(sample.at(day, 0).histories)
    blind, seeing = (
        contrasts(look(one, day, HOLDOUT_DAYS), model) for one in (sample, replace(sample, truncated_days=45))
    )
    assert seeing.log_ratio[2] < blind.log_ratio[2] or np.isnan(blind.log_ratio[2])
    assert seeing.log_ratio[1] < 0, "they buy less than a model that learned from regulars says"
    at = look(replace(sample, truncated_days=45), day, HOLDOUT_DAYS)
    assert asked_on(ByAge(model, (1, 1, 1, 1), 7), at).known_days == 150 - 45


def _with_regulars(sample, many=400):
    """The same, and as many who buy every week or so from the first month on."""
    rng = np.random.default_rng(2)
    born = rng.integers(0, 40, many)
    bought = rng.random((many, sample.span_days)) < 1 / 7
    bought &= np.arange(sample.span_days)[None, :] >= born[:, None]
    bought[np.arange(many), born] = True
    customer, day = np.nonzero(bought)
    customer = np.concatenate([sample.customer, customer + sample.customers])
    on, all_of = np.concatenate([sample.day, day]), sample.customers + many
    return Sampled(sample.first_day, sample.as_of, all_of, all_of, customer, on, (customer, on, np.full(len(on), 1.0)))


def test_ages_of_whom_too_few_purchases_were_seen_say_nothing():
    sample = trying(customers=40)
    day = FIRST_DAY + timedelta(days=799)
    found = contrasts(look(sample, day, 20), BGNBD().fit(sample.at(day, 0).histories))
    assert np.isnan(found.log_ratio).any()


def test_paces_are_used_only_where_they_foresaw_clearly_better():
    paces = (0.5, 1.0, 1.0, 1.0)
    assert Ages(paces, Difference(0.01, 0.002)).used
    assert not Ages(paces, Difference(0.01, 0.02)).used
    assert not Ages(paces, Difference(0.0005, 0.0001)).used, "too little to matter"
    assert not Ages(paces, None).used
    assert not Ages(difference=Difference(0.01, 0.002)).used, "no pace is another"
