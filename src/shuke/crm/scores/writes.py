"""Publishing a run: its scores become the current ones, all at once."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from shuke.crm.customers import writes as customers
from shuke.crm.customers.keys import aliased
from shuke.crm.scores import slots
from shuke.crm.scores.cells import NEW, Cells, totals
from shuke.crm.scores.errors import RefusedRun
from shuke.crm.scores.labels import Counted
from shuke.crm.scores.models import COLUMNS, SLOTS, Run, StageChange, TierChange
from shuke.kit.money import require_currency
from shuke.kit.text import keys

_CHUNK = 10_000
_TIER, _STAGE = COLUMNS.index("tier_in_force"), COLUMNS.index("stage")

_Change = TypeVar("_Change", TierChange, StageChange)
Row = Sequence[Any]
Told = Callable[[int], None]
"""Told how many scores are written so far."""


@dataclass(frozen=True)
class NewRun:
    """What is published of a run beside its scores.

    `figures` is JSON for the Overview, all precomputed; `parameters` what the run was asked, `names` what its
    labels are called where they do not go by the catalogue.
    """

    run_id: str
    as_of: date
    currency: str
    horizon_days: int
    period_days: int
    ledger_version: int
    parameters: Mapping[str, Any] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def publish(*, run: NewRun, rows: Iterable[Row], told: Told | None = None) -> Run:
    """Write a run's scores beside the current ones, then make them the current ones in one step.

    A row has `COLUMNS` in their order: first the customer's key, then the scores; money in minor units. Customers not
    known yet are created. Until the last step readers keep the run before; a publication that was cut short leaves
    nothing to see, and is begun anew. A run that is published already is given back as it is.

    Raises RefusedRun for rows of another width, for a customer twice, and for a run that was replaced by a later one.
    """
    require_currency(run.currency)
    there = Run.objects.filter(run_id=run.run_id).first()
    if there is not None and there.state != Run.State.FILLING:
        return there
    filling = _begin(run)
    try:
        _fill(filling, rows, told)
    except BaseException:
        _give_up(filling)
        raise
    return _swap(filling)


@transaction.atomic
def set_figures(*, run_id: str, figures: Mapping[str, Any]) -> None:
    """Replace the precomputed figures of a published run."""
    if not Run.objects.filter(run_id=run_id).update(figures=dict(figures)):
        raise RefusedRun(f"No run {run_id!r} is published: publish it first.")


@transaction.atomic
def _begin(run: NewRun) -> Run:
    """Take the free slot. What an earlier publication left half done is dropped: one publication at a time."""
    Run.objects.filter(state=Run.State.FILLING).delete()
    taken = set(Run.objects.exclude(slot=None).values_list("slot", flat=True))
    slot = next(number for number in range(len(SLOTS)) if number not in taken)
    return Run.objects.create(
        run_id=run.run_id,
        as_of=run.as_of,
        currency=run.currency,
        horizon_days=run.horizon_days,
        period_days=run.period_days,
        ledger_version=run.ledger_version,
        parameters=dict(run.parameters),
        figures=dict(run.figures),
        names=_names_before() | dict(run.names),
        slot=slot,
    )


def _names_before() -> dict[str, Any]:
    """What the run before calls labels that no catalogue knows: customers came from these, and had them once."""
    before = Run.objects.filter(state=Run.State.CURRENT).values_list("names", flat=True).first() or {}
    return {key: name for key, name in before.items() if key not in keys(key)}


def _fill(run: Run, rows: Iterable[Row], told: Told | None) -> None:
    assert run.slot is not None  # noqa: S101  `_begin` gave it one
    model = SLOTS[run.slot]
    slots.empty(model)
    cells, labels, waiting, written = Cells(COLUMNS), Counted(COLUMNS), iter(rows), 0
    before = Run.objects.filter(state=Run.State.CURRENT).first()
    with _cycles_left_alone():
        while chunk := [tuple(row) for row in islice(waiting, _CHUNK)]:
            kept = _write_chunk(run, before, cells, chunk)
            labels.add(kept)
            written += len(kept)
            if told is not None:
                told(written)
    slots.index(model)
    run.cells, run.customers = cells.as_json(), written
    run.counts = totals(run.cells) | labels.as_json()


@contextmanager
def _cycles_left_alone() -> Iterator[None]:
    """Rows by the million hold no cycle; to look for some among them is a tenth of the time of writing them."""
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looked:
            gc.enable()


@transaction.atomic
def _write_chunk(run: Run, before: Run | None, cells: Cells, chunk: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows that were written: of cards merged while the run was computed, the survivor's own stands alone."""
    assert run.slot is not None  # noqa: S101
    _require_ours(run)
    _require_width(chunk)
    merged = aliased([row[0] for row in chunk])
    chunk = [row for row in chunk if row[0] not in merged]
    if not chunk:
        return []
    columns: list[Sequence[Any]] = list(zip(*chunk, strict=True))
    ids = customers.ensure(keys=columns[0])
    pks = columns[0] = [ids[key] for key in columns[0]]
    standings = _standings_before(before, pks)
    tiers, stages = zip(*(standings.get(pk, (NEW, NEW)) for pk in pks), strict=True)
    columns.append([cells.number(row, tier) for row, tier in zip(chunk, tiers, strict=True)])
    try:
        slots.write(SLOTS[run.slot], columns)
    except IntegrityError as reason:
        raise RefusedRun(f"The scores were refused: {reason}. Give one row a customer, without gaps.") from reason
    TierChange.objects.bulk_create(_changes(TierChange, run, pks, tiers, columns[_TIER]), batch_size=2_000)
    StageChange.objects.bulk_create(_changes(StageChange, run, pks, stages, columns[_STAGE]), batch_size=2_000)
    return chunk


def _changes(
    model: type[_Change], run: Run, pks: Sequence[int], before: Sequence[str], after: Sequence[str]
) -> list[_Change]:
    """Who had another label in the run before."""
    return [
        model(customer_id=pk, run=run, before=was, after=now)
        for pk, was, now in zip(pks, before, after, strict=True)
        if was not in (NEW, now)
    ]


def _require_ours(run: Run) -> None:
    """Another publication, begun meanwhile, has taken the slot over by deleting this run."""
    if not Run.objects.select_for_update().filter(pk=run.pk, state=Run.State.FILLING).exists():
        raise RefusedRun(f"Run {run.run_id} was overtaken by another publication: publish it again.")


def _require_width(chunk: list[tuple[Any, ...]]) -> None:
    wrong = next((row for row in chunk if len(row) != len(COLUMNS)), None)
    if wrong is not None:
        raise RefusedRun(
            f"A row of scores has {len(wrong)} values, where {len(COLUMNS)} are due: {', '.join(COLUMNS)}."
        )


def _standings_before(before: Run | None, ids: list[int]) -> dict[int, tuple[str, str]]:
    return {} if before is None or before.slot is None else slots.standings(SLOTS[before.slot], ids)


@transaction.atomic
def _swap(run: Run) -> Run:
    """The one step that readers see."""
    _require_ours(run)
    # What only lists of a current run read goes; what the history of labels and comparisons read stays for good.
    Run.objects.filter(state=Run.State.PREVIOUS).update(state=Run.State.OLD, slot=None, cells=[], counts={})
    Run.objects.filter(state=Run.State.CURRENT).update(state=Run.State.PREVIOUS)
    run.state, run.published_at = Run.State.CURRENT, timezone.now()
    run.save()
    return run


def _give_up(run: Run) -> None:
    if not transaction.get_connection().needs_rollback:
        Run.objects.filter(pk=run.pk, state=Run.State.FILLING).delete()
