"""The table of searchable words in SQLite (FTS5); PostgreSQL keeps them in an index of the customers themselves."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

CREATE_SQLITE = (
    "CREATE VIRTUAL TABLE customers_search USING fts5("
    "search_text, content='customers_customer', content_rowid='id', tokenize='unicode61', prefix='1 2 3')"
)
BEGUN_NAME, BEGUN_SPOKEN = 2, 6
"""How many signs of a name, and of a name as it is spoken, stand among the words of PostgreSQL, by which those are left
out whom that beginning found already. Two characters are a short name or a double surname, six letters any syllable."""
WORDS_POSTGRESQL = (
    "(to_tsvector('simple', search_text) || "
    f"array_to_tsvector(ARRAY['^' || left(name, {BEGUN_NAME}), '~' || left(sort_name, {BEGUN_SPOKEN})]))"
)
CREATE_POSTGRESQL = (
    f"CREATE INDEX customers_search ON customers_customer USING gin ({WORDS_POSTGRESQL}) WITH (fastupdate = off)"
)
"""Words go into the index at once: what waits to be entered is read through by every search."""
CREATE_NAMES_POSTGRESQL = "CREATE INDEX customers_name_begins ON customers_customer (name varchar_pattern_ops, id)"
"""Chinese names by their beginning, with the id, so that no row is read. SQLite's table of words answers by itself."""


def add(customers: Iterable[tuple[int, str]]) -> None:
    """Enter the words of customers: id and `search_text`."""
    _write("INSERT INTO customers_search (rowid, search_text) VALUES (%s, %s)", customers)


def remove(customers: Iterable[tuple[int, str]]) -> None:
    """Take out the words of customers: id and the very `search_text` that was entered."""
    _write("INSERT INTO customers_search (customers_search, rowid, search_text) VALUES ('delete', %s, %s)", customers)


def rebuild() -> None:
    """Enter the words of all customers anew, after rows were changed from outside."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO customers_search (customers_search) VALUES ('rebuild')")


def tidy() -> None:
    """Words that were taken out stay in the index until its parts are joined; join them all now."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO customers_search (customers_search) VALUES ('optimize')")


def _write(sql: str, customers: Iterable[tuple[int, str]]) -> None:
    rows = [(pk, text) for pk, text in customers if text]
    if rows and connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.executemany(sql, rows)
