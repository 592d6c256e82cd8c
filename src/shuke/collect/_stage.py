"""The stage: Parquet files in a temporary folder that hold the rows of text files and workbooks."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import compute as pc

from shuke.collect._found import TEXT, BadLine
from shuke.engines import Engine

BAD_SCHEMA = pa.schema([("source_file", TEXT), ("source_row", pa.int64()), ("reason", TEXT), ("raw", TEXT)])


def stage_folder(engine: Engine) -> Path:
    """A temporary folder that lasts as long as the engine, since its views read the files in it."""
    folder = Path(tempfile.mkdtemp(prefix="shuke-collect-"))
    weakref.finalize(engine, shutil.rmtree, folder, ignore_errors=True)
    return folder


class StageWriter:
    """Writes one file's rows: `inside` names the columns in the file's own order."""

    def __init__(self, folder: Path, number: int, shown: str, inside: Sequence[str]) -> None:
        self.folder = folder
        self.path = folder / f"rows{number}.parquet"
        self.bad_path = folder / f"bad{number}.parquet"
        self.shown = shown
        self.rows = self.bad_lines = self.blank_lines = 0
        self._inside = list(inside)
        self._schema = pa.schema(
            [*((name, TEXT) for name in inside), ("source_file", TEXT), ("source_row", pa.int64())]
        )
        self._writer = pq.ParquetWriter(self.path, self._schema, compression="snappy")
        self._bad: pq.ParquetWriter | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        if self._bad is not None:
            self._bad.close()

    def write(self, table: pa.Table, numbers: pa.Array) -> None:
        """Rows as text columns in the file's order, with their line numbers."""
        if table.num_rows == 0:
            return
        named = pa.repeat(pa.scalar(self.shown, TEXT), table.num_rows)
        columns = [*(_tidy(column) for column in table.columns), pa.chunked_array([named]), pa.chunked_array([numbers])]
        self._writer.write_table(pa.table(columns, schema=self._schema))
        self.rows += table.num_rows

    def write_rows(self, rows: list[list[str]], numbers: list[int]) -> None:
        """The same, from lists."""
        if rows:
            columns = [pa.array(column, TEXT) for column in zip(*rows, strict=True)]
            self.write(pa.table(columns, names=self._inside), pa.array(numbers, pa.int64()))

    def write_bad(self, bad: Sequence[BadLine]) -> None:
        """Lines that are no rows."""
        if not bad:
            return
        if self._bad is None:
            self._bad = pq.ParquetWriter(self.bad_path, BAD_SCHEMA)
        rows = [
            {"source_file": self.shown, "source_row": line.line, "reason": line.reason, "raw": line.raw} for line in bad
        ]
        self._bad.write_table(pa.Table.from_pylist(rows, schema=BAD_SCHEMA))
        self.bad_lines += len(bad)


def _tidy(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Blanks around a text off, and the `="…"` or `'` that keeps Excel from touching it.

    >>> _tidy(pa.chunked_array([[' ="00123" ', "'42", "a"]])).to_pylist()
    ['00123', '42', 'a']
    """
    column = pc.utf8_trim_whitespace(column)
    if pc.any(pc.starts_with(column, '="')).as_py():
        column = pc.replace_substring_regex(column, '^="\\s*(.*?)\\s*"$', "\\1")
    if pc.any(pc.starts_with(column, "'")).as_py():
        column = pc.replace_substring_regex(column, "^'([^']*)$", "\\1")
    return column
