"""Which customers a list shows, in order, fast at a million.

Several ways lead to a page. Where one of the filters leaves a few customers, those are fetched by its index, tried
against the other filters and sorted; of some thousands the page is picked out of the order instead, whose first rows
hold enough of them. Where there are filters by score alone and the order is a common one, the first
customers of each cell are fetched in that order and merged. Else the index of the order is walked from its top until
the page is full: mostly every filter then meets often enough for the walk to be short. Where it is not (a common
name among customers who stand at the end of the order), the walk is given up and the many are fetched after all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from operator import itemgetter
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from shuke.crm.customers.keys import among
from shuke.crm.customers.models import Customer, CustomerTag
from shuke.crm.customers.search import all_found
from shuke.crm.privacy import reads as consents
from shuke.crm.scores.labels import how_many
from shuke.crm.scores.models import FIRST_OF_CELLS, Run
from shuke.crm.scores.plan import Plan, Sight, planned
from shuke.crm.scores.query import Query

FEW = 4_000
BEGUN = 12_000
"""How many customers may be found by the beginning of a name or a number, which an index alone answers."""
PICKED = 1_000
"""How many customers found make it worth walking the order's index for those among them."""
COUNTED_IN_FULL = 2_000
"""How many customers found, of whom other filters leave some, are looked up one by one and so counted."""
MANY = 100_000
"""How many customers a word or a tag may leave to be fetched, where a walk finds too few."""
WALKED = 20_000
"""After how many rows a walk that tries words or a tag against each is given up."""
_FIRST_STEP, _LONGEST_STEP = 500, 4_000
COUNTED = 10_000
MERGED = 20_000
"""How many customers may be fetched for a page that is merged of cells."""
_CELLS_MERGED = 200  # each is a part of one statement, and SQLite takes at most 500


@dataclass(frozen=True)
class Found:
    """The ids of a page's customers in order; how many there are in all, or at least (`capped`)."""

    ids: list[int]
    total: int
    capped: bool = False


def find(query: Query, run: Run | None, sight: Sight) -> Found:
    """The page of customers that a query asks for, of those in sight."""
    plan = planned(query, run, sight)
    few, ids = few_of(plan), None
    if few is not None and (picked := _picked(few)) is not None:
        return picked
    if few is None and plan.is_narrowed:
        ids = _tried(plan)
        few = _left(plan, MANY) if ids is None else None
    if few is not None:
        found = in_order(few)
        return Found([pk for pk, _ in found[query.start : query.start + query.size]], len(found))
    if ids is None:
        ids = _merged(plan, query.start, query.size) or _walked(plan, query.start, query.size)
    if plan.is_narrowed and len(ids) < query.size and (ids or not query.start):
        return Found(ids, query.start + len(ids))  # the last page, so that all are counted
    total, capped = _total(plan)
    return Found(ids, max(total, query.start + len(ids)), capped)


def all_ids(query: Query, run: Run | None, sight: Sight) -> Iterator[int]:
    """The ids of all customers that a query asks for, of those in sight, in order; for exports."""
    plan = planned(query, run, sight)
    few = few_of(plan)
    if few is not None:
        return (pk for pk, _ in in_order(few))
    with_value, without = _walks(plan)
    return chain(with_value.iterator(), without.iterator())


@dataclass(frozen=True)
class Few:
    """Few customers whom one filter leaves, and the plan with those filters that they are still to be tried by."""

    ids: list[int]
    rest: Plan


def few_of(plan: Plan) -> Few | None:
    """Those whom one of the filters leaves, if it leaves few."""
    if plan.cells is not None and plan.in_cells <= FEW:
        held = plan.scores.objects.filter(cell__in=plan.cells).values_list("pk", flat=True) if plan.run else ()
        return Few(list(held), plan)
    return _left(plan, FEW)


def _left(plan: Plan, most: int) -> Few | None:
    """Those whom the viewer's reach, the words, the tag or a field leaves, if they are at most so many."""
    if not plan.sight.within.is_all:
        owned = Customer.objects.filter(plan.sight.within.within()).order_by().values_list("pk", flat=True)
        if len(ids := list(owned[: most + 1])) <= most:
            return Few(ids, plan)
    words, tail_only = plan.query.words, plan.sight.tail_only
    if words and (found := all_found(words, most, max(most, BEGUN), tail_only=tail_only)) is not None:
        return Few(found, replace(plan, query=replace(plan.query, words="")))
    for ids, rest in _named(plan, most + 1):
        if len(ids) <= most:
            return Few(ids, rest)
    for condition in plan.query.conditions:
        if condition.has_index:
            passing = Customer.objects.filter(condition.passes()).order_by().values_list("pk", flat=True)
            if len(ids := list(passing[: most + 1])) <= most:
                return Few(ids, plan)
    return None


def _named(plan: Plan, most: int) -> Iterator[tuple[list[int], Plan]]:
    """The ids that a tag leaves, that what was said of a channel leaves, that the days of the first or last purchase
    leave; each with the plan as it is still to be tried."""
    query = plan.query
    if plan.tag_id is not None:
        tagged = CustomerTag.objects.filter(tag_id=plan.tag_id).values_list("customer_id", flat=True)
        yield list(tagged[:most]), replace(plan, tag_id=None, query=replace(query, tag=""))
    if query.consent and (said := consents.ids_with(query.consent, most)) is not None:
        yield said, plan
    if query.spans and plan.run:
        yield list(plan.scores.objects.filter(plan.bought("")).values_list("pk", flat=True)[:most]), plan
    if query.labels and plan.run:
        # All at once: labels that many have each are together often those of few.
        counted = how_many(plan.run.counts, query.labels)
        if counted == 0:
            yield [], plan
        elif counted is None or counted < most:
            yield list(plan.scores.objects.filter(plan.labelled("")).values_list("pk", flat=True)[:most]), plan


def _picked(few: Few) -> Found | None:
    """The page out of the order's index: sooner than the rows of each of the few, where they are so many that the first
    of them stand near the top. None where they do not. Where other filters are left, the rest of many is not counted.
    """
    plan, asked = few.rest, frozenset(few.ids)
    is_bare = not plan.is_narrowed and plan.cells is None
    deep, found = plan.query.start + plan.query.size, list[int]()
    walked, step = 0, min(deep * (plan.run.customers if plan.run else WALKED) // max(len(asked), 1), WALKED)
    if len(asked) < (PICKED if is_bare else COUNTED_IN_FULL) or not (plan.cells is None or _can_merge(plan, step)):
        return None
    passing = plan.customers().filter(_of_candidates(plan).passes("")).values_list("pk", flat=True)
    while walked < WALKED:
        part = _candidates(plan, walked, step)
        hits = [pk for pk in part if pk in asked]
        passed = frozenset(hits if is_bare else passing.filter(among(hits)))
        found += [pk for pk in hits if pk in passed]
        if len(found) >= deep:
            return Found(found[plan.query.start : deep], len(asked) if is_bare else len(found), capped=not is_bare)
        if len(part) < step:
            return None
        walked, step = walked + step, step // 2 + 1
    return None


def _tried(plan: Plan) -> list[int] | None:
    """The page out of the first `WALKED` rows of the order, tried against all filters; None if they do not fill it.

    Step by step, each as long as those passing so far let expect, or twice the one before: the planner would else walk
    as far as it takes.
    """
    start, deep = plan.query.start, plan.query.start + plan.query.size
    passing = plan.customers().filter(_of_candidates(plan).passes("")).values_list("pk", flat=True)
    found: list[int] = []
    # To merge many cells takes a statement that is long to plan: fewer of them, of more rows.
    walked, step = 0, _FIRST_STEP * (2 if _can_merge(plan, 2 * _FIRST_STEP) else 1)
    while walked < WALKED:
        part = _candidates(plan, walked, step)
        passed = set(passing.filter(among(part)))
        found += [pk for pk in part if pk in passed]
        if len(found) >= deep:
            return found[start:deep]
        if len(part) < step:
            return _walked(plan, start, plan.query.size) if plan.run is None or plan.run.customers <= WALKED else None
        walked += step
        expected = walked * (deep - len(found)) // max(len(found), 1)
        step = min(expected + expected // 4 + 100, 2 * step, _LONGEST_STEP)
    return None


def _candidates(plan: Plan, start: int, size: int) -> list[int]:
    """Part of the order: of the cells admitted, which its index knows, where it is an order of scores."""
    if _can_merge(plan, start + size):
        return _merged_ids(plan, start, size)
    rows = plan.ordered(plan.rows())
    if plan.cells is not None and not plan.by_customer:
        rows = rows.filter(cell__in=plan.cells)
    return list(rows.values_list("pk", flat=True)[start : start + size])


def _of_candidates(plan: Plan) -> Plan:
    """What part of the order is still to be tried by: of scores, its cells are those admitted."""
    return plan if plan.by_customer else replace(plan, cells=None)


def in_order(few: Few) -> list[tuple[int, Any]]:
    """Those of the few that pass the other filters, each with its value of the order. Sorted here: a planner might
    walk the order's index instead."""
    if not few.ids:
        return []
    plan = few.rest
    rows = _with_scores(few) if plan.is_by_score else _with_order(few)
    rows.sort(key=itemgetter(0), reverse=not plan.ties_rise())
    with_value = sorted((row for row in rows if row[1] is not None), key=itemgetter(1), reverse=plan.is_descending)
    return with_value + sorted(row for row in rows if row[1] is None)


def _with_order(few: Few) -> list[tuple[int, Any]]:
    """Of the few that pass: the id, and the value of the order."""
    plan = few.rest
    order = plan.order if plan.by_customer else f"{plan.relation}__{plan.order}"
    return list(plan.customers().filter(plan.passes(""), among(few.ids)).values_list("pk", order))


def _with_scores(few: Few) -> list[tuple[int, Any]]:
    """The same where nothing of customers is asked any more: their rows, which are long, are not read."""
    plan = few.rest
    rows = list(plan.rows().filter(plan.passes(plan.to_customer()), among(few.ids)).values_list("pk", plan.order))
    if plan.cells is not None or plan.query.labels or plan.query.spans:
        return rows
    scored = {pk for pk, _ in rows}
    return rows + [(pk, None) for pk in few.ids if pk not in scored]


def _walks(plan: Plan) -> tuple[QuerySet[Any, int], QuerySet[Any, int]]:
    """The ids along the order: first those with a value, then those without."""
    rows = plan.rows().filter(plan.passes(plan.to_customer()))
    can_lack = plan.can_lack(rows)
    without = rows.filter(**{f"{plan.order}__isnull": True}).order_by("pk") if can_lack else rows.none()
    return plan.ordered(rows).values_list("pk", flat=True), without.values_list("pk", flat=True)


def _merged(plan: Plan, start: int, size: int) -> list[int]:
    """A page merged of the first customers of each cell; empty where another way must be taken."""
    deep = start + size
    if plan.is_narrowed or not _can_merge(plan, deep):
        return []
    ids = _merged_ids(plan, start, size)
    # Fewer than asked for: the rest have no value, and stand after all that have one.
    return ids if len(ids) == size or deep > plan.in_cells == start + len(ids) else []


def _can_merge(plan: Plan, deep: int) -> bool:
    """Whether the first `deep` of each cell are few enough together.

    PostgreSQL reads each cell only as far as the page needs it; SQLite fetches the first of all and sorts them.
    """
    if plan.run is None or plan.cells is None or plan.order not in FIRST_OF_CELLS:
        return False
    if connection.vendor == "postgresql":
        fetched = deep
    else:
        fetched = sum(min(int(plan.run.cells[cell][-1]), deep) for cell in plan.cells)
    return 0 < len(plan.cells) <= _CELLS_MERGED and fetched <= MERGED


def _merged_ids(plan: Plan, start: int, size: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_merging(plan, plan.cells or [], start + size), [size, start])
        return [pk for pk, _ in cursor.fetchall()]


def _merging(plan: Plan, cells: list[int], deep: int) -> str:
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


def _walked(plan: Plan, start: int, size: int) -> list[int]:
    if plan.run is not None and not (plan.by_customer or plan.is_narrowed) and plan.in_cells // 2 < start:
        return _from_the_end(plan, start, size)
    with_value, without = _walks(plan)
    ids = list(with_value[start : start + size])
    if len(ids) < size and not without.query.is_empty():
        skipped = max(start - with_value.count(), 0) if not ids else 0
        ids += without[skipped : skipped + size - len(ids)]
    return ids


def _from_the_end(plan: Plan, start: int, size: int) -> list[int]:
    """A page of the latter half, of a list whose length is known: fewer customers are passed on the way to it."""
    with_value, without = (rows.reverse() for rows in _walks(plan))
    end = min(start + size, plan.in_cells)
    behind, wanted = plan.in_cells - end, max(end - start, 0)
    ids = list(without[behind : behind + wanted])
    if len(ids) < wanted:
        passed = behind if ids or not behind else without.count()
        ids += with_value[behind - passed : behind - passed + wanted - len(ids)]
    return ids[::-1]


def _total(plan: Plan) -> tuple[int, bool]:
    query = plan.query
    if query.words or query.tag or query.contact or query.consent or query.spans or query.conditions:
        return (FEW if _is_one_alone(plan) else 0), True
    if query.labels:
        return _with_labels(plan)
    if plan.sight.within.is_all and (plan.cells is not None or not plan.by_customer):
        return plan.in_cells, False
    passing = Customer.objects.filter(plan.passes(""))
    if not plan.by_customer:
        passing = passing.filter(**{f"{plan.relation}__isnull": False})
    counted = passing.order_by().values_list("pk")[: COUNTED + 1].count()
    return min(counted, COUNTED), counted > COUNTED


def _is_one_alone(plan: Plan) -> bool:
    """Whether words or a tag are all that is asked: then `few_of` has seen that more than few pass."""
    query = plan.query
    others = query.contact or query.consent or query.spans or query.conditions or query.labels or query.wanted
    return bool(query.words) != bool(query.tag) and not others and plan.sight.within.is_all


def _with_labels(plan: Plan) -> tuple[int, bool]:
    """A label alone was counted when the run was published; with other filters the many are not counted."""
    if plan.run is None or plan.cells is not None or not plan.sight.within.is_all:
        return 0, True
    counted = how_many(plan.run.counts, plan.query.labels)
    return (0, True) if counted is None else (counted, False)
