"""Models to money: what each customer is expected to buy and be worth over the horizon, with an interval."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from shuke.engines import Table
from shuke.kit.errors import InputError
from shuke.value.calendar import Clock
from shuke.value.count_model import CountModel
from shuke.value.gamma_gamma import GammaGamma
from shuke.value.histories import Histories, read_histories
from shuke.value.interval import mean_discount, value_interval
from shuke.value.worth import rate_a_unit

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Horizon:
    """How far a forecast looks, and what later money is worth today."""

    days: int = 365
    discount_rate: float = 0.10
    """A year; discounting is continuous at ln(1 + rate)."""
    period_days: int = 90
    """The next period, in which a customer buys or does not: churn_probability."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.discount_rate) and self.discount_rate >= 0):
            raise InputError.of("error.value.discount_rate", rate=self.discount_rate)

    @property
    def rate_a_day(self) -> float:
        return rate_a_unit(self.discount_rate)


def count_histories(summary: Table) -> pa.Table:
    """The distinct (x, t_x, T) and how many customers have each, in order: all that a count model sees."""
    return summary.engine.fetch(
        "SELECT x, t_x, T, count(*) AS customers FROM {summary} GROUP BY x, t_x, T ORDER BY x, t_x, T", summary=summary
    )


def forecast(
    summary: Table,
    *,
    counts: CountModel | None,
    spend: GammaGamma,
    histories: pa.Table,
    horizon: Horizon,
    as_of: date,
    level: float = 0.90,
    clock: Clock | None = None,
) -> Table:
    """What will each customer buy over the horizon, and what is it worth today?

    `summary` with the forecast's columns of `tables.SCORES` appended; they are null where no model could be estimated
    (`counts` is None). Everything that rests on the history alone is computed once per distinct (x, t_x, T) in NumPy
    and joined back by the engine; what also rests on the customer's own money is an expression of the engine.

    A customer's expected margin per purchase is their own, w of it, and the base's, 1 − w of it, where
    w = p·n/(p·n + q − 1) is the weight that the Gamma-Gamma model gives to the mean of n purchases (Fader & Hardie
    2013, "The Gamma-Gamma Model of Monetary Value", eq. 5); where spend rests on how often customers buy, the base's is
    that of customers with as many purchases. On spend the two are the same formula; on margin it also
    holds for customers who cost more than they bring.

    Purchases are repeat purchases, n = x, and so are those of a customer's own spend and margin, and of the base's
    share of margin; or all of them, where ``spend`` was learned so (`shuke.value.spending`). Of n = 0, one-time buyers,
    the base alone speaks: with a dependence on n, as it does of customers with one.

    ``clock``: the calendar by which ``counts`` was fitted, if any.
    """
    known = _per_history(counts, spend, histories, horizon, level, clock)
    fixed, own = spend.interval_coefficients()
    weight = spend.credibility()
    return summary.engine.view(
        "forecast",
        _forecast_sql(spend.params_.first_too),
        summary=summary,
        known=summary.engine.from_arrow("known", known),
        weight_own=weight.own,
        weight_base=weight.base,
        base_spend=weight.base_spend,
        delta=weight.delta,
        usual_purchases=weight.usual_purchases,
        margin_ratio=_margin_ratio(summary, spend.params_.first_too),
        scale_fixed=fixed,
        scale_own=own,
        as_of=as_of,
        horizon_days=horizon.days,
    )


def _per_history(
    counts: CountModel | None,
    spend: GammaGamma,
    histories: pa.Table,
    horizon: Horizon,
    level: float,
    clock: Clock | None,
) -> pa.Table:
    """The columns that rest on (x, t_x, T) alone."""
    keys = histories.select(["x", "t_x", "T"])
    if counts is None:
        empty = pa.nulls(len(keys), pa.float64())
        columns = dict.fromkeys(_KNOWN, empty)
    elif clock is None:
        columns = _answers(counts, spend, read_histories(histories), _Ahead.of(horizon), level)
    else:  # the model counts time in seasonal days; a day due, and a lifetime, come back in plain ones
        known = clock.histories(read_histories(histories))
        columns = _answers(counts, spend, known, _Ahead.by(clock, horizon), level)
        for name in ("next_due_days", "expected_lifetime_days"):
            columns[name] = clock.days(columns[name], horizon.days)
    return pa.table({**{name: keys[name] for name in keys.schema.names}, **columns})


_KNOWN = (
    "probability_alive",
    "expected_purchases",
    "discounted_purchases",
    "churn_probability",
    "next_due_days",
    "expected_lifetime_days",
    "factor_low",
    "factor_high",
)


@dataclass(frozen=True)
class _Ahead:
    """A horizon in the model's own time."""

    length: float
    rate: float
    period: float

    @classmethod
    def of(cls, horizon: Horizon) -> Self:
        return cls(horizon.days, horizon.rate_a_day, horizon.period_days)

    @classmethod
    def by(cls, clock: Clock, horizon: Horizon) -> Self:
        """Discounting goes on by plain days: spread over the seasonal ones at their mean pace."""
        length = clock.ahead(horizon.days)
        return cls(length, horizon.rate_a_day * horizon.days / length, clock.ahead(horizon.period_days))


def _answers(
    counts: CountModel, spend: GammaGamma, histories: Histories, ahead: _Ahead, level: float
) -> dict[str, Floats]:
    asked: dict[str, Callable[[], Floats]] = {
        "expected_purchases": lambda: counts.expected_purchases(histories, ahead.length),
        "discounted_purchases": lambda: counts.discounted_purchases(histories, ahead.length, ahead.rate),
        "probability_alive": lambda: counts.probability_alive(histories),
        "churn_probability": lambda: counts.probability_of_purchases(histories, 0, ahead.period),
        "next_due_days": lambda: counts.next_purchase_due(histories),
        "expected_lifetime_days": lambda: counts.expected_lifetime(histories, ahead.length),
    }
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:  # NumPy computes beside itself
        answers = dict(zip(asked, pool.map(lambda question: question(), asked.values()), strict=True))
    discount = mean_discount(answers["expected_purchases"], answers["discounted_purchases"])
    interval = value_interval(
        counts,
        spend,
        histories,
        horizon=ahead.length,
        rate=ahead.rate,
        level=level,
        spend_purchases=histories.x + 1 if spend.params_.first_too else histories.x,
        discount=discount,
    )
    return answers | {"factor_low": interval.factor_low, "factor_high": interval.factor_high}


def _margin_ratio(summary: Table, first_too: bool) -> float:
    """Margin as a share of spend over the whole base, of repeat purchases unless the first count too; all of it where
    nothing was spent on balance."""
    rows = summary.engine.fetch(_SUMS, summary=summary).to_pylist()[0]
    pairs = [("repeat_margin", "repeat_spend"), ("margin", "spend")][first_too:]
    known = [rows[margin] / rows[spent] for margin, spent in pairs if (rows[spent] or 0) > 0]
    return float(known[0]) if known else 1.0


_SUMS = """
    SELECT CAST(sum(margin_minor) AS BIGINT) AS margin, CAST(sum(spend_minor) AS BIGINT) AS spend,
        CAST(sum(repeat_margin_minor) AS BIGINT) AS repeat_margin,
        CAST(sum(repeat_spend_minor) AS BIGINT) AS repeat_spend
    FROM {summary}
"""


def _forecast_sql(first_too: bool) -> str:
    """A customer's own purchases, spend and margin are those of repeat purchases, unless the first count too."""
    repeat = {"purchases": "x", "spend": "repeat_spend_minor", "margin": "repeat_margin_minor"}
    every = {"purchases": "purchases", "spend": "spend_minor", "margin": "margin_minor"}
    return _FORECAST % (every if first_too else repeat)


# - The interval is of whole outcomes: for someone most likely gone it is 0 to 0, while the mean is a bit above. It is
#   widened to hold the mean, so that nobody reads a value outside its own interval; it then holds at least as much.
# - A due day beyond the horizon is no forecast, so it is null.
# - The own mean by its weight, w * spend / n with w = own * n / (own * n + base), is own * spend / (own * n + base):
#   there is no division by n, which is 0 for one-time buyers.
# - Where the base has no mean (q < 1), a one-time buyer's upper end may be past all numbers; it ends at the largest
#   that a double holds to the unit.
# - Value if kept is the value given that the customer is still one: CLV over probability_alive.
_FORECAST = """
    SELECT * EXCLUDE (margin_each, spend_each, scale, own_purchases, own_spend, tilt, discounted_purchases,
            factor_low, factor_high, next_due_days, potential, one_end, other_end),
        potential AS potential_value_minor,
        potential AS clv_minor,
        historic_value_minor + current_value_minor + potential AS value_total_minor,
        least(one_end, other_end, potential) AS clv_low_minor,
        greatest(one_end, other_end, potential) AS clv_high_minor,
        CASE WHEN next_due_days <= {horizon_days} THEN date_add({as_of}, CAST(ceil(next_due_days) AS INTEGER)) END
            AS next_purchase_due,
        CASE WHEN probability_alive > 0 THEN CAST(round(
            churn_probability * greatest(margin_each, 0) * discounted_purchases / probability_alive) AS BIGINT) END
            AS value_at_risk_minor
    FROM (
        SELECT *,
            CAST(round(margin_each * discounted_purchases) AS BIGINT) AS potential,
            CAST(round(greatest(least(factor_low * margin_each * scale / spend_each, 9e15), -9e15)) AS BIGINT)
                AS one_end,
            CAST(round(greatest(least(factor_high * margin_each * scale / spend_each, 9e15), -9e15)) AS BIGINT)
                AS other_end
        FROM (
            SELECT *,
                ({weight_own} * %(margin)s + {weight_base} * {base_spend} * tilt * {margin_ratio})
                    / ({weight_own} * own_purchases + {weight_base}) AS margin_each,
                ({weight_own} * own_spend + {weight_base} * {base_spend} * tilt)
                    / ({weight_own} * own_purchases + {weight_base}) AS spend_each,
                {scale_fixed} * tilt + {scale_own} * own_spend AS scale
            FROM (
                SELECT s.*, k.* EXCLUDE (x, t_x, T),
                    s.T - s.t_x AS recency_days,
                    s.T AS age_days,
                    CASE WHEN s.x > 0 THEN s.t_x / CAST(s.x AS DOUBLE) END AS typical_gap_days,
                    s.%(purchases)s AS own_purchases,
                    greatest(s.%(spend)s, 0) AS own_spend,
                    CASE WHEN {delta} = 0 THEN CAST(1 AS DOUBLE)
                        ELSE power(greatest(s.%(purchases)s, 1) / {usual_purchases}, {delta}) END AS tilt
                FROM {summary} AS s LEFT JOIN {known} AS k ON k.x = s.x AND k.t_x = s.t_x AND k.T = s.T
            )
        )
    )
"""
