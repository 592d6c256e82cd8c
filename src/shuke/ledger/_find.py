"""Rows with one value in a text column, out of a Parquet file, reading only the groups of rows that may hold it.

Plain row groups rather than `pyarrow.dataset`, which takes longer to open than a customer takes to find.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shuke.ledger._damage import damage_told

_FEW = 2


def find_rows(file: Path, column: str, value: str, columns: list[str] | None = None) -> pa.Table:
    """All the file's rows with that value in that column, in their order; of all columns, or of those named."""
    with damage_told(file), pq.ParquetFile(file) as opened:
        groups = _groups(opened, column, value)
        if len(groups) > _FEW:
            # Not in order: the one column tells which groups are worth reading whole.
            groups = [group for group in groups if _holds(opened, group, column, value)]
        near = opened.read_row_groups(groups, columns=columns, use_threads=False)
        return near.filter(pc.equal(near[column], value))


def _groups(opened: pq.ParquetFile, column: str, value: str) -> list[int]:
    place = opened.schema_arrow.names.index(column)
    told = [opened.metadata.row_group(group).column(place).statistics for group in range(opened.num_row_groups)]
    return [group for group, bounds in enumerate(told) if _may_hold(bounds, value)]


def _holds(opened: pq.ParquetFile, group: int, column: str, value: str) -> bool:
    values = opened.read_row_group(group, columns=[column])[column]
    return bool(pc.any(pc.equal(values, value)).as_py())


def _may_hold(bounds: pq.Statistics | None, value: str) -> bool:
    return bounds is None or not bounds.has_min_max or bool(bounds.min <= value <= bounds.max)
