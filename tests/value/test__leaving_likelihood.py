"""The likelihood that BG/NBD, MBG/NBD and MBG/CNBD-k share: its curvature is the slope of its slope."""

import numpy as np
import pytest

from shuke.value._leaving_likelihood import Likelihood
from shuke.value.histories import read_histories

SEEN = read_histories(
    {
        "x": [0, 0, 1, 1, 2, 5, 9, 40],
        "t_x": [0, 0, 3, 30, 30.4, 33.0, 38.0, 20.0],
        "T": [38.9, 20, 30, 38.9, 31, 38.9, 38.9, 38.9],
        "customers": [60, 9, 7, 12, 5, 2, 1, 3],
    }
)


@pytest.mark.parametrize("at_first", [False, True])
@pytest.mark.parametrize("parameters", [(0.7, 1.3, 0.6, 4.0), (3.0, 0.2, 1.0, 1.5), (0.1, 20.0, 8.0, 0.3)])
def test_the_curvature_is_what_differences_of_the_slope_come_to(at_first, parameters):
    likelihood, at = Likelihood(SEEN, at_first=at_first), np.log(parameters)
    step = 1e-5 * np.eye(4)
    differences = np.array([(likelihood(at + one)[1] - likelihood(at - one)[1]) / 2e-5 for one in step])
    told = likelihood.curvature(at, likelihood(at)[1])
    assert told == pytest.approx(differences, rel=1e-6, abs=1e-8)
    assert told == pytest.approx(told.T, rel=1e-12)


def test_where_purchases_keep_a_beat_the_curvature_is_left_to_differences():
    likelihood = Likelihood(SEEN, 2)
    assert likelihood.curvature(np.zeros(4), np.zeros(4)) is None
