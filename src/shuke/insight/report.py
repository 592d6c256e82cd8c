"""Uploads in words: states, the preview with its problems marked, the quality report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from shuke.collect import PURCHASES
from shuke.crm.words import here
from shuke.insight.forms import ColumnsForm
from shuke.insight.models import Upload
from shuke.insight.peek import Preview
from shuke.insight.reads import Source, Twin
from shuke.kit.text import day, money, number
from shuke.ui import language

_TONES = {"imported": "good", "already": "warn", "undone": "plain", "importing": "accent", "ready": "", "failed": "bad"}
_ICONS = {
    "imported": "circle-check",
    "already": "copy",
    "undone": "undo-2",
    "importing": "loader",
    "ready": "file-check",
    "failed": "circle-alert",
}
_REQUIRED = ("customer", "time", "amount")
_ENCODINGS = {"gb18030": "GBK / GB18030", "big5": "Big5", "utf-8-sig": "UTF-8", "utf-16-le": "UTF-16"}
_DELIMITERS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}
_COMMON = (*_REQUIRED, "quantity", "order", "cost")


@dataclass(frozen=True, slots=True)
class State:
    """A state as a badge."""

    label: str
    tone: str
    icon: str


def state_of(code: str) -> State:
    return State(here(f"insight.state.{code}"), _TONES[code], _ICONS[code])


def limit() -> str:
    """The largest file that is taken."""
    return here("insight.upload.limit", limit_mb=settings.SHUKE_UPLOAD_BYTES // (1024 * 1024))


def bytes_in_words(size: int) -> str:
    """A size as people read it.

    >>> bytes_in_words(2_600_000), bytes_in_words(300)
    ('2.5 MB', '1 KB')
    """
    return f"{size / (1 << 20):,.1f} MB" if size >= 1 << 20 else f"{max(1, round(size / 1024)):,} KB"


def line(one: Source) -> dict[str, Any]:
    """One line of the page of data."""
    return {
        "name": one.name,
        "url": reverse("insight:upload", args=[one.upload.pk]) if one.upload else "",
        "at": one.at,
        "kind": here(f"insight.kind.{one.kind}"),
        "rows": one.rows,
        "amount": "—"
        if one.amount_minor is None
        else money(one.amount_minor, settings.SHUKE_CURRENCY, language.active()),
        "state": state_of(one.state),
        "by": one.by or here("insight.data.command_line"),
        "undo": reverse("insight:undo", args=[one.import_id]) if one.may_undo else "",
        "set_aside": one.upload.quality.get("rows_set_aside") if one.upload else None,
    }


def preview(seen: Preview, form: ColumnsForm) -> dict[str, Any]:
    """The first rows under what their columns are taken for; rows that would be set aside say why."""
    taken = {column: here(f"collect.field.{field}") for field, (column, _) in seen.mapping.items()}
    asked = here("collect.field.question")
    taken |= {column: f"{asked} {question}" for column, question in seen.asked.items()}
    tongue = language.active()
    note = "insight.preview.note_answers" if form.kind == "surveys" else "insight.preview.note"
    common = _COMMON if form.kind == PURCHASES else form.names
    heads = [{"name": name, "field": taken.get(name, "")} for name in seen.columns]
    return {
        "heads": heads,
        "rows": [
            {"number": line, "cells": cells, "fault": here(reason) if reason else ""}
            for line, cells, reason in seen.rows
        ],
        "missing": here("insight.slot.and").join(here(f"collect.field.{name}") for name in seen.missing),
        "detail": seen.refusal(tongue),
        "problems": [
            {"text": here(code), "rows": number(rows, tongue), "bad": code.startswith("reject.")}
            for code, rows in seen.problems
        ],
        "note": here(note, rows=number(seen.sampled, tongue), kept=number(seen.kept, tongue)) if seen.usable else "",
        "how": _how(seen),
        "sheets_left_out": here("insight.preview.sheets_left_out", sheets=", ".join(seen.sheets_left_out))
        if seen.sheets_left_out
        else "",
        "usable": seen.usable,
        "common": [_field(form, name, seen) for name in common],
        "others": [_field(form, name, seen) for name in form.names if name not in common],
    }


def twin(there: Twin) -> dict[str, Any]:
    """The import that holds the same content already."""
    tongue = language.active()
    at = day(timezone.localtime(there.at).date(), tongue)
    rows = number(there.rows, tongue)
    return {
        "text": here("insight.upload.twin", name=there.name, day=at, rows=rows),
        "url": reverse("insight:upload", args=[there.upload.pk]) if there.upload else reverse("insight:data"),
    }


def quality(upload: Upload) -> dict[str, Any]:
    """The report of an import: what was read, kept and set aside, by reason, in rows and money."""
    kept, tongue = upload.quality, language.active()
    if upload.kind != PURCHASES:
        return _quality_of_facts(upload)

    def row(text: str, rows: int, amount: int, kind: str = "") -> dict[str, str]:
        return {
            "text": text,
            "rows": number(rows, tongue),
            "amount": money(amount, kept["currency"], tongue),
            "kind": kind,
        }

    def tallies(name: str) -> list[dict[str, str]]:
        return [row(here(code), tally["rows"], tally["amount_minor"], "part") for code, tally in kept[name].items()]

    return {
        "rows": [
            row(here("report.quality.read"), kept["rows_read"], kept["amount_read_minor"], "total"),
            row(here("report.quality.kept"), kept["rows_kept"], kept["amount_kept_minor"], "total"),
            *tallies("notes"),
            row(here("report.quality.set_aside"), kept["rows_set_aside"], kept["amount_set_aside_minor"], "total"),
            *tallies("set_aside"),
        ],
        "span": _span(kept),
        "fields": [
            (here(f"collect.field.{name}"), found["column"], here(f"report.how.{found['how']}"))
            for name, found in kept["mapping"]["fields"].items()
        ],
        "has_rejects": upload.rejects,
    }


def _quality_of_facts(upload: Upload) -> dict[str, Any]:
    """The same of answers, payments or sources, which have no sum of money to report."""
    kept, tongue = upload.quality, language.active()
    counted = [
        (here("report.quality.read"), kept["rows_read"], "total"),
        (here("report.quality.kept"), kept["rows_kept"], "total"),
        (here("report.quality.set_aside"), kept["rows_set_aside"], "total"),
        *((here(code), rows, "part") for code, rows in kept["set_aside"].items()),
        *([(here("quality.unanswered"), kept["blank"], "part")] if kept["blank"] else []),
    ]
    return {
        "rows": [{"text": text, "rows": number(rows, tongue), "kind": kind} for text, rows, kind in counted],
        "without_amount": True,
        "span": _span(kept),
        "fields": [
            (here(f"collect.field.{name}"), found["column"], here(f"report.how.{found['how']}"))
            for name, found in kept["fields"].items()
        ],
        "has_rejects": upload.rejects,
    }


def _how(seen: Preview) -> str:
    """How the file is written, where it is text; and whose export it is, where that is known."""
    parts = [here("insight.preview.preset", name=here(f"insight.preset.{seen.preset}"))] if seen.preset else []
    if seen.encoding:
        figures = {"encoding": _ENCODINGS.get(seen.encoding, seen.encoding.upper()), "line": seen.header_line}
        delimiter = here(f"insight.delimiter.{_DELIMITERS[seen.delimiter]}")
        parts.append(here("insight.preview.written", delimiter=delimiter, **figures))
    return " · ".join(parts)


def _field(form: ColumnsForm, name: str, seen: Preview) -> dict[str, Any]:
    found = seen.mapping.get(name)
    how = here(f"report.how.{found[1]}") if found and found[1] in ("name", "content", "preset") else ""
    return {"bound": form[name], "how": how}


def _span(kept: dict[str, Any]) -> str:
    if not kept["first_day"]:
        return "—"
    tongue = language.active()
    first, last = (day(date.fromisoformat(kept[name]), tongue) for name in ("first_day", "last_day"))
    return here("insight.upload.span", first=first, last=last)
