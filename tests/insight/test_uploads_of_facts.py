"""Files of answers, payments and sources through the browser: told apart, looked at, imported once, undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from shuke.crm.customers.models import Customer
from shuke.crm.jobs.models import Job
from shuke.crm.people.models import User
from shuke.crm.privacy import erasing
from shuke.crm.privacy.erasing import Asked
from shuke.engines import DuckDBEngine
from shuke.insight.errors import NotNow
from shuke.insight.facts import business_ledger, facts_of, sources_of
from shuke.insight.models import Upload
from shuke.insight.writes import bring, choose_kind, start_import
from shuke.kit.text import say
from shuke.tables import PAYMENTS, SOURCES, SURVEYS

Run = Callable[[], list[Job]]
Visit = Callable[[User], Client]
FILES = {
    "surveys": "客户编号,调查日期,满意度,NPS\nc01,2024-03-01,5,\nc02,2024-03-02,9,8\n",
    "payments": "客户编号,到期日,应付金额,付款日期\nc01,2024-03-01,5,2024-03-09\nc02,何时,5,\n",
    "sources": "客户编号,获客来源\nc01,展会\nc02,\nc03,朋友\n",
}
TABLES = {"surveys": SURVEYS, "payments": PAYMENTS, "sources": SOURCES}
KEPT = {"surveys": 2, "payments": 1, "sources": 2}


def imported(kind: str, work: Run) -> Upload:
    upload = bring(name=f"{kind}.csv", pieces=[FILES[kind].encode("gb18030")], by=None)
    start_import(upload=upload, by=None, language="zh-hans")
    assert [job.state for job in work()] == ["done"]
    upload.refresh_from_db()
    return upload


@pytest.mark.parametrize("kind", FILES)
def test_a_file_is_told_by_its_headers_imported_once_and_undone(
    kind: str, owner: User, business: Path, work: Run, as_user: Visit, duckdb_engine: DuckDBEngine
) -> None:
    browser, file = as_user(owner), SimpleUploadedFile("表.csv", FILES[kind].encode("gb18030"))
    address = browser.post(reverse("insight:data"), {"file": file, "kind": ""})["Location"]
    upload = Upload.objects.get()
    assert upload.kind == kind
    page = browser.get(address).content.decode()
    assert "展会" in page or "2024-03-01" in page
    given = {field: column for field, (column, _) in upload.preview["mapping"].items()}
    assert browser.post(reverse("insight:import", args=[upload.pk]), given).status_code == 302
    assert [job.state for job in work()] == ["done"]
    upload.refresh_from_db()
    assert (upload.state, upload.quality["rows_kept"]) == ("imported", KEPT[kind])
    assert upload.quality["rows_read"] == upload.quality["rows_kept"] + upload.quality["rows_set_aside"]
    read = business_ledger().read(TABLES[kind], duckdb_engine)
    assert len(read) == KEPT[kind]
    told = browser.get(address).content.decode()
    assert reverse("insight:rejects", args=[upload.pk]) in told
    rejects = b"".join(browser.get(reverse("insight:rejects", args=[upload.pk]))).decode("utf-8-sig")
    assert rejects.count("\n") == 1 + upload.quality["rows_set_aside"]
    assert str(upload.place) not in rejects + told
    with pytest.raises(NotNow, match="already"):
        start_import(upload=bring(name="again.csv", pieces=[FILES[kind].encode("gb18030")], by=None),
                     by=None, language="en")  # fmt: skip
    assert reverse("insight:undo", args=[upload.import_id]) in browser.get(reverse("insight:data")).content.decode()
    assert browser.post(reverse("insight:undo", args=[upload.import_id])).status_code == 302
    assert len(business_ledger().read(TABLES[kind], duckdb_engine)) == 0


def test_what_was_told_wrongly_is_read_anew_as_what_it_is(owner: User, business: Path, as_user: Visit) -> None:
    upload = bring(name="a.csv", pieces=[b"customer,date,sum\na,2024-01-02,5\n"], by=None)
    assert upload.kind == "purchases"
    browser = as_user(owner)
    assert browser.post(reverse("insight:kind", args=[upload.pk]), {"kind": "payments"}).status_code == 302
    upload.refresh_from_db()
    assert (upload.kind, upload.preview["missing"]) == ("payments", ["due", "amount"])
    page = browser.get(reverse("insight:upload", args=[upload.pk])).content.decode()
    assert "day due" in page
    chosen = {"customer": "customer", "due": "date", "amount": "sum"}
    assert browser.post(reverse("insight:columns", args=[upload.pk]), chosen).status_code == 302
    upload.refresh_from_db()
    assert (upload.preview["kept"], upload.preview["missing"]) == (1, [])
    assert browser.post(reverse("insight:kind", args=[upload.pk]), {"kind": "poems"}).status_code == 400
    Upload.objects.filter(pk=upload.pk).update(state="importing")
    with pytest.raises(NotNow):
        choose_kind(upload=upload, kind="surveys")


def test_columns_as_chosen_are_those_that_are_imported(business: Path, db: None, work: Run) -> None:
    from shuke.insight.writes import choose_columns

    upload = bring(name="a.csv", pieces=[b"who,when,sum\na,2024-01-02,5\n"], by=None, kind="payments")
    choose_columns(upload=upload, mapping={"customer": "who", "due": "when", "amount": "sum"}, options={})
    start_import(upload=upload, by=None, language="en")
    assert [job.state for job in work()] == ["done"]
    upload.refresh_from_db()
    assert upload.quality["fields"]["due"] == {"column": "when", "how": "given"}


def test_the_later_of_two_files_says_where_a_customer_was_won(
    business: Path, db: None, work: Run, duckdb_engine: DuckDBEngine
) -> None:
    assert sources_of(business_ledger(), duckdb_engine) is None
    imported("sources", work)
    later = bring(name="b.csv", pieces=["客户编号,获客来源\nc01,朋友\n".encode()], by=None)
    start_import(upload=later, by=None, language="en")
    work()
    known = sources_of(business_ledger(), duckdb_engine)
    assert known is not None
    assert {row["customer_id"]: row["source"] for row in known.to_arrow().to_pylist()} == {"c01": "朋友", "c03": "朋友"}


def test_a_run_is_given_what_was_brought_and_cohorts_know_the_sources(scored: Upload, work: Run) -> None:
    from shuke.crm.scores.models import Run as Published
    from shuke.insight.cycles import Parameters
    from shuke.insight.writes import start_run

    before = Published.objects.get(state="current").figures["cohorts"]["sources"]["told_by"]
    for kind in FILES:
        imported(kind, work)
    start_run(parameters=Parameters(margin_rate=0.3, model="bg_nbd"), by=None, run_id="run-facts")
    assert [job.state for job in work()] == ["done"]
    after = Published.objects.get(state="current").figures["cohorts"]["sources"]["told_by"]
    assert (before != "sources", after) == (True, "sources")


def test_answers_of_somebody_erased_are_set_aside_and_the_file_is_not_kept(
    scored: Upload, owner: User, work: Run, duckdb_engine: DuckDBEngine
) -> None:
    customer = Customer.objects.get(key="c02")
    imported("sources", work)
    erasing.erase(erasing.ask(customer=customer, asked=Asked("asked"), by=owner))
    Job.objects.update(state="done")
    upload = imported("surveys", work)
    quality: dict[str, Any] = upload.quality
    assert quality["set_aside"] == {"reject.off_scale": 1, "reject.erased_customer": 1}
    assert quality["rows_read"] == quality["rows_kept"] + quality["rows_set_aside"]
    assert not upload.path.exists()
    facts = facts_of(business_ledger(), duckdb_engine)
    assert facts.surveys is not None
    assert set(facts.surveys.to_arrow()["customer_id"].to_pylist()) == {"c01"}


def test_a_file_of_nobody_but_somebody_erased_is_not_kept_and_says_why(
    scored: Upload, owner: User, work: Run, as_user: Visit
) -> None:
    customer = Customer.objects.get(key="c02")
    erasing.erase(erasing.ask(customer=customer, asked=Asked("asked"), by=owner))
    Job.objects.update(state="done")
    for _ in range(2):
        lines = "客户编号,调查日期,满意度\nc02,2024-03-01,5\n"
        upload = bring(name="once-more.csv", pieces=[lines.encode()], by=None)
        start_import(upload=upload, by=None, language="en")
        (job,) = work()
        assert (job.state, job.error) == ("failed", say("insight.error.erased_alone", "en"))
        upload.refresh_from_db()
        assert upload.quality["set_aside"] == {"reject.erased_customer": 1}
        assert not upload.path.parent.exists()
        page = as_user(owner).get(reverse("insight:upload", args=[upload.pk])).content.decode()
        assert "c02" not in page
        Job.objects.update(state="done")
