"""The background work on pages: the list, one job, its progress as a fragment that asks again by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from shuke.crm.jobs import reads, writes
from shuke.crm.jobs.models import Job, State
from shuke.crm.words import here
from shuke.ui.asked import page_of
from shuke.ui.parts import Crumb, Option
from shuke.ui.toasts import toast

_TONES = {State.DONE: "good", State.FAILED: "bad", State.RUNNING: "accent", State.QUEUED: "", State.CANCELLED: ""}
_ICONS = {
    State.DONE: "circle-check",
    State.FAILED: "circle-alert",
    State.RUNNING: "loader",
    State.QUEUED: "clock",
    State.CANCELLED: "circle-stop",
}
_WHICH: tuple[reads.Which, ...] = ("all", "open", "failed")
_STOP_POLLING = 286
"""htmx takes this status as: show it, and ask no more."""


@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """One's own jobs, or everybody's for who may watch them."""
    asked = request.GET.get("which", "all")
    which: reads.Which = next((known for known in _WHICH if known == asked), "all")
    page = page_of(request, reads.jobs(_viewer(request), which))
    shown = {
        "page": page,
        "rows": [_facts(job) for job in page],
        "filters": [
            Option(here(f"jobs.filter.{code}"), f"?which={code}" if code != "all" else "?", current=code == which)
            for code in _WHICH
        ],
        "no_worker": _nobody_works(page),
    }
    return render(request, "jobs/list.html", shown)


@require_safe
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    """One job: what it does, how far it is, what came of it."""
    found = _job(request, job_id)
    trail = [Crumb(here("jobs.title"), reverse("jobs:list"))]
    return render(request, "jobs/job.html", {"trail": trail, **_facts(found)})


@require_safe
def progress(request: HttpRequest, job_id: int) -> HttpResponse:
    """The part of the page that changes; other pages may show it too (`hx-get`, `hx-trigger="load"`).

    With `?refresh=1` the whole page is loaded anew once the job is over, since more than this part has changed then.
    """
    found, refresh = _job(request, job_id), "refresh" in request.GET
    status = _STOP_POLLING if found.is_over else 200
    answer = render(request, "jobs/_progress.html", {**_facts(found), "refresh": refresh}, status=status)
    if found.is_over and refresh:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
def cancel(request: HttpRequest, job_id: int) -> HttpResponse:
    """Stop it."""
    found = _job(request, job_id)
    was_running = found.state == State.RUNNING
    key = ("jobs.stopping_toast" if was_running else "jobs.cancelled_toast") if writes.cancel(job=found) else ""
    toast(request, here(key or "jobs.over_toast", id=found.pk), tone="success" if key else "warning")
    return redirect("jobs:job", found.pk)


@require_POST
def again(request: HttpRequest, job_id: int) -> HttpResponse:
    """Try a failed job once more."""
    found = _job(request, job_id)
    if writes.try_again(job=found):
        toast(request, here("jobs.again_toast", id=found.pk))
    return redirect("jobs:job", found.pk)


def _job(request: HttpRequest, job_id: int) -> Job:
    return get_object_or_404(reads.jobs(_viewer(request)), pk=job_id)


def _viewer(request: HttpRequest) -> reads.Viewer:
    """The middleware has seen to it that somebody is logged in."""
    return cast("reads.Viewer", request.user)


def _facts(job: Job) -> dict[str, object]:
    """What the templates say about a job, in the reader's language."""
    state = State(job.state)
    return {
        "job": job,
        "state": state.label,
        "tone": _TONES[state],
        "icon": _ICONS[state],
        "duration": _duration(reads.time_taken(job)),
        "waiting_for": reads.waiting_for(job),
        "no_worker": _nobody_works([job]),
        "reason": job.reason,
        "retry_at": _retry_at(job),
        "stopping": job.cancel_requested and state == State.RUNNING,
        "started_by": str(job.started_by) if job.started_by else here("jobs.system"),
    }


def _retry_at(job: Job) -> str:
    if job.state != State.QUEUED or job.attempts == 0 or job.run_after <= timezone.now():
        return ""
    return f"{timezone.localtime(job.run_after):%H:%M:%S}"


def _duration(taken: timedelta | None) -> str:
    if taken is None:
        return ""
    minutes, seconds = divmod(int(taken.total_seconds()), 60)
    return here("jobs.minutes", minutes=minutes, seconds=seconds) if minutes else here("jobs.seconds", seconds=seconds)


def _nobody_works(jobs: object) -> bool:
    waits = any(job.state in {State.QUEUED, State.RUNNING} for job in cast("list[Job]", jobs))
    return waits and not reads.a_worker_lives()
