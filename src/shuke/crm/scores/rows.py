"""The rows of the list. Their pattern is drawn once by the template, then filled for each customer: a hundred rows of
ten columns through the template engine would be most of a page's time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from shuke.crm.customers import fields as types
from shuke.crm.customers import reads as customers
from shuke.crm.customers.models import Field
from shuke.crm.people.models import User
from shuke.crm.privacy import reads as consents
from shuke.crm.scores.columns import BESIDE, Column, Writer, short_tier, why_sentence, writers
from shuke.crm.scores.query import Query
from shuke.crm.scores.reads import Listed, as_row
from shuke.crm.words import here
from shuke.kit.text import template
from shuke.ui import language as tongues

_LIKELY, _UNSURE = 0.5, 0.25
_BAR_WIDTH = 48
_UNKNOWN = "—"


@dataclass(frozen=True, slots=True)
class Way:
    """How one column is drawn and written."""

    column: Column
    write: Writer
    title: str
    language: str
    currency: str
    beside: Mapping[int, list[str]]

    @property
    def shape(self) -> Literal["meter", "badge", "text"]:
        if self.column.form == "share":
            return "meter"
        return "badge" if self.column.code in ("tier", "stage") else "text"

    @property
    def css(self) -> str:
        return "num" if self.column.is_number else "wrap" if self.column.form == "sentence" else ""


def drawn(viewer: User, query: Query, rows: Sequence[Listed], language: str, currency: str) -> SafeString:
    """The rows as HTML; every value is escaped as it is filled in."""
    ways = _ways(viewer, query, rows, language, currency)
    tick = viewer.may("tag") or viewer.scope("customers", "assign") != "none"
    pattern = render_to_string("scores/_row.html", {"ways": ways, "tick": tick})
    card, label = reverse("customers:card", args=["KEY"]), template("scores.list.select_one", language)
    filled = []
    for row in rows:
        name, key = row.customer.display_name, row.customer.key
        head = [row.customer.pk, label.format(name=name)] if tick else []
        head += [_card_url(card, key), name, key if row.customer.name else ""]
        filled.append(format_html(pattern, *head, *(value for way in ways for value in _values(row, way))))
    return mark_safe("".join(filled))  # noqa: S308  each row is escaped by format_html


def _ways(viewer: User, query: Query, rows: Sequence[Listed], language: str, currency: str) -> list[Way]:
    ids = [row.customer.pk for row in rows]
    pairs = zip(query.columns, writers(viewer, query.columns, language, currency), strict=True)
    ways = [
        Way(column, write, _as_text(column.title(language)), language, currency, beside(viewer, column, ids))
        for column, write in pairs
    ]
    return [_with_names(viewer, way, rows) if links_customers(way.column) else way for way in ways]


def _as_text(title: str) -> str:
    """Within the rows' pattern a brace would begin a place to be filled."""
    return title.replace("{", "{{").replace("}", "}}")


def beside(viewer: User, column: Column, ids: Sequence[int]) -> dict[int, list[str]]:
    """The texts of a column that is asked for beside the rows, by customer: tags; what was said of each channel."""
    if column.code == "tags":
        return customers.tags_of(viewer, ids)
    if column.code != "consents":
        return {}
    tongue = tongues.active()
    labels = {channel.code: channel.label(tongue) for channel in consents.channels()}
    told = consents.of_customers(viewer, ids)
    return {
        pk: [f"{labels[code]}: {here(f'privacy.state.{state}')}" for code, state in said.items() if code in labels]
        for pk, said in told.items()
    }


def _with_names(viewer: User, way: Way, rows: Sequence[Listed]) -> Way:
    """A column of links to customers, whose names are asked for once."""
    names = names_in(viewer, way.column, rows)
    return replace(way, write=lambda value: types.shown(way.column.of or Field(), value, viewer, names))


def links_customers(column: Column) -> bool:
    """Whether it shows other customers."""
    return column.of is not None and column.of.type == Field.Type.CUSTOMER


def names_in(viewer: User, column: Column, rows: Sequence[Listed]) -> dict[int, str]:
    """The names of the customers that a column shows, as far as the viewer reaches them."""
    ids = [row.value(column.field) for row in rows]
    return types.names_of([pk for pk in ids if pk is not None], viewer)


def _card_url(pattern: str, key: str) -> str:
    """As `reverse` gives it, without its cost on each of a hundred rows where the key is plain."""
    plain = key.isascii() and key.isalnum()
    return pattern.replace("KEY", key) if plain else reverse("customers:card", args=[key])


def _values(row: Listed, way: Way) -> tuple[str, ...]:
    """What fills a cell's pattern, in its order: a meter's tone, text and width; a badge's tone and text; a text."""
    value = row.value(way.column.field) if way.column.code not in BESIDE else None
    if way.shape == "meter":
        tone = "" if value is None else "bad" if value >= _LIKELY else "warn" if value >= _UNSURE else "good"
        return tone, way.write(value), f"{(value or 0) * _BAR_WIDTH:.1f}"
    if way.column.code == "tier" and value:
        return f"tier-{value.lower()}", short_tier(value, way.language)
    if way.shape == "badge":
        return (f"stage-{value}" if value else ""), way.write(value)
    if way.column.code in BESIDE:
        return (" · ".join(way.beside.get(row.customer.pk, [])) or _UNKNOWN,)
    if way.column.form == "sentence" and row.score is not None:
        return (why_sentence(as_row(row.score, row.customer.key), way.language, way.currency),)
    return (way.write(value),)
