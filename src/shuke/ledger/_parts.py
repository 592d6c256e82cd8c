"""Rows into Parquet files beside a Delta table, not yet part of it: a commit makes them so."""

from __future__ import annotations

import itertools
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake.transaction import AddAction

from shuke.kit.errors import InputError
from shuke.ledger._damage import damage_told

ROWS_IN_PART = 1_000_000
# Small enough that one customer out of a sorted file costs a few milliseconds.
_ROWS_IN_GROUP = 32_768
_SAMPLE_ROWS = 10_000
_WRITERS = min(4, os.cpu_count() or 1)

Bound = str | int | date


@dataclass(frozen=True, eq=False)
class Part:
    """One Parquet file of a table: its name in the table's folder, and between which values some columns lie."""

    name: str
    rows: int
    size: int
    low: Mapping[str, Bound] = field(default_factory=dict)
    high: Mapping[str, Bound] = field(default_factory=dict)
    amount_minor: int = 0

    def may_hold(self, column: str, value: str) -> bool:
        if column not in self.low or column not in self.high:
            return True
        return bool(self.low[column] <= value <= self.high[column])  # type: ignore[operator]

    def holds_only(self, column: str, value: str) -> bool:
        return self.low.get(column) == value == self.high.get(column)

    @property
    def in_order(self) -> bool:
        return self.name.startswith("sorted-")

    @property
    def entry_id(self) -> str:
        """Which act wrote it: the name is kind, number, attempt, act."""
        return self.name.removesuffix(".parquet").split("-", 3)[3]

    def add_action(self, *, data_change: bool) -> AddAction:
        stats = {"numRecords": self.rows, "minValues": dict(self.low), "maxValues": dict(self.high)}
        moment_ms = int(datetime.now().timestamp() * 1000)
        return AddAction(self.name, self.size, {}, moment_ms, data_change, json.dumps(stats, default=str))


def write_parts(
    batches: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    folder: Path,
    entry_id: str,
    *,
    ranges: tuple[str, ...],
    in_order: bool = False,
    rows_in_part: int = ROWS_IN_PART,
    first: int = 1,
) -> list[Part]:
    """Write the rows to files of `rows_in_part` each, a few at a time, numbered from `first`.

    If anything fails, no file is left; only a killed process leaves some, for `DeltaFolder.sweep`.
    """
    kind, attempt = "sorted" if in_order else "plain", secrets.token_hex(4)
    written: list[Part] = []
    # The attempt keeps apart two processes that make the same import at the same moment.
    names = (f"{kind}-{number:05d}-{attempt}-{entry_id}.parquet" for number in itertools.count(first))
    used: list[Path] = []

    def write(rows: pa.Table, name: str) -> Part:
        return _write(rows, folder / name, ranges)

    try:
        with ThreadPoolExecutor(_WRITERS) as pool:
            pending: set[Future[Part]] = set()
            for rows in _in_parts(batches, schema, rows_in_part):
                used.append(folder / next(names))
                pending.add(pool.submit(write, rows, used[-1].name))
                # No more than one part waits beyond those being written, so memory stays bounded.
                done, pending = wait(pending, return_when=FIRST_COMPLETED) if len(pending) > _WRITERS else ((), pending)
                written += [future.result() for future in done]
            written += [future.result() for future in pending]
    except BaseException:
        remove_files(used)
        raise
    return sorted(written, key=lambda part: part.name)


def remove_files(files: Iterable[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def conform(rows: pa.RecordBatch, schema: pa.Schema, table: str, constants: Mapping[str, object]) -> pa.RecordBatch:
    """The schema's columns in its order and types; `constants` are columns with one value for all rows."""
    columns = [
        pa.repeat(pa.scalar(constants[f.name], f.type), rows.num_rows)
        if f.name in constants
        else _column(rows.column(f.name), f, table)
        for f in schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _column(values: pa.Array, expected: pa.Field, table: str) -> pa.Array:
    if not expected.nullable and values.null_count:
        raise InputError(
            f"Column {expected.name} of table {table} has {values.null_count} empty values, but must have none: "
            "set such rows aside before appending."
        )
    if values.type == expected.type:
        return values
    try:
        return values.cast(expected.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as reason:
        raise InputError(
            f"Column {expected.name} of table {table} came as {values.type} and cannot become {expected.type} "
            f"({reason}): convert it before appending."
        ) from reason


def _in_parts(batches: Iterable[pa.RecordBatch], schema: pa.Schema, rows_in_part: int) -> Iterator[pa.Table]:
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        for piece in _pieces(batch, rows_in_part):
            if count + piece.num_rows > rows_in_part:
                yield pa.Table.from_batches(waiting, schema)
                waiting, count = [], 0
            waiting.append(piece)
            count += piece.num_rows
    if count:
        yield pa.Table.from_batches(waiting, schema)


def _pieces(batch: pa.RecordBatch, most: int) -> Iterator[pa.RecordBatch]:
    return (batch.slice(start, most) for start in range(0, batch.num_rows, most))


def _write(rows: pa.Table, file: Path, ranges: tuple[str, ...]) -> Part:
    options = {"row_group_size": _ROWS_IN_GROUP, "compression": "zstd", "use_dictionary": _repeating(rows)}
    pq.write_table(rows, file, **options)
    low, high = _bounds(rows, ranges)
    amount = pc.sum(rows["amount_minor"]).as_py() if "amount_minor" in rows.schema.names else 0
    return Part(file.name, rows.num_rows, file.stat().st_size, low, high, amount or 0)


def _repeating(rows: pa.Table) -> list[str]:
    """Columns whose values come again and again: a dictionary of all others costs a third of the time, and room."""
    sample = rows.slice(0, _SAMPLE_ROWS)
    return [name for name in rows.schema.names if pc.count_distinct(sample[name]).as_py() < sample.num_rows / 2]


def _bounds(rows: pa.Table, ranges: tuple[str, ...]) -> tuple[dict[str, Bound], dict[str, Bound]]:
    found = {name: pc.min_max(rows[name]).as_py() for name in ranges if not rows[name].null_count}
    return {name: both["min"] for name, both in found.items()}, {name: both["max"] for name, both in found.items()}


def filtered(file: Path, keep: Callable[[pa.RecordBatch], Any], rows: int = 131_072) -> Iterator[pa.RecordBatch]:
    """The rows of a file that are to be kept, in their order, a batch at a time."""
    with damage_told(file), pq.ParquetFile(file) as opened:
        for batch in opened.iter_batches(rows):
            yield batch.filter(keep(batch))
