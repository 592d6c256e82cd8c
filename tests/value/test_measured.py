"""Money of any number of months."""

from __future__ import annotations

from datetime import date

import pytest

from shuke.collect import read_purchases
from shuke.kit.errors import InputError
from shuke.value import MarginRates, measured, value_basis, with_measure

AS_OF = date(2024, 6, 30)
LINES = {
    "customer": ["u", "u", "u", "v", "w"],
    "time": ["2023-12-30", "2024-04-01", "2024-05-01", "2024-03-30", "2024-07-01"],
    "amount": ["100", "40", "-10", "7", "9"],
    "cost": ["60", "30", "-8", "5", "5"],
}


def found(table):
    rows = table.engine.fetch("SELECT * FROM {t} ORDER BY customer_id", t=table).to_pylist()
    return {row["customer_id"]: row["measured_minor"] for row in rows}


@pytest.mark.spark
def test_only_the_months_up_to_the_day_count_and_returns_are_taken_off(engine):
    bought = read_purchases(LINES, engine=engine).table
    assert found(measured(bought, of="spend", months=3, as_of=AS_OF)) == {"u": 30_00}
    assert found(measured(bought, of="spend", months=4, as_of=AS_OF)) == {"u": 30_00, "v": 7_00}
    assert found(measured(bought, of="margin", months=6, as_of=AS_OF)) == {"u": 8_00, "v": 2_00}


def test_margin_goes_by_the_basis_of_the_run(duckdb_engine):
    without_cost = {name: values for name, values in LINES.items() if name != "cost"}
    bought = read_purchases(without_cost, engine=duckdb_engine).table
    assert found(measured(bought, of="margin", months=3, as_of=AS_OF, rates=MarginRates(overall=0.3))) == {"u": 9_00}
    assert found(measured(bought, of="margin", months=3, as_of=AS_OF)) == {"u": 30_00}


def test_customers_get_the_measure_as_a_column_and_nothing_where_they_did_not_buy(duckdb_engine):
    bought = read_purchases(LINES, engine=duckdb_engine).table
    customers = duckdb_engine.view("c", "SELECT DISTINCT customer_id FROM {b}", b=bought)
    told = {"as_of": AS_OF, "rates": MarginRates(), "basis": value_basis(bought, MarginRates())}
    with_it = with_measure(customers, bought, "spend_3_months_minor", **told)
    rows = duckdb_engine.fetch("SELECT * FROM {t} ORDER BY customer_id", t=with_it).to_pylist()
    assert [row["spend_3_months_minor"] for row in rows] == [30_00, 0, 0]
    assert with_measure(customers, bought, "clv_minor", **told) is customers


@pytest.mark.parametrize(("of", "months"), [("mood", 3), ("spend", 0)])
def test_what_cannot_be_measured_is_refused(duckdb_engine, of, months):
    with pytest.raises(InputError, match="give margin or spend"):
        measured(read_purchases(LINES, engine=duckdb_engine).table, of=of, months=months, as_of=AS_OF)
