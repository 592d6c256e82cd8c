"""What touches cost, booked beside them and carried to the ledger exactly once.

A booking is written in the transaction of what causes it. `seal` fixes which bookings leave together and under which
id; the ledger takes an id once; `land` notes that it did. Killed between any two steps, the next export finds the
sealed batch and goes on: nothing leaves twice, nothing stays behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from shuke.crm.jobs import writes as jobs
from shuke.crm.jobs.models import Job, State
from shuke.crm.timeline.models import Batch, Booking, Touch
from shuke.kit.ids import new_id

EXPORT = "timeline.export"
CLEAN = "timeline.clean"
_CHUNK = 2000
_WAIT = timedelta(seconds=20)
_FACTS = ("customer_id", "kind", "direction", "outcome", "at", "by", "minutes")


@dataclass(frozen=True)
class Facts:
    """What of a touch is booked."""

    customer_id: int
    kind: str
    direction: str
    outcome: str
    at: datetime
    by: str
    minutes: int
    key: str = field(default="", compare=False)
    """Under which it was booked before a merge: there it is reversed, too."""

    def entry(self, sign: int) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in _FACTS} | {"touches": sign, "minutes": sign * self.minutes}
        return told | {"key": self.key}


def facts_of(touch: Touch) -> Facts | None:
    """What must stand booked of the touch as it is now; nothing of a deleted one."""
    if touch.deleted_at is not None:
        return None
    outcome = touch.outcome.code if touch.outcome else ""
    by = touch.by.username if touch.by else ""
    return Facts(touch.customer_id, touch.kind, touch.direction, outcome, touch.at, by, touch.minutes)


def book(touch: Touch) -> None:
    """Bring the bookings of a touch to what it says now; call it in the transaction that changed the touch."""
    last = Booking.objects.filter(touch_number=touch.pk).order_by("-number").first()
    stands = _facts_of_booking(last) if last is not None and last.touches > 0 else None
    wanted = facts_of(touch)
    if stands == wanted:
        return
    entries = [*([stands.entry(-1)] if stands else []), *([wanted.entry(1)] if wanted else [])]
    first = (last.number if last else 0) + 1
    Booking.objects.bulk_create(
        Booking(touch_number=touch.pk, number=first + place, **entry) for place, entry in enumerate(entries)
    )
    later(EXPORT, _WAIT)


def book_new(touches: Sequence[Touch]) -> None:
    """Book touches that were made in this transaction, many at once."""
    told = [(touch.pk, facts_of(touch)) for touch in touches]
    Booking.objects.bulk_create(
        (Booking(touch_number=number, number=1, **facts.entry(1)) for number, facts in told if facts is not None),
        batch_size=_CHUNK,
    )
    if told:
        later(EXPORT, _WAIT)


def _facts_of_booking(booking: Booking) -> Facts:
    return Facts(**{name: getattr(booking, name) for name in (*_FACTS, "key")})


def later(kind: str, wait: timedelta) -> None:
    """See to it that such a job runs after now; one that waits already will do."""
    # Locked, so that it cannot be claimed, and so look, before what this transaction writes can be seen.
    waiting = Job.objects.select_for_update().filter(kind=kind, state=State.QUEUED).first()
    if waiting is None:
        jobs.enqueue(kind=kind, exclusive_key=kind, run_after=timezone.now() + wait, attempts_at_most=10)


@transaction.atomic
def seal(most: int = 50_000) -> Batch | None:
    """Put bookings that wait into a batch, under an id that stays theirs; None when none waits."""
    waiting = Booking.objects.filter(batch=None).order_by("pk")
    ids = list(waiting.select_for_update().values_list("pk", flat=True)[:most])
    if not ids:
        return None
    batch = Batch.objects.create(import_id=new_id("touches"))
    for start in range(0, len(ids), 500):
        Booking.objects.filter(pk__in=ids[start : start + 500]).update(batch=batch)
    return batch


def under_way() -> QuerySet[Batch]:
    """Batches that were sealed and of which nobody knows yet that they landed, the oldest first."""
    return Batch.objects.filter(landed_at=None).order_by("pk")


def rows_of(batch: Batch) -> Sequence[Mapping[str, Any]]:
    """The bookings of a batch as rows of the table `touches`, times on the business's clock."""
    bookings = Booking.objects.filter(batch=batch).select_related("customer").order_by("pk")
    return [_row(booking) for booking in bookings]


def _row(booking: Booking) -> dict[str, Any]:
    at = timezone.localtime(booking.at, timezone.get_default_timezone()).replace(tzinfo=None)
    return {
        "touch_id": str(booking.touch_number),
        "entry": booking.number,
        "customer_id": booking.key or booking.customer.key,
        "touched_on": at.date(),
        "touched_at": at,
        "kind": booking.kind,
        "direction": booking.direction or None,
        "outcome": booking.outcome or None,
        "handled_by": booking.by or None,
        "touches": booking.touches,
        "minutes": booking.minutes,
    }


def land(batch: Batch) -> None:
    """The ledger has the batch."""
    Batch.objects.filter(pk=batch.pk, landed_at=None).update(landed_at=timezone.now())
