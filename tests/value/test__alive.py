"""What those still there will do: each closed form and each quadrature against another way to the same number."""

import numpy as np
import pytest

from shuke.value import _alive
from shuke.value._alive import Alive


@pytest.mark.parametrize("b", [0.3, 2.4, 5000.0])
@pytest.mark.parametrize("a", [0.05, 0.793, 1 - 1e-9, 1.0, 1 + 1e-9, 1.3, 9.0])
def test_the_series_is_the_integral(a, b):
    x, T = np.array([0.0, 0, 1, 20, 700, 5000]), np.array([2.0, 39, 39, 39, 150, 300])
    alive = Alive(0.6 + x, 4.4 + T, np.full(6, a), b + x, T)
    for horizon in (0.5, 26.0, 104.0):
        series = _alive.by_series(alive, horizon)
        assert series == pytest.approx(_alive.by_quadrature(alive, horizon), rel=1e-7)


@pytest.mark.parametrize(
    ("a", "b", "r", "rate", "ever"),
    [
        (1e-05, 0.3, 0.24, 1e-05, 5999.231365293021),
        (0.3, 0.3, 0.24, 1e-05, 212.82989606267424),
        (0.3, 50.0, 2000.0, 0.001, 40796.284948189066),
        (0.8, 0.3, 0.24, 0.1, 0.27200555297535567),
        (1.3, 50.0, 0.24, 0.001, 17.451680007144443),
        (1.3, 0.3, 2000.0, 1e-05, 1.9936652736941707),
        (9.0, 0.3, 2000.0, 0.1, 1.0372835443933859),
    ],
)
def test_purchases_without_an_end_by_25_digits(a, b, r, rate, ever):
    """Computed with mpmath: over rates and, by 2F1, over chances of leaving, for those still there, alpha = 4."""
    alive = Alive(*(np.array([value]) for value in (r, 4.0, a, b, 0.0)))
    assert _alive.residual(alive, rate)[0] == pytest.approx(ever, rel=1e-6)


@pytest.mark.parametrize("power", [-0.999, -1e-9, 0.0, 1e-9, 0.5, 300.0])
def test_growth_has_its_limit_where_the_power_is_0(power):
    ratio = np.array([1.0, 1.5, 40.0])
    exact = np.log(ratio) if abs(power) < 1e-6 else (1 - ratio**-power) / power
    assert _alive.growth(np.full(3, power), np.log(ratio)) == pytest.approx(exact, rel=1e-6)
