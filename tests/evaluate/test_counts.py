"""Counts against the distributions a model gives: flat where it is right, bent where it is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom, poisson

from shuke.evaluate import held_counts


class Poisson:
    def log_probability_of_purchases(self, histories, n, horizon):
        return poisson.logpmf(n, np.asarray(histories["x"]) * horizon)


class Spread:
    """Negative binomial of the same mean, and of shape 2."""

    def log_probability_of_purchases(self, histories, n, horizon):
        return nbinom.logpmf(n, 2, 2 / (2 + np.asarray(histories["x"]) * horizon))


def seen(x):
    return {"x": np.array(x, dtype=float), "t_x": np.ones(len(x)), "T": np.full(len(x), 2.0)}


def test_cumulated_chances_and_the_interval_are_those_by_hand():
    held = held_counts(Poisson(), seen([2.0]), [3], horizon=1)
    assert held.cumulated[0, :4] == pytest.approx(poisson.cdf([0, 1, 2, 3], 2))
    [half] = held.within([0.5])
    # a quarter lies below 1 and above 3: P(0) = 0.135, P(N <= 2) = 0.677, P(N <= 3) = 0.857
    assert half.implied == pytest.approx(poisson.cdf(3, 2) - poisson.cdf(0, 2))
    assert half.observed == 1.0


def test_pit_is_flat_for_the_right_model_and_bent_for_a_wrong_one():
    rng = np.random.default_rng(1)
    mean = rng.gamma(2, 3, 4000)
    right = held_counts(Poisson(), seen(mean), rng.poisson(mean), horizon=1)
    assert max(abs(share - 0.1) for share in right.randomised_pit().shares) < 0.02
    for one in right.within():
        assert one.observed == pytest.approx(one.implied, abs=0.02)
        assert one.implied >= one.level
    wide = rng.negative_binomial(2, 2 / (2 + mean))
    narrow = held_counts(Poisson(), seen(mean), wide, horizon=1)
    shares = narrow.randomised_pit().shares
    assert min(shares[0], shares[-1]) > 0.15
    assert narrow.within([0.9])[0].observed < 0.85
    assert held_counts(Spread(), seen(mean), wide, horizon=1).within([0.9])[0].observed > 0.88


def test_points_are_the_same_each_time_and_hang_on_the_seed():
    held = held_counts(Poisson(), seen([1.0, 2.0, 3.0] * 50), [0, 2, 5] * 50, horizon=1)
    assert held.randomised_pit() == held.randomised_pit()
    assert held.randomised_pit(seed=8) != held.randomised_pit()


def test_a_count_far_beyond_the_interval_is_still_placed():
    held = held_counts(Poisson(), seen([1.0]), [70], horizon=1)
    assert held.cumulated.shape[1] > 70
    assert held.randomised_pit().shares[-1] == 1.0
    assert held.within()[0].observed == 0.0


def test_without_customers_there_is_nothing_to_say():
    held = held_counts(Poisson(), seen([]), [], horizon=1)
    assert held.randomised_pit() is None
    assert held.within() == ()
