"""What the card shows beside the scores: fields by section, logs, links, history. Every text is written here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from shuke.crm.customers import fields as types
from shuke.crm.customers import reads_of_cards as reads
from shuke.crm.customers.fields import BUILT_IN, built_in
from shuke.crm.customers.forms import LinkForm
from shuke.crm.customers.links import links_of
from shuke.crm.customers.models import Change, Customer, Entry, Field, Section
from shuke.crm.customers.reads import may_do
from shuke.crm.customers.writes_of_cards import Conflict, value_of
from shuke.crm.people.models import User
from shuke.crm.words import here, name_or_itself
from shuke.kit.text import day, number
from shuke.ui import language

_CHANGES_SHOWN = 8
_DAYS_A_YEAR = 365.25
OWNED_SINCE = {"product_bought_on", "owned_bought_on"}
"""Fields of the shipped templates that say since when somebody owns a thing."""
_UNKNOWN = "—"


@dataclass(frozen=True, slots=True)
class Cell:
    """One field on the card, and where it is changed, for who may."""

    code: str
    label: str
    value: str
    is_empty: bool
    edit: str = ""
    reveal: str = ""
    """Where a phone that is masked here is uncovered, for who may; those of every card stand above, with their own."""


@dataclass(frozen=True, slots=True)
class Group:
    """A section with its fields."""

    title: str
    cells: list[Cell]

    @property
    def filled(self) -> list[Cell]:
        return [cell for cell in self.cells if not cell.is_empty]

    @property
    def open(self) -> list[Cell]:
        """The fields that nobody has filled in."""
        return [cell for cell in self.cells if cell.is_empty]


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a log."""

    when: str
    by: str
    parts: list[tuple[str, str]]
    edit: str


@dataclass(frozen=True, slots=True)
class Log:
    """A section that repeats, with its entries."""

    title: str
    add: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the history."""

    title: str
    when: str
    by: str
    detail: str


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that two people changed: what to choose between, written out."""

    code: str
    label: str
    before: str
    theirs: str
    mine: str
    by: str


def context(viewer: User, customer: Customer) -> dict[str, Any]:
    """What the templates of the card's own part show."""
    may_edit = viewer.may("tag") and may_do(viewer, customer, "write")
    parts = reads.layout(viewer)
    once = [part for part in parts if not part.section.repeats and part.fields]
    entries = reads.entries(viewer, customer)
    contacts = Group(here("cards.contacts"), [cell(viewer, built_in(code), customer, may_edit) for code in BUILT_IN])
    return {
        "groups": [contacts, *(_group(viewer, part, customer, may_edit) for part in once)],
        "logs": [
            _log(viewer, part, entries.get(part.section.pk, []), customer, may_edit)
            for part in parts
            if part.section.repeats
        ],
        "links": _links(viewer, customer),
        "link_form": LinkForm(viewer=viewer),
        "changes": told(viewer, list(reads.changes(viewer, customer)[:_CHANGES_SHOWN])),
        "may_edit": may_edit,
        "audit": f"{reverse('people:audit')}?kind=customer&record={customer.pk}" if viewer.may("audit") else "",
    }


def cell(viewer: User, field: Field, customer: Customer, may_edit: bool) -> Cell:
    """One field on the card, as the viewer reads it."""
    value = value_of(customer, field.code)
    edit = reverse("customers:value", args=[customer.key, field.code]) if may_edit else ""
    masked = value is not None and field.code not in BUILT_IN and types.is_closed(field, viewer)
    reveal = reverse("customers:reveal", args=[customer.key]) if masked and viewer.may("reveal") else ""
    return Cell(field.code, field.label, types.shown(field, value, viewer), value is None, edit, reveal)


def _group(viewer: User, part: reads.Part, customer: Customer, may_edit: bool) -> Group:
    return Group(part.section.label, [cell(viewer, field, customer, may_edit) for field in part.fields])


def _log(viewer: User, part: reads.Part, entries: Sequence[Entry], customer: Customer, may_edit: bool) -> Log:
    add = reverse("customers:add_entry", args=[customer.key, part.section.code]) if may_edit else ""
    return Log(part.section.label, add, [_line(viewer, entry, part.fields, may_edit) for entry in entries])


def _line(viewer: User, entry: Entry, fields: Sequence[Field], may_edit: bool) -> Line:
    parts = [(field.label, _part(field, entry.values[field.code], viewer)) for field in fields
             if field.code in entry.values]  # fmt: skip
    on = entry.on or timezone.localtime(entry.created_at).date()
    by = entry.written_by.shown_name if entry.written_by else _UNKNOWN
    edit = reverse("customers:edit_entry", args=[entry.pk]) if may_edit else ""
    return Line(day(on, language.active()), by, parts, edit)


def _part(field: Field, value: Any, viewer: User) -> str:
    """A value of an entry; what is owned with its age today, which a number typed once would not tell."""
    text = types.shown(field, value, viewer)
    if field.code not in OWNED_SINCE or field.type != Field.Type.DATE:
        return text
    days = (timezone.localdate() - date.fromisoformat(value)).days
    years = number(days / _DAYS_A_YEAR, language.active(), 1)
    return f"{text} · {here('cards.age', years=years)}" if days > 0 else text


def _links(viewer: User, customer: Customer) -> list[dict[str, str]]:
    return [
        {
            "role": here(f"cards.link.{linked.role}"),
            "name": linked.customer.display_name,
            "href": reverse("customers:card", args=[linked.customer.key]),
            "remove": reverse("customers:unlink", args=[linked.pk]),
        }
        for linked in links_of(viewer, customer)
    ]


def told(viewer: User, changes: Sequence[Change]) -> list[Told]:
    """The history as people read it: who, when, from what to what."""
    rows = list(changes)
    if not rows:
        return []
    known = reads.all_fields()
    sections = {section.code: section.label for section in Section.objects.all()}
    linked = [(row.after or row.before)["customer"] for row in rows if row.field == "link"]
    told_of = _Known(viewer, known, sections, reads.names_by_key(viewer, linked))
    return [_told(row, told_of) for row in rows]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the history needs besides its rows: who reads it, the fields and sections, names of customers by key."""

    viewer: User
    fields: dict[str, Field]
    sections: dict[str, str]
    names: dict[str, str]


def _told(row: Change, known: _Known) -> Told:
    title, detail = _said(row, known)
    local = timezone.localtime(row.at)
    origin = here(f"customers.origin.{row.origin}")
    by = row.by.shown_name if row.by else origin
    return Told(title, f"{local:%Y-%m-%d %H:%M}", by, detail)


def _said(row: Change, known: _Known) -> tuple[str, str]:
    added = row.before is None
    if row.field == "created":
        return here("cards.history.created"), ""
    if row.field == "tag":
        return here("cards.history.tag_added" if added else "cards.history.tag_removed"), _name(row)
    if row.field == "link":
        told = row.after or row.before
        detail = f"{here('cards.link.' + told['role'])}: {known.names.get(told['customer']) or here('cards.unseen')}"
        return here("cards.history.link_added" if added else "cards.history.link_removed"), detail
    if row.field.startswith("entry:"):
        return _entry_said(row, known)
    if row.field.startswith("trait:"):
        trait = name_or_itself("customers.trait.name.", row.field.removeprefix("trait:"))
        return trait, _from_to(str(row.before or _UNKNOWN), str(row.after or _UNKNOWN))
    field = known.fields.get(row.field, Field(code=row.field))
    return field.label, _from_to(*(types.shown(field, value, known.viewer) for value in (row.before, row.after)))


def _name(row: Change) -> str:
    told = row.after or row.before
    return str(told["name"]) if isinstance(told, dict) else str(told)


def _entry_said(row: Change, known: _Known) -> tuple[str, str]:
    code = row.field.removeprefix("entry:")
    what = "added" if row.before is None else "removed" if row.after is None else "changed"
    values = (row.after or row.before)["values"]
    said = [
        types.shown(known.fields[name], value, known.viewer) for name, value in values.items() if name in known.fields
    ]
    return here(f"cards.history.entry_{what}", section=known.sections.get(code, code)), " · ".join(said)[:200]


def _from_to(before: str, after: str) -> str:
    return here("cards.history.from_to", before=before[:120], after=after[:120])


def clash(viewer: User, conflict: Conflict, field: Field) -> Clash:
    """A conflict with its values written out."""
    local = timezone.localtime(conflict.at)
    by = conflict.by.shown_name if conflict.by else _UNKNOWN
    before, theirs, mine = (
        types.shown(field, value, viewer) for value in (conflict.before, conflict.theirs, conflict.mine)
    )
    return Clash(conflict.code, field.label, before, theirs, mine, f"{by}, {local:%H:%M}")
