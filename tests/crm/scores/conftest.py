"""Scores as the core would give them, a few customers wide."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from shuke.crm.scores.models import COLUMNS, Run
from shuke.crm.scores.writes import NewRun, publish

AS_OF = date(2026, 6, 30)
PLAIN: dict[str, Any] = {
    "first_purchase": date(2025, 1, 5),
    "last_purchase": date(2026, 6, 1),
    "left_truncated": False,
    "purchases": 12,
    "orders": 14,
    "recency_days": 29,
    "age_days": 541,
    "typical_gap_days": 46.5,
    "spend_minor": 1_200_000,
    "margin_minor": 360_000,
    "value_basis": "margin",
    "mean_spend_minor": 100_000,
    "rfm_r": 5,
    "rfm_f": 4,
    "rfm_m": 3,
    "rfm_segment": "loyal",
    "tier_computed": "B",
    "tier_in_force": "B",
    "tier_why_code": "ranked",
    "tier_rank": 4,
    "tier_base": 100,
    "tier_measure_minor": 200_000,
    "tier_next_minor": 250_000,
    "historic_value_minor": 160_000,
    "current_value_minor": 200_000,
    "potential_value_minor": 90_000,
    "clv_minor": 90_000,
    "value_total_minor": 450_000,
    "clv_low_minor": 60_000,
    "clv_high_minor": 140_000,
    "probability_alive": 0.9,
    "expected_purchases": 6.5,
    "churn_probability": 0.2,
    "next_purchase_due": date(2026, 7, 20),
    "expected_lifetime_days": 310.4,
    "value_at_risk_minor": 18_000,
    "stage": "stability",
    "stage_why_code": "steady",
    "prospect": "steady",
    "prospect_why_code": "stays",
    "rfm_alarm": "none",
    "quadrant": "IV",
    "type": "undetermined",
    "type_confidence": 0.2,
    "loyalty_kind": "unknown",
    "loyalty_truth": "unknown",
    "loyalty_score": 0.55,
    "loyalty_confidence": 0.0,
    "satisfaction": "unknown",
    "credit": "middle",
    "credit_score": None,
    "credit_why_code": "middle_without_dues",
    "stability": "usual",
    "standing_list": "normal",
    "list_proposal": "none",
    "list_why_code": "nothing",
    "price_code": "middle",
    "channel_code": "mostly",
    "affinity_code": "varied",
    "rhythm": "usual",
    "usual_weekday": None,
    "usual_month": None,
    "policy_code": "B.stability",
    "why_code": "steady",
}

Row = tuple[Any, ...]


@pytest.fixture
def row() -> Callable[..., Row]:
    """A row of scores: `row("k", tier_in_force="A")`."""

    def make(key: str, **changes: Any) -> Row:
        values = PLAIN | {"customer_id": key} | changes
        return tuple(values[name] for name in COLUMNS)

    return make


@pytest.fixture
def published(db: None) -> Callable[..., Run]:
    """Publish rows as a run: `published(rows, run_id="r1")`."""

    def run(rows: Sequence[Row] | Iterator[Row], run_id: str = "r1", **changes: Any) -> Run:
        facts: dict[str, Any] = {
            "run_id": run_id,
            "as_of": AS_OF,
            "currency": "CNY",
            "horizon_days": 365,
            "period_days": 90,
            "ledger_version": 3,
        }
        return publish(run=NewRun(**(facts | changes)), rows=rows)

    return run


@pytest.fixture
def many(row: Callable[..., Row]) -> list[Row]:
    """Sixty customers that differ in all that lists filter and sort by; some lack a forecast."""
    tiers, stages = ("A", "B", "C", "D"), ("exploration", "formation", "stability", "decline", "former")
    return [
        row(
            f"k{number:02d}",
            tier_in_force=tiers[number % 4],
            stage=stages[number % 5],
            rfm_segment=("loyal", "at_risk", "champion")[number % 3],
            prospect="star" if number % 10 == 3 else "steady",
            price_code=("high", "middle", "low", "unknown")[number % 4],
            rfm_f=number % 5 + 1,
            rfm_m=number % 4 + 1,
            rhythm="regular" if number % 8 == 2 else "usual",
            usual_weekday=None if number % 3 else number % 7 + 1,
            why_code="at_risk_valuable" if number % 7 == 0 else "steady",
            churn_probability=None if number % 11 == 0 else (number % 10) / 10,
            clv_minor=None if number % 11 == 0 else (number * 37 % 50) * 100,
            current_value_minor=number % 6 * 1000,
            tier_rank=None if number % 13 == 0 else number + 1,
            next_purchase_due=None if number % 9 == 0 else AS_OF + timedelta(days=number % 8),
        )
        for number in range(60)
    ]
