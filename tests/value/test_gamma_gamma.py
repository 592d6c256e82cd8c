"""Gamma-Gamma: published answers, known truth from simulated customers, extremes."""

import csv
import dataclasses
import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuke.kit.errors import InputError
from shuke.value import gamma_gamma, spend_likelihood
from shuke.value.gamma_gamma import GammaGamma, GammaGammaParams

DATASETS = Path(importlib.util.find_spec("lifetimes").submodule_search_locations[0]) / "datasets"


def cdnow():
    """Repeat purchases and their mean value of the 1/10 sample of CDNOW: 946 of 2,357 came back."""
    with (DATASETS / "cdnow_customers_summary_with_transactions.csv").open() as file:
        rows = [(float(row["x"]), float(row["zbar"])) for row in csv.DictReader(file)]
    return dict(zip(("x", "spend"), np.array(rows).T, strict=True))


def simulated(p, q, gamma, customers, most=12, seed=0):
    """Mean spends of known truth, over 1 to ``most`` purchases each."""
    rng = np.random.default_rng(seed)
    x = rng.integers(1, most + 1, customers)
    return {"x": x, "spend": rng.gamma(p * x, 1 / rng.gamma(q, 1 / gamma, customers)) / x}


@pytest.fixture(scope="module")
def fitted():
    return GammaGamma().fit(cdnow())


class TestPublished:
    def test_parameters_and_likelihood_of_cdnow(self, fitted):
        """CLVTools tests."""
        p = fitted.params_
        assert [round(value, 4) for value in (p.p, p.q, p.gamma)] == [6.2488, 3.7446, 15.4477]
        assert round(p.log_likelihood, 2) == -4055.92
        assert (p.customers, p.left_out, p.notes) == (946, 1411, ())

    def test_expected_spend_at_the_rounded_parameters(self):
        """CLVTools tests; Fader & Hardie 2013, at p = 6.25, q = 3.74, gamma = 15.44."""
        model = GammaGamma.from_params(GammaGammaParams(p=6.25, q=3.74, gamma=15.44))
        assert model.expected_spend({"x": [2, 0], "spend": [22.35, 0]}).round(2).tolist() == [24.66, 35.22]


class TestFit:
    @pytest.mark.parametrize("at", [(3, 3, 1), (6.2, 3.7, 0.4), (0.2, 0.5, 10), (500, 40, 0.05)])
    def test_the_gradient_is_that_of_finite_differences(self, at):
        data = simulated(6, 4, 15, 200)
        likelihood = spend_likelihood.SpendLikelihood(data["x"].astype(float), data["spend"] / 30, np.arange(200.0))
        logs, step = np.log(at), 1e-5 * np.eye(3)
        numeric = [(likelihood(logs + s)[0] - likelihood(logs - s)[0]) / 2e-5 for s in step]
        assert likelihood(logs)[1] == pytest.approx(numeric, abs=1e-6, rel=1e-6)

    @pytest.mark.parametrize(("p", "q", "gamma"), [(6.25, 3.74, 15.4), (1.0, 2.5, 4000), (0.6, 8.0, 1.0)])
    def test_known_truth_is_recovered(self, p, q, gamma):
        found = GammaGamma().fit(simulated(p, q, gamma, 20_000)).params_
        off = np.array([found.p - p, found.q - q, found.gamma - gamma]) / found.standard_errors
        assert off == pytest.approx(np.zeros(3), abs=4)
        assert found.notes == ()

    @pytest.mark.parametrize("seed", range(3))
    @pytest.mark.parametrize(("p", "q", "gamma"), [(6.25, 3.74, 15.4), (0.6, 8.0, 1.0), (40, 1.6, 0.2)])
    def test_the_truth_is_less_likely_than_the_fit_by_no_more_than_chance(self, p, q, gamma, seed):
        """Twice the difference is chi-squared with 3 degrees: 16.3 in one of a thousand. It also holds where heavy
        tails (q = 1.6) leave p = 40 hardly known, and errors of p itself mean little."""
        data = simulated(p, q, gamma, 20_000, seed=seed)
        likelihood = spend_likelihood.SpendLikelihood(data["x"].astype(float), data["spend"], np.ones(20_000))
        at_truth = -20_000 * likelihood(np.log([p, q, gamma]))[0]
        assert 0 <= 2 * (GammaGamma().fit(data).params_.log_likelihood - at_truth) < 16.3

    def test_customers_may_stand_for_several(self, fitted):
        data = cdnow()
        twice = GammaGamma(dependence="none").fit({**data, "customers": np.full(len(data["x"]), 2)}).params_
        assert twice.p == pytest.approx(fitted.params_.p, rel=1e-5)
        assert (twice.customers, twice.left_out) == (2 * 946, 2 * 1411)
        assert twice.standard_errors[0] == pytest.approx(fitted.params_.standard_errors[0] / np.sqrt(2), rel=1e-3)

    def test_the_unit_of_money_changes_gamma_alone(self, fitted):
        data = cdnow()
        cents = GammaGamma().fit({"x": data["x"], "spend": data["spend"] * 100}).params_
        units = fitted.params_
        assert (cents.p, cents.q, cents.gamma / 100) == pytest.approx((units.p, units.q, units.gamma), rel=1e-5)
        assert cents.log_likelihood == pytest.approx(units.log_likelihood - 946 * np.log(100))

    def test_many_customers_are_fitted_as_few_are(self, monkeypatch):
        data = simulated(6, 4, 15, 30_000)
        whole = GammaGamma().fit(data).params_
        monkeypatch.setattr(gamma_gamma, "_THINNED", 3_000)
        thinned = GammaGamma().fit(data).params_
        assert dataclasses.astuple(thinned)[:4] == pytest.approx(dataclasses.astuple(whole)[:4], rel=1e-5)

    def test_rows_that_say_nothing_of_spend_are_counted_and_left_out(self, fitted):
        data = cdnow()
        more = {"x": np.append(data["x"], [0, 3, 3, 2]), "spend": np.append(data["spend"], [9, 0, -4, np.nan])}
        p = GammaGamma().fit(more).params_
        assert (p.customers, p.left_out) == (946, 1411 + 4)
        assert p.p == pytest.approx(fitted.params_.p)

    def test_what_was_learned_is_ready_for_json_and_can_be_taken_up_again(self, fitted):
        told = json.loads(json.dumps(dataclasses.asdict(fitted.params_), allow_nan=False))
        again = GammaGamma.from_params(GammaGammaParams(**told))
        assert np.array_equal(again.expected_spend(cdnow()), fitted.expected_spend(cdnow()))

    def test_missing_spend_is_refused(self):
        with pytest.raises(InputError, match=r"Missing columns: spend\. Present: x\."):
            GammaGamma().fit({"x": [1]})


class TestOddData:
    def test_one_spend_for_all_is_given_to_all(self):
        model = GammaGamma().fit({"x": [1, 2, 3], "spend": [12.5, 12.5, 12.5]})
        assert model.params_.notes == ("spend_does_not_vary",)
        assert model.expected_spend({"x": [0, 1, 9], "spend": [0, 12.5, 99]}) == pytest.approx([12.5] * 3, rel=1e-6)
        assert model.interval_scale({"x": [1, 2], "spend": [12.5, 12.5]}).tolist() == [12.5, 12.5]

    def test_a_handful_of_customers_get_their_mean(self):
        model = GammaGamma().fit({"x": [1, 1], "spend": [10, 20]})
        assert model.params_.notes == ("too_few_customers",)
        assert model.expected_spend({"x": [0, 1, 5], "spend": [0, 10, 20]}) == pytest.approx([15] * 3, rel=1e-6)

    @pytest.mark.parametrize("data", [{"x": [], "spend": []}, {"x": [0, 1], "spend": [0, 0]}])
    def test_where_nobody_spent_nothing_is_expected(self, data):
        model = GammaGamma().fit(data)
        assert model.params_.notes == ("too_few_customers",)
        assert model.expected_spend({"x": [0], "spend": [0]}).tolist() == [0]
        json.dumps(dataclasses.asdict(model.params_), allow_nan=False)

    def test_where_the_base_has_no_mean_its_median_stands_for_it(self):
        data = simulated(2.0, 0.7, 10.0, 20_000)
        model = GammaGamma().fit(data)
        assert "mean_undefined" in model.params_.notes
        rng = np.random.default_rng(1)
        spends = rng.gamma(2.0, 1 / rng.gamma(0.7, 1 / 10.0, 200_000))
        found = model.expected_spend({"x": [0, 1, 100], "spend": [0, 50, 50]})
        assert found[0] == pytest.approx(np.median(spends), rel=0.05)
        assert found[2] == pytest.approx(50, rel=0.02)
        assert (found > 0).all()

    def test_customers_and_purchases_that_hardly_differ_are_said_to(self):
        alike = GammaGamma().fit(simulated(5.0, 4000.0, 4000 * 3.0, 5000)).params_
        steady = GammaGamma().fit(simulated(5000.0, 4.0, 0.02, 5000)).params_
        assert "customers_alike" in alike.notes
        assert "purchases_alike" in steady.notes


class TestAnswers:
    def test_the_weight_on_the_own_mean_is_that_of_the_paper(self, fitted):
        p, x, spend = fitted.params_, np.array([1.0, 4, 40]), np.array([10.0, 80, 20])
        expected = p.p * (p.gamma + x * spend) / (p.p * x + p.q - 1)  # [GG] eq. 5
        assert fitted.expected_spend({"x": x, "spend": spend}) == pytest.approx(expected)

    def test_expected_spend_is_the_mean_of_what_such_customers_spend(self):
        params = GammaGammaParams(p=2.0, q=4.0, gamma=30.0)
        rng = np.random.default_rng(5)
        v = rng.gamma(4 + 2 * 3, 1 / (30 + 3 * 12.0), 400_000)  # given 3 purchases of 12 on average
        expected = GammaGamma.from_params(params).expected_spend({"x": [3], "spend": [12.0]})[0]
        assert rng.gamma(2.0, 1 / v).mean() == pytest.approx(expected, rel=0.01)

    def test_unknown_or_returned_spend_says_nothing(self, fitted):
        mean = fitted.expected_spend({"x": [0], "spend": [0]})[0]
        assert fitted.expected_spend({"x": [3, 3, 3], "spend": [np.nan, 0, -5]}) == pytest.approx([mean] * 3)

    def test_the_interval_scale_is_gamma_and_what_was_spent(self, fitted):
        fixed, own = fitted.interval_coefficients()
        assert (fixed, own) == (fitted.params_.gamma, 1.0)
        scale = fitted.interval_scale({"x": [2, 0], "spend": [10, np.nan]})
        assert scale == pytest.approx([fixed + 20, fixed])

    @given(
        params=st.tuples(st.floats(0.05, 1e4), st.floats(0.1, 1e4), st.floats(1e-3, 1e6)),
        x=st.integers(0, 5000),
        spend=st.floats(1e-2, 1e6),
    )
    def test_whatever_is_asked_the_answer_is_finite_and_positive(self, params, x, spend):
        model = GammaGamma.from_params(GammaGammaParams(*params))
        expected = model.expected_spend({"x": [x], "spend": [spend]})[0]
        base = model.credibility().base_spend
        assert 0 < expected < np.inf
        assert min(base, spend) * (1 - 1e-9) <= expected <= max(base, spend) * (1 + 1e-9)
