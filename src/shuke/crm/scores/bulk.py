"""Many customers changed at once: those ticked, or all of a list; at once, or as a job. And taken back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from shuke.crm.customers import writes_of_cards
from shuke.crm.customers.models import Act
from shuke.crm.customers.reads_of_cards import listed_fields
from shuke.crm.jobs.models import Job
from shuke.crm.jobs.worker import JobRun
from shuke.crm.jobs.writes import enqueue
from shuke.crm.people.models import User
from shuke.crm.scores.query import read
from shuke.crm.scores.reads import listed_ids, run_for_lists

JOB, UNDO_JOB = "customers.bulk", "customers.undo"


def ids_of_list(viewer: User, address: str) -> Iterator[int]:
    """The ids of all customers of the list that an address asks for."""
    query = read(QueryDict(address.removeprefix("?")), listed_fields(viewer), viewer)
    return listed_ids(viewer, query, run_for_lists(viewer))


def ask(act: Act, *, address: str, by: User) -> Job:
    """Have an act done to all customers of a list."""
    return enqueue(kind=JOB, payload={"act": act.pk, "list": address}, exclusive_key=JOB, started_by=by)


def ask_undo(act: Act, *, by: User) -> Job:
    """Have an act taken back."""
    return enqueue(kind=UNDO_JOB, payload={"act": act.pk}, exclusive_key=JOB, started_by=by)


def run(job: JobRun) -> Mapping[str, Any]:
    """The job. The list is read whole before the first card changes, since a change may move cards out of it."""
    act, by = _act(job)
    ids = list(ids_of_list(by, job.payload["list"]))
    done = writes_of_cards.do_act(act=act, customers=ids, told=lambda n: job.progress("changing", n, len(ids)))
    return {"url": url_of(act), "changed": done}


def run_undo(job: JobRun) -> Mapping[str, Any]:
    """The job that takes an act back."""
    act, by = _act(job)
    restored, kept = writes_of_cards.undo_act(act=act, by=by, told=lambda n: job.progress("changing", n, act.customers))
    return {"url": url_of(act), "restored": restored, "kept": kept}


def url_of(act: Act) -> str:
    """The page that tells what was done."""
    return reverse("customers:act", args=[act.pk])


def _act(job: JobRun) -> tuple[Act, User]:
    act = Act.objects.select_related("by").get(pk=job.payload["act"])
    assert isinstance(job.job.started_by, User)  # noqa: S101  `ask` names one
    return act, job.job.started_by
