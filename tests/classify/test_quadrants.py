from __future__ import annotations

import json
from datetime import date, timedelta

import pyarrow as pa
import pytest

from shuke.classify import DefinitionError, Quadrants
from shuke.kit.errors import InputError
from shuke.kit.text import explain

AS_OF = date(2024, 12, 31)


def customers(engine, current, future, recency=None):
    recency = recency or [10] * len(current)
    rows = {
        "customer_id": pa.array([f"c{n:03}" for n in range(len(current))], pa.string()),
        "recency_days": pa.array(recency, pa.int64()),
        "last_purchase": pa.array([AS_OF - timedelta(days=days) for days in recency], pa.date32()),
        "current_value_minor": pa.array(current, pa.int64()),
        "clv_minor": pa.array(future, pa.int64()),
    }
    return engine.from_arrow("customers", pa.table(rows))


def placed(table, quadrants=None):
    labelled = (quadrants or Quadrants()).fit(table).label(table)
    sql = "SELECT quadrant, quadrant_why_code FROM {t} ORDER BY customer_id"
    return [tuple(row.values()) for row in labelled.engine.fetch(sql, t=labelled).to_pylist()]


def test_buyers_are_cut_at_their_medians_and_all_are_placed_by_them(duckdb_engine):
    table = customers(duckdb_engine, [1, 2, 8, 9, 0], [5, 60, 7, 80, 900], [1, 2, 300, 365, 400])
    quadrants = Quadrants().fit(table)
    assert (quadrants.params_.buyers, quadrants.params_.current_cut_minor, quadrants.params_.future_cut_minor) == (
        4,
        5.0,
        33.5,
    )
    assert placed(table) == [
        ("I", "low_low"),
        ("II", "low_high"),
        ("III", "high_low"),
        ("IV", "high_high"),
        ("II", "low_high"),
    ]


def test_who_stands_on_the_cut_is_not_above_it(duckdb_engine):
    assert placed(customers(duckdb_engine, [1, 2, 3], [1, 2, 3]))[1] == ("I", "low_low")


def test_where_nobody_bought_in_the_year_the_medians_are_of_all(duckdb_engine):
    table = customers(duckdb_engine, [0, 0, 0], [1, 2, 3], [400, 500, 600])
    # as_of is found from the rows, so the latest of them must tell it.
    quadrants = Quadrants().fit(table)
    assert (quadrants.params_.buyers, quadrants.params_.base) == (0, 3)
    assert placed(table) == [("I", "low_low"), ("I", "low_low"), ("II", "low_high")]


def test_without_a_forecast_the_quadrant_is_undetermined(duckdb_engine):
    assert placed(customers(duckdb_engine, [1, 9], [None, None])) == [("undetermined", "future_unknown")] * 2
    some = placed(customers(duckdb_engine, [1, 9, 5], [4, None, 8]))
    assert some == [("I", "low_low"), ("undetermined", "future_unknown"), ("II", "low_high")]


def test_where_all_are_equal_nothing_is_told_and_equal_in_one_value_nobody_is_above(duckdb_engine):
    assert placed(customers(duckdb_engine, [5, 5, 5], [7, 7, 7])) == [("undetermined", "all_equal")] * 3
    assert placed(customers(duckdb_engine, [5, 5, 5], [1, 2, 3])) == [("I", "low_low")] * 2 + [("II", "low_high")]


def test_losses_count_as_what_they_are(duckdb_engine):
    assert [code for code, _ in placed(customers(duckdb_engine, [-9, -5, -1], [-9, -5, -1]))] == ["I", "I", "IV"]


def test_no_customers_and_one_customer_are_labelled(duckdb_engine):
    assert placed(customers(duckdb_engine, [], [])) == []
    assert placed(customers(duckdb_engine, [5], [5])) == [("undetermined", "all_equal")]


def test_cuts_of_ones_own_take_the_place_of_medians(duckdb_engine):
    data = Quadrants().definition()
    data["settings"] |= {"current_cut_minor": 100, "future_cut_minor": 0}
    quadrants = Quadrants.from_definition(json.loads(json.dumps(data)))
    assert placed(customers(duckdb_engine, [100, 101], [5, 5]), quadrants) == [("II", "low_high"), ("IV", "high_high")]
    assert placed(customers(duckdb_engine, [200, 200], [5, 5]), quadrants) == [("IV", "high_high")] * 2


def test_names_of_ones_own_are_kept_and_the_place_goes_by_the_code(duckdb_engine):
    data = Quadrants().definition()
    data["labels"][3] |= {"names": {"zh-hans": "黄金", "en": "Gold"}, "colour": "good"}
    data["labels"].reverse()
    quadrants = Quadrants.from_definition(json.loads(json.dumps(data)))
    assert quadrants.definition() == data
    assert [label.code for label in quadrants.labels] == ["undetermined", "IV", "III", "II", "I"]
    assert placed(customers(duckdb_engine, [1, 9], [1, 9]), quadrants)[1] == ("IV", "high_high")


def test_what_is_compared_can_be_chosen_and_the_reason_names_no_other_figure(engine):
    table = customers(engine, [1, 9, 9], [1, 9, None])
    sql = "SELECT *, current_value_minor * 10 AS margin_minor FROM {t}"
    told = engine.view("told", sql, t=table)
    quadrants = Quadrants(current="margin_minor", current_cut_minor=50)
    assert "margin_minor" in quadrants.needs
    assert placed(told, quadrants) == [
        ("I", "low_low_other"),
        ("IV", "high_high_other"),
        ("undetermined", "future_unknown_other"),
    ]
    assert "{" not in explain("quadrant_why.high_high_other", "en", "CNY", {})


def test_one_error_lists_all_that_is_wrong_in_a_definition():
    data = Quadrants().definition()
    data["settings"] |= {"current": "customer_id; DROP", "current_cut_minor": "mean", "base_months": 0, "mood": 1}
    data["labels"][0] |= {"colour": ""}
    data["labels"][1]["code"] = "III"
    with pytest.raises(DefinitionError) as told:
        Quadrants.from_definition(data)
    places = {(fault.place, fault.code) for fault in told.value.faults}
    assert places == {
        ("settings.mood", "unknown"),
        ("settings.current", "choice"),
        ("settings.current_cut_minor", "money"),
        ("settings.base_months", "whole"),
        ("labels.1.colour", "choice"),
        ("labels", "twice"),
        ("labels", "missing"),
    }


def test_what_is_missing_is_told(duckdb_engine):
    table = customers(duckdb_engine, [1], [1])
    with pytest.raises(InputError, match="have not been fitted"):
        Quadrants().label(table)
    with pytest.raises(InputError, match="clv_minor"):
        Quadrants().fit(duckdb_engine.from_arrow("bare", pa.table({"customer_id": ["u"]})))


def test_the_reason_reads_as_a_colleague_would_write_it():
    row = {"current_value_minor": 90_000, "clv_minor": 5_000}
    assert explain("quadrant_why.high_low", "zh-hant", "CNY", row) == (
        "近 12 個月價值 ￥900.00，高於分界；預計將來 ￥50.00，沒有超過分界。"
    ).replace("￥", "CN¥")
