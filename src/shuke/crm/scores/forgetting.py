"""Scores of customers who are erased: the rows go with the card; here what the runs say of them in sum and by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shuke.crm.customers.keys import keys_of
from shuke.crm.customers.models import Customer
from shuke.crm.people.models import User
from shuke.crm.privacy.holdings import Holding, Person, Rows
from shuke.crm.scores.cells import totals
from shuke.crm.scores.labels import LABELS, recounted
from shuke.crm.scores.models import COLUMNS, SLOTS, Run, StageChange, TierChange


def forget(customers: Sequence[int]) -> None:
    """In the transaction of the erasure, before the cards go: lists count them no more, no figure names them."""
    rows = Customer.objects.filter(pk__in=customers)
    keys = {key for row in rows for key in keys_of(row)}
    for run in Run.objects.select_for_update():
        changed = _uncounted(run, customers) | _unnamed(run, keys)
        if changed:
            run.save(update_fields=["cells", "counts", "customers", "figures"])


def _uncounted(run: Run, customers: Sequence[int]) -> bool:
    if run.slot is None or run.state == Run.State.FILLING:  # nothing is counted yet; the rows go with the cards
        return False
    rows = list(SLOTS[run.slot].objects.filter(pk__in=customers).values("cell", *LABELS))
    for row in rows:
        run.cells[row["cell"]][-1] -= 1
    run.customers -= len(rows)
    run.counts = totals(run.cells) | recounted(run.counts, rows, -1)
    return bool(rows)


def _unnamed(run: Run, keys: set[str]) -> bool:
    """Whom to call, and whatever else a run's figures list by key."""
    before = run.figures
    run.figures = {name: [one for one in told if not _is_of(one, keys)] if isinstance(told, list) else told
                   for name, told in before.items()}  # fmt: skip
    return bool(run.figures != before)


def _is_of(told: Any, keys: set[str]) -> bool:
    key = told.get("customer_id") if isinstance(told, dict) else told
    return isinstance(key, str) and key in keys


def _scores(person: Person) -> list[tuple[Run, Any]]:
    runs = Run.objects.exclude(slot=None).exclude(state=Run.State.FILLING).order_by("published_at")
    found = [(run, SLOTS[run.slot].objects.filter(pk=person.number).first()) for run in runs if run.slot is not None]
    return [(run, score) for run, score in found if score is not None]


def _told(_: User, person: Person) -> Rows:
    return [
        {"run_id": run.run_id, "as_of": run.as_of, **{name: getattr(score, name) for name in COLUMNS[1:]}}
        for run, score in _scores(person)
    ]


def _changes(person: Person) -> list[Any]:
    return [
        one
        for model in (TierChange, StageChange)
        for one in model.objects.filter(customer=person.number).select_related("run")
    ]


def _told_changes(_: User, person: Person) -> Rows:
    return [
        {
            "of": "tier" if isinstance(one, TierChange) else "stage",
            "run_id": one.run.run_id,
            "as_of": one.run.as_of,
            "before": one.before,
            "after": one.after,
        }
        for one in _changes(person)
    ]


SCORES = Holding(
    "scores", ("scores.ScoreA", "scores.ScoreB", "scores.ScoreC"), lambda person: len(_scores(person)), _told
)
STANDING = Holding(
    "standing", ("scores.TierChange", "scores.StageChange"), lambda person: len(_changes(person)), _told_changes
)
