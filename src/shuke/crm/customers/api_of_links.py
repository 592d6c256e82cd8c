"""What stands on a card besides its fields, through the API: entries of logs, traits, links."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import Http404

from shuke.crm.api.operations import Group
from shuke.crm.api.problems import Refused, invalid, require_valid
from shuke.crm.api.schemas import All, username
from shuke.crm.customers import api_values, links, reads, reads_of_cards, writes_of_cards
from shuke.crm.customers.api import card_to_write, told
from shuke.crm.customers.api_shapes import (
    CardTold,
    EntryListing,
    EntryTold,
    GivenEntry,
    GivenTrait,
    LinkTold,
    NewEntry,
    NewLink,
)
from shuke.crm.customers.forms import EntryForm, LinkForm
from shuke.crm.customers.models import Customer, Entry
from shuke.crm.people.models import User
from shuke.crm.words import here

group = Group("customers")
_LABEL_LENGTH = 40


@group.get("/customers/{key}/entries", scope="customers:read", right="see", query=EntryListing, answer=All[EntryTold])
def list_entries(viewer: User, key: str, query: EntryListing) -> All[EntryTold]:
    """The entries of logs, such as competitors compared or products owned."""
    customer = reads.customer(viewer, key)
    found = reads_of_cards.entries(viewer, customer)
    parts = [part for part in reads_of_cards.layout(viewer) if part.section.repeats]
    wanted = [part for part in parts if query.section in (None, part.section.code)]
    return All[EntryTold](
        items=[_entry(viewer, entry, part) for part in wanted for entry in found.get(part.section.pk, [])]
    )


@group.post(
    "/customers/{key}/entries", scope="customers:write", right="tag", body=NewEntry, answer=EntryTold, status=201
)
def add_entry(viewer: User, key: str, body: NewEntry) -> EntryTold:
    customer = card_to_write(viewer, key)
    return _write(viewer, customer, _part(viewer, body.section), body, body.values, None)


@group.patch("/entries/{entry_id}", scope="customers:write", right="tag", body=GivenEntry, answer=EntryTold)
def change_entry(viewer: User, entry_id: int, body: GivenEntry) -> EntryTold:
    """Values that are left out stay as they are; null empties one."""
    entry = reads_of_cards.entry(viewer, entry_id, "write")
    part = _part(viewer, entry.section.code)
    kept = {field.code: api_values.in_json(field, entry.values.get(field.code), viewer) for field in part.fields}
    return _write(viewer, entry.customer, part, body, kept | body.values, entry)


@group.delete("/entries/{entry_id}", scope="customers:write", right="tag")
def remove_entry(viewer: User, entry_id: int) -> None:
    """The history keeps what it said."""
    writes_of_cards.remove_entry(entry=reads_of_cards.entry(viewer, entry_id, "write"), by=viewer)


def _write(
    viewer: User, customer: Customer, part: reads_of_cards.Part, body: GivenEntry, values: Mapping[str, Any],
    entry: Entry | None,
) -> EntryTold:  # fmt: skip
    api_values.chosen(list(part.fields), list(body.values))
    data = api_values.typed(part.fields, values)
    on = body.on if entry is None or "on" in body.named else entry.on
    data["on"] = on.isoformat() if on else ""
    form = EntryForm(part.fields, data, entry.values if entry else None, viewer=viewer)
    require_valid(form, {field.code: f"values.{field.code}" for field in part.fields})
    day = form.cleaned_data["on"]
    written = writes_of_cards.write_entry(
        customer=customer, section=part.section, values=form.values, on=date.fromisoformat(day) if day else None,
        by=viewer, entry=entry,
    )  # fmt: skip
    return _entry(viewer, written, part)


def _part(viewer: User, code: str) -> reads_of_cards.Part:
    parts = {part.section.code: part for part in reads_of_cards.layout(viewer) if part.section.repeats}
    if code not in parts:
        raise invalid("section", here("api.invalid.unknown", allowed=", ".join(sorted(parts)) or "—"))
    return parts[code]


def _entry(viewer: User, entry: Entry, part: reads_of_cards.Part) -> EntryTold:
    told_of = {field.code: api_values.in_json(field, entry.values.get(field.code), viewer) for field in part.fields}
    return EntryTold(
        id=entry.pk, section=part.section.code, on=entry.on, created_at=entry.created_at,
        values={code: value for code, value in told_of.items() if value is not None},
        by=username(entry.written_by),
    )  # fmt: skip


# --- traits -------------------------------------------------------------------------------------------------------
@group.put("/customers/{key}/traits/{label}", scope="customers:write", right="tag", body=GivenTrait, answer=CardTold)
def set_trait(viewer: User, key: str, label: str, body: GivenTrait) -> CardTold:
    """Say something of a customer for which there is no field."""
    return _say(viewer, key, label, " ".join(body.value.split()))


@group.delete("/customers/{key}/traits/{label}", scope="customers:write", right="tag")
def remove_trait(viewer: User, key: str, label: str) -> None:
    _say(viewer, key, label, "")


def _say(viewer: User, key: str, label: str, value: str) -> CardTold:
    customer, word = card_to_write(viewer, key), " ".join(label.split())
    if not 1 <= len(word) <= _LABEL_LENGTH:
        raise Refused("invalid", here("cards.trait.refused"))
    writes_of_cards.set_trait(customer=customer.pk, label=word, value=value, by=viewer)
    return told(viewer, reads.customer(viewer, key))


# --- links --------------------------------------------------------------------------------------------------------
@group.get("/customers/{key}/links", scope="customers:read", right="see", answer=All[LinkTold])
def list_links(viewer: User, key: str) -> All[LinkTold]:
    """Who is linked to a customer, as far as the user reaches: each is the `role` to the customer asked about."""
    found = links.links_of(viewer, reads.customer(viewer, key))
    return All[LinkTold](items=[_link(linked) for linked in found])


@group.post("/customers/{key}/links", scope="customers:write", right="tag", body=NewLink, answer=LinkTold, status=201)
def add_link(viewer: User, key: str, body: NewLink) -> LinkTold:
    """Make `other` the role to the customer; twice is once."""
    customer = card_to_write(viewer, key)
    form = LinkForm({"role": body.role, "other": body.other}, viewer=viewer)
    require_valid(form)
    other = Customer.objects.get(pk=form.cleaned_data["other"])
    made = links.link(customer=customer, other=other, role=body.role, by=viewer)
    return _link(links.Linked(made.pk, body.role, other))


@group.delete("/links/{link_id}", scope="customers:write", right="tag")
def remove_link(viewer: User, link_id: int) -> None:
    row = links.link_to_part(viewer, link_id)
    if row is None:
        raise Http404
    links.unlink(link=row, by=viewer)


def _link(linked: links.Linked) -> LinkTold:
    return LinkTold(id=linked.pk, role=linked.role, key=linked.customer.key, name=linked.customer.name)
