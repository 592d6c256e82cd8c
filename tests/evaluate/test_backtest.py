from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import lifetimes.datasets
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from shuke.evaluate import Bin, backtest
from shuke.kit.errors import InputError
from shuke.value import BGNBD, NaiveRate


@dataclass
class Poisson:
    """A model that foresees a Poisson count with the mean that stands in x, times a factor."""

    factor: float = 1.0

    def expected_purchases(self, histories, horizon):
        return self.factor * np.asarray(histories["x"]) * horizon

    def probability_of_purchases(self, histories, n, horizon):
        return poisson.pmf(n, self.expected_purchases(histories, horizon))

    def log_probability_of_purchases(self, histories, n, horizon):
        return poisson.logpmf(n, self.expected_purchases(histories, horizon))


def held(x, purchases, customers):
    count = len(x)
    return {"x": x, "t_x": [1] * count, "T": [2] * count, "purchases": purchases, "customers": customers}


def test_totals_errors_and_scores_are_those_computed_by_hand():
    tested = backtest({"p": Poisson()}, held([1, 2], [0, 3], [3, 1]), horizon=1).model("p")

    # Three customers forecast 1 and buy 0, one is forecast 2 and buys 3.
    assert (tested.mean_forecast, tested.mean_actual) == (5 / 4, 3 / 4)
    assert (tested.total_forecast, tested.total_actual, tested.total_error) == (5.0, 3, 2.0)
    assert tested.total_error_share == pytest.approx(2 / 3)
    assert (tested.mean_absolute_error, tested.root_mean_squared_error) == (1.0, 1.0)
    assert tested.no_purchase_brier == pytest.approx((3 * (np.exp(-1) - 1) ** 2 + np.exp(-2) ** 2) / 4)
    assert tested.log_score == pytest.approx((3 * -1 + (-2 + 3 * np.log(2) - np.log(6))) / 4)
    assert tested.calibration == (Bin(3, 1.0, 0.0), Bin(1, 2.0, 3.0))
    assert [one.customers for one in tested.no_purchase_calibration] == [1, 3]
    assert [one.actual for one in tested.no_purchase_calibration] == [0.0, 1.0]


def test_the_difference_of_two_models_comes_with_its_standard_error():
    # Customer by customer the logs differ by 1·(2−1) − n·log 2 with n = 0, 0, 1, 2.
    tested = backtest({"right": Poisson(), "double": Poisson(2.0)}, held([1, 1, 1], [0, 1, 2], [2, 1, 1]), horizon=1)

    gains = 1 - np.log(2) * np.array([0, 0, 1, 2])
    found = tested.comparison("right", than="double")
    assert found.difference == pytest.approx(gains.mean())
    assert found.standard_error == pytest.approx(gains.std(ddof=1) / 2)
    assert tested.comparison("double", than="right").difference == pytest.approx(-gains.mean())
    assert tested.best == "right"
    assert not tested.clearly_better("right", than="double")
    assert not tested.clearly_better("right", than="unheard of")


def test_the_right_model_is_clearly_better_on_simulated_customers():
    rng = np.random.default_rng(7)
    rates = rng.choice([1, 2, 3], 3000)
    seen = held(rates, rng.poisson(rates), np.ones(3000))

    tested = backtest({"half": Poisson(0.5), "right": Poisson()}, seen, horizon=1)

    assert tested.best == "right"
    assert tested.clearly_better("right", than="half")
    assert not tested.clearly_better("half", than="right")
    assert abs(tested.model("right").total_error_share) < 0.05
    for one in tested.model("right").calibration:
        assert one.actual == pytest.approx(one.forecast, abs=0.15)


def test_equal_forecasts_stay_in_one_bin_and_bins_hold_a_tenth_each():
    alike = backtest({"p": Poisson()}, held([1] * 50, [1] * 50, [1] * 50), horizon=1).model("p")
    assert alike.calibration == (Bin(50, 1.0, 1.0),)

    spread = backtest({"p": Poisson()}, held(range(1, 101), [1] * 100, [1] * 100), horizon=1).model("p")
    assert [one.customers for one in spread.calibration] == [10] * 10
    assert spread.calibration[0].forecast == 5.5


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9), st.integers(1, 50)), min_size=1, max_size=30))
def test_calibration_adds_up_to_the_totals_whatever_the_histories(rows):
    tested = backtest({"p": Poisson()}, held(*zip(*rows, strict=True)), horizon=1).model("p")

    for bins in (tested.calibration, tested.no_purchase_calibration):
        assert sum(one.customers for one in bins) == sum(customers for *_, customers in rows)
        assert [one.forecast for one in bins] == sorted(one.forecast for one in bins)
    assert sum(one.customers * one.forecast for one in tested.calibration) == pytest.approx(tested.total_forecast)
    assert sum(one.customers * one.actual for one in tested.calibration) == pytest.approx(tested.total_actual)
    assert tested.mean_absolute_error <= tested.root_mean_squared_error + 1e-12


def test_grouped_customers_count_as_much_as_single_ones():
    models = {"a": Poisson(), "b": Poisson(1.5)}
    grouped = backtest(models, held([1, 2], [0, 3], [3, 2]), horizon=1)
    single = backtest(models, held([1, 1, 1, 2, 2], [0, 0, 0, 3, 3], [1] * 5), horizon=1)

    for name in models:
        one, other = asdict(grouped.model(name)), asdict(single.model(name))
        assert one.pop("calibration") == other.pop("calibration")
        bins, other_bins = one.pop("no_purchase_calibration"), other.pop("no_purchase_calibration")
        assert [pytest.approx(found) for found in bins] == list(other_bins)
        assert one.pop("name") == other.pop("name")
        assert one == pytest.approx(other)
    found, same = grouped.comparison("a", than="b"), single.comparison("a", than="b")
    assert (found.difference, found.standard_error) == pytest.approx((same.difference, same.standard_error))


@pytest.mark.parametrize(
    ("models", "histories", "horizon", "note"),
    [
        ({"p": Poisson()}, held([], [], []), 30, "no_customers"),
        ({}, held([], [], []), 30, "no_customers"),
        ({"p": Poisson()}, held([1], [1], [1]), 0, "no_holdout"),
        ({}, held([1], [1], [1]), 30, "no_models"),
    ],
)
def test_a_backtest_that_cannot_be_made_says_why(models, histories, horizon, note):
    tested = backtest(models, histories, horizon=horizon)

    assert (tested.best, tested.models, tested.comparisons, tested.notes) == (None, (), (), (note,))
    assert not tested.clearly_better("p", than="q")
    with pytest.raises(InputError, match="No model 'p' was tested; tested were: none"):
        tested.model("p")


def test_a_hold_out_without_purchases_and_an_impossible_outcome_are_noted():
    quiet = backtest({"p": Poisson()}, held([1], [0], [2]), horizon=1)
    assert quiet.notes == ("no_purchases",)
    assert quiet.model("p").total_error_share is None

    impossible = backtest({"never": Poisson(0.0), "p": Poisson()}, held([1], [1], [2]), horizon=1)
    assert impossible.notes == ("impossible_outcome",)
    assert impossible.model("never").log_score == -700.0
    assert impossible.best == "p"


def test_one_customer_gives_no_standard_error_and_no_clear_winner():
    tested = backtest({"a": Poisson(), "b": Poisson(9.0)}, held([1], [1], [1]), horizon=1)

    assert tested.comparison("a", than="b").standard_error is None
    assert not tested.clearly_better("a", than="b")


def test_missing_columns_and_models_without_numbers_are_named():
    with pytest.raises(InputError, match="lacks purchases, customers; it has x, t_x, T"):
        backtest({"p": Poisson()}, {"x": [1], "t_x": [1], "T": [1]}, horizon=1)
    with pytest.raises(InputError, match="Model 'broken' answered with"):
        backtest({"broken": Poisson(float("nan"))}, held([1], [1], [1]), horizon=1)
    with pytest.raises(InputError, match="empty values"):
        backtest({"p": Poisson()}, held([None], [1], [1]), horizon=1)


def cdnow_holdout():
    """CDNOW's 1/10 sample: weeks 1 to 39 known, 40 to 78 held out; grouped, in weeks."""
    days: dict[str, set[date]] = {}
    file = Path(lifetimes.datasets.__file__).parent / "CDNOW_sample.txt"
    for line in file.read_text("utf-8").splitlines():
        _, customer, day, *_ = line.split()
        days.setdefault(customer, set()).add(date.fromisoformat(day))
    cut = date(1997, 9, 30)
    rows = Counter()
    for bought in days.values():
        seen = sorted(day for day in bought if day <= cut)
        later = len(bought) - len(seen)
        rows[len(seen) - 1, (seen[-1] - seen[0]).days / 7, (cut - seen[0]).days / 7, later] += 1
    x, t_x, T, purchases = zip(*rows, strict=True)
    return pa.table({"x": x, "t_x": t_x, "T": T, "purchases": purchases, "customers": list(rows.values())})


def test_bg_nbd_forecasts_cdnows_hold_out_as_published_and_beats_the_naive_rate():
    """1,653 forecast for weeks 40 to 78 with the published fit, 1,882 made (Fader, Hardie & Lee 2005, their data)."""
    histories = cdnow_holdout()
    models = {"bg_nbd": BGNBD().fit(histories), "naive": NaiveRate().fit(histories)}

    tested = backtest(models, histories, horizon=39)

    assert tested.customers == 2357
    assert tested.model("bg_nbd").total_actual == 1882
    assert tested.model("bg_nbd").total_forecast == pytest.approx(1653, rel=0.01)
    assert tested.model("bg_nbd").total_error_share == pytest.approx(-0.12, abs=0.01)
    assert tested.best == "bg_nbd"
    assert tested.clearly_better("bg_nbd", than="naive")
    assert json.loads(json.dumps(asdict(tested)))["best"] == "bg_nbd"
