"""Taking rows out of a table: whole files where they hold nothing else, the others written again without them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shuke.kit.errors import LedgerError
from shuke.ledger._delta import Change, DeltaFolder, Snapshot
from shuke.ledger._find import find_rows
from shuke.ledger._parts import Part, filtered, remove_files, write_parts

_TRIES = 10


@dataclass(frozen=True)
class Removal:
    """Which rows go: those with this value in this column. `marks` says what the commit leaves, or refuses; `instead`
    makes of the rows that go what comes in their place."""

    column: str
    value: str
    told: Mapping[str, str]
    marks: Callable[[Snapshot], Mapping[str, int]]
    even_if_none: bool = False
    instead: Callable[[pa.Table], pa.Table] | None = None


def remove_rows(table: DeltaFolder, removal: Removal, ranges: tuple[str, ...]) -> int:
    """Take the rows out in one commit and say how many went.

    The new files are written first; where another act changed an old one meanwhile, all begins again.
    """
    for _ in range(_TRIES):
        now = table.snapshot()
        hits = _hits(table, now, removal) if now else {}
        if now is None or not (hits or removal.even_if_none):
            return 0
        mixed = [part for part, rows in hits.items() if rows < part.rows]
        added = [new for n, part in enumerate(mixed, start=1) for new in _without(table, part, removal, ranges, n)]
        added += _instead(table, list(hits), removal, ranges, len(added) + 1)
        with unused_removed(table, added, removal.told["entry_id"]):
            if table.commit(_exchange(list(hits), added, removal.marks), removal.told, at=now) is not None:
                return sum(hits.values())
        remove_files(table.folder / part.name for part in added)
    raise LedgerError.of("error.ledger.removal_contended", table=table.folder.name)


@contextmanager
def unused_removed(table: DeltaFolder, parts: list[Part], entry_id: str) -> Iterator[None]:
    """Whatever goes wrong inside, files written for a commit that did not come are not left behind."""
    try:
        yield
    except BaseException:
        now = table.snapshot()
        # An interruption may also come right after the commit: then the files are the table's.
        if now is not None and not now.mark(entry_id):
            remove_files(table.folder / part.name for part in parts)
        raise


def _hits(table: DeltaFolder, now: Snapshot, removal: Removal) -> dict[Part, int]:
    """How many of the rows each file holds, of files that hold any."""
    counts = {
        part: _count(table, part, removal) for part in now.parts() if part.may_hold(removal.column, removal.value)
    }
    return {part: rows for part, rows in counts.items() if rows}


def _count(table: DeltaFolder, part: Part, removal: Removal) -> int:
    if part.holds_only(removal.column, removal.value):
        return part.rows
    file = table.folder / part.name
    return int(find_rows(file, removal.column, removal.value, columns=[removal.column]).num_rows)


def _without(table: DeltaFolder, part: Part, removal: Removal, ranges: tuple[str, ...], number: int) -> list[Part]:
    """The file again without the rows: one file for one, in the same order."""
    file = table.folder / part.name
    return write_parts(
        filtered(file, lambda batch: pc.not_equal(batch.column(removal.column), removal.value)),
        pq.read_schema(file),
        table.folder,
        removal.told["entry_id"],
        ranges=ranges,
        in_order=part.in_order,
        rows_in_part=part.rows,
        first=number,
    )


def _instead(
    table: DeltaFolder, parts: list[Part], removal: Removal, ranges: tuple[str, ...], number: int
) -> list[Part]:
    """What comes in the place of the rows: few, and in a file of their own."""
    if removal.instead is None or not parts:
        return []
    found = [find_rows(table.folder / part.name, removal.column, removal.value) for part in parts]
    rows = removal.instead(pa.concat_tables(found, promote_options="default"))
    batches = rows.select(table.schema.names).cast(table.schema).to_batches()
    return write_parts(batches, table.schema, table.folder, removal.told["entry_id"], ranges=ranges, first=number)


def _exchange(
    old: list[Part], new: list[Part], marks: Callable[[Snapshot], Mapping[str, int]]
) -> Callable[[Snapshot], Change | None]:
    """Old files for new ones, as long as the old ones are all still there."""
    names = {part.name for part in old}

    def decide(now: Snapshot) -> Change | None:
        left = marks(now)
        still = names <= {part.name for part in now.parts()}
        return Change(added=new, removed=old, marks=left) if still else None

    return decide
