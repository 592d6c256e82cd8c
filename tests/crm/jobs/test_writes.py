"""Jobs as rows: one worker takes each, one of a key runs at a time, what a dead worker held is taken up again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from shuke.crm.jobs import reads, writes
from shuke.crm.jobs.errors import CancelledError, ClaimLostError, UnknownKindError
from shuke.crm.jobs.models import Job, State, Worker
from shuke.crm.people.models import User
from shuke.kit.errors import ShukeError

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kinds(handle: Callable[..., None]) -> None:
    handle("test.work", lambda run: {})


def queued(**given: object) -> Job:
    return writes.enqueue(kind="test.work", **given)


def again(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def later(job: Job, **seconds: int) -> None:
    """Let time pass for a job."""
    Job.objects.filter(pk=job.pk).update(
        **{name: timezone.now() - timedelta(seconds=value) for name, value in seconds.items()}
    )


def test_a_kind_without_handler_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownKindError, match=r"'test.other'.*test\.work"):
        writes.enqueue(kind="test.other")


def test_a_job_is_there_only_if_its_cause_is() -> None:
    @transaction.atomic
    def cause() -> None:
        queued()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        cause()
    assert Job.objects.count() == 0


def test_the_oldest_job_is_taken_first_and_only_once() -> None:
    first, second = queued(), queued()
    assert writes.claim(worker="a/1") == first
    assert writes.claim(worker="b/2") == second
    assert writes.claim(worker="c/3") is None


def test_of_two_workers_that_saw_the_same_job_one_gets_it() -> None:
    job, now = queued(), timezone.now()
    assert [writes._take(job.pk, worker, now) for worker in ("a/1", "b/2")] == [True, False]
    assert again(job).claimed_by == "a/1"
    assert again(job).attempts == 1


def test_a_second_job_of_a_key_waits_and_says_for_which() -> None:
    first, second = queued(exclusive_key="run"), queued(exclusive_key="run")
    assert reads.waiting_for(second) == first
    assert writes.claim(worker="a/1") == first
    assert writes.claim(worker="b/2") is None
    assert reads.waiting_for(second) == first
    writes.complete(job=again(first), result={})
    assert reads.waiting_for(second) is None
    assert writes.claim(worker="b/2") == second


def test_the_database_itself_refuses_two_running_jobs_of_a_key() -> None:
    first, second, now = queued(exclusive_key="run"), queued(exclusive_key="run"), timezone.now()
    assert writes._take(first.pk, "a/1", now)
    assert not writes._take(second.pk, "b/2", now)
    assert again(second).state == State.QUEUED


def test_other_jobs_do_not_wait_for_a_key() -> None:
    queued(exclusive_key="run")
    blocked, free = queued(exclusive_key="run"), queued()
    writes.claim(worker="a/1")
    assert writes.claim(worker="b/2") == free
    assert again(blocked).state == State.QUEUED


def test_many_waiting_jobs_of_a_key_do_not_hide_the_others() -> None:
    for _ in range(15):
        queued(exclusive_key="run")
    free = queued()
    writes.claim(worker="a/1")
    assert writes.claim(worker="b/2") == free


def test_a_job_for_later_waits_for_its_hour() -> None:
    job = queued(run_after=timezone.now() + timedelta(hours=1))
    assert writes.claim(worker="a/1") is None
    later(job, run_after=1)
    assert writes.claim(worker="a/1") == job


def test_a_failure_that_may_pass_is_tried_again_after_a_while() -> None:
    queued(attempts_at_most=2)
    job = writes.claim(worker="a/1")
    assert job
    writes.fail(job=job, reason=ShukeError("no connection"), retry=True)
    assert again(job).state == State.QUEUED
    assert timedelta(seconds=3) < again(job).run_after - timezone.now() < timedelta(seconds=6)
    later(job, run_after=1)
    second = writes.claim(worker="a/1")
    assert second
    writes.fail(job=second, reason=ShukeError("no connection"), retry=True)
    assert (again(job).state, again(job).error) == (State.FAILED, "no connection")


def test_a_failure_that_will_not_pass_is_not_tried_again() -> None:
    queued()
    job = writes.claim(worker="a/1")
    assert job
    writes.fail(job=job, reason=ShukeError("no column of the customer"), retry=False)
    assert again(job).state == State.FAILED


def test_a_silent_worker_loses_its_job_to_another_and_can_no_longer_write_on_it() -> None:
    queued()
    mine = writes.claim(worker="elsewhere/1")
    assert mine
    assert writes.recover() == 0
    later(mine, heartbeat_at=3600)
    assert writes.recover() == 1
    later(mine, run_after=1)
    theirs = writes.claim(worker="elsewhere/2")
    assert theirs == mine
    with pytest.raises(ClaimLostError):
        writes.report(job=mine, stage="reading", done=1, total=2)
    with pytest.raises(ClaimLostError):
        writes.complete(job=mine, result={"rows": 1})
    writes.complete(job=theirs, result={"rows": 2})
    assert again(mine).result == {"rows": 2}


def test_a_process_of_this_machine_that_is_gone_loses_its_job_at_once() -> None:
    host = writes.worker_name().split("/")[0]
    queued()
    job = writes.claim(worker=f"{host}/999999999")
    assert job
    assert writes.recover() == 1
    assert again(job).state == State.QUEUED


def test_a_worker_that_comes_back_under_the_number_of_a_dead_one_is_not_taken_for_it() -> None:
    host, pid, _ = writes.worker_name().split("/")
    queued()
    job = writes.claim(worker=f"{host}/{pid}/before")
    assert job
    writes.beat(worker=writes.worker_name())
    assert writes.recover() == 1
    assert again(job).state == State.QUEUED


def test_a_living_worker_keeps_its_job() -> None:
    queued()
    job = writes.claim(worker=writes.worker_name())
    assert job
    assert writes.recover() == 0


def test_a_job_that_kills_its_workers_fails_in_the_end() -> None:
    job = queued(attempts_at_most=2)
    for _ in range(2):
        later(job, run_after=1)
        assert writes.claim(worker="elsewhere/1")
        later(job, heartbeat_at=3600)
        writes.recover()
    assert again(job).state == State.FAILED


def test_a_waiting_job_stops_at_once_and_a_running_one_at_its_next_word() -> None:
    waiting = queued(run_after=timezone.now() + timedelta(hours=1))
    assert writes.cancel(job=waiting)
    assert again(waiting).state == State.CANCELLED
    queued()
    running = writes.claim(worker="a/1")
    assert running
    assert writes.cancel(job=running)
    with pytest.raises(CancelledError):
        writes.report(job=running, stage="reading", done=0, total=0)
    writes.stop(job=running)
    assert again(running).state == State.CANCELLED
    assert not writes.cancel(job=running)


def test_a_failed_job_can_be_queued_again_with_all_its_attempts() -> None:
    queued()
    job = writes.claim(worker="a/1")
    assert job
    assert not writes.try_again(job=job)
    writes.fail(job=job, reason=ShukeError("disk full"), retry=False)
    assert writes.try_again(job=job)
    assert (again(job).state, again(job).attempts, again(job).error) == (State.QUEUED, 0, "")


def test_a_worker_that_shuts_down_gives_its_job_back_uncounted() -> None:
    queued()
    job = writes.claim(worker="a/1")
    assert job
    writes.release(job=job)
    assert (again(job).state, again(job).attempts) == (State.QUEUED, 0)


def test_a_sign_of_life_covers_the_worker_s_jobs() -> None:
    queued()
    job = writes.claim(worker="elsewhere/1")
    assert job
    later(job, heartbeat_at=3600)
    writes.beat(worker="elsewhere/1")
    assert writes.recover() == 0
    assert reads.a_worker_lives()
    Worker.objects.update(seen_at=timezone.now() - timedelta(hours=1))
    assert not reads.a_worker_lives()


def test_people_see_their_own_jobs_and_managers_all(colleague: User, stranger: User, manager: User) -> None:
    job = queued(started_by=colleague)
    assert list(reads.jobs(colleague)) == [job]
    assert list(reads.jobs(stranger)) == []
    assert list(reads.jobs(manager)) == [job]


def test_open_and_failed_jobs_are_told_apart(manager: User) -> None:
    first, second = queued(), queued()
    claimed = writes.claim(worker="a/1")
    assert claimed
    writes.fail(job=claimed, reason=ShukeError("x"), retry=False)
    assert list(reads.jobs(manager, "failed")) == [first]
    assert list(reads.jobs(manager, "open")) == [second]
