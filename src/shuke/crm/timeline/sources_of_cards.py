"""The entries that a customer's card gives: when it was made, and the tags put on it."""

from __future__ import annotations

from django.db.models import Q

from shuke.crm.customers.models import Customer, CustomerTag
from shuke.crm.people.models import User
from shuke.crm.timeline.entries import Asked, Entry, Source
from shuke.crm.words import here

_MADE = 1
"""The number of the entry that tells of the card itself; tags stand above it."""


def _newest(asked: Asked) -> list[Entry]:
    tags = CustomerTag.objects.filter(customer=asked.customer).select_related("tag", "tagged_by")
    if asked.by is not None:
        tags = tags.filter(tagged_by=asked.by)
    if asked.at is not None:
        tags = tags.filter(Q(tagged_at__lt=asked.at) | Q(tagged_at=asked.at, pk__lt=asked.number - _MADE))
    found = [_of_tag(one) for one in tags.order_by("-tagged_at", "-pk")[: asked.limit]]
    made = _of_card(asked.customer)
    before = asked.at is None or (made.at, made.number) < (asked.at, asked.number)
    if asked.by is None and before:
        found = sorted([*found, made], key=lambda entry: (entry.at, entry.number), reverse=True)
    return found[: asked.limit]


def _one(viewer: User, customer: Customer, number: int) -> Entry | None:
    if number == _MADE:
        return _of_card(customer)
    tags = CustomerTag.objects.filter(customer=customer, pk=number - _MADE)
    found = tags.select_related("tag", "tagged_by").first()
    return _of_tag(found) if found else None


def _of_tag(put: CustomerTag) -> Entry:
    origin = here(f"customers.origin.{put.origin}")
    return Entry(
        source="card",
        number=put.pk + _MADE,
        at=put.tagged_at,
        kind="card",
        icon="tag",
        title=here("timeline.title.tag", name=put.tag.name),
        who=put.tagged_by.shown_name if put.tagged_by else "",
        note="" if put.tagged_by else origin,
    )


def _of_card(customer: Customer) -> Entry:
    return Entry(
        source="card", number=_MADE, at=customer.created_at, kind="card", icon="user-plus",
        title=here("timeline.title.made"),
    )  # fmt: skip


CARDS = Source("card", frozenset({"card"}), True, _newest, _one)
