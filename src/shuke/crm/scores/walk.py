"""A list walked on from a place in it, for the API: each page begins after the last customer of the page before.

The place is a value of the order and a customer's id, so that whoever comes in meanwhile moves nobody to another page.
Customers without a value stand last, by id.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from shuke.crm.scores.find import Few, few_of, in_order
from shuke.crm.scores.models import Run
from shuke.crm.scores.plan import Plan, Sight, planned
from shuke.crm.scores.query import Query


@dataclass(frozen=True)
class Place:
    """Where a page ended: the value of the order there (None: among those without), and the customer."""

    value: Any
    customer: int

    def written(self) -> list[Any]:
        """As a cursor carries it."""
        return [self.value.isoformat() if isinstance(self.value, date) else self.value, self.customer]


def walk(query: Query, run: Run | None, sight: Sight, after: Place | None, limit: int) -> list[Place]:
    """The next customers of the list, those in sight: at most `limit`, with the place of each."""
    plan = planned(query, run, sight)
    few = few_of(plan)
    if few is not None:
        return _of_few(plan, few, after)[:limit]
    rows = plan.rows().filter(plan.passes(plan.to_customer()))
    found: list[Place] = []
    if after is None or after.value is not None:
        with_value = _beyond(plan, plan.ordered(rows), after) if after else plan.ordered(rows)
        found = [Place(value, pk) for pk, value in with_value.values_list("pk", plan.order)[:limit]]
    if len(found) < limit and plan.can_lack(rows):
        found += _without(plan, rows, after, limit - len(found))
    return found


def is_by_score(query: Query, run: Run | None, sight: Sight) -> bool:
    """Whether the order is one of scores, so that it ends with the run."""
    return not planned(query, run, sight).by_customer


def _of_few(plan: Plan, few: Few, after: Place | None) -> list[Place]:
    """Those beyond the place. Among few, customers without a score stand too, as in the list of the pages."""
    found = [Place(value, pk) for pk, value in in_order(few)]
    return found if after is None else [one for one in found if _is_beyond(plan, one, after)]


def _is_beyond(plan: Plan, one: Place, after: Place) -> bool:
    if one.value is None or after.value is None:
        return one.value is None and (after.value is not None or one.customer > after.customer)
    value, past = one.written()[0], after.written()[0]
    if value != past:
        return bool((value < past) == plan.is_descending)
    return one.customer > after.customer if plan.ties_rise() else one.customer < after.customer


def _beyond(plan: Plan, rows: QuerySet[Any], after: Place) -> QuerySet[Any]:
    past = "lt" if plan.is_descending else "gt"
    tie = Q(pk__gt=after.customer) if plan.ties_rise() else Q(pk__lt=after.customer)
    # Said twice, so that the index is entered at the value and not at its top.
    within = Q(**{f"{plan.order}__{past}e": after.value})
    return rows.filter(within, Q(**{f"{plan.order}__{past}": after.value}) | tie)


def _without(plan: Plan, rows: QuerySet[Any], after: Place | None, limit: int) -> list[Place]:
    lacking = rows.filter(**{f"{plan.order}__isnull": True}).order_by("pk")
    if after is not None and after.value is None:
        lacking = lacking.filter(pk__gt=after.customer)
    return [Place(None, pk) for pk in lacking.values_list("pk", flat=True)[:limit]]
