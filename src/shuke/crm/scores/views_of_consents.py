"""One statement for many customers: those ticked, or all of a list; at once, or as a job."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse

from shuke.crm.jobs.worker import JobRun
from shuke.crm.jobs.writes import enqueue
from shuke.crm.people.models import User
from shuke.crm.people.reads import needs, viewer_of
from shuke.crm.privacy.forms import StatementForm
from shuke.crm.privacy.models import Channel
from shuke.crm.privacy.writes import Said, note, noted_already
from shuke.crm.scores import asked
from shuke.crm.scores.bulk import ids_of_list, require_list
from shuke.crm.words import here
from shuke.kit.text import number
from shuke.ui import language
from shuke.ui.asked import takes_form_of
from shuke.ui.parts import Crumb
from shuke.ui.toasts import toast

JOB = "customers.consents"
_AT_ONCE = 500


@takes_form_of("customers:list")
@needs("tag")
@asked.tells_refused
def note_selected(request: HttpRequest) -> HttpResponse:
    """Ask what was said, then note it for all who may be changed; a statement is added, none is taken away."""
    viewer = viewer_of(request)
    ids, address = asked.ids_of(request), asked.address_of(request)
    everybody = request.POST.get("whom") == "all"
    if not ids and not everybody:
        toast(request, here("customers.tag.nobody"), tone="warning")
        return HttpResponseRedirect(asked.page_of_list(address))
    form = StatementForm(request.POST if "apply" in request.POST else None)
    if form.is_valid():
        return _apply(request, viewer, form.said(), [] if everybody else ids, address)
    shown = {
        "form": form, "ids": ids, "list": address, "all": everybody, "count": number(len(ids), language.active()),
        "trail": [Crumb(here("customers.title"), reverse("customers:list"))],
    }  # fmt: skip
    return render(request, "scores/consents.html", shown, status=422 if form.is_bound else 200)


def _apply(request: HttpRequest, viewer: User, said: Said, ids: list[int], address: str) -> HttpResponse:
    if not ids:
        require_list(address)
        payload = {"list": address, "said": _kept(said)}
        return redirect("jobs:job", enqueue(kind=JOB, payload=payload, exclusive_key=JOB, started_by=viewer).pk)
    noted = note(customers=ids[:_AT_ONCE], said=said, by=viewer)
    toast(request, here("privacy.bulk.done", count=number(len(noted), language.active())))
    return HttpResponseRedirect(asked.page_of_list(address))


def _kept(said: Said) -> dict[str, str]:
    told = {name: str(getattr(said, name)) for name in ("state", "source", "purpose", "evidence")}
    return {**told, "channel": said.channel.code, "on": said.on.isoformat()}


def run(job: JobRun) -> Mapping[str, Any]:
    """The job for all of a list: read whole before the first statement, which may move customers out of it."""
    told, by = dict(job.payload["said"]), job.job.started_by
    assert isinstance(by, User)  # noqa: S101  `_apply` names one
    channel, on = Channel.objects.get(code=told.pop("channel")), date.fromisoformat(told.pop("on"))
    ids, said = list(ids_of_list(by, job.payload["list"])), Said(channel=channel, on=on, **told)
    noted = 0
    for start in range(0, len(ids), _AT_ONCE):
        part = ids[start : start + _AT_ONCE]
        before = noted_already(customers=part, said=said, by=by, since=job.job.created_at)
        noted += len(before) + len(note(customers=[pk for pk in part if pk not in before], said=said, by=by))
        job.progress("changing", start, len(ids))
    return {"url": asked.page_of_list(str(job.payload["list"])), "noted": noted}
