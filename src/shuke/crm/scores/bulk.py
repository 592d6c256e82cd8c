"""Many customers changed or given away: those ticked, or all of a list; at once, or as a job. And taken back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from shuke.crm.customers import assigning, writes_of_cards
from shuke.crm.customers.models import Act, Assignment
from shuke.crm.customers.reads_of_cards import listed_fields
from shuke.crm.jobs.models import Job, State
from shuke.crm.jobs.worker import JobRun
from shuke.crm.jobs.writes import enqueue
from shuke.crm.people.models import User
from shuke.crm.people.rights import Act as Deed
from shuke.crm.scores.errors import RefusedList
from shuke.crm.scores.query import read
from shuke.crm.scores.reads import listed_ids, run_for_lists
from shuke.kit.errors import ShukeError

JOB, UNDO_JOB = "customers.bulk", "customers.undo"
ASSIGN_JOB, UNASSIGN_JOB = "customers.assign", "customers.unassign"
NEVER = ("name", "phone", "email")
"""What no two customers share, so that nobody sets it for many."""


def ids_of_list(viewer: User, address: str, deed: Deed = "write") -> Iterator[int]:
    """The ids of all customers of the list that an address asks for, as far as the deed of the viewer reaches.

    Raises RefusedList where there is no address.
    """
    require_list(address)
    query = read(QueryDict(address.removeprefix("?")), listed_fields(viewer), viewer)
    return listed_ids(viewer, query, run_for_lists(viewer), deed)


def require_list(address: str) -> None:
    """Raises RefusedList for an empty address: all customers are `?`, and one that was lost must not come to them."""
    if not address:
        raise RefusedList.of("scores.refused.no_list")


def some_of_list(viewer: User, address: str, deed: Deed = "write") -> list[int]:
    """The customers of the list, or enough of them to see that they are many."""
    return list(islice(ids_of_list(viewer, address, deed), writes_of_cards.AT_ONCE + 1))


def ask(act: Act, *, address: str, by: User) -> Job:
    """Have an act done to all customers of a list."""
    return _asked(JOB, {"act": act.pk, "list": address}, url_of(act), by)


def ask_undo(act: Act, *, by: User) -> Job:
    """Have an act taken back."""
    return _asked(UNDO_JOB, {"act": act.pk}, url_of(act), by)


def ask_assign(made: Assignment, *, address: str, by: User) -> Job:
    """Have all customers of a list given to somebody."""
    return _asked(ASSIGN_JOB, {"assignment": made.pk, "list": address}, _url_of(made), by)


def ask_unassign(made: Assignment, *, by: User) -> Job:
    """Have them given back."""
    return _asked(UNASSIGN_JOB, {"assignment": made.pk}, _url_of(made), by)


def _asked(kind: str, payload: Mapping[str, Any], url: str, by: User) -> Job:
    return enqueue(kind=kind, payload=payload, exclusive_key=JOB, started_by=by, result_url=url)


def undo_waits(act: Act) -> bool:
    """Whether an act is taken back by a job: where it changed many, and while it is done still, which ends first."""
    return act.changed > writes_of_cards.AT_ONCE or _is_at_work(JOB, act=act.pk)


def unassign_waits(made: Assignment) -> bool:
    """The same for customers given."""
    return assigning.given(made) > writes_of_cards.AT_ONCE or _is_at_work(ASSIGN_JOB, assignment=made.pk)


def _is_at_work(kind: str, **payload: int) -> bool:
    named = {f"payload__{name}": value for name, value in payload.items()}
    return Job.objects.filter(kind=kind, state__in=(State.QUEUED, State.RUNNING), **named).exists()


def _require_wanted(one: Act | Assignment) -> None:
    """A job that was stopped, taken back and tried again would leave changes that nobody can take back any more."""
    if one.undone_at is not None:
        raise ShukeError.of("scores.refused.taken_back")


def run(job: JobRun) -> Mapping[str, Any]:
    """The job. The list is read whole before the first card changes, since a change may move cards out of it."""
    act, by = _act(job)
    _require_wanted(act)
    ids = list(ids_of_list(by, job.payload["list"]))
    done = writes_of_cards.do_act(act=act, customers=ids, told=lambda n: job.progress("changing", n, len(ids)))
    return {"url": url_of(act), "changed": done}


def run_undo(job: JobRun) -> Mapping[str, Any]:
    """The job that takes an act back."""
    act, by = _act(job)
    restored, kept = writes_of_cards.undo_act(act=act, by=by, told=lambda n: job.progress("changing", n, act.changed))
    return {"url": url_of(act), "restored": restored, "kept": kept}


def run_assign(job: JobRun) -> Mapping[str, Any]:
    """The job that gives customers. Run anew, it goes on where it was stopped: who was given is given already."""
    made, by = _assignment(job)
    _require_wanted(made)
    ids = list(ids_of_list(by, job.payload["list"], "assign"))
    done = assigning.give(made=made, customers=ids, by=by, told=lambda n: job.progress("changing", n, len(ids)))
    return {"url": _url_of(made), "changed": done}


def run_unassign(job: JobRun) -> Mapping[str, Any]:
    """The job that gives them back."""
    made, by = _assignment(job)
    many = assigning.given(made)
    back = assigning.undo(assignment_id=made.pk, by=by, told=lambda n: job.progress("changing", n, many))
    return {"url": _url_of(made), "restored": back}


def _assignment(job: JobRun) -> tuple[Assignment, User]:
    made = Assignment.objects.select_related("by", "to").get(pk=job.payload["assignment"])
    assert isinstance(job.job.started_by, User)  # noqa: S101  `ask_assign` names one
    return made, job.job.started_by


def url_of(act: Act) -> str:
    """The page that tells what was done."""
    return reverse("customers:act", args=[act.pk])


def _url_of(made: Assignment) -> str:
    return reverse("customers:assignment", args=[made.pk])


def _act(job: JobRun) -> tuple[Act, User]:
    act = Act.objects.select_related("by").get(pk=job.payload["act"])
    assert isinstance(job.job.started_by, User)  # noqa: S101  `ask` names one
    return act, job.job.started_by
