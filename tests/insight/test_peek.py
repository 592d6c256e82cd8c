"""The preview: columns guessed, problems marked, whatever the file's kind."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from shuke.insight.errors import RefusedUpload
from shuke.insight.peek import peek

LINES = [["客户编号", "购买日期", "金额"], ["甲", "2024-01-02", "12.5"], ["乙", "昨天", "8"], ["丙", "2024-01-03", "9"]]
TEXT = "\n".join(",".join(line) for line in LINES)


def kept(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_file_shows_its_columns_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    found = peek(kept(tmp_path, "a.csv", TEXT.encode(encoding)), {}, {})
    assert found.columns == LINES[0]
    assert found.rows == LINES[1:]
    assert {field: column for field, (column, _) in found.mapping.items()} == {
        "customer": "客户编号", "time": "购买日期", "amount": "金额",
    }  # fmt: skip
    assert found.faults == {"2": "reject.unreadable_date"}
    assert (found.sampled, found.kept) == (3, 2)


def test_a_workbook_shows_its_first_sheet_below_a_title(tmp_path: Path) -> None:
    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as workbook:
        sheet = workbook.add_worksheet()
        for row, line in enumerate([["五月订单", "", ""], *LINES]):
            sheet.write_row(row, 0, line)
    found = peek(kept(tmp_path, "a.xlsx", book.getvalue()), {}, {})
    assert found.columns == LINES[0]
    assert found.rows[0] == LINES[1]


def test_a_parquet_file_shows_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"customer": ["a"], "date": ["2024-01-02"], "amount": [12.5]}), path)
    assert peek(path, {}, {}).mapping["amount"][0] == "amount"


def test_columns_nobody_can_tell_are_named_and_may_be_chosen(tmp_path: Path) -> None:
    path = kept(tmp_path, "a.csv", b"a,b,c\nx,y,z\nu,v,w\n")
    assert all(f"{field}=" in peek(path, {}, {}).refused for field in ("customer", "time", "amount"))
    chosen = peek(path, {"customer": "a", "time": "b", "amount": "c"}, {})
    assert chosen.refused == ""
    assert chosen.kept == 0


def test_an_order_of_dates_that_was_chosen_is_used(tmp_path: Path) -> None:
    path = kept(tmp_path, "a.csv", b"customer,date,amount\na,02/01/2024,5\nb,03/04/2024,6\n")
    assert peek(path, {}, {}).kept == 0
    assert peek(path, {}, {"date_order": "day"}).kept == 2


def test_a_header_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedUpload, match="no_rows"):
        peek(kept(tmp_path, "a.csv", b"customer,date,amount\n"), {}, {})
