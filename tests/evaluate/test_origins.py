"""Models asked on several past days, compared customer by customer: by hand, and by simulation."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import poisson

from shuke.evaluate import Difference, Marks, difference, marked, mean_log_score
from shuke.kit.errors import InputError


class Poisson:
    """Foresees a Poisson count with the mean that stands in x, times a factor."""

    def __init__(self, factor=1.0):
        self.factor = factor

    def expected_purchases(self, histories, horizon):
        return self.factor * np.asarray(histories["x"]) * horizon

    def probability_of_purchases(self, histories, n, horizon):
        return poisson.pmf(n, self.expected_purchases(histories, horizon))

    def log_probability_of_purchases(self, histories, n, horizon):
        return poisson.logpmf(n, self.expected_purchases(histories, horizon))


def origin(x, purchases, customer):
    """One row a customer."""
    size = len(x)
    columns = {"x": x, "t_x": [1] * size, "T": [2] * size, "purchases": purchases, "customers": [1] * size}
    return SimpleNamespace(
        day=date(2024, 6, 30),
        histories={name: np.array(values, dtype=float) for name, values in columns.items()},
        customer=np.array(customer, dtype=np.int64),
        row=np.arange(size),
    )


def both(origins, factor):
    return [[marked("m", Poisson(each), one, horizon=1) for one in origins] for each in (1.0, factor)]


def test_marks_are_those_computed_by_hand():
    found = marked("m", Poisson(), origin([1, 2], [0, 3], [0, 1]), horizon=1)
    assert found.logs.tolist() == pytest.approx([-1, -2 + 3 * np.log(2) - np.log(6)])
    assert (found.total_forecast, found.total_actual, found.total_error_share) == (3.0, 3.0, 0.0)
    assert found.root_mean_squared_error == 1.0
    assert mean_log_score([found, found]) == pytest.approx(found.log_score)
    nothing = marked("m", Poisson(), origin([1], [0], [0]), horizon=1)
    assert nothing.total_error_share is None


def test_a_customer_at_several_origins_counts_once_for_the_error():
    once = origin([1, 1, 1], [0, 1, 3], [0, 1, 2])
    one, three = both([once], 2.0), both([once] * 3, 2.0)
    found, repeated = difference(*one), difference(*three)
    # by hand: log chances differ by 1 - n log 2
    gains = 1 - np.array([0, 1, 3]) * np.log(2)
    assert found.difference == pytest.approx(gains.mean())
    assert found.standard_error == pytest.approx(gains.std(ddof=1) / np.sqrt(3))
    assert (repeated.difference, repeated.standard_error) == (pytest.approx(found.difference), found.standard_error)


def test_customers_who_come_later_are_weighed_by_how_often_they_stand():
    first, second = origin([1], [0], [0]), origin([1, 1], [0, 2], [0, 1])
    found = difference(*both([first, second], 2.0))
    gains, times = np.array([2.0, 1 - 2 * np.log(2)]), np.array([2, 1])
    assert found.difference == pytest.approx(gains.sum() / 3)
    around = ((gains - times * gains.sum() / 3) ** 2).sum()
    assert found.standard_error == pytest.approx(np.sqrt(around * 2) / 3)


def test_the_error_is_as_wide_as_repeated_worlds_scatter():
    rng, found = np.random.default_rng(3), []
    for _ in range(200):
        rate = rng.gamma(2, 1, 60)
        origins = [origin(rate, rng.poisson(rate), np.arange(60)) for _ in range(3)]
        found.append(difference(*both(origins, 1.1)))
    scatter = np.std([one.difference for one in found])
    assert np.mean([one.standard_error for one in found]) == pytest.approx(scatter, rel=0.15)


def test_nobody_and_one_customer_have_no_error():
    nobody = origin([], [], [])
    assert difference(*both([nobody], 2.0)) is None
    assert mean_log_score([]) is None
    alone = difference(*both([origin([1], [0], [0])], 2.0))
    assert (alone.difference, alone.standard_error, alone.clear) == (1.0, None, False)


def test_clear_means_beyond_chance_and_above_zero():
    assert Difference(0.2, 0.1).clear
    assert not Difference(0.19, 0.1).clear
    assert not Difference(-0.9, 0.1).clear


def test_a_model_that_answers_with_no_numbers_is_refused():
    class Broken(Poisson):
        def expected_purchases(self, histories, horizon):
            return np.full(len(histories["x"]), np.nan)

    with pytest.raises(InputError, match="values that are no numbers"):
        marked("broken", Broken(), origin([1], [0], [0]), horizon=1)


def test_marks_keep_what_the_model_said():
    one = origin([1, 2], [0, 3], [0, 1])
    assert isinstance(marked("m", Poisson(), one, horizon=2), Marks)
    assert marked("m", Poisson(), one, horizon=2).forecast.tolist() == [2, 4]
