"""What becomes of pairs: offered by a search, said to be different, taken up again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from shuke.crm.customers.models import Customer
from shuke.crm.customers.reads import may_do
from shuke.crm.customers.scope import reach
from shuke.crm.jobs.models import Job
from shuke.crm.jobs.writes import enqueue
from shuke.crm.merging.models import Pair
from shuke.crm.people import audit
from shuke.crm.people.models import User

JOB = "customers.duplicates"
_CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Offer:
    """Two cards by id, the lower first; how strongly they agree, and in what: sign and weight, the strongest first."""

    one: int
    two: int
    weight: float
    signs: Sequence[tuple[str, float]]


def may_search(viewer: User) -> bool:
    """Whether somebody may have all cards compared: who may change all of them."""
    return viewer.may("tag") and reach(viewer, "write").is_all


@transaction.atomic
def start_search(*, by: User) -> Job:
    """Have all cards compared, as a job. Raises PermissionDenied."""
    if not may_search(by):
        raise PermissionDenied("write")
    audit.note("duplicates_sought", by=by, kind="customer")
    return enqueue(kind=JOB, exclusive_key=JOB, started_by=by)


def offer(*, offers: Iterable[Offer], search: str) -> int:
    """Make what a search found the open pairs, in place of those before; how many stand open now.

    Pairs said to be different stay so. Safe to run twice with the same `search`.
    """
    for chunk in _chunks(offers):
        _offer_chunk(chunk, search)
    with transaction.atomic():
        Pair.objects.filter(state=Pair.State.OPEN).exclude(search=search).delete()
    return Pair.objects.filter(state=Pair.State.OPEN).count()


@transaction.atomic
def _offer_chunk(chunk: Sequence[Offer], search: str) -> None:
    ids = {pk for one in chunk for pk in (one.one, one.two)}
    there = set(Customer.objects.filter(pk__in=ids).values_list("pk", flat=True))
    rows = [
        Pair(one_id=one.one, two_id=one.two, weight=one.weight, signs=[list(sign) for sign in one.signs], search=search)
        for one in chunk
        if one.one in there and one.two in there
    ]
    Pair.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["one", "two"], update_fields=["weight", "signs", "search"]
    )


def _chunks(offers: Iterable[Offer]) -> Iterator[list[Offer]]:
    waiting = iter(offers)
    while chunk := list(islice(waiting, _CHUNK)):
        yield chunk


def tell_apart(*, pair: Pair, by: User) -> None:
    """Say that two cards are two customers': nobody is asked about them again. Raises PermissionDenied."""
    _decide(pair, Pair.State.DIFFERENT, "pair_refused", by)


def doubt_again(*, pair: Pair, by: User) -> None:
    """Take that back. Raises PermissionDenied."""
    _decide(pair, Pair.State.OPEN, "pair_reopened", by)


@transaction.atomic
def _decide(pair: Pair, state: Pair.State, act: str, by: User) -> None:
    if not by.may("tag") or not (may_do(by, pair.one, "write") and may_do(by, pair.two, "write")):
        raise PermissionDenied("write")
    changed = Pair.objects.filter(pk=pair.pk).exclude(state=state)
    if changed.update(state=state, decided_by=by, decided_at=timezone.now()):
        # By number: what the audit keeps of one customer must not name another.
        for one, two in ((pair.one_id, pair.two_id), (pair.two_id, pair.one_id)):
            audit.note(act, by=by, kind="customer", record=one, values={"other": two})
