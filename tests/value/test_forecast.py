"""From models to money, the same on both engines as in Python."""

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from shuke.value import GammaGamma, GammaGammaParams, Horizon, NaiveRate, count_histories, forecast, value_interval
from shuke.value.mbgnbd import MBGNBD, MBGNBDParams
from shuke.value.pareto_nbd import ParetoNBD, ParetoNBDParams
from shuke.value.worth import lifetime_value

AS_OF = date(2026, 6, 30)
HORIZON = Horizon(days=180, discount_rate=0.1)
ROWS = {
    "customer_id": ["甲", "乙", "丙", "丁"],
    "x": [0, 1, 3, 11],
    "t_x": [0, 40, 200, 280],
    "T": [10, 300, 230, 300],
    "purchases": [1, 2, 4, 12],
    "mean_spend_minor": [5000, 2500, 8000, 3300],
    "spend_minor": [5000, 5000, 32_000, 39_600],
    "margin_minor": [5000, 5000, 32_000, 39_600],
    "repeat_spend_minor": [0, 2000, 24_000, 33_000],
    "repeat_margin_minor": [0, 2000, 24_000, 33_000],
    "historic_value_minor": [0, 0, 0, 0],
    "current_value_minor": [5000, 5000, 32_000, 39_600],
}
SEEN = {name: np.array(ROWS[name], dtype=float) for name in ("x", "t_x", "T")} | {
    "spend": np.array(ROWS["mean_spend_minor"], dtype=float)
}
REPEATS = SEEN | {"spend": np.array([0.0, 2000, 8000, 3000])}
PARETO = ParetoNBD.from_params(ParetoNBDParams(r=0.8, alpha=40.0, s=0.6, beta=100.0))
MODELS = [PARETO, MBGNBD.from_params(MBGNBDParams(r=0.8, alpha=40.0, a=0.6, b=3.0)), NaiveRate().fit(SEEN)]
SPEND = {
    delta: GammaGamma.from_params(
        GammaGammaParams(p=3.0, q=4.0, gamma=4000.0, mean_spend=4200.0, delta=delta, usual_purchases=2.5)
    )
    for delta in (0.0, 0.4)
}


def forecasts(engine, counts, spend, **changed):
    summary = engine.from_arrow("summary", pa.table(ROWS | changed))
    told = forecast(
        summary, counts=counts, spend=spend, histories=count_histories(summary), horizon=HORIZON, as_of=AS_OF
    )
    found = {row["customer_id"]: row for row in told.to_arrow().to_pylist()}
    return {name: [found[key][name] for key in ROWS["customer_id"]] for name in found["甲"]}


@pytest.mark.parametrize("delta", [0.0, 0.4])
def test_an_engine_says_what_python_says_whether_spend_rests_on_frequency_or_not(engine, delta):
    told(engine, SPEND[delta], REPEATS, SEEN["x"])


@pytest.mark.parametrize("delta", [0.0, 0.4])
def test_so_it_does_where_spend_was_learned_from_first_purchases_too(duckdb_engine, delta):
    told(duckdb_engine, first_too(SPEND[delta]), SEEN, SEEN["x"] + 1)


def first_too(spend):
    return GammaGamma.from_params(replace(spend.params_, first_too=True))


def told(engine, spend, seen, bought):
    found = forecasts(engine, PARETO, spend)
    worth = lifetime_value(PARETO, spend, seen, horizon=180, discount_rate=0.1, spend_purchases=bought)
    assert found["clv_minor"] == pytest.approx(worth, abs=0.51)
    interval = value_interval(PARETO, spend, SEEN, horizon=180, rate=HORIZON.rate_a_day, spend_purchases=bought)
    scale = spend.interval_scale({"x": bought, "spend": seen["spend"]})
    high = np.maximum(interval.factor_high * scale, worth)
    assert found["clv_high_minor"] == pytest.approx(high, abs=0.51)
    assert found["clv_low_minor"] == pytest.approx(np.minimum(interval.factor_low * scale, worth), abs=0.51)


def test_what_the_first_purchase_cost_and_earned_does_not_move_a_forecast(duckdb_engine):
    """A car that costs 200,000 and earns 3 %: those who come for service are worth the same."""
    plain = forecasts(duckdb_engine, PARETO, SPEND[0.0])
    spent, earned = ([known + more for known in ROWS["spend_minor"]] for more in (20_000_000, 600_000))
    car = forecasts(duckdb_engine, PARETO, SPEND[0.0], spend_minor=spent, margin_minor=earned)
    for name in ("clv_minor", "clv_low_minor", "clv_high_minor", "value_at_risk_minor"):
        assert car[name] == plain[name]


def test_margin_is_that_of_repeat_purchases_the_customers_own_and_the_bases(engine):
    """Of one-time buyers the base speaks alone: its spend, at the margin of all repeat purchases."""
    earned = [0, -500, 6000, 12_200]
    found = forecasts(engine, PARETO, SPEND[0.0], repeat_margin_minor=earned)
    purchases = PARETO.discounted_purchases(SEEN, 180, HORIZON.rate_a_day)
    base = 3.0 * 4000 / 3 * sum(earned) / 59_000
    by_hand = [(3 * own + 3 * base) / (3 * x + 3) for own, x in zip(earned, ROWS["x"], strict=True)]
    assert found["clv_minor"] == pytest.approx(by_hand * purchases, abs=0.51)


def test_where_nothing_was_spent_at_repeat_purchases_the_margin_of_all_stands_in(duckdb_engine):
    nothing = {"repeat_spend_minor": [0] * 4, "repeat_margin_minor": [0] * 4}
    found = forecasts(duckdb_engine, PARETO, SPEND[0.0], margin_minor=[2000, 2000, 16_000, 20_800], **nothing)
    purchases = PARETO.discounted_purchases(SEEN, 180, HORIZON.rate_a_day)
    assert found["clv_minor"][0] == pytest.approx(0.5 * 4000 * purchases[0], abs=0.51)


def test_where_the_base_has_no_mean_a_forecast_stays_finite(engine):
    """One-time buyers carry the whole tail of the base: an interval may be wide, but is a number."""
    wild = GammaGamma.from_params(GammaGammaParams(p=0.3, q=0.12, gamma=4000.0, mean_spend=4200.0))
    found = forecasts(engine, PARETO, wild)
    assert all(np.isfinite(value) for value in found["clv_minor"] + found["clv_high_minor"])


def test_a_dependence_moves_those_who_buy_more_or_less_often_than_usual(duckdb_engine):
    apart, resting = (forecasts(duckdb_engine, PARETO, SPEND[delta])["clv_minor"] for delta in (0.0, 0.4))
    assert resting[0] < apart[0]
    assert resting[3] > apart[3]


@pytest.mark.parametrize("counts", MODELS, ids=lambda model: type(model).__name__)
def test_any_model_of_purchases_gives_every_column_of_a_forecast(duckdb_engine, counts):
    found = forecasts(duckdb_engine, counts, SPEND[0.0])
    assert found["expected_lifetime_days"] == pytest.approx(counts.expected_lifetime(SEEN, 180))
    assert all(0 <= days <= 180 for days in found["expected_lifetime_days"])
    assert found["probability_alive"] == pytest.approx(counts.probability_alive(SEEN))
    for low, mean, high in zip(found["clv_low_minor"], found["clv_minor"], found["clv_high_minor"], strict=True):
        assert low <= mean <= high


def test_without_a_model_there_is_no_forecast(duckdb_engine):
    found = forecasts(duckdb_engine, None, SPEND[0.0])
    assert found["clv_minor"] == found["expected_lifetime_days"] == found["probability_alive"] == [None] * 4
