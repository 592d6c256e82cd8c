"""Customers through the API: their cards, found, made and changed. The list itself stands in `scores.api`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shuke.crm.api.operations import Group
from shuke.crm.api.pages import cursor, place
from shuke.crm.api.problems import Refused, require_valid
from shuke.crm.api.schemas import All, Listing, PageOf, username
from shuke.crm.customers import api_values, assigning, cards, duplicates, reads, reads_of_cards, writes_of_cards
from shuke.crm.customers.api_shapes import (
    CardTold,
    ChangedCard,
    ChangeTold,
    Entered,
    LikelyTold,
    NewCard,
    Revealed,
    Revealing,
    TagTold,
    TraitTold,
)
from shuke.crm.customers.fields import BUILT_IN, built_in
from shuke.crm.customers.forms import CardForm, NewCustomerForm
from shuke.crm.customers.models import Change, Customer, Field
from shuke.crm.customers.writes_of_cards import Saved
from shuke.crm.people.models import User
from shuke.crm.people.rights import Act
from shuke.crm.words import here

group = Group("customers")


@group.get("/customers/{key}", scope="customers:read", right="see", answer=CardTold)
def get_customer(viewer: User, key: str) -> CardTold:
    """Contacts that the user reads masked are told masked. In the path, a / in a key is written ~2F and a ~ as ~7E."""
    return told(viewer, reads.customer(viewer, key))


@group.post("/customers", scope="customers:write", right="tag", body=NewCard, answer=CardTold, status=201)
def add_customer(viewer: User, body: NewCard) -> CardTold:
    """Customers who may be the same are named and nothing is added, unless `allow_duplicates` says to add all the same.

    Only customers in reach are named.
    """
    known = reads_of_cards.editable(viewer)
    due = [field.code for field in known if field.is_required or field.code in BUILT_IN]
    shown = api_values.chosen(known, [*due, *_own(body.values)])
    data = api_values.typed(shown, {**body.values, **_built_in(body.model_dump())})
    data["key"] = body.key
    form = NewCustomerForm(shown, data, viewer=viewer)
    require_valid(form, {field.code: api_values.name_of(field.code) for field in shown})
    if not body.allow_duplicates:
        _require_new(viewer, form)
    values = {code: value for code, value in form.values.items() if code not in BUILT_IN}
    own = {code: str(form.cleaned_data.get(code) or "") for code in BUILT_IN}
    made = writes_of_cards.create_card(by=viewer, key=form.cleaned_data["key"], values=values, **own)  # type: ignore[arg-type]
    return told(viewer, made)


def _require_new(viewer: User, form: NewCustomerForm) -> None:
    given = form.cleaned_data
    values: dict[str, object] = {code: value for code, value in form.values.items() if value is not None}
    name, phone, email = (str(given.get(code) or "") for code in ("name", "phone", "email"))
    found = _likely(viewer, duplicates.Entered(name, phone, email, values))
    if found:
        likely = [one.model_dump() for one in found]
        raise Refused("duplicates", here("api.detail.duplicates"), more={"duplicates": likely})


@group.post("/customers/-/duplicates", scope="customers:read", right="see", body=Entered, answer=All[LikelyTold])
def find_duplicates(viewer: User, body: Entered) -> All[LikelyTold]:
    return All[LikelyTold](items=_likely(viewer, duplicates.Entered(body.name, body.phone, body.email)))


def _likely(viewer: User, entered: duplicates.Entered) -> list[LikelyTold]:
    return [
        LikelyTold(key=one.customer.key, name=one.customer.name, signs=list(one.signs))
        for one in duplicates.likely(viewer, entered)
    ]


@group.patch("/customers/{key}", scope="customers:write", right="tag", body=ChangedCard, answer=CardTold)
def change_customer(viewer: User, key: str, body: ChangedCard) -> CardTold:
    """All or nothing. With `version`, fields that somebody else changed since are a conflict, told with both values."""
    customer = card_to_write(viewer, key)
    known, given = reads_of_cards.editable(viewer), {**body.values, **_built_in(body.named)}
    shown = api_values.chosen(known, [*_own(body.values), *_built_in(body.named)])
    form = CardForm(shown, api_values.typed(shown, given), customer, viewer=viewer)
    require_valid(form, {field.code: api_values.name_of(field.code) for field in shown})
    saved = writes_of_cards.change(customer=customer.pk, values=form.values, by=viewer, seen=body.version)
    if saved.conflicts:
        raise _conflict(viewer, saved, shown)
    return told(viewer, reads.customer(viewer, key))


def _conflict(viewer: User, saved: Saved, shown: Sequence[Field]) -> Refused:
    known = {field.code: field for field in shown}
    conflicts = [
        {
            "field": api_values.name_of(one.code),
            **{
                name: api_values.in_json(known[one.code], value, viewer)
                for name, value in (("before", one.before), ("theirs", one.theirs), ("yours", one.mine))
            },
            "by": username(one.by),
            "at": one.at.isoformat(),
        }
        for one in saved.conflicts
    ]
    more = {"version": saved.version, "conflicts": conflicts}
    return Refused("changed_meanwhile", here("api.detail.changed_meanwhile"), more=more)


def _own(values: Mapping[str, Any]) -> list[str]:
    """Codes of `values`. Raises Refused for a column of every card, which stands beside them."""
    if wrong := [code for code in values if code in BUILT_IN]:
        raise Refused("invalid", errors=[(f"values.{code}", here("api.invalid.beside")) for code in wrong])
    return list(values)


def _built_in(given: Mapping[str, Any]) -> dict[str, Any]:
    return {code: given[code] for code in BUILT_IN if code in given}


@group.post(
    "/customers/{key}/reveal", scope="customers:read", right="see", body=Revealing, answer=Revealed, secret=("value",)
)
def reveal_contact(viewer: User, key: str, body: Revealing) -> Revealed:
    """One contact in full; the audit notes it."""
    value = assigning.reveal(customer=reads.customer(viewer, key), field=body.field, by=viewer)
    return Revealed(field=body.field, value=value)


@group.get("/customers/{key}/changes", scope="customers:read", right="see", query=Listing, answer=PageOf[ChangeTold])
def list_changes(viewer: User, key: str, query: Listing) -> PageOf[ChangeTold]:
    """The history of the card, the latest first."""
    customer = reads.customer(viewer, key)
    rows, of = reads_of_cards.changes(viewer, customer), f"changes {customer.pk}"
    if (after := place(query, of)) is not None:
        rows = rows.filter(pk__lt=after)
    found = list(rows[: query.limit + 1])
    shown = found[: query.limit]
    lines = zip(shown, cards.told(viewer, shown), strict=True)
    more = cursor(query, shown[-1].pk, of) if len(found) > query.limit else None
    return PageOf[ChangeTold](items=[_change(row, line) for row, line in lines], next=more)


def _change(row: Change, line: cards.Told) -> ChangeTold:
    return ChangeTold(
        id=row.pk, field=row.field, title=line.title, detail=line.detail, origin=row.origin, at=row.at,
        by=username(row.by),
    )  # fmt: skip


def card_to_write(viewer: User, key: str, act: Act = "write") -> Customer:
    """The customer with that very key, for all that writes: who names a merged card knows that card's values.

    Raises NoSuchCustomer, PermissionDenied; Refused for the key of a card that was merged, naming the survivor's.
    """
    customer = reads.customer(viewer, key, act)
    if customer.key != key:
        detail = here("merging.meanwhile", customer=key, name=customer.display_name, into=customer.key)
        raise Refused("merged", detail, more={"into": customer.key})
    return customer


def told(viewer: User, customer: Customer) -> CardTold:
    """A card as the viewer may read it."""
    parts = [field for part in reads_of_cards.layout(viewer) if not part.section.repeats for field in part.fields]
    own = {code: api_values.in_json(built_in(code), getattr(customer, code), viewer) or "" for code in BUILT_IN}
    return CardTold(
        key=customer.key, owner=username(customer.owner), **own,
        values=api_values.told(viewer, parts, customer), tags=_tags(viewer, customer), traits=_traits(customer),
        version=writes_of_cards.version_of(customer.pk), created_at=customer.created_at,
        updated_at=customer.updated_at,
    )  # fmt: skip


def _tags(viewer: User, customer: Customer) -> list[TagTold]:
    return [
        TagTold(
            name=row.tag.name, colour=row.tag.colour, origin=row.origin, at=row.tagged_at,
            by=username(row.tagged_by),
        )
        for row in reads.tagged(viewer, customer)
    ]  # fmt: skip


def _traits(customer: Customer) -> list[TraitTold]:
    return [
        TraitTold(label=label, value=trait["value"], origin=str(trait.get("origin", "")), on=str(trait.get("on", "")))
        for label, trait in customer.traits.items()
    ]
