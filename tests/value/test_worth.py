"""Counts and spend put together, by hand."""

import numpy as np
import pytest

from shuke.kit.errors import InputError
from shuke.value import GammaGamma, GammaGammaParams, NaiveRate
from shuke.value.pareto_nbd import ParetoNBD, ParetoNBDParams
from shuke.value.worth import lifetime_value, rate_a_unit, residual_value

SPEND = GammaGamma.from_params(GammaGammaParams(p=6.25, q=3.74, gamma=15.44))
SEEN = {"x": [3, 0], "t_x": [80, 0], "T": [100, 100], "spend": [20.0, 50.0]}
NAIVE = NaiveRate().fit(SEEN)
WEEKLY = ParetoNBD.from_params(ParetoNBDParams(r=0.5629966, alpha=12.559037, s=0.4081095, beta=10.5148048))


def test_it_is_margin_by_spend_by_discounted_purchases():
    """x = 3 in 100 days: 0.03 a day; 4 purchases of 20 on average, [GG] eq. 5; a yearly 10 % over 365.25 days."""
    spend = 6.25 * (15.44 + 4 * 20) / (6.25 * 4 + 3.74 - 1)
    rate = np.log(1.1) / 365.25
    purchases = 0.03 * (1 - 1 / 1.1) / rate
    found = lifetime_value(NAIVE, SPEND, SEEN, horizon=365.25, discount_rate=0.1, margin=0.4)
    assert found[0] == pytest.approx(0.4 * spend * purchases)


def test_a_horizon_in_weeks_at_seven_days_each_is_the_same_money():
    weeks = {**SEEN, "t_x": np.array(SEEN["t_x"]) / 7, "T": np.array(SEEN["T"]) / 7}
    by_day = lifetime_value(NAIVE, SPEND, SEEN, horizon=364, discount_rate=0.1)
    by_week = lifetime_value(NaiveRate().fit(weeks), SPEND, weeks, horizon=52, discount_rate=0.1, days_per_unit=7)
    assert by_week == pytest.approx(by_day)


def test_without_an_end_it_is_spend_by_the_published_dert():
    """BTYD's inputs at 15 % a year, weekly: DERT of x = 7, t_x = 35, T = 77.86 is 1.8642 at .0027 a week."""
    seen = {"x": [7], "t_x": [35], "T": [77.86], "spend": [30.0]}
    yearly = np.expm1(0.0027 / 7 * 365.25)
    found = residual_value(WEEKLY, SPEND, seen, discount_rate=yearly, days_per_unit=7, spend_purchases=[7])
    assert found[0] == pytest.approx(1.8642 * SPEND.expected_spend({"x": [7], "spend": [30.0]})[0], rel=1e-4)


def test_a_long_horizon_comes_close_to_none():
    whole = residual_value(WEEKLY, SPEND, SEEN, discount_rate=0.5)
    assert lifetime_value(WEEKLY, SPEND, SEEN, horizon=1e5, discount_rate=0.5) == pytest.approx(whole, rel=1e-4)


def test_the_mean_may_be_over_other_purchases_than_all():
    over_repeats = lifetime_value(NAIVE, SPEND, SEEN, horizon=10, discount_rate=0, spend_purchases=[3, 0])
    known = SPEND.expected_spend({"x": [3, 0], "spend": [20.0, 50.0]})
    assert over_repeats == pytest.approx(known * NAIVE.expected_purchases(SEEN, 10))


@pytest.mark.parametrize(
    "change", [{"discount_rate": -0.1}, {"days_per_unit": 0}, {"margin": 0}, {"margin": 1.2}, {"horizon": -1}]
)
def test_what_makes_no_sense_is_refused(change):
    with pytest.raises(InputError, match=f"Unexpected .*{next(iter(change))}="):
        lifetime_value(NAIVE, SPEND, SEEN, **{"horizon": 9, "discount_rate": 0.1, **change})


def test_an_endless_future_without_discount_is_refused():
    with pytest.raises(InputError, match="discount_rate=0"):
        residual_value(WEEKLY, SPEND, SEEN, discount_rate=0)


def test_histories_without_spend_say_so():
    with pytest.raises(InputError, match="Missing columns: spend"):
        lifetime_value(NAIVE, SPEND, {"x": [0], "t_x": [0], "T": [9]}, horizon=9, discount_rate=0.1)


def test_a_yearly_rate_is_spread_over_365_and_a_quarter_days():
    assert np.exp(rate_a_unit(0.1) * 365.25) == pytest.approx(1.1)
