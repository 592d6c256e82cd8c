"""Whether a figure of one run may be held against the same of another: only where both counted it by the same rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shuke.crm.scores.models import Run

Rules = Mapping[str, Any]
_VALUE = ("value_basis", "margin_rate", "currency")
_FORECAST = (*_VALUE, "horizon_days", "discount_rate")
_RESTS_ON: Mapping[str, tuple[str, ...]] = {
    "active": ("period_days",),
    "spend_minor": ("currency",),
    "historic_value_minor": _VALUE,
    "current_value_minor": _VALUE,
    "clv_minor": _FORECAST,
    "value_at_risk_minor": (*_FORECAST, "period_days"),
    "valuable_at_risk": (*_FORECAST, "period_days"),
    "likely_to_churn": ("period_days",),
}
"""By total, the rules that decide it; what is not here is counted in every run alike."""


def rules(run: Run) -> dict[str, Any]:
    """By what the run counted value and looked ahead, as JSON keeps it."""
    return {
        "value_basis": run.figures.get("value_basis"),
        "margin_rate": run.parameters.get("margin_rate"),
        "currency": run.currency,
        "horizon_days": run.horizon_days,
        "discount_rate": run.parameters.get("discount_rate"),
        "period_days": run.period_days,
    }


def are_alike(total: str, one: Rules, other: Rules) -> bool:
    """Whether a change of this total says something of the customers, and not only of the rules.

    >>> are_alike("current_value_minor", {"horizon_days": 365}, {"horizon_days": 180})
    True
    >>> are_alike("clv_minor", {"horizon_days": 365}, {"horizon_days": 180})
    False
    """
    return all(one.get(rule) == other.get(rule) for rule in _RESTS_ON.get(total, ()))
