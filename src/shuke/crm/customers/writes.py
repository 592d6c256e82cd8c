"""What may be done to customers: each function one act of the business, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from shuke.crm.customers import search_table
from shuke.crm.customers.errors import RefusedTag, RefusedView
from shuke.crm.customers.keys import aliased, create, ids_of, keys_of, numbers_of
from shuke.crm.customers.models import Change, Customer, CustomerTag, Export, Field, Kind, Origin, SavedView, Tag
from shuke.crm.customers.scope import reach
from shuke.crm.customers.writes_of_words import lay_words, searchable
from shuke.crm.people import audit
from shuke.crm.people.models import User
from shuke.crm.people.rights import Act

_CHUNK = 2000
_SEARCH_COLUMNS = ["sort_name", "search_text", "search_initials", "search_phone"]
_KEPT = ["name", "kind", "phone", "email", "traits", "updated_at", *_SEARCH_COLUMNS]
_TOLD = ("name", "kind", "phone", "email")
_TAG_LENGTH = 40
_VIEW_NAME_LENGTH = 60


@dataclass(frozen=True)
class Trait:
    """One thing known of a customer: its value, where it came from (an import, a person) and since when."""

    value: str | int | float | bool
    origin: str
    on: date

    def as_json(self) -> dict[str, Any]:
        return {"value": self.value, "origin": self.origin, "on": self.on.isoformat()}


@dataclass(frozen=True)
class Card:
    """What is to be kept of a customer. What is None stays as it was; traits are added to those there are."""

    key: str
    name: str | None = None
    kind: Kind | None = None
    phone: str | None = None
    email: str | None = None
    traits: Mapping[str, Trait] = field(default_factory=dict)


@transaction.atomic
def ensure(*, keys: Sequence[str]) -> dict[str, int]:
    """The ids of the customers with these keys; those not known yet are created, without a name."""
    known = ids_of(keys)
    missing = [key for key in dict.fromkeys(keys) if key not in known]
    if missing:
        create(missing)
        known |= ids_of(missing)
    return known


def keep(*, cards: Iterable[Card], by: User | None = None) -> int:
    """Create or update customers, chunk by chunk; how many cards were kept. Safe to run twice."""
    waiting, kept = iter(cards), 0
    while chunk := list(islice(waiting, _CHUNK)):
        _keep_chunk(chunk, by)
        kept += len(chunk)
    return kept


@transaction.atomic
def _keep_chunk(cards: list[Card], by: User | None) -> None:
    cards = _led(cards)
    keys = list(dict.fromkeys(card.key for card in cards))
    customers = {customer.key: customer for customer in Customer.objects.filter(key__in=keys)}
    search_table.remove((customer.pk, customer.search_text) for customer in customers.values())
    before = {key: [getattr(customer, name) for name in _TOLD] for key, customer in customers.items()}
    known = searchable()
    for card in cards:
        _lay(card, customers.setdefault(card.key, Customer(key=card.key)), known)
    Change.objects.bulk_create(_changes(customers, before), batch_size=_CHUNK)
    # One INSERT … ON CONFLICT: an UPDATE for each customer would take 40 times as long.
    for customer in customers.values():
        customer.updated_at = timezone.now()
        customer.pk = None
    Customer.objects.bulk_create(
        customers.values(), update_conflicts=True, unique_fields=["key"], update_fields=_KEPT, batch_size=_CHUNK
    )
    search_table.add(Customer.objects.filter(key__in=keys).values_list("pk", "search_text"))
    audit.note("customers_kept", by=by, kind="customer", count=len(keys))


def _led(cards: list[Card]) -> list[Card]:
    """Cards under the key of one that was merged are of the card it was merged into."""
    merged = aliased([card.key for card in cards])
    if not merged:
        return cards
    keys = dict(Customer.objects.filter(pk__in=merged.values()).values_list("pk", "key"))
    return [replace(card, key=keys[merged[card.key]]) if card.key in merged else card for card in cards]


def _changes(customers: Mapping[str, Customer], before: Mapping[str, list[str]]) -> Iterable[Change]:
    """What an import changed of customers who were there before."""
    for key, values in before.items():
        for name, old in zip(_TOLD, values, strict=True):
            new = getattr(customers[key], name)
            if new != old:
                customer = customers[key].pk
                yield Change(
                    customer_id=customer, field=name, before=old or None, after=new or None, origin=Origin.IMPORT
                )


def _lay(card: Card, customer: Customer, known: Sequence[Field]) -> None:
    customer.name = customer.name if card.name is None else card.name.strip()[:200]
    customer.kind = card.kind or customer.kind
    customer.phone = customer.phone if card.phone is None else card.phone.strip()[:40]
    customer.email = customer.email if card.email is None else card.email.strip()
    customer.traits = customer.traits | {label: trait.as_json() for label, trait in card.traits.items()}
    lay_words(customer, known)


@transaction.atomic
def forget(*, keys: Sequence[str], by: User | None = None) -> int:
    """Delete customers with all that is known of them; how many there were.

    Their cards, entries, links, history and tags go with them, what SHUKE_ERASERS names (contacts and their files), and
    the values that the audit holds. With `by`, only those whom this user may delete.
    """
    customers = list(Customer.objects.filter(_within(by, "delete"), key__in=keys))
    search_table.remove((customer.pk, customer.search_text) for customer in customers)
    ids = [customer.pk for customer in customers]
    merged = numbers_of(ids)
    for path in settings.SHUKE_ERASERS:
        import_string(path)(ids)
    _forget_links(customers)
    Customer.objects.filter(pk__in=ids).delete()
    audit.clear_values(kind="customer", records=[*ids, *merged])
    audit.note_each("customer_erased", ids, by=by, kind="customer")
    return len(customers)


def _forget_links(customers: Sequence[Customer]) -> None:
    """That they were linked stays in the history of the others, but not with whom."""
    keys = {key for customer in customers for key in keys_of(customer)}
    told = Change.objects.filter(customer__in=[customer.pk for customer in customers], field="link")
    others = {side["customer"] for row in told for side in (row.before, row.after) if side} - keys
    for row in Change.objects.filter(customer__key__in=others, field="link"):
        side = "before" if row.after is None else "after"
        if getattr(row, side)["customer"] in keys:
            getattr(row, side)["customer"] = ""
            row.save(update_fields=[side])


@transaction.atomic
def tag(
    *,
    customers: Sequence[int],
    name: str,
    by: User | None = None,
    origin: Origin = Origin.HAND,
    colour: str = "",
) -> list[int]:
    """Put a tag on customers (by id); the ids of those who did not have it, so that the act can be undone.

    With `by`, only on those whom this user may change.

    Raises RefusedTag for a name that is empty or too long.
    """
    word = " ".join(name.split())
    if not 1 <= len(word) <= _TAG_LENGTH:
        raise RefusedTag(f"Tag {name!r} has {len(word)} characters: write 1 to {_TAG_LENGTH}.")
    kept, _ = Tag.objects.get_or_create(name=word)
    if colour in Tag.Colour.values and colour not in ("", kept.colour):
        Tag.objects.filter(pk=kept.pk).update(colour=colour)
    wanted = list(dict.fromkeys(customers))
    there = set(CustomerTag.objects.filter(tag=kept, customer__in=wanted).values_list("customer_id", flat=True))
    known = set(Customer.objects.filter(_within(by, "write"), pk__in=wanted).values_list("pk", flat=True))
    new = [pk for pk in wanted if pk in known and pk not in there]
    rows = [CustomerTag(customer_id=pk, tag=kept, origin=origin, tagged_by_id=by.pk if by else None) for pk in new]
    CustomerTag.objects.bulk_create(rows, batch_size=_CHUNK)
    Change.objects.bulk_create(
        [Change(customer_id=pk, field="tag", after={"name": word}, origin=origin, by=by) for pk in new],
        batch_size=_CHUNK,
    )
    audit.note_each("tag_on", new, by=by, kind="customer", values={"tag": word})
    return new


@transaction.atomic
def untag(*, customers: Sequence[int], name: str, by: User | None = None) -> int:
    """Take a tag off customers; how many had it. A tag on nobody is kept, for it may be in a saved view."""
    tagged = CustomerTag.objects.filter(_within(by, "write", "customer__"), tag__name=name, customer__in=customers)
    had = list(tagged.values_list("customer_id", flat=True))
    CustomerTag.objects.filter(tag__name=name, customer__in=had).delete()
    Change.objects.bulk_create(
        [Change(customer_id=pk, field="tag", before={"name": name}, by=by) for pk in had], batch_size=_CHUNK
    )
    audit.note_each("tag_off", had, by=by, kind="customer", values={"tag": name})
    return len(had)


@transaction.atomic
def save_view(*, owner: User, name: str, query: str, shared: bool = False, pinned: bool = False) -> SavedView:
    """Keep a list under a name; the same name again replaces it.

    Raises RefusedView for a name that is empty or too long.
    """
    word = " ".join(name.split())
    if not 1 <= len(word) <= _VIEW_NAME_LENGTH:
        raise RefusedView(f"View {name!r} has {len(word)} characters: write 1 to {_VIEW_NAME_LENGTH}.")
    view, _ = SavedView.objects.update_or_create(
        owner_id=owner.pk, name=word, defaults={"query": query, "shared": shared, "pinned": pinned}
    )
    audit.note("view_saved", by=owner, kind="view", record=view.pk, values={"name": word, "shared": shared})
    return view


@transaction.atomic
def delete_view(*, owner: User, view_id: int) -> int:
    """Delete a view of one's own; 1, or 0 where there is none."""
    deleted, _ = SavedView.objects.filter(owner_id=owner.pk, pk=view_id).delete()
    if deleted:
        audit.note("view_deleted", by=owner, kind="view", record=view_id)
    return deleted


@transaction.atomic
def log_export(*, by: User, query: str, columns: Sequence[str]) -> Export:
    """Note an export before its first row leaves."""
    log = Export.objects.create(exported_by_id=by.pk, query=query[:1000], columns=",".join(columns)[:1000])
    audit.note("exported", by=by, kind="export", record=log.pk, fields=list(columns))
    return log


def close_export(*, export: Export, rows: int) -> None:
    """Note how many rows an export had when it ended."""
    Export.objects.filter(pk=export.pk).update(rows=rows)


def _within(by: User | None, act: Act, prefix: str = "") -> Q:
    """The customers whom the user may do it to; the system itself may do it to all."""
    return reach(by, act).within(prefix) if by else Q()
