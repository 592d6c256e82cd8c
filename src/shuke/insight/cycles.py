"""One run from the ledger to the pages: what jobs, the demonstration and tests call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any

from shuke.booking import last_day, previous
from shuke.classify import Body, Pyramid, cuts_named
from shuke.crm.scores.models import Run as Published
from shuke.crm.scores.reads import published_ids
from shuke.cycle import Settings, run
from shuke.engines import open_engine
from shuke.insight.facts import facts_of, purchases_of
from shuke.insight.publish import Origin, publish
from shuke.kit.errors import InputError
from shuke.ledger import Ledger
from shuke.tables import SCORES_KEPT
from shuke.value import AUTO, Horizon, MarginRates

Told = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Parameters:
    """What a run is told, as JSON keeps it. `as_of` empty: the latest day of the data."""

    as_of: str = ""
    horizon_days: int = 365
    period_days: int = 90
    discount_rate: float = 0.10
    margin_rate: float | None = None
    tiers: str = "abcd"
    tier_by: str = "current_value_minor"
    model: str = AUTO
    calendar: dict[str, float] = field(default_factory=dict)
    definitions: dict[str, Body] = field(default_factory=dict)
    """Classifications that the business changed; a pyramid among them goes before `tiers` and `tier_by`."""
    versions: dict[str, int] = field(default_factory=dict)
    """Which version of each that was."""

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Parameters:
        """Those kept by an earlier version of Shuke may lack some or have more."""
        names = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in kept.items() if name in names})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def settings(self) -> Settings:
        return Settings(
            horizon=Horizon(days=self.horizon_days, discount_rate=self.discount_rate, period_days=self.period_days),
            margin_rates=MarginRates(overall=self.margin_rate),
            model=self.model,
            calendar=self.calendar,
            pyramid=Pyramid(cuts=cuts_named(self.tiers), measure=self.tier_by),
            definitions=self.definitions,
        )

    @property
    def ranked_by(self) -> str:
        """What tiers go by."""
        told = self.definitions.get("pyramid", {}).get("settings", {})
        return str(told.get("measure", self.tier_by))

    @property
    def cut_by(self) -> str:
        """How tiers are parted: one of `classify.WAYS`, by shares or by amounts."""
        told = self.definitions.get("pyramid", {}).get("settings", {})
        return str(told.get("by", cuts_named(self.tiers).by))


def score(
    *, ledger: Ledger, run_id: str, parameters: Parameters, told: Told, ledger_version: int | None = None
) -> Published:
    """Score what the ledger held at a version, keep the scores there, publish them. Safe to call twice."""
    version = ledger.version() if ledger_version is None else ledger_version
    if version is None:
        raise InputError.of("insight.error.nothing_to_score")
    with open_engine() as engine:
        told("reading", 0, 0)
        purchases = purchases_of(ledger, engine, version=version)
        as_of = date.fromisoformat(parameters.as_of) if parameters.as_of else last_day(purchases)
        # A run that was stopped or failed while it was published has scores in the ledger; they were never in force.
        earlier = previous(ledger, engine, before=as_of, among=published_ids() - {run_id})
        done = run(
            purchases,
            as_of=as_of,
            settings=parameters.settings,
            previous=earlier,
            facts=facts_of(ledger, engine),
            progress=told,
        )
        kept = parameters.to_json()
        told("keeping", 0, 0)
        ledger.append_scores(
            done.scores,
            run_id=run_id,
            as_of=done.summary.as_of,
            parameters=kept,
            ledger_version=version,
            contract=SCORES_KEPT,
        )
        total = done.summary.customers
        told("publishing", 0, total)
        origin = Origin(run_id, kept, version)
        return publish(done=done, origin=origin, ledger=ledger, told=lambda written: told("publishing", written, total))
