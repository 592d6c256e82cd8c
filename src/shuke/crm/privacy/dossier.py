"""All that is held on a person as one ZIP: pages to read, JSON for machines, and the files."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.core.exceptions import PermissionDenied
from django.template.loader import render_to_string
from django.utils import timezone

from shuke.crm.customers.models import Customer
from shuke.crm.people import audit
from shuke.crm.people.models import User
from shuke.crm.privacy.holdings import Person, holdings, person_of
from shuke.crm.privacy.reads import may_take
from shuke.crm.words import here, name_or_itself
from shuke.ui import language

_IN_MEMORY = 8 << 20
_READABLE_ROWS = 2_000
"""How many rows of a kind the page to read shows; the JSON beside it has them all."""


def write(*, customer: Customer, viewer: User) -> IO[bytes]:
    """The ZIP, noted in the audit before it leaves. It is kept nowhere. Raises PermissionDenied for who may not."""
    if not may_take(viewer, customer):
        raise PermissionDenied("export")
    person = person_of(customer)
    audit.note("person_exported", by=viewer, kind="customer", record=customer.pk)
    kept: IO[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  the answer closes it
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        _fill(archive, viewer, customer, person)
    kept.seek(0)
    return kept


def _fill(archive: zipfile.ZipFile, viewer: User, customer: Customer, person: Person) -> None:
    parts = []
    for holding in holdings():
        rows = [dict(row) for row in holding.export(viewer, person)]
        files = list(holding.files(person))
        for name, path in files:
            archive.write(path, f"files/{PurePosixPath(name).name}")
        if rows:
            text = json.dumps(rows, ensure_ascii=False, indent=1, default=_plain)
            archive.writestr(f"data/{holding.code}.json", text)
        if rows or files:
            parts.append(_part(holding.code, rows, [name for name, _ in files]))
    shown = {
        "name": customer.display_name,
        "at": timezone.localtime(),
        "by": viewer.shown_name,
        "language": language.active(),
        "parts": parts,
    }
    archive.writestr("index.html", render_to_string("privacy/dossier.html", shown))


def _part(code: str, rows: list[dict[str, Any]], files: list[str]) -> dict[str, Any]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return {
        "code": code,
        "title": here(f"privacy.holding.{code}"),
        "count": len(rows) or len(files),
        "heads": [name_or_itself("privacy.column.", name) for name in names],
        "lines": [[_told(row.get(name)) for name in names] for row in rows[:_READABLE_ROWS]],
        "is_cut": len(rows) > _READABLE_ROWS,
        "files": files,
    }


def _plain(value: object) -> str:
    """What JSON has no word for: days and moments in ISO 8601."""
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _told(value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, datetime):
        return f"{timezone.localtime(value) if value.tzinfo else value:%Y-%m-%d %H:%M}"
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_told(one)}" for name, one in value.items()) or "—"
    if isinstance(value, list):
        return ", ".join(_told(one) for one in value) or "—"
    return str(value)
