"""Tables of the ledger for an engine, and one customer's rows without an engine."""

from __future__ import annotations

import threading

import pyarrow as pa
from deltalake.exceptions import DeltaError

from shuke.engines import Engine, Table, literal, quoted
from shuke.ledger._delta import DeltaFolder, Snapshot
from shuke.ledger._find import find_rows

# Names of SQL's types for columns that no file has yet.
_SQL_TYPES = {
    pa.string(): "VARCHAR",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.date32(): "DATE",
    pa.timestamp("us"): "TIMESTAMP",
    pa.bool_(): "BOOLEAN",
}


def as_view(engine: Engine, table: DeltaFolder, now: Snapshot | None, *, only: tuple[str, str] | None = None) -> Table:
    """The table at that version as a view, all its columns in order; `only` keeps rows with a value in a column."""
    label = table.folder.name
    parts = [] if now is None else [part for part in now.parts() if only is None or part.may_hold(*only)]
    if not parts:
        return engine.from_arrow(label, table.schema.empty_table())
    files = engine.read_parquet(f"{label}_files", [table.folder / part.name for part in parts])
    columns = ", ".join(_column(field, files) for field in table.schema)
    where = f" WHERE {quoted(only[0])} = {literal(only[1])}" if only else ""
    return engine.view(label, f"SELECT {columns} FROM {{files}}{where}", files=files)


class Lookup:
    """Rows with one value in a column, found by the files' minima and maxima.

    The newest version is kept between questions and brought up to date at each, so a question costs only new commits.
    """

    def __init__(self, table: DeltaFolder) -> None:
        self._table = table
        self._kept: Snapshot | None = None
        self._lock = threading.Lock()

    def rows(self, column: str, value: str) -> pa.Table:
        now = self._newest()
        parts = [] if now is None else [part for part in now.parts() if part.may_hold(column, value)]
        found = [find_rows(self._table.folder / part.name, column, value) for part in parts]
        return pa.concat_tables([self._table.schema.empty_table(), *found], promote_options="default")

    def _newest(self) -> Snapshot | None:
        with self._lock:
            try:
                self._kept = self._kept.updated() if self._kept else self._table.snapshot()
            except DeltaError:
                # The kept version fell out of the log when older ones were dropped.
                self._kept = self._table.snapshot()
            return self._kept


def _column(field: pa.Field, files: Table) -> str:
    if field.name in files.columns:
        return quoted(field.name)
    return f"CAST(NULL AS {_SQL_TYPES[field.type]}) AS {quoted(field.name)}"
