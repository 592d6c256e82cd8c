from __future__ import annotations

from datetime import date

import pytest

from shuke.collect import read_payments
from shuke.kit.errors import InputError
from shuke.tables import PAYMENTS

ROWS = {
    "客户编号": ["a", "a", "b", "b", "c"],
    "到期日": ["2024-03-01", "2024/4/1", "2024年5月1日", "下周", "2024-03-01"],
    "应付金额": ["1,000.00", "¥50", "x", "5", "7"],
    "付款日期": ["2024-03-11", "", "2024-05-01", "2024-05-01", "2999-01-01"],
    "合同号": ["K1", "K2", "K3", "K4", "K5"],
}


def test_what_fell_due_is_read_with_the_day_it_was_paid_or_none(engine):
    read = read_payments(ROWS, engine=engine)
    sql = "SELECT customer_id, due_on, amount_minor, paid_on, reference FROM {t} ORDER BY reference"
    assert [tuple(row.values()) for row in engine.fetch(sql, t=read.table).to_pylist()] == [
        ("a", date(2024, 3, 1), 100_000, date(2024, 3, 11), "K1"),
        ("a", date(2024, 4, 1), 5_000, None, "K2"),
    ]
    rejects = engine.fetch("SELECT * FROM {t} ORDER BY source_row", t=read.rejects).to_pylist()
    assert [(row["reason_code"], row["column"], row["received"]) for row in rejects] == [
        ("reject.unreadable_amount", "应付金额", "x"),
        ("reject.unreadable_date", "到期日", "下周"),
        ("reject.future_date", "付款日期", "2999-01-01"),
    ]


def test_the_contract_is_kept_and_counts_add_up(duckdb_engine):
    read = read_payments(ROWS, engine=duckdb_engine)
    assert read.table.schema.names == list(PAYMENTS.names)
    assert [str(kind) for kind in read.table.schema.types] == [str(kind) for kind in PAYMENTS.schema.types]
    assert read.quality.read == 5 == read.quality.kept + sum(read.quality.set_aside.values())


def test_a_file_without_a_day_due_is_refused(duckdb_engine):
    with pytest.raises(InputError, match="due"):
        read_payments({"customer": ["a"], "amount": ["5"]}, engine=duckdb_engine)
