"""Who is on a list, always for somebody: only customers in the viewer's reach."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from shuke.crm.customers import reads as customers
from shuke.crm.customers.models import Customer
from shuke.crm.customers.scope import reach
from shuke.crm.lists.models import ListCode, Listed
from shuke.crm.people.models import User

SOON_DAYS = 30
_AT_ONCE = 2_000


def today() -> date:
    """The day in the business's time zone."""
    return timezone.localdate()


def listed(viewer: User, list_code: str = "") -> QuerySet[Listed]:
    """Who is on that list now (or on either), the latest first; each customer once, by the latest row that holds."""
    found = _rows(viewer).filter(holding(today()))
    later = Listed.objects.filter(holding(today()), customer=OuterRef("customer"))
    after = Q(since_on__gt=OuterRef("since_on")) | Q(since_on=OuterRef("since_on"), pk__gt=OuterRef("pk"))
    found = found.exclude(Exists(later.filter(after)))
    return found.filter(list_code=list_code) if list_code else found


def ending_soon(viewer: User) -> QuerySet[Listed]:
    """Those whose last day comes within SOON_DAYS, the soonest first."""
    return listed(viewer).filter(until_on__lte=today() + timedelta(days=SOON_DAYS)).order_by("until_on", "pk")


def history(viewer: User, customer: Customer) -> QuerySet[Listed]:
    """All lists that the customer was ever put on, the latest first."""
    return _rows(viewer).filter(customer=customer)


def current(viewer: User, customer: Customer) -> Listed | None:
    """By which row the customer is on a list now."""
    return history(viewer, customer).filter(holding(today())).first()


def row(viewer: User, pk: int) -> Listed | None:
    """One row, of a customer in reach."""
    return _rows(viewer).filter(pk=pk).first()


def may_list(viewer: User, customer: Customer) -> bool:
    """Whether the viewer may put the customer on a list or take them off."""
    return viewer.may("lists") and customers.may_do(viewer, customer, "write")


def facts() -> Iterator[dict[str, object]]:
    """Every row as a run takes it (`tables.LISTED`), of all customers; a row that was ended before its first whole day
    is left out."""
    rows = Listed.objects.select_related("customer", "listed_by").order_by("pk")
    for one in rows.iterator(chunk_size=_AT_ONCE):
        if one.last_on is None or one.last_on >= one.since_on:
            yield {
                "customer_id": one.customer.key,
                "list_code": one.list_code,
                "reason": one.reason,
                "listed_by": one.listed_by.get_username() if one.listed_by else "",
                "listed_on": one.since_on,
                "until_on": one.last_on,
            }


def counts(viewer: User) -> dict[str, int]:
    """How many are on each list now."""
    return {code: listed(viewer, code).count() for code in ListCode.values}


def holding(day: date) -> Q:
    """As a condition: the row holds on that day."""
    return Q(ended_at=None, since_on__lte=day) & (Q(until_on=None) | Q(until_on__gte=day))


def _rows(viewer: User) -> QuerySet[Listed]:
    if not viewer.may("see"):
        raise PermissionDenied("see")
    found = Listed.objects.filter(reach(viewer).within("customer__"))
    return found.select_related("customer", "listed_by", "ended_by").order_by("-since_on", "-pk")
