"""Background work through the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from shuke.crm.api.operations import Group
from shuke.crm.api.pages import keyset
from shuke.crm.api.problems import Refused, or_404
from shuke.crm.api.schemas import Listing, PageOf, Told, username
from shuke.crm.jobs import reads, writes
from shuke.crm.jobs.models import Job
from shuke.crm.words import here

group = Group("jobs")


class JobListing(Listing):
    which: reads.Which = "all"


class JobTold(Told):
    id: int
    kind: str
    title: str
    state: str
    created_at: datetime
    finished_at: datetime | None
    progress_done: int
    progress_total: int
    attempts: int
    started_by: str | None
    reason: str
    result: dict[str, Any]


def told(job: Job) -> JobTold:
    """A job as the API tells it."""
    return JobTold(
        id=job.pk, kind=job.kind, title=job.title, state=job.state, created_at=job.created_at,
        finished_at=job.finished_at, progress_done=job.progress_done, progress_total=job.progress_total,
        attempts=job.attempts, started_by=username(job.started_by), reason=job.reason,
        result=job.result,
    )  # fmt: skip


@group.get("/jobs", scope="jobs:read", query=JobListing, answer=PageOf[JobTold])
def list_jobs(viewer: reads.Viewer, query: JobListing) -> PageOf[JobTold]:
    return keyset(reads.jobs(viewer, query.which), query, told, of="jobs")


@group.get("/jobs/{job_id}", scope="jobs:read", answer=JobTold)
def get_job(viewer: reads.Viewer, job_id: int) -> JobTold:
    return told(_job(viewer, job_id))


@group.post("/jobs/{job_id}/cancel", scope="jobs:write", answer=JobTold)
def cancel_job(viewer: reads.Viewer, job_id: int) -> JobTold:
    if not writes.cancel(job=_job(viewer, job_id)):
        raise Refused("conflict", here("jobs.over_toast", id=job_id))
    return told(_job(viewer, job_id))


@group.post("/jobs/{job_id}/retry", scope="jobs:write", answer=JobTold)
def retry_job(viewer: reads.Viewer, job_id: int) -> JobTold:
    if not writes.try_again(job=_job(viewer, job_id)):
        raise Refused("conflict", here("api.detail.not_failed"))
    return told(_job(viewer, job_id))


def _job(viewer: reads.Viewer, job_id: int) -> Job:
    return or_404(reads.jobs(viewer).filter(pk=job_id).first())
