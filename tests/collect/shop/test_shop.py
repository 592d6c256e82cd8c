"""The shop as a whole: the same for everybody who asks, and everything in it adds up."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import compute as pc
from pyarrow import csv

from shuke.collect import read_purchases
from shuke.collect._shop import open_shop
from shuke.collect.shop import TABLES, Shop
from shuke.collect.shop.files import file_schema, in_major_units
from shuke.engines import DuckDBEngine, Engine
from shuke.kit.errors import InputError
from shuke.tables import PURCHASES, Column, Contract, Unit


@pytest.mark.parametrize("name", TABLES)
def test_chunks_change_nothing(name: str) -> None:
    shop = Shop(120)
    assert shop.table(name).equals(shop.table(name, chunk=7))


@pytest.mark.parametrize("name", TABLES)
def test_every_table_holds_what_its_contract_says(name: str, seen) -> None:
    contract, _ = seen.shop.parts(name)
    table = seen.table(name)
    assert table.schema == contract.schema
    table.validate(full=True)
    assert [c.name for c in contract.columns if not c.nullable and table[c.name].null_count] == []
    assert table.group_by(list(contract.key)).aggregate([]).num_rows == table.num_rows > 0


@pytest.mark.parametrize("name", ["customers", "purchases", "touches", "surveys", "payments", "truth"])
def test_a_customer_is_the_same_in_a_small_shop_and_in_a_large_one(name: str, seen) -> None:
    few = Shop(150).table(name)
    assert few.equals(seen.table(name).slice(0, few.num_rows))


def test_another_seed_is_another_shop() -> None:
    one, other = Shop(100, seed=1).table("truth"), Shop(100, seed=2).table("truth")
    assert not one["purchase_rate"].equals(other["purchase_rate"])
    assert Shop(100, seed=1).table("truth").equals(one)


def test_a_file_that_begins_in_mid_life_is_the_same_life_cut_short(seen) -> None:
    whole, cut = seen.table("purchases"), Shop(1000, first_day=date(2022, 7, 1)).table("purchases")
    later = pc.greater_equal(whole["purchased_at"], pa.scalar(datetime(2022, 7, 1), pa.timestamp("us")))
    assert cut.equals(whole.filter(later).combine_chunks())
    assert Shop(1000, first_day=date(2022, 7, 1)).table("truth").equals(seen.table("truth"))


def test_amounts_costs_and_returns_add_up(seen) -> None:
    lines = {name: seen.table("purchases")[name].to_numpy() for name in seen.table("purchases").column_names[6:11]}
    assert (lines["list_amount_minor"] - lines["discount_minor"] == lines["amount_minor"]).all()
    assert (np.sign(lines["quantity"]) == np.sign(lines["list_amount_minor"])).all()
    assert (np.abs(lines["discount_minor"]) <= 0.31 * np.abs(lines["list_amount_minor"])).all()
    prices = dict(zip(seen.column("products", "product_id"), seen.column("products", "list_price_minor"), strict=True))
    costs = dict(zip(seen.column("products", "product_id"), seen.column("products", "cost_minor"), strict=True))
    product = seen.column("purchases", "product_id")
    assert (np.array([prices[one] for one in product]) * lines["quantity"] == lines["list_amount_minor"]).all()
    assert (np.array([costs[one] for one in product]) * lines["quantity"] == lines["cost_minor"]).all()


def test_what_comes_back_was_bought_before_and_comes_back_whole(seen) -> None:
    rows = seen.table("purchases").to_pylist()
    bought = {(row["order_id"], row["line"]): row for row in rows if row["quantity"] > 0}
    returned = [row for row in rows if row["quantity"] < 0]
    assert 0.01 < len(returned) / len(rows) < 0.06
    for row in returned:
        before = bought[row["order_id"], row["line"]]
        assert row["amount_minor"] == -before["amount_minor"]
        assert row["cost_minor"] == -before["cost_minor"]
        assert 2 <= (row["purchased_at"].date() - before["purchased_at"].date()).days <= 15


def test_nothing_is_sold_before_it_is_launched_or_outside_the_file(seen) -> None:
    launched = dict(zip(seen.column("products", "product_id"), seen.days("products", "launched_on"), strict=True))
    bought = seen.table("purchases")["quantity"].to_numpy() > 0
    days = seen.days("purchases", "purchased_at")[bought]
    assert (days >= np.array([launched[one] for one in seen.column("purchases", "product_id")[bought]])).all()
    first, last = seen.days("purchases", "purchased_at").min(), seen.days("purchases", "purchased_at").max()
    assert date(2018, 1, 1).toordinal() - 719163 <= first < last <= date(2024, 12, 31).toordinal() - 719163


def test_nobody_buys_before_they_joined_or_after_they_left(seen) -> None:
    who, days = seen.customers("purchases"), seen.days("purchases", "purchased_at")
    joined = seen.days("truth", "joined_on")
    left = seen.table("truth")["left_on"].cast(pa.int32()).fill_null(2**30).to_numpy()
    bought = seen.table("purchases")["quantity"].to_numpy() > 0
    assert (days >= joined[who]).all()
    assert (days <= left[who])[bought].all()
    assert (np.bincount(who, minlength=1000) > 0).all(), "everybody bought something"


def test_the_shop_is_read_as_any_file_is(duckdb_engine: DuckDBEngine) -> None:
    read = read_purchases("demo:shop/150", engine=duckdb_engine)
    table = Shop(150).table("purchases")
    assert read.quality is not None
    assert read.quality.adds_up
    assert read.quality.rows_kept == read.quality.rows_read == table.num_rows
    assert read.quality.amount_kept_minor == pc.sum(table["amount_minor"]).as_py()
    assert (read.currency, read.timezone) == ("CNY", "Asia/Shanghai")
    kept = read.table.to_arrow()
    for name in ("cost_minor", "discount_minor", "store", "order_id"):
        assert kept[name].equals(table[name]), name
    assert tuple(kept.column_names) == PURCHASES.names


def test_both_engines_see_the_same_shop(engine: Engine) -> None:
    raw, mapping = open_shop(engine, Shop(100))
    amount = next(column.inside for column in raw.columns if column.name == mapping.column("amount"))
    found = engine.fetch(f"SELECT CAST(sum({amount} * 100) AS BIGINT) AS fen FROM {{raw}}", raw=raw.table)
    assert found["fen"][0].as_py() == pc.sum(Shop(100).table("purchases")["amount_minor"]).as_py()


def test_the_default_shop_has_two_thousand_customers_and_says_its_size(duckdb_engine: DuckDBEngine) -> None:
    read = read_purchases("demo:shop", engine=duckdb_engine)
    found = duckdb_engine.fetch("SELECT count(DISTINCT customer_id) AS n FROM {t}", t=read.table)
    assert found["n"][0].as_py() == 2000
    assert read.quality is not None
    assert [file.file for file in read.quality.files] == ["demo:shop/2000"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("demo:shop/99", "cannot have 99 customers: give from 100 to 5000000"),
        ("demo:shop/5000001", "cannot have 5000001 customers"),
        ("demo:shop/many", "no simulated shop 'demo:shop/many'"),
        ("demo:shop/-5", "no simulated shop"),
        ("demo:shop/", "no simulated shop"),
        ("demo:shops", "no demonstration 'demo:shops': give demo:complete-journey, demo:shop"),
    ],
)
def test_a_bad_name_is_told_what_names_there_are(source: str, said: str, duckdb_engine: DuckDBEngine) -> None:
    with pytest.raises(InputError, match=said):
        read_purchases(source, engine=duckdb_engine)


def test_bad_settings_are_told_what_is_allowed() -> None:
    with pytest.raises(InputError, match="Seed -1 cannot be used"):
        Shop(100, seed=-1)
    with pytest.raises(InputError, match="cannot begin on 2017-01-01"):
        Shop(100, first_day=date(2017, 1, 1))
    with pytest.raises(InputError, match="no table 'orders': choose one of branches"):
        Shop(100).table("orders")


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_files_hold_the_tables_in_major_units(kind: str, tmp_path: Path, duckdb_engine: DuckDBEngine) -> None:
    shop = Shop(100)
    rows = shop.write_all(tmp_path, kind=kind)
    assert {path.stem for path in tmp_path.iterdir()} == set(TABLES) == set(rows)
    for name in TABLES:
        contract, _ = shop.parts(name)
        path = tmp_path / f"{name}.{kind}"
        written = pq.read_table(path) if kind == "parquet" else csv.read_csv(path)
        assert written.num_rows == rows[name] == shop.table(name).num_rows
        assert written.column_names == file_schema(contract).names
    read = read_purchases(tmp_path / f"purchases.{kind}", engine=duckdb_engine)
    assert read.quality is not None
    assert read.quality.rows_set_aside == 0
    assert read.quality.amount_kept_minor == pc.sum(shop.table("purchases")["amount_minor"]).as_py()


def test_money_below_zero_and_unknown_is_written_right(tmp_path: Path) -> None:
    column = Column("fee_minor", pa.int64(), "费", "費", "fee", Unit.MONEY, nullable=True)
    contract = Contract("fees", "one fee", (), (column,))
    table = pa.table({"fee_minor": pa.array([1250, -7, None, -(10**13)], pa.int64())})
    assert [str(one) for one in in_major_units(contract, table)["fee"].to_pylist()] == [
        "12.50", "-0.07", "None", "-100000000000.00",
    ]  # fmt: skip


@pytest.mark.parametrize("day", [date(2024, 12, 1), date(2024, 12, 2), date(2024, 12, 30)])
def test_a_file_may_begin_on_any_day_also_after_the_last_campaign(day: date) -> None:
    shop = Shop(100, first_day=day)
    for name in TABLES:
        contract, _ = shop.parts(name)
        assert shop.table(name).schema == contract.schema
    assert (shop.table("campaign_members").num_rows > 0) == (day == date(2024, 12, 1))
