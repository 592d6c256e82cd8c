"""Uploads in words: states, the preview with its problems marked, the quality report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse

from shuke.collect import FIELDS
from shuke.crm.words import here
from shuke.insight.forms import ColumnsForm
from shuke.insight.models import Upload
from shuke.insight.peek import Peek
from shuke.insight.reads import Source
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
        "rows": one.rows,
        "amount": "—"
        if one.amount_minor is None
        else money(one.amount_minor, settings.SHUKE_CURRENCY, language.active()),
        "state": state_of(one.state),
        "by": one.by or here("insight.data.command_line"),
        "undo": reverse("insight:undo", args=[one.import_id]) if one.may_undo else "",
        "set_aside": one.upload.quality.get("rows_set_aside", 0) if one.upload else 0,
    }


def preview(seen: Peek, form: ColumnsForm) -> dict[str, Any]:
    """The first rows under what their columns are taken for; rows that would be set aside say why."""
    taken = {column: field for field, (column, _) in seen.mapping.items()}
    tongue = language.active()
    heads = [
        {"name": name, "field": here(f"collect.field.{taken[name]}") if name in taken else ""} for name in seen.columns
    ]
    rows = [
        {"number": place, "cells": row, "fault": here(seen.faults[str(place)]) if str(place) in seen.faults else ""}
        for place, row in enumerate(seen.rows, 1)
    ]
    missing = [here(f"collect.field.{name}") for name in _missing(seen)]
    return {
        "heads": heads,
        "rows": rows,
        "missing": missing,
        "detail": seen.refused if seen.refused and not missing else "",
        "problems": [
            {"text": here(one["code"]), "rows": one["rows"], "bad": one["code"].startswith("reject.")}
            for one in map(_as_dict, seen.problems)
        ],
        "sampled": number(seen.sampled, tongue),
        "kept": number(seen.kept, tongue),
        "encoding": seen.encoding,
        "preset": seen.preset,
        "ready": not seen.refused,
        "common": [_field(form, name, seen) for name in _COMMON],
        "others": [_field(form, name, seen) for name in FIELDS if name not in _COMMON],
    }


def quality(upload: Upload) -> dict[str, Any]:
    """The report of an import: what was read, kept and set aside, by reason, in rows and money."""
    kept, tongue = upload.quality, language.active()

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


def _missing(seen: Peek) -> list[str]:
    """Which of the required fields no column was found for; only known where reading was refused."""
    if not seen.refused:
        return []
    return [name for name in _REQUIRED if f"{name}=…" in seen.refused]


def _field(form: ColumnsForm, name: str, seen: Peek) -> dict[str, Any]:
    found = seen.mapping.get(name)
    how = here(f"report.how.{found[1]}") if found and found[1] in ("name", "content", "preset") else ""
    return {"bound": form[name], "how": how, "required": name in _REQUIRED}


def _as_dict(problem: Any) -> dict[str, Any]:
    """A problem as it was kept in JSON, or fresh."""
    return problem if isinstance(problem, dict) else {"code": problem.code, "rows": problem.rows}


def _span(kept: dict[str, Any]) -> str:
    if not kept["first_day"]:
        return "—"
    tongue = language.active()
    first, last = (day(date.fromisoformat(kept[name]), tongue) for name in ("first_day", "last_day"))
    return here("insight.upload.span", first=first, last=last)
