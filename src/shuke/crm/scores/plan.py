"""What a query of the list means in a run: whose customers, which cells, which order, all its filters as conditions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from shuke.crm.customers.models import Customer, CustomerTag, Tag
from shuke.crm.customers.scope import EVERYBODY, Reach, asked_for, reach
from shuke.crm.customers.search import matching
from shuke.crm.customers.values import FieldValue
from shuke.crm.people.models import User
from shuke.crm.people.rights import Act
from shuke.crm.privacy import reads as consents
from shuke.crm.scores.cells import chosen
from shuke.crm.scores.columns import LAST_TOUCH
from shuke.crm.scores.models import DESCENDING, RELATIONS, SLOTS, Run, Score
from shuke.crm.scores.query import NEVER, Query

_OF_CUSTOMERS = ("sort_name", "created_at", LAST_TOUCH)
_CARD_ORDER = "sorted_value"


@dataclass(frozen=True)
class Sight:
    """Whose customers a list may show, and whether phone numbers are found by their last digits only."""

    within: Reach
    tail_only: bool

    @classmethod
    def of(cls, viewer: User, query: Query, act: Act = "read") -> Sight:
        """What the viewer reaches of what the query asks for."""
        return cls(reach(viewer, act).narrowed(asked_for(viewer, query.owner)), not viewer.may("contacts"))


UNLIMITED = Sight(EVERYBODY, tail_only=False)
"""The system's own."""


@dataclass(frozen=True)
class Plan:
    """A query with what its filters mean in a run: the cells admitted (None: all), and how many customers they hold.

    The tag by its id, since by the name planners cannot know how many have it.
    """

    query: Query
    run: Run | None
    sight: Sight
    tag_id: int | None
    cells: list[int] | None
    in_cells: int

    @property
    def by_customer(self) -> bool:
        return self.run is None or self.query.sorted_by is not None or self.query.field in _OF_CUSTOMERS

    @property
    def relation(self) -> str:
        assert self.run is not None and self.run.slot is not None  # noqa: S101, PT018  asked only where there is a run
        return RELATIONS[self.run.slot]

    @property
    def scores(self) -> type[Score]:
        assert self.run is not None and self.run.slot is not None  # noqa: S101, PT018
        return SLOTS[self.run.slot]

    @property
    def order(self) -> str:
        """The field sorted by; without a run only fields of customers can be."""
        if self.query.sorted_by is not None:
            return _CARD_ORDER
        return self.query.field if self.run or self.query.field in _OF_CUSTOMERS else "sort_name"

    @property
    def is_narrowed(self) -> bool:
        """Whether there is a filter that the order's index and the cells know nothing of."""
        query = self.query
        return (
            bool(query.words or query.tag or query.contact or query.consent or query.spans)
            or bool(query.conditions or query.labels)
            or not self.sight.within.is_all
        )

    @property
    def is_by_score(self) -> bool:
        """Whether order and filters are of scores alone, so that nothing of customers themselves is asked."""
        query = self.query
        asks = query.words or query.tag or query.contact or query.consent or query.conditions
        return not (self.by_customer or asks) and self.sight.within.is_all

    @property
    def is_descending(self) -> bool:
        return self.query.is_descending and self.order in (self.query.field, _CARD_ORDER)

    def customers(self) -> QuerySet[Customer]:
        """Customers, with the field of the card that they are sorted by."""
        of = self.query.sorted_by
        return Customer.objects.all() if of is None else Customer.objects.annotate(**{_CARD_ORDER: FieldValue(of)})

    def passes(self, prefix: str) -> Q:
        """All filters as conditions on rows of scores (prefix `customer__`) or of customers (no prefix)."""
        condition = self.sight.within.within(prefix)
        if self.cells is not None:
            condition &= Q(**{"cell__in" if prefix else f"{self.relation}__cell__in": self.cells})
        if self.query.words:
            condition &= matching(self.query.words, prefix, tail_only=self.sight.tail_only)
        if self.tag_id is not None:
            tagged = CustomerTag.objects.filter(tag_id=self.tag_id, customer=OuterRef("pk"))
            condition &= Q(Exists(tagged))
        if self.query.contact:
            condition &= _without_contact(self.query.contact, prefix)
        if self.query.consent:
            condition &= consents.passes(self.query.consent)
        if self.query.spans:
            condition &= self.bought("" if prefix or self.run is None else f"{self.relation}__")
        if self.query.labels:
            condition &= self.labelled("" if prefix or self.run is None else f"{self.relation}__")
        for wanted in self.query.conditions:
            condition &= wanted.passes(prefix, walked=True)
        return condition

    def bought(self, prefix: str) -> Q:
        """The first and the last purchase lie in the days asked for, as the run's scores have them."""
        asked = {f"{prefix}{name}__range": days for name, days in self.query.spans.items()}
        return Q(**asked) if self.run else Q(pk__in=())

    def labelled(self, prefix: str) -> Q:
        """Any of the codes asked for, in each label."""
        return Q(**{f"{prefix}{name}__in": codes for name, codes in self.query.labels}) if self.run else Q(pk__in=())

    def rows(self) -> QuerySet[Any]:
        """What an order runs over: customers, or the run's scores."""
        return self.customers() if self.by_customer else self.scores.objects.all()

    def to_customer(self) -> str:
        return "" if self.by_customer else "customer__"

    def ordered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Those with a value, as the order's index runs, or all of it backwards."""
        same = "last_touch__customer_id" if self.order == LAST_TOUCH else "pk"  # of the table whose index it is
        tie = same if self.ties_rise() else f"-{same}"
        ordered = rows.order_by(f"-{self.order}" if self.is_descending else self.order, tie)
        can_lack = self.can_lack(rows)
        return ordered.filter(**{f"{self.order}__isnull": False}) if can_lack else ordered

    def can_lack(self, rows: QuerySet[Any]) -> bool:
        """Whether some have no value to be sorted by."""
        return self.order in (_CARD_ORDER, LAST_TOUCH) or bool(rows.model._meta.get_field(self.order).null)

    def ties_rise(self) -> bool:
        """Whether customers with the same value stand by rising id: so they do in the order's index."""
        return self.is_descending == (self.order in DESCENDING)


def planned(query: Query, run: Run | None, sight: Sight) -> Plan:
    tag_id = _id_of(query.tag) if query.tag else None
    if run is None:
        return Plan(query, None, sight, tag_id, [] if query.wanted else None, 0)
    if not query.wanted:
        return Plan(query, run, sight, tag_id, None, run.customers)
    cells, count = chosen(run.cells, query.wanted)
    return Plan(query, run, sight, tag_id, cells, count)


def _id_of(tag: str) -> int:
    """0 for a tag that is not there, which nobody has."""
    return Tag.objects.filter(name=tag).values_list("pk", flat=True).first() or 0


def _without_contact(contact: str, prefix: str) -> Q:
    """Nobody was in contact for so many days, or ever."""
    never = Q(**{f"{prefix}{LAST_TOUCH}__isnull": True})
    if contact == NEVER:
        return never
    return never | Q(**{f"{prefix}{LAST_TOUCH}__lt": timezone.now() - timedelta(days=int(contact))})
