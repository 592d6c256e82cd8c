"""BG/BB: published answers, known truth from simulated customers, sums against chance, extremes."""

import csv
import dataclasses
import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from shuke.kit.errors import InputError
from shuke.value import bgbb
from shuke.value.bgbb import BGBB, BGBBParams
from shuke.value.leaving import discounted_stays, expected_stays
from shuke.value.opportunities import read_opportunities

DATASETS = Path(importlib.util.find_spec("lifetimes").submodule_search_locations[0]) / "datasets"
PAPER = BGBBParams(alpha=1.2035, beta=0.7497, gamma=0.6567, delta=2.7834)  # Fader, Hardie & Shang 2010
CUSTOMER_A = {"x": [0], "t_x": [0], "n": [6]}
CUSTOMER_B = {"x": [4], "t_x": [5], "n": [6]}


def donations():
    """Who gave in which of six years after the first: 11,104 donors in 22 histories, of Fader, Hardie & Shang 2010."""
    with (DATASETS / "donations.csv").open() as file:
        rows = [
            [float(row[name]) for name in ("frequency", "recency", "periods", "weights")]
            for row in csv.DictReader(file)
        ]
    return dict(zip(("x", "t_x", "n", "customers"), np.array(rows).T, strict=True))


def simulated(alpha, beta, gamma, delta, n, customers, seed=0):
    """Customers of known truth: there at the first k of n opportunities, k geometric, buying at each by a coin."""
    rng = np.random.default_rng(seed)
    buys, leaves = rng.beta(alpha, beta, customers), rng.beta(gamma, delta, customers) if gamma else np.zeros(customers)
    stays = rng.geometric(np.maximum(leaves, 1e-12)) - 1
    occasions = np.arange(1, n + 1)
    bought = (rng.random((customers, n)) < buys[:, None]) & (occasions <= stays[:, None])
    return {"x": bought.sum(axis=1), "t_x": (bought * occasions).max(axis=1), "n": np.full(customers, n)}


@pytest.fixture(scope="module")
def fitted():
    return BGBB().fit(donations())


class TestPublished:
    def test_parameters_and_likelihood_of_the_donations(self, fitted):
        """BTYD vignette; Fader, Hardie & Shang 2010, Table 2."""
        p = fitted.params_
        assert [round(value, 3) for value in (p.alpha, p.beta, p.gamma, p.delta)] == [1.204, 0.750, 0.657, 2.783]
        assert dataclasses.astuple(p)[:4] == pytest.approx([1.2035, 0.7497, 0.6567, 2.7834], abs=1e-4)
        assert round(p.log_likelihood, 2) == -33225.58
        assert (p.customers, p.histories, p.notes) == (11_104, 22, ())

    @pytest.mark.parametrize(
        ("n", "expected"),
        list(
            enumerate([0.4985, 0.9233, 1.2969, 1.6323, 1.9381, 2.2202, 2.4826, 2.7285, 2.9603, 3.1798, 3.3887], start=1)
        ),
    )
    def test_donations_of_a_new_donor(self, fitted, n, expected):
        """Fader & Hardie's note 010 on the BG/BB in Excel, E[X(n)]."""
        assert round(fitted.expected_purchases_new(n), 4) == expected

    def test_donations_in_ten_years_to_come(self, fitted):
        """BTYD vignette, customers A and B; from its own estimates, so four digits and a half."""
        assert fitted.expected_purchases(CUSTOMER_A, 10)[0] == pytest.approx(0.1302169, rel=5e-5)
        assert fitted.expected_purchases(CUSTOMER_B, 10)[0] == pytest.approx(3.627858, rel=5e-5)

    def test_a_donor_of_every_year_and_one_of_none(self, fitted):
        """Fader, Hardie & Shang 2010 give 3.75 and .07 donations for the five years to come."""
        seen = {"x": [6, 0], "t_x": [6, 0], "n": [6, 6]}
        assert fitted.expected_purchases(seen, 5).round(2).tolist() == [3.75, 0.07]


class TestFit:
    @pytest.mark.parametrize("at", [(1, 1, 1, 3), (0.05, 40, 3, 0.2), (500, 80, 0.01, 9), (1.2, 0.7, 200, 900)])
    def test_the_gradient_is_that_of_finite_differences(self, at):
        seen = [simulated(1, 2, 0.7, 4, n, 300, seed=n) for n in (1, 4, 9)]
        mixed = {name: np.concatenate([one[name] for one in seen]) for name in ("x", "t_x", "n")}
        likelihood = bgbb._Likelihood(read_opportunities(mixed).grouped())
        logs, step = np.log(at), 1e-5 * np.eye(4)
        numeric = [(likelihood(logs + s)[0] - likelihood(logs - s)[0]) / 2e-5 for s in step]
        assert likelihood(logs)[1] == pytest.approx(numeric, abs=1e-7, rel=1e-6)

    def test_without_dropout_the_gradient_is_right_too(self):
        likelihood = bgbb._Likelihood(read_opportunities(donations()).grouped())
        logs, step = np.log([0.3, 0.7]), 1e-5 * np.eye(2)
        numeric = [
            (likelihood.without_dropout(logs + s)[0] - likelihood.without_dropout(logs - s)[0]) / 2e-5 for s in step
        ]
        assert likelihood.without_dropout(logs)[1] == pytest.approx(numeric, abs=1e-7, rel=1e-6)

    def test_the_likelihood_is_the_sum_over_all_ends_by_hand(self):
        """x = 1 at the first of 3, fair coins: bought, then there and missed twice, or gone before the 2nd or 3rd."""
        likelihood = bgbb._Likelihood(read_opportunities({"x": [1], "t_x": [1], "n": [3]}).grouped())
        # alpha = beta = gamma = delta = 1: E[p^x (1-p)^m] = B(1+x, 1+m), likewise for leaving
        here = 1 / 12 * 1 / 4  # B(2, 3), B(1, 4)
        gone = 1 / 2 * 1 / 6 + 1 / 6 * 1 / 12  # B(2, 1) B(2, 2) + B(2, 2) B(2, 3)
        assert likelihood(np.zeros(4))[0] == pytest.approx(-np.log(here + gone))

    def test_the_errors_are_those_that_the_curvature_gives(self, fitted):
        """Computed from differences of the likelihood itself, at the optimum."""
        likelihood = bgbb._Likelihood(read_opportunities(donations()).grouped())
        p = fitted.params_
        at, step = np.array([p.alpha, p.beta, p.gamma, p.delta]), 1e-3
        value = lambda z: likelihood(np.log(z))[0] * likelihood.total  # noqa: E731
        e = np.eye(4) * step
        bend = [[value(at + i + j) - value(at + i - j) - value(at - i + j) + value(at - i - j) for j in e] for i in e]
        errors = np.sqrt(np.diag(np.linalg.inv(np.array(bend) / (4 * step**2))))
        assert p.standard_errors == pytest.approx(errors, rel=1e-3)

    @pytest.mark.parametrize(
        ("alpha", "beta", "gamma", "delta", "n"),
        [(1.2, 0.75, 0.66, 2.8, 6), (0.4, 4.0, 0.5, 12.0, 52), (3.0, 1.0, 1.0, 1.5, 4), (0.5, 0.5, 2.0, 60.0, 24)],
    )
    def test_known_truth_is_recovered(self, alpha, beta, gamma, delta, n):
        p = BGBB().fit(simulated(alpha, beta, gamma, delta, n, 20_000)).params_
        found, truth = np.array(dataclasses.astuple(p)[:4]), np.array([alpha, beta, gamma, delta])
        assert np.abs(found - truth) / p.standard_errors == pytest.approx(np.zeros(4), abs=4)
        assert p.notes == ()

    def test_single_rows_and_grouped_ones_give_the_same(self, fitted):
        seen = donations()
        each = {name: np.repeat(seen[name], seen["customers"].astype(int)) for name in ("x", "t_x", "n")}
        assert dataclasses.astuple(BGBB().fit(each).params_) == dataclasses.astuple(fitted.params_)

    def test_what_was_learned_is_ready_for_json_and_can_be_taken_up_again(self, fitted):
        told = json.loads(json.dumps(dataclasses.asdict(fitted.params_), allow_nan=False))
        again = BGBB.from_params(BGBBParams(**told))
        assert again.expected_purchases(CUSTOMER_B, 10) == fitted.expected_purchases(CUSTOMER_B, 10)


ODD = {
    "nobody": ({"x": [], "t_x": [], "n": []}, "no_repeat_purchases"),
    "nobody came back": ({"x": [0] * 50, "t_x": [0] * 50, "n": np.arange(50)}, "no_repeat_purchases"),
    "no opportunity yet": ({"x": [0], "t_x": [0], "n": [0]}, "no_repeat_purchases"),
    "one customer": ({"x": [3], "t_x": [5], "n": [9]}, "too_few_repeat_buyers"),
    "one opportunity": ({"x": [0, 1], "t_x": [0, 1], "n": [1, 1], "customers": [80, 40]}, "weakly_known"),
    "nobody misses one": ({"x": [6], "t_x": [6], "n": [6], "customers": [500]}, "no_opportunity_missed"),
    "nobody leaves": (simulated(1.2, 2, 0, 1, 12, 4000), "no_dropout_detected"),
    "everyone buys at one rate": (simulated(4e4, 6e4, 0.7, 4, 12, 4000), "purchase_rates_alike"),
    "everyone leaves at one rate": (simulated(1.2, 2, 2e4, 8e4, 30, 20_000), "dropout_alike"),
    "all bought at the first alone": ({"x": [1], "t_x": [1], "n": [9], "customers": [300]}, None),
}


class TestOddData:
    @pytest.mark.parametrize("case", ODD)
    def test_the_fit_says_what_is_odd_and_answers_stay_finite(self, case):
        seen, note = ODD[case]
        model = BGBB().fit(seen)
        assert note is None or note in model.params_.notes
        json.dumps(dataclasses.asdict(model.params_), allow_nan=False)
        asked = {"x": [0, 0, 1, 30, 900], "t_x": [0, 0, 1, 38, 900], "n": [0, 39, 39, 39, 1000]}
        alive, expected = model.probability_alive(asked), model.expected_purchases(asked, 52)
        residual = model.residual_purchases(asked, 0.002)
        scores = model.log_probability_of_purchases(asked, [0, 3, 0, 50, 10], 52)
        assert np.isfinite([alive, expected, residual, scores]).all()
        assert ((alive >= 0) & (alive <= 1) & (expected >= 0) & (expected <= 52) & (scores <= 0)).all()

    def test_impossible_histories_are_refused(self):
        with pytest.raises(InputError, match="t_x must not be after n"):
            BGBB().fit({"x": [1], "t_x": [7], "n": [6]})
        with pytest.raises(InputError, match=r"Missing columns: t_x, n\. Present: x"):
            BGBB().fit({"x": [1]})
        with pytest.raises(InputError, match="x must be a whole number from 0"):
            BGBB().fit({"x": [0.5], "t_x": [1], "n": [2]})
        with pytest.raises(InputError, match="differ in length: x 1, t_x 2, n 1"):
            BGBB().fit({"x": [1], "t_x": [1, 2], "n": [6]})

    @pytest.mark.parametrize("horizon", [-1, 2.5, float("nan"), float("inf")])
    def test_a_horizon_is_a_whole_number_of_opportunities(self, horizon):
        with pytest.raises(InputError, match="give a whole number from 0"):
            BGBB.from_params(PAPER).expected_purchases(CUSTOMER_A, horizon)


class TestAnswers:
    @pytest.mark.parametrize("params", [PAPER, BGBBParams(2.0, 3.0, 1.0, 1.5), BGBBParams(9.0, 2.0, 0.2, 7.0)])
    @pytest.mark.parametrize(("x", "t_x", "n"), [(0, 0, 0), (0, 0, 6), (3, 4, 6), (9, 10, 12)])
    def test_sums_are_what_chance_gives(self, params, x, t_x, n):
        model, seen, horizon = BGBB.from_params(params), {"x": [x], "t_x": [t_x], "n": [n]}, 8
        rng, size = np.random.default_rng(5), 400_000
        buys, leaves = rng.beta(params.alpha, params.beta, size), rng.beta(params.gamma, params.delta, size)
        # the chance of the history by each way it can have come about, given the customer's own two chances
        still = buys**x * (1 - buys) ** (n - x) * (1 - leaves) ** n
        gone = sum(buys**x * (1 - buys) ** (j - x) * leaves * (1 - leaves) ** j for j in range(t_x, n))
        there = still.sum() / (still + gone).sum()
        weight = still / still.sum()
        assert model.probability_alive(seen)[0] == pytest.approx(there * (weight @ (1 - leaves)), abs=5e-3)
        lived = sum((1 - leaves) ** k for k in range(1, horizon + 1))
        assert model.expected_purchases(seen, horizon)[0] == pytest.approx(there * (weight @ (buys * lived)), rel=2e-2)
        for count in (0, 1, 8):
            share = there * (weight @ _chance(count, horizon, buys, leaves)) + (1 - there) * (count == 0)
            assert model.probability_of_purchases(seen, count, horizon)[0] == pytest.approx(share, abs=4e-3)

    def test_chances_sum_to_one_and_their_mean_is_the_expectation(self):
        model = BGBB.from_params(PAPER)
        seen = {"x": [0, 3, 6], "t_x": [0, 4, 6], "n": [6, 6, 6]}
        chances = np.array([model.probability_of_purchases(seen, n, 20) for n in range(21)])
        assert chances.sum(axis=0) == pytest.approx(np.ones(3), abs=1e-12)
        assert np.arange(21) @ chances == pytest.approx(model.expected_purchases(seen, 20), rel=1e-10)
        assert (model.probability_of_purchases(seen, 21, 20) == 0).all()

    def test_in_no_time_nothing_is_bought(self):
        model = BGBB.from_params(PAPER)
        assert model.expected_purchases(CUSTOMER_B, 0)[0] == 0
        assert model.probability_of_purchases(CUSTOMER_B, 0, 0)[0] == pytest.approx(1)

    def test_discounted_purchases_are_their_sum_over_a_long_time(self):
        model, d = BGBB.from_params(PAPER), 0.1
        until = [float(model.expected_purchases(CUSTOMER_B, k)[0]) for k in range(301)]
        by_hand = np.diff(until) @ (1 + d) ** -np.arange(1.0, 301)
        assert model.residual_purchases(CUSTOMER_B, d)[0] == pytest.approx(by_hand, rel=1e-9)

    @pytest.mark.parametrize("leave", [1e-4, 0.66, 1.0, 1 + 1e-9, 40.0, 1e5])
    @pytest.mark.parametrize("discount_rate", [2e-2, 0.1, 3.0])
    def test_the_integral_is_the_sum(self, leave, discount_rate):
        stay = np.array([1e-3, 0.3, 3.0, 60.0, 1e5])
        k = np.arange(3000)
        chances = np.cumprod((stay[:, None] + k) / (leave + stay[:, None] + k), axis=1)
        by_hand = chances @ (1 + discount_rate) ** -(k + 1.0)
        assert discounted_stays(leave, stay, discount_rate) == pytest.approx(by_hand, rel=1e-8, abs=1e-15)
        assert expected_stays(leave, stay, 3000) == pytest.approx(chances.sum(axis=1), rel=1e-12)


def _chance(count, horizon, buys, leaves):
    """P(count taken of horizon), given both chances: there for all, or gone after i."""
    ways = [(horizon, 1.0)] + [(i, leaves) for i in range(count, horizon)]
    choose = lambda i: np.prod([(i - j) / (j + 1) for j in range(count)])  # noqa: E731
    return sum(
        choose(i) * buys**count * (1 - buys) ** (i - count) * (1 - leaves) ** i * ends for i, ends in ways if i >= count
    )
