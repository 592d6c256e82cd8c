"""Which column is what."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from shuke.collect import Purchases, presets, read_purchases
from shuke.engines import DuckDBEngine, Engine
from shuke.kit.errors import InputError

# Cut-down exports with the headers, encodings and habits of each system; the people in them are made up.
EXPORTS = Path(__file__).parent / "exports"


@pytest.fixture
def read(duckdb_engine: DuckDBEngine, tmp_path: Path) -> Any:
    def read_lines(*lines: str, **options: Any) -> Purchases:
        path = tmp_path / "export.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return read_purchases(path, engine=duckdb_engine, **options)

    return read_lines


@pytest.fixture
def export(duckdb_engine: DuckDBEngine) -> Any:
    def read_export(name: str, **options: Any) -> Purchases:
        return read_purchases(EXPORTS / f"{name}.csv", engine=duckdb_engine, **options)

    return read_export


def _rows(found: Purchases, *columns: str) -> list[tuple[Any, ...]]:
    rows = found.table.engine.fetch("SELECT * FROM {t} ORDER BY source_row", t=found.table).to_pylist()
    return [tuple(row[column] for column in columns) for row in rows]


def _reasons(found: Purchases) -> dict[int, str]:
    return {row["source_row"]: row["reason_code"] for row in found.rejects.to_arrow().to_pylist()}


@pytest.mark.parametrize(
    "header",
    [
        "会员号,下单时间,实付金额(元)",
        "客戶編號,訂單日期,金額",
        "Customer ID,Invoice Date,Total Amount",
        "user_id,created_at,revenue",
        "手机号,付款时间,成交金额",
    ],
)
def test_common_headers_are_understood_in_three_languages(read: Any, header: str) -> None:
    found = read(header, "a,2017-01-02,1")
    assert found.quality.rows_kept == 1
    assert [item.how for item in found.mapping.fields.values()] == ["name"] * 3


def test_the_likelier_name_wins_over_the_column_that_stands_first(read: Any) -> None:
    found = read("客户姓名,订单金额,实付金额,客户编号,发货时间,付款时间", "张三,100,80,7,2017-01-05,2017-01-02")
    assert _rows(found, "customer_id", "amount_minor", "purchased_on") == [("7", 8000, date(2017, 1, 2))]


def test_headers_that_say_nothing_are_told_by_content(read: Any) -> None:
    lines = [f"k{number % 40},2017-01-{number % 28 + 1:02d},{number}.50,x" for number in range(100)]
    found = read("f1,f2,f3,f4", *lines)
    assert {name: (item.column, item.how) for name, item in found.mapping.fields.items()} == {
        "customer": ("f1", "content"),
        "time": ("f2", "content"),
        "amount": ("f3", "content"),
    }


def test_what_cannot_be_told_is_an_error_that_lists_the_columns_and_the_cure(read: Any) -> None:
    with pytest.raises(InputError, match=r"customer, amount; the columns are: f1, day\. Name it: customer=…, amount=…"):
        read("f1,day", "x,2017-01-02", "y,2017-01-02")


def test_a_named_column_that_is_not_there_is_an_error_that_lists_those_that_are(read: Any) -> None:
    with pytest.raises(InputError, match=r"no column 'kunde' for customer; the columns are: customer, date, amount"):
        read("customer,date,amount", "a,2017-01-02,1", customer="kunde")


def test_a_given_column_wins_and_its_spelling_is_forgiven(read: Any) -> None:
    found = read("customer,payer,date,amount", "a,b,2017-01-02,1", customer="Payer ")
    assert _rows(found, "customer_id") == [("b",)]
    assert found.mapping.fields["customer"].how == "given"


def test_an_unknown_preset_is_an_error_that_lists_the_known(read: Any) -> None:
    assert presets() == ("youzan", "taobao", "jd", "shopify")
    with pytest.raises(InputError, match="youzan, taobao, jd, shopify"):
        read("customer,date,amount", "a,2017-01-02,1", preset="ebay")


def test_youzan_takes_the_payer_the_payment_and_leaves_out_what_was_never_paid(export: Any) -> None:
    found = export("youzan")
    assert found.mapping.preset == "youzan"
    assert _rows(found, "customer_id", "amount_minor", "order_id", "quantity", "discount_minor") == [
        ("13800000001", 9900, "E1", 2.0, 500),
        ("13800000002", 2450, "E3", 2.0, 0),
    ]
    assert _reasons(found) == {3: "reject.no_sale"}


def test_taobao_ids_wrapped_for_excel_and_headers_with_blanks_are_read(export: Any) -> None:
    found = export("taobao")
    assert found.mapping.preset == "taobao"
    assert _rows(found, "order_id", "customer_id", "amount_minor") == [
        ("123456789012345678", "tb_一", 5000),
        ("123456789012345680", "tb_二", 0),
    ]
    assert _reasons(found) == {3: "reject.no_sale"}


def test_jd_repeats_the_order_s_total_on_each_line_and_it_counts_once(export: Any) -> None:
    found = export("jd")
    assert found.mapping.preset == "jd"
    assert _rows(found, "customer_id", "product_id", "amount_minor") == [("jd_a", "11", 2308), ("jd_a", "12", 7692)]
    assert found.quality.amount_kept_minor == 10_000
    assert _reasons(found) == {4: "reject.no_sale"}
    assert found.quality.adds_up


def test_lines_of_an_order_with_amounts_of_their_own_keep_them(read: Any) -> None:
    found = read(
        "订单号,商品ID,下单时间,订购数量,京东价,应付金额,订单状态,下单帐号",
        "1,11,2017-01-02,1,30,30,完成,a",
        "1,12,2017-01-02,2,50,70,完成,a",
        "2,12,2017-01-02,1,50,50,完成,b",
    )
    assert found.mapping.spread
    assert _rows(found, "amount_minor") == [(3000,), (7000,), (5000,)]
    assert found.quality.amount_kept_minor == 15_000


def test_shopify_spreads_the_first_line_s_total_over_the_order_s_lines_to_the_cent(engine: Engine) -> None:
    found = read_purchases(EXPORTS / "shopify.csv", engine=engine, currency="EUR", timezone="Europe/London")
    assert found.mapping.preset == "shopify"
    assert _rows(found, "order_id", "customer_id", "product_id", "amount_minor", "purchased_on") == [
        ("#1", "a@x.com", "M1", 4000, date(2025, 10, 7)),
        ("#1", "a@x.com", "C1", 6000, date(2025, 10, 7)),
        ("#1", "a@x.com", "G1", 0, date(2025, 10, 7)),
        ("#2", "b@x.com", "M1", 3000, date(2025, 10, 8)),
    ]
    assert found.quality.amount_kept_minor == 13_000
    assert _reasons(found) == {6: "reject.no_sale", 7: "reject.no_sale"}
    assert found.quality.adds_up


def test_an_order_given_in_two_exports_counts_once(tmp_path: Path, duckdb_engine: DuckDBEngine) -> None:
    again = shutil.copy(EXPORTS / "shopify.csv", tmp_path)
    found = read_purchases([EXPORTS / "shopify.csv", again], engine=duckdb_engine, currency="EUR")
    assert found.quality.amount_kept_minor == 13_000
    assert found.quality.set_aside["reject.duplicate"].rows == 4


def test_a_given_amount_lays_the_preset_s_aside(export: Any) -> None:
    found = export("shopify", preset="shopify", amount="Subtotal", currency="EUR")
    assert _rows(found, "amount_minor") == [(9000,), (5000,)]
    assert not found.mapping.spread


def test_a_reading_by_preset_works_on_typed_tables_too(duckdb_engine: DuckDBEngine) -> None:
    lines = pa.table(
        {
            "订单号": [1, 1],
            "下单时间": [date(2017, 1, 2)] * 2,
            "订购数量": [1, 1],
            "京东价": [1.0, 2.0],
            "应付金额": [3.0, 3.0],
            "下单帐号": ["a", "a"],
        }
    )
    found = read_purchases(lines, engine=duckdb_engine)
    assert _rows(found, "amount_minor") == [(100,), (200,)]
