"""Which customers a list shows, in order, fast at a million.

Three ways lead to a page. Where one of the filters leaves a few customers, those are fetched by its index, tried
against the other filters and sorted. Where there are filters by score alone and the order is a common one, the first
customers of each cell are fetched in that order and merged. Else the index of the order is walked from its top until
the page is full: mostly every filter then meets often enough for the walk to be short. Where it is not (a common
name among customers who stand at the end of the order), the walk is given up and the many are fetched after all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from operator import itemgetter
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from shuke.crm.customers.keys import among
from shuke.crm.customers.models import Customer, CustomerTag, Tag
from shuke.crm.customers.scope import EVERYBODY, Reach, asked_for, reach
from shuke.crm.customers.search import found_ids, matching
from shuke.crm.customers.values import FieldValue
from shuke.crm.people.models import User
from shuke.crm.people.rights import Act
from shuke.crm.privacy import reads as consents
from shuke.crm.scores.cells import chosen
from shuke.crm.scores.columns import LAST_TOUCH
from shuke.crm.scores.models import DESCENDING, FIRST_OF_CELLS, RELATIONS, SLOTS, Run, Score
from shuke.crm.scores.query import NEVER, Query, days_of

FEW = 4_000
MANY = 100_000
"""How many customers a word or a tag may leave to be fetched, where a walk finds too few."""
WALKED = 20_000
"""After how many rows a walk that tries words or a tag against each is given up."""
_FIRST_STEP, _LONGEST_STEP = 500, 4_000
COUNTED = 10_000
MERGED = 20_000
"""How many customers may be fetched for a page that is merged of cells."""
_CELLS_MERGED = 200  # each is a part of one statement, and SQLite takes at most 500
_OF_CUSTOMERS = ("sort_name", "created_at", LAST_TOUCH)
_CARD_ORDER = "sorted_value"


@dataclass(frozen=True)
class Found:
    """The ids of a page's customers in order; how many there are in all, or at least (`capped`)."""

    ids: list[int]
    total: int
    capped: bool = False


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
class _Plan:
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
            bool(query.words or query.tag or query.contact or query.consent or query.first)
            or bool(query.conditions or query.labels)
            or not self.sight.within.is_all
        )

    @property
    def is_descending(self) -> bool:
        return self.query.is_descending and self.order in (self.query.field, _CARD_ORDER)


def find(query: Query, run: Run | None, sight: Sight) -> Found:
    """The page of customers that a query asks for, of those in sight."""
    plan = _planned(query, run, sight)
    few, ids = _few(plan), None
    if few is None and plan.is_narrowed:
        ids = _tried(plan)
        few = _left(plan, MANY) if ids is None else None
    if few is not None:
        found = _sorted(plan, few)
        return Found(found[query.start : query.start + query.size], len(found))
    if ids is None:
        ids = _merged(plan, query.start, query.size) or _walked(plan, query.start, query.size)
    if plan.is_narrowed and len(ids) < query.size and (ids or not query.start):
        return Found(ids, query.start + len(ids))  # the last page, so that all are counted
    total, capped = _total(plan)
    return Found(ids, max(total, query.start + len(ids)), capped)


def all_ids(query: Query, run: Run | None, sight: Sight) -> Iterator[int]:
    """The ids of all customers that a query asks for, of those in sight, in order; for exports."""
    plan = _planned(query, run, sight)
    few = _few(plan)
    if few is not None:
        return iter(_sorted(plan, few))
    with_value, without = _walks(plan)
    return chain(with_value.iterator(), without.iterator())


def _planned(query: Query, run: Run | None, sight: Sight) -> _Plan:
    tag_id = _id_of(query.tag) if query.tag else None
    if run is None:
        return _Plan(query, None, sight, tag_id, [] if query.wanted else None, 0)
    if not query.wanted:
        return _Plan(query, run, sight, tag_id, None, run.customers)
    cells, count = chosen(run.cells, query.wanted)
    return _Plan(query, run, sight, tag_id, cells, count)


def _id_of(tag: str) -> int:
    """0 for a tag that is not there, which nobody has."""
    return Tag.objects.filter(name=tag).values_list("pk", flat=True).first() or 0


def _few(plan: _Plan) -> list[int] | None:
    """The ids that one of the filters leaves, if it leaves few."""
    if plan.cells is not None and plan.in_cells <= FEW:
        return list(plan.scores.objects.filter(cell__in=plan.cells).values_list("pk", flat=True)) if plan.run else []
    return _left(plan, FEW)


def _left(plan: _Plan, most: int) -> list[int] | None:
    """The ids that the viewer's reach, the words, the tag or a field leaves, if they are at most so many."""
    if not plan.sight.within.is_all:
        owned = Customer.objects.filter(plan.sight.within.within()).order_by().values_list("pk", flat=True)
        if len(ids := list(owned[: most + 1])) <= most:
            return ids
    words, tail_only = plan.query.words, plan.sight.tail_only
    if words and len(ids := found_ids(words, most + 1, tail_only=tail_only)) <= most:
        return ids
    for ids in _named(plan, most + 1):
        if len(ids) <= most:
            return ids
    for condition in plan.query.conditions:
        if condition.has_index:
            passing = Customer.objects.filter(condition.passes()).order_by().values_list("pk", flat=True)
            if len(ids := list(passing[: most + 1])) <= most:
                return ids
    return None


def _named(plan: _Plan, most: int) -> Iterator[list[int]]:
    """The ids that a tag leaves, that what was said of a channel leaves, that the days of the first purchase leave."""
    if plan.tag_id is not None:
        tagged = CustomerTag.objects.filter(tag_id=plan.tag_id).values_list("customer_id", flat=True)
        yield list(tagged[:most])
    if plan.query.consent and (said := consents.ids_with(plan.query.consent, most)) is not None:
        yield said
    if plan.query.first and plan.run:
        yield list(plan.scores.objects.filter(_began(plan, "")).values_list("pk", flat=True)[:most])
    for name, codes in plan.query.labels if plan.run else ():
        yield list(plan.scores.objects.filter(**{f"{name}__in": codes}).values_list("pk", flat=True)[:most])


def _tried(plan: _Plan) -> list[int] | None:
    """The page out of the first `WALKED` rows of the order, tried against all filters; None if they do not fill it.

    Step by step, each twice as long as the one before: the planner would else walk as far as it takes.
    """
    start, deep = plan.query.start, plan.query.start + plan.query.size
    passing = _rows(plan).filter(_passes(plan, _to_customer(plan))).values_list("pk", flat=True)
    found: list[int] = []
    walked, step = 0, _FIRST_STEP
    while walked < WALKED:
        part = _candidates(plan, walked, step)
        passed = set(passing.filter(among(part)))
        found += [pk for pk in part if pk in passed]
        if len(found) >= deep:
            return found[start:deep]
        if len(part) < step:
            return _walked(plan, start, plan.query.size) if plan.run is None or plan.run.customers <= WALKED else None
        walked, step = walked + step, min(2 * step, _LONGEST_STEP)
    return None


def _candidates(plan: _Plan, start: int, size: int) -> list[int]:
    """Part of the order: of the cells admitted, which its index knows, where it is an order of scores."""
    if _can_merge(plan, start + size):
        return _merged_ids(plan, start, size)
    rows = _ordered(plan, _rows(plan))
    if plan.cells is not None and not plan.by_customer:
        rows = rows.filter(cell__in=plan.cells)
    return list(rows.values_list("pk", flat=True)[start : start + size])


def _sorted(plan: _Plan, few: list[int]) -> list[int]:
    """Those of the few that pass the other filters. Sorted here: a planner might walk the order's index instead."""
    if not few:
        return []
    order = plan.order if plan.by_customer else f"{plan.relation}__{plan.order}"
    rows = list(_customers(plan).filter(_passes(plan, ""), among(few)).values_list("pk", order))
    rows.sort(key=itemgetter(0), reverse=not _ties_rise(plan))
    with_value = sorted((row for row in rows if row[1] is not None), key=itemgetter(1), reverse=plan.is_descending)
    return [pk for pk, _ in with_value] + sorted(pk for pk, value in rows if value is None)


def _customers(plan: _Plan) -> QuerySet[Customer]:
    """Customers, with the field of the card that they are sorted by."""
    of = plan.query.sorted_by
    return Customer.objects.all() if of is None else Customer.objects.annotate(**{_CARD_ORDER: FieldValue(of)})


def _passes(plan: _Plan, prefix: str) -> Q:
    """All filters as conditions on rows of scores (prefix `customer__`) or of customers (no prefix)."""
    condition = plan.sight.within.within(prefix)
    if plan.cells is not None:
        condition &= Q(**{"cell__in" if prefix else f"{plan.relation}__cell__in": plan.cells})
    if plan.query.words:
        condition &= matching(plan.query.words, prefix, tail_only=plan.sight.tail_only)
    if plan.tag_id is not None:
        tagged = CustomerTag.objects.filter(tag_id=plan.tag_id, customer=OuterRef("pk"))
        condition &= Q(Exists(tagged))
    if plan.query.contact:
        condition &= _without_contact(plan.query.contact, prefix)
    if plan.query.consent:
        condition &= consents.passes(plan.query.consent)
    if plan.query.first:
        condition &= _began(plan, "" if prefix or plan.run is None else f"{plan.relation}__")
    relation = f"{plan.relation}__" if plan.run else ""
    for name, codes in plan.query.labels:
        condition &= Q(**{f"{'' if prefix else relation}{name}__in": codes}) if plan.run else Q(pk__in=())
    for wanted in plan.query.conditions:
        condition &= wanted.passes(prefix, walked=True)
    return condition


def _began(plan: _Plan, prefix: str) -> Q:
    """The first purchase lies in the days asked for, as the run's scores have it."""
    return Q(**{f"{prefix}first_purchase__range": days_of(plan.query.first)}) if plan.run else Q(pk__in=())


def _without_contact(contact: str, prefix: str) -> Q:
    """Nobody was in contact for so many days, or ever."""
    never = Q(**{f"{prefix}{LAST_TOUCH}__isnull": True})
    if contact == NEVER:
        return never
    return never | Q(**{f"{prefix}{LAST_TOUCH}__lt": timezone.now() - timedelta(days=int(contact))})


def _rows(plan: _Plan) -> QuerySet[Any]:
    """What an order runs over: customers, or the run's scores."""
    return _customers(plan) if plan.by_customer else plan.scores.objects.all()


def _to_customer(plan: _Plan) -> str:
    return "" if plan.by_customer else "customer__"


def _ordered(plan: _Plan, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those with a value, as the order's index runs, or all of it backwards."""
    same = "last_touch__customer_id" if plan.order == LAST_TOUCH else "pk"  # of the table whose index it is
    tie = same if _ties_rise(plan) else f"-{same}"
    ordered = rows.order_by(f"-{plan.order}" if plan.is_descending else plan.order, tie)
    can_lack = _can_lack(plan, rows)
    return ordered.filter(**{f"{plan.order}__isnull": False}) if can_lack else ordered


def _can_lack(plan: _Plan, rows: QuerySet[Any]) -> bool:
    """Whether some have no value to be sorted by."""
    return plan.order in (_CARD_ORDER, LAST_TOUCH) or bool(rows.model._meta.get_field(plan.order).null)


def _ties_rise(plan: _Plan) -> bool:
    """Whether customers with the same value stand by rising id: so they do in the order's index."""
    return plan.is_descending == (plan.order in DESCENDING)


def _walks(plan: _Plan) -> tuple[QuerySet[Any, int], QuerySet[Any, int]]:
    """The ids along the order: first those with a value, then those without."""
    rows = _rows(plan).filter(_passes(plan, _to_customer(plan)))
    can_lack = _can_lack(plan, rows)
    without = rows.filter(**{f"{plan.order}__isnull": True}).order_by("pk") if can_lack else rows.none()
    return _ordered(plan, rows).values_list("pk", flat=True), without.values_list("pk", flat=True)


def _merged(plan: _Plan, start: int, size: int) -> list[int]:
    """A page merged of the first customers of each cell; empty where another way must be taken."""
    deep = start + size
    if plan.is_narrowed or not _can_merge(plan, deep):
        return []
    ids = _merged_ids(plan, start, size)
    # Fewer than asked for: the rest have no value, and stand after all that have one.
    return ids if len(ids) == size or deep > plan.in_cells == start + len(ids) else []


def _can_merge(plan: _Plan, deep: int) -> bool:
    """Whether the first `deep` of each cell are few enough together."""
    if plan.run is None or plan.cells is None or plan.order not in FIRST_OF_CELLS:
        return False
    fetched = sum(min(int(plan.run.cells[cell][-1]), deep) for cell in plan.cells)
    return 0 < len(plan.cells) <= _CELLS_MERGED and fetched <= MERGED


def _merged_ids(plan: _Plan, start: int, size: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_merging(plan, plan.cells or [], start + size), [size, start])
        return [pk for pk, _ in cursor.fetchall()]


def _merging(plan: _Plan, cells: list[int], deep: int) -> str:
    """The statement: for each cell its first `deep` in the order, of these the page. Names and numbers are our own."""
    table, order = (connection.ops.quote_name(name) for name in (plan.scores._meta.db_table, plan.order))
    ways = ("DESC", "ASC") if plan.is_descending else ("ASC", "DESC")  # as the index runs, or all of it backwards
    by = f"{order} {ways[0]}, customer_id {ways[1]}"
    parts = [
        f"SELECT * FROM (SELECT customer_id, {order} FROM {table} "
        f"WHERE cell = {cell} AND {order} IS NOT NULL ORDER BY {by} LIMIT {deep}) AS c{cell}"
        for cell in cells
    ]
    return f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS firsts ORDER BY {by} LIMIT %s OFFSET %s"


def _walked(plan: _Plan, start: int, size: int) -> list[int]:
    with_value, without = _walks(plan)
    ids = list(with_value[start : start + size])
    if len(ids) < size and not without.query.is_empty():
        skipped = max(start - with_value.count(), 0) if not ids else 0
        ids += without[skipped : skipped + size - len(ids)]
    return ids


def _total(plan: _Plan) -> tuple[int, bool]:
    query = plan.query
    if query.words or query.tag or query.contact or query.consent or query.first or query.conditions:
        return FEW, True
    if query.labels:
        return _with_labels(plan)
    if plan.sight.within.is_all and (plan.cells is not None or not plan.by_customer):
        return plan.in_cells, False
    passing = Customer.objects.filter(_passes(plan, ""))
    if not plan.by_customer:
        passing = passing.filter(**{f"{plan.relation}__isnull": False})
    counted = passing.order_by().values_list("pk")[: COUNTED + 1].count()
    return min(counted, COUNTED), counted > COUNTED


def _with_labels(plan: _Plan) -> tuple[int, bool]:
    """A label alone was counted when the run was published; with other filters the many are not counted."""
    alone = len(plan.query.labels) == 1 and plan.cells is None and plan.sight.within.is_all
    if not alone or plan.run is None:
        return FEW, True
    [(name, codes)] = plan.query.labels
    counts = plan.run.counts.get(name, {})
    return sum(counts.get(code, 0) for code in codes), False
