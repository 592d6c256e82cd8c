"""The audit on a page: searched by who, what, which record and when; and as a file."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from shuke.crm.people import audit, reads
from shuke.crm.people.models import AuditEntry, User
from shuke.crm.words import here
from shuke.kit.cells import safe_cell
from shuke.kit.text import keys, number
from shuke.ui import language
from shuke.ui.parts import PAGE_SIZES, Pages

KINDS = (
    "user",
    "team",
    "role",
    "customer",
    "erasure",
    "view",
    "export",
    "upload",
    "import",
    "run",
    "definition",
    "tag",
    "section",
    "field",
    "configuration",
)
_FIELDS = frozenset(key.removeprefix("people.field.") for key in keys("people.field."))
_LINES = 500
_LONGEST_VALUE = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the audit is asked for; what makes no sense is left out."""

    by: int | None
    act: str
    kind: str
    record: str
    since: date | None
    until: date | None

    def as_values(self) -> dict[str, Any]:
        """For the audit itself."""
        return {name: str(value) for name in self.__slots__ if (value := getattr(self, name))}


@require_safe
@reads.needs("audit")
def show(request: HttpRequest) -> HttpResponse:
    """The audit, the latest first."""
    asked, size = _asked(request.GET), _whole(request.GET.get("size", ""))
    size = size if size in PAGE_SIZES else PAGE_SIZES[0]
    page = max(_whole(request.GET.get("page", "")), 1)
    # One more than is shown tells whether there is a next page: an audit only grows, and counting it is slow.
    found = list(_found(request, asked)[(page - 1) * size : page * size + 1])
    total = None if len(found) > size else (page - 1) * size + len(found)
    shown = {
        "asked": asked,
        "rows": _rows(reads.viewer_of(request), found[:size]),
        "pages": Pages(page, size, total, more=total is None),
        "users": User.objects.order_by("username"),
        "acts": sorted(((act, here(f"audit.act.{act}")) for act in audit.ACTS), key=lambda pair: pair[1]),
        "kinds": [(kind, here(f"audit.kind.{kind}")) for kind in KINDS],
        "is_filtered": any(asked.as_values()),
    }
    return render(request, "people/audit.html", shown)


@require_POST
@reads.needs("audit")
def export(request: HttpRequest) -> StreamingHttpResponse:
    """What the page shows, all of it, as CSV; taking it is an entry too."""
    asked = _asked(request.GET)
    found = _found(request, asked)
    latest = found.values_list("pk", flat=True).first() or 0
    audit.note("audit_exported", by=reads.viewer_of(request), kind="export", values=asked.as_values())
    listed = found.filter(pk__lte=latest).iterator(chunk_size=2_000)
    lines = language.kept(language.active(), _lines(reads.viewer_of(request), listed))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"audit-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _found(request: HttpRequest, asked: Asked) -> Any:
    return reads.entries(
        reads.viewer_of(request), by=asked.by, act=asked.act, kind=asked.kind, record=asked.record,
        since=asked.since, until=asked.until,
    )  # fmt: skip


def _asked(given: QueryDict) -> Asked:
    act, kind = given.get("act", ""), given.get("kind", "")
    return Asked(
        by=_whole(given.get("by", "")) or None,
        act=act if act in audit.ACTS else "",
        kind=kind if kind in KINDS else "",
        record=given.get("record", "").strip()[:64].replace("\x00", ""),
        since=_day(given.get("since", "")),
        until=_day(given.get("until", "")),
    )


def _rows(viewer: User, entries: Sequence[AuditEntry]) -> list[dict[str, Any]]:
    """Entries as the viewer may read them; users named in values are looked up once."""
    values = reads.values_of(viewer, entries)
    assigned = [values.get(entry.pk, {}) for entry in entries if entry.act == "customers_assigned"]
    given = [value for told in assigned for value in told.get("owner", ())]
    found = User.objects.filter(pk__in=[value for value in given if value is not None])
    names = {user.pk: user.shown_name for user in found} if given else {}
    return [_row(entry, values.get(entry.pk, {}), names) for entry in entries]


def _row(entry: AuditEntry, values: Mapping[str, Any], names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "at": entry.at,
        "who": entry.by.shown_name if entry.by else "—",
        "acting_as": entry.acting_as.shown_name if entry.acting_as else "",
        "token": f"{entry.token.name} ({entry.token.prefix})" if entry.token else "",
        "act": here(f"audit.act.{entry.act}"),
        "kind": here(f"audit.kind.{entry.kind}") if entry.kind in KINDS else entry.kind,
        "record": entry.record,
        "count": "" if entry.count is None else number(entry.count, language.active()),
        "address": entry.address,
        "values": _values(values, names),
        "fields": ", ".join(entry.fields),
    }


def _values(kept: Mapping[str, Any], names: Mapping[int, str]) -> list[str]:
    """What was kept, as `field: before → after`; who is responsible by name."""
    values = dict(kept)
    if isinstance(owners := values.get("owner"), list):
        values["owner"] = [names.get(owner, owner) for owner in owners]
    return [f"{_field(name)}: {_told(value)}"[:_LONGEST_VALUE] for name, value in values.items()]


def _field(name: str) -> str:
    """A field of users in the reader's words; others by their own name."""
    return here(f"people.field.{name}") if name in _FIELDS else name


def _told(value: Any) -> str:
    if isinstance(value, list) and len(value) == 2:
        return " → ".join("—" if one in (None, "") else str(one) for one in value)
    return str(value)


def _lines(viewer: User, found: Iterator[AuditEntry]) -> Iterator[str]:
    heads = ("at", "who", "acting_as", "act", "kind", "record", "count", "address", "values")
    yield "\ufeff" + _csv([[here(f"audit.column.{head}") for head in heads]])
    while chunk := list(islice(found, _LINES)):
        yield _csv([_line(entry, row, heads) for entry, row in zip(chunk, _rows(viewer, chunk), strict=True)])


def _line(entry: AuditEntry, shown: Mapping[str, Any], heads: tuple[str, ...]) -> list[str]:
    row = {**shown, "at": f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}"}
    row["values"] = "; ".join(row["values"]) or row["fields"]
    return [safe_cell(str(row[head])) for head in heads]


def _csv(rows: list[list[str]]) -> str:
    buffer = StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
