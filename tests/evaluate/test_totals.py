"""Intervals of totals by earlier errors: by hand, and held to new totals in simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import t

from shuke.evaluate import TotalInterval, log_error, total_interval


def test_the_interval_is_t_times_the_root_mean_square():
    errors = [0.03, -0.04, 0.05, 0.0]
    found = total_interval(errors, level=0.8)
    reach = t.ppf(0.9, 4) * math.sqrt(sum(error**2 for error in errors) / 4)
    assert (found.low, found.high) == (pytest.approx(math.exp(-reach)), pytest.approx(math.exp(reach)))
    assert (found.origins, found.level) == (4, 0.8)


def test_overlapping_origins_count_for_less_and_a_longer_look_is_less_sure():
    errors = [0.03, -0.04, 0.05, 0.0]
    plain = total_interval(errors)
    assert total_interval(errors, independent=2).high > plain.high
    assert math.log(total_interval(errors, stretch=4).high) == pytest.approx(2 * math.log(plain.high))
    assert total_interval(errors, stretch=0.5) == plain
    assert math.log(total_interval(errors, drift=-0.3).high) == pytest.approx(math.hypot(math.log(plain.high), 0.3))


def test_fewer_than_three_errors_say_nothing():
    assert total_interval([0.01, 0.02]) is None
    assert total_interval([0.0, 0.0, 0.0]).high > 1


def test_nine_new_totals_of_ten_lie_in_the_interval():
    rng = np.random.default_rng(5)
    inside = 0
    for _ in range(2000):
        found, new = total_interval(rng.normal(0, 0.1, 5).tolist()), float(np.exp(rng.normal(0, 0.1)))
        inside += found.low <= new <= found.high
    assert inside / 2000 == pytest.approx(0.9, abs=0.02)


def test_around_a_loss_the_interval_lies_the_other_way_round():
    assert TotalInterval(0.9, 1.2, 0.9, 5).around(-1000) == (-1200, -900)
    assert TotalInterval(0.9, 1.2, 0.9, 5).around(0) == (0, 0)


def test_an_error_needs_two_totals_above_nothing():
    assert log_error(110, 100) == pytest.approx(math.log(1.1))
    assert log_error(0, 100) is None
    assert log_error(100, 0) is None
