"""Shifted-beta-geometric: published fits and values, cohorts and single contracts alike, odd data, extremes."""

import dataclasses
import json
import math

import numpy as np
import pytest

from shuke.kit.errors import InputError
from shuke.value import shifted_beta_geometric as sbg
from shuke.value.contracts import cohort_contracts, read_contracts
from shuke.value.shifted_beta_geometric import ShiftedBetaGeometric, ShiftedBetaGeometricParams

# Fader & Hardie 2007, Table 1: of 1,000 customers, how many are there after 0 … 7 renewals; and until year 12
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]
HIGH_END_LATER = [468, 445, 427, 409, 394]
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]
REGULAR_LATER = [223, 207, 194, 183, 173]
# Fader & Hardie 2010, Table 3: a mean chance to leave of .2, and customers that differ much (polarization .75, so that
# gamma + delta = 1/3; printed there as .067 and .267) or little (.05); and DERL after 0 … 4 renewals at 10 %
EXAMPLES = {
    "spread": (ShiftedBetaGeometricParams(1 / 15, 4 / 15), [7.68, 9.46, 9.86, 10.06, 10.19]),
    "alike": (ShiftedBetaGeometricParams(3.80, 15.20), [3.31, 3.45, 3.59, 3.72, 3.84]),
}


def single(cohort):
    """The same customers, a row each."""
    told = cohort_contracts(cohort)
    count = told.customers.astype(int)
    return {"renewals": np.repeat(told.renewals, count), "active": np.repeat(told.active, count)}


def simulated(alpha, beta, customers, ages, seed=0):
    """Contracts of known truth, begun ``ages`` periods ago."""
    rng = np.random.default_rng(seed)
    stays = rng.geometric(np.maximum(rng.beta(alpha, beta, customers), 1e-12)) - 1
    age = rng.choice(ages, customers)
    return {"renewals": np.minimum(stays, age), "active": stays >= age}


class TestPublished:
    @pytest.mark.parametrize(
        ("cohort", "alpha", "beta", "log_likelihood", "year_12"),
        [(HIGH_END, 0.668, 3.806, -1611.158, 37.8), (REGULAR, 0.704, 1.182, -1680.265, 17.0)],
    )
    def test_fits_on_the_first_seven_years(self, cohort, alpha, beta, log_likelihood, year_12):
        """Fader & Hardie 2007, Table 2 and Figure 5; the likelihoods are computed."""
        model = ShiftedBetaGeometric().fit(cohort_contracts(cohort))
        p = model.params_
        assert (round(p.alpha, 3), round(p.beta, 3), round(p.log_likelihood, 3)) == (alpha, beta, log_likelihood)
        assert round(100 * model.survival(12)[12], 1) == year_12
        assert (p.customers, p.lost, p.notes) == (1000, 1000 - cohort[-1], ())

    @pytest.mark.parametrize(("cohort", "later"), [(HIGH_END, HIGH_END_LATER), (REGULAR, REGULAR_LATER)])
    def test_the_years_after_are_foreseen_within_two_points(self, cohort, later):
        """What the paper is about: fitted on years 0 to 7, right in years 8 to 12."""
        survival = ShiftedBetaGeometric().fit(cohort_contracts(cohort)).survival(12)
        assert 1000 * survival[8:] == pytest.approx(later, abs=20)

    @pytest.mark.parametrize("case", EXAMPLES)
    @pytest.mark.parametrize("renewals", range(5))
    def test_discounted_residual_lifetimes(self, case, renewals):
        """Fader & Hardie 2010, Table 3."""
        params, published = EXAMPLES[case]
        seen = {"renewals": [renewals], "active": [1]}
        found = ShiftedBetaGeometric.from_params(params).residual_lifetime(seen, 0.1)[0]
        assert round(found, 2) == published[renewals]

    def test_residual_lifetime_of_a_high_end_customer_of_seven_renewals(self):
        """shifted_beta_geometric_py, from the paper's data: 7.530."""
        model = ShiftedBetaGeometric().fit(cohort_contracts(HIGH_END))
        assert round(model.residual_lifetime({"renewals": [7], "active": [1]}, 0.1)[0], 3) == 7.530


class TestFit:
    def test_a_row_a_customer_and_counts_of_a_cohort_give_the_same(self):
        """Both are the same data; the sums are taken in another order."""
        one, many = (ShiftedBetaGeometric().fit(data).params_ for data in (cohort_contracts(REGULAR), single(REGULAR)))
        assert dataclasses.astuple(many)[:3] == pytest.approx(dataclasses.astuple(one)[:3], rel=1e-9)
        assert many.standard_errors == pytest.approx(one.standard_errors, rel=1e-6)

    def test_cohorts_of_different_age_are_learned_from_together(self):
        """A cohort cut short is right censored: the truth is found all the same."""
        p = ShiftedBetaGeometric().fit(simulated(0.7, 1.2, 30_000, ages=[0, 1, 3, 8])).params_
        found, truth = np.array([p.alpha, p.beta]), np.array([0.7, 1.2])
        assert np.abs(found - truth) / p.standard_errors == pytest.approx(np.zeros(2), abs=3.5)

    @pytest.mark.parametrize("at", [(1, 3), (1e-3, 5), (300, 0.2)])
    def test_the_gradient_is_that_of_finite_differences(self, at):
        likelihood = sbg._Likelihood(read_contracts(simulated(0.7, 1.2, 500, ages=[0, 1, 3, 8])))
        logs, step = np.log(at), 1e-5 * np.eye(2)
        numeric = [(likelihood(logs + s)[0] - likelihood(logs - s)[0]) / 2e-5 for s in step]
        assert likelihood(logs)[1] == pytest.approx(numeric, abs=1e-7, rel=1e-6)

    def test_the_errors_are_those_that_repeated_samples_show(self):
        fits = [ShiftedBetaGeometric().fit(simulated(0.7, 1.2, 2000, [6], seed)).params_ for seed in range(60)]
        logs = np.log([[p.alpha, p.beta] for p in fits])
        told = np.sqrt([np.diag(p.covariance) for p in fits]).mean(axis=0)
        assert told == pytest.approx(logs.std(axis=0), rel=0.3)

    def test_what_was_learned_is_ready_for_json_and_can_be_taken_up_again(self):
        model = ShiftedBetaGeometric().fit(cohort_contracts(HIGH_END))
        told = json.loads(json.dumps(dataclasses.asdict(model.params_), allow_nan=False))
        again = ShiftedBetaGeometric.from_params(ShiftedBetaGeometricParams(**told))
        assert np.array_equal(again.survival(9), model.survival(9))


ODD = {
    "nobody": ({"renewals": [], "active": []}, "no_time_observed"),
    "all in their first period": ({"renewals": [0, 0], "active": [1, 1]}, "no_time_observed"),
    "nobody leaves": (cohort_contracts([100, 100, 100]), "nobody_left"),
    "everybody leaves in the first period": (cohort_contracts([100, 0]), "everybody_left_at_once"),
    "one period": (cohort_contracts([100, 60]), "one_period"),
    "one customer who left": ({"renewals": [4], "active": [0]}, "too_few_lost"),
    "all leave at the fourth renewal": (cohort_contracts([100, 100, 100, 100, 0]), "customers_alike"),
    "retention falls": (cohort_contracts([1000, 900, 700, 400, 100]), "customers_alike"),
    "all or nothing": (cohort_contracts([1000, 500, 500, 500, 500]), None),
    "thousands of periods": (cohort_contracts([1e6 / (1 + t / 40) for t in range(3000)]), None),
}


class TestOddData:
    @pytest.mark.parametrize("case", ODD)
    def test_the_fit_says_what_is_odd_and_answers_stay_finite(self, case):
        data, note = ODD[case]
        model = ShiftedBetaGeometric().fit(data)
        assert note is None or note in model.params_.notes
        json.dumps(dataclasses.asdict(model.params_), allow_nan=False)
        asked = {"renewals": [0, 1, 40, 40], "active": [1, 1, 1, 0]}
        answers = [
            model.probability_of_staying(asked, 12),
            model.expected_lifetime(asked, 12),
            model.residual_lifetime(asked, 0.01),
        ]
        assert np.isfinite(answers).all()
        assert all(((values >= 0) & (values[3] == 0)).all() for values in answers)
        assert np.isfinite(model.survival(60)).all()
        assert (np.diff(model.retention_rates(60)) >= 0).all()

    def test_where_nobody_left_half_a_customer_is_taken_to_be_lost(self):
        model = ShiftedBetaGeometric().fit(cohort_contracts([100, 100, 100]))
        assert 1 - model.survival(1)[1] == pytest.approx(0.5 / 200)

    def test_one_period_gives_its_share_and_no_more(self):
        model = ShiftedBetaGeometric().fit(cohort_contracts([100, 60]))
        assert model.survival(1)[1] == pytest.approx(0.6)
        assert model.params_.covariance is None

    @pytest.mark.parametrize(
        ("cohorts", "message"),
        [
            ([[100, 60, 70]], "Cohort 1 grows from 60 to 70 at renewal 2"),
            ([[9], [100, -1]], "Cohort 2 has the counts"),
            ([[]], "numbers from 0"),
            ([], "No cohort was given"),
        ],
    )
    def test_a_cohort_that_cannot_be_is_refused(self, cohorts, message):
        with pytest.raises(InputError, match=message):
            cohort_contracts(*cohorts)

    def test_contracts_that_cannot_be_are_refused(self):
        with pytest.raises(InputError, match="active must be 0 or 1"):
            ShiftedBetaGeometric().fit({"renewals": [1], "active": [2]})
        with pytest.raises(InputError, match=r"Missing columns: active\. Present: renewals"):
            ShiftedBetaGeometric().fit({"renewals": [1]})


class TestAnswers:
    def test_survival_is_the_product_of_retention_rates(self):
        model = ShiftedBetaGeometric.from_params(ShiftedBetaGeometricParams(0.668, 3.806))
        assert model.survival(20)[1:] == pytest.approx(np.cumprod(model.retention_rates(20)), rel=1e-12)

    def test_who_renewed_before_is_likelier_to_stay(self):
        model = ShiftedBetaGeometric.from_params(ShiftedBetaGeometricParams(0.668, 3.806))
        asked = {"renewals": [0, 3, 7], "active": [1, 1, 1]}
        survival = model.survival(12)
        staying = model.probability_of_staying(asked, 5)
        assert staying == pytest.approx([survival[r + 5] / survival[r] for r in (0, 3, 7)])
        assert (np.diff(staying) > 0).all()

    def test_lifetimes_are_sums_of_staying(self):
        model = ShiftedBetaGeometric.from_params(ShiftedBetaGeometricParams(1.0, 2.5))
        asked = {"renewals": [0, 4], "active": [1, 1]}
        staying = np.array([model.probability_of_staying(asked, k) for k in range(1, 2001)])
        assert model.expected_lifetime(asked, 2000) == pytest.approx(staying.sum(axis=0))
        weight = 1.05 ** -np.arange(2000.0)
        assert model.residual_lifetime(asked, 0.05) == pytest.approx(weight @ staying, rel=1e-9)

    def test_a_whole_life_has_a_mean_only_where_alpha_is_above_one(self):
        model = ShiftedBetaGeometric.from_params(ShiftedBetaGeometricParams(3.0, 4.0))
        assert model.expected_lifetime_new(math.inf) == 2.0
        assert model.expected_lifetime_new(200_000) == pytest.approx(2.0, rel=1e-6)
        heavy = ShiftedBetaGeometric.from_params(ShiftedBetaGeometricParams(0.668, 3.806))
        assert heavy.expected_lifetime({"renewals": [3, 3], "active": [1, 0]}, math.inf).tolist() == [math.inf, 0.0]

    def test_values_are_lifetimes_times_margin(self):
        model = ShiftedBetaGeometric.from_params(ShiftedBetaGeometricParams(0.668, 3.806))
        asked = {"renewals": [0, 7], "active": [1, 1]}
        each = model.residual_value(asked, 0.1, margin=[2500, 100])
        assert each == pytest.approx(model.residual_lifetime(asked, 0.1) * [2500, 100])
        with pytest.raises(InputError, match=r"margin of shape \(3,\)"):
            model.residual_value(asked, 0.1, margin=[1, 2, 3])
