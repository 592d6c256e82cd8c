from datetime import date

import pyarrow as pa
import pytest

from shuke.kit.errors import InputError
from shuke.tables import PURCHASES, SUMMARY
from shuke.value import MarginRates, summarise, value_basis

AS_OF = date(2024, 12, 31)


def line(customer_id, day, amount_minor, **more):
    row = dict.fromkeys(PURCHASES.names) | {"source_file": "sales.csv", "source_row": 1}
    return (
        row | {"customer_id": customer_id, "purchased_on": date.fromisoformat(day), "amount_minor": amount_minor} | more
    )


def summary_of(engine, lines, **settings):
    facts = engine.from_arrow("facts", pa.Table.from_pylist(lines, PURCHASES.schema))
    return summarise(facts, **({"as_of": AS_OF, "left_truncation_days": 0} | settings))


def rows_of(engine, lines, **settings):
    rows = summary_of(engine, lines, **settings).table.to_arrow().to_pylist()
    return {row["customer_id"]: row for row in rows}


def test_purchases_of_one_day_are_one_event_and_the_answer_is_the_one_by_hand(engine):
    lines = [
        line("李雷", "2023-12-30", 1000, order_id="1"),
        line("李雷", "2023-12-31", 500, order_id="2"),
        line("李雷", "2024-01-01", 700, order_id="3"),
        line("李雷", "2024-01-01", 300, order_id="4"),
        line("李雷", "2024-12-31", 400, order_id="5"),
        line("李雷", "2025-01-01", 9999, order_id="6"),
        line("韩梅梅", "2024-10-01", 250, order_id="7"),
    ]
    summary = summary_of(engine, lines)
    SUMMARY.require(summary.table.schema)
    found = {row["customer_id"]: row for row in summary.table.to_arrow().to_pylist()}
    assert found["李雷"] == {
        "customer_id": "李雷",
        "first_purchase": date(2023, 12, 30),
        "last_purchase": AS_OF,
        "purchases": 4,
        "orders": 5,
        "x": 3,
        "t_x": 367,
        "T": 367,
        "left_truncated": False,
        "spend_minor": 2900,
        "margin_minor": 2900,
        "value_basis": "revenue",
        "historic_value_minor": 1500,
        "current_value_minor": 1400,
        "current_spend_minor": 1400,
        "repeat_spend_minor": 1900,
        "repeat_margin_minor": 1900,
        "mean_spend_minor": 725,
    }


def test_a_return_lowers_the_spend_of_its_customer_and_is_no_purchase(duckdb_engine):
    lines = [line("u", "2024-03-01", 1000), line("u", "2024-04-01", 500), line("u", "2024-05-01", -500)]
    row = rows_of(duckdb_engine, lines)["u"]
    assert (row["purchases"], row["spend_minor"], row["last_purchase"]) == (2, 1000, date(2024, 4, 1))


def test_a_purchase_returned_the_same_day_is_no_purchase_day(duckdb_engine):
    lines = [line("u", "2024-03-01", 1000), line("u", "2024-04-01", 500), line("u", "2024-04-01", -500)]
    assert rows_of(duckdb_engine, lines)["u"]["purchases"] == 1


def test_a_customer_of_returns_only_has_no_row_but_their_money_is_told(duckdb_engine):
    summary = summary_of(duckdb_engine, [line("u", "2024-03-01", 1000), line("v", "2024-03-01", -300)])
    assert len(summary.table) == 1
    assert (summary.without_purchase, summary.without_purchase_minor) == (1, -300)


def test_mean_spend_is_never_negative(duckdb_engine):
    lines = [line("u", "2024-03-01", 100), line("u", "2024-05-01", -900)]
    row = rows_of(duckdb_engine, lines)["u"]
    assert (row["spend_minor"], row["mean_spend_minor"]) == (-800, 0)


def test_returns_are_shared_among_purchases_by_what_each_cost(engine):
    """600 of 1000 was paid at repeat purchases, so that part of each return is theirs, of its margin too."""
    lines = [
        line("u", "2024-03-01", 400, cost_minor=300),
        line("u", "2024-03-05", 100, cost_minor=40),
        line("u", "2024-03-09", 500, cost_minor=260),
        line("u", "2024-04-01", -200, cost_minor=-150),
        line("首", "2024-03-01", 400, cost_minor=300),
        line("首", "2024-03-02", -100, cost_minor=-75),
    ]
    found = rows_of(engine, lines)
    assert (found["u"]["spend_minor"], found["u"]["repeat_spend_minor"]) == (800, 480)
    assert (found["u"]["margin_minor"], found["u"]["repeat_margin_minor"]) == (350, 60 + 240 - 30)
    assert (found["首"]["repeat_spend_minor"], found["首"]["repeat_margin_minor"]) == (0, 0)


def test_lines_returned_on_the_first_day_and_lines_booked_before_it_do_not_move_the_first_purchase(duckdb_engine):
    lines = [
        line("u", "2024-02-01", -50),
        line("u", "2024-03-01", 900),
        line("u", "2024-03-01", -500),
        line("u", "2024-05-01", 100),
    ]
    row = rows_of(duckdb_engine, lines, rates=MarginRates(overall=0.5))["u"]
    assert (row["spend_minor"], row["repeat_spend_minor"], row["repeat_margin_minor"]) == (450, 90, 45)


def test_margin_is_amount_less_cost_where_every_line_has_a_cost(engine):
    lines = [line("u", "2024-03-01", 1000, cost_minor=600), line("u", "2022-03-01", 500, cost_minor=700)]
    row = rows_of(engine, lines)["u"]
    assert (row["value_basis"], row["current_value_minor"], row["historic_value_minor"]) == ("margin", 400, -200)


def test_a_rate_fills_in_for_missing_costs_by_category(engine):
    lines = [
        line("u", "2024-03-01", 1000, cost_minor=600, category="饮料"),
        line("u", "2024-03-02", 1000, category="饮料"),
        line("u", "2024-03-03", 1000, category="粮油"),
        line("u", "2024-03-04", 1000),
    ]
    row = rows_of(engine, lines, rates=MarginRates(overall=0.25, by_category={"饮料": 0.5}))["u"]
    assert (row["value_basis"], row["margin_minor"]) == ("margin_rate", 400 + 500 + 250 + 250)


def test_costs_on_some_lines_and_no_rate_value_the_whole_file_as_revenue(duckdb_engine):
    lines = [line("u", "2024-03-01", 1000, cost_minor=600), line("v", "2024-03-01", 1000)]
    found = rows_of(duckdb_engine, lines)
    assert {row["value_basis"] for row in found.values()} == {"revenue"}
    assert found["u"]["margin_minor"] == 1000


@pytest.mark.parametrize(("amount", "margin"), [(15, 5), (-15, -5), (5, 2), (-5, -2), (4, 1)])
def test_margins_are_rounded_half_away_from_zero(duckdb_engine, amount, margin):
    lines = [line("u", "2024-03-01", 1000, category="x"), line("u", "2024-03-02", amount - 1000, category="x")]
    rates = MarginRates(overall=0.3)
    assert rows_of(duckdb_engine, lines, rates=rates)["u"]["margin_minor"] == margin


def test_first_purchases_that_crowd_at_the_start_of_the_data_are_marked(engine):
    regulars = [line(f"r{n}", f"2024-{month:02d}-{1 + n % 9:02d}", 100) for n in range(40) for month in range(1, 13)]
    newcomers = [line(f"n{n}", f"2024-{6 + n % 3:02d}-15", 100) for n in range(5)]
    found = rows_of(engine, regulars + newcomers, left_truncation_days=None)
    assert {row["left_truncated"] for name, row in found.items() if name[0] == "r"} == {True}
    assert {row["left_truncated"] for name, row in found.items() if name[0] == "n"} == {False}


def test_a_business_that_begins_with_its_data_has_no_truncated_customers(duckdb_engine):
    lines = [
        line(f"c{n}", date.fromordinal(AS_OF.toordinal() - 360 + n + step).isoformat(), 100)
        for n in range(330)
        for step in (0, 20)
    ]
    assert not any(row["left_truncated"] for row in rows_of(duckdb_engine, lines, left_truncation_days=None).values())


def test_the_basis_counts_lines_without_cost(duckdb_engine):
    facts = duckdb_engine.from_arrow(
        "facts",
        pa.Table.from_pylist(
            [line("u", "2024-03-01", 10, cost_minor=1), line("v", "2024-03-01", 10)], PURCHASES.schema
        ),
    )
    basis = value_basis(facts, MarginRates(overall=0.5))
    assert (basis.code, basis.lines, basis.lines_without_cost) == ("margin_rate", 2, 1)


@pytest.mark.parametrize("rate", [0, -0.1, 1.5])
def test_a_margin_rate_is_a_share(rate):
    with pytest.raises(InputError, match="not a share"):
        MarginRates(overall=rate)


def test_facts_without_their_columns_are_told_what_is_missing(duckdb_engine):
    with pytest.raises(InputError, match="lacks customer_id"):
        summarise(duckdb_engine.view("bare", "SELECT 1 AS n"), as_of=AS_OF)


def test_rates_for_some_categories_need_one_for_the_others():
    with pytest.raises(InputError, match="give an overall rate too"):
        MarginRates(by_category={"饮料": 0.5})
