"""What is asked of customers, always for somebody: who looks decides what is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet

from shuke.crm.customers.errors import NoSuchCustomer
from shuke.crm.customers.models import Customer, CustomerTag, Export, SavedView, Tag
from shuke.crm.customers.search import found_ids
from shuke.crm.people.models import User


def customer(viewer: User, key: str) -> Customer:
    """The customer with that key.

    Raises NoSuchCustomer.
    """
    _require_sight(viewer)
    found = Customer.objects.filter(key=key).first()
    if found is None:
        raise NoSuchCustomer(f"No customer has the key {key!r}: check it, or search by name or phone.")
    return found


def found(viewer: User, words: str, limit: int = 20) -> list[Customer]:
    """At most `limit` customers whom the words may mean, by name."""
    _require_sight(viewer)
    ids = found_ids(words, limit) if words.strip() else []
    return list(Customer.objects.filter(pk__in=ids).order_by("sort_name", "pk"))


def tags_of(viewer: User, customers: Iterable[int]) -> dict[int, list[str]]:
    """The names of the tags of customers, by their ids."""
    _require_sight(viewer)
    rows = CustomerTag.objects.filter(customer__in=list(customers)).order_by("tag__name")
    tags: dict[int, list[str]] = {}
    for pk, name in rows.values_list("customer_id", "tag__name"):
        tags.setdefault(pk, []).append(name)
    return tags


def tagged(viewer: User, customer: Customer) -> QuerySet[CustomerTag]:
    """The tags of one customer, with who put them there."""
    _require_sight(viewer)
    return CustomerTag.objects.filter(customer=customer).select_related("tag", "tagged_by").order_by("tag__name")


def all_tags(viewer: User) -> list[str]:
    """The names of all tags."""
    _require_sight(viewer)
    return list(Tag.objects.values_list("name", flat=True))


def saved_views(viewer: User) -> Sequence[SavedView]:
    """The views of one's own and those shared, the pinned ones first."""
    _require_sight(viewer)
    return list(SavedView.objects.filter(Q(owner_id=viewer.pk) | Q(shared=True)).select_related("owner"))


def exports(viewer: User) -> QuerySet[Export]:
    """The log of exports, the latest first: one's own, or everybody's for who may manage people."""
    log = Export.objects.select_related("exported_by")
    return log if viewer.may("people") else log.filter(exported_by=viewer)


def _require_sight(viewer: User) -> None:
    if not viewer.may("see"):
        raise PermissionDenied("see")
