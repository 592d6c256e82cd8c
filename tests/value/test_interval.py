"""Intervals: the right share of simulated futures inside, and draws that belong to the history alone."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import betainc

from shuke.kit.errors import InputError
from shuke.value import futures
from shuke.value.bgnbd import BGNBD, BGNBDParams
from shuke.value.gamma_gamma import GammaGamma, GammaGammaParams
from shuke.value.interval import value_interval
from shuke.value.naive import NaiveRate

COUNTS = BGNBD.from_params(BGNBDParams(r=0.6, alpha=5.0, a=0.8, b=3.0))
SPREAD = tuple(tuple(row) for row in (0.02 * np.eye(4) + 0.01).tolist())
UNSURE = BGNBD.from_params(BGNBDParams(r=0.6, alpha=5.0, a=0.8, b=3.0, covariance=SPREAD))
SPEND = GammaGamma.from_params(GammaGammaParams(p=6.25, q=3.74, gamma=15.4, mean_spend=35.0))
STEADY = BGNBD.from_params(BGNBDParams(r=2.0, alpha=4.0, a=0.3, b=40.0))
SEEN = {
    "x": np.array([0, 0, 0, 1, 1, 3, 3, 8, 8, 200, 900]),
    "t_x": np.array([0, 0, 0, 2, 35, 30, 38, 20, 38, 38, 38.5]),
    "T": np.array([0, 5, 39, 39, 39, 39, 45, 39, 39, 39, 39]),
}
ENDS = ("count_low", "count_high", "factor_low", "factor_high")


def rows(seen, chosen):
    return {name: values[chosen] for name, values in seen.items()}


def customers(size, horizon, seed=0, truth=COUNTS):
    """Customers of known truth: histories of 39 weeks, mean spend so far, and purchases and spend of the horizon."""
    rng, p, s = np.random.default_rng(seed), truth.params_, SPEND.params_
    rate, T = rng.gamma(p.r, 1 / p.alpha, size), np.full(size, 39.0)
    leaving = rng.beta(p.a, p.b, size)
    until, arrivals = rng.geometric(leaving), rng.poisson(rate * T)
    x = np.minimum(until, arrivals)
    t_x = np.where(x > 0, T * rng.beta(np.maximum(x, 1), arrivals - x + 1), 0.0)
    later = np.minimum(rng.geometric(leaving), rng.poisson(rate * horizon)) * (arrivals < until)
    scale = 1 / rng.gamma(s.q, 1 / s.gamma, size)
    spend = rng.gamma(s.p * (x + 1), scale) / (x + 1)
    return {"x": x, "t_x": t_x, "T": T}, spend, later, rng.gamma(s.p * np.maximum(later, 1e-9), scale) * (later > 0)


@pytest.fixture(scope="module", params=[COUNTS, STEADY], ids=["most leave", "most stay"])
def world(request):
    """Models fitted to simulated customers, their intervals, and what then came."""
    seen, spend, later, spent = customers(8000, 52, truth=request.param)
    counts, money = BGNBD().fit(seen), GammaGamma().fit({"x": seen["x"] + 1, "spend": spend})
    interval = value_interval(counts, money, seen, horizon=52, rate=0)
    return interval, later, spent / money.interval_scale({"x": seen["x"] + 1, "spend": spend})


class TestCoverage:
    def test_at_most_the_implied_share_of_purchases_is_above_or_below(self, world):
        interval, later, _ = world
        assert (later > interval.count_high).mean() <= 0.05 + 0.015
        assert (later < interval.count_low).mean() <= 0.05 + 0.015
        assert ((later >= interval.count_low) & (later <= interval.count_high)).mean() >= 0.90 - 0.03

    def test_the_implied_share_of_spend_is_above_and_below(self, world):
        interval, _, factor = world
        buying = interval.factor_high > 0
        assert (factor > interval.factor_high)[buying].mean() == pytest.approx(0.05, abs=0.015)
        surely = interval.factor_low > 0
        if surely.mean() > 0.1:  # else zero, of which nothing is below, is nearly everyone's lower end
            assert (factor < interval.factor_low)[surely].mean() == pytest.approx(0.05, abs=0.02)

    def test_where_most_stay_lower_ends_are_put_to_the_test(self):
        seen, *_ = customers(2000, 52, truth=STEADY)
        assert (value_interval(STEADY, SPEND, seen, horizon=52, rate=0).factor_low > 0).mean() > 0.5

    @pytest.mark.parametrize("level", [0.5, 0.8])
    def test_a_narrower_level_leaves_more_outside(self, level):
        seen, spend, _, spent = customers(4000, 52, seed=1)
        interval = value_interval(COUNTS, SPEND, seen, horizon=52, rate=0, level=level)
        factor = spent / SPEND.interval_scale({"x": seen["x"] + 1, "spend": spend})
        buying = interval.factor_high > 0
        assert (factor > interval.factor_high)[buying].mean() == pytest.approx((1 - level) / 2, abs=0.03)


class TestExactLaw:
    """With parameters known, the law is in closed form: N by [FHL] eq. 8, spend given N = n a beta prime."""

    def test_counts_end_where_their_law_says(self):
        interval = value_interval(COUNTS, SPEND, SEEN, horizon=26, rate=0, draws=4000)
        most = 2000
        law = np.cumsum([COUNTS.probability_of_purchases(SEEN, n, 26) for n in range(most)], axis=0)
        for end, share in ((interval.count_low, 0.05), (interval.count_high, 0.95)):
            n, row = end.astype(int), np.arange(len(end))
            assert (law[n, row] >= share - 0.015).all()
            assert (np.where(n > 0, law[n - 1, row], 0) <= share + 0.015).all()

    @pytest.mark.parametrize("bought", [SEEN["x"] + 1, SEEN["x"]], ids=["all purchases", "repeat purchases"])
    def test_factors_end_where_their_law_says(self, bought):
        interval = value_interval(COUNTS, SPEND, SEEN, horizon=26, rate=0, draws=4000, spend_purchases=bought)
        p, q = SPEND.params_.p, SPEND.params_.q
        n = np.arange(1, 2000)
        chances = np.array([COUNTS.probability_of_purchases(SEEN, int(k), 26) for k in n])
        none = COUNTS.probability_of_purchases(SEEN, 0, 26)
        for end, share in ((interval.factor_low, 0.05), (interval.factor_high, 0.95)):
            below = betainc(p * n[:, None], q + p * bought, end / (1 + end))
            found = none + (chances * below).sum(axis=0)
            assert found[end > 0] == pytest.approx(np.full((end > 0).sum(), share), abs=0.015)
            assert (none[end == 0] >= share - 0.015).all()

    def test_interpolating_between_simulated_lengths_moves_factors_by_under_one_percent(self, monkeypatch):
        seen, *_ = customers(1000, 52, seed=3, truth=STEADY)
        seen["T"] = seen["T"] + np.linspace(0, 20, 1000)
        spread = tuple(tuple(row) for row in (0.1 * np.array(SPREAD)).tolist())
        counts = BGNBD.from_params(replace(STEADY.params_, covariance=spread))
        found = value_interval(counts, SPEND, seen, horizon=52, rate=0)
        monkeypatch.setattr(futures, "_NODES_APART", 0.0005)  # as good as simulated at each customer's own T
        exact = value_interval(counts, SPEND, seen, horizon=52, rate=0)
        for name in ("factor_low", "factor_high"):
            told, true = getattr(found, name), getattr(exact, name)
            sure = (told > 0) & (true > 0)
            assert ((told > 0) == (true > 0)).mean() > 0.99
            assert np.abs(told[sure] / true[sure] - 1).mean() < 0.01
            assert told[sure].sum() == pytest.approx(true[sure].sum(), rel=0.005)
        for name in ("count_low", "count_high"):
            off = np.abs(getattr(found, name) - getattr(exact, name))
            assert off.max() <= 2
            assert (off > 0).mean() < 1 / 6

    def test_the_naive_rate_has_poisson_counts(self):
        naive = NaiveRate().fit(SEEN)
        interval = value_interval(naive, SPEND, SEEN, horizon=26, rate=0, draws=4000)
        law = np.cumsum([naive.probability_of_purchases(SEEN, n, 26) for n in range(2000)], axis=0)
        row = np.arange(len(SEEN["x"]))
        assert (law[interval.count_high.astype(int), row] >= 0.95 - 0.015).all()
        assert (law[interval.count_low.astype(int), row] >= 0.05 - 0.015).all()
        assert (interval.count_low[-2:] > [100, 500]).all()


class TestDraws:
    @pytest.mark.parametrize("counts", [UNSURE, NaiveRate().fit(SEEN)], ids=["BG/NBD", "naive"])
    def test_an_answer_does_not_change_with_order_or_company(self, counts):
        whole = value_interval(counts, SPEND, SEEN, horizon=52, rate=0.002)
        order = np.random.default_rng(1).permutation(len(SEEN["x"]))
        turned = value_interval(counts, SPEND, rows(SEEN, order), horizon=52, rate=0.002)
        for name in ENDS:
            assert np.array_equal(getattr(turned, name), getattr(whole, name)[order])
            for row in range(len(order)):
                alone = value_interval(counts, SPEND, rows(SEEN, [row]), horizon=52, rate=0.002)
                assert getattr(alone, name)[0] == getattr(whole, name)[row]

    def test_another_seed_gives_another_answer_and_the_same_seed_the_same(self):
        one, two, three = (value_interval(UNSURE, SPEND, SEEN, horizon=52, rate=0, seed=s) for s in (1, 1, 2))
        assert np.array_equal(one.factor_high, two.factor_high)
        assert not np.array_equal(one.factor_high, three.factor_high)

    def test_drawn_parameters_stay_finite_whatever_the_covariance(self):
        wild = tuple(tuple(row) for row in np.diag([4.0, 4.0, 4.0, 4.0]).tolist())
        counts = BGNBD.from_params(BGNBDParams(r=0.01, alpha=5.0, a=1e-5, b=9.0, covariance=wild))
        wide = tuple(tuple(row) for row in np.diag([4.0, 4.0, 4.0]).tolist())
        spend = GammaGamma.from_params(GammaGammaParams(p=0.1, q=0.5, gamma=9.0, mean_spend=20.0, covariance=wide))
        interval = value_interval(counts, spend, SEEN, horizon=52, rate=0.01)
        for name in ENDS:
            assert np.isfinite(getattr(interval, name)).all()
            assert (getattr(interval, name) >= 0).all()


class TestShape:
    def test_what_is_not_known_of_the_model_widens_the_interval(self):
        sure = value_interval(COUNTS, SPEND, SEEN, horizon=52, rate=0, draws=2000)
        unsure = value_interval(UNSURE, SPEND, SEEN, horizon=52, rate=0, draws=2000)
        assert unsure.factor_high.sum() > sure.factor_high.sum()

    def test_low_is_not_above_high_and_discounting_lowers_factors_alone(self):
        plain = value_interval(UNSURE, SPEND, SEEN, horizon=52, rate=0)
        later = value_interval(UNSURE, SPEND, SEEN, horizon=52, rate=0.01)
        assert (plain.count_low <= plain.count_high).all()
        assert (plain.factor_low <= plain.factor_high).all()
        assert np.array_equal(plain.count_high, later.count_high)
        mean = UNSURE.discounted_purchases(SEEN, 52, 0.01) / UNSURE.expected_purchases(SEEN, 52)
        assert later.factor_high == pytest.approx(plain.factor_high * mean)
        assert plain.level == 0.90

    def test_where_everyone_spends_the_same_the_factor_is_the_count(self):
        one = GammaGamma().fit({"x": [1, 2, 3], "spend": [12.5, 12.5, 12.5]})
        interval = value_interval(COUNTS, one, SEEN, horizon=52, rate=0)
        assert np.array_equal(interval.factor_high, interval.count_high)
        assert one.interval_coefficients() == (12.5, 0.0)

    def test_the_more_purchases_the_mean_is_over_the_surer_the_spend(self):
        few = value_interval(COUNTS, SPEND, SEEN, horizon=52, rate=0, spend_purchases=np.full(11, 1))
        many = value_interval(COUNTS, SPEND, SEEN, horizon=52, rate=0, spend_purchases=np.full(11, 50))
        scale = [15.4 + 35 * n for n in (1, 50)]
        assert (many.factor_high * scale[1])[:9].sum() < (few.factor_high * scale[0])[:9].sum()

    def test_spend_that_rests_on_frequency_scales_the_interval_as_it_scales_the_base(self):
        """With all else known, gamma_n = gamma (n/usual)^delta is a gamma of its own: the law of such a base holds."""
        params = replace(SPEND.params_, delta=0.5, usual_purchases=4.0)
        resting = GammaGamma.from_params(params)
        for n in (1, 16):
            row = {"x": [n - 1], "t_x": [38.0 * (n > 1)], "T": [39]}
            own = replace(SPEND.params_, gamma=15.4 * (n / 4) ** 0.5, mean_spend=35.0 * (n / 4) ** 0.5)
            found = value_interval(COUNTS, resting, row, horizon=52, rate=0)
            alone = value_interval(COUNTS, GammaGamma.from_params(own), row, horizon=52, rate=0)
            assert found.factor_high == pytest.approx(alone.factor_high)
            seen = {"x": [n], "spend": [40.0]}
            assert resting.interval_scale(seen) == pytest.approx(GammaGamma.from_params(own).interval_scale(seen))

    def test_a_dependence_that_is_not_known_for_sure_widens_the_interval(self):
        spread = tuple(tuple(row) for row in np.diag([0.0, 0.0, 0.0, 0.04]).tolist())
        resting = replace(SPEND.params_, delta=0.5, usual_purchases=4.0)
        row = {"x": [30], "t_x": [38], "T": [39]}
        sure, unsure = (
            value_interval(STEADY, GammaGamma.from_params(p), row, horizon=52, rate=0, spend_purchases=[1])
            for p in (
                replace(resting, usual_purchases=300.0),
                replace(resting, usual_purchases=300.0, covariance=spread),
            )
        )
        assert unsure.factor_high - unsure.factor_low > 1.2 * (sure.factor_high - sure.factor_low)

    def test_thousands_of_purchases_are_no_trouble(self):
        seen = {"x": [2000, 5000], "t_x": [299.9, 299.9], "T": [300, 300]}
        regular = BGNBD.from_params(BGNBDParams(r=2.0, alpha=0.6, a=0.5, b=900.0))
        interval = value_interval(regular, SPEND, seen, horizon=30, rate=0.001)
        expected = regular.expected_purchases(seen, 30)
        assert (interval.count_low < expected).all()
        assert (expected < interval.count_high).all()
        assert (interval.count_high < 1.3 * expected).all()

    def test_no_history_at_all_is_an_empty_answer(self):
        assert len(value_interval(COUNTS, SPEND, {"x": [], "t_x": [], "T": []}, horizon=5, rate=0).count_low) == 0

    @pytest.mark.parametrize("change", [{"level": 1.0}, {"draws": 5}, {"horizon": 0}])
    def test_what_makes_no_sense_is_refused(self, change):
        with pytest.raises(InputError, match=f"Unexpected .*{next(iter(change))}="):
            value_interval(COUNTS, SPEND, SEEN, **{"horizon": 52, "rate": 0, **change})
