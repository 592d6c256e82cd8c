"""The tables that scores are written to, by the fastest way each database has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from json import dumps
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from shuke.crm.scores.models import Score

_Model = type[Score]
_SORTING = {"temp_store": 1, "cache_size": -65_536, "threads": 2}
"""What SQLite is told while it makes indexes: temporary data to a file (1), 64 MB, threads."""


def empty(model: _Model) -> None:
    """Take out all rows, and the indexes, which are made anew in one go when the rows are in."""
    with connection.cursor() as cursor:
        for index in model._meta.indexes:
            cursor.execute(f"DROP INDEX IF EXISTS {connection.ops.quote_name(str(index.name))}")
        table = connection.ops.quote_name(model._meta.db_table)
        cursor.execute(f"TRUNCATE {table}" if connection.vendor == "postgresql" else f"DELETE FROM {table}")


def write(model: _Model, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows: the customer's id, the scores in the model's order, the cell."""
    names = [str(field.column) for field in model._meta.local_fields if field.column != "customer_id"]
    names.insert(0, "customer_id")
    columns = ", ".join(connection.ops.quote_name(name) for name in names)
    table = connection.ops.quote_name(model._meta.db_table)
    if connection.vendor == "postgresql":
        _copy(f"COPY {table} ({columns}) FROM STDIN", rows)
        return
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(names))
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", _days_written(rows))


def _days_written(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Days as SQLite keeps them. Its driver would write them one by one, which takes as long as half the rest."""
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for place, column in enumerate(columns):
        if isinstance(next((value for value in column if value is not None), None), date):
            text = {day: day and day.isoformat() for day in set(column)}
            columns[place] = [text[day] for day in column]
    return list(zip(*columns, strict=True))


def _copy(sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(sql) as copying:
        for row in rows:
            copying.write_row(row)


def standings(model: _Model, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """The tiers in force and stages of customers, by the ten thousand."""
    table = connection.ops.quote_name(model._meta.db_table)
    postgresql = connection.vendor == "postgresql"
    wanted = "= ANY(%s)" if postgresql else "IN (SELECT value FROM json_each(%s))"
    with connection.cursor() as cursor:
        sql = f"SELECT customer_id, tier_in_force, stage FROM {table} WHERE customer_id {wanted}"
        cursor.execute(sql, [list(ids) if postgresql else dumps(list(ids))])
        return {pk: (tier, stage) for pk, tier, stage in cursor.fetchall()}


def index(model: _Model) -> None:
    """Make the indexes, and let the planner know how the rows lie."""
    editor = connection.schema_editor()  # only asked for SQL: entering it would refuse to work in a transaction
    with connection.cursor() as cursor, _room_to_sort(cursor):
        for entry in model._meta.indexes:
            cursor.execute(str(entry.create_sql(model, editor)))
        table = connection.ops.quote_name(model._meta.db_table)
        settled = connection.vendor == "postgresql" and not connection.in_atomic_block
        cursor.execute(f"VACUUM ANALYZE {table}" if settled else f"ANALYZE {table}")


@contextmanager
def _room_to_sort(cursor: CursorWrapper) -> Iterator[None]:
    """Sort as each database does fastest.

    SQLite sorts runs of the size of its cache, with a thread beside it, and merges them out of a file: that takes 0.6
    of the time of sorting a million rows in memory at once. For the planner a sample is enough.
    """
    if connection.vendor == "postgresql":
        cursor.execute("SET maintenance_work_mem = '256MB'")
        yield
        return
    cursor.execute("PRAGMA analysis_limit=1000")
    usual = {} if connection.in_atomic_block else {name: _pragma(cursor, name) for name in _SORTING}
    try:
        for name in usual:
            cursor.execute(f"PRAGMA {name}={_SORTING[name]}")
        yield
    finally:
        for name, value in usual.items():
            cursor.execute(f"PRAGMA {name}={value}")


def _pragma(cursor: CursorWrapper, name: str) -> int:
    cursor.execute(f"PRAGMA {name}")
    return int(cursor.fetchone()[0])
