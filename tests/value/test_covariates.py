"""Covariates: effects found again in simulated customers, no effect where there is none, every question answered."""

import dataclasses
import json

import numpy as np
import pytest

from shuke.kit.errors import InputError
from shuke.value._leaving_fit import ON
from shuke.value._leaving_likelihood import Likelihood, RowLikelihood
from shuke.value.bgnbd import BGNBD, BGNBDParams
from shuke.value.covariates import CovariateEffects, CovariateLikelihood
from shuke.value.histories import read_histories
from shuke.value.mbgcnbdk import MBGCNBDk
from shuke.value.mbgnbd import MBGNBD

GAMMA = {"alpha": 0.5, "a": -0.4, "b": 0.3}
ACTS = ((1, -1), (2, 1), (3, 1))


def simulated(customers, seed=0, at_first=False, T=52.0):
    """r = 0.8 and, for one whose income is z, alpha = 8 exp(-0.5 z), a = 0.7 exp(-0.4 z), b = 2.5 exp(0.3 z)."""
    rng = np.random.default_rng(seed)
    z = rng.normal(0.5, 1, customers).round(1)
    rate = rng.gamma(0.8, 1, customers) / (8 * np.exp(-0.5 * z))
    leaving = rng.beta(0.7 * np.exp(-0.4 * z), 2.5 * np.exp(0.3 * z))
    until, arrivals = rng.geometric(np.maximum(leaving, 1e-12)) - at_first, rng.poisson(rate * T)
    x = np.minimum(until, arrivals)
    place = rng.beta(np.maximum(x, 1), np.maximum(arrivals - x, 0) + 1)
    return {"x": x, "t_x": np.where(x > 0, T * place, 0.0), "T": np.full(customers, T), "income": z}


@pytest.fixture(scope="module")
def seen():
    return simulated(8000)


@pytest.fixture(scope="module")
def fitted(seen):
    return BGNBD(covariates=("income",)).fit(seen)


class TestFit:
    @pytest.mark.parametrize(("model", "at_first"), [(BGNBD, False), (MBGNBD, True), (MBGCNBDk, True)])
    def test_known_truth_is_recovered(self, model, at_first):
        told = {"k": 1} if model is MBGCNBDk else {}
        p = model(**told, covariates=("income",)).fit(simulated(6000, at_first=at_first)).params_
        found = np.array([p.r, p.alpha, p.a, p.b, *np.ravel(p.effects.coefficients)])
        errors = np.array([*p.standard_errors, *np.ravel(p.effects.standard_errors)])
        truth = np.array([0.8, 8, 0.7, 2.5, *GAMMA.values()])
        assert (found - truth) / errors == pytest.approx(np.zeros(7), abs=4)
        assert p.effects.of("alpha")["income"] == pytest.approx(0.5, abs=0.1)
        assert p.notes == ()
        assert np.shape(p.effects.covariance) == (7, 7)
        assert np.array(p.effects.covariance)[:4, :4] == pytest.approx(np.array(p.covariance))

    @pytest.mark.parametrize(("k", "at_first"), [(1, False), (1, True), (3, True)])
    def test_the_gradient_is_that_of_finite_differences(self, k, at_first):
        h = read_histories(simulated(300), covariates=("income",)).grouped()
        ask = CovariateLikelihood(h, RowLikelihood(h, 9.0, k, at_first=at_first), ACTS)
        for point in ([0.1, 0.3, -0.2, 0.7, 0.3, -0.2, 0.1], [2, -1, 3, -2, -1, 0.5, 0.9]):
            step = 1e-5 * np.eye(7)
            numeric = [(ask(point + s)[0] - ask(point - s)[0]) / 2e-5 for s in step]
            assert ask(np.array(point))[1] == pytest.approx(numeric, abs=1e-7, rel=1e-6)

    @pytest.mark.parametrize(("k", "at_first"), [(1, False), (1, True), (3, True)])
    def test_without_effects_the_likelihood_is_that_without_covariates(self, k, at_first):
        h = read_histories(simulated(300), covariates=("income",)).grouped()
        plain = Likelihood(h, k, at_first=at_first)
        rows = CovariateLikelihood(h, RowLikelihood(h, plain.unit, k, at_first=at_first), ACTS)
        logs = np.array([0.1, 0.3, -0.2, 0.7])
        value, gradient = rows(np.append(logs, np.zeros(3)))
        assert value == pytest.approx(plain(logs)[0], rel=1e-12)
        assert gradient[:4] == pytest.approx(plain(logs)[1], abs=1e-12)

    def test_they_explain_what_nothing_else_does(self, seen, fitted):
        plain = BGNBD().fit(seen).params_
        assert fitted.params_.log_likelihood > plain.log_likelihood + 100

    def test_another_unit_of_a_covariate_changes_its_coefficients_alone(self, seen, fitted):
        cents = BGNBD(covariates=("income",)).fit({**seen, "income": 1000 + 100 * seen["income"]})
        ours, theirs = fitted.params_, cents.params_
        assert theirs.log_likelihood == pytest.approx(ours.log_likelihood, abs=1e-4)
        assert 100 * np.ravel(theirs.effects.coefficients) == pytest.approx(
            np.ravel(ours.effects.coefficients), rel=1e-3
        )

    def test_one_that_is_alike_for_all_and_one_told_twice_are_noted(self):
        seen = simulated(1500)
        flat = BGNBD(covariates=("income", "one")).fit({**seen, "one": np.ones(1500)}).params_
        assert "covariate_alike" in flat.notes
        assert [flat.effects.of(name)["one"] for name in ON] == [0, 0, 0]
        twice = BGNBD(covariates=("income", "again")).fit({**seen, "again": 2 * seen["income"]}).params_
        assert "weakly_known" in twice.notes
        json.dumps([dataclasses.asdict(flat), dataclasses.asdict(twice)], allow_nan=False)

    def test_a_few_very_rich_customers_upset_nothing(self):
        seen = simulated(3000)
        rich = np.exp(np.random.default_rng(1).normal(0, 3, 3000))
        model = MBGNBD(covariates=("income", "rich")).fit({**seen, "rich": rich})
        json.dumps(dataclasses.asdict(model.params_), allow_nan=False)
        assert model.params_.effects.of("alpha")["income"] == pytest.approx(0.5, abs=0.15)
        richer = {**{name: values[:5] for name, values in seen.items()}, "rich": [0, 1e3, 1e6, -1e9, 1e12]}
        for ask in (model.probability_alive, lambda h: model.expected_purchases(h, 52), model.next_purchase_due):
            assert np.isfinite(ask(richer)).all()

    def test_one_that_hardly_varies_around_a_value_far_from_0_is_refused(self):
        seen = simulated(500)
        with pytest.raises(InputError, match=r"Covariate year has the mean 198\d.* subtract a usual value"):
            BGNBD(covariates=("year",)).fit({**seen, "year": 1980 + seen["income"]})

    def test_many_histories_are_fitted_as_few_are(self, seen, fitted, monkeypatch):
        monkeypatch.setattr("shuke.value._leaving_fit.THINNED", 1000)
        thinned = BGNBD(covariates=("income",)).fit(seen).params_
        assert np.ravel(thinned.effects.coefficients) == pytest.approx(
            np.ravel(fitted.params_.effects.coefficients), rel=1e-4
        )

    def test_where_nobody_came_back_nothing_is_estimated(self):
        for seen in (
            {"x": [0, 0], "t_x": [0, 0], "T": [1, 2], "income": [1, 3]},
            {"x": [], "t_x": [], "T": [], "income": []},
        ):
            model = MBGNBD(covariates=("income",)).fit(seen)
            assert model.params_.notes == ("no_repeat_purchases",)
            assert model.params_.effects.coefficients == ((0.0,), (0.0,), (0.0,))
            assert model.expected_purchases(seen, 5).shape == (len(seen["x"]),)


class TestAnswers:
    @pytest.mark.parametrize("income", [-1.0, 2.0])
    def test_all_are_those_of_the_parameters_that_the_covariates_make(self, fitted, income):
        p, e = fitted.params_, fitted.params_.effects
        own = BGNBD.from_params(
            BGNBDParams(
                p.r,
                p.alpha * np.exp(-e.of("alpha")["income"] * income),
                p.a * np.exp(e.of("a")["income"] * income),
                p.b * np.exp(e.of("b")["income"] * income),
            )
        )
        plain = {"x": [0, 3, 20], "t_x": [0, 20, 50], "T": [52, 52, 52]}
        told = {**plain, "income": [income] * 3}
        for name, asked in {
            "probability_alive": (),
            "expected_purchases": (26,),
            "discounted_purchases": (26, 0.02),
            "residual_purchases": (0.02,),
            "expected_lifetime": (26,),
            "log_probability_of_purchases": ([0, 1, 2], 26),
            "probability_of_purchases": (2, 26),
            "next_purchase_due": (),
        }.items():
            assert getattr(fitted, name)(told, *asked) == pytest.approx(getattr(own, name)(plain, *asked), rel=1e-9)
        assert fitted.expected_purchases_new(26, {"income": income}) == pytest.approx(own.expected_purchases_new(26))

    def test_a_new_customer_is_the_average_one_unless_told(self, fitted, seen):
        mean = {"income": float(seen["income"].mean())}
        assert fitted.expected_purchases_new(26) == pytest.approx(fitted.expected_purchases_new(26, mean))
        with pytest.raises(InputError, match=r"Unexpected covariates: age\. Give one number for each of income"):
            fitted.expected_purchases_new(26, {"age": 3})

    def test_forecasts_fit_rich_and_poor_alike(self, fitted):
        """Of new customers of either half, the mean over simulated ones is expected."""
        others = simulated(60_000, seed=5)
        rich = others["income"] > 0.5
        for group in (rich, ~rich):
            new = {"x": np.zeros(group.sum()), "t_x": np.zeros(group.sum()), "T": np.zeros(group.sum())}
            expected = fitted.expected_purchases({**new, "income": others["income"][group]}, 52)
            assert expected.mean() == pytest.approx(others["x"][group].mean(), rel=0.05)

    def test_histories_must_have_the_columns(self, fitted):
        with pytest.raises(InputError, match="Missing columns: income"):
            fitted.expected_purchases({"x": [0], "t_x": [0], "T": [1]}, 5)
        with pytest.raises(InputError, match="Missing columns: age, height"):
            BGNBD(covariates=("age", "height")).fit({"x": [0], "t_x": [0], "T": [1]})

    def test_what_was_learned_is_ready_for_json_and_can_be_taken_up_again(self, fitted):
        told = json.loads(json.dumps(dataclasses.asdict(fitted.params_), allow_nan=False))
        again = BGNBD.from_params(BGNBDParams(**told))
        assert isinstance(again.params_.effects, CovariateEffects)
        asked = {"x": [2], "t_x": [20], "T": [39], "income": [1.0]}
        assert np.array_equal(again.expected_purchases(asked, 39), fitted.expected_purchases(asked, 39))
