"""A business with a small ledger of its own, and what it takes to fill it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection
from django.db.models import Model

from shuke.crm.customers.search_table import rebuild
from shuke.crm.jobs.models import Job
from shuke.insight.models import Upload

Run = Callable[[], list[Job]]


@dataclass(frozen=True)
class Kept:
    """What a fixture made: its rows, and a copy of the folders. To lay it anew takes a tenth of making it."""

    rows: dict[type[Model], list[Model]]
    folder: Path

    @classmethod
    def of(cls, before: dict[type[Model], set[Any]], made: Path, folder: Path) -> Kept:
        """All rows that were not there before."""
        tables = {model: list(model._base_manager.all()) for model in before}
        rows = {model: [row for row in found if row.pk not in before[model]] for model, found in tables.items()}
        shutil.copytree(made, folder)
        return cls({model: found for model, found in rows.items() if found}, folder)

    def fits(self, there: dict[type[Model], set[Any]]) -> bool:
        """Whether no row stands where one would be laid."""
        return not any(there[model] & {row.pk for row in rows} for model, rows in self.rows.items())

    def lay(self, folder: Path) -> None:
        """Rows and folders as they were when they were made."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        for model, rows in self.rows.items():
            fields = [field.attname for field in model._meta.concrete_fields]
            model._base_manager.bulk_create(model(**{name: getattr(row, name) for name in fields}) for row in rows)
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), list(self.rows)):
                cursor.execute(statement)
        rebuild()


def _rows_there() -> dict[type[Model], set[Any]]:
    """By table, the keys of its rows."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return {model: set(model._base_manager.values_list("pk", flat=True)) for model in models}


@pytest.fixture(scope="session")
def kept() -> dict[str, Kept]:
    """What fixtures made once and lay anew for each test, by the fixture's name."""
    return {}


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
    return _brought()


def _brought() -> Upload:
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
def scored(
    db: None, work: Run, business: Path, kept: dict[str, Kept], tmp_path_factory: pytest.TempPathFactory
) -> Upload:
    """The file imported and the business scored, at two dates, by one model: choosing is tested where it is done."""
    from shuke.insight.cycles import Parameters
    from shuke.insight.writes import start_import, start_run

    there = _rows_there()
    if "scored" in kept and kept["scored"].fits(there):
        kept["scored"].lay(business)
        return Upload.objects.get()
    upload = _brought()
    start_import(upload=upload, by=None, language="en")
    start_run(parameters=Parameters(as_of="2024-06-30", margin_rate=0.3, model="bg_nbd"), by=None, run_id="run-june")
    start_run(parameters=Parameters(margin_rate=0.3, model="bg_nbd"), by=None, run_id="run-year")
    assert [job.state for job in work()] == ["done"] * 3
    upload.refresh_from_db()
    kept["scored"] = Kept.of(there, business, tmp_path_factory.mktemp("kept") / "business")
    return upload


@pytest.fixture
def models_told() -> dict[str, Any]:
    """`figures["models"]` as `shuke.insight.figures_of_models` says it: BG/NBD in use, held against the naive rate."""
    days = ["2017-05-07", "2017-07-02", "2017-08-27"]
    tenths = [[240, 1.5 * at, 1.5 * at + 0.4] for at in range(10)]
    return {
        "chosen": "bg_nbd",
        "why": "forecast_better",
        "asked": "auto",
        "margin": {"over": "naive", "difference": 0.8118, "standard_error": 0.0252},
        "candidates": [
            {"code": "bg_nbd", "notes": ["weakly_known"], "log_score": -3.5186, "difference": 0.0,
             "standard_error": None, "drift": 0.021, "total_errors": [0.031, -0.012, 0.006],
             "root_mean_squared_error": 8.817},
            {"code": "naive", "notes": [], "log_score": -4.3304, "difference": -0.8118, "standard_error": 0.0252,
             "drift": None, "total_errors": [0.052, 0.023, None], "root_mean_squared_error": None},
        ],
        "parameters": [{"name": "r", "value": 1.408, "standard_error": 0.045},
                       {"name": "alpha", "value": 9.646, "standard_error": 0.35},
                       {"name": "a", "value": 0.1908, "standard_error": 0.04},
                       {"name": "b", "value": 272.5, "standard_error": None}],
        "notes": ["weakly_known"],
        "sample": {"customers": 2432, "of": 2469},
        "left_truncated": 1983,
        "holdout_days": 121,
        "race": days,
        "origins": [{"day": day, "customers": 2300 + at, "forecast": 40_000 + 900 * at, "actual": 39_500 + 1_000 * at,
                     "low": 38_000 + 900 * at, "high": 42_000 + 900 * at} for at, day in enumerate(days)],
        "total": {"level": 0.9, "origins": 3, "share_low": 0.93, "share_high": 1.08,
                  "purchases_low": 0.95, "purchases_high": 1.06},
        "weeks": {"first_day": "2017-01-02", "origin": days[-1], "actual": [2300 + 10 * at for at in range(52)],
                  "known": [None] * 34 + [2600 + 9 * at for at in range(18)],
                  "forecast": [None] * 34 + [2610 + 8.5 * at for at in range(18)]},
        "calibration": tenths,
        "no_purchase": [[240, 0.04 * at, 0.035 * at] for at in range(10)],
        "pit": {"customers": 2432, "shares": [0.14, 0.09, 0.085, 0.085, 0.09, 0.09, 0.09, 0.095, 0.1, 0.135]},
        "within": [{"level": 0.5, "implied": 0.54, "observed": 0.5}, {"level": 0.8, "implied": 0.82, "observed": 0.79},
                   {"level": 0.9, "implied": 0.91, "observed": 0.88}],
        "calendar": {"used": True, "why": "better", "source": "estimated",
                     "index": [1.1, 0.8, 0.95, 1, 1, 0.9, 0.9, 1, 1, 1.05, 1.1, 1.2],
                     "periods": [{"first_day": "2017-11-20", "last_day": "2017-11-26", "index": 1.6}],
                     "error_with": 0.012, "error_without": 0.034},
    }  # fmt: skip
