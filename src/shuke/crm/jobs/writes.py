"""What happens to jobs: each function one act, each change of state a conditional update."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from shuke.crm.jobs.errors import CancelledError, ClaimLostError, UnknownKindError
from shuke.crm.jobs.models import SWEPT, Job, State, Worker
from shuke.kit.errors import ShukeError

_BACK_OFF_SECONDS = (5, 30, 180, 900)
_ERROR_CHARACTERS = 2000
_NO_ERROR: Mapping[str, Any] = {"error": "", "error_key": "", "error_figures": {}}


def enqueue(
    *,
    kind: str,
    payload: Mapping[str, Any] | None = None,
    exclusive_key: str = "",
    started_by: Any = None,
    run_after: datetime | None = None,
    attempts_at_most: int = 3,
    result_url: str = "",
) -> Job:
    """Put a piece of work in the queue, in the transaction of what causes it: both happen or neither.

    `payload` must be JSON and carry whatever makes a second run harmless (an id fixed now, not made by the handler).
    Of jobs with one `exclusive_key` one runs at a time; the others wait. `started_by`: a user, or None for the system.
    `result_url`: the page of what comes of it, where there is one before: it tells what was done also of a job that was
    stopped.
    """
    if kind not in settings.SHUKE_JOBS:
        raise UnknownKindError(kind, list(settings.SHUKE_JOBS))
    return Job.objects.create(
        kind=kind,
        payload=dict(payload or {}),
        exclusive_key=exclusive_key,
        started_by=started_by,
        run_after=run_after or timezone.now(),
        attempts_at_most=attempts_at_most,
        result={"url": result_url} if result_url else {},
    )


def claim(*, worker: str) -> Job | None:
    """The oldest job that may run now, taken for this worker; None when there is nothing to do."""
    now = timezone.now()
    same_key_runs = Job.objects.filter(state=State.RUNNING, exclusive_key=OuterRef("exclusive_key"))
    ready = (
        Job.objects.filter(state=State.QUEUED, run_after__lte=now)
        .filter(Q(exclusive_key="") | ~Exists(same_key_runs))
        .order_by("run_after", "id")
    )
    for job_id in ready.values_list("pk", flat=True)[:10]:
        if _take(job_id, worker, now):
            return Job.objects.get(pk=job_id)
    return None


def _take(job_id: int, worker: str, now: datetime) -> bool:
    """True when exactly this worker changed the row; the constraint refuses a second running job of one key."""
    try:
        with transaction.atomic():
            changed = Job.objects.filter(pk=job_id, state=State.QUEUED).update(
                state=State.RUNNING,
                claimed_by=worker,
                claimed_at=now,
                heartbeat_at=now,
                attempts=F("attempts") + 1,
                stage="",
                progress_done=0,
                progress_total=0,
                **_NO_ERROR,
            )
    except IntegrityError:
        return False
    return changed == 1


def beat(*, worker: str) -> None:
    """A worker's sign of life, so that nobody takes its job over."""
    now = timezone.now()
    Worker.objects.update_or_create(name=worker, defaults={"seen_at": now})
    Job.objects.filter(state=State.RUNNING, claimed_by=worker).update(heartbeat_at=now)


def forget_worker(*, name: str) -> None:
    """The worker has ended in good order."""
    Worker.objects.filter(name=name).delete()


def report(*, job: Job, stage: str, done: int, total: int) -> None:
    """How far it is. `CancelledError` when a user asked it to stop, `ClaimLostError` when another worker has it."""
    changed = _held(job).update(stage=stage, progress_done=done, progress_total=total, heartbeat_at=timezone.now())
    if not changed:
        raise ClaimLostError(f"Job {job.pk} is no longer this worker's.")
    if Job.objects.filter(pk=job.pk, cancel_requested=True).exists():
        raise CancelledError(f"Job {job.pk} was asked to stop.")


def complete(*, job: Job, result: Mapping[str, Any]) -> None:
    """It is done; called in no transaction of the handler's."""
    changed = _held(job).update(
        state=State.DONE, result=dict(result), finished_at=timezone.now(), cancel_requested=False
    )
    if not changed:
        raise ClaimLostError(f"Job {job.pk} is no longer this worker's.")


def fail(*, job: Job, reason: ShukeError, retry: bool) -> None:
    """It went wrong: queued again after a while when that may help and attempts are left, else failed for good."""
    _give_back(_held(job), job, _told(reason), retry=retry)


def stop(*, job: Job) -> None:
    """The handler has stopped because a user asked."""
    _held(job).update(state=State.CANCELLED, finished_at=timezone.now())


def release(*, job: Job) -> None:
    """The worker shuts down in mid-job: back in the queue at once, and the attempt does not count."""
    _held(job).update(state=State.QUEUED, claimed_by="", attempts=F("attempts") - 1, run_after=timezone.now())


def cancel(*, job: Job) -> bool:
    """Stop a job: at once while it waits, at its next report of progress while it runs. False when it was over."""
    now = timezone.now()
    if Job.objects.filter(pk=job.pk, state=State.QUEUED).update(state=State.CANCELLED, finished_at=now):
        return True
    return Job.objects.filter(pk=job.pk, state=State.RUNNING).update(cancel_requested=True) == 1


def try_again(*, job: Job) -> bool:
    """Queue a failed or cancelled job once more, with all its attempts. False when it is neither."""
    changed = Job.objects.filter(pk=job.pk, state__in=[State.FAILED, State.CANCELLED]).update(
        state=State.QUEUED,
        attempts=0,
        cancel_requested=False,
        finished_at=None,
        run_after=timezone.now(),
        **_NO_ERROR,
    )
    return changed == 1


def rewrite(*, job: Job, told: Mapping[str, Any]) -> None:
    """Keep other texts of a job, such as those without what names somebody erased.

    One whose payload changes so is marked: what is left of it would ask for something else, so it never runs again.
    """
    changed = {name: value for name, value in told.items() if value != getattr(job, name)}
    if "payload" in changed:
        changed["payload"] = {**changed["payload"], SWEPT: True}
    Job.objects.filter(pk=job.pk).update(**changed)


def recover() -> int:
    """Take back the jobs of workers that died, silent too long or no process of this machine any more; their number."""
    silent_since = timezone.now() - timedelta(seconds=settings.SHUKE_JOB_LOST_SECONDS)
    Worker.objects.filter(seen_at__lt=silent_since).delete()
    lost = [
        job
        for job in Job.objects.filter(state=State.RUNNING)
        if job.heartbeat_at is None or job.heartbeat_at < silent_since or not _alive(job.claimed_by)
    ]
    return sum(_take_back(job) for job in lost)


def _take_back(job: Job) -> int:
    """Only if nothing has changed since it was seen."""
    unchanged = _held(job).filter(heartbeat_at=job.heartbeat_at)
    if job.cancel_requested:
        return unchanged.update(state=State.CANCELLED, finished_at=timezone.now())
    return _give_back(unchanged, job, _NO_ERROR, retry=True)


_LIFE = secrets.token_hex(3)


def worker_name() -> str:
    """Which process of which machine a claim belongs to; with a mark of its own, since numbers of processes come again:
    in a container that was restarted, the same at once."""
    return f"{socket.gethostname()}/{os.getpid()}/{_LIFE}"


def _alive(worker: str) -> bool:
    """False only when the claim is of this machine and the process is gone; elsewhere the heartbeat tells."""
    host, pid, *_ = [*worker.split("/"), ""]
    if host != socket.gethostname() or not pid.isdecimal():
        return True
    if int(pid) == os.getpid():
        return worker == worker_name()
    if os.name != "posix":
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _held(job: Job) -> QuerySet[Job]:
    """The row, if it is still claimed as this copy of it says: attempts tell one claim from the next."""
    return Job.objects.filter(pk=job.pk, state=State.RUNNING, claimed_by=job.claimed_by, attempts=job.attempts)


def _told(reason: ShukeError) -> dict[str, Any]:
    """The columns that keep an error: its sentence's key and figures, to be said in each reader's language."""
    told = str(reason)[:_ERROR_CHARACTERS]
    return {"error": told, "error_key": reason.key or "", "error_figures": reason.plain_figures}


def _give_back(held: QuerySet[Job], job: Job, error: Mapping[str, Any], *, retry: bool) -> int:
    now = timezone.now()
    if retry and job.attempts < job.attempts_at_most:
        wait = timedelta(seconds=_BACK_OFF_SECONDS[min(job.attempts, len(_BACK_OFF_SECONDS)) - 1])
        return held.update(state=State.QUEUED, claimed_by="", run_after=now + wait, **error)
    return held.update(state=State.FAILED, finished_at=now, **error)
