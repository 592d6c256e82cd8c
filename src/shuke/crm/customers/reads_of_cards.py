"""What is asked of cards: their layout, values, entries and history; always for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet

from shuke.crm.customers.errors import NoSuchCustomer
from shuke.crm.customers.fields import BUILT_IN, built_in
from shuke.crm.customers.models import Act, Change, Customer, Entry, Field, Section
from shuke.crm.customers.reads import may_do, visible
from shuke.crm.customers.scope import reach
from shuke.crm.people.models import User
from shuke.crm.people.rights import Act as Deed


@dataclass(frozen=True)
class Part:
    """A section of the card and its fields, in order."""

    section: Section
    fields: Sequence[Field]


def layout(viewer: User, *, archived: bool = False) -> list[Part]:
    """The sections of the card with their fields. `archived`: those put away as well."""
    _require_sight(viewer)
    fields, sections = Field.objects.select_related("section"), Section.objects.all()
    if not archived:
        fields, sections = fields.filter(is_archived=False), sections.filter(is_archived=False)
    wanted = sections.prefetch_related(Prefetch("fields", queryset=fields, to_attr="shown_fields"))
    return [Part(section, section.shown_fields) for section in wanted]


def editable(viewer: User) -> list[Field]:
    """All fields that a card has once, the columns of every card first."""
    rest = [field for part in layout(viewer) if not part.section.repeats for field in part.fields]
    return [*(built_in(code) for code in BUILT_IN), *rest]


def field_named(viewer: User, code: str) -> Field | None:
    """The field of the card with that code, once a card; None where there is none, or it is put away."""
    _require_sight(viewer)
    if code in BUILT_IN:
        return built_in(code)
    return Field.objects.filter(
        code=code, is_archived=False, section__is_archived=False, section__repeats=False
    ).first()


def listed_fields(viewer: User) -> list[Field]:
    """The fields that may be columns, filters and orders of the list."""
    _require_sight(viewer)
    return list(
        Field.objects.filter(
            is_listed=True, is_archived=False, section__is_archived=False, section__repeats=False
        ).order_by("section__position", "position", "pk")
    )  # fmt: skip


def entries(viewer: User, customer: Customer) -> dict[int, list[Entry]]:
    """The entries of a customer by section, the latest first."""
    _require_sight(viewer)
    found: dict[int, list[Entry]] = {}
    rows = Entry.objects.filter(reach(viewer).within("customer__"), customer=customer)
    for entry in rows.select_related("written_by"):
        found.setdefault(entry.section_id, []).append(entry)
    return found


def entry(viewer: User, pk: int, act: Deed = "read") -> Entry:
    """One entry of a customer in the viewer's reach.

    Raises NoSuchCustomer where it is gone; PermissionDenied where the viewer may read the customer, but not do this.
    """
    _require_sight(viewer)
    found = Entry.objects.filter(reach(viewer).within("customer__"), pk=pk).select_related("customer", "section")
    row = found.first()
    if row is None:
        raise NoSuchCustomer(f"No entry has the number {pk}: it was removed meanwhile.")
    if not may_do(viewer, row.customer, act):
        raise PermissionDenied(act)
    return row


def changes(viewer: User, customer: Customer) -> QuerySet[Change]:
    """The history of a customer's card, the latest first: who changed what, when, from what to what."""
    _require_sight(viewer)
    within = reach(viewer).within("customer__")
    return Change.objects.filter(within, customer=customer).select_related("by").order_by("-pk")


def act(viewer: User, pk: int) -> Act | None:
    """What somebody did to several customers at once: one's own act, or anybody's for who may watch jobs."""
    _require_sight(viewer)
    acts = Act.objects.filter(pk=pk).select_related("by")
    return (acts if viewer.may("watch_jobs") else acts.filter(by=viewer)).first()


def names_by_key(viewer: User, keys: Sequence[str]) -> dict[str, str]:
    """What those of the customers are called whom the viewer reaches, by key; of cards merged, as the other is."""
    seen = visible(viewer)
    merged = seen.filter(aliases__key__in=keys).values_list("aliases__key", "name", "key")
    found = {key: name or own for key, name, own in merged}
    return found | {key: name or key for key, name in seen.filter(key__in=keys).values_list("key", "name")}


def all_fields() -> dict[str, Any]:
    """Every field by code, also those put away: for the history."""
    return {field.code: field for field in Field.objects.all()} | {code: built_in(code) for code in BUILT_IN}


def _require_sight(viewer: User) -> None:
    if not viewer.may("see"):
        raise PermissionDenied("see")
