"""A table in an engine, and what an engine can do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

import pyarrow as pa

from shuke.kit.errors import MissingPartError

if TYPE_CHECKING:
    import pandas
    import polars

    from shuke.engines._sql import Value


class Table:
    """A named table or view inside an engine. It holds no rows itself: `to_…` fetches them."""

    def __init__(self, name: str, schema: pa.Schema, engine: Engine) -> None:
        self.name = name
        self.schema = schema
        self.engine = engine

    def __repr__(self) -> str:
        return f"Table({self.name}: {', '.join(self.columns)})"

    def __len__(self) -> int:
        return self.engine.count(self)

    def __bool__(self) -> NoReturn:
        """Never: `if table:` would count all rows, and take an empty table for none.

        Raises TypeError.
        """
        raise TypeError(
            "A Table is neither true nor false: write `table is not None` to ask whether there is one, "
            "`len(table) > 0` to ask whether it has rows, which counts them."
        )

    @property
    def columns(self) -> list[str]:
        return list(self.schema.names)

    def to_arrow(self) -> pa.Table:
        """All rows as an Arrow table in memory."""
        return self.engine.fetch("SELECT * FROM {table}", table=self)

    def to_batches(self, rows: int = 100_000) -> Iterator[pa.RecordBatch]:
        """All rows, a batch at a time, so that a large table never stands in memory whole."""
        return self.engine.batches("SELECT * FROM {table}", rows=rows, table=self)

    def to_pandas(self) -> pandas.DataFrame:
        """All rows as a pandas DataFrame (extra `frames`)."""
        _require("pandas")
        return self.to_arrow().to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """All rows as a Polars DataFrame (extra `frames`)."""
        polars_module: Any = _require("polars")
        frame: polars.DataFrame = polars_module.from_arrow(self.to_arrow())
        return frame

    def to_parquet(self, path: str | Path) -> Path:
        """Write all rows to one Parquet file and give its path."""
        return self.engine.write_parquet(self, Path(path))


class Engine(Protocol):
    """What computes. SQL is DuckDB's dialect; `{name}` in it stands for a table or a literal given by that name.

    `hash(…)` may be used to find candidates that are then compared in full: its values differ between engines.
    """

    name: str

    def read_parquet(self, label: str, files: Sequence[str | Path], *, row_numbers: bool = False) -> Table:
        """Open Parquet files as one view. Columns are united by name; `row_numbers` adds `source_file` (path as
        given) and `source_row` (int64, from 0 in each file)."""

    def from_arrow(self, label: str, rows: pa.Table) -> Table:
        """Hand a table in memory to the engine."""

    def view(self, label: str, sql: str, **inputs: Value) -> Table:
        """A step that is computed each time it is read."""

    def keep(self, label: str, sql: str, **inputs: Value) -> Table:
        """A step that is computed now, once, and kept for the engine's life."""

    def fetch(self, sql: str, **inputs: Value) -> pa.Table:
        """A result, whole, in memory: for small results."""

    def batches(self, sql: str, *, rows: int = 100_000, **inputs: Value) -> Iterator[pa.RecordBatch]:
        """A result, a batch of rows at a time."""

    def repeated(self, label: str, sql: str, **inputs: Value) -> Table:
        """Which values of a step's one column `h`, a `hash(…)`, come more than once? Kept, each once."""

    def count(self, table: Table) -> int:
        """How many rows the table has."""

    def write_parquet(self, table: Table, path: Path) -> Path:
        """Write the table to one Parquet file."""

    def drop(self, table: Table) -> None:
        """Forget a table and free what it holds."""

    def close(self) -> None:
        """Free everything."""

    def __enter__(self) -> Engine: ...

    def __exit__(self, *exception: object) -> None: ...


def _require(module: str) -> object:
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError as reason:
        raise MissingPartError(
            f"{module} is not installed: pip install 'shuke[frames]', or use to_arrow()."
        ) from reason
