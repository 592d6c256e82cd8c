"""The list as a CSV file that a spreadsheet may open safely."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice

from django.conf import settings
from django.utils import timezone

from shuke.crm.customers import fields as types
from shuke.crm.customers.models import Export, Field
from shuke.crm.customers.writes import close_export, log_export
from shuke.crm.people.models import User
from shuke.crm.scores.columns import BESIDE, Column, file_text, why_sentence
from shuke.crm.scores.models import Run
from shuke.crm.scores.query import Query
from shuke.crm.scores.reads import Listed, all_listed, as_row
from shuke.crm.scores.rows import beside, links_customers, names_in
from shuke.kit.cells import safe_cell
from shuke.kit.text import say
from shuke.ui.language import kept

_LINES = 500
_BYTE_ORDER_MARK = "\ufeff"  # by which Excel knows UTF-8


def file_name() -> str:
    """The name of the file, with the day."""
    return f"customers-{timezone.localdate():%Y-%m-%d}.csv"


def lines(viewer: User, query: Query, run: Run | None, language: str) -> Iterator[str]:
    """The file, some hundred lines at a time: key and name, then the columns of the list. Logged before it leaves.

    Raises PermissionDenied for who may not export.
    """
    rows = all_listed(viewer, query, run)
    log = log_export(by=viewer, query=query.saved, columns=[column.code for column in query.columns])
    style = _Style(language, run.currency if run else settings.SHUKE_CURRENCY)
    return kept(language, _lines(viewer, rows, query, style, log))


@dataclass(frozen=True)
class _Style:
    language: str
    currency: str


@dataclass(frozen=True)
class _More:
    """For whom some hundred lines are, tags and consents of their customers, and names of customers they link to."""

    viewer: User
    beside: Mapping[str, Mapping[int, list[str]]]
    names: Mapping[int, str]


def _lines(viewer: User, rows: Iterator[Listed], query: Query, style: _Style, log: Export) -> Iterator[str]:
    yield _BYTE_ORDER_MARK + _csv([_heads(query, style)])
    count = 0
    while chunk := list(islice(rows, _LINES)):
        yield _chunk(viewer, chunk, query, style)
        count += len(chunk)
    close_export(export=log, rows=count)


def _chunk(viewer: User, rows: Sequence[Listed], query: Query, style: _Style) -> str:
    ids = [row.customer.pk for row in rows]
    told = {column.code: beside(viewer, column, ids) for column in query.columns if column.code in BESIDE}
    names: dict[int, str] = {}
    for column in query.columns:
        names |= names_in(viewer, column, rows) if links_customers(column) else {}
    more = _More(viewer, told, names)
    return _csv([_line(row, query, style, more) for row in rows])


def _heads(query: Query, style: _Style) -> list[str]:
    names = [say(f"customers.field.{name}", style.language) for name in ("key", "name")]
    return names + [
        column.title(style.language) + (f" ({_currency(column, style)})" if _is_money(column) else "")
        for column in query.columns
    ]


def _is_money(column: Column) -> bool:
    return column.form == "money" or (column.of is not None and column.of.type == Field.Type.MONEY)


def _currency(column: Column, style: _Style) -> str:
    """Scores are in the currency of their run, cards in that of the business."""
    return style.currency if column.of is None else settings.SHUKE_CURRENCY


def _line(row: Listed, query: Query, style: _Style, more: _More) -> list[str]:
    texts = [row.customer.key, row.customer.name]
    texts += [_text(row, column, style, more) for column in query.columns]
    return [safe_cell(text) for text in texts]


def _text(row: Listed, column: Column, style: _Style, more: _More) -> str:
    if column.code in BESIDE:
        return ", ".join(more.beside[column.code].get(row.customer.pk, []))
    if column.of is not None:
        return types.file_text(column.of, row.value(column.field), more.viewer, more.names)
    if column.form == "sentence":
        if row.score is None:
            return ""
        return why_sentence(as_row(row.score, row.customer.key), style.language, style.currency)
    return file_text(column, row.value(column.field), style.language, style.currency)


def _csv(rows: list[list[str]]) -> str:
    buffer = StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()
