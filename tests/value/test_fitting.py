"""The shared part of the fits: the best point, and how well it is known."""

import numpy as np
import pytest

from shuke.kit.errors import InputError
from shuke.value.fitting import Coordinates, checked, covariance, fit_logs, minimise, turned

BEND = np.array([[2.0, 0.6], [0.6, 1.0]])
BEST = np.array([0.3, -0.2])
WIDE = [(-5.0, 5.0), (-5.0, 5.0)]


def parabola(at):
    return float((at - BEST) @ BEND @ (at - BEST)) / 2 + 1, BEND @ (at - BEST)


def test_the_bottom_of_a_parabola_is_found_with_its_curvature():
    best = minimise(parabola, np.zeros(2), WIDE)
    assert best.converged
    assert not best.held.any()
    assert best.at == pytest.approx(BEST, abs=1e-7)
    assert best.hessian == pytest.approx(BEND, abs=1e-6)


def test_a_rough_likeness_leads_to_the_same_place():
    def rough(at):
        value, gradient = parabola(at + 0.05)
        return value * 1.1, gradient * 1.1

    best = minimise(parabola, np.zeros(2), WIDE, rough=rough)
    assert best.converged
    assert best.at == pytest.approx(BEST, abs=1e-6)
    assert best.hessian == pytest.approx(BEND, abs=1e-6)


def test_a_bound_holds_a_coordinate_and_the_rest_is_still_best():
    best = minimise(parabola, np.zeros(2), [(-5.0, 0.0), (-5.0, 5.0)])
    assert best.held.tolist() == [True, False]
    assert best.converged
    assert best.at == pytest.approx([0.0, -0.2 + 0.6 * 0.3], abs=1e-7)
    spread, weak = covariance(parabola, best, 100)
    assert spread == pytest.approx(np.array([[0, 0], [0, 0.01]]), abs=1e-8)
    assert not weak


def test_the_covariance_is_the_inverse_of_the_information():
    spread, weak = covariance(parabola, minimise(parabola, np.zeros(2), WIDE), 50)
    assert spread == pytest.approx(np.linalg.inv(BEND) / 50, abs=1e-7)
    assert not weak


def test_along_a_ridge_the_spread_ends_and_it_is_said():
    def ridge(at):
        return float(at[0] ** 2) / 2, np.array([at[0], 0.0])

    spread, weak = covariance(ridge, minimise(ridge, np.ones(2), WIDE), 1000)
    assert weak
    assert spread[1, 1] == pytest.approx(4.0)


def test_where_the_likelihood_falls_off_sooner_than_a_normal_the_spread_is_cut():
    def cliff(at):  # flat in the middle, steep beyond 1
        return float(at[0] ** 8), np.array([8 * at[0] ** 7])

    best = minimise(cliff, np.array([0.5]), [(-5.0, 5.0)])
    spread, _ = covariance(cliff, best, 100)
    assert 100 * cliff(best.at + 2 * np.sqrt(spread[0]))[0] <= 4 + 1e-6
    assert spread[0, 0] > 0.01


def test_turned_coordinates_keep_value_and_slope():
    matrix = np.array([[1.0, 0.0], [1.0, 1.0]])
    at = np.array([0.4, 0.1])
    value, gradient = turned(parabola, matrix)(at)
    step = 1e-6 * np.eye(2)
    numeric = [(parabola(matrix @ (at + s))[0] - parabola(matrix @ (at - s))[0]) / 2e-6 for s in step]
    assert value == parabola(matrix @ at)[0]
    assert gradient == pytest.approx(numeric, abs=1e-8)


def test_a_curvature_told_by_the_objective_is_taken_as_it_is_in_any_coordinates():
    class Told:
        def __call__(self, at):
            return parabola(at)

        def curvature(self, at, gradient):
            assert gradient == pytest.approx(parabola(at)[1])
            return BEND

    matrix = np.array([[1.0, 0.0], [1.0, 1.0]])
    best = minimise(turned(Told(), matrix), np.zeros(2), WIDE)
    assert matrix @ best.at == pytest.approx(BEST, abs=1e-7)
    assert np.array_equal(best.hessian, matrix.T @ BEND @ matrix)


def test_a_fit_comes_back_in_logs_with_errors_of_the_parameters():
    sought = Coordinates(matrix=[[1, 0], [1, 1]], bounds=[(0.01, 100), (0.01, 100)], start=[1, 1])
    fitted = fit_logs(parabola, None, 50, sought)
    assert fitted.notes == ()
    assert fitted.logs == pytest.approx(BEST, abs=1e-6)
    assert fitted.covariance == pytest.approx(np.linalg.inv(BEND) / 50, abs=1e-7)
    assert fitted.standard_errors([10.0, 1.0])[0] == pytest.approx(10 * np.sqrt(fitted.covariance[0, 0]))
    assert fitted.covariance_rows()[1][0] == fitted.covariance[1, 0]


def test_a_slope_that_never_ends_is_said_not_to_have_converged():
    def jagged(at):  # a gradient that lies about the value
        return float(at @ at), np.array([1.0, -1.0])

    assert not minimise(jagged, np.ones(2), WIDE).converged


def test_a_number_out_of_its_range_is_shown_with_the_rule():
    assert checked(3, "horizon", above=0) == 3
    with pytest.raises(InputError, match=r"Unexpected horizon=0: give a finite number above 0"):
        checked(0, "horizon", above=0)
    with pytest.raises(InputError, match=r"Unexpected rate=nan: give a finite number at least 0"):
        checked(float("nan"), "rate", least=0)
