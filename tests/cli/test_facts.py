"""Answers and payments beside purchases, as a command names them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import shuke.cli._score as scoring
from shuke.classify import Facts
from shuke.cli import main
from shuke.cycle import run
from shuke.engines import DuckDBEngine
from shuke.ledger import Ledger
from shuke.tables import PAYMENTS, SURVEYS


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    texts = {
        "sales": "customer,time,amount\na,2024-01-01,5\na,2024-02-09,6\nb,2024-02-01,7\n",
        "surveys": "customer,asked_on,满意度\na,2024-01-05,5\nb,2024-01-05,9\n",
        "payments": "customer,due_on,amount,paid_on\na,2024-01-20,5,2024-02-20\nb,someday,5,\n",
        "more": "客户编号,到期日,应付金额,付款日期\nb,2024-01-20,9,\n",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    return {name: str(tmp_path / f"{name}.csv") for name in texts}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, int] | None]:
    """How many rows of each fact each run was given."""
    seen: list[dict[str, int] | None] = []

    def spied(*given: Any, **named: Any) -> Any:
        facts: Facts | None = named["facts"]
        rows = {} if facts is None else {name: len(table) for name, table in vars(facts).items() if table is not None}
        seen.append(None if facts is None else rows)
        return run(*given, **named)

    monkeypatch.setattr(scoring, "run", spied)
    return seen


def test_a_run_takes_answers_and_payments_from_files_of_any_headings(
    files: dict[str, str], told: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    beside = ["--surveys", files["surveys"], "--payments", files["payments"], "--payments", files["more"]]
    command = ["score", files["sales"], "--lang", "en", "--quiet"]
    assert main([*command, *beside]) == 0
    said = capsys.readouterr().out
    assert "beyond" in said or "scale" in said, "the answer that was set aside is told"
    assert main(command) == 0
    assert told == [{"surveys": 1, "payments": 2}, None]


def test_a_ledger_keeps_answers_and_payments_for_the_next_run(
    files: dict[str, str], told: list[Any], tmp_path: Path, duckdb_engine: DuckDBEngine
) -> None:
    command = ["score", files["sales"], "--ledger", str(tmp_path / "ledger"), "--lang", "en", "--quiet"]
    assert main([*command, "--surveys", files["surveys"], "--payments", files["payments"]]) == 0
    assert main(command) == 0
    assert told == [{"surveys": 1, "payments": 1}] * 2
    ledger = Ledger(tmp_path / "ledger")
    assert [len(ledger.read(kind, duckdb_engine)) for kind in (SURVEYS, PAYMENTS)] == [1, 1]


def test_an_id_that_the_ledger_does_not_hold_is_not_erased_and_older_versions_stay(
    files: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "ledger"
    assert main(["score", files["sales"], "--ledger", str(folder), "--lang", "en", "--quiet"]) == 0
    versions = Ledger(folder).versions()
    assert main(["--lang", "en", "ledger", str(folder), "erase", "A"]) == 1
    assert "Check the id" in capsys.readouterr().err
    assert Ledger(folder).versions() == versions
    assert Ledger(folder).erasures() == []
    assert main(["--lang", "en", "ledger", str(folder), "erase", "a"]) == 0
    assert not Ledger(folder).is_erasing("a")


def test_moments_of_imports_are_told_by_this_machine_s_clock(
    files: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "ledger"
    assert main(["score", files["sales"], "--ledger", str(folder), "--lang", "en", "--quiet"]) == 0
    [made] = Ledger(folder).imports()
    capsys.readouterr()
    told = []
    for zone in ("Asia/Shanghai", "America/New_York"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert main(["--lang", "en", "ledger", str(folder), "imports"]) == 0
        told.append(f"{made.at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" in capsys.readouterr().out)
    monkeypatch.undo()
    time.tzset()
    assert told == [True, True]
