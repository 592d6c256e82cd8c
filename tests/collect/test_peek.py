"""A look at the first rows: read as all of it would be, and quick however large the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from shuke.collect import Peek, peek, read_purchases
from shuke.engines import DuckDBEngine
from shuke.kit.errors import InputError

LINES = ["客户编号,购买日期,金额", "甲,2024-01-02,12.5", "乙,昨天,8", "丙,2024-01-03,9"]


@pytest.fixture
def look(duckdb_engine: DuckDBEngine) -> Any:
    def look_with(source: Any, **told: Any) -> Peek:
        return peek(source, engine=duckdb_engine, **told)

    return look_with


def kept(folder: Path, lines: list[str], encoding: str = "utf-8") -> Path:
    path = folder / "订单.csv"
    path.write_bytes("\n".join([*lines, ""]).encode(encoding))
    return path


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gbk", "gb18030"), ("big5", "big5"), ("utf-16", "utf-16")],
)
def test_a_text_file_is_shown_with_its_encoding_and_its_faults(
    look: Any, tmp_path: Path, encoding: str, told: str
) -> None:
    header = "客戶編號,購買日期,金額" if encoding == "big5" else LINES[0]
    seen = look(kept(tmp_path, [header, *LINES[1:]], encoding))
    assert (seen.file.encoding, seen.file.delimiter, seen.file.header_line) == (told, ",", 1)
    assert [row.line for row in seen.rows] == [2, 3, 4]
    assert [row.reason for row in seen.rows] == [None, "reject.unreadable_date", None]
    assert seen.rows[0].cells == ("甲", "2024-01-02", "12.5")
    assert seen.quality is not None
    assert (seen.quality.rows_read, seen.quality.rows_kept) == (3, 2)


def test_lines_are_counted_as_in_the_file_below_a_title_and_a_blank_line(look: Any, tmp_path: Path) -> None:
    seen = look(kept(tmp_path, ["五月订单", "", "客户编号;购买日期;金额", "甲;2024-01-02;5"]))
    assert (seen.file.header_line, seen.file.delimiter, seen.rows[0].line) == (3, ";", 4)


def test_a_large_file_is_read_only_at_its_beginning_and_never_cut_within_a_row(look: Any, tmp_path: Path) -> None:
    lines = [f'c{n},2024-01-02,{n}.00,"two\nlines, quoted"' for n in range(60_000)]
    path = kept(tmp_path, ["customer,time,amount,note", *lines])
    seen = look(path)
    assert 100 < seen.file.rows < 20_000
    assert seen.quality.set_aside == {}
    assert seen.rows[1].line == 4


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_a_large_file_in_two_byte_letters_is_cut_between_letters(look: Any, tmp_path: Path, encoding: str) -> None:
    seen = look(kept(tmp_path, ["customer,time,amount", *(f"c{n},2024-01-02,5" for n in range(20_000))], encoding))
    assert seen.quality.set_aside == {}
    assert seen.file.rows > 1000


def test_a_workbook_shows_its_first_table_and_names_the_sheets_left_out(look: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        may = [["title", "", ""], ["客户", "日期", "金额"], ["甲", "2024-01-02", 5], *[["乙", "x", 1]] * 2000]
        for name, lines in {"五月": may, "说明": [["a", "b"], ["c", "d"]]}.items():
            sheet = book.add_worksheet(name)
            for number, line in enumerate(lines):
                sheet.write_row(number, 0, line)
    seen = look(path)
    assert (seen.file.kind, seen.file.sheet, seen.file.sheets_left_out) == ("xlsx", "五月", ("说明",))
    assert [row.line for row in seen.rows][:2] == [3, 4]
    assert seen.file.rows == 1000


def test_a_parquet_file_is_judged_by_its_own_types(look: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    moments = pa.array([1_704_153_600_000_000_000, None], pa.timestamp("ns"))
    pq.write_table(pa.table({"customer": ["a", "b"], "date": moments, "amount": [12.5, 3.0]}), path)
    seen = look(path)
    assert seen.file.kind == "parquet"
    assert [row.reason for row in seen.rows] == [None, "reject.unreadable_date"]
    assert seen.rows[0].cells == ("a", "2024-01-02 00:00:00", "12.5")


def test_what_is_missing_is_an_answer_and_what_was_found_is_told(look: Any, tmp_path: Path) -> None:
    seen = look(kept(tmp_path, ["谁,购买日期,金额", "甲,2024-01-02,5"]))
    assert seen.missing == ("customer",)
    assert set(seen.fields) == {"time", "amount"}
    assert seen.quality is None
    assert look(tmp_path / "订单.csv", customer="谁").missing == ()


def test_a_column_that_is_not_there_is_a_reason_in_every_language(look: Any, tmp_path: Path) -> None:
    seen = look(kept(tmp_path, LINES), customer="会员")
    assert seen.refused.key == "error.collect.no_such_column"
    assert "会员" in seen.refused.told("zh-hans")


def test_a_field_told_to_have_no_column_is_not_guessed(look: Any, tmp_path: Path) -> None:
    path = kept(tmp_path, ["客户编号,购买日期,金额,数量", "甲,2024-01-02,5,不详"])
    assert "quantity" in look(path).fields
    assert "quantity" not in look(path, quantity="").fields
    assert look(path, amount="").missing == ("amount",)
    assert read_purchases(path, quantity="").mapping.column("quantity") is None


@pytest.mark.parametrize("name", ["youzan", "taobao", "jd", "shopify"])
def test_the_exports_of_shops_look_as_they_will_be_read(look: Any, duckdb_engine: DuckDBEngine, name: str) -> None:
    path = Path(__file__).parent / "exports" / f"{name}.csv"
    seen, read = look(path), read_purchases(path, engine=duckdb_engine)
    assert (seen.preset, dict(seen.fields)) == (name, dict(read.mapping.fields))
    assert seen.quality.to_dict()["set_aside"] == read.quality.to_dict()["set_aside"]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"customer,time,amount\n", b"%PDF-1.7", b"a\x00b\x01" * 99])
def test_what_has_no_rows_or_is_no_table_is_refused(look: Any, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(InputError):
        look(path)


def test_a_field_nobody_knows_is_named() -> None:
    with pytest.raises(TypeError, match="customer, time, amount"):
        peek({"a": ["b"]}, shop="a")
