"""Erasing a customer: asked for at once, done by a job that goes on where it was stopped.

First what will be needed is gathered, then the records go in one transaction, then each holding sweeps what is left in
its own places. After that the erasure itself forgets whom it was about, and last the database gives up the pages on
which the deleted rows still stand.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from shuke.crm.customers import writes as customers
from shuke.crm.customers.models import Alias, Customer
from shuke.crm.customers.reads import may_do
from shuke.crm.jobs.models import Job
from shuke.crm.jobs.models import State as JobState
from shuke.crm.jobs.worker import JobRun, recover
from shuke.crm.jobs.writes import enqueue
from shuke.crm.people import audit
from shuke.crm.people.models import User
from shuke.crm.privacy import storage
from shuke.crm.privacy.erased import digest_of
from shuke.crm.privacy.errors import RefusedErasure
from shuke.crm.privacy.holdings import Person, holdings, person_of, stands_in
from shuke.crm.privacy.models import ErasedKey, Erasure, Reason
from shuke.kit.ids import new_unnamed

JOB = "privacy.erase"
_ATTEMPTS = 10
_WAIT_SECONDS = 1.0
Told = Any


@dataclass(frozen=True)
class Asked:
    """Why, under which reference of one's own files, and whether the purchases stay for the books without a name."""

    reason: str
    reference: str = ""
    keeps_purchases: bool = True


def ask(*, customer: Customer, asked: Asked, by: User) -> Erasure:
    """Have a customer erased. From now on imports bring the customer's keys back no more.

    Raises PermissionDenied for who may not erase this customer; RefusedErasure where it is under way, or where the
    reference names the customer.
    """
    if not by.may("erase") or not may_do(by, customer, "delete"):
        raise PermissionDenied("erase")
    if asked.reason not in Reason.values:
        raise RefusedErasure.of("privacy.refused.reason")
    try:
        return _ask(customer.pk, asked, by)
    except IntegrityError as reason:
        raise RefusedErasure.of("privacy.refused.under_way") from reason


@transaction.atomic
def _ask(number: int, asked: Asked, by: User) -> Erasure:
    # Locked before its keys are read: a merge or a parting of the card has ended, or waits and then sees the erasure.
    customer = Customer.objects.select_for_update().filter(pk=number).first()
    if customer is None:
        raise RefusedErasure.of("privacy.refused.gone")
    person = person_of(customer)
    if any(stands_in(mark, asked.reference) for mark in (*person.marks, *person.keys)):
        raise RefusedErasure.of("privacy.refused.reference")
    made = Erasure.objects.create(
        customer=person.number,
        digest=digest_of(person.keys[0]),
        reason=asked.reason,
        reference=asked.reference.strip(),
        keeps_purchases=asked.keeps_purchases,
        keys=list(person.keys),
        unnamed=new_unnamed() if asked.keeps_purchases else "",
        asked_by=by,
    )
    ErasedKey.objects.bulk_create(
        [ErasedKey(digest=digest_of(key), erasure=made) for key in person.keys], ignore_conflicts=True
    )
    told = {"reason": made.reason, "reference": made.reference, "keeps_purchases": made.keeps_purchases}
    audit.note("erasure_asked", by=by, kind="erasure", record=made.pk, values=told)
    return _queued(made, by)


@transaction.atomic
def take_up(*, erasure: Erasure, by: User) -> Erasure:
    """Go on with an erasure whose job failed or was stopped. One that waits, runs or is done stays as it is."""
    if not by.may("erase"):
        raise PermissionDenied("erase")
    found = Erasure.objects.select_for_update().get(pk=erasure.pk)
    job = Job.objects.filter(pk=found.job_id).first() if found.job_id else None
    if found.state == Erasure.State.DONE or (job is not None and not job.is_over):
        return found
    return _queued(found, by)


def _queued(erasure: Erasure, by: User) -> Erasure:
    key = str(settings.SHUKE_ERASURE["alone_with"])
    erasure.job = enqueue(
        kind=JOB, payload={"erasure": erasure.pk}, exclusive_key=key, started_by=by, attempts_at_most=_ATTEMPTS
    )
    erasure.save(update_fields=["job"])
    return erasure


def run(job: JobRun) -> Mapping[str, Any]:
    """The job."""
    erasure = Erasure.objects.select_related("asked_by").get(pk=job.payload["erasure"])
    if erasure.state != Erasure.State.DONE:
        with audit.asking(audit.Asking(by=erasure.asked_by_id)):
            erase(erasure, job.progress)
    return {"url": reverse("privacy:erasure", args=[erasure.pk])}


def erase(erasure: Erasure, told: Told = lambda *_: None) -> None:
    """Do all that is not done yet of an erasure, in its order."""
    Erasure.objects.filter(pk=erasure.pk, state=Erasure.State.WAITING).update(state=Erasure.State.RUNNING)
    steps = [("gather", _gather), ("records", _forget_records)]
    for number, (code, step) in enumerate(steps):
        told(code, number, 0)
        _once(erasure, code, step)
    if "sweep" not in erasure.steps:
        _wait_for_others(told)
        for holding in holdings():
            if holding.sweep is not None:
                told(f"sweep_{holding.code}")
                _once(erasure, holding.code, lambda found, sweep=holding.sweep: sweep(_person(found)))
        _once(erasure, "sweep", _forget_whom)
    told("storage")
    storage.scrub()
    done = Erasure.objects.filter(pk=erasure.pk).exclude(state=Erasure.State.DONE)
    done.update(state=Erasure.State.DONE, done_at=timezone.now())
    erasure.refresh_from_db()


def _once(erasure: Erasure, code: str, step: Any) -> None:
    """A step, unless it is done. Killed between the step and this note of it, the step is done again, to no harm."""
    if code in erasure.steps:
        return
    step(erasure)
    erasure.steps = [*erasure.steps, code]
    erasure.save(update_fields=["steps", "counts", "keys", "marks", "gathered", "unnamed"])


def _gather(erasure: Erasure) -> None:
    """What the sweeps need to know, as long as the records say it."""
    customer = Customer.objects.filter(pk=erasure.customer).first()
    if customer is None:
        if Alias.objects.filter(number=erasure.customer).exists():  # what went to another card is not erased
            raise RefusedErasure.of("privacy.refused.gone")
        return
    person = person_of(customer)
    erasure.keys, erasure.marks = list(person.keys), list(person.marks)
    erasure.counts = {holding.code: count for holding in holdings() if (count := holding.count(person))}
    erasure.gathered = {holding.code: holding.gather(person) for holding in holdings() if holding.gather}


def _forget_records(erasure: Erasure) -> None:
    customers.forget(keys=erasure.keys)


def _wait_for_others(told: Told) -> None:
    """Jobs that began before the records went may still bring what they read of them: they are let end first.

    One whose worker died ends by being taken back; it begins anew, when the records are gone.
    """
    kinds, now = settings.SHUKE_ERASURE["waits_for"], timezone.now()
    while Job.objects.filter(kind__in=kinds, state=JobState.RUNNING, claimed_at__lte=now).exists():
        told("waiting")
        recover()
        time.sleep(_WAIT_SECONDS)


def _forget_whom(erasure: Erasure) -> None:
    """From here on the erasure knows no more than that it was: its number, its digest, why, and how much there was."""
    audit.note("erasure_done", kind="erasure", record=erasure.pk, values={"digest": erasure.digest})
    erasure.keys, erasure.marks, erasure.gathered, erasure.unnamed = [], [], {}, ""


def _person(erasure: Erasure) -> Person:
    return Person(erasure.customer, tuple(erasure.keys), tuple(erasure.marks), erasure.unnamed, dict(erasure.gathered))
