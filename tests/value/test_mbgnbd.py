"""MBG/NBD: published answers, known truth from simulated customers, and what differs from BG/NBD."""

import csv
import dataclasses
import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuke.kit.errors import InputError
from shuke.value._leaving_likelihood import Likelihood
from shuke.value.bgnbd import BGNBD, BGNBDParams
from shuke.value.histories import read_histories
from shuke.value.mbgnbd import MBGNBD, MBGNBDParams

DATASETS = Path(importlib.util.find_spec("lifetimes").submodule_search_locations[0]) / "datasets"
CDNOW = MBGNBDParams(r=0.52484, alpha=6.18299, a=0.89136, b=1.61400)


def cdnow():
    """The 1/10 sample of CDNOW, 2,357 customers, 39 weeks."""
    with (DATASETS / "cdnow_customers_summary.csv").open() as file:
        rows = [[float(row[name]) for name in ("frequency", "recency", "T")] for row in csv.DictReader(file)]
    return dict(zip(("x", "t_x", "T"), np.array(rows).T, strict=True))


def simulated(r, alpha, a, b, T, customers, seed=0):
    """Customers of known truth, who may leave at the first purchase: X = min(Geometric(p) - 1, Poisson(rate T))."""
    rng = np.random.default_rng(seed)
    arrivals = rng.poisson(rng.gamma(r, 1 / alpha, customers) * T)
    until = rng.geometric(np.maximum(rng.beta(a, b, customers), 1e-12)) - 1 if a else np.full(customers, 10**9)
    x = np.minimum(until, arrivals)
    place = rng.beta(np.maximum(x, 1), np.maximum(arrivals - x, 0) + 1)
    return {"x": x, "t_x": np.where(x > 0, T * place, 0.0), "T": np.full(customers, float(T))}


class TestPublished:
    def test_parameters_and_likelihood_of_cdnow(self):
        """Two libraries of other authors agree on these, the likelihood to three digits."""
        p = MBGNBD().fit(cdnow()).params_
        assert [round(value, 5) for value in (p.r, p.alpha, p.a, p.b)] == [0.52484, 6.18299, 0.89136, 1.61400]
        assert round(p.log_likelihood, 3) == -9582.133
        assert (p.customers, p.notes) == (2357, ())


class TestFit:
    @pytest.mark.parametrize("at", [(1, 3, 1, 3), (0.5, 0.5, 0.9, 1.6), (5, 0.1, 30, 0.2), (0.01, 40, 1e-5, 8)])
    def test_the_gradient_is_that_of_finite_differences(self, at):
        likelihood = Likelihood(read_histories(cdnow()).grouped(), at_first=True)
        logs, step = np.log(at), 1e-5 * np.eye(4)
        numeric = [(likelihood(logs + s)[0] - likelihood(logs - s)[0]) / 2e-5 for s in step]
        assert likelihood(logs)[1] == pytest.approx(numeric, abs=1e-7, rel=1e-6)

    @pytest.mark.parametrize(
        ("r", "alpha", "a", "b", "T"),
        [
            (0.5, 6.2, 0.9, 1.6, 39),
            (1.5, 10, 1.0, 3.0, 60),  # a = 1, where the expectation's closed form divides by zero
            (2.0, 0.6, 0.5, 200, 300),  # about a thousand purchases each, up to several thousand
            (6.0, 30, 0.5, 4.0, 100),
        ],
    )
    def test_known_truth_is_recovered(self, r, alpha, a, b, T):
        truth = np.array([r, alpha, a, b])
        p = MBGNBD().fit(simulated(r, alpha, a, b, T, 12_000)).params_
        found = np.array([p.r, p.alpha, p.a, p.b])
        assert np.abs(found - truth) / p.standard_errors == pytest.approx(np.zeros(4), abs=4)
        assert p.notes == ()
        assert (np.abs(np.log(found / truth)) < 0.4).all()

    def test_many_histories_are_fitted_as_few_are(self, monkeypatch):
        seen = simulated(0.6, 3, 0.4, 4, 50, 30_000)
        thinned = MBGNBD().fit(seen).params_
        monkeypatch.setattr("shuke.value._leaving_likelihood.THINNED", 10**9)
        whole = MBGNBD().fit(seen).params_
        assert dataclasses.astuple(thinned)[:5] == pytest.approx(dataclasses.astuple(whole)[:5], rel=1e-5)

    def test_what_was_learned_is_ready_for_json_and_can_be_taken_up_again(self):
        model = MBGNBD().fit(simulated(0.5, 6, 0.9, 1.6, 39, 500))
        told = json.loads(json.dumps(dataclasses.asdict(model.params_), allow_nan=False))
        again, seen = MBGNBD.from_params(MBGNBDParams(**told)), {"x": [2], "t_x": [20], "T": [39]}
        assert np.array_equal(again.expected_purchases(seen, 39), model.expected_purchases(seen, 39))


ODD = {
    "nobody": ({"x": [], "t_x": [], "T": []}, "no_repeat_purchases"),
    "one-time buyers only": ({"x": [0] * 50, "t_x": [0] * 50, "T": np.arange(50)}, "no_repeat_purchases"),
    "one customer": ({"x": [3], "t_x": [20.0], "T": [39.0]}, "too_few_repeat_buyers"),
    "all the same": ({"x": [3] * 99, "t_x": [38.0] * 99, "T": [39.0] * 99}, "no_dropout_detected"),
    "nobody leaves": (simulated(1.2, 4, 0, 1, 39, 4000), "no_dropout_detected"),
    "everyone leaves at one rate": (simulated(1.2, 4, 3e4, 7e4, 39, 4000), "dropout_alike"),
    "everyone leaves at the second": ({"x": [0, 1] * 200, "t_x": [0.0, 1.0] * 200, "T": [39.0] * 400}, "dropout_alike"),
    "hundreds of purchases, one is gone": (
        {"x": [900, 2000, 850], "t_x": [38.9, 38.9, 2.0], "T": [39.0] * 3},
        "too_few_repeat_buyers",
    ),
}


class TestOddData:
    @pytest.mark.parametrize("case", ODD)
    def test_the_fit_says_what_is_odd_and_answers_stay_finite(self, case):
        seen, note = ODD[case]
        model = MBGNBD().fit(seen)
        assert note in model.params_.notes
        p = model.params_
        json.dumps(dataclasses.asdict(p), allow_nan=False)
        assert all(0 < value < 1e13 for value in (p.r, p.alpha, p.a, p.b))
        asked = {"x": [0, 0, 1, 30, 2000], "t_x": [0, 0, 1, 38, 299], "T": [0, 39, 39, 39, 300]}
        alive, expected, ever, active = (
            model.probability_alive(asked),
            model.expected_purchases(asked, 52),
            model.residual_purchases(asked, 0.002),
            model.expected_lifetime(asked, 52),
        )
        scores = model.log_probability_of_purchases(asked, [0, 3, 0, 80, 10], 52)
        assert np.isfinite([alive, expected, ever, active, scores, model.next_purchase_due(asked)]).all()
        assert ((alive >= 0) & (alive <= 1) & (expected >= 0) & (active >= 0) & (active <= 52)).all()


class TestAnswers:
    def test_given_that_a_customer_is_there_the_future_is_that_of_bg_nbd_with_one_more_stay(self):
        seen = {"x": [0, 4, 40], "t_x": [0, 30, 38], "T": [39, 39, 39]}
        ours = MBGNBD.from_params(CDNOW)
        theirs = BGNBD.from_params(BGNBDParams(CDNOW.r, CDNOW.alpha, CDNOW.a, CDNOW.b + 1))
        for ask in (lambda model: model.expected_purchases(seen, 26), lambda model: model.expected_lifetime(seen, 26)):
            per_alive = ask(ours) / ours.probability_alive(seen)
            assert per_alive == pytest.approx(ask(theirs) / theirs.probability_alive(seen), rel=1e-12)
        assert np.array_equal(ours.next_purchase_due(seen), theirs.next_purchase_due(seen))

    def test_a_one_time_buyer_may_be_gone_and_more_so_the_longer_the_silence(self):
        alive = MBGNBD.from_params(CDNOW).probability_alive({"x": [0] * 3, "t_x": [0] * 3, "T": [0, 10, 39]})
        assert alive[0] == pytest.approx(CDNOW.b / (CDNOW.a + CDNOW.b))
        assert (np.diff(alive) < 0).all()

    def test_of_a_new_customer_the_mean_over_simulated_ones_is_expected(self):
        counts = simulated(CDNOW.r, CDNOW.alpha, CDNOW.a, CDNOW.b, 52, 200_000)["x"]
        expected = MBGNBD.from_params(CDNOW).expected_purchases_new(52)
        assert expected == pytest.approx(counts.mean(), abs=4 * counts.std() / np.sqrt(len(counts)))

    def test_forecasts_fit_those_who_were_simulated_on(self):
        """Customers up to week 39, asked about 26 weeks more: totals of one-time and repeat buyers, who is active."""
        rng, n = np.random.default_rng(2), 40_000
        rate = rng.gamma(CDNOW.r, 1 / CDNOW.alpha, n)
        until = rng.geometric(rng.beta(CDNOW.a, CDNOW.b, n)) - 1
        first, later = rng.poisson(rate * 39), rng.poisson(rate * 26)
        x = np.minimum(first, until)
        place = rng.beta(np.maximum(x, 1), first - x + 1)
        seen = {"x": x, "t_x": np.where(x > 0, 39 * place, 0), "T": np.full(n, 39.0)}
        bought = np.minimum(first + later, until) - x
        model = MBGNBD.from_params(CDNOW)
        expected = model.expected_purchases(seen, 26)
        for group in (x == 0, x > 0):
            margin = 4 * np.sqrt((bought[group] ** 2).sum())
            assert expected[group].sum() == pytest.approx(bought[group].sum(), abs=margin)
        assert model.probability_alive(seen).mean() == pytest.approx((first < until).mean(), abs=0.02)
        nothing = np.exp(model.log_probability_of_purchases(seen, np.zeros(n), 26))
        assert nothing.mean() == pytest.approx((bought == 0).mean(), abs=0.01)

    def test_chances_sum_to_one_and_their_mean_is_the_expectation(self):
        model, seen = MBGNBD.from_params(CDNOW), {"x": [0, 3, 12], "t_x": [0, 30, 38], "T": [39, 39, 39]}
        chances = np.array([model.probability_of_purchases(seen, n, 26) for n in range(400)])
        assert chances.sum(axis=0) == pytest.approx(np.ones(3), abs=1e-9)
        assert np.arange(400) @ chances == pytest.approx(model.expected_purchases(seen, 26), rel=1e-8)

    def test_without_discount_an_end_is_needed_where_few_ever_leave(self):
        seen = {"x": [0, 3], "t_x": [0, 30], "T": [39, 39]}
        with pytest.raises(InputError, match=r"Unexpected rate=0: with a=0\.89136.* infinite"):
            MBGNBD.from_params(CDNOW).residual_purchases(seen, 0)
        leavers = MBGNBD.from_params(MBGNBDParams(5.0, 60.0, 1.9, 1.6))
        ever = leavers.probability_alive(seen) * (1.9 + 1.6 + np.array([0, 3])) / 0.9
        assert leavers.residual_purchases(seen, 0) == pytest.approx(ever)
        assert leavers.residual_purchases(seen, 1e-6) == pytest.approx(ever, rel=2e-3)

    @settings(max_examples=100, deadline=None)
    @given(
        params=st.tuples(st.floats(0.002, 1e3), st.floats(1e-2, 1e4), st.floats(1e-5, 1e3), st.floats(1e-2, 1e5)),
        x=st.integers(0, 5000),
        T=st.floats(0.1, 3000),
        share=st.floats(1e-3, 1),
        horizon=st.floats(1e-2, 3000),
        n=st.integers(0, 5000),
    )
    def test_whatever_is_asked_the_answer_is_finite_and_in_its_range(self, params, x, T, share, horizon, n):
        model = MBGNBD.from_params(MBGNBDParams(*params))
        seen = {"x": [x], "t_x": [share * T if x else 0], "T": [T]}
        alive, expected = model.probability_alive(seen)[0], model.expected_purchases(seen, horizon)[0]
        assert 0 <= alive <= 1
        assert 0 <= expected <= (model.params_.r + x) / (model.params_.alpha + T) * horizon * (1 + 1e-6)
        assert 0 <= model.discounted_purchases(seen, horizon, 1e-3)[0] <= expected * (1 + 1e-6)
        assert 0 <= model.expected_lifetime(seen, horizon)[0] <= horizon
        assert 0 <= model.residual_purchases(seen, 1e-3)[0] < np.inf
        assert -np.inf < model.log_probability_of_purchases(seen, [n], horizon)[0] <= 0
        assert 0 < model.next_purchase_due(seen)[0] < np.inf
