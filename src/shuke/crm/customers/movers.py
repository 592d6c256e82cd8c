"""What goes along when cards are merged into another, and comes back when they are parted again.

Each app that keeps rows of customers names its movers in SHUKE_MERGERS. A mover says what it did in JSON; parting
undoes that, and leaves alone what was written since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.module_loading import import_string

from shuke.crm.customers.kept import kept, put_back

_CHUNK = 500
Done = Any
"""What a mover did, as JSON."""


@dataclass(frozen=True, slots=True)
class Mover:
    """How the rows of one kind move. `relations`: the columns it answers for, as `app.Model.field`.

    `count(ids)`: how many rows cards have, for the preview (`merging.moves.<code>`). `join(survivor, others)` moves
    them; `part(survivor, done)` moves them back, when the cards are there again.
    """

    code: str
    relations: tuple[str, ...]
    count: Callable[[Sequence[int]], int]
    join: Callable[[int, Sequence[int]], Done]
    part: Callable[[int, Done], None]


def movers() -> list[Mover]:
    """All movers, in the order in which they move."""
    return [import_string(path) for path in settings.SHUKE_MERGERS]


def rows_of(code: str, model: type[models.Model], column: str = "customer", *, once: Sequence[str] = ()) -> Mover:
    """Rows of one customer each. `once`: the columns that, with the customer, no two rows share; doubles are set aside.

    Rows without such a rule are told apart by number alone, so that the survivor's own never move.
    """

    def count(ids: Sequence[int]) -> int:
        return model._base_manager.filter(**{f"{column}__in": ids}).count()

    def join(survivor: int, others: Sequence[int]) -> Done:
        doubles = _set_aside(model, column, once, survivor, others) if once else []
        moved: dict[str, list[int]] = {}
        for other in others:
            theirs = model._base_manager.filter(**{column: other})
            ids = list(theirs.order_by("pk").values_list("pk", flat=True))
            if ids:
                theirs.update(**{column: survivor})
                moved[str(other)] = ids
        return {"moved": moved, "aside": doubles}

    def part(survivor: int, done: Done) -> None:
        for other, ids in done["moved"].items():
            for some in chunks(ids):
                model._base_manager.filter(pk__in=some, **{column: survivor}).update(**{column: int(other)})
        for told in done["aside"]:
            put_back(model, told)

    return Mover(code, (f"{model._meta.label}.{column}",), count, join, part)


def _set_aside(
    model: type[models.Model], column: str, once: Sequence[str], survivor: int, others: Sequence[int]
) -> list[Done]:
    """Take out the rows of the others that would be doubles, the survivor's own and earlier ones staying."""
    taken = set(model._base_manager.filter(**{column: survivor}).values_list(*once))
    aside = []
    for row in model._base_manager.filter(**{f"{column}__in": others}).order_by("pk"):
        told = tuple(getattr(row, model._meta.get_field(name).attname) for name in once)  # type: ignore[union-attr]
        if told in taken:
            aside.append(kept(row))
            model._base_manager.filter(pk=row.pk).delete()
        taken.add(told)
    return aside


def ends_of(
    code: str,
    model: type[models.Model],
    ends: tuple[str, str],
    *,
    once: Sequence[str] = (),
    is_ordered: Callable[[Any], bool] = lambda _: False,
) -> Mover:
    """Rows between two customers. `once`: what no two rows share, with both ends; `is_ordered`: lower number first.

    What stood between the cards themselves, and doubles, are set aside.
    """
    one, two = ends

    def of(ids: Sequence[int]) -> Q:
        return Q(**{f"{one}__in": ids}) | Q(**{f"{two}__in": ids})

    def count(ids: Sequence[int]) -> int:
        return model._base_manager.filter(of(ids)).count()

    def join(survivor: int, others: Sequence[int]) -> Done:
        changed: list[Done] = []
        aside: list[Done] = []
        for row in model._base_manager.filter(of(others)).order_by("pk"):
            before = [getattr(row, f"{end}_id") for end in ends]
            after = [survivor if end in others else end for end in before]
            after = sorted(after) if is_ordered(row) else after
            same = {name: getattr(row, name) for name in once} | {one: after[0], two: after[1]}
            if after[0] == after[1] or model._base_manager.filter(**same).exclude(pk=row.pk).exists():
                aside.append(kept(row))
                model._base_manager.filter(pk=row.pk).delete()
            else:
                model._base_manager.filter(pk=row.pk).update(**{one: after[0], two: after[1]})
                changed.append([row.pk, before, after])
        return {"changed": changed, "aside": aside}

    def part(survivor: int, done: Done) -> None:
        for pk, before, after in done["changed"]:
            still = model._base_manager.filter(pk=pk, **{one: after[0], two: after[1]})
            still.update(**{one: before[0], two: before[1]})
        for told in done["aside"]:
            put_back(model, told)

    return Mover(code, tuple(f"{model._meta.label}.{end}" for end in ends), count, join, part)


def chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Ids by the five hundred, as many as every database takes in one statement."""
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))
