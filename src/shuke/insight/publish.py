"""The door inwards: a run's scores, and the figures pages show of it, become the records' current ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from shuke.crm.privacy.erased import ErasedKeys
from shuke.crm.scores import writes
from shuke.crm.scores.models import COLUMNS
from shuke.crm.scores.models import Run as Published
from shuke.cycle import Run
from shuke.engines import Table
from shuke.insight.alike import rules
from shuke.insight.facts import sources_of, touches_of
from shuke.insight.figures import figures
from shuke.kit.ids import UNNAMED
from shuke.ledger import Ledger

Told = Callable[[int], None]
_BATCH_ROWS = 20_000


@dataclass(frozen=True)
class Origin:
    """Where a run comes from: its id, what it was told, and the version of the purchases it saw."""

    run_id: str
    parameters: Mapping[str, Any]
    ledger_version: int | None


def publish(*, done: Run, origin: Origin, ledger: Ledger, told: Told | None = None) -> Published:
    """Make the run's scores the current ones, whole or not at all; customers not known yet are created.

    Safe to call twice: a run that is published already is given back as it is.
    """
    there = Published.objects.filter(run_id=origin.run_id).exclude(state=Published.State.FILLING).first()
    if there is not None:
        return there
    run = writes.NewRun(
        run_id=origin.run_id,
        as_of=done.summary.as_of,
        currency=done.currency,
        horizon_days=done.settings.horizon.days,
        period_days=done.settings.horizon.period_days,
        ledger_version=origin.ledger_version or 0,
        parameters=dict(origin.parameters),
        figures=_figures(done, ledger),
        names=done.settings.names,
    )
    return writes.publish(run=run, rows=rows(done.scores), told=told)


def rows(scores: Table) -> Iterator[tuple[Any, ...]]:
    """The scores row by row in the records' order of columns, a batch at a time out of the engine.

    Purchases that stayed when their customer was erased are nobody's, and get no card; nor does a key that was erased.
    """
    sql = f"SELECT {', '.join(COLUMNS)} FROM {{scores}} WHERE customer_id NOT LIKE {{unnamed}}"
    erased = ErasedKeys()
    for batch in scores.engine.batches(sql, rows=_BATCH_ROWS, scores=scores, unnamed=UNNAMED + "%"):
        made = zip(*map(_values, batch.columns), strict=True)
        yield from (row for row in made if row[0] not in erased) if erased else made


def _values(column: pa.Array) -> list[Any]:
    """As `to_pylist`, in a third of its time for what scores are made of: numbers, codes and days."""
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        values: list[Any] = column.fill_null(0).to_numpy().tolist()
        for place in np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False)).tolist():
            values[place] = None
        return values
    if pa.types.is_string(column.type) or pa.types.is_date(column.type):
        coded = column.dictionary_encode()
        known = [*coded.dictionary.to_pylist(), None]
        return [known[place] for place in coded.indices.fill_null(len(known) - 1).to_numpy().tolist()]
    return list(column.to_pylist())


def _figures(done: Run, ledger: Ledger) -> dict[str, Any]:
    """With the totals of the run in force until now and by what rules they were counted, so that the Overview can say
    what changed."""
    current = Published.objects.filter(state=Published.State.CURRENT).first()
    kept = {run.run_id for run in ledger.runs()}
    before = ledger.scores(done.scores.engine, current.run_id) if current and current.run_id in kept else None
    touches, sources = (of(ledger, done.scores.engine) for of in (touches_of, sources_of))
    found = figures(done, purchases=done.purchases.table, before=before, touches=touches, sources=sources)
    if current is not None:
        found["before"] = {
            "run_id": current.run_id,
            "as_of": current.as_of.isoformat(),
            "totals": current.figures.get("totals", {}),
            "rules": rules(current),
            "tiers": {tier["code"]: tier["customers"] for tier in current.figures.get("tiers", [])},
        }
    return found
