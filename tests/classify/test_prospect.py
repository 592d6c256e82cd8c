"""Tomorrow's stars, and customers without prospect."""

from __future__ import annotations

import pytest

from shuke.classify import Cuts, Prospect, Pyramid, Tier, classifiers, label_all
from shuke.kit.errors import InputError


def looked_ahead(customers, engine, prospect: Prospect | None = None, **columns):
    size = len(next(iter(columns.values())))
    usual = {"clv_minor": [0] * size, "expected_purchases": [1.0] * size, "mean_spend_minor": [100_00] * size}
    usual |= {
        "age_days": [900] * size,
        "tier_computed": ["D"] * size,
        "tier_next_minor": [500_00] * size,
        "tier_measure_minor": [10_00] * size,
    }
    table = customers(engine, **(usual | columns))
    labelled = (prospect or Prospect()).fit(table).label(table)
    sql = "SELECT prospect, prospect_why_code FROM {t} ORDER BY customer_id"
    return [tuple(row.values()) for row in engine.fetch(sql, t=labelled).to_pylist()]


def test_who_is_expected_to_reach_the_tier_above_is_a_star(customers, duckdb_engine):
    assert looked_ahead(customers, duckdb_engine, clv_minor=[500_00, 499_99]) == [
        ("star", "rises"),
        ("steady", "stays"),
    ]


def test_only_the_lowest_tier_is_without_prospect(customers, duckdb_engine):
    found = looked_ahead(
        customers, duckdb_engine, Prospect(cost_to_serve_minor=20_00),
        tier_computed=["D", "C", "D", "D"], clv_minor=[19_00, 19_00, 25_00, 25_00],
        expected_purchases=[3.0, 0.01, 0.01, 3.0],
    )  # fmt: skip
    assert found == [
        ("without_prospect", "below_cost"),
        ("steady", "stays"),
        ("without_prospect", "near_nothing"),
        ("steady", "stays"),
    ]


def test_the_best_tier_has_nowhere_to_rise_and_no_model_says_nothing(customers, duckdb_engine):
    found = looked_ahead(
        customers, duckdb_engine, tier_computed=["A", "D"], tier_next_minor=[None, 500_00], clv_minor=[10**9, None]
    )
    assert found == [("steady", "no_tier_above"), ("unknown", "not_estimated")]


@pytest.mark.parametrize(
    ("measure", "horizon_days", "star"),
    [
        ("current_value_minor", 365, False),
        ("current_value_minor", 180, True),  # half a year's forecast is half of what the year will bring
        ("margin_24_months_minor", 365, True),
        ("margin_minor", 365, True),  # what is there counts on
        ("current_spend_minor", 365, True),  # three purchase days at 200
        ("clv_minor", 365, False),
    ],
)
def test_the_outlook_is_of_the_measure_and_as_long_as_it_counts(customers, duckdb_engine, measure, horizon_days, star):
    prospect = Prospect().beside(measure=measure, lowest="D", horizon_days=horizon_days)
    [(code, _)] = looked_ahead(
        customers, duckdb_engine, prospect, clv_minor=[300_00], tier_measure_minor=[250_00],
        expected_purchases=[3.0], mean_spend_minor=[200_00],
    )  # fmt: skip
    assert (code == "star") is star


def test_where_the_data_are_young_the_outlook_is_held_to_their_time(customers, duckdb_engine):
    """Half a year of data: half a year's forecast is held against what came in half a year."""
    young = looked_ahead(customers, duckdb_engine, clv_minor=[900_00, 1100_00], age_days=[181, 20])
    assert [code for code, _ in young] == ["steady", "star"]


def test_all_labels_follow_each_other_by_the_registry(customers, known, duckdb_engine):
    table = customers(
        duckdb_engine, age_days=[400] * 4,
        current_value_minor=[900_00, 50_00, 10_00, 5_00], clv_minor=[900_00, 950_00, 10_00, 0],
        expected_purchases=[5.0, 5.0, 1.0, 0.0], mean_spend_minor=[100_00] * 4,
    )  # fmt: skip
    made = classifiers(given={"pyramid": Pyramid(cuts=Cuts("customers", (Tier("top", 0.25), Tier("base", 0.75))))})
    labelled = label_all(known(table), made)
    sql = "SELECT tier_computed, prospect FROM {t} ORDER BY customer_id"
    assert [tuple(row.values()) for row in duckdb_engine.fetch(sql, t=labelled).to_pylist()] == [
        ("top", "steady"),
        ("base", "star"),
        ("base", "steady"),
        ("base", "without_prospect"),
    ]


def test_it_wants_the_pyramid_before_it(customers, duckdb_engine):
    with pytest.raises(InputError, match="tier_next_minor"):
        Prospect().fit(customers(duckdb_engine, recency_days=[1]))
