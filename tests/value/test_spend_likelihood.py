"""The likelihoods of spend: gradients, and what they have in common."""

import numpy as np
import pytest

from shuke.value.spend_likelihood import SpendLikelihood, TiltedLikelihood


@pytest.fixture(scope="module")
def spends():
    rng = np.random.default_rng(0)
    x = rng.integers(1, 13, 200).astype(float)
    return SpendLikelihood(x, rng.gamma(6 * x, 1 / rng.gamma(4, 1 / 15, 200)) / x / 30, np.arange(200.0))


@pytest.mark.parametrize("at", [(3, 3, 1), (6.2, 3.7, 0.4), (0.2, 0.5, 10), (500, 40, 0.05)])
@pytest.mark.parametrize("delta", [0.0, -0.4, 1.1])
def test_the_gradient_is_that_of_finite_differences(spends, at, delta):
    tilted, point = TiltedLikelihood(spends, spends.usual_purchases), np.append(np.log(at), delta)
    numeric = [(tilted(point + s)[0] - tilted(point - s)[0]) / 2e-5 for s in 1e-5 * np.eye(4)]
    assert tilted(point)[1] == pytest.approx(numeric, abs=1e-6, rel=1e-6)


def test_without_a_delta_the_tilted_one_is_the_plain_one(spends):
    tilted, logs = TiltedLikelihood(spends, spends.usual_purchases), np.log([6.2, 3.7, 0.4])
    value, slopes = tilted(np.append(logs, 0.0))
    assert value == pytest.approx(spends(logs)[0], rel=1e-12)
    assert slopes[:3] == pytest.approx(spends(logs)[1], rel=1e-9)


def test_a_thinned_one_is_close_and_much_smaller(spends):
    assert spends.thinned(150) is None
    thin = spends.thinned(50)
    assert thin is not None
    assert len(thin.w) == 50
    assert thin(np.log([6.0, 4.0, 0.5]))[0] == pytest.approx(spends(np.log([6.0, 4.0, 0.5]))[0], abs=0.3)
