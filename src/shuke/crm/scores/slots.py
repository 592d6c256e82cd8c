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
_SORTING = {"temp_store": 1, "cache_size": -4_096, "threads": 2}
"""What SQLite is told while it makes indexes: temporary data to a file (1), 4 MB, threads."""


def empty(model: _Model) -> None:
    """Take out all rows, and the indexes, which are made anew in one go when the rows are in."""
    with connection.cursor() as cursor:
        for index in model._meta.indexes:
            cursor.execute(f"DROP INDEX IF EXISTS {connection.ops.quote_name(str(index.name))}")
        table = connection.ops.quote_name(model._meta.db_table)
        cursor.execute(f"TRUNCATE {table}" if connection.vendor == "postgresql" else f"DELETE FROM {table}")


def write(model: _Model, columns: Sequence[Sequence[Any]]) -> None:
    """Write rows, given by column: the customers' ids, the scores in the model's order, the cells."""
    names = [str(field.column) for field in model._meta.local_fields if field.column != "customer_id"]
    names.insert(0, "customer_id")
    listed = ", ".join(connection.ops.quote_name(name) for name in names)
    table = connection.ops.quote_name(model._meta.db_table)
    if connection.vendor == "postgresql":
        _copy(f"COPY {table} ({listed}) FROM STDIN", columns)
        return
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(names))
        rows = list(zip(*map(_days_written, columns), strict=True))
        cursor.executemany(f"INSERT INTO {table} ({listed}) VALUES ({marks})", rows)


def _days_written(column: Sequence[Any]) -> Sequence[Any]:
    """Days as SQLite keeps them. Its driver would write them one by one, which takes as long as half the rest."""
    if not isinstance(next((value for value in column if value is not None), None), date):
        return column
    text = {day: day and day.isoformat() for day in set(column)}
    return [text[day] for day in column]


def _copy(sql: str, columns: Sequence[Sequence[Any]]) -> None:
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(sql) as copying:
        for row in zip(*columns, strict=True):
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

    SQLite sorts runs of the size of its cache, with threads beside it, and merges them out of a file: with small runs,
    which a thread sorts while the next is read, that takes half the time of sorting a million rows in memory at once.
    For the planner a sample is enough.
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
