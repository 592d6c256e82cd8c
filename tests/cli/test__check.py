"""`shuke check` reports what is not in order and goes on to the next part; no command answers with a traceback."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

from shuke.cli import main
from shuke.cli._why import why
from shuke.kit.errors import InputError, LedgerError
from shuke.ledger import Ledger

LINES = "customer,time,amount\na,2024-01-05,5\na,2024-02-09,6\n"


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    path = tmp_path / "sales.csv"
    path.write_text(LINES, "utf-8")
    return path


@pytest.fixture
def damaged(sales: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A ledger of which a copy brought only the beginning of some files."""
    folder = tmp_path / "ledger"
    assert main(["score", str(sales), "--ledger", str(folder), "--quiet"]) == 0
    capsys.readouterr()
    for file in [*(folder / "journal").glob("*.parquet"), *(folder / "purchases").glob("*.parquet")]:
        file.write_bytes(file.read_bytes()[:20])
    return folder


@pytest.mark.django_db
def test_check_reports_a_damaged_ledger_in_the_language_asked_for_and_looks_at_the_other_parts(
    damaged: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.SHUKE_LEDGER = damaged
    assert main(["check", "--lang", "zh-hans"]) == 1
    told = capsys.readouterr().out
    assert "✗ 账本: 账本的" in told
    assert "请从备份恢复整个账本文件夹" in told
    assert "✗ 用户: 没有能登录的所有者" in told
    assert "✓ 计算引擎: DuckDB" in told
    assert "✓ 后台任务" in told


@pytest.mark.django_db
def test_check_reports_a_folder_that_cannot_be_written(
    tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.SHUKE_DATA, settings.SHUKE_LEDGER = tmp_path / "gone", tmp_path / "none"
    assert main(["check", "--lang", "zh-hant"]) == 1
    told = capsys.readouterr().out
    assert f"✗ 資料資料夾: {tmp_path}/gone/.probe 不存在" in told
    assert "✓ 帳本: 還沒有匯入過資料" in told


def test_check_reports_a_wrong_setting_and_ends_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong(**_: object) -> None:
        raise InputError.of("error.setting.yes_no", name="SHUKE_DEBUG", value="maybe")

    monkeypatch.setattr("shuke.cli._check.start_django", wrong)
    assert main(["check", "--lang", "zh-hans"]) == 1
    told = capsys.readouterr()
    assert told.out == "✗ 设置: SHUKE_DEBUG=maybe 无法识别，请写 1（开）或 0（关）。\n"
    assert "有 1 项不正常" in told.err


@pytest.mark.parametrize("act", [["imports"], ["runs"], ["purchases", "a"], ["undo", "import-1"]])
def test_a_damaged_ledger_is_refused_with_what_to_do(
    damaged: Path, act: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ledger", str(damaged), *act, "--lang", "en"]) == 1
    assert "of the ledger cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize("table", ["journal", "purchases"])
def test_a_log_that_is_cut_off_is_told_as_well(damaged: Path, table: str) -> None:
    for file in (damaged / table / "_delta_log").glob("*0.json"):
        file.write_bytes(file.read_bytes()[:20])
    ledger = Ledger(damaged)
    with pytest.raises(LedgerError, match=f"{table} of the ledger cannot be read"):
        _ = ledger.imports() if table == "journal" else ledger.compact()


def test_an_output_that_may_not_be_written_is_refused_and_no_traceback(
    sales: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "/srv/scores.csv.part")

    monkeypatch.setattr("shuke.cli._score.write_scores", refused)
    command = ["score", str(sales), "--out", str(tmp_path / "scores.csv"), "--quiet", "--lang", "zh-hans"]
    assert main(command) == 1
    assert "没有权限读写 /srv/scores.csv.part（Permission denied）" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/srv/a.csv"), "The disk is full at /srv/a.csv"),
        (NotADirectoryError(errno.ENOTDIR, "Not a directory", "a/b"), "The system refused at a/b: Not a directory."),
        (ValueError("driver says\nmore"), "driver says"),
    ],
)
def test_what_the_system_says_is_one_sentence(reason: Exception, said: str) -> None:
    assert why(reason, "en").startswith(said)
    assert "\n" not in why(reason, "zh-hans")
