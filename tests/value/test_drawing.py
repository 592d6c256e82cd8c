"""Parameters drawn from around an estimate."""

from dataclasses import replace

import numpy as np
import pytest

from shuke.kit.errors import InputError
from shuke.value.covariates import CovariateEffects
from shuke.value.drawing import DrawnParameters, drawn_around, params_at, point_of, stratified
from shuke.value.histories import read_histories
from shuke.value.pareto_nbd import ParetoNBDParams

NAMES = ("r", "alpha", "s", "beta")
PLAIN = ParetoNBDParams(r=0.8, alpha=6.0, s=0.6, beta=15.0)
SPREAD = 0.02 * np.eye(6) + 0.01
MOVED = replace(
    PLAIN,
    effects=CovariateEffects(
        ("old", "far"),
        ("alpha", "beta"),
        ((0.7, 0.1), (-0.5, 0.0)),
        (0.5, 0.5),
        covariance=tuple(map(tuple, np.eye(8))),
    ),
)


def test_points_have_the_mean_and_the_covariance_asked_for():
    points = drawn_around(np.arange(6.0), SPREAD, np.random.default_rng(0), 4000)
    assert points.mean(axis=1) == pytest.approx(np.arange(6.0), abs=0.01)
    assert np.cov(points) == pytest.approx(SPREAD, abs=0.003)


def test_points_are_the_same_whatever_axes_the_processor_finds(monkeypatch):
    """Three of the four axes are known but for a rotation, and all but for their sign."""
    covariance, found = 0.02 * np.eye(4) + 0.01, np.linalg.eigh
    points = drawn_around(np.arange(4.0), covariance, np.random.default_rng(0), 50)
    turned = np.eye(4)
    turned[:2, :2] = [[0.6, 0.8], [-0.8, 0.6]]
    monkeypatch.setattr(np.linalg, "eigh", lambda rows: (found(rows)[0], -found(rows)[1] @ turned))
    assert drawn_around(np.arange(4.0), covariance, np.random.default_rng(0), 50) == pytest.approx(points)


def test_without_a_covariance_all_points_are_the_estimate():
    assert np.ptp(drawn_around(np.arange(3.0), None, np.random.default_rng(0), 50), axis=1).tolist() == [0, 0, 0]


def test_one_number_comes_from_each_part():
    numbers = stratified(np.random.default_rng(0), 40, 2)
    assert (np.sort(np.floor(numbers * 40), axis=1) == np.arange(40)).all()


@pytest.mark.parametrize("params", [PLAIN, MOVED])
def test_a_point_is_the_params_and_back(params):
    again = params_at(params, NAMES, point_of(params, NAMES))
    assert np.allclose(point_of(again, NAMES), point_of(params, NAMES))
    assert (again.effects is None) == (params.effects is None)


def test_covariates_move_the_parameters_as_fader_and_hardie_have_it():
    """alpha and beta are scales of time: alpha exp(-gamma'z)."""
    table = {"x": [1], "t_x": [2], "T": [9], "old": [1.0], "far": [2.0]}
    seen = read_histories(table, covariates=("old", "far"))
    drawn = DrawnParameters(MOVED, NAMES, np.random.default_rng(0), 50)
    known = drawn.estimate(seen)
    assert known["alpha"] == pytest.approx(6 * np.exp(-0.9))
    assert known["beta"] == pytest.approx(15 * np.exp(0.5))
    assert (known["r"], known["s"]) == pytest.approx((0.8, 0.6))
    assert len(set(drawn.drawn(seen)["alpha"])) == 50


def test_histories_without_the_covariates_are_refused():
    drawn = DrawnParameters(MOVED, NAMES, np.random.default_rng(0), 50)
    with pytest.raises(InputError, match="covariates"):
        drawn.estimate(read_histories({"x": [1], "t_x": [2], "T": [9]}))
