"""A run in figures: what the printed report and the pages say of it. Money in minor units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shuke.choice import Choice, Totals
from shuke.collect import Quality
from shuke.value import CountModel


@dataclass(frozen=True)
class Group:
    """One tier or stage: its customers and their money."""

    code: str
    customers: int
    current_value_minor: int
    clv_minor: int | None
    clv_low_minor: int | None = None
    clv_high_minor: int | None = None
    """The 90 % interval of the group's sum, by how far earlier forecasts of such groups were off; None: not known."""


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
    clv_low_minor: int | None
    clv_high_minor: int | None
    """The 90 % interval of the sum, by how far earlier sums were off (`shuke.evaluate.totals`); None: too few."""
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
    choice: Choice
    counts: CountModel | None
    """The model in use, fitted on all customers."""
    totals: Totals
