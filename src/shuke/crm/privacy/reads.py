"""May somebody be contacted, what they said about it, what is held on them, and erasures: always for somebody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet

from shuke.crm.customers import reads as customers
from shuke.crm.customers.models import Customer
from shuke.crm.customers.scope import reach
from shuke.crm.people.models import User
from shuke.crm.privacy.holdings import Holding, holdings, person_of
from shuke.crm.privacy.models import Channel, Erasure, Purpose, Standing, State, Statement

UNKNOWN = "unknown"
CONSENTS: dict[str, tuple[str, ...]] = {"given": (State.GIVEN,), "no": (State.REFUSED, State.WITHDRAWN), UNKNOWN: ()}
"""What lists are filtered by, and the states that it means."""


@dataclass(frozen=True, slots=True)
class Stands:
    """What stands of one channel and purpose: the latest statement, or none."""

    channel: Channel
    purpose: str
    statement: Statement | None

    @property
    def state(self) -> str:
        return self.statement.state if self.statement else UNKNOWN


def channels() -> list[Channel]:
    """The channels in use."""
    return list(Channel.objects.filter(archived=False))


def out_of_use(viewer: User, customer: Customer) -> list[Channel]:
    """The channels out of use that the customer's consent still stands for: it can be taken back like any other."""
    found = [one.channel for one in standings(viewer, customer) if one.channel.archived and one.state == State.GIVEN]
    return list(dict.fromkeys(found))


def may_contact(customer: int, channel: str, day: date, purpose: str = Purpose.MARKETING) -> bool:
    """Whether the business may contact the customer (by id) that way on that day, for that purpose."""
    return bool(who_may_be_contacted([customer], channel, day, purpose))


def who_may_be_contacted(
    customers: Iterable[int], channel: str, day: date, purpose: str = Purpose.MARKETING
) -> set[int]:
    """Those of the customers (by id) who may be contacted that way on that day.

    What they said last, up to that day, counts. Of whom nothing is known, only service they bought may be spoken of:
    for all else consent comes first.
    """
    wanted = set(customers)
    said = Statement.objects.filter(customer__in=wanted, channel__code=channel, purpose=purpose, on__lte=day)
    # In the order of time, so that the last one stays.
    last = dict(said.order_by("on", "pk").values_list("customer_id", "state"))
    unknown = purpose == Purpose.SERVICE and Channel.objects.filter(code=channel).exists()
    return {pk for pk in wanted if (last[pk] == State.GIVEN if pk in last else unknown)}


def standings(viewer: User, customer: Customer) -> list[Stands]:
    """What stands: marketing for every channel in use, other purposes where something was said."""
    rows = list(statements(viewer, customer))
    latest: dict[tuple[int, str], Statement] = {}
    for row in rows:
        latest.setdefault((row.channel_id, row.purpose), row)
    shown = [Stands(channel, Purpose.MARKETING, latest.pop((channel.pk, Purpose.MARKETING), None))
             for channel in channels()]  # fmt: skip
    return shown + [Stands(row.channel, row.purpose, row) for row in latest.values()]


def statements(viewer: User, customer: Customer) -> QuerySet[Statement]:
    """All that the customer said, the latest day first."""
    found = Statement.objects.filter(reach(viewer).within("customer__"), customer=customer)
    return found.select_related("channel", "noted_by").order_by("-on", "-pk")


def of_customers(viewer: User, ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """What stands for marketing, by customer and channel."""
    found: dict[int, dict[str, str]] = {}
    rows = Standing.objects.filter(reach(viewer).within("customer__"), customer__in=list(ids))
    rows = rows.filter(purpose=Purpose.MARKETING, channel__archived=False).order_by("channel__place", "channel_id")
    for pk, channel, state in rows.values_list("customer_id", "channel__code", "state"):
        found.setdefault(pk, {})[channel] = state
    return found


def passes(consent: str) -> Q:
    """A filter such as `email:given`, as a condition on rows whose primary key is a customer's: of marketing."""
    channel, _, wanted = consent.partition(":")
    said = Standing.objects.filter(customer=OuterRef("pk"), channel__code=channel, purpose=Purpose.MARKETING)
    return Q(Exists(said.filter(state__in=CONSENTS[wanted]))) if CONSENTS[wanted] else ~Q(Exists(said))


def ids_with(consent: str, most: int) -> list[int] | None:
    """The ids of the customers who pass, at most so many; None for those of whom nothing is known: most have no row."""
    channel, _, wanted = consent.partition(":")
    found = Standing.objects.filter(channel__code=channel, purpose=Purpose.MARKETING, state__in=CONSENTS[wanted])
    return list(found.values_list("customer_id", flat=True)[:most]) if CONSENTS[wanted] else None


def may_take(viewer: User, customer: Customer) -> bool:
    """Whether the viewer may take all that is held on the customer away: contacts in full are part of it."""
    return viewer.may("export") and viewer.may("contacts") and customers.may_do(viewer, customer, "export")


def may_erase(viewer: User, customer: Customer) -> bool:
    """Whether the viewer may erase the customer."""
    return viewer.may("erase") and customers.may_do(viewer, customer, "delete")


def held(viewer: User, customer: Customer) -> list[tuple[Holding, int]]:
    """What is held on the customer, and how much of each; what there is nothing of is left out."""
    if not may_erase(viewer, customer):
        raise PermissionDenied("erase")
    person = person_of(customer)
    return [(holding, count) for holding in holdings() if (count := holding.count(person))]


def erasures(viewer: User) -> QuerySet[Erasure]:
    """All erasures, the latest first, for who may erase."""
    if not viewer.may("erase"):
        raise PermissionDenied("erase")
    return Erasure.objects.select_related("job", "asked_by")


def open_erasure(viewer: User, customer: Customer) -> Erasure | None:
    """The erasure of the customer that is not done yet."""
    found = Erasure.objects.filter(customer=customer.pk).exclude(state=Erasure.State.DONE)
    return found.first() if may_erase(viewer, customer) else None
