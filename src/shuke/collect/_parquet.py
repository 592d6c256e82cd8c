"""Parquet files: read in place where every engine can, restaged where not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from shuke.kit.errors import InputError

_OWN_NAMES = {"source_file", "source_row", "file_row_number", "filename"}


@dataclass(frozen=True)
class ParquetHead:
    """What the footer says: columns, types, rows."""

    names: tuple[str, ...]
    types: tuple[pa.DataType, ...]
    rows: int
    restage: bool


def head_of_parquet(path: Path, *, nanoseconds: bool) -> ParquetHead:
    """The footer of the file, or an error where it is damaged or has no rows. `nanoseconds` says whether the engine
    reads moments in nanoseconds."""
    try:
        with pq.ParquetFile(path) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
    except (pa.ArrowException, OSError, UnicodeDecodeError) as reason:
        raise _damaged(path, reason) from reason
    if rows == 0:
        raise InputError.of("error.collect.empty_parquet", path=path, columns=", ".join(schema.names) or "—")
    folded = [name.casefold() for name in schema.names]
    # A brace would be taken for a placeholder of the engine's steps.
    braces = any("{" in name for name in schema.names)
    clash = braces or len(set(folded)) < len(folded) or bool(_OWN_NAMES & set(folded))
    unread = not nanoseconds and any(_is_nanoseconds(kind) for kind in schema.types)
    return ParquetHead(tuple(schema.names), tuple(schema.types), rows, clash or unread)


def restage(path: Path, target: Path) -> Path:
    """A copy with columns `c0`, `c1` … and moments in microseconds."""
    with pq.ParquetFile(path) as source:
        plain = pa.schema([(f"c{position}", _plain(kind)) for position, kind in enumerate(source.schema_arrow.types)])
        with pq.ParquetWriter(target, plain, compression="snappy") as writer:
            for batch in source.iter_batches():
                columns = [
                    column.cast(kind, safe=False) for column, kind in zip(batch.columns, plain.types, strict=True)
                ]
                writer.write_batch(pa.record_batch(columns, schema=plain))
    return target


def first_rows(path: Path, rows: int) -> pa.Table:
    """The first rows, to guess from."""
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(rows):
                return pa.Table.from_batches([batch])
            return file.schema_arrow.empty_table()
    except (pa.ArrowException, OSError, UnicodeDecodeError) as reason:
        raise _damaged(path, reason) from reason


def _damaged(path: Path, reason: Exception) -> InputError:
    return InputError.of("error.collect.damaged_parquet", path=path, reason=reason)


def _is_nanoseconds(kind: pa.DataType) -> bool:
    return bool(pa.types.is_timestamp(kind) and kind.unit == "ns")


def _plain(kind: pa.DataType) -> pa.DataType:
    return pa.timestamp("us", kind.tz) if _is_nanoseconds(kind) else kind
