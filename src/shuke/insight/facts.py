"""Purchases out of the ledger, in the form that a run takes them."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from django.conf import settings

from shuke.collect import Mapping, Purchases, Quality
from shuke.cycle import Previous
from shuke.engines import Engine
from shuke.ledger import Ledger
from shuke.tables import REJECTS


def business_ledger() -> Ledger:
    """The ledger of this business (SHUKE_LEDGER)."""
    return _opened(settings.SHUKE_LEDGER)


@cache
def _opened(folder: Path) -> Ledger:
    """One for all requests: it looks a customer up in the version it has read, after a glance for a newer one."""
    return Ledger(folder)


def purchases_of(ledger: Ledger, engine: Engine, *, version: int | None = None) -> Purchases:
    """All purchases at a version; what was set aside was reported when each file was imported."""
    table = ledger.purchases(engine, version=version)
    row = engine.fetch(_MEASURED, purchases=table).to_pylist()[0]
    mapping = Mapping({})
    quality = Quality(
        currency=settings.SHUKE_CURRENCY,
        rows_read=row["lines"],
        rows_kept=row["lines"],
        amount_read_minor=row["amount_minor"],
        amount_kept_minor=row["amount_minor"],
        set_aside={},
        notes={},
        first_day=row["first_day"],
        last_day=row["last_day"],
        files=(),
        mapping=mapping,
    )
    rejects = engine.from_arrow("rejects", REJECTS.schema.empty_table())
    return Purchases(table, rejects, quality, mapping, settings.SHUKE_CURRENCY, settings.TIME_ZONE, engine)


def previous_of(ledger: Ledger, engine: Engine, *, before: date, but: str = "") -> Previous | None:
    """The latest run of a day before this one: tiers in force rest on it."""
    earlier = [run for run in ledger.runs() if run.as_of < before and run.run_id != but]
    if not earlier:
        return None
    latest = max(earlier, key=lambda run: (run.as_of, run.at))
    return Previous(ledger.scores(engine, latest.run_id), latest.as_of)


_MEASURED = """
    SELECT count(*) AS lines, CAST(coalesce(sum(amount_minor), 0) AS BIGINT) AS amount_minor,
        min(purchased_on) AS first_day, max(purchased_on) AS last_day
    FROM {purchases}
"""
