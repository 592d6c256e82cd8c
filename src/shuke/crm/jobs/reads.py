"""Jobs as their viewer may see them: one's own; all for who may watch them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, Protocol

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from shuke.crm.jobs.models import Job, State, Worker

Which = Literal["all", "open", "failed"]
_OPEN = (State.QUEUED, State.RUNNING)


class Viewer(Protocol):
    """A user, as far as jobs know one (`people.User`)."""

    @property
    def pk(self) -> int: ...

    def may(self, right: Literal["watch_jobs"]) -> bool:
        """Whether this user may see and stop the jobs of others."""


def jobs(viewer: Viewer, which: Which = "all") -> QuerySet[Job]:
    """The newest first."""
    found = Job.objects.select_related("started_by").order_by("-id")
    if not viewer.may("watch_jobs"):
        found = found.filter(started_by=viewer.pk)
    if which == "open":
        return found.filter(state__in=_OPEN)
    return found.filter(state=State.FAILED) if which == "failed" else found


def waiting_for(job: Job) -> Job | None:
    """The job of the same key that must end before this one may start."""
    if job.state != State.QUEUED or not job.exclusive_key:
        return None
    same = Job.objects.filter(exclusive_key=job.exclusive_key).exclude(pk=job.pk)
    earlier = Q(state=State.QUEUED, run_after__lte=job.run_after, pk__lt=job.pk)
    return same.filter(Q(state=State.RUNNING) | earlier).order_by("-state", "pk").first()


def a_worker_lives() -> bool:
    """Whether any worker gave a sign of life lately."""
    return Worker.objects.filter(seen_at__gte=timezone.now() - timedelta(seconds=_lost())).exists()


def time_taken(job: Job) -> timedelta | None:
    """From the last claim to the end, or to now."""
    if job.claimed_at is None:
        return None
    end: datetime = job.finished_at or (timezone.now() if job.state == State.RUNNING else job.claimed_at)
    return end - job.claimed_at


def _lost() -> int:
    seconds: int = settings.SHUKE_JOB_LOST_SECONDS
    return seconds
