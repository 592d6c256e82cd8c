"""The file of rows set aside, and the report for people."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import python_calamine

from shuke.collect import Purchases, file_lines, read_purchases, write_rejects
from shuke.engines import DuckDBEngine
from shuke.kit.errors import InputError


@pytest.fixture
def found(tmp_path: Path, duckdb_engine: DuckDBEngine) -> Purchases:
    path = tmp_path / "p.csv"
    lines = [
        "customer,date,amount",
        "a,2017-01-02,5",
        ",2017-01-02,99.5",
        "=cmd,soon,1",
        'b,"=1+1,x",2',
        "c,2017-01-02",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return read_purchases(path, engine=duckdb_engine)


def test_a_csv_of_rejects_has_file_line_and_reason_in_the_reader_s_language(found: Purchases, tmp_path: Path) -> None:
    path = write_rejects(found, tmp_path / "out" / "rejects.csv", "zh-hans")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["行号"] for row in rows] == ["3", "4", "5", "6"]
    assert rows[0]["原因"].startswith("没有客户编号")
    assert rows[0]["可读出的金额（CNY）"] == "99.50"
    assert rows[0]["文件"].endswith("p.csv")


def test_nothing_in_it_is_run_as_a_formula(found: Purchases, tmp_path: Path) -> None:
    path = write_rejects(found, tmp_path / "rejects.csv", "en")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[1]["raw row"] == "'=cmd,soon,1"
    assert rows[2]["received"] == "'=1+1,x"


def test_a_workbook_of_rejects_has_the_same_rows(found: Purchases, tmp_path: Path) -> None:
    path = write_rejects(found, tmp_path / "rejects.xlsx", "zh-hant")
    rows = python_calamine.load_workbook(path).get_sheet_by_index(0).to_python()
    assert rows[0][:3] == ["檔案", "列號", "原因"]
    assert [row[1] for row in rows[1:]] == [3, 4, 5, 6]
    assert rows[1][5] == 99.5
    assert rows[2][6] == "'=cmd,soon,1"


def test_a_parquet_file_of_rejects_has_exact_amounts(found: Purchases, tmp_path: Path) -> None:
    rows = pq.read_table(write_rejects(found, tmp_path / "rejects.parquet", "en")).to_pylist()
    assert rows[0]["amount"] == Decimal("99.50")
    assert rows[3]["reason"].startswith("The row has another number of columns")


def test_rejects_that_are_not_written_to_the_end_leave_the_earlier_file_as_it_was(
    found: Purchases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = tmp_path / "out" / "rejects.csv"
    earlier.parent.mkdir()
    earlier.write_text("earlier")

    def full(value: object) -> object:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shuke.collect._write_rejects.safe_cell", full)
    with pytest.raises(OSError, match="No space"):
        write_rejects(found, earlier, "en")
    assert [(path.name, path.read_text()) for path in earlier.parent.iterdir()] == [("rejects.csv", "earlier")]


def test_another_kind_of_file_is_refused(found: Purchases, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.csv, \.xlsx or \.parquet"):
        write_rejects(found, tmp_path / "rejects.pdf")


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "编码"), ("zh-hant", "編碼"), ("en", "encoding")])
def test_how_a_file_was_written_is_told_in_each_language(found: Purchases, language: str, word: str) -> None:
    [line] = file_lines(found.quality, language)
    assert f"{word} utf-8" in line
