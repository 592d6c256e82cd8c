"""Somebody erased who comes again in a file: set aside with the reason, or taken as new once that is allowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from shuke.crm.customers.models import Customer
from shuke.crm.jobs.models import Job
from shuke.crm.people.models import User
from shuke.crm.privacy import erased, erasing
from shuke.crm.privacy.erasing import Asked
from shuke.insight import writes
from shuke.insight.facts import business_ledger
from shuke.insight.models import Upload
from shuke.insight.writes import bring, start_import
from shuke.kit.ids import UNNAMED

Run = Callable[[], list[Job]]
LINES = "客户编号,购买日期,金额,数量,类目\nc07,2025-01-0{n},99.00,1,茶叶\nc08,2025-01-0{n},50.00,1,茶叶\n"


def brought(n: int, work: Run) -> Upload:
    upload = bring(name=f"{n}.csv", pieces=[LINES.format(n=n).encode()], by=None)
    start_import(upload=upload, by=None, language="en")
    assert [job.state for job in work()] == ["done"]
    upload.refresh_from_db()
    return upload


def bought(key: str) -> int:
    return int(business_ledger().customer_purchases(key).num_rows)


def test_rows_of_somebody_erased_are_set_aside_until_the_key_is_let_return(
    scored: Upload, owner: User, work: Run
) -> None:
    customer, before = Customer.objects.get(key="c07"), bought("c07")
    total = sum(made.amount_minor or 0 for made in business_ledger().imports())
    erasing.erase(erasing.ask(customer=customer, asked=Asked("asked"), by=owner))
    Job.objects.update(state="done")
    assert before
    assert bought("c07") == 0
    first = brought(1, work)
    quality: dict[str, Any] = first.quality
    assert quality["set_aside"] == {"reject.erased_customer": {"rows": 1, "amount_minor": 9900}}
    assert quality["rows_read"] == quality["rows_kept"] + quality["rows_set_aside"] == 2
    assert not first.path.exists(), "a file that names somebody erased is not kept"
    assert bought("c07") == 0
    assert not Customer.objects.filter(key="c07").exists()
    assert erased.let_return(key="c07", by=owner)
    assert brought(2, work).quality["rows_kept"] == 2
    assert bought("c07") == 1, "a new customer: what was erased does not come back"
    assert total


def test_an_import_cut_short_after_its_file_was_dropped_is_taken_up_and_scored(
    scored: Upload, owner: User, work: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    erasing.erase(erasing.ask(customer=Customer.objects.get(key="c07"), asked=Asked("asked"), by=owner))
    Job.objects.update(state="done")
    upload = bring(name="3.csv", pieces=[LINES.format(n=3).encode()], by=None)
    start_import(upload=upload, by=None, language="en", score_after=True)

    def cut_short(**_: Any) -> None:
        raise OSError("The power went.")

    with monkeypatch.context() as broken:
        broken.setattr(writes, "start_run", cut_short)
        assert [job.state for job in work()] == ["queued"]
    assert not upload.path.exists()
    Job.objects.filter(state="queued").update(run_after=timezone.now())
    assert [(job.kind, job.state) for job in work()] == [("insight.import", "done"), ("insight.run", "done")]
    upload.refresh_from_db()
    assert (upload.state, upload.quality["rows_kept"], bought("c07"), bought("c08")) == ("imported", 1, 0, 10)


def test_purchases_stay_for_the_books_under_nobody_s_name(scored: Upload, owner: User) -> None:
    from shuke.engines import open_engine

    sql = "SELECT CAST(sum(amount_minor) AS BIGINT) AS sum, count(*) AS rows FROM {facts}"
    with open_engine() as engine:
        before = engine.fetch(sql, facts=business_ledger().purchases(engine)).to_pylist()
        customer = Customer.objects.get(key="c07")
        erasing.erase(erasing.ask(customer=customer, asked=Asked("asked"), by=owner))
        facts = business_ledger().purchases(engine)
        assert engine.fetch(sql, facts=facts).to_pylist() == before
        mark = UNNAMED + "%"
        of = "SELECT DISTINCT source_file, purchased_at FROM {facts} WHERE customer_id LIKE {mark}"
        rows = engine.fetch(of, facts=facts, mark=mark).to_pylist()
        assert len(rows) == 1
        assert rows[0]["purchased_at"] is None
        assert rows[0]["source_file"].startswith(UNNAMED)


def test_purchases_go_too_where_that_is_asked_for(scored: Upload, owner: User) -> None:
    before = sum(bought(f"c{number:02d}") for number in range(40))
    own = bought("c07")
    asked = Asked("asked", keeps_purchases=False)
    erasing.erase(erasing.ask(customer=Customer.objects.get(key="c07"), asked=asked, by=owner))
    from shuke.engines import open_engine

    with open_engine() as engine:
        assert len(business_ledger().purchases(engine)) == before - own
