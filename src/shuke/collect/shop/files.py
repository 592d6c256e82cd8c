"""The shop's tables as files: money in major units, under the columns' names for people."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from shuke.tables import Contract, Unit

_MONEY = pa.decimal128(14, 2)


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


class ParquetFile:
    """A Parquet file of one table, written chunk by chunk."""

    def __init__(self, contract: Contract, path: Path) -> None:
        self.rows = 0
        self._contract = contract
        self._writer = self._open(path)

    def _open(self, path: Path) -> Any:
        return pq.ParquetWriter(path, file_schema(self._contract), compression="zstd")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    def write(self, part: pa.Table) -> None:
        """Put rows behind those there are."""
        self._writer.write_table(in_major_units(self._contract, part))
        self.rows += part.num_rows


class CsvFile(ParquetFile):
    """The same as CSV in UTF-8."""

    def _open(self, path: Path) -> Any:
        return csv.CSVWriter(path, file_schema(self._contract))


FILES: Mapping[str, type[ParquetFile]] = {"parquet": ParquetFile, "csv": CsvFile}
"""Kinds of files by their suffix."""
