"""Where deleted rows still stand: pages that the database has free, its log, and words in the search's own index."""

from __future__ import annotations

import time

from django.apps import apps
from django.db import connection

from shuke.crm.customers import search_table

_TRIES, _WAIT_SECONDS = 60, 0.5


def scrub() -> None:
    """Give up what only deleted rows need. Inside a transaction, as in tests, it leaves all as it is.

    SQLite is written anew into a file without free pages, and its log is emptied; readers go on, writers wait. In
    PostgreSQL the tables are vacuumed one by one, while everybody works on.
    """
    if connection.in_atomic_block:
        return
    search_table.tidy()
    if connection.vendor == "sqlite":
        _scrub_sqlite()
    else:
        _scrub_postgresql()


def _scrub_sqlite() -> None:
    with connection.cursor() as cursor:
        # The copy that VACUUM makes is as large as the records: not in memory.
        cursor.execute("PRAGMA temp_store=FILE")
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA temp_store=MEMORY")
        for _ in range(_TRIES):
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if not cursor.fetchone()[0]:
                return
            time.sleep(_WAIT_SECONDS)
    raise TimeoutError("Somebody reads the records all the time, so that their log cannot be emptied: try again.")


def _scrub_postgresql() -> None:
    tables = sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)})
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"VACUUM (INDEX_CLEANUP ON) {connection.ops.quote_name(table)}")
