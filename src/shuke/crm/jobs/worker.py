"""The process that runs jobs: `shuke work`."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils.module_loading import import_string

from shuke.crm.jobs import writes
from shuke.crm.jobs.errors import CancelledError, ClaimLostError, ShuttingDownError
from shuke.crm.jobs.models import Job
from shuke.kit.errors import ShukeError

_LOG = logging.getLogger(__name__)
_IDLE_SECONDS = 0.5
_RECOVER_SECONDS = 10.0
_REPORT_SECONDS = 0.5


@dataclass
class JobRun:
    """What a handler is given: what was asked for, and a way to say how far it is."""

    job: Job
    stopping: Callable[[], bool] = lambda: False
    _told: tuple[str, float] = field(default=("", 0.0), repr=False)

    @property
    def payload(self) -> Mapping[str, Any]:
        """What was enqueued; the same at every attempt."""
        payload: Mapping[str, Any] = self.job.payload
        return payload

    def progress(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Show how far it is; `total` 0 where it is not known. Call it as often as you like, outside a transaction.

        Raises `CancelledError`, `ShuttingDownError` or `ClaimLostError` when the handler must stop: let it pass.
        """
        if self.stopping():
            raise ShuttingDownError("The worker is being stopped.")
        told_stage, told_at = self._told
        now = time.monotonic()
        if stage == told_stage and now - told_at < _REPORT_SECONDS:
            return
        self._told = (stage, now)
        writes.report(job=self.job, stage=stage, done=done, total=total)


Handler = Callable[[JobRun], Mapping[str, Any] | None]


def handler_of(kind: str) -> Handler:
    """The function that SHUKE_JOBS names for the kind."""
    found: Handler = import_string(settings.SHUKE_JOBS[kind])
    return found


def run_next(*, worker: str, stopping: Callable[[], bool] = lambda: False) -> Job | None:
    """Claim one job and run it to its end in this thread; None when nothing is ready."""
    job = writes.claim(worker=worker)
    if job is None:
        return None
    _LOG.info("job %s %s: attempt %s", job.pk, job.kind, job.attempts)
    _run(job, JobRun(job, stopping))
    return Job.objects.get(pk=job.pk)


def _run(job: Job, run: JobRun) -> None:
    """Whatever the handler does, the job ends in a state that says so."""
    try:
        _require_whole(job)
        result = handler_of(job.kind)(run)
        writes.complete(job=job, result=result or {})
    except CancelledError:
        writes.stop(job=job)
    except ShuttingDownError:
        writes.release(job=job)
    except ClaimLostError as reason:
        _LOG.warning("%s", reason)
    except ShukeError as reason:
        _LOG.info("job %s %s failed: %s", job.pk, job.kind, reason)
        writes.fail(job=job, reason=reason, retry=False)
    except Exception as reason:  # noqa: BLE001 — a handler may break in any way; the worker goes on, the job says so
        _LOG.exception("job %s %s broke", job.pk, job.kind)
        unforeseen = ShukeError.of("jobs.unexpected", name=type(reason).__name__, id=job.pk)
        writes.fail(job=job, reason=unforeseen, retry=True)


def _require_whole(job: Job) -> None:
    if job.is_swept:
        raise ShukeError.of("jobs.swept")


def work(*, stopping: threading.Event, worker: str = "") -> None:
    """Run jobs one after another until told to stop. Several workers may run at once, on one machine or many."""
    name = worker or writes.worker_name()
    recovered_at = float("-inf")
    with _signs_of_life(name):
        while not stopping.is_set():
            close_old_connections()
            if time.monotonic() - recovered_at > _RECOVER_SECONDS:
                recovered_at = time.monotonic()
                recover()
            if run_next(worker=name, stopping=stopping.is_set) is None:
                stopping.wait(_IDLE_SECONDS)
    writes.forget_worker(name=name)


def recover() -> None:
    """Take back the jobs of workers that are gone. Also for handlers that wait for other jobs: meanwhile this worker
    does not come to it."""
    if number := writes.recover():
        _LOG.warning("took back %s job(s) of workers that are gone", number)


@contextmanager
def _signs_of_life(worker: str) -> Iterator[None]:
    """A thread that says this worker lives, since a handler may compute for minutes without a word."""
    over = threading.Event()

    def beat() -> None:
        while not over.is_set():
            _beat_once(worker)
            over.wait(settings.SHUKE_JOB_LOST_SECONDS / 6)
        connection.close()

    thread = threading.Thread(target=beat, name="signs of life", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _beat_once(worker: str) -> None:
    try:
        close_old_connections()
        writes.beat(worker=worker)
    except Exception:  # noqa: BLE001 — a database that is away for a moment must not end the signs for good
        _LOG.warning("could not write the sign of life", exc_info=True)
