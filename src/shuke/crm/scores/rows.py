"""The rows of the list, each figure written out: dicts, since a template looks a dict up twice as fast as an object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from django.urls import reverse

from shuke.crm.customers import reads as customers
from shuke.crm.people.models import User
from shuke.crm.scores.columns import COLUMNS, Column, Writer, short_tier, why_sentence, writers
from shuke.crm.scores.query import Query
from shuke.crm.scores.reads import Listed, as_row
from shuke.crm.words import here

_LIKELY, _UNSURE = 0.5, 0.25
_BAR_WIDTH = 48
_UNKNOWN = "—"


class Cell(TypedDict):
    """One figure: its text, its column's title (phones show it), its class; a badge's tone, a share's bar."""

    text: str
    title: str
    css: str
    tone: str
    bar: str


class ListRow(TypedDict):
    """One row: who, where the card is, the figures."""

    pk: int
    name: str
    key: str
    url: str
    tick: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class _Way:
    """How one column is written."""

    column: Column
    write: Writer
    title: str
    language: str
    currency: str
    tags: Mapping[int, list[str]]


def shown(viewer: User, query: Query, rows: Sequence[Listed], language: str, currency: str) -> list[ListRow]:
    """The rows as the template shows them."""
    ways = _ways(viewer, query, rows, language, currency)
    card = reverse("customers:card", args=["KEY"])
    return [
        {
            "pk": row.customer.pk,
            "name": row.customer.display_name,
            "key": row.customer.key if row.customer.name else "",
            "url": _card_url(card, row.customer.key),
            "tick": here("scores.list.select_one", name=row.customer.display_name),
            "cells": [_cell(row, way) for way in ways],
        }
        for row in rows
    ]


def _ways(viewer: User, query: Query, rows: Sequence[Listed], language: str, currency: str) -> list[_Way]:
    with_tags = COLUMNS["tags"] in query.columns
    tags = customers.tags_of(viewer, [row.customer.pk for row in rows]) if with_tags else {}
    pairs = zip(query.columns, writers(query.columns, language, currency), strict=True)
    return [_Way(column, write, column.title(language), language, currency, tags) for column, write in pairs]


def _card_url(pattern: str, key: str) -> str:
    """As `reverse` gives it, without its cost on each of a hundred rows where the key is plain."""
    plain = key.isascii() and key.isalnum()
    return pattern.replace("KEY", key) if plain else reverse("customers:card", args=[key])


def _cell(row: Listed, way: _Way) -> Cell:
    column, tone, bar = way.column, "", ""
    value = row.value(column.field) if column.code != "tags" else None
    if column.code == "tags":
        text = " · ".join(way.tags.get(row.customer.pk, [])) or _UNKNOWN
    elif column.form == "sentence" and row.score is not None:
        text = why_sentence(as_row(row.score, row.customer.key), way.language, way.currency)
    elif column.code == "tier" and value:
        text, tone = short_tier(value, way.language), f"tier-{value.lower()}"
    else:
        text = way.write(value)
    if column.code == "stage" and value:
        tone = f"stage-{value}"
    if column.form == "share" and value is not None:
        tone = "bad" if value >= _LIKELY else "warn" if value >= _UNSURE else "good"
        bar = f"{value * _BAR_WIDTH:.1f}"
    css = "num" if column.is_number else "wrap" if column.form == "sentence" else ""
    return {"text": text, "title": way.title, "css": css, "tone": tone, "bar": bar}
