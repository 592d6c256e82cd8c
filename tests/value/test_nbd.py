"""Customers who never leave."""

import dataclasses
import json

import numpy as np
import pytest
from scipy.stats import nbinom

from shuke.kit.errors import InputError
from shuke.value import NBD, NBDParams

SEEN = {"x": [0, 2, 9], "t_x": [0, 30.0, 38.0], "T": [38.9, 38.9, 40.0]}


@pytest.fixture
def model():
    return NBD.from_params(NBDParams(r=0.5, alpha=10.0))


def test_a_history_says_of_the_rate_what_bayes_says(model):
    assert model.expected_purchases(SEEN, 20) == pytest.approx([0.5 / 48.9 * 20, 2.5 / 48.9 * 20, 9.5 / 50 * 20])
    assert model.expected_purchases_new(20) == pytest.approx(1.0)
    assert model.probability_alive(SEEN).tolist() == [1, 1, 1]
    assert model.expected_lifetime(SEEN, 20).tolist() == [20, 20, 20]


def test_counts_are_negative_binomial_and_finite_however_many(model):
    reach, counts = np.array([48.9, 48.9, 50.0]), np.array([0, 3, 1])
    expected = nbinom.logpmf(counts, [0.5, 2.5, 9.5], reach / (reach + 20))
    assert model.log_probability_of_purchases(SEEN, counts, 20) == pytest.approx(expected)
    assert np.isfinite(model.log_probability_of_purchases(SEEN, [5000, 0, 5000], 20)).all()
    assert model.probability_of_purchases(SEEN, 3, 20)[1] == pytest.approx(np.exp(expected[1]))


def test_later_purchases_count_less_and_half_have_bought_by_the_day_they_are_due(model):
    steady = model.expected_purchases(SEEN, 1)
    assert model.discounted_purchases(SEEN, 20, 0.01) == pytest.approx(steady * (1 - np.exp(-0.2)) / 0.01)
    assert model.discounted_purchases(SEEN, 20, 0) == pytest.approx(model.expected_purchases(SEEN, 20))
    assert model.residual_purchases(SEEN, 0.01) == pytest.approx(steady / 0.01)
    due = float(model.next_purchase_due(SEEN)[1])
    assert model.probability_of_purchases(SEEN, 0, due)[1] == pytest.approx(0.5)


def test_known_rates_are_found_again_whatever_the_unit_of_time():
    rng = np.random.default_rng(3)
    T = rng.integers(100, 400, 20_000).astype(float)
    x = rng.poisson(rng.gamma(0.8, 1 / 60, len(T)) * T).astype(float)
    days = NBD().fit({"x": x, "t_x": np.where(x > 0, T - 1, 0), "T": T}).params_
    weeks = NBD().fit({"x": x, "t_x": np.where(x > 0, T - 1, 0) / 7, "T": T / 7}).params_
    for found, true, error in zip((days.r, days.alpha), (0.8, 60), days.standard_errors, strict=True):
        assert abs(found - true) < 3 * error
    assert (weeks.r, weeks.alpha * 7) == pytest.approx((days.r, days.alpha), rel=1e-5)
    assert days.notes == ()
    json.dumps(dataclasses.asdict(days))


def test_odd_data_is_noted_and_answered():
    nobody = NBD().fit({"x": [0, 0], "t_x": [0, 0], "T": [10, 30]})
    assert nobody.params_.notes == ("no_repeat_purchases",)
    assert nobody.expected_purchases_new(40) == pytest.approx(0.5)
    alike = NBD().fit({"x": [4] * 200, "t_x": [90] * 200, "T": [100] * 200})
    assert "purchase_rates_alike" in alike.params_.notes
    assert alike.expected_purchases({"x": [0], "t_x": [0], "T": [100]}, 100)[0] == pytest.approx(4, rel=0.05)
    with pytest.raises(InputError, match="t_x"):
        NBD().fit({"x": [1], "T": [9]})
