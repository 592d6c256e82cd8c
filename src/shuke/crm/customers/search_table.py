"""The table of searchable words in SQLite (FTS5); PostgreSQL keeps them in an index of the customers themselves."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

CREATE_SQLITE = (
    "CREATE VIRTUAL TABLE customers_search USING fts5("
    "search_text, content='customers_customer', content_rowid='id', tokenize='unicode61', prefix='1 2 3')"
)
CREATE_POSTGRESQL = "CREATE INDEX customers_search ON customers_customer USING gin (to_tsvector('simple', search_text))"


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
