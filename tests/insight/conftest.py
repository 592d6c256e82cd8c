"""A business with a small ledger of its own, and what it takes to fill it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shuke.crm.jobs.models import Job
from shuke.insight.models import Upload

Run = Callable[[], list[Job]]


@pytest.fixture
def business(settings: Any, tmp_path: Path) -> Path:
    """Empty folders for the ledger and uploads."""
    settings.SHUKE_LEDGER, settings.SHUKE_UPLOADS = tmp_path / "ledger", tmp_path / "uploads"
    settings.SHUKE_CURRENCY, settings.SHUKE_UPLOAD_BYTES = "CNY", 1 << 20
    return tmp_path


def orders(customers: int = 40, days: int = 12) -> str:
    """Purchases of a year: the higher the number, the more often and the more; two rows nobody can use."""
    lines = ["客户编号,购买日期,金额,数量,类目"]
    for number in range(customers):
        for visit in range(1 + number % days):
            lines.append(f"c{number:02d},2024-{1 + visit:02d}-{1 + number % 28:02d},{10 + 3 * number}.50,1,茶叶")
    return "\n".join([*lines, "c01,昨天,5,1,茶叶", ",2024-03-04,7,1,茶叶", ""])


@pytest.fixture
def upload(db: None, business: Path) -> Upload:
    """A file that was brought, not yet imported."""
    from shuke.insight.writes import bring

    return bring(name="订单.csv", pieces=[orders().encode("gb18030")], by=None)


@pytest.fixture
def work(db: None) -> Run:
    """Runs all jobs there are, as a worker does, and gives them back."""
    from shuke.crm.jobs.worker import run_next

    def run() -> list[Job]:
        done = []
        while (job := run_next(worker="tests/1")) is not None:
            done.append(job)
        return done

    return run


@pytest.fixture
def scored(upload: Upload, work: Run) -> Upload:
    """The file imported and the business scored, at two dates, by one model: choosing is tested where it is done."""
    from shuke.insight.cycles import Parameters
    from shuke.insight.writes import start_import, start_run

    start_import(upload=upload, by=None, language="en")
    start_run(parameters=Parameters(as_of="2024-06-30", margin_rate=0.3, model="bg_nbd"), by=None, run_id="run-june")
    start_run(parameters=Parameters(margin_rate=0.3, model="bg_nbd"), by=None, run_id="run-year")
    assert [job.state for job in work()] == ["done"] * 3
    upload.refresh_from_db()
    return upload
