"""What of scores goes along in a merge: how tiers and stages went; and the score, where the survivor has none.

A score cannot be added to another: the next run counts both cards' purchases as one customer's. Until then the
survivor keeps its own, and the others' are set aside, with their place in the counts of lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shuke.crm.customers.kept import Kept, kept, put_back
from shuke.crm.customers.movers import Done, Mover, rows_of
from shuke.crm.scores.cells import totals
from shuke.crm.scores.labels import recounted
from shuke.crm.scores.models import SLOTS, Run, Score, StageChange, TierChange

_READABLE = (Run.State.CURRENT, Run.State.PREVIOUS)


def _count(ids: Sequence[int]) -> int:
    current = Run.objects.filter(state=Run.State.CURRENT).first()
    return _scores(current).objects.filter(pk__in=ids).count() if current else 0


def _join(survivor: int, others: Sequence[int]) -> Done:
    runs = Run.objects.select_for_update().filter(state__in=_READABLE).order_by("pk")
    return [_join_in(run, survivor, others) for run in runs]


def _join_in(run: Run, survivor: int, others: Sequence[int]) -> Done:
    scores = _scores(run)
    has_own, moved, aside = scores.objects.filter(pk=survivor).exists(), 0, []
    for row in scores.objects.filter(pk__in=others).order_by("pk"):
        if has_own:
            aside.append(kept(row))
            scores.objects.filter(pk=row.pk).delete()
        else:
            scores.objects.filter(pk=row.pk).update(customer_id=survivor)
            has_own, moved = True, row.pk
    _recount(run, aside, -1)
    return {"run": run.run_id, "moved": moved, "aside": aside}


def _part(survivor: int, done: Done) -> None:
    for told in done:
        run = Run.objects.select_for_update().filter(run_id=told["run"], state__in=_READABLE).first()
        if run is not None:
            _part_in(run, survivor, told)


def _part_in(run: Run, survivor: int, told: dict[str, Any]) -> None:
    scores = _scores(run)
    if told["moved"]:
        scores.objects.filter(pk=survivor).update(customer_id=told["moved"])
    for row in told["aside"]:
        put_back(scores, row)
    _recount(run, told["aside"], 1)


def _recount(run: Run, rows: Sequence[Kept], step: int) -> None:
    """The counts of lists, with those rows or without them."""
    if rows:
        for row in rows:
            run.cells[int(row["cell"])][-1] += step
        run.customers += step * len(rows)
        run.counts = totals(run.cells) | recounted(run.counts, rows, step)
        run.save(update_fields=["cells", "customers", "counts"])


def _scores(run: Run) -> type[Score]:
    assert run.slot is not None  # noqa: S101  a run that is read has one
    return SLOTS[run.slot]


SCORES = Mover("scores", tuple(f"{model._meta.label}.customer" for model in SLOTS), _count, _join, _part)
TIERS = rows_of("tiers", TierChange, once=("run",))
STAGES = rows_of("stages", StageChange, once=("run",))
