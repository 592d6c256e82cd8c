"""Imports and runs in the background: once, whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from shuke.crm.jobs import writes as jobs
from shuke.crm.jobs.models import Job
from shuke.crm.jobs.worker import JobRun
from shuke.crm.people.models import User
from shuke.crm.scores.models import Run
from shuke.insight import cycles, writes
from shuke.insight.cycles import Parameters
from shuke.insight.errors import NotNow
from shuke.insight.facts import business_ledger
from shuke.insight.jobs import run_import
from shuke.insight.models import RunRequest, Upload
from shuke.kit.errors import InputError

pytestmark = pytest.mark.django_db


def test_an_import_books_the_rows_and_keeps_the_report_and_the_rows_set_aside(upload: Upload, work: Any) -> None:
    writes.start_import(upload=upload, by=None, language="en")
    assert [job.state for job in work()] == ["done"]
    upload.refresh_from_db()
    assert upload.state == "imported"
    quality = upload.quality
    assert quality["rows_read"] == quality["rows_kept"] + quality["rows_set_aside"]
    assert set(quality["set_aside"]) == {"reject.unreadable_date", "reject.missing_customer"}
    assert [made.rows for made in business_ledger().imports()] == [quality["rows_kept"]]
    text = upload.rejects_path.read_text("utf-8-sig")
    assert "昨天" in text
    assert str(upload.place) not in text


def test_an_import_that_runs_twice_books_once(upload: Upload, work: Any) -> None:
    writes.start_import(upload=upload, by=None, language="en")
    job = jobs.claim(worker="killed/1")
    assert job is not None
    run_import(JobRun(job))
    run_import(JobRun(job))
    upload.refresh_from_db()
    assert upload.state == "imported"
    assert len(business_ledger().imports()) == 1


def test_of_two_uploads_of_one_content_started_together_the_second_adds_nothing(upload: Upload, work: Any) -> None:
    again = writes.bring(name="copy.csv", pieces=[upload.path.read_bytes()], by=None)
    for one in (upload, again):
        writes.start_import(upload=one, by=None, language="en", score_after=True)
    assert [job.kind for job in work()] == ["insight.import", "insight.import", "insight.run"]
    again.refresh_from_db()
    assert again.state == "already"
    assert len(business_ledger().imports()) == 1


def test_a_content_that_is_in_the_ledger_is_not_queued_again(scored: Upload) -> None:
    again = writes.bring(name="copy.csv", pieces=[scored.path.read_bytes()], by=None)
    with pytest.raises(NotNow, match="already"):
        writes.start_import(upload=again, by=None, language="en")
    again.refresh_from_db()
    assert again.state == "ready"


def test_an_undone_import_may_be_imported_again(scored: Upload, work: Any) -> None:
    assert writes.undo_import(import_id=scored.import_id) == scored.quality["rows_kept"]
    scored.refresh_from_db()
    assert scored.state == "undone"
    writes.start_import(upload=scored, by=None, language="en")
    work()
    scored.refresh_from_db()
    assert scored.state == "imported"
    assert [made.state for made in business_ledger().imports()] == ["undone", "visible"]


def test_an_import_is_scored_after_when_asked(upload: Upload, work: Any) -> None:
    writes.start_import(upload=upload, by=None, language="en", score_after=True)
    assert [job.kind for job in work()] == ["insight.import", "insight.run"]
    assert Run.objects.get(state="current").customers == 40


def test_scores_right_after_an_import_are_never_of_an_earlier_day(scored: Upload, work: Any) -> None:
    def brought(day: str) -> str:
        lines = f"客户编号,购买日期,金额\nc01,{day},7\n".encode()
        writes.start_import(
            upload=writes.bring(name="more.csv", pieces=[lines], by=None), by=None, language="en", score_after=True
        )
        assert [job.state for job in work()] == ["done", "done"]
        return Run.objects.get(state="current").as_of.isoformat()

    told = Parameters(as_of="2025-01-31", margin_rate=0.3, model="bg_nbd")
    writes.start_run(parameters=told, by=None)
    work()
    assert brought("2025-01-05") == "2025-01-31"
    assert brought("2025-02-05") == "2025-02-05"
    assert Run.objects.get(state="current").parameters["margin_rate"] == 0.3


def test_an_import_without_a_usable_row_fails_with_its_reason_and_can_be_mended(
    business: Any, db: None, work: Any
) -> None:
    lines = b"customer,date,amount\na,soon,5\nb,later,6\n"
    upload = writes.bring(name="bad.csv", pieces=[lines], by=None)
    writes.choose_columns(
        upload=upload, mapping={"customer": "customer", "time": "date", "amount": "amount"}, options={}
    )
    writes.start_import(upload=upload, by=None, language="en")
    (job,) = work()
    assert job.state == "failed"
    assert "No row could be kept" in job.error
    upload.refresh_from_db()
    assert upload.state == "ready"
    assert upload.rejects
    assert business_ledger().imports() == []


def test_a_run_that_fails_leaves_the_scores_before_in_force(scored: Upload, work: Any, monkeypatch: Any) -> None:
    def broken(*_: object, **__: object) -> None:
        raise InputError("The forecast went astray.")

    monkeypatch.setattr(cycles, "publish", broken)
    writes.start_run(parameters=Parameters(as_of="2024-11-30", model="bg_nbd"), by=None)
    (job,) = work()
    assert (job.state, job.error) == ("failed", "The forecast went astray.")
    assert Run.objects.get(state="current").run_id == "run-year"


def test_one_run_at_a_time_the_second_waits(scored: Upload) -> None:
    writes.start_run(parameters=Parameters(as_of="2024-10-31", model="bg_nbd"), by=None)
    writes.start_run(parameters=Parameters(as_of="2024-11-30", model="bg_nbd"), by=None)
    first = jobs.claim(worker="one/1")
    assert first is not None
    assert jobs.claim(worker="two/2") is None
    assert Job.objects.filter(state="queued", exclusive_key="insight.run").count() == 1


def test_a_run_sees_the_purchases_of_its_first_attempt(scored: Upload, work: Any) -> None:
    seen = RunRequest.objects.get(run_id="run-year").ledger_version
    assert seen == Run.objects.get(run_id="run-year").ledger_version == business_ledger().version()


def test_a_run_without_purchases_says_what_to_do(business: Any, db: None, work: Any) -> None:
    writes.start_run(parameters=Parameters(), by=None)
    (job,) = work()
    assert job.state == "failed"
    assert "import a file first" in job.error


def test_a_run_whose_version_an_erasure_dropped_takes_the_newest(scored: Upload, work: Any) -> None:
    asked = writes.start_run(parameters=Parameters(), by=None, run_id="run-late")
    RunRequest.objects.filter(pk=asked.pk).update(ledger_version=business_ledger().version())
    business_ledger().erase("c11")
    assert [job.state for job in work()] == ["done"]
    assert Run.objects.get(run_id="run-late").ledger_version == business_ledger().version()


def test_tiers_in_force_rest_on_no_run_that_was_never_published(scored: Upload, monkeypatch: Any, work: Any) -> None:
    """A run that was stopped while it was published leaves its scores in the ledger."""

    def stopped(**_: Any) -> None:
        raise InputError("stopped")

    with monkeypatch.context() as patched:
        patched.setattr(cycles, "publish", stopped)
        writes.start_run(parameters=Parameters(as_of="2024-11-30"), by=None, run_id="run-stopped")
        assert [job.state for job in work()] == ["failed"]
    assert "run-stopped" in {run.run_id for run in business_ledger().runs()}
    rested: list[Any] = []
    monkeypatch.setattr(cycles, "run", lambda *given, previous, **told: rested.append(previous) or _ended())
    writes.start_run(parameters=Parameters(as_of="2024-12-01"), by=None)
    work()
    assert [before.as_of.isoformat() for before in rested] == ["2024-06-30"]


def _ended() -> None:
    raise InputError("enough seen")


def test_an_old_failure_is_no_news_once_a_later_run_succeeded(
    scored: Upload, monkeypatch: Any, work: Any, manager: User, as_user: Callable[[User], Client]
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(cycles, "run", lambda *_, **__: _ended())
        writes.start_run(parameters=Parameters(), by=None, run_id="run-bad")
        work()
    client = as_user(manager)
    assert "enough seen" in client.get("/runs/").content.decode()
    writes.start_run(parameters=Parameters(), by=None, run_id="run-good")
    work()
    assert "enough seen" not in client.get("/runs/").content.decode()


def test_scores_of_a_version_that_an_erasure_dropped_are_not_published_beside_newer_ones(
    scored: Upload, monkeypatch: Any, work: Any
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(cycles, "publish", lambda **_: _ended())
        writes.start_run(parameters=Parameters(), by=None, run_id="run-late")
        assert [job.state for job in work()] == ["failed"]
    business_ledger().erase("c11")
    jobs.try_again(job=Job.objects.order_by("pk").last())
    (job,) = work()
    assert (job.state, job.error_key) == ("failed", "insight.error.erased_meanwhile")
    assert not Run.objects.filter(run_id="run-late").exists()
