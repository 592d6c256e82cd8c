"""All rows of a table ordered by customer, so that one customer's rows stand together in one file or two."""

from __future__ import annotations

import tempfile
from pathlib import Path

from shuke.engines import DuckDBEngine
from shuke.kit.ids import new_id
from shuke.ledger._delta import Change, DeltaFolder, Snapshot
from shuke.ledger._parts import Part, remove_files, write_parts
from shuke.ledger._read import as_view
from shuke.ledger._rewrite import unused_removed


def compact_table(table: DeltaFolder, order: tuple[str, ...], ranges: tuple[str, ...], memory: str | None) -> bool:
    """Write the table again in this order, in one commit that changes no row. False: nothing was out of order, or
    rows were taken out meanwhile, in which case the table stays as it is.

    Rows appended meanwhile stay, beside the ordered ones.
    """
    now = table.snapshot()
    if now is None or all(part.in_order for part in now.parts()):
        return False
    entry_id = new_id("compact")
    added = _ordered(table, now, order, ranges, entry_id, memory)
    old = {part.name for part in now.parts()}

    def decide(at: Snapshot) -> Change | None:
        still = old <= {part.name for part in at.parts()}
        return Change(added=added, removed=now.parts(), marks={entry_id: 1}) if still else None

    with unused_removed(table, added, entry_id):
        if table.commit(decide, {"act": "compact", "entry_id": entry_id}, data_change=False) is not None:
            return True
    remove_files(table.folder / part.name for part in added)
    return False


def _ordered(
    table: DeltaFolder,
    now: Snapshot,
    order: tuple[str, ...],
    ranges: tuple[str, ...],
    entry_id: str,
    memory: str | None,
) -> list[Part]:
    with (
        tempfile.TemporaryDirectory(prefix="shuke-compact-") as room,
        DuckDBEngine(memory_limit=memory, temp_directory=Path(room)) as engine,
    ):
        facts = as_view(engine, table, now)
        batches = engine.batches(f"SELECT * FROM {{facts}} ORDER BY {', '.join(order)}", facts=facts)
        told = (batch.cast(table.schema) for batch in batches)
        return write_parts(told, table.schema, table.folder, entry_id, ranges=ranges, in_order=True)
