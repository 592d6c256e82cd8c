"""Entries of the audit for many records at once, in one statement: by the ORM they would take ten times as long."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Max

from shuke.crm.people.trail import AuditEntry, AuditValues


def insert(pattern: AuditEntry, records: Sequence[str], values: Mapping[str, Any]) -> None:
    """An entry like the pattern for each record, and beside each the values. In a transaction."""
    names = [field for field in AuditEntry._meta.local_concrete_fields if field.attname not in ("id", "record")]
    given = [field.get_db_prep_save(getattr(pattern, field.attname), connection) for field in names]
    columns = ", ".join(_quoted(str(field.column)) for field in names)
    places = ", ".join([_place(field.get_internal_type()) for field in names])
    entries, kept = _quoted(AuditEntry._meta.db_table), _quoted(AuditValues._meta.db_table)
    of_each = "jsonb_array_elements_text(%s::jsonb)" if _is_postgresql() else "json_each(%s)"
    add = f"INSERT INTO {entries} ({columns}, record) SELECT {places}, one.value FROM {of_each} AS one"
    told = json.dumps(dict(values)) if values else ""
    with connection.cursor() as cursor:
        if not told:
            cursor.execute(add, [*given, json.dumps(list(records))])
        elif _is_postgresql():
            beside = f'INSERT INTO {kept} (entry_id, "values") SELECT id, %s::jsonb FROM made'
            cursor.execute(f"WITH made AS ({add} RETURNING id) {beside}", [*given, json.dumps(list(records)), told])
        else:  # nobody else writes meanwhile, so what is new is ours
            last = AuditEntry.objects.aggregate(last=Max("pk"))["last"] or 0
            cursor.execute(add, [*given, json.dumps(list(records))])
            beside = f'INSERT INTO {kept} (entry_id, "values") SELECT id, %s FROM {entries} WHERE id > %s'
            cursor.execute(beside, [told, last])


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def _place(kind: str) -> str:
    """PostgreSQL must be told what a value is that is only selected."""
    types = {
        "JSONField": "jsonb",
        "DateTimeField": "timestamptz",
        "ForeignKey": "bigint",
        "PositiveBigIntegerField": "bigint",
    }
    return f"%s::{types.get(kind, 'text')}" if _is_postgresql() else "%s"


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
