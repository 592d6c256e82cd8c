"""From rows as they come to facts, rejects and a report that adds up."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuke.collect import REASONS, Purchases, read_purchases
from shuke.collect._questions import REASONS as OF_ANSWERS
from shuke.collect.sources import REASONS as OF_SOURCES
from shuke.engines import DuckDBEngine, Engine
from shuke.kit.errors import InputError
from shuke.kit.text import keys
from shuke.tables import PURCHASES, REJECTS


def _csv(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _reasons(found: Purchases) -> dict[int, str]:
    rows = found.rejects.to_arrow().to_pylist()
    return {row["source_row"]: row["reason_code"].removeprefix("reject.") for row in rows}


def _rows(found: Purchases, *columns: str) -> list[tuple[Any, ...]]:
    rows = found.table.engine.fetch("SELECT * FROM {t} ORDER BY source_file, source_row", t=found.table).to_pylist()
    return [tuple(row[column] for column in columns) for row in rows]


MESSY = (
    "customer,date,amount,cost,qty",
    "a,2017-01-02,12.50,6,1",
    ",2017-01-02,99,1,1",
    'a,2017/1/3 14:05,"¥1,234.50",x,2',
    "a,soon,5,1,1",
    "a,9999-01-01,5,1,1",
    "a,2017-01-04,(12.00),1,-1",
    "a,2017-01-05,twelve,1,1",
    "a,2017-01-02,12.50,6,1",
    "a,2017-01-06,0,,1",
    "a,1899-12-31,5,1,1",
    "b,03/04/2017,5,1,1",
    "b,2017-01-07,NT$5,1,1",
    "b,2017-01-08",
)
FLAWS = {
    3: "missing_customer",
    5: "unreadable_date",
    6: "future_date",
    8: "unreadable_amount",
    9: "duplicate",
    11: "date_out_of_range",
    12: "ambiguous_date",
    13: "other_currency",
    14: "ragged_row",
}


def test_the_whole_way_is_the_same_on_both_engines(tmp_path: Path, engine: Engine) -> None:
    found = read_purchases(_csv(tmp_path / "p.csv", *MESSY), engine=engine, as_of="2017-01-05")
    assert _reasons(found) == FLAWS
    assert _rows(found, "source_row", "purchased_on", "purchased_at", "amount_minor", "cost_minor", "quantity") == [
        (2, date(2017, 1, 2), None, 1250, 600, 1.0),
        (4, date(2017, 1, 3), datetime(2017, 1, 3, 14, 5), 123450, None, 2.0),
        (7, date(2017, 1, 4), None, -1200, 100, -1.0),
        (10, date(2017, 1, 6), None, 0, None, 1.0),
    ]
    quality = found.quality
    assert quality.adds_up
    assert (quality.rows_read, quality.rows_kept, quality.amount_kept_minor) == (13, 4, 123500)
    assert quality.set_aside["reject.missing_customer"].amount_minor == 9900
    assert {code: tally.rows for code, tally in quality.notes.items()} == {
        "quality.returns": 1,
        "quality.zero_amounts": 1,
        "quality.without_cost": 2,
        "quality.after_as_of": 1,
    }
    assert (quality.first_day, quality.last_day) == (date(2017, 1, 2), date(2017, 1, 6))


def test_tables_keep_to_the_contract(tmp_path: Path, duckdb_engine: DuckDBEngine) -> None:
    found = read_purchases(_csv(tmp_path / "p.csv", *MESSY), engine=duckdb_engine)
    for table, contract in ((found.table, PURCHASES), (found.rejects, REJECTS)):
        schema = table.to_arrow().schema
        assert schema.names == list(contract.names)
        assert [str(kind) for kind in schema.types] == [str(kind) for kind in contract.schema.types]


def test_a_reject_names_the_column_the_value_and_the_row(tmp_path: Path, duckdb_engine: DuckDBEngine) -> None:
    found = read_purchases(_csv(tmp_path / "p.csv", *MESSY), engine=duckdb_engine)
    rejects = {row["source_row"]: row for row in found.rejects.to_arrow().to_pylist()}
    assert (rejects[8]["column"], rejects[8]["received"]) == ("amount", "twelve")
    assert rejects[8]["raw"] == "a,2017-01-05,twelve,1,1"
    assert rejects[3]["amount_minor"] == 9900
    assert rejects[14]["raw"] == "b,2017-01-08"


def test_every_reason_and_note_has_a_sentence() -> None:
    # The web app sets aside one kind of row more (`insight/came_back.py`).
    reasons = {f"reject.{reason}" for reason in (*REASONS, *OF_ANSWERS, *OF_SOURCES)} | {"reject.erased_customer"}
    assert reasons == set(keys("reject."))


def test_the_report_is_ready_for_json(tmp_path: Path, duckdb_engine: DuckDBEngine) -> None:
    found = read_purchases(_csv(tmp_path / "p.csv", *MESSY), engine=duckdb_engine)
    report = json.loads(json.dumps(found.quality.to_dict()))
    assert report["rows_set_aside"] == 9
    assert report["mapping"]["fields"]["amount"] == {"column": "amount", "how": "name"}


def test_a_row_with_several_flaws_counts_under_the_first(tmp_path: Path, duckdb_engine: DuckDBEngine) -> None:
    found = read_purchases(_csv(tmp_path / "p.csv", "customer,date,amount", ",soon,x", "a,soon,x", "b,2017-01-02,1"),
                           engine=duckdb_engine)  # fmt: skip
    assert _reasons(found) == {2: "missing_customer", 3: "unreadable_date"}


def test_today_is_kept_and_tomorrow_is_not(duckdb_engine: DuckDBEngine) -> None:
    # Two days on, whatever the time zone of the machine.
    today = datetime.now().date()
    days = [today - timedelta(days=1), today + timedelta(days=2)]
    found = read_purchases(pa.table({"customer": ["a", "a"], "date": days, "amount": [1, 1]}), engine=duckdb_engine)
    assert _reasons(found) == {2: "future_date"}


def test_returns_are_kept_below_zero(duckdb_engine: DuckDBEngine) -> None:
    lines = {"customer": ["a", "a"], "date": [date(2017, 1, 2)] * 2, "amount": ["100", "-30"]}
    found = read_purchases(pa.table(lines), engine=duckdb_engine)
    assert found.quality.amount_kept_minor == 7000
    assert found.quality.notes["quality.returns"].amount_minor == -3000


def test_duplicates_across_files_keep_the_first_and_can_all_be_kept(
    tmp_path: Path, duckdb_engine: DuckDBEngine
) -> None:
    head = "customer,date,amount"
    _csv(tmp_path / "a.csv", head, "a,2017-01-02,1", "b,2017-01-02,1", "a,2017-01-02,1")
    _csv(tmp_path / "b.csv", head, "a,2017-01-02,1", "c,2017-01-02,1")
    found = read_purchases(tmp_path, engine=duckdb_engine)
    assert found.quality.set_aside["reject.duplicate"].rows == 2
    assert _rows(found, "customer_id", "source_row") == [("a", 2), ("b", 3), ("c", 3)]
    assert read_purchases(tmp_path, engine=duckdb_engine, keep_duplicates=True).quality.rows_kept == 5


def test_rows_that_differ_in_a_column_nobody_mapped_are_no_duplicates(
    tmp_path: Path, duckdb_engine: DuckDBEngine
) -> None:
    path = _csv(tmp_path / "p.csv", "customer,date,amount,line no", "a,2017-01-02,1,1", "a,2017-01-02,1,2")
    assert read_purchases(path, engine=duckdb_engine).quality.rows_kept == 2


def test_unit_price_times_quantity_is_rounded_once(tmp_path: Path, duckdb_engine: DuckDBEngine) -> None:
    path = _csv(
        tmp_path / "p.csv", "customer,date,price,qty", "a,2017-01-02,0.335,3", "a,2017-01-02,¥10,-2", "a,2017-01-02,5,x"
    )
    found = read_purchases(path, engine=duckdb_engine, unit_price="price", quantity="qty")
    assert _rows(found, "amount_minor") == [(101,), (-2000,)]
    assert _reasons(found) == {4: "unreadable_amount"}


def test_a_price_without_quantity_or_beside_a_total_is_refused(tmp_path: Path, duckdb_engine: DuckDBEngine) -> None:
    path = _csv(tmp_path / "p.csv", "customer,date,price,total", "a,2017-01-02,1,2")
    with pytest.raises(InputError, match="without a quantity"):
        read_purchases(path, engine=duckdb_engine, unit_price="price")
    with pytest.raises(InputError, match="give the total, or"):
        read_purchases(path, engine=duckdb_engine, unit_price="price", amount="total")


@pytest.mark.parametrize(("currency", "minor"), [("CNY", 1235), ("JPY", 12), ("KWD", 12345)])
def test_amounts_are_kept_in_the_currency_s_minor_units(duckdb_engine: DuckDBEngine, currency: str, minor: int) -> None:
    for amounts in (["12.345"], [12.345], [" 12.345 "]):
        lines = {"customer": ["a"], "date": [date(2017, 1, 2)], "amount": amounts}
        found = read_purchases(pa.table(lines), engine=duckdb_engine, currency=currency)
        assert found.quality.amount_kept_minor == minor


def test_two_date_formats_in_one_column_are_both_read_where_they_can_be_told(
    tmp_path: Path, duckdb_engine: DuckDBEngine
) -> None:
    path = _csv(
        tmp_path / "p.csv", "customer,date,amount", "a,13/01/2017,1", "a,02/01/2017,1", "a,2017-01-03,1", "a,20170104,1"
    )
    found = read_purchases(path, engine=duckdb_engine)
    assert [day.day for (day,) in _rows(found, "purchased_on")] == [13, 2, 3, 4]
    _csv(path, "customer,date,amount", "a,13/01/2017,1", "a,01/14/2017,1", "a,02/01/2017,1")
    assert _reasons(read_purchases(path, engine=duckdb_engine)) == {4: "ambiguous_date"}
    _csv(path, "customer,date,amount", "a,02/01/2017,1")
    assert _reasons(read_purchases(path, engine=duckdb_engine)) == {2: "ambiguous_date"}
    found = read_purchases(path, engine=duckdb_engine, day_first=False)
    assert _rows(found, "purchased_on") == [(date(2017, 2, 1),)]


@pytest.mark.parametrize(
    ("written", "source", "local"),
    [
        ("2017-07-01T02:00:00Z", None, datetime(2017, 6, 30, 22)),
        ("2017-07-01T02:00:00+08:00", None, datetime(2017, 6, 30, 14)),
        ("2017-07-01 02:00:00", None, datetime(2017, 7, 1, 2)),
        ("2017-07-01 02:00:00", "UTC", datetime(2017, 6, 30, 22)),
        ("2017-01-01 02:00:00", "UTC", datetime(2016, 12, 31, 21)),
        ("2017/7/1 02:00", "Asia/Shanghai", datetime(2017, 6, 30, 14)),
        ("1498874400", None, datetime(2017, 6, 30, 22)),
    ],
)
def test_moments_are_told_in_the_business_s_time_zone(
    duckdb_engine: DuckDBEngine, written: str, source: str | None, local: datetime
) -> None:
    lines = pa.table({"customer": ["a"], "date": [written], "amount": [1]})
    found = read_purchases(lines, engine=duckdb_engine, timezone="America/New_York", source_timezone=source)
    assert _rows(found, "purchased_at", "purchased_on") == [(local, local.date())]


def test_a_column_of_aware_moments_is_told_in_the_business_s_time_zone(duckdb_engine: DuckDBEngine) -> None:
    moments = pa.array([datetime(2017, 7, 1, 2)], pa.timestamp("us", "UTC"))
    lines = pa.table({"customer": ["a"], "date": moments, "amount": [1]})
    found = read_purchases(lines, engine=duckdb_engine, timezone="Asia/Shanghai")
    assert _rows(found, "purchased_at") == [(datetime(2017, 7, 1, 10),)]


def test_a_day_without_a_clock_time_is_never_shifted(duckdb_engine: DuckDBEngine) -> None:
    for day in (date(2017, 1, 2), "2017-01-02", "2017/1/2"):
        lines = pa.table({"customer": ["a"], "date": [day], "amount": [1]})
        found = read_purchases(lines, engine=duckdb_engine, source_timezone="America/New_York")
        assert _rows(found, "purchased_on", "purchased_at") == [(date(2017, 1, 2), None)]


def test_ids_wrapped_for_excel_are_unwrapped_and_words_for_nobody_are_no_customer(
    tmp_path: Path, duckdb_engine: DuckDBEngine
) -> None:
    lines = ['"=""0017""",2017-01-02,1,\t23', "NULL,2017-01-02,1,2", "'0018,2017-01-02,1,3", "\u3000,2017-01-02,1,4"]
    path = _csv(tmp_path / "p.csv", "customer,date,amount,order", *lines)
    found = read_purchases(path, engine=duckdb_engine)
    assert _rows(found, "customer_id", "order_id") == [("0017", "23"), ("0018", "3")]
    assert _reasons(found) == {3: "missing_customer", 5: "missing_customer"}


def test_parquet_with_untidy_text_gives_the_same_as_csv(tmp_path: Path, duckdb_engine: DuckDBEngine) -> None:
    cells = list(csv.reader(io.StringIO("\n".join(MESSY[:-1]))))
    columns = {name: [row[position] for row in cells[1:]] for position, name in enumerate(cells[0])}
    pq.write_table(pa.table(columns), tmp_path / "p.parquet")
    found = read_purchases(tmp_path / "p.parquet", engine=duckdb_engine)
    assert _reasons(found) == {line - 1: reason for line, reason in FLAWS.items() if reason != "ragged_row"}
    assert found.quality.amount_kept_minor == 123500


@pytest.mark.parametrize(
    "odd", ["C1\u3000", "\tC1", " C1", "\ufeffC1", "N/A", "none", "-", "", None, "无", "客户1", "z9", "n9 ", "9"]
)
def test_one_untidy_id_among_usual_ones_is_tidied_or_set_aside(odd: str | None, duckdb_engine: DuckDBEngine) -> None:
    ids = ["C1", "0A", odd]
    rows = pa.table({"customer": ids, "time": [date(2017, 1, n) for n in (1, 2, 3)], "amount": [1, 2, 3]})
    found = read_purchases(rows, engine=duckdb_engine).table.to_arrow()["customer_id"].to_pylist()
    tidy = (odd or "").strip(" \t\u3000\ufeff")
    nobody = tidy.lower() in {"", "n/a", "none", "-", "无"}
    assert sorted(found) == sorted(["C1", "0A", *([] if nobody else [tidy])])


def test_typed_flaws_are_set_aside_too(duckdb_engine: DuckDBEngine) -> None:
    amounts = pa.array([1.0, float("nan"), float("inf"), None, 1e15])
    days = [date(2017, 1, 2)] * 4 + [date(1800, 1, 1)]
    lines = pa.table({"customer": ["a", "b", "c", "d", "e"], "date": days, "amount": amounts})
    found = read_purchases(lines, engine=duckdb_engine)
    assert found.quality.adds_up
    assert set(_reasons(found).values()) == {"unreadable_amount", "date_out_of_range"}
    assert found.quality.rows_kept == 1


def test_typed_prices_keep_the_decimals_that_they_are_multiplied_by(engine: Engine) -> None:
    """Fuel at 1.239 for 1,000 litres comes to 1,239.00: of a price rounded first it would be 1,240.00."""
    nines = pa.decimal128(38, 9)
    for typed in (nines, pa.decimal128(10, 3), pa.float64()):
        price, quantity = (pa.array([Decimal(text)]).cast(typed) for text in ("1.239", "1000.125"))
        lines = pa.table({"customer": ["a"], "date": [date(2017, 1, 2)], "price": price, "quantity": quantity})
        found = read_purchases(lines, engine=engine, unit_price="price", quantity="quantity")
        assert found.quality is not None
        assert found.quality.amount_kept_minor == 123915


@pytest.mark.parametrize("typed", [pa.float64(), pa.decimal128(38, 9)])
def test_a_typed_amount_is_rounded_once(engine: Engine, typed: pa.DataType) -> None:
    """1.00496 is 1.00, though to four decimals it is 1.0050; 1.005, which no float is exactly, is 1.01."""
    amounts = pa.array([Decimal(text) for text in ("1.004960", "1.005000", "-1.004960")]).cast(typed)
    lines = pa.table({"customer": ["a", "b", "c"], "date": [date(2017, 1, 2)] * 3, "amount": amounts})
    found = read_purchases(lines, engine=engine).table.to_arrow()
    kept = dict(zip(found["customer_id"].to_pylist(), found["amount_minor"].to_pylist(), strict=True))
    assert kept == {"a": 100, "b": 101, "c": -100}


def test_a_time_column_of_no_times_is_refused(duckdb_engine: DuckDBEngine) -> None:
    lines = pa.table({"customer": ["a"], "date": [True], "amount": [1]})
    with pytest.raises(InputError, match="holds bool"):
        read_purchases(lines, engine=duckdb_engine)


def test_progress_tells_each_step(tmp_path: Path, duckdb_engine: DuckDBEngine) -> None:
    told: list[str] = []
    path = _csv(tmp_path / "p.csv", *MESSY)
    read_purchases(path, engine=duckdb_engine, progress=lambda code, done, total: told.append(code))
    assert list(dict.fromkeys(told)) == ["collect.read", "collect.duplicates", "collect.values", "collect.quality"]
    assert {f"progress.{code}" for code in told} == set(keys("progress.collect."))


_AMOUNTS = st.one_of(
    st.decimals(min_value=-99999, max_value=99999, places=2).map(str),
    st.integers(-9999, 9999).map(lambda n: f"¥{n:,}"),
    st.sampled_from(["", "x", "(12.00)", "1.234,50", "1,234", "1.234", "NT$5", "0", "1e3", "999999999999999", "1.2万"]),
)
_DATES = st.one_of(
    st.dates(date(1890, 1, 1), date(2090, 1, 1)).map(str),
    st.sampled_from(
        ["", "soon", "2017/1/2 14:05", "13/01/2017", "02/01/2017", "20170102", "2017-02-30", "2017年1月2日"]
    ),
)
_NAMES = st.sampled_from(["a", "b", "张三", "", " ", "null", '"', 'x"y', "=1+1", "a\nb", "a,b", ";"])
_LINES = st.one_of(
    st.tuples(_NAMES, _DATES, _AMOUNTS).map(lambda cells: _csv_line(list(cells))),
    st.lists(st.sampled_from(["a", "2017-01-02", "5", '"', ""]), max_size=5).map(",".join),
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=12),
)


def _csv_line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().removesuffix("\n")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(_LINES, max_size=12),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    block=st.sampled_from([16, 1 << 20]),
    damage=st.binary(max_size=3),
)
def test_rows_and_amounts_always_add_up_and_nothing_makes_it_fail(
    tmp_path: Path,
    duckdb_engine: DuckDBEngine,
    monkeypatch: pytest.MonkeyPatch,
    lines: list[str],
    encoding: str,
    block: int,
    damage: bytes,
) -> None:
    monkeypatch.setattr("shuke.collect._csv._BLOCK_BYTES", block)
    path = tmp_path / "p.csv"
    path.write_bytes("\n".join(["customer,date,amount", *lines]).encode(encoding) + damage)
    try:
        found = read_purchases(path, engine=duckdb_engine, customer="customer", time="date", amount="amount")
    except InputError:
        return
    quality = found.quality
    kept, rejects = found.table.to_arrow(), found.rejects.to_arrow()
    assert quality.adds_up
    assert quality.rows_read == kept.num_rows + rejects.num_rows
    assert quality.amount_kept_minor == sum(kept["amount_minor"].to_pylist())
    assert quality.amount_set_aside_minor == sum(value or 0 for value in rejects["amount_minor"].to_pylist())
    numbers = kept["source_row"].to_pylist() + rejects["source_row"].to_pylist()
    assert len(set(numbers)) == len(numbers)
    assert all(number > 1 for number in numbers)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.tuples(_NAMES, _DATES, _AMOUNTS), min_size=1, max_size=10))
def test_every_well_formed_row_is_found_again_at_its_line(
    tmp_path: Path, duckdb_engine: DuckDBEngine, cells: list[tuple[str, str, str]]
) -> None:
    lines = [_csv_line(list(row)) for row in cells]
    path = _csv(tmp_path / "p.csv", "customer,date,amount", *lines)
    starts, line = [], 2
    for text in lines:
        starts.append(line)
        line += 1 + text.count("\n")
    options = {"engine": duckdb_engine, "customer": "customer", "time": "date", "amount": "amount"}
    blank = sum(not any(cell.strip() for cell in row) for row in cells)
    if blank == len(cells):
        with pytest.raises(InputError):
            read_purchases(path, **options)
        return
    found = read_purchases(path, **options)
    numbers = found.table.to_arrow()["source_row"].to_pylist() + found.rejects.to_arrow()["source_row"].to_pylist()
    assert set(numbers) <= set(starts)
    assert len(numbers) == len(cells) - blank
