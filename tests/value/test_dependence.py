"""Whether spend rests on frequency: found where it does, silent where it does not, whatever the shape of spends."""

import csv
import dataclasses
import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from shuke.kit.errors import InputError
from shuke.value import dependence, gamma_gamma
from shuke.value.fitting import fit_logs
from shuke.value.gamma_gamma import GammaGamma, GammaGammaParams
from shuke.value.spend_likelihood import SpendLikelihood, TiltedLikelihood

DATASETS = Path(importlib.util.find_spec("lifetimes").submodule_search_locations[0]) / "datasets"


def customers(size, delta, seed=0, p=3.0, q=4.0, gamma=60.0):
    """Mean spends over geometric numbers of purchases n; what the base spends goes with n^delta."""
    rng = np.random.default_rng(seed)
    n = rng.geometric(0.3, size)
    v = rng.gamma(q, 1 / (gamma * (n / 2.0) ** delta))
    return {"x": n, "spend": rng.gamma(p * n, 1 / v) / n}


def lognormal(size, seed):
    """Spends that no Gamma-Gamma makes, and that rest on nothing."""
    rng = np.random.default_rng(seed)
    n = rng.geometric(0.3, size)
    own = rng.lognormal(3, 0.8, size)
    who = np.repeat(np.arange(size), n)
    return {"x": n, "spend": np.bincount(who, own[who] * rng.lognormal(-0.18, 0.6, len(who))) / n}


class TestFound:
    @pytest.mark.parametrize("delta", [-0.3, 0.15, 0.5])
    def test_a_dependence_that_is_there_is_recovered(self, delta):
        found = GammaGamma().fit(customers(6000, delta)).params_
        assert found.notes[0] == "spend_rests_on_frequency"
        off = (found.delta - delta) / found.standard_errors[3]
        assert abs(off) < 3.5
        assert (found.p, found.q) == pytest.approx((3, 4), rel=0.12)
        assert found.usual_purchases == pytest.approx(np.exp(np.log(customers(6000, delta)["x"]).mean()))
        assert found.gamma == pytest.approx(60 * (found.usual_purchases / 2) ** delta, rel=0.15)

    def test_it_explains_the_spends_better_and_is_not_looked_for_where_not_asked(self):
        seen = customers(3000, 0.3)
        resting, apart = GammaGamma().fit(seen).params_, GammaGamma(dependence="none").fit(seen).params_
        assert (apart.delta, apart.usual_purchases, len(apart.standard_errors)) == (0.0, 1.0, 3)
        assert "spend_rests_on_frequency" not in apart.notes
        assert resting.log_likelihood > apart.log_likelihood + 3.3

    def test_customers_may_stand_for_several(self):
        seen = customers(1500, 0.3)
        twice = {**seen, "customers": np.full(1500, 2)}
        each = {name: np.repeat(column, 2) for name, column in seen.items()}
        assert GammaGamma().fit(twice).params_.delta == pytest.approx(GammaGamma().fit(each).params_.delta, rel=1e-4)


class TestSilent:
    def test_a_false_alarm_is_as_rare_as_declared(self):
        alarms = [GammaGamma().fit(customers(300, 0.0, seed)).params_.delta != 0 for seed in range(20)]
        assert sum(alarms) <= 1  # 1 of 100: 2 of 20 come by chance once in 60 times

    def test_spends_of_another_shape_are_no_dependence_though_the_likelihood_says_so(self):
        for seed in range(2):
            seen = lognormal(12_000, seed)
            spends = SpendLikelihood(seen["x"].astype(float), seen["spend"] / seen["spend"].mean(), np.ones(12_000))
            plain = fit_logs(spends, None, spends.total, gamma_gamma._SOUGHT)
            assert dependence._first_step(TiltedLikelihood(spends, spends.usual_purchases), plain)[1] > 6.63
            assert GammaGamma().fit(seen).params_.delta == 0.0

    def test_cdnow_is_taken_to_be_free_of_it(self):
        """As in the literature: the published fit is the default's. The likelihood alone would see one."""
        with (DATASETS / "cdnow_customers_summary_with_transactions.csv").open() as file:
            rows = [(float(row["x"]), float(row["zbar"])) for row in csv.DictReader(file)]
        seen = dict(zip(("x", "spend"), np.array(rows).T, strict=True))
        assert GammaGamma().fit(seen).params_.delta == 0.0

    def test_too_weak_to_matter_is_none(self):
        assert GammaGamma().fit(customers(30_000, 0.02)).params_.delta == 0.0

    def test_where_all_buy_as_often_there_is_nothing_to_see(self):
        rng = np.random.default_rng(3)
        seen = {"x": np.full(500, 3), "spend": rng.gamma(9, 1 / rng.gamma(4, 1 / 60, 500)) / 3}
        assert GammaGamma().fit(seen).params_.delta == 0.0

    def test_another_setting_is_refused(self):
        with pytest.raises(InputError, match="Unexpected dependence='always'"):
            GammaGamma(dependence="always").fit({"x": [1], "spend": [2]})


class TestAnswers:
    PARAMS = GammaGammaParams(p=3.0, q=4.0, gamma=60.0, mean_spend=60.0, delta=0.3, usual_purchases=2.0)

    def test_expected_spend_is_the_mean_of_what_customers_with_as_many_purchases_spend(self):
        rng = np.random.default_rng(5)
        n, mean = 8, 90.0
        v = rng.gamma(4 + 3 * n, 1 / (60 * 4**0.3 + n * mean), 400_000)
        expected = GammaGamma.from_params(self.PARAMS).expected_spend({"x": [n], "spend": [mean]})[0]
        assert rng.gamma(3.0, 1 / v).mean() == pytest.approx(expected, rel=0.01)

    def test_with_little_of_their_own_frequent_buyers_are_pulled_to_frequent_buyers(self):
        model = GammaGamma.from_params(self.PARAMS)
        found = model.expected_spend({"x": [0, 1, 2, 32], "spend": [0, np.nan, 0, -3]})
        assert found == pytest.approx(60 * np.array([0.5, 0.5, 1, 16]) ** 0.3)
        scale = model.interval_scale({"x": [2, 32], "spend": [10, 10]})
        assert scale == pytest.approx([60 + 20, 60 * 16**0.3 + 320])

    def test_what_was_learned_is_ready_for_json_and_can_be_taken_up_again(self):
        model = GammaGamma().fit(customers(2000, 0.4))
        told = json.loads(json.dumps(dataclasses.asdict(model.params_), allow_nan=False))
        again = GammaGamma.from_params(GammaGammaParams(**told))
        assert np.array_equal(again.expected_spend(customers(9, 0.4)), model.expected_spend(customers(9, 0.4)))
