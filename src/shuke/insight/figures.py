"""The figures of the Overview and of cohorts, computed once when a run is published: no page counts a million rows."""

from __future__ import annotations

from typing import Any

from shuke.crm.scores.cells import LIKELY_TO_CHURN, VALUABLE_AT_RISK
from shuke.cycle import Run
from shuke.engines import Table
from shuke.evaluate import Backtest, migration
from shuke.insight.figures_of_classes import alarms, classes, effort_of, how_types_hold
from shuke.insight.figures_of_models import models
from shuke.kit.ids import UNNAMED
from shuke.value import LATEST, candidate, cohorts

_LORENZ_STEPS = 50
_TO_CALL = 30
_COHORT_CUSTOMERS = 100_000
"""Retention of so many is known to a third of a point; all of a million would take longer than scoring them."""


def figures(
    done: Run,
    *,
    purchases: Table,
    before: Table | None,
    touches: Table | None = None,
    sources: Table | None = None,
) -> dict[str, Any]:
    """All of it, ready for JSON. `before` are the scores that were in force until now, `touches` the contacts of the
    business (`tables.TOUCHES`), `sources` where customers were won (`tables.SOURCES`), all in the same engine."""
    scores, by_class = done.scores, classes(done, before)
    return {
        "cohorts": _cohorts(done, purchases, sources),
        "totals": _totals(done),
        "classes": by_class,
        "alarms": alarms(scores),
        "types_report": how_types_hold(done, purchases),
        "effort": [] if touches is None else effort_of(done, touches),
        "tiers": by_class["pyramid"]["labels"],
        "stages": by_class["life_cycle"]["labels"],
        "matrix": _matrix(scores),
        "months": _months(purchases, done),
        "lorenz": _lorenz(scores),
        "migration": by_class["pyramid"]["moves"],
        "to_call": _to_call(scores),
        "model": _model(done),
        "models": models(done),
        "backtest": _backtest(done.backtest),
        "notes": list(done.summary.notes),
        "value_basis": done.summary.value_basis,
        "first_day": done.summary.first_day.isoformat(),
        "without_purchase": done.summary.without_purchase,
    }


def _totals(done: Run) -> dict[str, Any]:
    """What the run summed up, and how many customers the tiles count; what nobody has is None or 0."""
    counts = done.scores.engine.fetch(_COUNTS, scores=done.scores, reason=VALUABLE_AT_RISK, likely=LIKELY_TO_CHURN)
    return {**{name: getattr(done.summary, name) for name in _SUMMED}, **counts.to_pylist()[0]}


def moves(before: Table, after: Table) -> list[list[Any]]:
    """How many went from which tier to which, by the tiers in force; None: not there."""
    found = migration(before, after, column="tier_in_force")
    return [[move.before, move.after, move.customers] for move in found]


def _matrix(scores: Table) -> list[list[Any]]:
    rows = scores.engine.fetch(_MATRIX, scores=scores).to_pylist()
    return [[row["tier"], row["stage"], row["customers"], row["value_minor"]] for row in rows]


def _months(purchases: Table, done: Run) -> list[dict[str, Any]]:
    rows = purchases.engine.fetch(_MONTHS, purchases=purchases, as_of=done.summary.as_of).to_pylist()
    return [
        {"month": f"{row['month']:%Y-%m}", "amount_minor": row["amount_minor"], "customers": row["customers"]}
        for row in rows
    ]


def _lorenz(scores: Table) -> list[list[float]]:
    """(share of customers, share of value), the most valuable first; empty where there is no value to share."""
    rows = scores.engine.fetch(_LORENZ, scores=scores, steps=_LORENZ_STEPS).to_pylist()
    customers, value = sum(row["customers"] for row in rows), sum(row["value_minor"] for row in rows)
    if value <= 0:
        return []
    points, seen, worth = [], 0, 0
    for row in rows:
        seen, worth = seen + row["customers"], worth + row["value_minor"]
        points.append([round(seen / customers, 6), round(worth / value, 6)])
    return points


def _to_call(scores: Table) -> list[str]:
    rows = scores.engine.fetch(_TO_CALL_FIRST, scores=scores, many=_TO_CALL, unnamed=UNNAMED + "%")
    return [str(key) for key in rows["customer_id"].to_pylist()]


def _cohorts(done: Run, purchases: Table, sources: Table | None) -> dict[str, Any]:
    return cohorts(
        purchases,
        as_of=done.summary.as_of,
        rates=done.settings.margin_rates,
        scores=done.scores,
        sources=sources,
        most_months=LATEST["month"],
        most_quarters=LATEST["quarter"],
        most_customers=_COHORT_CUSTOMERS,
    ).as_json()


def _model(done: Run) -> dict[str, Any]:
    """What a customer's forecast is drawn by: the model in use, as fitted on all customers, and its calendar."""
    counts, chosen, season = done.models.counts, done.models.chosen, done.models.choice.season
    known = {} if counts is None or chosen is None else candidate(chosen).told(counts)
    return {
        "chosen": chosen,
        "chosen_why": done.models.choice.why,
        "parameters": known,
        "calendar": None if season.clock is None else season.clock.declared,
    }


def _backtest(tested: Backtest) -> dict[str, Any]:
    return {
        "horizon_days": round(tested.horizon),
        "customers": tested.customers,
        "best": tested.best,
        "models": [
            {
                "name": model.name,
                "total_forecast": model.total_forecast,
                "total_actual": model.total_actual,
                "total_error_share": model.total_error_share,
                "root_mean_squared_error": model.root_mean_squared_error,
                "log_score": model.log_score,
                "calibration": [[one.customers, one.forecast, one.actual] for one in model.calibration],
            }
            for model in tested.models
        ],
    }


_SUMMED = (
    "customers", "purchases", "spend_minor", "historic_value_minor", "current_value_minor", "clv_minor",
    "clv_low_minor", "clv_high_minor", "value_at_risk_minor",
)  # fmt: skip
_COUNTS = """
    SELECT count(*) FILTER (WHERE stage <> 'former') AS active,
        count(*) FILTER (WHERE why_code = {reason}) AS valuable_at_risk,
        count(*) FILTER (WHERE churn_probability >= {likely}) AS likely_to_churn
    FROM {scores}
"""
_MATRIX = """
    SELECT tier_in_force AS tier, stage, count(*) AS customers, CAST(sum(current_value_minor) AS BIGINT) AS value_minor
    FROM {scores} GROUP BY tier_in_force, stage ORDER BY tier, stage
"""
# By customer first: counting distinct customers in one go would hold them all in memory.
_MONTHS = """
    SELECT month, CAST(sum(amount_minor) AS BIGINT) AS amount_minor, count(*) AS customers
    FROM (
        SELECT CAST(date_trunc('month', purchased_on) AS DATE) AS month, customer_id,
            CAST(sum(amount_minor) AS BIGINT) AS amount_minor
        FROM {purchases} WHERE purchased_on <= {as_of} GROUP BY 1, 2
    ) GROUP BY month ORDER BY month
"""
_LORENZ = """
    SELECT step, count(*) AS customers, CAST(sum(value_minor) AS BIGINT) AS value_minor
    FROM (
        SELECT current_value_minor AS value_minor,
            ntile({steps}) OVER (ORDER BY current_value_minor DESC, customer_id) AS step
        FROM {scores}
    ) GROUP BY step ORDER BY step
"""
_TO_CALL_FIRST = """
    SELECT customer_id FROM {scores}
    WHERE value_at_risk_minor > 0 AND stage <> 'former' AND customer_id NOT LIKE {unnamed}
    ORDER BY CASE WHEN stage = 'decline' THEN 0 ELSE 1 END, value_at_risk_minor DESC, customer_id LIMIT {many}
"""
