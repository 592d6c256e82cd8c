"""GGompertz/NBD: the published likelihood, known truth from simulated customers, answers against chance, extremes."""

import csv
import dataclasses
import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from shuke.kit.errors import InputError
from shuke.value import _in_time_likelihood
from shuke.value.ggompertz_nbd import GGompertzLifetime, GGompertzNBD, GGompertzNBDParams
from shuke.value.histories import read_histories
from shuke.value.pareto_nbd import ParetoNBD, ParetoNBDParams

DATASETS = Path(importlib.util.find_spec("lifetimes").submodule_search_locations[0]) / "datasets"
AGEING = GGompertzNBDParams(r=0.8, alpha=6.0, b=0.08, s=0.7, beta=15.0)
ASKED = {"x": [0, 0, 1, 30, 2000], "t_x": [0, 0, 1, 38, 299], "T": [0, 39, 39, 39, 300]}


def cdnow():
    """The 1/10 sample of CDNOW, 2,357 customers, 39 weeks, as printed in the package (times to two digits)."""
    with (DATASETS / "cdnow_customers_summary.csv").open() as file:
        rows = [[float(row[name]) for name in ("frequency", "recency", "T")] for row in csv.DictReader(file)]
    return dict(zip(("x", "t_x", "T"), np.array(rows).T, strict=True))


def lifetimes(rng, b, s, beta, size):
    """An exponential moment over eta ~ Gamma(s, beta) on the clock e^(b t) - 1."""
    return np.log1p(rng.exponential(1, size) / np.maximum(rng.gamma(s, 1 / beta, size), 1e-300)) / b


def simulated(p, T, customers, seed=0):
    """Customers of known truth. Given their number, purchases come anywhere in the time they are there."""
    rng = np.random.default_rng(seed)
    there = np.minimum(lifetimes(rng, p.b, p.s, p.beta, customers), T)
    x = rng.poisson(rng.gamma(p.r, 1 / p.alpha, customers) * there)
    last = there * rng.beta(np.maximum(x, 1), 1)
    return {"x": x, "t_x": np.where(x > 0, last, 0.0), "T": np.full(customers, float(T))}


@pytest.fixture(scope="module")
def fitted():
    return GGompertzNBD().fit(cdnow())


class TestPublished:
    def test_likelihood_of_cdnow(self, fitted):
        """CLVTools tests, LL -9594.98; b and beta lie on a ridge, along which it is the same to a hundredth."""
        assert fitted.params_.log_likelihood == pytest.approx(-9594.98, abs=0.01)
        assert fitted.params_.notes == ("weakly_known",)

    def test_cdnow_shows_no_ageing_so_answers_are_those_of_pareto(self, fitted):
        pareto = ParetoNBD().fit(cdnow())
        assert fitted.params_.beta / fitted.params_.b == pytest.approx(pareto.params_.beta, rel=1e-3)
        seen = {"x": [26, 2, 0], "t_x": [30.857, 30.43, 0], "T": [31, 38.86, 38.86]}
        assert fitted.probability_alive(seen) == pytest.approx(pareto.probability_alive(seen), abs=1e-4)
        assert fitted.expected_purchases(seen, 52) == pytest.approx(pareto.expected_purchases(seen, 52), rel=1e-3)


class TestFit:
    @pytest.mark.parametrize("at", [(1, 3, 0.1, 1, 3), (0.55, 0.5, 2.0, 0.6, 50), (0.01, 40, 1e-4, 1e-2, 1e-3)])
    def test_the_gradient_is_that_of_finite_differences(self, at):
        likelihood = _in_time_likelihood.Likelihood(read_histories(cdnow()).grouped(), GGompertzLifetime)
        logs, step = np.log(at), 1e-5 * np.eye(5)
        numeric = [(likelihood(logs + s)[0] - likelihood(logs - s)[0]) / 2e-5 for s in step]
        assert likelihood(logs)[1] == pytest.approx(numeric, abs=1e-7, rel=1e-6)

    @pytest.mark.parametrize(
        ("truth", "T"),
        [
            (AGEING, 60),
            (GGompertzNBDParams(r=1.5, alpha=10.0, b=0.02, s=1.0, beta=2.0), 150),
            (GGompertzNBDParams(r=0.8, alpha=1.0, b=0.3, s=0.4, beta=400.0), 40),
        ],
    )
    def test_known_truth_is_recovered(self, truth, T):
        p = GGompertzNBD().fit(simulated(truth, T, 8_000)).params_
        names = ("r", "alpha", "b", "s", "beta")
        apart = np.array([np.log(getattr(p, name) / getattr(truth, name)) for name in names])
        assert apart / np.sqrt(np.diag(p.covariance)) == pytest.approx(np.zeros(5), abs=4)
        assert np.abs(apart[:2]).max() < 0.2

    def test_ageing_is_seen_where_it_is(self):
        seen = simulated(AGEING, 60, 8_000)
        ageing, pareto = GGompertzNBD().fit(seen), ParetoNBD().fit(seen)
        assert ageing.params_.log_likelihood > pareto.params_.log_likelihood + 20

    def test_the_unit_of_time_changes_units_alone(self):
        seen = simulated(AGEING, 60, 4_000)
        days = {name: np.asarray(values) * (1 if name == "x" else 7) for name, values in seen.items()}
        weeks, p = GGompertzNBD().fit(seen).params_, GGompertzNBD().fit(days).params_
        told, expected = (p.r, p.alpha / 7, p.b * 7, p.s, p.beta), (weeks.r, weeks.alpha, weeks.b, weeks.s, weeks.beta)
        assert told == pytest.approx(expected, rel=1e-4)

    def test_what_was_learned_is_ready_for_json_and_can_be_taken_up_again(self, fitted):
        told = json.loads(json.dumps(dataclasses.asdict(fitted.params_), allow_nan=False))
        again = GGompertzNBD.from_params(GGompertzNBDParams(**told))
        assert np.array_equal(again.expected_purchases(ASKED, 39), fitted.expected_purchases(ASKED, 39))

    def test_impossible_histories_are_refused(self):
        with pytest.raises(InputError, match="t_x must not be after T"):
            GGompertzNBD().fit({"x": [1], "t_x": [2], "T": [1]})

    def test_effects_of_covariates_are_recovered(self):
        rng = np.random.default_rng(4)
        z = rng.integers(0, 2, 8_000).astype(float)
        there = np.minimum(lifetimes(rng, AGEING.b, AGEING.s, AGEING.beta * np.exp(0.9 * z), 8_000), 60)
        x = rng.poisson(rng.gamma(AGEING.r, 1 / AGEING.alpha, 8_000) * np.exp(0.5 * z) * there)
        last = there * rng.beta(np.maximum(x, 1), 1)
        seen = {"x": x, "t_x": np.where(x > 0, last, 0.0), "T": np.full(8_000, 60.0), "member": z}
        effects = GGompertzNBD(covariates=["member"]).fit(seen).params_.effects
        apart = np.ravel(effects.coefficients) - [0.5, -0.9]
        assert apart / np.ravel(effects.standard_errors) == pytest.approx(np.zeros(2), abs=4)
        assert effects.on == ("alpha", "beta")


ODD = {
    "nobody": ({"x": [], "t_x": [], "T": []}, "no_repeat_purchases"),
    "one-time buyers only": ({"x": [0] * 50, "t_x": [0] * 50, "T": np.arange(50)}, "no_repeat_purchases"),
    "no time at all": ({"x": [0], "t_x": [0], "T": [0]}, "no_repeat_purchases"),
    "one customer": ({"x": [3], "t_x": [20.0], "T": [39.0]}, "too_few_repeat_buyers"),
    "all the same": ({"x": [3] * 99, "t_x": [38.0] * 99, "T": [39.0] * 99}, "no_dropout_detected"),
    "nobody leaves": (simulated(GGompertzNBDParams(1.2, 4.0, 1e-6, 1.0, 1e6), 39, 1500), "no_dropout_detected"),
    "everyone leaves on one day": (simulated(GGompertzNBDParams(1.2, 4.0, 3.0, 50.0, 1e30), 39, 300), None),
    "two thousand purchases": (simulated(GGompertzNBDParams(2.0, 0.3, 0.01, 0.7, 1.5), 300, 1000), None),
    "everyone leaves at the second purchase": (
        {"x": [0, 1] * 200, "t_x": [0.0, 1.0] * 200, "T": [39.0] * 400},
        "dropout_alike",
    ),
}


class TestOddData:
    @pytest.mark.parametrize("case", ODD)
    def test_the_fit_says_what_is_odd_and_answers_stay_finite(self, case):
        seen, note = ODD[case]
        model = GGompertzNBD().fit(seen)
        assert note is None or note in model.params_.notes
        json.dumps(dataclasses.asdict(model.params_), allow_nan=False)
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
        assert (answers[2] <= answers[1] * (1 + 1e-9)).all()
        assert ((answers[4] >= 0) & (answers[4] <= 52)).all()


class TestAnswers:
    @pytest.mark.parametrize(
        "p", [AGEING, GGompertzNBDParams(2.0, 3.0, 0.001, 1.0, 0.05), GGompertzNBDParams(9.0, 20.0, 0.5, 4.0, 1e9)]
    )
    @pytest.mark.parametrize(("x", "t_x", "T"), [(0, 0, 0), (4, 30, 39), (40, 38, 39)])
    def test_they_are_what_chance_gives(self, p, x, t_x, T):
        model, seen, horizon, rate = GGompertzNBD.from_params(p), {"x": [x], "t_x": [t_x], "T": [T]}, 26, 0.02
        rng = np.random.default_rng(7)
        rates = rng.gamma(p.r + x, 1 / (p.alpha + T), 200_000)
        left = lifetimes(rng, p.b, p.s, 1 + (p.beta - 1) * np.exp(-p.b * T), 200_000)
        stay = np.minimum(left, horizon)
        counts, alive = rng.poisson(rates * stay), model.probability_alive(seen)[0]
        for found, drawn in (
            (model.expected_purchases(seen, horizon), counts),
            (model.discounted_purchases(seen, horizon, rate), rates * -np.expm1(-rate * stay) / rate),
            (model.residual_purchases(seen, rate), rates * -np.expm1(-rate * left) / rate),
            (model.expected_lifetime(seen, horizon), stay),
        ):
            margin = 4 * drawn.std() / np.sqrt(len(drawn)) + 1e-9
            assert found[0] == pytest.approx(alive * drawn.mean(), abs=alive * margin)
        for n in (0, 1, 5):
            share = alive * (counts == n).mean() + (1 - alive) * (n == 0)
            assert model.probability_of_purchases(seen, n, horizon)[0] == pytest.approx(share, abs=6e-3)

    @pytest.mark.parametrize("p", [AGEING, GGompertzNBDParams(5.0, 10.0, 0.4, 0.3, 1e6)])
    def test_chances_sum_to_one_and_their_mean_is_the_expectation(self, p):
        """Also where leaving becomes likely only late, so that who buys nothing may be of two sorts."""
        model, seen = GGompertzNBD.from_params(p), {"x": [0, 3, 12], "t_x": [0, 30, 38], "T": [1, 39, 39]}
        each = {name: np.tile(values, 300) for name, values in seen.items()}
        n = np.repeat(np.arange(300), 3)
        chances = np.exp(model.log_probability_of_purchases(each, n, 52)).reshape(-1, 3)
        assert chances.sum(axis=0) == pytest.approx(np.ones(3), abs=1e-10)
        assert np.arange(300) @ chances == pytest.approx(model.expected_purchases(seen, 52), rel=1e-8)

    def test_lives_end_so_all_purchases_to_come_have_a_mean(self):
        model, seen = GGompertzNBD.from_params(AGEING), {"x": [0, 9], "t_x": [0, 38], "T": [1, 39]}
        assert model.residual_purchases(seen, 0) == pytest.approx(model.expected_purchases(seen, 1e5), rel=1e-9)

    def test_without_growth_they_are_those_of_pareto(self):
        gompertz = GGompertzNBD.from_params(GGompertzNBDParams(0.55, 10.6, 1e-8, 0.6, 11.7e-8))
        pareto = ParetoNBD.from_params(ParetoNBDParams(0.55, 10.6, 0.6, 11.7))
        for question in ("expected_purchases", "expected_lifetime"):
            assert getattr(gompertz, question)(ASKED, 52) == pytest.approx(
                getattr(pareto, question)(ASKED, 52), rel=1e-5
            )
        assert gompertz.residual_purchases(ASKED, 0.01) == pytest.approx(
            pareto.residual_purchases(ASKED, 0.01), rel=1e-5
        )
        scores = [m.log_probability_of_purchases(ASKED, [0, 3, 0, 80, 10], 52) for m in (gompertz, pareto)]
        assert scores[0] == pytest.approx(scores[1], rel=1e-5)

    def test_lives_that_end_all_at_once_within_a_long_horizon_are_not_missed(self):
        r, alpha, b, s, beta = 1.0, 1.0, 25.0, 5.0, 1147813281.0
        model = GGompertzNBD.from_params(GGompertzNBDParams(r, alpha, b, s, beta))

        def there(u: float) -> float:
            log_odds = np.logaddexp(np.log(beta - 1), b * (0.25 + u)) - np.logaddexp(np.log(beta - 1), b * 0.25)
            return float(np.exp(-s * log_odds - 1e-3 * u))

        time = quad(there, 0, 3, points=[0.5, 0.58, 0.7], limit=500, epsabs=1e-13)[0]
        found = model.discounted_purchases({"x": [0], "t_x": [0], "T": [0.25]}, 719, 1e-3)[0]
        alive = model.probability_alive({"x": [0], "t_x": [0], "T": [0.25]})[0]
        assert found == pytest.approx(alive * r / (alpha + 0.25) * time, rel=1e-9)

    @settings(max_examples=60)
    @given(
        params=st.tuples(
            *(st.floats(0.002, 1e3), st.floats(1e-2, 1e4), st.floats(1e-6, 30)),
            *(st.floats(2e-3, 1e3), st.floats(1e-6, 1e12)),
        ),
        x=st.integers(0, 5000),
        T=st.floats(0.1, 3000),
        share=st.floats(1e-3, 1),
        horizon=st.floats(1e-2, 3000),
        n=st.integers(0, 5000),
    )
    def test_whatever_is_asked_the_answer_is_finite_and_in_its_range(self, params, x, T, share, horizon, n):
        model = GGompertzNBD.from_params(GGompertzNBDParams(*params))
        seen = {"x": [x], "t_x": [share * T if x else 0], "T": [T]}
        alive, expected = model.probability_alive(seen)[0], model.expected_purchases(seen, horizon)[0]
        rate = (model.params_.r + x) / (model.params_.alpha + T)
        assert 0 <= alive <= 1
        assert 0 <= expected <= rate * horizon * (1 + 1e-6)
        assert 0 <= model.expected_lifetime(seen, horizon)[0] <= horizon
        assert 0 <= model.discounted_purchases(seen, horizon, 1e-3)[0] <= expected * (1 + 1e-6)
        assert np.isfinite(model.residual_purchases(seen, 1e-3)).all()
        assert -np.inf < model.log_probability_of_purchases(seen, [n], horizon)[0] <= 0
