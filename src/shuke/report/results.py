"""A run in figures: what the printed report and the pages say of it. Money in minor units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shuke.collect import Quality
from shuke.evaluate import Backtest


@dataclass(frozen=True)
class Group:
    """One tier or stage: its customers and their money."""

    code: str
    customers: int
    current_value_minor: int
    clv_minor: int | None


@dataclass(frozen=True)
class RunSummary:
    """The totals of a run, ready for JSON. `notes` are codes of what could not be estimated, each with a sentence."""

    as_of: date
    first_day: date
    customers: int
    left_truncated: int
    purchases: int
    value_basis: str
    lines_without_cost: int
    spend_minor: int
    historic_value_minor: int
    current_value_minor: int
    clv_minor: int | None
    value_at_risk_minor: int | None
    without_purchase: int
    without_purchase_minor: int
    tiers: tuple[Group, ...]
    stages: tuple[Group, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """What there is to tell of a run."""

    currency: str
    horizon_days: int
    tier_measure: str
    quality: Quality | None
    """None for a run on facts that were read, and reported on, before."""
    summary: RunSummary
    chosen: str | None
    chosen_why: str
    bg_nbd: Mapping[str, float]
    backtest: Backtest
