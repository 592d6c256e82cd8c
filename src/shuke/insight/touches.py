"""The door inwards for the ledger: what touches cost, from the records into its table `touches`, exactly once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from shuke.crm.jobs.worker import JobRun
from shuke.crm.timeline import bookings
from shuke.crm.timeline.models import Batch
from shuke.insight.facts import business_ledger
from shuke.ledger import Ledger
from shuke.tables import TOUCHES


def export_touches(job: JobRun) -> Mapping[str, Any]:
    """Carry over whatever was booked and is not in the ledger yet."""
    return {"rows": export(job.progress)}


def export(told: Any = lambda *_: None) -> int:
    """How many rows came to the ledger now.

    Killed anywhere, the next call goes on: a batch is sealed under an id before the ledger sees it, and the ledger
    takes an id once.
    """
    ledger, rows = business_ledger(), 0
    while True:
        for batch in bookings.under_way():
            told("exporting", rows, 0)
            rows += _carry(ledger, batch)
        if bookings.seal() is None:
            return rows


def _carry(ledger: Ledger, batch: Batch) -> int:
    booked = pa.Table.from_pylist([dict(row) for row in bookings.rows_of(batch)], schema=TOUCHES.schema)
    if not booked.num_rows:  # its customers were erased meanwhile
        bookings.land(batch)
        return 0
    # The id stands for the content: of one batch no second reading may count, whatever became of its customers.
    done = ledger.append(
        booked, content_digest=batch.import_id, sources=["records"], contract=TOUCHES, import_id=batch.import_id
    )
    bookings.land(batch)
    return done.rows
