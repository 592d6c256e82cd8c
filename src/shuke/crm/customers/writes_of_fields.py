"""Sections and fields of the card: added, changed, ordered, archived by an administrator, without code."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max

from shuke.crm.customers import indexes
from shuke.crm.customers.errors import RefusedField
from shuke.crm.customers.fields import BUILT_IN, TEXT_LENGTH
from shuke.crm.customers.labels import code_from
from shuke.crm.customers.models import Customer, Entry, Field, Section, Tag
from shuke.crm.customers.values import there
from shuke.crm.customers.writes_of_words import save_all, searchable
from shuke.crm.people import audit
from shuke.crm.people.models import User

T = Field.Type
_TAKEN = {*BUILT_IN, "key", "created", "tag", "tags", "link", "values"}
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CHUNK = 2000
_TOLD = ("type", "labels", "choices", "is_required", "is_searchable", "is_listed")
_WITH_CHOICES = {T.CHOICE, T.MULTI_CHOICE}


@transaction.atomic
def add_section(*, labels: Mapping[str, str], repeats: bool = False, code: str = "", template: str = "") -> Section:
    """A new section, at the end of the card.

    Raises RefusedField without a label, or for a code that is taken.
    """
    taken = set(Section.objects.values_list("code", flat=True))
    code = _code(code, labels, taken, "section")
    last = Section.objects.aggregate(last=Max("position"))["last"] or 0
    made = Section.objects.create(code=code, labels=dict(labels), repeats=repeats, position=last + 1, template=template)
    audit.note("configured", kind="section", record=code, fields=["labels"])
    return made


@transaction.atomic
def change_section(*, section: Section, labels: Mapping[str, str], is_archived: bool | None = None) -> None:
    """Another name; or put it away, with its fields, and back."""
    _require_label(labels)
    section.labels = dict(labels)
    section.is_archived = section.is_archived if is_archived is None else is_archived
    section.save()
    audit.note("configured", kind="section", record=section.code, fields=["labels", "is_archived"])


@transaction.atomic
def add_field(
    *,
    section: Section,
    type: str,  # noqa: A002  the word for it
    labels: Mapping[str, str],
    choices: Sequence[Mapping[str, Any]] = (),
    is_required: bool = False,
    is_searchable: bool = False,
    is_listed: bool = False,
    code: str = "",
    template: str = "",
    by: User | None = None,
) -> Field:
    """A new field, at the end of its section.

    Raises RefusedField without a label, without choices where they are due, and for a code that is taken.
    """
    taken = _TAKEN | set(Field.objects.values_list("code", flat=True))
    code = _code(code, labels, taken, "field")
    _require_choices(type, choices)
    _require_place(section, is_searchable=is_searchable, is_listed=is_listed)
    last = section.fields.aggregate(last=Max("position"))["last"] or 0
    field = Field.objects.create(
        code=code, section=section, type=type, labels=dict(labels), choices=[dict(choice) for choice in choices],
        is_required=is_required, is_searchable=is_searchable, is_listed=is_listed, position=last + 1, template=template,
    )  # fmt: skip
    if is_listed:
        indexes.ask(by=by)
    audit.note("configured", by=by, kind="field", record=code, fields=["labels", "type"])
    return field


@transaction.atomic
def change_field(
    *,
    field: Field,
    type: str,  # noqa: A002
    labels: Mapping[str, str],
    choices: Sequence[Mapping[str, Any]] = (),
    is_required: bool = False,
    is_searchable: bool = False,
    is_listed: bool = False,
    by: User | None = None,
) -> None:
    """Change a field, as far as no customer loses a value.

    Raises RefusedField, with how many customers hold a value and the way out: archive the field and add another.
    """
    _require_label(labels)
    _require_choices(type, choices)
    _require_place(field.section, is_searchable=is_searchable, is_listed=is_listed)
    _convert(field, type)
    _require_choices_kept(field, type, choices)
    words = is_searchable != field.is_searchable or (is_searchable and list(choices) != field.choices)
    columns = (is_listed, type) != (field.is_listed, field.type)
    field.type, field.labels, field.choices = type, dict(labels), [dict(choice) for choice in choices]
    field.is_required, field.is_searchable, field.is_listed = is_required, is_searchable, is_listed
    before = Field.objects.filter(pk=field.pk).values(*_TOLD).get()
    field.save()
    changed = list(audit.changed(before, {name: getattr(field, name) for name in _TOLD}))
    audit.note("configured", by=by, kind="field", record=field.code, fields=changed)
    if words or columns:
        indexes.ask(words=words, by=by)


@transaction.atomic
def archive_field(*, field: Field, is_archived: bool, by: User | None = None) -> None:
    """Put a field away, its values kept; or take it back."""
    field.is_archived = is_archived
    field.save(update_fields=["is_archived"])
    audit.note("configured", by=by, kind="field", record=field.code, fields=["is_archived"])
    if field.is_listed or field.is_searchable:
        indexes.ask(words=field.is_searchable, by=by)


@transaction.atomic
def move(*, thing: Field | Section, up: bool) -> None:
    """One place up or down among its like."""
    rows: list[Any] = (
        list(Field.objects.filter(section=thing.section)) if isinstance(thing, Field) else list(Section.objects.all())
    )
    at = next(place for place, row in enumerate(rows) if row.pk == thing.pk)
    other = at + (-1 if up else 1)
    if 0 <= other < len(rows):
        rows[at], rows[other] = rows[other], rows[at]
        for position, row in enumerate(rows, 1):
            type(row).objects.filter(pk=row.pk).exclude(position=position).update(position=position)
        kind = "field" if isinstance(thing, Field) else "section"
        audit.note("configured", kind=kind, record=thing.code, fields=["position"])


@transaction.atomic
def colour_tag(*, tag: Tag, colour: str) -> None:
    """Give a tag another colour."""
    Tag.objects.filter(pk=tag.pk).update(colour=colour)
    audit.note("configured", kind="tag", record=tag.pk, fields=["colour"])


def holders(field: Field) -> int:
    """How many customers, or entries, have a value in it."""
    if field.section.repeats:
        return sum(field.code in entry.values for entry in Entry.objects.filter(section=field.section).iterator())
    return Customer.objects.filter(there(field)).count()


def _convert(field: Field, wanted: str) -> None:
    """Only from a type to a wider one, where values are there."""
    if wanted == field.type:
        return
    held = holders(field)
    if held == 0 or (field.type, wanted) == (T.TEXT, T.LONG_TEXT):
        return
    if (field.type, wanted) == (T.CHOICE, T.MULTI_CHOICE) and not field.section.repeats:
        _to_lists(field)
        return
    if (field.type, wanted) == (T.LONG_TEXT, T.TEXT) and not field.section.repeats and _all_short(field):
        return
    raise RefusedField.of("cards.refused.type", count=f"{held:,}")


def _all_short(field: Field) -> bool:
    rows = Customer.objects.filter(there(field)).values_list("values", flat=True).iterator()
    return all(len(values[field.code]) <= TEXT_LENGTH and "\n" not in values[field.code] for values in rows)


def _to_lists(field: Field) -> None:
    known, last = searchable(), 0
    found = Customer.objects.select_for_update().filter(there(field)).order_by("pk")
    while chunk := list(found.filter(pk__gt=last)[:_CHUNK]):
        for customer in chunk:
            if isinstance(customer.values[field.code], str):
                customer.values[field.code] = [customer.values[field.code]]
        save_all(chunk, known)
        last = chunk[-1].pk


def _require_choices_kept(field: Field, type: str, choices: Sequence[Mapping[str, Any]]) -> None:  # noqa: A002
    """A choice that customers have cannot be taken away."""
    gone = {choice["code"] for choice in field.choices} - {choice["code"] for choice in choices}
    if type not in _WITH_CHOICES or not gone:
        return
    rows: Any = Entry.objects.filter(section=field.section) if field.section.repeats else Customer.objects.all()
    used: set[str] = set()
    for values in rows.exclude(values={}).values_list("values", flat=True).iterator():
        value = values.get(field.code, [])
        used.update([value] if isinstance(value, str) else value)
    if lost := gone & used:
        named = [dict(field.options).get(code, code) for code in sorted(lost)]
        raise RefusedField.of("cards.refused.choice_used", names=", ".join(named))


def _code(code: str, labels: Mapping[str, str], taken: set[str], fallback: str) -> str:
    _require_label(labels)
    if not code:
        return code_from(labels, taken, fallback)
    if code in taken or not _CODE.fullmatch(code):
        raise RefusedField.of("cards.refused.code", code=code)
    return code


def _require_label(labels: Mapping[str, str]) -> None:
    if not any(text.strip() for text in labels.values()):
        raise RefusedField.of("cards.refused.label")


def _require_choices(type: str, choices: Sequence[Mapping[str, Any]]) -> None:  # noqa: A002
    if type in _WITH_CHOICES and not choices:
        raise RefusedField.of("cards.refused.no_choices")


def _require_place(section: Section, *, is_searchable: bool, is_listed: bool) -> None:
    """A list has one line a customer: entries, of which there may be many, are no column of it."""
    if section.repeats and (is_searchable or is_listed):
        raise RefusedField.of("cards.refused.listed_entry")
