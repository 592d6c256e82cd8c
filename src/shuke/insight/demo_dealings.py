"""What the simulated shop had to do with its customers, brought into the records: contacts, complaints, cars, tags."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from shuke.collect.shop import LAST, Shop
from shuke.crm.customers.models import Customer, Entry, Link, Origin, Section, Tag
from shuke.crm.customers.writes import tag
from shuke.crm.lists.writes import Ground, put_on
from shuke.crm.people.models import User
from shuke.crm.timeline.models import Outcome, Touch
from shuke.crm.timeline.writes import Contact, Said, bring
from shuke.kit.text import say

_COLOURS = {
    "car": Tag.Colour.BLUE, "member": Tag.Colour.GREEN, "referrer": Tag.Colour.GREEN,
    "complained": Tag.Colour.AMBER, "late": Tag.Colour.RED,
}  # fmt: skip
_REFERRED_BY_ONE = 2
_YEAR = timedelta(days=365)
_NOON = time(12)
_LISTED_ON = LAST - timedelta(days=60)


@transaction.atomic
def write_dealings(shop: Shop, language: str) -> None:
    """Contacts and complaints on the timelines, cars and payments on the cards, links and tags. Safe to call twice."""
    if Touch.objects.exists():
        return
    ids = dict(Customer.objects.values_list("key", "pk"))
    bring(contacts=[*_contacts(shop, ids, language), *_complaints(shop, ids, language)])
    Entry.objects.bulk_create([*_cars(shop, ids), *_payments(shop, ids)])
    Link.objects.bulk_create(
        Link(customer_id=ids[row["customer_id"]], other_id=ids[row["referred_id"]], kind="referrer")
        for row in shop.table("referrals").to_pylist()
    )
    tagged = _tagged(shop)
    _write_lists(tagged, ids, language)
    for code, keys in tagged.items():
        tag(
            customers=[ids[key] for key in keys],
            name=say(f"insight.shop.tag.{code}", language),
            origin=Origin.IMPORT,
            colour=_COLOURS[code],
        )


def _write_lists(tagged: Mapping[str, list[str]], ids: Mapping[str, int], language: str) -> None:
    """A few of those with bills overdue on the black list, a few who bring others on the red one; one until a day."""
    by = User.objects.order_by("pk").first()
    soon = timezone.localdate() + timedelta(days=20)
    for code, label, keys in (("black", "late", tagged["late"][:4]), ("red", "referrer", tagged["referrer"][:4])):
        reason = say(f"insight.shop.listed.{label}", language)
        for place, key in enumerate(keys):
            until = soon if place == 0 else None
            put_on(customers=[ids[key]], ground=Ground(code, reason, until, since_on=_LISTED_ON), by=by)


def _contacts(shop: Shop, ids: Mapping[str, int], language: str) -> Iterator[Contact]:
    """By the colleagues of the demonstration, in turn by who of the shop it was."""
    people = list(User.objects.order_by("pk"))
    outcomes = {(one.kind, one.code): one for one in Outcome.objects.all()}
    for row in shop.table("touches").to_pylist():
        kind, code = row["kind"], row["outcome"]
        said = Said(
            kind=kind,
            at=timezone.make_aware(row["touched_at"]),
            text=say(f"insight.shop.said.{kind}.{code}", language),
            direction=row["direction"],
            outcome=outcomes[kind, code],
            minutes=row["minutes"],
        )
        by = people[int(row["handled_by"][1:]) % len(people)] if people else None
        yield Contact(ids[row["customer_id"]], by, said)


def _complaints(shop: Shop, ids: Mapping[str, int], language: str) -> Iterator[Contact]:
    for row in shop.table("complaints").to_pylist():
        about = say(f"insight.shop.element.{row['about']}", language)
        if row["closed_on"] is None:
            text = say("insight.shop.complaint.open", language, about=about)
        else:
            days = (row["closed_on"] - row["opened_on"]).days
            points = row["satisfied_after"]
            text = say("insight.shop.complaint.closed", language, about=about, days=days, points=points)
        at = timezone.make_aware(datetime.combine(row["opened_on"], _NOON))
        yield Contact(ids[row["customer_id"]], None, Said(kind="note", at=at, text=text))


def _cars(shop: Shop, ids: Mapping[str, int]) -> Iterator[Entry]:
    section = Section.objects.get(code="cars_owned")
    for row in cars_bought(shop):
        day = row["purchased_at"].date()
        values = {"owned_model": row["name"], "owned_bought_on": day.isoformat()}
        yield Entry(customer_id=ids[row["customer_id"]], section=section, values=values, on=day)


def cars_bought(shop: Shop) -> list[dict[str, Any]]:
    """Lines of cars with the product's name and what it is advertised by."""
    products = {row["product_id"]: row for row in shop.table("products").to_pylist()}
    lines = shop.table("purchases").select(
        ["customer_id", "purchased_at", "product_id", "category", "list_amount_minor"]
    )
    return [row | products[row["product_id"]] for row in lines.to_pylist() if row["category"] == "新车"]


def _payments(shop: Shop, ids: Mapping[str, int]) -> Iterator[Entry]:
    """Those of the last two years that were late, or are due still."""
    section = Section.objects.get(code="payments")
    for row in shop.table("payments").to_pylist():
        in_time = row["paid_on"] is not None and row["paid_on"] <= row["due_on"]
        if in_time or not LAST - 2 * _YEAR < row["due_on"] <= LAST:
            continue
        values = {
            "payment_for": row["reference"],
            "payment_due_on": row["due_on"].isoformat(),
            "payment_due": row["amount_minor"],
        }
        if row["paid_on"] is not None:
            values |= {"payment_paid_on": row["paid_on"].isoformat(), "payment_paid": row["amount_minor"]}
        yield Entry(customer_id=ids[row["customer_id"]], section=section, values=values, on=row["due_on"])


def _tagged(shop: Shop) -> Mapping[str, list[str]]:
    """Whom each tag is put on, by key; as the shop's people would, from what they know on the last day."""

    def of(name: str, holds: Any) -> list[str]:
        return sorted({row["customer_id"] for row in shop.table(name).to_pylist() if holds(row)})

    referred = Counter(row["customer_id"] for row in shop.table("referrals").to_pylist())
    return {
        "car": of("purchases", lambda row: row["category"] in ("新车", "保养", "维修")),
        "member": of("contracts", lambda row: row["kind"] == "membership" and row["ends_on"] >= LAST),
        "referrer": sorted(key for key, count in referred.items() if count >= _REFERRED_BY_ONE),
        "complained": of("complaints", lambda row: row["opened_on"] > LAST - _YEAR),
        "late": of("payments", lambda row: _is_overdue(row["due_on"], row["paid_on"])),
    }


def _is_overdue(due_on: date, paid_on: date | None) -> bool:
    return paid_on is None and LAST - _YEAR < due_on < LAST
