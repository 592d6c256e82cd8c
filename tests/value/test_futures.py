"""The futures of every model: counts as its own law has them, and as customers of known truth then make them."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import kstest

from shuke.kit.errors import InputError
from shuke.value import futures
from shuke.value.bgnbd import BGNBD, BGNBDParams
from shuke.value.covariates import CovariateEffects
from shuke.value.gamma_gamma import GammaGamma, GammaGammaParams
from shuke.value.ggompertz_nbd import GGompertzNBD, GGompertzNBDParams
from shuke.value.histories import Histories, read_histories
from shuke.value.interval import value_interval
from shuke.value.mbgcnbdk import MBGCNBDk, MBGCNBDkParams
from shuke.value.mbgnbd import MBGNBD, MBGNBDParams
from shuke.value.pareto_nbd import ParetoNBD, ParetoNBDParams

SPEND = GammaGamma.from_params(GammaGammaParams(p=6.25, q=3.74, gamma=15.4, mean_spend=35.0))
MODELS = {
    "BG/NBD": BGNBD.from_params(BGNBDParams(r=0.8, alpha=6.0, a=0.6, b=3.0)),
    "MBG/NBD": MBGNBD.from_params(MBGNBDParams(r=0.8, alpha=6.0, a=0.6, b=3.0)),
    "MBG/CNBD-2": MBGCNBDk.from_params(MBGCNBDkParams(k=2, r=0.8, alpha=3.0, a=0.5, b=3.0)),
    "MBG/CNBD-6": MBGCNBDk.from_params(MBGCNBDkParams(k=6, r=2.8, alpha=2.0, a=0.3, b=20.0)),
    "Pareto/NBD": ParetoNBD.from_params(ParetoNBDParams(r=0.8, alpha=6.0, s=0.6, beta=15.0)),
    "GGompertz/NBD": GGompertzNBD.from_params(GGompertzNBDParams(r=0.8, alpha=6.0, b=0.03, s=0.5, beta=0.6)),
}
SEEN = {
    "x": np.array([0, 0, 0, 1, 1, 2, 2, 3, 3, 8, 8, 60]),
    "t_x": np.array([0, 0, 0, 2, 35, 30, 39, 30, 38, 20, 38, 38]),
    "T": np.array([0, 5, 39, 39, 39, 40, 40, 39, 45, 39, 39, 39]),
}
NAMES = list(MODELS)


def customers(name, size, horizon, seed=0):
    """Customers of known truth, purchase by purchase: histories up to day 39, 52 or 65, and purchases after it."""
    p, rng = MODELS[name].params_, np.random.default_rng(seed)
    k, T = getattr(p, "k", 1), rng.choice([39.0, 52.0, 65.0], size)
    rate = rng.gamma(p.r, 1 / p.alpha, size)
    times = np.cumsum(rng.gamma(k, 1, (size, 400)) / rate[:, None], axis=1)
    assert ((times[:, -1] > T + horizon) | (rate < 1e-9)).all()
    until, last = np.full(size, np.inf), np.full(size, np.inf)
    if name in ("Pareto/NBD", "GGompertz/NBD"):
        waits = rng.exponential(1, size) / rng.gamma(p.s, 1 / p.beta, size)
        until = waits if name == "Pareto/NBD" else np.log1p(waits) / p.b
    else:  # how many purchases after the first there will be, if one may leave at the first, or only after it
        last = rng.geometric(rng.beta(p.a, p.b, size)) - (name != "BG/NBD")
    there = (times < until[:, None]) & (np.arange(400) < last[:, None])
    seen = there & (times <= T[:, None])
    x, t_x = seen.sum(axis=1), np.where(seen, times, 0).max(axis=1)
    later = (there & (times > T[:, None]) & (times <= T[:, None] + horizon)).sum(axis=1)
    return {"x": x, "t_x": t_x, "T": T}, later


def law(model, seen, most, horizon):
    """The chance of n purchases or fewer, shape (most + 1, histories)."""
    return np.cumsum([model.probability_of_purchases(seen, n, horizon) for n in range(most + 1)], axis=0)


@pytest.fixture(scope="module", params=NAMES)
def world(request):
    """A model, customers of its truth, what they then did, and the chance of that or less by the model's own law."""
    seen, later = customers(request.param, 1500, 26)
    return MODELS[request.param], seen, later, law(MODELS[request.param], seen, int(later.max()) + 15, 26)


class TestOwnLaw:
    @pytest.mark.parametrize("name", NAMES)
    def test_counts_end_where_the_law_of_the_model_says(self, name):
        interval = value_interval(MODELS[name], SPEND, SEEN, horizon=26, rate=0, draws=4000)
        upto, row = law(MODELS[name], SEEN, int(interval.count_high.max()) + 1, 26), np.arange(len(SEEN["x"]))
        for end, share in ((interval.count_low, 0.05), (interval.count_high, 0.95)):
            n = end.astype(int)
            assert (upto[n, row] >= share - 0.015).all()
            assert (np.where(n > 0, upto[n - 1, row], 0) <= share + 0.015).all()

    @pytest.mark.parametrize(
        "model",
        [
            ParetoNBD.from_params(
                replace(
                    MODELS["Pareto/NBD"].params_,
                    effects=CovariateEffects(("old",), ("alpha", "beta"), ((0.7,), (-0.5,)), (0.5,)),
                )
            ),
            MBGNBD.from_params(
                replace(
                    MODELS["MBG/NBD"].params_,
                    effects=CovariateEffects(("old",), ("alpha", "a", "b"), ((0.7,), (-0.5,), (0.4,)), (0.5,)),
                )
            ),
        ],
        ids=["in time", "at a purchase"],
    )
    def test_customers_whom_covariates_move_have_futures_of_their_own(self, model):
        seen = {name: np.repeat(column[:9], 2) for name, column in SEEN.items()} | {"old": np.tile([0.0, 1.0], 9)}
        interval = value_interval(model, SPEND, seen, horizon=26, rate=0, draws=4000)
        upto, n = law(model, seen, 60, 26), interval.count_high.astype(int)
        row = np.arange(18)
        assert (upto[n, row] >= 0.95 - 0.015).all()
        assert (np.where(n > 0, upto[n - 1, row], 0) <= 0.95 + 0.015).all()
        assert (interval.count_high[1::2] >= interval.count_high[::2]).all()


class TestTruth:
    def test_where_later_counts_fall_in_the_law_is_uniform(self, world):
        """Randomised PIT: Czado, Gneiting & Held, "Predictive Model Assessment for Count Data" (2009)."""
        _, _, later, upto = world
        row, u = np.arange(len(later)), np.random.default_rng(1).random(len(later))
        below = np.where(later > 0, upto[later - 1, row], 0)
        assert kstest(below + u * (upto[later, row] - below), "uniform").pvalue > 0.01

    @pytest.mark.parametrize("level", [0.5, 0.8, 0.9])
    def test_as_many_fall_within_the_interval_as_it_implies(self, world, level):
        """Within 3 points, counts being whole, of the chance that the law gives to the whole interval."""
        model, seen, later, upto = world
        interval = value_interval(model, SPEND, seen, horizon=26, rate=0, level=level)
        row, low, high = np.arange(len(later)), interval.count_low.astype(int), interval.count_high.astype(int)
        implied = upto[high, row] - np.where(low > 0, upto[low - 1, row], 0)
        within = (later >= low) & (later <= high)
        assert within.mean() == pytest.approx(implied.mean(), abs=0.03)
        assert implied.mean() >= level - 0.01

    def test_worth_falls_within_its_interval_as_often_as_said_and_little_more(self, world):
        model, seen, later, _ = world
        rng, s = np.random.default_rng(2), SPEND.params_
        scale = 1 / rng.gamma(s.q, 1 / s.gamma, len(later))
        spend = rng.gamma(s.p * (seen["x"] + 1), scale) / (seen["x"] + 1)
        factor = rng.gamma(s.p * np.maximum(later, 1e-9), scale) * (later > 0)
        factor /= SPEND.interval_scale({"x": seen["x"] + 1, "spend": spend})
        interval = value_interval(model, SPEND, seen, horizon=26, rate=0)
        assert ((factor >= interval.factor_low) & (factor <= interval.factor_high)).mean() >= 0.90 - 0.015
        may = interval.factor_high > 0
        assert (factor > interval.factor_high)[may].mean() == pytest.approx(0.05, abs=0.02)


class TestNodes:
    def test_histories_lie_between_nodes_by_shares_that_add_up(self):
        some = read_histories({"x": [3] * 6, "t_x": [1, 9, 20, 38, 39, 12], "T": [39, 39, 39, 39, 39, 40]})
        for name in NAMES:
            made = futures.kind_of(MODELS[name]).futures(MODELS[name].params_, 26.0, 50, np.random.default_rng(0))
            nodes = made.nodes(some)
            assert sum(weight for _, weight in nodes.corners) == pytest.approx(np.ones(6))
            assert nodes.between(nodes.T[:, None], np.zeros(6, dtype=int)) == pytest.approx(some.T, rel=0.002)

    def test_the_longer_a_regular_customer_is_silent_the_more_events_are_past(self):
        made = futures.InPhases(MODELS["MBG/CNBD-6"].params_, 26.0, 50, np.random.default_rng(0))
        gap = np.array([0.0, 0.01, 0.1, 0.5, 0.99])
        mean = made._mean_past(2.8 + 18, gap)
        assert mean[0] == 0
        assert (np.diff(mean) > 0).all()
        assert made._gap(2.8 + 18, mean) == pytest.approx(gap, rel=0.01, abs=1e-6)


def test_a_model_of_which_no_future_is_known_is_refused():
    with pytest.raises(InputError, match="The futures of a Histories are not known"):
        futures.kind_of(Histories(*[np.zeros(1)] * 4))
