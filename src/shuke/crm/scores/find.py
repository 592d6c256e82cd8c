"""Which customers a list shows, in order, fast at a million.

Three ways lead to a page. Where one of the filters leaves a few customers, those are fetched by its index, tried
against the other filters and sorted. Where there are filters by score alone and the order is a common one, the first
customers of each cell are fetched in that order and merged. Else the index of the order is walked from its top until
the page is full: mostly every filter then meets often enough for the walk to be short.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from shuke.crm.customers.models import Customer, CustomerTag
from shuke.crm.customers.search import found_ids, matching
from shuke.crm.scores.cells import chosen
from shuke.crm.scores.models import DESCENDING, FIRST_OF_CELLS, RELATIONS, SLOTS, Run, Score
from shuke.crm.scores.query import Query

FEW = 2_000
COUNTED = 10_000
MERGED = 20_000
"""How many customers may be fetched for a page that is merged of cells."""
_CELLS_MERGED = 200  # each is a part of one statement, and SQLite takes at most 500
_OF_CUSTOMERS = ("sort_name", "created_at")


@dataclass(frozen=True)
class Found:
    """The ids of a page's customers in order; how many there are in all, or at least (`capped`)."""

    ids: list[int]
    total: int
    capped: bool = False


@dataclass(frozen=True)
class _Plan:
    """A query with what its filters mean in a run: the cells admitted (None: all), and how many customers they hold."""

    query: Query
    run: Run | None
    cells: list[int] | None
    in_cells: int

    @property
    def by_customer(self) -> bool:
        return self.run is None or self.query.field in _OF_CUSTOMERS

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
        return self.query.field if self.run or self.query.field in _OF_CUSTOMERS else "sort_name"

    @property
    def is_descending(self) -> bool:
        return self.query.is_descending and self.order == self.query.field


def find(query: Query, run: Run | None) -> Found:
    """The page of customers that a query asks for."""
    plan = _planned(query, run)
    few = _few(plan)
    if few is not None:
        ids = _sorted(plan, few)
        return Found(ids[query.start : query.start + query.size], len(ids))
    ids = _merged(plan, query.start, query.size) or _walked(plan, query.start, query.size)
    total, capped = _total(plan)
    return Found(ids, max(total, query.start + len(ids)), capped)


def all_ids(query: Query, run: Run | None) -> Iterator[int]:
    """The ids of all customers that a query asks for, in order; for exports."""
    plan = _planned(query, run)
    few = _few(plan)
    if few is not None:
        return iter(_sorted(plan, few))
    with_value, without = _walks(plan)
    return chain(with_value.iterator(), without.iterator())


def _planned(query: Query, run: Run | None) -> _Plan:
    if run is None:
        return _Plan(query, None, [] if query.wanted else None, 0)
    if not query.wanted:
        return _Plan(query, run, None, run.customers)
    cells, count = chosen(run.cells, query.wanted)
    return _Plan(query, run, cells, count)


def _few(plan: _Plan) -> list[int] | None:
    """The ids that one of the filters leaves, if it leaves few."""
    if plan.cells is not None and plan.in_cells <= FEW:
        return list(plan.scores.objects.filter(cell__in=plan.cells).values_list("pk", flat=True)) if plan.run else []
    if plan.query.words and len(ids := found_ids(plan.query.words, FEW + 1)) <= FEW:
        return ids
    if plan.query.tag:
        tagged = CustomerTag.objects.filter(tag__name=plan.query.tag).values_list("customer_id", flat=True)
        if len(ids := list(tagged[: FEW + 1])) <= FEW:
            return ids
    return None


def _sorted(plan: _Plan, few: list[int]) -> list[int]:
    """Those of the few that pass the other filters. Sorted here: a planner might walk the order's index instead."""
    if not few:
        return []
    order = plan.order if plan.by_customer else f"{plan.relation}__{plan.order}"
    rows = list(Customer.objects.filter(_passes(plan, ""), pk__in=few).values_list("pk", order))
    with_value = sorted((value, pk) for pk, value in rows if value is not None)
    if plan.is_descending:
        with_value.sort(key=lambda pair: pair[0], reverse=True)
    return [pk for _, pk in with_value] + sorted(pk for pk, value in rows if value is None)


def _passes(plan: _Plan, prefix: str) -> Q:
    """All filters as conditions on rows of scores (prefix `customer__`) or of customers (no prefix)."""
    condition = Q()
    if plan.cells is not None:
        condition &= Q(**{"cell__in" if prefix else f"{plan.relation}__cell__in": plan.cells})
    if plan.query.words:
        condition &= matching(plan.query.words, prefix)
    if plan.query.tag:
        tagged = CustomerTag.objects.filter(tag__name=plan.query.tag, customer=OuterRef("pk"))
        condition &= Q(Exists(tagged))
    return condition


def _walks(plan: _Plan) -> tuple[QuerySet[Any, int], QuerySet[Any, int]]:
    """The ids along the order: first those with a value, then those without."""
    rows: QuerySet[Any] = (
        Customer.objects.filter(_passes(plan, ""))
        if plan.by_customer
        else plan.scores.objects.filter(_passes(plan, "customer__"))
    )
    descending = plan.is_descending
    tie = "pk" if descending == (plan.order in DESCENDING) else "-pk"  # as the index runs, or all of it backwards
    with_value = rows.order_by(f"-{plan.order}" if descending else plan.order, tie)
    if rows.model._meta.get_field(plan.order).null:
        with_value = with_value.filter(**{f"{plan.order}__isnull": False})
        without = rows.filter(**{f"{plan.order}__isnull": True}).order_by("pk")
    else:
        without = rows.none()
    return with_value.values_list("pk", flat=True), without.values_list("pk", flat=True)


def _merged(plan: _Plan, start: int, size: int) -> list[int]:
    """A page merged of the first customers of each cell; empty where another way must be taken."""
    query, deep = plan.query, start + size
    by_score_alone = plan.run is not None and plan.cells is not None and not (query.words or query.tag)
    if plan.run is None or not by_score_alone or plan.order not in FIRST_OF_CELLS:
        return []
    cells = plan.cells or []
    fetched = sum(min(int(plan.run.cells[cell][-1]), deep) for cell in cells)
    if not 0 < len(cells) <= _CELLS_MERGED or fetched > MERGED:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_merging(plan, cells, deep), [size, start])
        ids = [pk for pk, _ in cursor.fetchall()]
    # Fewer than asked for: the rest have no value, and stand after all that have one.
    return ids if len(ids) == size or deep > plan.in_cells == start + len(ids) else []


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
    if not (plan.query.words or plan.query.tag) and (plan.cells is not None or not plan.by_customer):
        return plan.in_cells, False
    if plan.query.words or plan.query.tag:
        return FEW, True
    counted = Customer.objects.order_by().values_list("pk")[: COUNTED + 1].count()
    return min(counted, COUNTED), counted > COUNTED
