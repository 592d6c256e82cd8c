"""Purchases on a customer's timeline: a day each, its orders folded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter

from shuke.crm.customers.models import Customer
from shuke.crm.people.models import User
from shuke.crm.scores import reads as scores
from shuke.crm.timeline.entries import Asked, Entry, Source, day_begins
from shuke.crm.words import here
from shuke.insight.slots import Visit, currency_of, rows_of, visits_of
from shuke.kit.text import money, number
from shuke.ui import language


def _newest(asked: Asked) -> list[Entry]:
    currency = currency_of(scores.run_for_lists(asked.viewer))
    days = ((day, list(visits)) for day, visits in groupby(visits_of(rows_of(asked.customer)), key=attrgetter("on")))
    wanted = ((day, visits) for day, visits in days if asked.at is None or _stands_before(day, asked.at, asked.number))
    return [_of_day(day, visits, currency) for (day, visits), _ in zip(wanted, range(asked.limit), strict=False)]


def _one(viewer: User, customer: Customer, wanted: int) -> Entry | None:
    visits = [visit for visit in visits_of(rows_of(customer)) if _number(visit.on) == wanted]
    return _of_day(visits[0].on, visits, currency_of(scores.run_for_lists(viewer))) if visits else None


def _of_day(day: date, visits: Sequence[Visit], currency: str) -> Entry:
    tongue = language.active()
    amount = money(sum(visit.amount_minor for visit in visits), currency, tongue)
    several = len(visits) > 1
    lines = [(" · ".join(filter(None, (visit.what, visit.where, visit.order))),
              money(visit.amount_minor, currency, tongue) if several else "") for visit in visits]  # fmt: skip
    fold = here("insight.timeline.orders", count=number(len(visits), tongue)) if several else visits[0].what
    return Entry(
        source="purchase",
        number=_number(day),
        at=day_begins(day),
        kind="purchase",
        icon="shopping-cart",
        title=here("insight.timeline.purchase"),
        amount=amount,
        dated=True,
        fold=fold,
        lines=lines,
    )


def _stands_before(day: date, at: datetime, before: int) -> bool:
    """A day has one entry, at its beginning."""
    begins = day_begins(day)
    return begins < at or (begins == at and _number(day) < before)


def _number(day: date) -> int:
    return int(f"{day:%Y%m%d}")


PURCHASES = Source("purchase", frozenset({"purchase"}), False, _newest, _one)
