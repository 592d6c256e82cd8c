"""What is asked of scores, for somebody: the run in force, the rows of a list, the score of one customer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from shuke.crm.customers.models import Customer
from shuke.crm.people.models import User
from shuke.crm.scores.columns import OF_CUSTOMER, Column
from shuke.crm.scores.find import Found, all_ids, find
from shuke.crm.scores.models import COLUMNS, SLOTS, Run, Score, TierChange
from shuke.crm.scores.query import Query

_CHUNK = 2_000


@dataclass(frozen=True)
class Listed:
    """A customer in a list, with the score of the current run where there is one."""

    customer: Customer
    score: Score | None

    def value(self, field: str) -> Any:
        """A figure by the name of its field, of the score or of the customer."""
        holder = self.customer if field in OF_CUSTOMER else self.score
        return None if holder is None else getattr(holder, field)


@dataclass(frozen=True)
class Standing:
    """A tier that a customer came to: since which run, and from which tier."""

    run: Run
    before: str
    after: str


def current_run(viewer: User) -> Run | None:
    """The run whose scores are in force; None before the first."""
    _require_sight(viewer)
    return Run.objects.filter(state=Run.State.CURRENT).first()


def run_for_lists(viewer: User) -> Run | None:
    """The current run without its figures for the Overview, which lists and cards would read for nothing."""
    _require_sight(viewer)
    return _light(Run.State.CURRENT)


def previous_run(viewer: User) -> Run | None:
    """The run before the current one, likewise."""
    _require_sight(viewer)
    return _light(Run.State.PREVIOUS)


def runs(viewer: User) -> QuerySet[Run]:
    """All published runs, the latest first."""
    _require_sight(viewer)
    return Run.objects.exclude(state=Run.State.FILLING)


def listed(viewer: User, query: Query, run: Run | None) -> tuple[list[Listed], Found]:
    """The page of a list, and how many customers the list has."""
    _require_sight(viewer)
    found = find(query, run)
    return _rows(found.ids, run, query.columns), found


def all_listed(viewer: User, query: Query, run: Run | None) -> Iterator[Listed]:
    """All customers of a list, in order, a few thousand at a time.

    Raises PermissionDenied for who may not export.
    """
    if not viewer.may("export"):
        raise PermissionDenied("export")
    return _all_rows(query, run)


def score_of(viewer: User, customer: Customer, run: Run | None) -> Score | None:
    """A customer's score in a run that is current or previous."""
    _require_sight(viewer)
    if run is None or run.slot is None:
        return None
    return SLOTS[run.slot].objects.filter(pk=customer.pk).first()


def tier_history(viewer: User, customer: Customer) -> list[Standing]:
    """The changes of a customer's tier from run to run, the latest first."""
    _require_sight(viewer)
    changes = TierChange.objects.filter(customer=customer).exclude(run__state=Run.State.FILLING)
    ordered = changes.select_related("run").order_by("-run__published_at")
    return [Standing(change.run, change.before, change.after) for change in ordered]


def as_row(score: Score, key: str) -> dict[str, Any]:
    """A score as a row of the core's `scores`, for `kit.text.explain`."""
    return {name: key if name == "customer_id" else getattr(score, name) for name in COLUMNS}


def _light(state: Run.State) -> Run | None:
    return Run.objects.filter(state=state).defer("figures", "parameters").first()


def _all_rows(query: Query, run: Run | None) -> Iterator[Listed]:
    ids = all_ids(query, run)
    while chunk := list(islice(ids, _CHUNK)):
        yield from _rows(chunk, run, query.columns)


def _rows(ids: Sequence[int], run: Run | None, columns: Sequence[Column]) -> list[Listed]:
    """The customers and their scores, with the fields that the columns show; a sentence may need any of them."""
    fields = {column.field for column in columns}
    customers = Customer.objects.only("key", "name", *sorted(fields & OF_CUSTOMER)).in_bulk(ids)
    scores: dict[int, Score] = {}
    if run is not None and run.slot is not None:
        rows = SLOTS[run.slot].objects.all()
        if not any(column.form == "sentence" for column in columns):
            rows = rows.only(*sorted(fields.intersection(COLUMNS)))
        scores = dict(rows.in_bulk(ids))
    return [Listed(customers[pk], scores.get(pk)) for pk in ids if pk in customers]


def _require_sight(viewer: User) -> None:
    if not viewer.may("see"):
        raise PermissionDenied("see")
