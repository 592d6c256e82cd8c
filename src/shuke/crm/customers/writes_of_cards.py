"""What may be done to a card: make it, change its fields, many cards at once, take that back, add entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count, islice
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shuke.crm.customers import search_table
from shuke.crm.customers.errors import RefusedKey
from shuke.crm.customers.fields import BUILT_IN, NAME_LENGTH, Value
from shuke.crm.customers.keys import is_taken
from shuke.crm.customers.models import Act, Change, Customer, CustomerTag, Entry, Kind, Origin, Section, Tag
from shuke.crm.customers.scope import reach
from shuke.crm.customers.writes_of_words import lay_words, save_all, save_values, searchable
from shuke.crm.people import audit
from shuke.crm.people.models import User

_CHUNK = 2000
AT_ONCE = 500
"""As many customers are changed while one waits; more are a job."""
TAG, UNTAG = "tag", "untag"
_ACTS = {TAG: "tag_on", UNTAG: "tag_off"}
Told = Callable[[int], None]


@dataclass(frozen=True)
class Conflict:
    """A field that somebody else changed since the page was made: what stood there, what it is now, what was typed."""

    code: str
    before: Any
    theirs: Any
    mine: Any
    by: User | None
    at: datetime


@dataclass(frozen=True)
class Saved:
    """What came of a save: the fields changed, or the conflicts for whose sake none was; and the version now."""

    version: int
    changed: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    mine: list[str] = field(default_factory=list)
    """What the page changed, where there are conflicts."""


def version_of(customer: int) -> int:
    """Up to which change a page shows the card."""
    return Change.objects.filter(customer=customer).order_by("-pk").values_list("pk", flat=True).first() or 0


def value_of(customer: Customer, code: str) -> Any:
    """What a card says; None for nothing."""
    return (getattr(customer, code) or None) if code in BUILT_IN else customer.values.get(code)


def put(customer: Customer, code: str, value: Any) -> None:
    """Make a card say so; None for nothing."""
    if code in BUILT_IN:
        setattr(customer, code, "" if value is None else value)
    elif value is None:
        customer.values.pop(code, None)
    else:
        customer.values[code] = value


@transaction.atomic
def create_card(
    *,
    name: str,
    by: User | None,
    key: str = "",
    kind: str = Kind.PERSON,
    phone: str = "",
    email: str = "",
    values: Mapping[str, Value] | None = None,
    origin: Origin = Origin.HAND,
) -> Customer:
    """A new customer; without a key the next number of the day.

    Raises RefusedKey where another has the key.
    """
    wanted = key.strip()
    if wanted and is_taken(wanted):
        raise RefusedKey.of("cards.refused.key", customer=wanted)
    customer = Customer(
        key=wanted or _next_key(), name=name[:NAME_LENGTH], kind=kind, phone=phone, email=email,
        values={code: value for code, value in (values or {}).items() if value is not None},
    )  # fmt: skip
    lay_words(customer, searchable())
    if by is not None and not reach(by, "write").holds(None):
        customer.owner = by  # who does not reach what is nobody's would never see the card again
    customer.save(force_insert=True)
    search_table.add([(customer.pk, customer.search_text)])
    Change.objects.create(customer=customer, field="created", after=customer.display_name, origin=origin, by=by)
    given = {"name": name, "kind": kind, "phone": phone, "email": email, **customer.values}
    kept = {code: value for code, value in given.items() if value}
    audit.note("customer_added", by=by, kind="customer", record=customer.pk, values=kept)
    return customer


def _next_key() -> str:
    day = f"N{timezone.localdate():%y%m%d}-"
    first = Customer.objects.filter(key__startswith=day).count() + 1
    return next(key for key in (f"{day}{n:03d}" for n in count(first)) if not is_taken(key))


@transaction.atomic
def change(
    *,
    customer: int,
    values: Mapping[str, Value | None],
    by: User | None,
    seen: int | None = None,
    origin: Origin = Origin.HAND,
) -> Saved:
    """Change fields of one card, all or none. `seen`: the version that the page showed (None: whatever it is now).

    A field that somebody else changed since, to something else than wanted here, is a conflict: then nothing is
    written, and `conflicts` says what to decide. Fields that the page did not change are left as the others made them.
    Raises PermissionDenied for who may not change the card.
    """
    card = _held(customer, by)
    since = _since(customer, seen)
    mine = {
        code: value
        for code, value in values.items()
        if value != (since[code][0].before if code in since else value_of(card, code))
    }
    wanted = {code: value for code, value in mine.items() if value != value_of(card, code)}
    conflicts = [_conflict(card, code, value, since[code]) for code, value in wanted.items() if code in since]
    if _parted_since(customer, seen):
        conflicts = [Conflict(code, value_of(card, code), value_of(card, code), value, None, timezone.now())
                     for code, value in wanted.items()]  # fmt: skip
    if conflicts:
        return Saved(version_of(customer), conflicts=conflicts, mine=list(mine))
    if wanted:
        changes = [_changed(card, code, value, by, origin) for code, value in wanted.items()]
        _save([card], list(wanted))
        Change.objects.bulk_create(changes)
        values = {change.field: [change.before, change.after] for change in changes}
        audit.note("card_changed", by=by, kind="customer", record=customer, values=values)
    return Saved(version_of(customer), changed=list(wanted))


def _held(customer: int, by: User | None) -> Customer:
    """The card, held until the end of the transaction, for who may change it."""
    card = Customer.objects.select_for_update().get(pk=customer)
    _require(card, by)
    return card


def _require(card: Customer, by: User | None) -> None:
    """Whoever calls has asked already; asked again, so that no way to a card changes one out of reach."""
    if by is not None and not reach(by, "write").holds(card.owner_id):
        raise PermissionDenied("write")


def _parted_since(customer: int, seen: int | None) -> bool:
    """Whether the page shows a merge that was taken back: then what it shows may be the other card's."""
    return seen is not None and seen > 0 and not Change.objects.filter(pk=seen, customer=customer).exists()


def _since(customer: int, seen: int | None) -> dict[str, list[Change]]:
    """The changes that the page did not show, the earliest first, by field."""
    found: dict[str, list[Change]] = {}
    if seen is not None:
        later = Change.objects.filter(customer=customer, pk__gt=seen).select_related("by").order_by("pk")
        for entry in later:
            found.setdefault(entry.field, []).append(entry)
    return found


def _conflict(card: Customer, code: str, mine: Any, later: Sequence[Change]) -> Conflict:
    last = later[-1]
    return Conflict(code, later[0].before, value_of(card, code), mine, last.by, last.at)


def _changed(
    card: Customer, code: str, value: Any, by: User | None, origin: Origin = Origin.HAND, act: Act | None = None
) -> Change:
    """Set the value, and what the history will say of it."""
    before = value_of(card, code)
    put(card, code, value)
    return Change(customer=card, field=code, before=before, after=value, by=by, origin=origin, act=act)


def _save(cards: Sequence[Customer], changed: Sequence[str]) -> None:
    """With their words, where what changed has any."""
    known = searchable()
    if {*BUILT_IN, *(field.code for field in known)}.isdisjoint(changed):
        save_values(cards)
    else:
        save_all(cards, known)


def begin_act(*, field: str, value: Any, by: User | None, customers: int = 0) -> Act:
    """What is to be done to several customers: set a field (`value` None empties it), or tag or untag them."""
    return Act.objects.create(field=field, value=value, by=by, customers=customers)


def do_act(*, act: Act, customers: Iterable[int], told: Told | None = None) -> int:
    """Do it to those whom its user may change, some thousand at a time; how many cards it changed.

    Safe to run twice.
    """
    done, waiting = 0, iter(customers)
    while chunk := list(islice(waiting, _CHUNK)):
        _do_chunk(act, chunk)
        done += len(chunk)
        if told is not None:
            told(done)
    changed = Change.objects.filter(act=act).count()
    Act.objects.filter(pk=act.pk).update(customers=changed, is_done=True)
    return changed


@transaction.atomic
def _do_chunk(act: Act, ids: list[int]) -> None:
    within = _writable(act.by)
    if act.field in (TAG, UNTAG):
        ids = list(Customer.objects.filter(within, pk__in=ids).values_list("pk", flat=True))
        changes = _tagged(act, ids) if act.field == TAG else _untagged(act, ids)
    else:
        cards = list(Customer.objects.select_for_update().filter(within, pk__in=ids).order_by("pk"))
        others = [card for card in cards if value_of(card, act.field) != act.value]
        changes = [_changed(card, act.field, act.value, act.by, act=act) for card in others]
        _save(others, [act.field])
    Change.objects.bulk_create(changes, batch_size=_CHUNK)
    name, values = _ACTS.get(act.field, "card_changed"), {"tag" if act.field in _ACTS else act.field: act.value}
    audit.note_each(name, [row.customer_id for row in changes], by=act.by, kind="customer", values=values)


def _writable(by: User | None) -> Q:
    """The customers whom somebody may change; None is the system itself."""
    return Q() if by is None else reach(by, "write").within()


def _tagged(act: Act, ids: list[int]) -> list[Change]:
    tag, _ = Tag.objects.get_or_create(name=act.value)
    there = set(CustomerTag.objects.filter(tag=tag, customer__in=ids).values_list("customer_id", flat=True))
    new = [pk for pk in ids if pk not in there]
    CustomerTag.objects.bulk_create(CustomerTag(customer_id=pk, tag=tag, tagged_by=act.by) for pk in new)
    return [Change(customer_id=pk, field=TAG, after={"name": tag.name}, by=act.by, act=act) for pk in new]


def _untagged(act: Act, ids: list[int]) -> list[Change]:
    rows = list(CustomerTag.objects.filter(tag__name=act.value, customer__in=ids).select_related("tag"))
    CustomerTag.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return [Change(customer_id=row.customer_id, field=TAG, before=_kept(row), by=act.by, act=act) for row in rows]


def _kept(row: CustomerTag) -> dict[str, Any]:
    """All that there is to a tag on a customer, to put it back just so."""
    return {
        "name": row.tag.name, "origin": row.origin, "by": row.tagged_by_id, "at": row.tagged_at.isoformat(),
    }  # fmt: skip


def undo_act(*, act: Act, by: User | None, told: Told | None = None) -> tuple[int, int]:
    """Put back exactly what was before; how many cards, and how many stay since somebody changed them again after."""
    last, restored, kept = 0, 0, 0
    while chunk := list(Change.objects.filter(act=act, pk__gt=last).order_by("pk")[:_CHUNK]):
        back = _undo_chunk(chunk, by)
        restored, kept, last = restored + back, kept + len(chunk) - back, chunk[-1].pk
        if told is not None:
            told(restored + kept)
    Act.objects.filter(pk=act.pk, undone_at=None).update(undone_at=timezone.now())
    return restored, kept


@transaction.atomic
def _undo_chunk(changes: list[Change], by: User | None) -> int:
    writable = Customer.objects.select_for_update().filter(_writable(by)).order_by("pk")
    cards = writable.in_bulk([entry.customer_id for entry in changes])
    tags = [entry for entry in changes if entry.field == TAG and entry.customer_id in cards]
    again = [
        (cards[entry.customer_id], entry)
        for entry in changes
        if entry.field != TAG and entry.customer_id in cards
        and value_of(cards[entry.customer_id], entry.field) == entry.after
    ]  # fmt: skip
    back = [_changed(card, entry.field, entry.before, by) for card, entry in again]
    _save([card for card, _ in again], [entry.field for _, entry in again])
    Change.objects.bulk_create(back, batch_size=_CHUNK)
    names = sorted({entry.field for entry in back})
    audit.note_each("card_changed", [entry.customer_id for entry in back], by=by, kind="customer", fields=names)
    return len(back) + sum(_undo_tag(entry, by) for entry in tags)


def _undo_tag(entry: Change, by: User | None) -> int:
    if entry.before is None:
        wanted = CustomerTag.objects.filter(customer=entry.customer_id, tag__name=entry.after["name"])
        rows = list(wanted.select_related("tag"))
        wanted.delete()
        for row in rows:
            Change.objects.create(customer_id=entry.customer_id, field=TAG, before=_kept(row), by=by)
            _note_tag("tag_off", entry, row.tag.name, by)
        return len(rows)
    tag, _ = Tag.objects.get_or_create(name=entry.before["name"])
    who = User.objects.filter(pk=entry.before["by"]).first()
    row, new = CustomerTag.objects.get_or_create(
        customer_id=entry.customer_id, tag=tag, defaults={"origin": entry.before["origin"], "tagged_by": who}
    )
    if new:
        CustomerTag.objects.filter(pk=row.pk).update(tagged_at=datetime.fromisoformat(entry.before["at"]))
        Change.objects.create(customer_id=entry.customer_id, field=TAG, after={"name": tag.name}, by=by)
        _note_tag("tag_on", entry, tag.name, by)
    return int(new)


def _note_tag(act: str, entry: Change, name: str, by: User | None) -> None:
    audit.note(act, by=by, kind="customer", record=entry.customer_id, values={"tag": name})


@transaction.atomic
def write_entry(
    *,
    customer: Customer,
    section: Section,
    values: Mapping[str, Value | None],
    on: date | None,
    by: User,
    entry: Entry | None = None,
) -> Entry:
    """Add an entry to a section that repeats, or change one. Raises PermissionDenied as `change` does."""
    _require(customer, by)
    kept = {code: value for code, value in values.items() if value is not None}
    before = _told(entry) if entry else None
    row = entry or Entry(customer=customer, section=section, written_by=by)
    row.values, row.on = (row.values | kept) if entry else kept, on
    row.values = {code: value for code, value in row.values.items() if values.get(code, value) is not None}
    row.save()
    if before != _told(row):
        _note_entry(row, before, _told(row), by)
    return row


@transaction.atomic
def remove_entry(*, entry: Entry, by: User) -> None:
    """Remove an entry; the history keeps what it said. Raises PermissionDenied as `change` does."""
    _require(entry.customer, by)
    _note_entry(entry, _told(entry), None, by)
    entry.delete()


def _told(entry: Entry) -> dict[str, Any]:
    return {"values": dict(entry.values), "on": entry.on.isoformat() if entry.on else None}


def _note_entry(entry: Entry, before: Any, after: Any, by: User) -> None:
    name = f"entry:{entry.section.code}"
    Change.objects.create(customer_id=entry.customer_id, field=name, before=before, after=after, by=by)
    act = "entry_added" if before is None else "entry_removed" if after is None else "entry_changed"
    values = {entry.section.code: [before, after]}
    audit.note(act, by=by, kind="customer", record=entry.customer_id, values=values)


def set_trait(*, customer: int, label: str, value: str, by: User) -> None:
    """Say something of a customer for which there is no field; an empty value takes it back."""
    with transaction.atomic():
        card = _held(customer, by)
        before = card.traits.get(label)
        if value:
            card.traits[label] = {
                "value": value, "origin": Origin.HAND.value, "on": timezone.localdate().isoformat(),
                "by": by.shown_name,
            }  # fmt: skip
        else:
            card.traits.pop(label, None)
        save_all([card], searchable())
        old = before.get("value") if isinstance(before, dict) else before
        if old != (value or None):
            told = f"trait:{label}"[:60]
            Change.objects.create(customer=card, field=told, before=old, after=value or None, by=by)
            audit.note("card_changed", by=by, kind="customer", record=card.pk, values={told: [old, value or None]})
