"""Putting customers on a list and taking them off: always added, and what stood before is ended, never altered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from shuke.crm.customers.models import Customer
from shuke.crm.customers.scope import reach
from shuke.crm.lists.errors import RefusedListing
from shuke.crm.lists.models import REASON_LENGTH, ListCode, Listed
from shuke.crm.lists.reads import today
from shuke.crm.people import audit
from shuke.crm.people.models import User

_CHUNK = 2_000


@dataclass(frozen=True)
class Ground:
    """Which list, why, from which day on (None: today), and the last day (None: for good)."""

    list_code: str
    reason: str
    until_on: date | None = None
    since_on: date | None = None


def put_on(*, customers: Sequence[int], ground: Ground, by: User | None = None) -> list[int]:
    """Put customers (by id) on a list; whom it was done to. With `by`, those whom the user may change.

    Who is on a list already is put on it anew: the earlier row ends. Raises RefusedListing for a list there is not,
    without a reason, for days that make no sense.
    """
    _require_sense(ground)
    wanted, done = list(dict.fromkeys(customers)), []
    for start in range(0, len(wanted), _CHUNK):
        done += _put_chunk(wanted[start : start + _CHUNK], ground, by)
    return done


def take_off(*, customers: Sequence[int], by: User | None = None) -> list[int]:
    """Take customers (by id) off the list they are on; whom it was done to. With `by`, those whom the user may change.

    Who is on none is left out.
    """
    wanted, done = list(dict.fromkeys(customers)), []
    for start in range(0, len(wanted), _CHUNK):
        done += _take_chunk(wanted[start : start + _CHUNK], by)
    return done


@transaction.atomic
def _put_chunk(ids: list[int], ground: Ground, by: User | None) -> list[int]:
    found = _locked(ids, by)
    _end(found, by)
    since = ground.since_on or today()
    told = {"list_code": ground.list_code, "reason": ground.reason.strip(), "until_on": ground.until_on}
    Listed.objects.bulk_create(Listed(customer_id=pk, since_on=since, listed_by=by, **told) for pk in found)
    days = {name: day and day.isoformat() for name, day in (("since_on", since), ("until_on", ground.until_on))}
    audit.note_each("put_on_list", found, by=by, kind="customer", values=told | days)
    return found


@transaction.atomic
def _take_chunk(ids: list[int], by: User | None) -> list[int]:
    ended = _end(_locked(ids, by), by)
    audit.note_each("taken_off_list", ended, by=by, kind="customer")
    return ended


def _locked(ids: list[int], by: User | None) -> list[int]:
    """Those within reach; locked, so that of two acts at once the later one finds what the earlier one left."""
    within = Customer.objects.filter(reach(by, "write").within()) if by else Customer.objects.all()
    rows = within.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def _end(ids: list[int], by: User | None) -> list[int]:
    """End what holds or would hold; rows whose last day has passed ended by themselves."""
    still = Listed.objects.filter(customer__in=ids, ended_at=None).exclude(until_on__lt=today())
    ended = sorted(set(still.order_by().values_list("customer_id", flat=True)))
    still.update(ended_at=timezone.now(), ended_by=by)
    return ended


def _require_sense(ground: Ground) -> None:
    now, reason = today(), ground.reason.strip()
    if ground.list_code not in ListCode.values:
        raise RefusedListing.of("lists.refused.code", given=ground.list_code, known=", ".join(ListCode.values))
    if not reason:
        raise RefusedListing.of("lists.refused.reason")
    if len(reason) > REASON_LENGTH:
        raise RefusedListing.of("lists.refused.long", length=len(reason), limit=REASON_LENGTH)
    if ground.since_on is not None and ground.since_on > now:
        raise RefusedListing.of("lists.refused.future", given=ground.since_on, today=now)
    if ground.until_on is not None and ground.until_on < now:
        raise RefusedListing.of("lists.refused.past", given=ground.until_on, today=now)
