"""An index for each field that lists show, made and dropped by a job while everybody works on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

from shuke.crm.customers import values
from shuke.crm.customers.models import Field
from shuke.crm.customers.writes_of_words import write_words
from shuke.crm.jobs.models import Job
from shuke.crm.jobs.worker import JobRun
from shuke.crm.jobs.writes import enqueue

JOB = "customers.index"
_PREFIX = "customer_value_"


def ask(*, words: bool = False, by: Any = None) -> Job:
    """Have the indexes made to fit the fields, and the search know the words of fields that became searchable."""
    return enqueue(kind=JOB, payload={"words": words}, exclusive_key=JOB, started_by=by)


def run(job: JobRun) -> Mapping[str, Any]:
    """The job. Safe to run twice."""
    job.progress("indexing")
    made, dropped = fit()
    if job.payload.get("words"):
        write_words(told=lambda done: job.progress("words", done))
    return {"made": made, "dropped": dropped}


def fit() -> tuple[list[str], list[str]]:
    """Make the indexes that are missing, drop those of fields no longer listed; the names of both.

    A migration that has SQLite copy the table of customers loses them: call this at its end.
    """
    fields = Field.objects.filter(is_listed=True, is_archived=False, section__repeats=False).only("code", "type")
    wanted = {f"{_PREFIX}{field.code}_{field.type}": field for field in fields if field.type in values.INDEXED}
    there = _there()
    dropped = sorted(there - set(wanted))
    made = sorted(set(wanted) - there)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and connection.in_atomic_block and (made or dropped):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # it alters no table whose references wait to be checked
        for name in dropped:
            cursor.execute(f'DROP INDEX {_concurrently()}IF EXISTS "{name}"')
        for name in made:
            cursor.execute(_create(name, wanted[name]))
        if made:
            cursor.execute("ANALYZE customers_customer")
    return made, dropped


def _create(name: str, field: Field) -> str:
    """Only of customers who have a value: most fields are empty for most, and an empty one then costs no write."""
    value = values.sql(field.code, field.type, connection.vendor)
    return f'CREATE INDEX {_concurrently()}"{name}" ON customers_customer ({value}, id) WHERE {value} IS NOT NULL'


def _concurrently() -> str:
    """PostgreSQL makes an index beside the work of others, but in no transaction."""
    return "CONCURRENTLY " if connection.vendor == "postgresql" and not connection.in_atomic_block else ""


def _there() -> set[str]:
    """Those that serve: one that PostgreSQL was stopped in the middle of is dropped, and made anew."""
    if connection.vendor == "postgresql":
        sql = (
            "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
            "WHERE i.indrelid = 'customers_customer'::regclass"
        )
    else:
        sql = "SELECT name, 1 FROM sqlite_master WHERE type = 'index' AND tbl_name = 'customers_customer'"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows = [(name, valid) for name, valid in cursor.fetchall() if name.startswith(_PREFIX)]
        for name, valid in rows:
            if not valid:
                cursor.execute(f'DROP INDEX {_concurrently()}IF EXISTS "{name}"')
    return {name for name, valid in rows if valid}
