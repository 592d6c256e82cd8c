"""Files of every kind and in every state."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from shuke.collect import Purchases, read_purchases
from shuke.engines import DuckDBEngine
from shuke.kit.errors import InputError

_MISSING_PART = "missing part: pandas and Polars (extra frames)"
HEADER = "客户编号,下单时间,实付金额"
ROWS = ["张三,2017-01-02,12.50", "李四,2017-03-04,7", "張三豐,2017-05-06,1"]


@pytest.fixture
def read(duckdb_engine: DuckDBEngine) -> Any:
    def read_with(source: Any, **options: Any) -> Purchases:
        return read_purchases(source, engine=duckdb_engine, **options)

    return read_with


def _kept(found: Purchases) -> list[tuple[str, date, int]]:
    names = ("customer_id", "purchased_on", "amount_minor")
    return list(zip(*(_column(found, name) for name in names), strict=True))


def _column(found: Purchases, name: str) -> list[Any]:
    rows = found.table.engine.fetch("SELECT * FROM {t} ORDER BY source_file, source_row", t=found.table)
    return list(rows[name].to_pylist())


def _lines(found: Purchases) -> list[int]:
    return sorted(found.table.to_arrow()["source_row"].to_pylist())


def _reasons(found: Purchases) -> dict[str, list[int]]:
    reasons: dict[str, list[int]] = {}
    for row in sorted(found.rejects.to_arrow().to_pylist(), key=lambda row: row["source_row"]):
        reasons.setdefault(row["reason_code"], []).append(row["source_row"])
    return reasons


EXPECTED = [
    ("张三", date(2017, 1, 2), 1250),
    ("李四", date(2017, 3, 4), 700),
    ("張三豐", date(2017, 5, 6), 100),
]


@pytest.mark.parametrize(
    ("encoding", "found_as"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gbk", "gb18030"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_encoding_and_line_end_gives_the_same_rows(
    tmp_path: Path, read: Any, encoding: str, found_as: str, line_end: str
) -> None:
    path = tmp_path / "purchases.csv"
    path.write_bytes(line_end.join([HEADER, *ROWS]).encode(encoding))
    found = read(path)
    assert _kept(found) == EXPECTED
    assert _lines(found) == [2, 3, 4]
    assert found.quality.files[0].encoding == found_as


def test_big5_is_told_from_gbk(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "purchases.csv"
    rows = ["客戶編號,訂單日期,實付金額,門市", "王小明,2017-01-02,100,臺北信義", "陳美玲,2017-01-03,200,高雄"]
    path.write_bytes("\n".join(rows).encode("big5"))
    found = read(path, currency="TWD", timezone="Asia/Taipei")
    assert found.quality.files[0].encoding == "big5"
    assert _column(found, "store") == ["臺北信義", "高雄"]


def test_gbk_that_starts_after_a_long_stretch_of_ascii_is_found(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "purchases.csv"
    plain = [f"c{number},2017-01-02,{number}" for number in range(40_000)]
    path.write_bytes("\n".join(["customer,date,amount", *plain, "张三,2017-01-02,5"]).encode("gbk"))
    found = read(path)
    assert found.quality.files[0].encoding == "gb18030"
    assert found.quality.rows_kept == 40_001
    assert "张三" in found.table.to_arrow()["customer_id"].to_pylist()


@pytest.mark.parametrize(("main", "stray"), [("utf-8", "gbk"), ("gbk", "utf-8"), ("utf-8", "big5")])
def test_mixed_encodings_are_decoded_line_by_line(tmp_path: Path, read: Any, main: str, stray: str) -> None:
    path = tmp_path / "purchases.csv"
    odd = "訂單,2017-02-02,8" if stray == "big5" else "王五,2017-02-02,8"
    path.write_bytes(("\n".join([HEADER, *ROWS[:2]]) + "\n").encode(main) + odd.encode(stray) + b"\n")
    found = read(path)
    assert found.quality.rows_kept == 3
    # Big5 in a line by itself also reads as GBK: only its amount is sure.
    if stray != "big5":
        assert _kept(found)[2] == ("王五", date(2017, 2, 2), 800)


def test_a_line_that_fits_no_encoding_is_set_aside_with_its_line(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "purchases.csv"
    path.write_bytes(f"{HEADER}\n{ROWS[0]}\n".encode() + b"\xff\xfe\xff,2017-01-02,5\n" + ROWS[1].encode())
    found = read(path)
    assert _kept(found) == EXPECTED[:2]
    assert _reasons(found) == {"reject.undecodable_row": [3]}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, read: Any, delimiter: str) -> None:
    path = tmp_path / "purchases.txt"
    rows = [["customer", "date", "amount"], ["a", "2017-01-02", "1.234,50"], ["b", "2017-01-03", "12,5"]]
    if delimiter == ",":
        rows = [[f'"{cell}"' for cell in row] for row in rows]
    path.write_text("\n".join(delimiter.join(row) for row in rows), encoding="utf-8")
    found = read(path, currency="EUR")
    assert found.quality.files[0].delimiter == delimiter
    assert [amount for _, _, amount in _kept(found)] == [123450, 1250]


def test_a_title_above_the_header_is_passed_over_and_lines_stay_right(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "purchases.csv"
    path.write_text(f"订单导出\n\n{HEADER},门店\n张三,2017-01-02,1,一店\n李四,2017-01-02,x,二店\n", encoding="utf-8")
    found = read(path)
    assert found.quality.files[0].header_line == 3
    assert _lines(found) == [4]
    assert _reasons(found) == {"reject.unreadable_amount": [5]}


def test_ragged_rows_and_a_cut_off_end_are_set_aside(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "purchases.csv"
    path.write_text(
        f"{HEADER}\na,2017-01-02,1\nb,2017-01-02\nc,2017-01-02,1,9\nd,2017-01-02,1\ne,2017", encoding="utf-8"
    )
    found = read(path)
    assert _lines(found) == [2, 5]
    assert _reasons(found) == {"reject.ragged_row": [3, 4, 6]}
    assert found.quality.rows_read == 5


def test_a_file_in_many_blocks_keeps_every_row_and_line(
    tmp_path: Path, read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shuke.collect._csv._BLOCK_BYTES", 64)
    path = tmp_path / "purchases.csv"
    lines = ["customer,date,amount,note"]
    for number in range(300):
        note = '"two\nlines"' if number % 7 == 0 else ('"quoted, ""here"""' if number % 5 == 0 else "plain")
        lines.append(f"c{number},2017-01-02,{number},{note}")
    path.write_text("\n".join(lines), encoding="utf-8")
    expected, line = [], 2
    for text in lines[1:]:
        expected.append(line)
        line += 1 + text.count("\n")
    found = read(path)
    assert _lines(found) == expected
    assert found.quality.amount_kept_minor == sum(range(300)) * 100


def test_three_hundred_columns_are_read(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "purchases.csv"
    extra = [f"extra{number}" for number in range(297)]
    path.write_text("\n".join([",".join([HEADER, *extra]), ",".join([ROWS[0], *extra])]), encoding="utf-8")
    assert _kept(read(path)) == EXPECTED[:1]


def test_columns_with_the_same_name_or_none_are_told_apart(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "purchases.csv"
    path.write_text(
        "customer,date,amount,Note,note,,{x}\na,2017-01-02,1,p,q,r,s\n,2017-01-02,1,p,q,r,s", encoding="utf-8"
    )
    with pytest.raises(InputError, match=r"Note, note 2, column 6, \{x\}"):
        read(path, cost="none")
    found = read(path, product="note 2", category="{x}")
    assert found.table.to_arrow().select(["product_id", "category"]).to_pylist() == [
        {"product_id": "q", "category": "s"}
    ]
    assert found.quality.rows_set_aside == 1


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"\n \n\n", "is empty"),
        ("quotes.csv", b'""\n""\n', "is empty"),
        ("delimiters.csv", b";;;\n;;;\n", "No column could be told"),
        ("header.csv", b"customer,date,amount\n", "no row below it"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "a picture"),
        ("binary.csv", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\xff\xff\x00\x00", "binary"),
        ("packed.csv", b"\x1f\x8b\x08\x00", "gzip"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        ("cut.parquet", b"PAR1\x15\x04", "damaged or cut-off Parquet"),
        ("cut.xlsx", b"PK\x03\x04\x14\x00", "damaged or cut-off workbook"),
    ],
)
def test_what_is_no_table_is_an_error_that_says_so(
    tmp_path: Path, read: Any, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read(path)


def test_a_cut_off_parquet_file_is_an_error_that_says_so(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "p.parquet"
    pq.write_table(pa.table({"customer": ["a"] * 100, "date": ["2017-01-02"] * 100, "amount": [1.0] * 100}), path)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(InputError, match="damaged or cut-off Parquet"):
        read(path)


def test_an_archive_and_a_trap_are_refused(tmp_path: Path, read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.csv", "x")
    with pytest.raises(InputError, match="ZIP archive"):
        read(archive)
    monkeypatch.setattr("shuke.collect._xlsx._LARGEST_UNPACKED_BYTES", 1000)
    trap = tmp_path / "trap.xlsx"
    with zipfile.ZipFile(trap, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/workbook.xml", "0" * 5000)
    with pytest.raises(InputError, match="unpack to more"):
        read(trap)


def test_a_path_that_is_not_there_and_a_folder_without_tables_are_errors(tmp_path: Path, read: Any) -> None:
    with pytest.raises(InputError, match="no file or folder"):
        read(tmp_path / "missing.csv")
    with pytest.raises(InputError, match="holds no table"):
        read(tmp_path)
    with pytest.raises(InputError, match="cannot be read from int"):
        read(5)


def _workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for line, row in enumerate(rows):
                for position, cell in enumerate(row):
                    if isinstance(cell, datetime):
                        sheet.write_datetime(line, position, cell, moment)
                    else:
                        sheet.write(line, position, cell)
    return path


def test_a_workbook_is_read_with_its_types_and_row_numbers(tmp_path: Path, read: Any) -> None:
    head = ["会员号", "下单时间", "金额", "备注"]
    rows = [
        ["订单明细"],
        [],
        head,
        [1001, datetime(2017, 1, 2, 14, 5), 0.1 + 0.2, "x"],
        [],
        ["1002", "2017/1/3", "¥5", ""],
        ["1003", datetime(2017, 1, 4), "?", ""],
    ]
    found = read(_workbook(tmp_path / "p.xlsx", {"Notes": [], "Data": rows, "Other": [["a", "b"], [1, 2]]}))
    assert _kept(found) == [("1001", date(2017, 1, 2), 30), ("1002", date(2017, 1, 3), 500)]
    assert _column(found, "purchased_at") == [datetime(2017, 1, 2, 14, 5), None]
    assert _lines(found) == [4, 6]
    assert _reasons(found) == {"reject.unreadable_amount": [7]}
    assert found.quality.files[0].sheets_left_out == ("Other",)


def test_sheets_with_the_same_header_are_read_as_one(tmp_path: Path, read: Any) -> None:
    head = ["customer", "date", "amount"]
    sheets = {"Jan": [head, ["a", "2017-01-02", 1]], "Feb": [head, ["a", "2017-02-02", 2]]}
    found = read(_workbook(tmp_path / "p.xlsx", sheets))
    names = sorted(Path(name).name for name in found.table.to_arrow()["source_file"].to_pylist())
    assert names == ["p.xlsx#Feb", "p.xlsx#Jan"]
    assert found.quality.amount_kept_minor == 300


def test_a_workbook_without_a_table_is_an_error(tmp_path: Path, read: Any) -> None:
    with pytest.raises(InputError, match="no sheet has a header"):
        read(_workbook(tmp_path / "p.xlsx", {"Empty": []}))
    with pytest.raises(InputError, match="no row below"):
        read(_workbook(tmp_path / "q.xlsx", {"Head": [["customer", "date", "amount"]]}))


def test_a_folder_of_different_kinds_of_file_is_one_table(tmp_path: Path, read: Any) -> None:
    folder = tmp_path / "客户 数据"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.csv").write_text("customer,date,amount\na,2017-01-02,1.5\n", encoding="utf-8")
    (folder / "deep" / "b.csv").write_text("amount,customer,date\n2,b,2017-01-03\n", encoding="utf-8")
    times = pa.array([datetime(2017, 1, 4, 10)], pa.timestamp("us"))
    pq.write_table(pa.table({"customer": [3], "date": times, "amount": [10_000_000.25]}), folder / "c.parquet")
    _workbook(folder / "d.xlsx", {"S": [["customer", "date", "amount"], ["d", datetime(2017, 1, 5), 4]]})
    (folder / "readme.md").write_text("no table", encoding="utf-8")
    (folder / "~$d.xlsx").write_bytes(b"lock")
    found = read(folder)
    assert _kept(found) == [
        ("a", date(2017, 1, 2), 150),
        ("3", date(2017, 1, 4), 1_000_000_025),
        ("d", date(2017, 1, 5), 400),
        ("b", date(2017, 1, 3), 200),
    ]
    assert [file.kind for file in found.quality.files] == ["csv", "parquet", "xlsx", "csv"]


def test_a_customer_has_one_id_where_files_differ_in_the_type_of_the_column(tmp_path: Path, read: Any) -> None:
    """A data frame with a gap in its ids makes them floats: 1001.0 in one file is 1001 in the others."""
    amounts = [1.5, 2.675, 4.0]
    for day, ids in (
        ("2017-01-02", pa.array([1001, 1002, 1003])),
        ("2017-01-03", pa.array([1001.0, None, float("nan")])),
    ):
        table = pa.table({"customer": ids, "date": [day] * 3, "amount": amounts})
        pq.write_table(table, tmp_path / f"{day}.parquet")
    found = read(tmp_path)
    assert [customer for customer, *_ in _kept(found)] == ["1001", "1002", "1003", "1001"]
    assert {code: tally.rows for code, tally in found.quality.set_aside.items()} == {"reject.missing_customer": 2}
    assert found.quality.amount_kept_minor == 150 + 268 + 400 + 150


def test_files_with_different_columns_are_an_error_that_lists_the_difference(tmp_path: Path, read: Any) -> None:
    (tmp_path / "a.csv").write_text("customer,date,amount\na,2017-01-02,1\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("customer,date,price\na,2017-01-02,1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"b\.csv has: price; it lacks: amount"):
        read(tmp_path)


def test_the_same_file_named_twice_is_read_once(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "a.csv"
    path.write_text("customer,date,amount\na,2017-01-02,1\n", encoding="utf-8")
    assert read([path, str(path)]).quality.rows_read == 1


def test_parquet_is_read_in_place_with_rows_from_one(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "p {x}.parquet"
    table = pa.table({"customer": ["a", None, "b"], "date": [date(2017, 1, 2)] * 3, "amount": pa.array([1, 2, 3])})
    pq.write_table(table, tmp_path / "p.parquet")
    found = read(tmp_path / "p.parquet")
    assert _lines(found) == [1, 3]
    assert found.table.to_arrow()["source_file"].to_pylist() == [str(tmp_path / "p.parquet")] * 2
    assert _reasons(found) == {"reject.missing_customer": [2]}
    assert not path.exists()


def test_a_parquet_file_is_booked_under_its_own_name_whatever_marks_are_in_it(tmp_path: Path, read: Any) -> None:
    for number, name in enumerate(("orders 1", "orders [1]", "customer_id=zz/orders [1]")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        table = pa.table({"customer_id": [f"c{number}"], "time": ["2017-01-02"], "amount": [number + 1]})
        pq.write_table(table, tmp_path / f"{name}.parquet")
    found = read(tmp_path).table.to_arrow().sort_by("customer_id")
    assert found["customer_id"].to_pylist() == ["c0", "c1", "c2"]
    names = ["orders 1.parquet", "orders [1].parquet", "customer_id=zz/orders [1].parquet"]
    assert found["source_file"].to_pylist() == [str(tmp_path / name) for name in names]


def test_parquet_with_our_own_column_names_or_clashing_ones_is_read(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "p.parquet"
    names = ["customer_id", "purchased_on", "amount", "source_file", "Source_File", "{odd}"]
    values = [["a"], [date(2017, 1, 2)], [1.5], ["x"], ["y"], ["z"]]
    pq.write_table(pa.table([pa.array(value) for value in values], names=names), path)
    found = read(path, category="{odd}", store="source_file")
    row = found.table.to_arrow().to_pylist()[0]
    assert (row["category"], row["store"], row["source_file"], row["amount_minor"]) == ("z", "x", str(path), 150)


def test_data_frames_and_arrow_tables_are_read_like_files(read: Any) -> None:
    pandas = pytest.importorskip("pandas", reason=_MISSING_PART)
    polars = pytest.importorskip("polars", reason=_MISSING_PART)
    lines = {"customer": ["a", "b"], "date": [datetime(2017, 1, 2, 3), datetime(2017, 1, 3)], "amount": [1.005, -2.0]}
    expected = [("a", date(2017, 1, 2), 101), ("b", date(2017, 1, 3), -200)]
    for table in (pa.table(lines), pandas.DataFrame(lines), polars.DataFrame(lines)):
        assert _kept(read(table)) == expected


def test_numbers_with_gaps_in_a_data_frame_stay_whole_ids(read: Any) -> None:
    pandas = pytest.importorskip("pandas", reason=_MISSING_PART)
    frame = pandas.DataFrame({"customer": [1001.0, None], "date": ["2017-01-02"] * 2, "amount": [1, 1]})
    found = read(frame)
    assert [row[0] for row in _kept(found)] == ["1001"]
    assert _reasons(found) == {"reject.missing_customer": [2]}
