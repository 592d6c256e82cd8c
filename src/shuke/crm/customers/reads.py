"""What is asked of customers, always for somebody: who looks decides what is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet

from shuke.crm.customers.errors import NoSuchCustomer
from shuke.crm.customers.models import Customer, CustomerTag, Export, SavedView, Tag
from shuke.crm.customers.scope import reach
from shuke.crm.customers.search import found_ids, matching
from shuke.crm.people.models import User
from shuke.crm.people.reads import team_of
from shuke.crm.people.rights import Act

_SURVEYED = 2_000
"""Up to how many customers found by an index are tried against a scope, before the scope is searched itself."""


def visible(viewer: User, act: Act = "read") -> QuerySet[Customer]:
    """The customers whom the viewer may do this to: every list, card, search, export and act starts here."""
    return Customer.objects.filter(reach(viewer, act).within())


def sees_all(viewer: User) -> bool:
    """Whether figures of the whole business are the viewer's to see."""
    return reach(viewer).is_all


def may_do(viewer: User, customer: Customer, act: Act) -> bool:
    """Whether the viewer may do this to the customer."""
    return reach(viewer, act).holds(customer.owner_id)


def customer(viewer: User, key: str, act: Act = "read") -> Customer:
    """The customer with that key, or into whom the card with that key was merged.

    One whom the viewer may not read is as one there is not.

    Raises NoSuchCustomer; PermissionDenied for one whom the viewer may read, but not do this to.
    """
    _require_sight(viewer)
    seen = visible(viewer).select_related("owner")
    found = seen.filter(key=key).first() or seen.filter(aliases__key=key).first()
    if found is None:
        raise NoSuchCustomer(f"No customer has the key {key!r}: check it, or search by name or phone.")
    if not may_do(viewer, found, act):
        raise PermissionDenied(act)
    return found


def found(viewer: User, words: str, limit: int = 20) -> list[Customer]:
    """At most `limit` customers whom the words may mean, by name."""
    _require_sight(viewer)
    ids = found_within(viewer, words, limit) if words.strip() else []
    return list(Customer.objects.filter(pk__in=ids).order_by("sort_name", "pk"))


def found_within(viewer: User, words: str, limit: int) -> list[int]:
    """The ids of at most `limit` customers in the viewer's reach whom the words may mean."""
    tail_only = not viewer.may("contacts")
    seen = reach(viewer)
    if seen.is_all:
        return found_ids(words, limit, tail_only=tail_only)
    ids = found_ids(words, _SURVEYED, tail_only=tail_only)
    rows = Customer.objects.filter(seen.within())
    # Where the index alone finds very many, the viewer's are among them and beyond: then search among the viewer's.
    rows = rows.filter(pk__in=ids) if len(ids) < _SURVEYED else rows.filter(matching(words, tail_only=tail_only))
    return list(rows.order_by().values_list("pk", flat=True)[:limit])


def assignable(viewer: User) -> QuerySet[User]:
    """To whom the viewer may give customers: anybody active, or the team, as the scope of assigning reaches."""
    scope = viewer.scope("customers", "assign")
    active = User.objects.filter(is_active=True).order_by("name", "username")
    if scope == "all":
        return active
    return active.filter(pk__in=team_of(viewer)) if scope in ("own", "team") else active.none()


def owners(viewer: User) -> QuerySet[User]:
    """The users whose customers the viewer may list."""
    active = User.objects.filter(is_active=True).order_by("name", "username")
    seen = reach(viewer)
    return active if seen.owners is None else active.filter(pk__in=seen.owners)


def tags_of(viewer: User, customers: Iterable[int]) -> dict[int, list[str]]:
    """The names of the tags of customers, by their ids."""
    _require_sight(viewer)
    within = reach(viewer).within("customer__")
    rows = CustomerTag.objects.filter(within, customer__in=list(customers)).order_by("tag__name")
    tags: dict[int, list[str]] = {}
    for pk, name in rows.values_list("customer_id", "tag__name"):
        tags.setdefault(pk, []).append(name)
    return tags


def tagged(viewer: User, customer: Customer) -> QuerySet[CustomerTag]:
    """The tags of one customer, with who put them there."""
    _require_sight(viewer)
    found = CustomerTag.objects.filter(reach(viewer).within("customer__"), customer=customer)
    return found.select_related("tag", "tagged_by").order_by("tag__name")


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
