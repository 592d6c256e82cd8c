"""DuckDB: the default engine, in this process, on as many threads as the machine has."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from shuke.engines._sql import Value, as_sql, fill, pasted, require_files, require_label
from shuke.engines._table import Table
from shuke.kit.errors import EngineError

_MARKS = re.compile(r"[*?\[]")
"""What makes a path a pattern to DuckDB."""
_SORTED_AT_ONCE = 1 << 27  # hashes: 1 GB, and as much again while they are put together
_READ_AT_ONCE = 1_000_000
_ARROW: Mapping[str, pa.DataType] = {
    "BIGINT": pa.int64(), "INTEGER": pa.int32(), "SMALLINT": pa.int16(), "TINYINT": pa.int8(), "DOUBLE": pa.float64(),
    "FLOAT": pa.float32(), "BOOLEAN": pa.bool_(), "DATE": pa.date32(), "VARCHAR": pa.string(),
    "TIMESTAMP": pa.timestamp("us"),
}  # fmt: skip
"""What a column's type is in Arrow; of others (decimals, lists, moments of a time zone) the engine is asked."""
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    # Extensions are downloads: a query that would need one must fail, not reach out.
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "preserve_insertion_order": False,
    # A name in a query is a table of ours, never a Python variable that happens to be called so.
    "python_enable_replacements": False,
}


@contextmanager
def _told() -> Iterator[None]:
    """DuckDB's errors as ours, so that no caller needs to know which engine it was."""
    try:
        yield
    except (duckdb.Error, pa.ArrowException) as reason:
        raise EngineError.of("error.engine.duckdb", reason=reason) from reason


def _read_sql(paths: Sequence[str], named: str) -> str:
    """The rows of files, as they are or numbered and `named`. A folder called `customer_id=7` is no column."""
    # A list in square brackets: DuckDB takes (…) for a row.
    listed = "[" + ", ".join(as_sql(path) for path in paths) + "]"
    options = "union_by_name = true, hive_partitioning = false"
    if not named:
        return f"SELECT * FROM read_parquet({listed}, {options})"
    columns = f"* EXCLUDE (source_file, file_row_number), {named} AS source_file, file_row_number AS source_row"
    return f"SELECT {columns} FROM read_parquet({listed}, {options}, filename = 'source_file', file_row_number = true)"


def _literal(path: str) -> str:
    """A pattern that fits this path alone: a mark between brackets stands for itself."""
    return _MARKS.sub(r"[\g<0>]", str(Path(path).resolve()))


class DuckDBEngine:
    """Runs steps in DuckDB.

    A run has some forty views, one upon the other, and to make one DuckDB works out names and types of all beneath it.
    So what a view looks like is noted as an empty table of its name in the schema `shape`, and while a view is made,
    those right beneath it are called otherwise: then DuckDB finds their shapes instead, and looks no deeper.

    >>> with DuckDBEngine() as engine:
    ...     engine.fetch("SELECT {a} + 1 AS b", a=41).to_pylist()
    [{'b': 42}]
    """

    name = "duckdb"

    def __init__(
        self, *, memory_limit: str | None = None, threads: int | None = None, temp_directory: str | Path | None = None
    ) -> None:
        settings = dict(_CONFIG)
        given = {"memory_limit": memory_limit, "threads": threads, "temp_directory": temp_directory}
        settings |= {key: str(value) for key, value in given.items() if value is not None}
        with _told():
            self._connection = duckdb.connect(":memory:", config=settings)
            self._connection.execute("SET GLOBAL TimeZone = 'UTC'")
            # The bar would be drawn on the standard output, where results may be piped.
            self._connection.execute("SET enable_progress_bar = false")
            self._connection.execute("CREATE SCHEMA shape")
            self._connection.execute("SET search_path = 'main,shape'")
        self._numbers = itertools.count(1)
        self._views: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def read_parquet(self, label: str, files: Sequence[str | Path], *, row_numbers: bool = False) -> Table:
        paths = require_files(label, files)
        marked = [path for path in paths if _MARKS.search(path)]
        plain = [path for path in paths if path not in marked]
        parts = [_read_sql(plain, "source_file" if row_numbers else "")] if plain else []
        # What matches a pattern comes back under a name that DuckDB tidied; here it has the one that was given.
        parts += [_read_sql([_literal(path)], as_sql(path) if row_numbers else "") for path in marked]
        return self._view(label, " UNION ALL BY NAME ".join(parts), set())

    def from_arrow(self, label: str, rows: pa.Table) -> Table:
        name = self._fresh(label)
        # Copied, since what is only registered is unseen by the cursors that hand over batches.
        self._connection.register("handed_over", rows)
        self._connection.execute(f"CREATE TABLE {name} AS SELECT * FROM handed_over")
        self._connection.unregister("handed_over")
        return self._table(name)

    def view(self, label: str, sql: str, **inputs: Value) -> Table:
        beneath = {table.name for table in inputs.values() if isinstance(table, Table)} & self._views
        return self._view(label, fill(sql, inputs), beneath)

    def _view(self, label: str, sql: str, beneath: Set[str]) -> Table:
        name = self._fresh(label)
        with _told(), self._shapes_of(beneath):
            self._connection.execute(f"CREATE VIEW {name} AS {sql}")
            self._connection.execute(f"CREATE TABLE shape.{name} AS SELECT * FROM {name} WITH NO DATA")
        self._views.add(name)
        with _told():
            return Table(name, self._schema(f"shape.{name}"), self)

    @contextmanager
    def _shapes_of(self, views: Set[str]) -> Iterator[None]:
        """Their names mean their shapes for a while; in one transaction, so that cursors see nothing of it."""
        self._connection.execute("BEGIN")
        try:
            for view in views:
                self._connection.execute(f"ALTER VIEW {view} RENAME TO {view}_itself")
            yield
            for view in views:
                self._connection.execute(f"ALTER VIEW {view}_itself RENAME TO {view}")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def keep(self, label: str, sql: str, **inputs: Value) -> Table:
        name = self._fresh(label)
        with _told():
            self._connection.execute(f"CREATE TABLE {name} AS {fill(sql, inputs)}")
            return self._table(name)

    def fetch(self, sql: str, **inputs: Value) -> pa.Table:
        with _told():
            return self._connection.sql(fill(sql, inputs)).to_arrow_table()

    def batches(self, sql: str, *, rows: int = 100_000, **inputs: Value) -> Iterator[pa.RecordBatch]:
        # A cursor of its own: the caller may run other steps between two batches.
        cursor = self._connection.cursor()
        try:
            with _told():
                yield from cursor.sql(fill(sql, inputs)).to_arrow_reader(rows)
        finally:
            cursor.close()

    def repeated(self, label: str, sql: str, **inputs: Value) -> Table:
        # Hashes that differ nearly all are grouped five times as fast by sorting them as by the engine's hash table.
        values = pasted(fill(sql, inputs))
        rows = int(self.fetch(f"SELECT count(*) AS n FROM ({values})")["n"][0].as_py())
        passes = -(-rows // _SORTED_AT_ONCE) or 1
        parts = [f" WHERE h % {passes} = {rest}" for rest in range(passes)] if passes > 1 else [""]
        found = [self._repeated(f"SELECT h FROM ({values}){part}") for part in parts]
        return self.from_arrow(label, pa.table({"h": np.concatenate(found)}))

    def _repeated(self, sql: str) -> NDArray[np.uint64]:
        parts = [batch.column(0).to_numpy() for batch in self.batches(sql, rows=_READ_AT_ONCE)]
        values = np.concatenate(parts) if parts else np.empty(0, np.uint64)
        del parts
        values.sort()
        return np.unique(values[1:][values[1:] == values[:-1]])

    def count(self, table: Table) -> int:
        return int(self.fetch("SELECT count(*) AS n FROM {table}", table=table)["n"][0].as_py())

    def write_parquet(self, table: Table, path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _told():
            self._connection.execute(f"COPY {table.name} TO {as_sql(str(path))} (FORMAT parquet, COMPRESSION zstd)")
        return path

    def drop(self, table: Table) -> None:
        if table.name not in self._views:
            self._connection.execute(f"DROP TABLE IF EXISTS {table.name}")
            return
        self._views.remove(table.name)
        self._connection.execute(f"DROP VIEW {table.name}")
        self._connection.execute(f"DROP TABLE shape.{table.name}")

    def close(self) -> None:
        self._connection.close()

    def _fresh(self, label: str) -> str:
        return f"{require_label(label)}_{next(self._numbers)}"

    def _table(self, name: str) -> Table:
        return Table(name, self._schema(name), self)

    def _schema(self, name: str) -> pa.Schema:
        """Its columns. Mostly their names and types are enough, which are known without planning a query."""
        found = self._connection.sql(f"SELECT * FROM {name} LIMIT 0")
        types = [_ARROW.get(str(one)) for one in found.types]
        if None in types:
            return found.to_arrow_table().schema
        return pa.schema(list(zip(found.columns, types, strict=True)))
