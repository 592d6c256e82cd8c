"""The shop's tables as files: money in major units, under the columns' names for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from shuke.tables import Contract, Unit

_MONEY = pa.decimal128(14, 2)
Told = Callable[[int], None]


def file_schema(contract: Contract) -> pa.Schema:
    """The columns of a file of this table."""
    return pa.schema([(one.public_name, _MONEY if one.unit is Unit.MONEY else one.type) for one in contract.columns])


def in_major_units(contract: Contract, table: pa.Table) -> pa.Table:
    """The table as a file has it: 1250 becomes 12.50."""
    schema = file_schema(contract)
    columns = [
        _decimals(table.column(one.name).combine_chunks()) if one.unit is Unit.MONEY else table.column(one.name)
        for one in contract.columns
    ]
    return pa.table(columns, schema=schema)


def _decimals(minor: pa.Array) -> pa.Array:
    """Whole minor units taken for the digits of a decimal: a decimal is 128 bits of just that, and the sign."""
    low = np.asarray(minor.fill_null(0))
    wide = np.column_stack([low, low >> 63])
    known = None if not minor.null_count else minor.is_valid().buffers()[1]
    return pa.Array.from_buffers(_MONEY, len(minor), [known, pa.py_buffer(wide)])


def write_parquet(contract: Contract, parts: Iterable[pa.Table], path: Path, told: Told) -> int:
    """Write one table, chunk by chunk; how many rows it has."""
    rows = 0
    with pq.ParquetWriter(path, file_schema(contract), compression="zstd") as writer:
        for part in parts:
            writer.write_table(in_major_units(contract, part))
            rows += part.num_rows
            told(rows)
    return rows
