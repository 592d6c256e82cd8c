"""The plain rule: everyone goes on as before."""

import dataclasses
import json

import numpy as np
import pytest
from scipy.stats import poisson

from shuke.kit.errors import InputError
from shuke.value.naive import NaiveRate

SEEN = {"x": [0, 4, 0, 9], "t_x": [0, 90, 0, 40], "T": [100, 100, 0, 45], "customers": [2, 1, 3, 1]}


@pytest.fixture
def model():
    return NaiveRate().fit(SEEN)


def test_rates_are_own_purchases_by_own_time_with_a_floor_and_a_pool(model):
    pooled = (4 + 9) / (200 + 100 + 45)
    assert model.rate(SEEN) == pytest.approx([0.5 / 100, 0.04, pooled, 0.2])
    assert model.params_.pooled_rate == pytest.approx(pooled)
    assert model.params_.longest_time == 100
    assert (model.params_.customers, model.params_.histories, model.params_.notes) == (7, 4, ())


def test_expectations_follow_from_the_rate(model):
    assert model.expected_purchases(SEEN, 50) == pytest.approx(model.rate(SEEN) * 50)
    assert model.expected_purchases_new(50) == pytest.approx(model.params_.pooled_rate * 50)
    assert model.probability_alive(SEEN).tolist() == [1, 1, 1, 1]
    counted = (1 - np.exp(-0.5)) / 0.01
    assert model.discounted_purchases(SEEN, 50, 0.01) == pytest.approx(model.rate(SEEN) * counted)
    assert model.discounted_purchases(SEEN, 50, 0) == pytest.approx(model.expected_purchases(SEEN, 50))
    assert model.residual_purchases(SEEN, 0.01) == pytest.approx(model.discounted_purchases(SEEN, 9999, 0.01))
    assert model.expected_lifetime(SEEN, 50).tolist() == [50] * 4


def test_chances_are_poisson_and_sum_to_one(model):
    chances = np.array([model.probability_of_purchases(SEEN, n, 50) for n in range(60)])
    assert chances.sum(axis=0) == pytest.approx(np.ones(4))
    assert chances[3] == pytest.approx(poisson.pmf(3, model.rate(SEEN) * 50))
    assert model.log_probability_of_purchases(SEEN, [0, 3, 1, 10], 50) == pytest.approx(
        poisson.logpmf([0, 3, 1, 10], model.rate(SEEN) * 50)
    )


def test_half_of_the_customers_are_back_by_the_day_they_are_due(model):
    due = model.next_purchase_due(SEEN)
    assert np.exp(-model.rate(SEEN) * due) == pytest.approx(np.full(4, 0.5))


@pytest.mark.parametrize(
    ("seen", "notes"),
    [
        ({"x": [0, 0], "t_x": [0, 0], "T": [10, 30]}, ("no_repeat_purchases",)),
        ({"x": [0], "t_x": [0], "T": [0]}, ("no_repeat_purchases", "no_time_observed")),
        ({"x": [], "t_x": [], "T": []}, ("no_repeat_purchases", "no_time_observed")),
    ],
)
def test_odd_data_is_noted_and_answers_stay_finite(seen, notes):
    model = NaiveRate().fit(seen)
    assert model.params_.notes == notes
    new = {"x": [0], "t_x": [0], "T": [0]}
    assert np.isfinite(model.log_probability_of_purchases(new, [5], 10)).all()
    assert (model.next_purchase_due(new) > 0).all()


def test_what_was_learned_is_ready_for_json_and_can_be_taken_up_again(model):
    told = json.dumps(dataclasses.asdict(model.params_), allow_nan=False)
    assert json.loads(told)["customers"] == 7
    again = NaiveRate.from_params(model.params_)
    assert np.array_equal(again.expected_purchases(SEEN, 9), model.expected_purchases(SEEN, 9))


def test_a_horizon_that_is_none_is_refused(model):
    with pytest.raises(InputError, match="Unexpected horizon=-1"):
        model.expected_purchases(SEEN, -1)
    with pytest.raises(InputError, match="Unexpected rate=-1"):
        model.discounted_purchases(SEEN, 1, -1)
