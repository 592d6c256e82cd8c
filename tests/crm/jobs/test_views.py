"""Jobs on pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from shuke.crm.jobs import writes
from shuke.crm.jobs.models import Job
from shuke.crm.people.models import User
from shuke.kit.errors import ShukeError

LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def kinds(handle: Callable[..., None]) -> None:
    handle("test.work", lambda run: {})


def text_of(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


def test_the_list_says_what_to_do_when_it_is_empty(as_user: LogIn, colleague: User) -> None:
    assert "No jobs yet" in text_of(as_user(colleague).get("/jobs/"))


def test_a_job_of_somebody_else_is_not_there_for_a_stranger(
    as_user: LogIn, colleague: User, stranger: User, manager: User
) -> None:
    job = writes.enqueue(kind="test.work", started_by=colleague)
    for path in (f"/jobs/{job.pk}/", f"/jobs/{job.pk}/progress/"):
        assert as_user(stranger).get(path).status_code == 404
        assert as_user(colleague).get(path).status_code == 200
        assert as_user(manager).get(path).status_code == 200
    assert as_user(stranger).post(f"/jobs/{job.pk}/cancel/").status_code == 404
    assert Job.objects.get().state == "queued"


def test_without_a_worker_a_waiting_job_says_so(as_user: LogIn, colleague: User) -> None:
    job = writes.enqueue(kind="test.work", started_by=colleague)
    assert "shuke work" in text_of(as_user(colleague).get(f"/jobs/{job.pk}/"))
    writes.beat(worker="a/1")
    assert "shuke work" not in text_of(as_user(colleague).get(f"/jobs/{job.pk}/"))


def test_the_second_run_says_which_one_it_waits_for(as_user: LogIn, manager: User) -> None:
    first = writes.enqueue(kind="test.work", exclusive_key="run", started_by=manager)
    second = writes.enqueue(kind="test.work", exclusive_key="run", started_by=manager)
    writes.claim(worker="a/1")
    assert f"waiting for #{first.pk} to end" in text_of(as_user(manager).get(f"/jobs/{second.pk}/progress/"))


def test_progress_asks_again_while_it_runs_and_stops_asking_when_it_is_over(as_user: LogIn, colleague: User) -> None:
    writes.enqueue(kind="test.work", started_by=colleague)
    job = writes.claim(worker="a/1")
    assert job
    writes.report(job=job, stage="models", done=1200, total=4800)
    running = as_user(colleague).get(f"/jobs/{job.pk}/progress/")
    assert running.status_code == 200
    assert 'hx-trigger="every 1s"' in text_of(running)
    assert "fitting models" in text_of(running)
    assert "1,200 of 4,800" in text_of(running)
    assert "25%" in text_of(running)
    writes.complete(job=job, result={"url": "/runs/3/"})
    over = as_user(colleague).get(f"/jobs/{job.pk}/progress/")
    assert over.status_code == 286
    assert "hx-trigger" not in text_of(over)
    assert 'href="/runs/3/"' in text_of(over)


def test_a_failed_job_shows_its_reason_escaped_and_can_be_tried_again(as_user: LogIn, colleague: User) -> None:
    writes.enqueue(kind="test.work", started_by=colleague)
    job = writes.claim(worker="a/1")
    assert job
    writes.fail(job=job, reason=ShukeError("Unreadable file <b>x.csv</b>"), retry=False)
    page = text_of(as_user(colleague).get(f"/jobs/{job.pk}/"))
    assert "Unreadable file &lt;b&gt;x.csv&lt;/b&gt;" in page
    as_user(colleague).post(f"/jobs/{job.pk}/again/")
    assert Job.objects.get().state == "queued"


def test_a_job_whose_workers_died_says_so(as_user: LogIn, colleague: User) -> None:
    job = writes.enqueue(kind="test.work", started_by=colleague)
    Job.objects.update(state="failed", attempts=3)
    assert "broke off 3 times" in text_of(as_user(colleague).get(f"/jobs/{job.pk}/"))


def test_stopping_a_waiting_job_tells_that_it_stopped(as_user: LogIn, colleague: User) -> None:
    job = writes.enqueue(kind="test.work", started_by=colleague)
    answer = as_user(colleague).post(f"/jobs/{job.pk}/cancel/", follow=True)
    assert f"Job #{job.pk} was stopped" in text_of(answer)
    assert "Stopped" in text_of(answer)


def test_a_result_that_leads_elsewhere_is_no_link(as_user: LogIn, colleague: User) -> None:
    writes.enqueue(kind="test.work", started_by=colleague)
    job = writes.claim(worker="a/1")
    assert job
    writes.complete(job=job, result={"url": "//evil.example/"})
    assert "evil" not in text_of(as_user(colleague).get(f"/jobs/{job.pk}/"))


def test_the_list_counts_its_queries_by_page_not_by_row(
    as_user: LogIn, manager: User, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for _ in range(12):
        job = writes.enqueue(kind="test.work", started_by=manager)
        Job.objects.filter(pk=job.pk).update(state="done")
    browser = as_user(manager)
    with django_assert_max_num_queries(10):  # type: ignore[attr-defined]
        assert browser.get("/jobs/").status_code == 200
