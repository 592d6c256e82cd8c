"""A worker takes jobs to their end, whatever their handlers do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import shuke
from shuke.crm.jobs import writes
from shuke.crm.jobs.models import Job, State
from shuke.crm.jobs.worker import JobRun, run_next
from shuke.kit.errors import InputError


def test_a_handler_gets_the_payload_and_its_answer_is_kept(db: None, handle: Callable[..., None]) -> None:
    handle("test.sum", lambda run: {"sum": sum(run.payload["numbers"]), "url": "/runs/7/"})
    writes.enqueue(kind="test.sum", payload={"numbers": [1, 2, 3]})
    job = run_next(worker="a/1")
    assert job
    assert (job.state, job.result["sum"], job.result_url) == (State.DONE, 6, "/runs/7/")
    assert run_next(worker="a/1") is None


def test_progress_is_there_for_all_to_see(db: None, handle: Callable[..., None]) -> None:
    seen: list[tuple[str, int, int]] = []

    def work(run: JobRun) -> None:
        for stage, done in (("reading", 5), ("reading", 6), ("models", 1)):
            run.progress(stage, done, 10)
            row = Job.objects.get(pk=run.job.pk)
            seen.append((row.stage, row.progress_done, row.progress_total))

    handle("test.work", work)
    writes.enqueue(kind="test.work")
    run_next(worker="a/1")
    assert seen == [("reading", 5, 10), ("reading", 5, 10), ("models", 1, 10)], "within half a second only news is told"


def test_input_that_is_refused_fails_at_once_with_its_sentence(db: None, handle: Callable[..., None]) -> None:
    def refuse(run: JobRun) -> None:
        raise InputError("No column of the customer: name it.")

    handle("test.work", refuse)
    writes.enqueue(kind="test.work")
    job = run_next(worker="a/1")
    assert job
    assert (job.state, job.attempts, job.error) == (State.FAILED, 1, "No column of the customer: name it.")


@pytest.mark.filterwarnings("ignore")
def test_what_nobody_foresaw_is_tried_again_and_says_no_more_than_its_name(
    db: None, handle: Callable[..., None]
) -> None:
    def break_down(run: JobRun) -> None:
        raise KeyError("password=geheim")

    handle("test.work", break_down)
    writes.enqueue(kind="test.work")
    job = run_next(worker="a/1")
    assert job
    assert job.state == State.QUEUED
    assert "KeyError" in job.error
    assert "geheim" not in job.error


def test_a_user_stops_a_running_job(db: None, handle: Callable[..., None]) -> None:
    def work(run: JobRun) -> None:
        writes.cancel(job=run.job)
        run.progress("reading", 1, 2)
        pytest.fail("went on after it was stopped")

    handle("test.work", work)
    writes.enqueue(kind="test.work")
    job = run_next(worker="a/1")
    assert job
    assert job.state == State.CANCELLED


def test_a_server_that_stops_puts_the_job_back(db: None, handle: Callable[..., None]) -> None:
    handle("test.work", lambda run: run.progress("reading"))
    writes.enqueue(kind="test.work")
    job = run_next(worker="a/1", stopping=lambda: True)
    assert job
    assert (job.state, job.attempts) == (State.QUEUED, 0)


def test_a_job_taken_over_in_mid_run_is_left_to_the_other(db: None, handle: Callable[..., None]) -> None:
    def work(run: JobRun) -> dict[str, str]:
        Job.objects.filter(pk=run.job.pk).update(claimed_by="b/2", attempts=2)
        return {"written": "by the one who lost it"}

    handle("test.work", work)
    writes.enqueue(kind="test.work")
    job = run_next(worker="a/1")
    assert job
    assert (job.state, job.claimed_by, job.result) == (State.RUNNING, "b/2", {})


WORKER = """
import os, sys, threading, time
from pathlib import Path
from django.conf import settings
import django
django.setup()
from django.core.management import call_command
if sys.argv[1] == "enqueue":
    call_command("migrate", verbosity=0)
settings.SHUKE_JOBS = {"test.work": "killed_handler.work"}
import shuke.crm.jobs.writes
shuke.crm.jobs.writes._BACK_OFF_SECONDS = (0,)
from shuke.crm.jobs import worker, writes
from shuke.crm.jobs.models import Job
if sys.argv[1] == "enqueue":
    print(writes.enqueue(kind="test.work", payload={"run": "fixed"}).pk)
else:
    stopping = threading.Event()
    threading.Thread(target=worker.work, kwargs={"stopping": stopping}).start()
    while not Job.objects.filter(state="done"):
        time.sleep(0.1)
    stopping.set()
    print(Job.objects.get().attempts, Job.objects.get().result)
"""
HANDLER = """
import os, time
from pathlib import Path
def work(run):
    begun = Path(os.environ["SHUKE_DATA"]) / "begun"
    if not begun.exists():
        begun.touch()
        time.sleep(60)
    return {"run": run.payload["run"]}
"""


def test_a_worker_killed_in_mid_job_is_followed_by_one_that_takes_it_up_again(tmp_path: Path) -> None:
    (tmp_path / "killed_handler.py").write_text(textwrap.dedent(HANDLER))
    environment = {**os.environ, "SHUKE_DATA": str(tmp_path), "DATABASE_URL": ""}
    inherited = os.environ.get("PYTHONPATH", "")
    environment["PYTHONPATH"] = os.pathsep.join([str(tmp_path), str(Path(shuke.__file__).parents[1]), inherited])

    def start(what: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", textwrap.dedent(WORKER), what]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    start("enqueue").communicate(timeout=60)
    killed = start("work")
    end = time.monotonic() + 30
    while not (tmp_path / "begun").exists() and time.monotonic() < end:
        time.sleep(0.05)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    told, errors = start("work").communicate(timeout=60)
    assert told.strip() == "2 {'run': 'fixed'}", errors
