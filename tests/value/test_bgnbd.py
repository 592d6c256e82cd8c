"""BG/NBD: published answers, known truth from simulated customers, closed forms against chance, extremes."""

import csv
import dataclasses
import importlib.util
import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuke.kit.errors import InputError
from shuke.value import _leaving_likelihood
from shuke.value._leaving_likelihood import Likelihood
from shuke.value.bgnbd import BGNBD, BGNBDParams
from shuke.value.histories import read_histories

DATASETS = Path(importlib.util.find_spec("lifetimes").submodule_search_locations[0]) / "datasets"
PAPER = BGNBDParams(r=0.243, alpha=4.414, a=0.793, b=2.426)  # Fader, Hardie & Lee 2005, Table 2
CUSTOMER_1516 = {"x": [26], "t_x": [30.857], "T": [31]}
CUSTOMER_1 = {"x": [2], "t_x": [30.43], "T": [38.86]}


def cdnow():
    """The 1/10 sample of CDNOW, 2,357 customers, 39 weeks, as printed in the package (times to two digits)."""
    with (DATASETS / "cdnow_customers_summary.csv").open() as file:
        rows = [[float(row[name]) for name in ("frequency", "recency", "T")] for row in csv.DictReader(file)]
    return dict(zip(("x", "t_x", "T"), np.array(rows).T, strict=True))


def cdnow_log():
    """The same from its purchases, times exact (days / 7), and the purchase days of weeks 40 to 78."""
    days: dict[str, set[int]] = {}
    for line in (DATASETS / "CDNOW_sample.txt").read_text().splitlines():
        _, customer, day, *_ = line.split()
        days.setdefault(customer, set()).add(date.fromisoformat(day).toordinal())
    end = date(1997, 9, 30).toordinal()
    first = np.array([min(seen) for seen in days.values()])
    known = [[day for day in seen if day <= end] for seen in days.values()]
    last, x = np.array([max(seen) for seen in known]), np.array([len(seen) - 1 for seen in known])
    later = np.array([sum(end < day <= end + 39 * 7 for day in seen) for seen in days.values()])
    return {"x": x, "t_x": (last - first) / 7, "T": (end - first) / 7}, later


def simulated(r, alpha, a, b, T, customers, seed=0):
    """Customers of known truth: X = min(Geometric(p), Poisson(rate T)), the last at its place among T's arrivals."""
    rng = np.random.default_rng(seed)
    arrivals = rng.poisson(rng.gamma(r, 1 / alpha, customers) * T)
    until = rng.geometric(np.maximum(rng.beta(a, b, customers), 1e-12)) if a else np.full(customers, 10**9)
    x = np.minimum(until, arrivals)
    place = rng.beta(np.maximum(x, 1), np.maximum(arrivals - x, 0) + 1)
    return {"x": x, "t_x": np.where(x > 0, T * place, 0.0), "T": np.full(customers, float(T))}


def futures(params, x, t_x, T, horizon, size=400_000):
    """Rates, chances of leaving and counts of one customer's possible futures, and the chance of being there."""
    rng = np.random.default_rng(7)
    rate, leaving = rng.gamma(params.r + x, 1 / (params.alpha + T), size), rng.beta(params.a, params.b + x, size)
    counts = np.minimum(rng.geometric(np.maximum(leaving, 1e-15)), rng.poisson(rate * horizon))
    odds = params.a / (params.b + x - 1) * ((params.alpha + T) / (params.alpha + t_x)) ** (params.r + x) if x else 0
    return rate, leaving, counts, 1 / (1 + odds)


@pytest.fixture(scope="module")
def fitted():
    return BGNBD().fit(cdnow())


class TestPublished:
    def test_parameters_and_likelihood_of_cdnow(self, fitted):
        """CLVTools tests; BTYD vignette; Fader, Hardie & Lee 2005 to three digits."""
        p = fitted.params_
        assert [round(value, 5) for value in (p.r, p.alpha, p.a, p.b)] == [0.24259, 4.41353, 0.79289, 2.42575]
        assert round(p.log_likelihood, 2) == -9582.43
        assert (p.customers, p.notes) == (2357, ())

    def test_the_paper_has_the_same_to_its_digits(self, fitted):
        """Fader, Hardie & Lee 2005, Table 2."""
        p = fitted.params_
        assert [round(value, 3) for value in (p.r, p.alpha, p.a, p.b)] == [0.243, 4.414, 0.793, 2.426]
        assert round(p.log_likelihood, 1) == -9582.4

    def test_purchases_of_a_new_customer_in_a_year(self, fitted):
        """BTYD vignette, 1.444004: its optimiser stops before the top, so five digits."""
        assert fitted.expected_purchases_new(52) == pytest.approx(1.444004, rel=2e-5)

    def test_customer_1516(self, fitted):
        """BTYD vignette, 25.75659 and .96885; the former from its own estimates, so four digits and a half."""
        assert fitted.expected_purchases(CUSTOMER_1516, 52)[0] == pytest.approx(25.75659, rel=5e-5)
        assert round(float(fitted.probability_alive(CUSTOMER_1516)[0]), 5) == 0.96885

    def test_more_purchases_in_the_same_time_make_silence_worse(self, fitted):
        """BTYD vignette, x = 10, 15, 20, 25 at t_x = 20, T = 39."""
        seen = {"x": [10, 15, 20, 25], "t_x": [20] * 4, "T": [39] * 4}
        expected = fitted.expected_purchases(seen, 52)
        assert expected == pytest.approx([0.34746, 0.042834, 0.004159, 0.000358], rel=2e-3)
        assert expected[:2] == pytest.approx([0.34746, 0.042834], rel=2e-4)

    def test_customer_1(self, fitted):
        """Computed independently for this project; the paper's own example has the first to three digits."""
        assert round(fitted.expected_purchases(CUSTOMER_1, 39)[0], 4) == pytest.approx(1.2259)
        assert round(fitted.probability_alive(CUSTOMER_1)[0], 4) == pytest.approx(0.7266)
        assert BGNBD.from_params(PAPER).expected_purchases(CUSTOMER_1, 39)[0] == pytest.approx(1.226, abs=5e-4)

    def test_hold_out_by_purchases_in_calibration(self):
        """BTYD vignette, conditional expectations for x = 0 … 6, 7+; the total 1,653 is computed, 1,882 counted."""
        seen, later = cdnow_log()
        expected = BGNBD().fit(seen).expected_purchases(seen, 39)
        groups = [np.minimum(seen["x"], 7) == x for x in range(8)]
        means = [[round(float(values[group].mean()), 3) for group in groups] for values in (expected, later)]
        assert means[0] == [0.225, 0.523, 1.044, 1.520, 2.164, 2.654, 3.504, 6.157]
        assert means[1] == [0.237, 0.697, 1.393, 1.560, 2.532, 2.947, 3.862, 6.359]
        assert (round(float(expected.sum())), int(later.sum())) == (1653, 1882)


class TestFit:
    @pytest.mark.parametrize("at", [(1, 3, 1, 3), (0.243, 0.5, 0.793, 2.426), (5, 0.1, 30, 0.2), (0.01, 40, 1e-5, 8)])
    def test_the_gradient_is_that_of_finite_differences(self, at):
        likelihood = Likelihood(read_histories(cdnow()).grouped())
        logs, step = np.log(at), 1e-5 * np.eye(4)
        numeric = [(likelihood(logs + s)[0] - likelihood(logs - s)[0]) / 2e-5 for s in step]
        assert likelihood(logs)[1] == pytest.approx(numeric, abs=1e-7, rel=1e-6)

    def test_without_dropout_the_gradient_is_right_too(self):
        likelihood = Likelihood(read_histories(cdnow()).grouped())
        logs, step = np.log([0.3, 0.7]), 1e-5 * np.eye(2)
        numeric = [
            (likelihood.without_dropout(logs + s)[0] - likelihood.without_dropout(logs - s)[0]) / 2e-5 for s in step
        ]
        assert likelihood.without_dropout(logs)[1] == pytest.approx(numeric, abs=1e-7, rel=1e-6)

    def test_grouping_by_hand_changes_nothing(self, fitted):
        grouped = read_histories(cdnow()).grouped()
        again = BGNBD().fit(grouped).params_
        assert len(grouped) == again.histories == 1016
        assert dataclasses.astuple(again) == dataclasses.astuple(fitted.params_)

    def test_the_unit_of_time_changes_the_unit_of_alpha_alone(self, fitted):
        days = {name: values * (1 if name == "x" else 7) for name, values in cdnow().items()}
        weeks, p = fitted.params_, BGNBD().fit(days).params_
        assert (p.r, p.alpha / 7, p.a, p.b) == pytest.approx((weeks.r, weeks.alpha, weeks.a, weeks.b), rel=1e-5)
        assert p.covariance[1][2] == pytest.approx(weeks.covariance[1][2], rel=1e-3)
        purchases = cdnow()["x"].sum()
        assert p.log_likelihood == pytest.approx(weeks.log_likelihood - purchases * np.log(7))

    @pytest.mark.parametrize(
        ("r", "alpha", "a", "b", "T"),
        [
            (0.24, 4.4, 0.79, 2.4, 39),
            (1.5, 10, 1.0, 3.0, 60),  # a = 1, where [FHL] eq. 9 divides by zero
            (0.8, 20, 2.5, 0.8, 365),  # most leave at once
            (2.0, 0.6, 0.5, 200, 300),  # about a thousand purchases each, up to several thousand
            (6.0, 30, 0.5, 4.0, 100),
        ],
    )
    def test_known_truth_is_recovered(self, r, alpha, a, b, T):
        truth = np.array([r, alpha, a, b])
        p = BGNBD().fit(simulated(r, alpha, a, b, T, 12_000)).params_
        found = np.array([p.r, p.alpha, p.a, p.b])
        assert np.abs(found - truth) / p.standard_errors == pytest.approx(np.zeros(4), abs=4)
        assert p.notes == ()
        assert (np.abs(np.log(found / truth)) < 0.4).all()

    def test_many_histories_are_fitted_as_few_are(self, monkeypatch):
        seen = simulated(0.6, 8, 0.8, 3, 50, 30_000)
        thinned = BGNBD().fit(seen).params_
        monkeypatch.setattr(_leaving_likelihood, "THINNED", 10**9)
        whole = BGNBD().fit(seen).params_
        assert dataclasses.astuple(thinned)[:5] == pytest.approx(dataclasses.astuple(whole)[:5], rel=1e-5)

    def test_what_was_learned_is_ready_for_json_and_can_be_taken_up_again(self, fitted):
        told = json.loads(json.dumps(dataclasses.asdict(fitted.params_), allow_nan=False))
        assert told["customers"] == 2357
        again = BGNBD.from_params(BGNBDParams(**told))
        assert np.array_equal(again.expected_purchases(CUSTOMER_1, 39), fitted.expected_purchases(CUSTOMER_1, 39))

    def test_histories_are_not_changed(self):
        seen = {name: values.copy() for name, values in cdnow().items()}
        for values in seen.values():
            values.flags.writeable = False
        model = BGNBD().fit(seen)
        model.discounted_purchases(seen, 10, 0.01)
        assert all(np.array_equal(seen[name], values) for name, values in cdnow().items())

    def test_impossible_histories_are_refused(self):
        with pytest.raises(InputError, match="t_x must not be after T"):
            BGNBD().fit({"x": [1], "t_x": [2], "T": [1]})


ODD = {
    "nobody": ({"x": [], "t_x": [], "T": []}, "no_repeat_purchases"),
    "one-time buyers only": ({"x": [0] * 50, "t_x": [0] * 50, "T": np.arange(50)}, "no_repeat_purchases"),
    "no time at all": ({"x": [0], "t_x": [0], "T": [0]}, "no_repeat_purchases"),
    "one customer": ({"x": [3], "t_x": [20.0], "T": [39.0]}, "too_few_repeat_buyers"),
    "all the same": ({"x": [3] * 99, "t_x": [38.0] * 99, "T": [39.0] * 99}, "no_dropout_detected"),
    "nobody leaves": (simulated(1.2, 4, 0, 1, 39, 4000), "no_dropout_detected"),
    "everyone buys at one rate": (simulated(1e5, 4e5, 0.5, 2, 39, 4000), "purchase_rates_alike"),
    "everyone leaves at one rate": (simulated(1.2, 4, 3e4, 7e4, 39, 4000), "dropout_alike"),
    "everyone leaves at the second purchase": (
        {"x": [0, 1] * 200, "t_x": [0.0, 1.0] * 200, "T": [39.0] * 400},
        None,
    ),
    "hundreds of purchases, one is gone": (
        {"x": [900, 800, 850], "t_x": [38.9, 38.9, 2.0], "T": [39.0] * 3},
        "too_few_repeat_buyers",
    ),
}


class TestOddData:
    @pytest.mark.parametrize("case", ODD)
    def test_the_fit_says_what_is_odd_and_answers_stay_finite(self, case):
        seen, note = ODD[case]
        model = BGNBD().fit(seen)
        assert note is None or note in model.params_.notes
        p = model.params_
        json.dumps(dataclasses.asdict(p), allow_nan=False)
        assert all(0 < value < 1e13 for value in (p.r, p.alpha, p.a, p.b))
        asked = {"x": [0, 0, 1, 30, 2000], "t_x": [0, 0, 1, 38, 299], "T": [0, 39, 39, 39, 300]}
        answers = [
            model.probability_alive(asked),
            model.expected_purchases(asked, 52),
            model.discounted_purchases(asked, 52, 0.002),
            model.log_probability_of_purchases(asked, [0, 3, 0, 80, 10], 52),
            model.next_purchase_due(asked),
        ]
        assert np.isfinite(answers).all()
        assert ((answers[0] >= 0) & (answers[0] <= 1)).all()
        assert (answers[1] >= 0).all()
        assert (answers[2] <= answers[1] * (1 + 1e-9)).all()

    def test_without_dropout_in_the_data_hardly_anyone_is_thought_gone(self):
        seen, _ = ODD["nobody leaves"]
        model = BGNBD().fit(seen)
        assert model.probability_alive(seen).mean() > 0.99
        assert model.params_.r == pytest.approx(1.2, rel=0.1)
        assert model.params_.alpha == pytest.approx(4, rel=0.1)

    def test_half_a_purchase_is_expected_of_all_where_nobody_came_back(self):
        seen, _ = ODD["one-time buyers only"]
        model = BGNBD().fit(seen)
        assert model.params_.r / model.params_.alpha == pytest.approx(0.5 / np.arange(50).sum())
        assert model.params_.covariance is None


class TestAnswers:
    @pytest.mark.parametrize("params", [PAPER, BGNBDParams(2.0, 3.0, 1.0, 1.5), BGNBDParams(9.0, 20.0, 0.4, 0.7)])
    @pytest.mark.parametrize(("x", "t_x", "T"), [(0, 0, 0), (0, 0, 39), (4, 30, 39), (40, 38, 39)])
    def test_closed_forms_are_what_chance_gives(self, params, x, t_x, T):
        model, seen, horizon, rate = BGNBD.from_params(params), {"x": [x], "t_x": [t_x], "T": [T]}, 26, 0.02
        rates, leaving, counts, alive = futures(params, x, t_x, T, horizon)
        assert model.probability_alive(seen)[0] == pytest.approx(alive)
        margin = 4 * counts.std() / np.sqrt(len(counts)) + 1e-9
        assert model.expected_purchases(seen, horizon)[0] == pytest.approx(alive * counts.mean(), abs=margin)
        # given rate and leaving, the purchases at s come at rate * exp(-rate * leaving * s)
        known = rates * -np.expm1(-(rate + rates * leaving) * horizon) / (rate + rates * leaving)
        margin = 4 * known.std() / np.sqrt(len(known)) + 1e-9
        assert model.discounted_purchases(seen, horizon, rate)[0] == pytest.approx(alive * known.mean(), abs=margin)
        for n in (0, 1, 5):
            share = alive * (counts == n).mean() + (1 - alive) * (n == 0)
            assert model.probability_of_purchases(seen, n, horizon)[0] == pytest.approx(share, abs=4e-3)

    def test_chances_sum_to_one_and_their_mean_is_the_expectation(self):
        model = BGNBD.from_params(PAPER)
        seen = {"x": [0, 3, 12], "t_x": [0, 30, 38], "T": [39, 39, 39]}
        chances = np.array([model.probability_of_purchases(seen, n, 26) for n in range(400)])
        assert chances.sum(axis=0) == pytest.approx(np.ones(3), abs=1e-9)
        assert np.arange(400) @ chances == pytest.approx(model.expected_purchases(seen, 26), rel=1e-8)

    def test_scores_of_own_counts_are_the_logs_of_their_chances(self):
        model = BGNBD.from_params(PAPER)
        seen = {"x": [0, 3, 12, 12], "t_x": [0, 30, 38, 38], "T": [39, 39, 39, 39]}
        scores = model.log_probability_of_purchases(seen, [0, 2, 9, 0], 26)
        for row, n in enumerate([0, 2, 9, 0]):
            assert scores[row] == pytest.approx(np.log(model.probability_of_purchases(seen, n, 26)[row]))

    def test_even_the_unlikeliest_count_has_a_finite_score(self):
        seen = {"x": [0, 1, 500], "t_x": [0, 1e-3, 1.0], "T": [300, 300, 300]}
        for params in (PAPER, BGNBDParams(50.0, 1.0, 1e-5, 1e5), BGNBDParams(0.002, 1e4, 900.0, 0.01)):
            scores = BGNBD.from_params(params).log_probability_of_purchases(seen, [5000, 20, 3000], 0.01)
            assert np.isfinite(scores).all()
            assert (scores <= 0).all()

    def test_nothing_overflows_at_thousands_of_purchases(self):
        model = BGNBD.from_params(PAPER)
        seen = {"x": [450, 2000, 5000], "t_x": [29.9, 299.9, 299.9], "T": [30, 300, 300]}
        expected = model.expected_purchases(seen, 52)
        assert (expected > [400, 300, 800]).all()
        assert np.isfinite(model.discounted_purchases(seen, 520, 0.002)).all()
        assert np.isfinite(model.log_probability_of_purchases(seen, [900, 0, 5000], 52)).all()

    def test_discounting_is_exact_enough_even_over_ten_years(self):
        model, seen = BGNBD.from_params(PAPER), {"x": [0, 0, 9], "t_x": [0, 0, 38], "T": [1, 39, 39]}
        horizon, rate = 520.0, 0.002
        s, weight = np.polynomial.legendre.leggauss(80)
        s, weight = (s + 1) * horizon / 2, weight * horizon / 2
        inside = sum(
            w * rate * np.exp(-rate * t) * model.expected_purchases(seen, t) for t, w in zip(s, weight, strict=True)
        )
        exact = np.exp(-rate * horizon) * model.expected_purchases(seen, horizon) + inside
        assert model.discounted_purchases(seen, horizon, rate) == pytest.approx(exact, rel=1e-5)
        assert (model.discounted_purchases(seen, 52, rate) < model.expected_purchases(seen, 52)).all()
        assert model.discounted_purchases(seen, 52, 0) == pytest.approx(model.expected_purchases(seen, 52))

    def test_purchases_without_an_end_are_those_of_a_very_long_horizon(self):
        model, seen = BGNBD.from_params(PAPER), {"x": [0, 9], "t_x": [0, 38], "T": [39, 39]}
        assert model.residual_purchases(seen, 0.05) == pytest.approx(
            model.discounted_purchases(seen, 300, 0.05), rel=1e-4
        )
        with pytest.raises(InputError, match=r"Unexpected rate=0: with a=0\.793 .* infinite"):
            model.residual_purchases(seen, 0)

    @pytest.mark.parametrize("params", [PAPER, BGNBDParams(1.0, 3.0, 1.0, 1.5), BGNBDParams(9.0, 20.0, 0.4, 0.7)])
    @pytest.mark.parametrize(("x", "t_x", "T"), [(0, 0, 0), (4, 30, 39), (40, 38, 39)])
    def test_the_time_active_is_what_chance_gives(self, params, x, t_x, T):
        """The last of a customer's purchases comes when a Gamma time is over, or the horizon is."""
        rng, size = np.random.default_rng(7), 400_000
        rate, leaving = rng.gamma(params.r + x, 1 / (params.alpha + T), size), rng.beta(params.a, params.b + x, size)
        until = rng.gamma(rng.geometric(np.maximum(leaving, 1e-15)).astype(float)) / rate
        active = np.minimum(until, 26)
        *_, alive = futures(params, x, t_x, T, 26, size=1)
        told = BGNBD.from_params(params).expected_lifetime({"x": [x], "t_x": [t_x], "T": [T]}, 26)[0]
        assert told == pytest.approx(alive * active.mean(), abs=4 * active.std() / np.sqrt(size) + 1e-9)

    def test_half_of_those_still_active_are_back_by_the_day_they_are_due(self):
        seen = {"x": [0, 4], "t_x": [0, 30], "T": [39, 39]}
        due = BGNBD.from_params(PAPER).next_purchase_due(seen)
        rng = np.random.default_rng(3)
        for x, day in zip(seen["x"], due, strict=True):
            waits = rng.exponential(1 / rng.gamma(PAPER.r + x, 1 / (PAPER.alpha + 39), 200_000))
            assert (waits <= day).mean() == pytest.approx(0.5, abs=5e-3)

    def test_answers_stand_in_the_order_of_the_histories(self):
        model, seen = BGNBD.from_params(PAPER), {name: values[:300] for name, values in cdnow().items()}
        order = np.random.default_rng(0).permutation(300)
        turned = {name: values[order] for name, values in seen.items()}
        assert np.array_equal(model.expected_purchases(turned, 9), model.expected_purchases(seen, 9)[order])

    def test_one_time_buyers_are_always_alive(self):
        seen = {"x": [0, 0], "t_x": [0, 0], "T": [1, 1000]}
        assert BGNBD.from_params(PAPER).probability_alive(seen).tolist() == [1, 1]

    def test_a_horizon_or_a_count_that_is_none_is_refused(self):
        model = BGNBD.from_params(PAPER)
        with pytest.raises(InputError, match="Unexpected horizon=-1"):
            model.expected_purchases(CUSTOMER_1, -1)
        with pytest.raises(InputError, match="Unexpected horizon=0"):
            model.probability_of_purchases(CUSTOMER_1, 1, 0)
        with pytest.raises(InputError, match="Unexpected count -1"):
            model.probability_of_purchases(CUSTOMER_1, -1, 5)
        with pytest.raises(InputError, match="Missing columns: T"):
            model.probability_alive({"x": [0], "t_x": [0]})
        assert model.expected_purchases(CUSTOMER_1, 0).tolist() == [0]

    @settings(max_examples=150, deadline=None)
    @given(
        params=st.tuples(st.floats(0.002, 1e3), st.floats(1e-2, 1e4), st.floats(1e-5, 1e3), st.floats(1e-2, 1e5)),
        x=st.integers(0, 5000),
        T=st.floats(0.1, 3000),
        share=st.floats(1e-3, 1),
        horizon=st.floats(1e-2, 3000),
        n=st.integers(0, 5000),
    )
    def test_whatever_is_asked_the_answer_is_finite_and_in_its_range(self, params, x, T, share, horizon, n):
        model = BGNBD.from_params(BGNBDParams(*params))
        seen = {"x": [x], "t_x": [share * T if x else 0], "T": [T]}
        alive, expected = model.probability_alive(seen)[0], model.expected_purchases(seen, horizon)[0]
        rate = (model.params_.r + x) / (model.params_.alpha + T)
        assert 0 <= alive <= 1
        assert 0 <= expected <= rate * horizon * (1 + 1e-6)
        assert 0 <= model.discounted_purchases(seen, horizon, 1e-3)[0] <= expected * (1 + 1e-6)
        assert -np.inf < model.log_probability_of_purchases(seen, [n], horizon)[0] <= 0
        assert 0 < model.next_purchase_due(seen)[0] < np.inf
