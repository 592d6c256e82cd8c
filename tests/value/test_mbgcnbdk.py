"""MBG/CNBD-k: regular customers found again, closed forms against chance, and MBG/NBD where k is 1."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuke.kit.errors import InputError
from shuke.value import _erlang
from shuke.value._alive import Alive
from shuke.value._leaving_likelihood import Likelihood
from shuke.value.histories import read_histories
from shuke.value.mbgcnbdk import MBGCNBDk, MBGCNBDkParams
from shuke.value.mbgnbd import MBGNBD, MBGNBDParams

STEADY = MBGCNBDkParams(k=3, r=1.5, alpha=4.0, a=0.6, b=3.0)
SEEN = {"x": [0, 4, 4, 40], "t_x": [0, 30, 38, 38.9], "T": [39, 39, 39, 39]}


def simulated(p, T, customers, seed=0):
    """Customers of known truth, gap by gap, with the logs of their gaps."""
    rng = np.random.default_rng(seed)
    rate, until = rng.gamma(p.r, 1 / p.alpha, customers), rng.geometric(rng.beta(p.a, p.b, customers)) - 1
    x, t_x, log_gaps, live = np.zeros(customers), np.zeros(customers), np.zeros(customers), np.flatnonzero(until > 0)
    while len(live):
        gap = rng.gamma(p.k, 1 / rate[live])
        seen = t_x[live] + gap <= T
        live, gap = live[seen], gap[seen]
        x[live], t_x[live], log_gaps[live] = x[live] + 1, t_x[live] + gap, log_gaps[live] + np.log(gap)
        live = live[x[live] < until[live]]
    return {"x": x, "t_x": t_x, "T": np.full(customers, float(T)), "log_gaps": log_gaps}


def futures(p, x, t_x, T, horizon, size=200_000):
    """Purchases, discounted ones, time active, and the first wait, of one living customer's possible futures."""
    rng, model = np.random.default_rng(7), MBGCNBDk.from_params(p)
    j = rng.choice(p.k, size, p=model.phases({"x": [x], "t_x": [t_x], "T": [T]})[0])
    rate = rng.gamma(p.r + p.k * x + j) / (p.alpha + T)
    until = rng.geometric(np.maximum(rng.beta(p.a, p.b + x + 1, size), 1e-15))
    wait = rng.gamma(p.k - j) / rate
    bought, worth, active, t, live = np.zeros(size), np.zeros(size), np.full(size, float(horizon)), wait.copy(), True
    while (live := live & (t <= horizon)).any():
        bought, worth = bought + live, worth + live * np.exp(-0.02 * t)
        gone = live & (bought == until)
        active, live = np.where(gone, t, active), live & ~gone
        t = t + rng.gamma(p.k, 1 / rate)
    return bought, worth, active, wait


class TestFit:
    def test_regularity_and_parameters_are_recovered(self):
        truth = np.array([1.5, 4.0, 0.6, 3.0])
        p = MBGCNBDk().fit(simulated(STEADY, 52, 5000)).params_
        assert (p.k, p.notes) == (3, ())
        found = np.array([p.r, p.alpha, p.a, p.b])
        assert np.abs(found - truth) / p.standard_errors == pytest.approx(np.zeros(4), abs=4)

    def test_customers_who_buy_at_random_are_found_to(self):
        p = MBGCNBDk().fit(simulated(dataclasses.replace(STEADY, k=1), 52, 3000)).params_
        assert p.k == 1

    def test_with_k_of_one_it_is_mbg_nbd(self):
        seen = simulated(STEADY, 52, 2000)
        ours, theirs = MBGCNBDk(1).fit(seen).params_, MBGNBD().fit(seen).params_
        assert dataclasses.astuple(ours)[1:] == dataclasses.astuple(theirs)

    @pytest.mark.parametrize("k", [2, 3, 8])
    def test_the_gradient_is_that_of_finite_differences(self, k):
        likelihood = Likelihood(read_histories(simulated(STEADY, 52, 300)).grouped(), k, at_first=True)
        for at in ((1, 0.3, 1, 3), (0.3, 2, 0.01, 9), (40, 9, 30, 0.2)):
            logs = np.log(at)
            for ask, point in ((likelihood, logs), (likelihood.without_dropout, logs[:2])):
                step = 1e-5 * np.eye(len(point))
                numeric = [(ask(point + s)[0] - ask(point - s)[0]) / 2e-5 for s in step]
                assert ask(point)[1] == pytest.approx(numeric, abs=1e-7, rel=1e-6)

    def test_the_likelihood_is_the_density_of_what_was_seen(self):
        """One customer, gap by gap: over rates and chances of leaving, by brute force."""
        p, gaps, T = MBGCNBDkParams(k=2, r=1.7, alpha=3.0, a=0.8, b=2.0), np.array([2.0, 3.5, 1.0]), 11.0
        rng = np.random.default_rng(5)
        rate, q = rng.gamma(p.r, 1 / p.alpha, 1_000_000), rng.beta(p.a, p.b, 1_000_000)
        seen = np.prod(rate[:, None] ** 2 * gaps * np.exp(-rate[:, None] * gaps), axis=1)
        silent = np.exp(-rate * (T - gaps.sum())) * (1 + rate * (T - gaps.sum()))
        brute = (seen * (q * (1 - q) ** 3 + (1 - q) ** 4 * silent)).mean()
        h = read_histories({"x": [3], "t_x": [6.5], "T": [T], "log_gaps": [np.log(gaps).sum()]}).grouped()
        likelihood = Likelihood(h, 2, at_first=True)
        logs = np.log([p.r, p.alpha / likelihood.unit, p.a, p.b])
        assert likelihood.log_likelihood(likelihood(logs)[0], h.log_gaps[0]) == pytest.approx(np.log(brute), abs=0.01)

    def test_grouping_by_hand_and_the_unit_of_time_change_nothing(self):
        seen = {name: np.round(values, 1) for name, values in simulated(STEADY, 52, 2000).items()}
        seen["log_gaps"] = np.minimum(
            seen["log_gaps"], seen["x"] * np.log(seen["t_x"] / np.maximum(seen["x"], 1) + 1e-9)
        )
        ours = MBGCNBDk(3).fit(seen).params_
        assert dataclasses.astuple(MBGCNBDk(3).fit(read_histories(seen).grouped()).params_)[:6] == pytest.approx(
            dataclasses.astuple(ours)[:6]
        )
        days = {"x": seen["x"], "t_x": 7 * seen["t_x"], "T": 7 * seen["T"]}
        p = MBGCNBDk(3).fit({**days, "log_gaps": seen["log_gaps"] + seen["x"] * np.log(7)}).params_
        assert (p.r, p.alpha / 7, p.a, p.b) == pytest.approx((ours.r, ours.alpha, ours.a, ours.b), rel=1e-5)
        assert p.log_likelihood == pytest.approx(ours.log_likelihood - seen["x"].sum() * np.log(7))

    def test_without_the_gaps_k_must_be_given(self):
        seen = simulated(STEADY, 52, 500)
        whole = MBGCNBDk(3).fit(seen).params_
        del seen["log_gaps"]
        with pytest.raises(InputError, match="Missing columns: log_gaps"):
            MBGCNBDk().fit(seen)
        p = MBGCNBDk(3).fit(seen).params_
        assert dataclasses.replace(whole, log_likelihood=None) == p
        with pytest.raises(InputError, match="Unexpected k=9"):
            MBGCNBDk(9)

    def test_what_was_learned_is_ready_for_json_and_can_be_taken_up_again(self):
        model = MBGCNBDk(2).fit(simulated(STEADY, 52, 300))
        told = json.loads(json.dumps(dataclasses.asdict(model.params_), allow_nan=False))
        again = MBGCNBDk.from_params(MBGCNBDkParams(**told))
        assert again.k == 2
        assert np.array_equal(again.expected_purchases(SEEN, 39), model.expected_purchases(SEEN, 39))


ODD = {
    "nobody": ({"x": [], "t_x": [], "T": [], "log_gaps": []}, "no_repeat_purchases"),
    "one-time buyers only": (
        {"x": [0] * 9, "t_x": [0] * 9, "T": np.arange(9), "log_gaps": [0] * 9},
        "no_repeat_purchases",
    ),
    "one customer": ({"x": [3], "t_x": [20.0], "T": [39.0], "log_gaps": [5.0]}, "too_few_repeat_buyers"),
    "like clockwork": (
        {"x": [3] * 99, "t_x": [36.0] * 99, "T": [39.0] * 99, "log_gaps": [3 * np.log(12)] * 99},
        "regularity_at_most",
    ),
    "thousands of purchases, one is gone": (
        {"x": [900, 2000, 850], "t_x": [38.9, 38.9, 2.0], "T": [39.0] * 3, "log_gaps": [-3000, -8000, -5300]},
        "too_few_repeat_buyers",
    ),
}


class TestOddData:
    @pytest.mark.parametrize("case", ODD)
    def test_the_fit_says_what_is_odd_and_answers_stay_finite(self, case):
        seen, note = ODD[case]
        model = MBGCNBDk(None if case == "like clockwork" else 4).fit(seen)
        assert note in model.params_.notes
        json.dumps(dataclasses.asdict(model.params_), allow_nan=False)
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
    def test_with_k_of_one_they_are_those_of_mbg_nbd(self):
        ours = MBGCNBDk.from_params(MBGCNBDkParams(1, 0.5, 6.2, 0.9, 1.6))
        theirs = MBGNBD.from_params(MBGNBDParams(0.5, 6.2, 0.9, 1.6))
        assert ours.phases(SEEN).tolist() == [[1.0]] * 4
        for name, asked in {
            "probability_alive": (),
            "expected_purchases": (26,),
            "discounted_purchases": (26, 0.02),
            "residual_purchases": (0.02,),
            "expected_lifetime": (26,),
            "log_probability_of_purchases": ([0, 1, 2, 3], 26),
            "next_purchase_due": (),
        }.items():
            assert np.array_equal(getattr(ours, name)(SEEN, *asked), getattr(theirs, name)(SEEN, *asked))

    @pytest.mark.parametrize("k", [2, 3, 5])
    @pytest.mark.parametrize(("x", "t_x", "T"), [(0, 0, 12), (5, 30, 39)])
    def test_closed_forms_are_what_chance_gives(self, k, x, t_x, T):
        p = dataclasses.replace(STEADY, k=k, alpha=12 / k)
        model, seen, horizon = MBGCNBDk.from_params(p), {"x": [x], "t_x": [t_x], "T": [T]}, 26
        bought, worth, active, wait = futures(p, x, t_x, T, horizon)
        alive = model.probability_alive(seen)[0]
        for told, found in (
            (model.expected_purchases(seen, horizon), bought),
            (model.discounted_purchases(seen, horizon, 0.02), worth),
            (model.expected_lifetime(seen, horizon), active),
        ):
            assert told[0] / alive == pytest.approx(found.mean(), abs=4 * found.std() / np.sqrt(len(found)))
        for n in (0, 1, 4):
            share = alive * (bought == n).mean() + (1 - alive) * (n == 0)
            assert model.probability_of_purchases(seen, n, horizon)[0] == pytest.approx(share, abs=5e-3)
        assert (wait <= model.next_purchase_due(seen)[0]).mean() == pytest.approx(0.5, abs=5e-3)

    def test_forecasts_fit_those_who_were_simulated_on(self):
        """Simulated to week 65, seen to week 39: phases, P(alive) and purchases of those seen, in total."""
        whole = simulated(STEADY, 65, 20_000)
        model = MBGCNBDk.from_params(STEADY)
        short = simulated(STEADY, 39, 20_000, seed=1)
        expected = short["x"].mean() + model.expected_purchases(short, 26).mean()
        assert expected == pytest.approx(whole["x"].mean(), rel=0.03)
        assert model.expected_purchases_new(65) == pytest.approx(whole["x"].mean(), rel=0.03)

    def test_a_late_regular_customer_is_the_sooner_thought_gone(self):
        late = {"x": [6], "t_x": [30], "T": [42]}
        alive = [
            MBGCNBDk.from_params(MBGCNBDkParams(k, 2.0, 8.0 / k, 0.6, 3.0)).probability_alive(late)[0]
            for k in (1, 2, 4, 8)
        ]
        assert (np.diff(alive) < 0).all()

    def test_chances_sum_to_one_and_their_mean_is_the_expectation(self):
        model = MBGCNBDk.from_params(STEADY)
        chances = np.array([model.probability_of_purchases(SEEN, n, 26) for n in range(120)])
        assert chances.sum(axis=0) == pytest.approx(np.ones(4), abs=1e-9)
        assert np.arange(120) @ chances == pytest.approx(model.expected_purchases(SEEN, 26), rel=1e-8)

    @pytest.mark.parametrize("k", [2, 3, 8])
    def test_counting_events_is_the_integral_over_the_chance_of_leaving(self, k):
        r, alpha, b = (
            np.array([0.2, 2.0, 30.0, 100.0]),
            np.array([4.0, 40.0, 40.0, 300.0]),
            np.array([1.3, 2.4, 9.0, 500.0]),
        )
        for a in (0.05, 1.0, 9.0):
            alive = Alive(r, alpha, np.full(4, a), b, np.zeros(4))
            for j in (0, k - 1):
                for t in (0.5, 26.0):
                    counted = _erlang.by_events(alive, t, k, j)
                    assert counted == pytest.approx(_erlang.by_quadrature(alive, t, k, j), rel=1e-6, abs=1e-12)

    def test_purchases_without_an_end_are_those_of_ever_longer_horizons(self):
        model, rate = MBGCNBDk.from_params(STEADY), 0.05
        v, weight = np.polynomial.legendre.leggauss(30)
        v, weight = 10 * (v + 1) ** 2, weight * 20 * (v + 1)  # the integral of exp(-v) E(v / rate) dv
        summed = sum(w * np.exp(-u) * model.expected_purchases(SEEN, u / rate) for u, w in zip(v, weight, strict=True))
        assert model.residual_purchases(SEEN, rate) == pytest.approx(summed, rel=1e-4)

    def test_phases_are_chances_and_none_has_come_on_the_day_of_a_purchase(self):
        phases = MBGCNBDk.from_params(STEADY).phases({"x": [4, 4], "t_x": [30, 39], "T": [39, 39]})
        assert phases.sum(axis=1) == pytest.approx([1, 1])
        assert phases[1].tolist() == [1, 0, 0]

    @settings(max_examples=20, deadline=None)
    @given(
        params=st.tuples(
            st.integers(1, 8), st.floats(0.002, 1e3), st.floats(1e-2, 1e4), st.floats(1e-5, 1e3), st.floats(1e-2, 1e5)
        ),
        x=st.integers(0, 3000),
        T=st.floats(0.1, 3000),
        share=st.floats(1e-3, 1),
        horizon=st.floats(1e-2, 3000),
        n=st.integers(0, 3000),
    )
    def test_whatever_is_asked_the_answer_is_finite_and_in_its_range(self, params, x, T, share, horizon, n):
        model = MBGCNBDk.from_params(MBGCNBDkParams(*params))
        seen = {"x": [x], "t_x": [share * T if x else 0], "T": [T]}
        alive, expected = model.probability_alive(seen)[0], model.expected_purchases(seen, horizon)[0]
        k, most = params[0], (params[1] + params[0] * (x + 1)) / (params[2] + T) * horizon
        assert 0 <= alive <= 1
        assert 0 <= expected <= (most + k) / k * (1 + 1e-6)
        assert 0 <= model.discounted_purchases(seen, horizon, 1e-3)[0] <= expected * (1 + 1e-6)
        assert 0 <= model.expected_lifetime(seen, horizon)[0] <= horizon
        assert 0 <= model.residual_purchases(seen, 1e-3)[0] < np.inf
        assert -np.inf < model.log_probability_of_purchases(seen, [n], horizon)[0] <= 0
        assert 0 < model.next_purchase_due(seen)[0] < np.inf
