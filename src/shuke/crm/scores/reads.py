"""What is asked of scores, for somebody: the run in force, the rows of a list, the score of one customer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet

from shuke.crm.customers.masks import masked
from shuke.crm.customers.models import Customer
from shuke.crm.customers.scope import reach
from shuke.crm.people.models import User
from shuke.crm.people.rights import Act
from shuke.crm.scores.columns import LAST_CONTACT, LAST_TOUCH, OF_CARD, OF_CUSTOMER, Column
from shuke.crm.scores.find import Found, all_ids, find
from shuke.crm.scores.models import COLUMNS, SLOTS, Run, Score, TierChange
from shuke.crm.scores.plan import Sight
from shuke.crm.scores.query import Query
from shuke.crm.scores.walk import Place, walk
from shuke.kit.text import use_names

_CHUNK = 2_000
_NAMES_OF_OWNER = ("owner__username", "owner__name")


@dataclass(frozen=True)
class Listed:
    """A customer in a list, with the score of the current run where there is one; contacts masked if they must be."""

    customer: Customer
    score: Score | None
    in_full: bool

    def value(self, field: str) -> Any:
        """A figure by the name of its field, of the score, of the customer or of the card."""
        if field.startswith(OF_CARD):
            return self.customer.values.get(field.removeprefix(OF_CARD))
        holder = self.customer if field in OF_CUSTOMER else self.score
        value = None if holder is None else getattr(holder, field)
        return masked(field, value) if isinstance(value, str) and not self.in_full else value


@dataclass(frozen=True)
class Standing:
    """A tier that a customer came to: since which run, and from which tier."""

    run: Run
    before: str
    after: str


def current_run(viewer: User) -> Run | None:
    """The run whose scores are in force; None before the first."""
    _require_sight(viewer)
    return _named(Run.objects.filter(state=Run.State.CURRENT).first())


def run_for_lists(viewer: User) -> Run | None:
    """The current run without its figures for the Overview, which lists and cards would read for nothing."""
    _require_sight(viewer)
    return _named(_light(Run.State.CURRENT))


def published_ids() -> set[str]:
    """Of all runs that are or were in force, whoever asks."""
    return set(Run.objects.exclude(state=Run.State.FILLING).values_list("run_id", flat=True))


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
    found = find(query, run, Sight.of(viewer, query))
    return _rows(viewer, found.ids, run, query.columns), found


def walked(
    viewer: User, query: Query, run: Run | None, after: Place | None, limit: int
) -> tuple[list[Listed], Place | None]:
    """The next customers of a list after a place in it, and where they end; None where the list does."""
    _require_sight(viewer)
    found = walk(query, run, Sight.of(viewer, query), after, limit + 1)
    shown = found[:limit]
    rows = _rows(viewer, [place.customer for place in shown], run, query.columns)
    return rows, shown[-1] if len(found) > limit else None


def all_listed(viewer: User, query: Query, run: Run | None) -> Iterator[Listed]:
    """All customers of a list, in order, a few thousand at a time.

    Raises PermissionDenied for who may not export.
    """
    if not viewer.may("export"):
        raise PermissionDenied("export")
    return _all_rows(viewer, query, run)


def listed_ids(viewer: User, query: Query, run: Run | None, act: Act = "write") -> Iterator[int]:
    """The ids of those customers of a list whom the viewer may change, or give away: for what is done to all."""
    _require_sight(viewer)
    return all_ids(query, run, Sight.of(viewer, query, act))


def score_of(viewer: User, customer: Customer, run: Run | None) -> Score | None:
    """A customer's score in a run that is current or previous."""
    return scores_of(viewer, [customer], run).get(customer.pk)


def scores_of(viewer: User, customers: Sequence[Customer], run: Run | None) -> dict[int, Score]:
    """As `score_of` of several, by the customer's id."""
    _require_sight(viewer)
    if run is None or run.slot is None:
        return {}
    within = SLOTS[run.slot].objects.filter(reach(viewer).within("customer__"))
    return dict(within.in_bulk([customer.pk for customer in customers]))


def tier_history(viewer: User, customer: Customer) -> list[Standing]:
    """The changes of a customer's tier from run to run, the latest first."""
    _require_sight(viewer)
    within = reach(viewer).within("customer__")
    changes = TierChange.objects.filter(within, customer=customer).exclude(run__state=Run.State.FILLING)
    ordered = changes.select_related("run").order_by("-run__published_at")
    return [Standing(change.run, change.before, change.after) for change in ordered]


def as_row(score: Score, key: str) -> dict[str, Any]:
    """A score as a row of the core's `scores`, for `kit.text.explain`."""
    return {name: key if name == "customer_id" else getattr(score, name) for name in COLUMNS}


def _named(run: Run | None) -> Run | None:
    """From here on labels are called as this run calls them."""
    use_names(run.names if run else {})
    return run


def _light(state: Run.State) -> Run | None:
    return Run.objects.filter(state=state).defer("figures", "parameters").first()


def _all_rows(viewer: User, query: Query, run: Run | None) -> Iterator[Listed]:
    ids = all_ids(query, run, Sight.of(viewer, query, "export"))
    while chunk := list(islice(ids, _CHUNK)):
        yield from _rows(viewer, chunk, run, query.columns)


def _rows(viewer: User, ids: Sequence[int], run: Run | None, columns: Sequence[Column]) -> list[Listed]:
    """The customers and their scores, with the fields that the columns show; a sentence may need any of them."""
    fields = {column.field for column in columns}
    card = ["values"] if any(column.of is not None for column in columns) else []
    shown = ["key", "name", "kind", *card, *sorted((fields & OF_CUSTOMER) - {LAST_CONTACT})]
    # Found within the viewer's reach already; asked again, so that no way of finding can show more.
    rows_of = Customer.objects.filter(reach(viewer).within()).only(*shown)
    if "owner" in fields:
        rows_of = rows_of.select_related("owner").only(*shown, *_NAMES_OF_OWNER)
    if LAST_CONTACT in fields:
        rows_of = rows_of.annotate(**{LAST_CONTACT: F(LAST_TOUCH)})
    customers = rows_of.in_bulk(ids)
    scores: dict[int, Score] = {}
    if run is not None and run.slot is not None:
        rows = SLOTS[run.slot].objects.all()
        if not any(column.form == "sentence" for column in columns):
            rows = rows.only(*sorted(fields.intersection(COLUMNS)))
        scores = dict(rows.in_bulk(ids))
    in_full = viewer.may("contacts")
    return [Listed(customers[pk], scores.get(pk), in_full) for pk in ids if pk in customers]


def _require_sight(viewer: User) -> None:
    if not viewer.may("see"):
        raise PermissionDenied("see")
