"""Adding rows to a table once: files first, then their record, then the one commit that makes them visible.

Killed before the commit, nothing is visible and the next attempt begins anew; killed after it, all is there and the
next attempt finds it. Nothing has to be repaired.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import pyarrow as pa

from shuke.engines import Table
from shuke.kit.errors import LedgerError
from shuke.ledger._delta import Change, DeltaFolder, Snapshot
from shuke.ledger._journal import Entry, Journal
from shuke.ledger._parts import Part, conform, remove_files, write_parts
from shuke.ledger._rewrite import unused_removed

Rows: TypeAlias = Table | pa.Table | pa.RecordBatchReader
"""What can be added; a reader and an engine's table are streamed, never whole in memory."""

# Columns whose minima and maxima tell which files to open.
RANGES = ("customer_id", "import_id", "run_id")
_BATCH_ROWS = 131_072
VISIBLE, UNDONE = 1, 2


@dataclass(frozen=True)
class Added:
    """Under which entry the content stands, how many rows came now, and from which version on they are there."""

    entry_id: str
    rows: int
    version: int
    already: bool


def add_once(table: DeltaFolder, journal: Journal, entry: Entry, rows: Rows, constants: Mapping[str, object]) -> Added:
    """Add the rows unless the entry's subject is there already."""
    now = table.create()
    there = _there(now, journal, entry)
    if there:
        return there
    names = tuple(name for name in RANGES if name in table.schema.names)
    parts = write_parts(_batches(rows, table, constants), table.schema, table.folder, entry.entry_id, ranges=names)
    entry = replace(entry, details={**entry.details, **_booked(parts, table.schema)})
    with unused_removed(table, parts, entry.entry_id):
        journal.announce(entry)
        version = table.commit(_unless_there(entry, parts), entry.told, at=now)
    if version is not None:
        journal.landed(entry)
        return Added(entry.entry_id, sum(part.rows for part in parts), version, already=False)
    remove_files(table.folder / part.name for part in parts)
    there = _there(table.create(), journal, entry)
    if there is None:
        raise LedgerError.of("error.ledger.added_and_undone", entry_id=entry.entry_id)
    return there


def content_mark(subject: str) -> str:
    """The mark that counts how often a content was added (odd: it is there) and undone (even: it is not)."""
    return f"content:{subject}"


def _there(now: Snapshot, journal: Journal, entry: Entry) -> Added | None:
    """The earlier entry with the same subject, where its rows are there. An id used for something else is an error."""
    entries, _ = journal.entries()
    for other in entries:
        if other.entry_id == entry.entry_id and other.told_of != entry.told_of:
            raise LedgerError(f"The id {entry.entry_id!r} was used for {other.act} of {other.table}: give another one.")
    if not _is_there(now, entry):
        return None
    same = (other for other in entries if other.told_of == entry.told_of)
    found = next((other.entry_id for other in same if now.mark(other.entry_id) == VISIBLE), entry.entry_id)
    return Added(found, 0, now.version, already=True)


def _is_there(now: Snapshot, entry: Entry) -> bool:
    return now.mark(content_mark(entry.subject)) % 2 == 1


def _unless_there(entry: Entry, parts: list[Part]) -> Callable[[Snapshot], Change | None]:
    def decide(now: Snapshot) -> Change | None:
        if _is_there(now, entry):
            return None
        if now.mark(entry.entry_id):
            raise LedgerError(f"The id {entry.entry_id!r} stands for an import that was undone: give another one.")
        name = content_mark(entry.subject)
        return Change(added=parts, marks={name: now.mark(name) + 1, entry.entry_id: VISIBLE})

    return decide


def _batches(rows: Rows, table: DeltaFolder, constants: Mapping[str, object]) -> Iterator[pa.RecordBatch]:
    match rows:
        case Table():
            batches = rows.to_batches(_BATCH_ROWS)
        case pa.Table():
            batches = iter(rows.to_batches(max_chunksize=_BATCH_ROWS))
        case _:
            batches = iter(rows)
    return (conform(batch, table.schema, table.folder.name, constants) for batch in batches)


def _booked(parts: list[Part], schema: pa.Schema) -> dict[str, object]:
    amount = sum(part.amount_minor for part in parts) if "amount_minor" in schema.names else None
    return {"rows": sum(part.rows for part in parts), "amount_minor": amount}
