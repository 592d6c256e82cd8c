from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuke.classify import Cuts, Pyramid, Tier, cuts_named
from shuke.engines import DuckDBEngine, Table
from shuke.kit.errors import InputError

MEASURE = "current_value_minor"
TIER_COLUMNS = ["customer_id", "tier_computed", "tier_why_code", "tier_rank", "tier_measure_minor", "tier_next_minor"]


def rows_of(table: Table, *columns: str) -> list[tuple[object, ...]]:
    names = ", ".join(columns)
    found = table.engine.fetch(f"SELECT {names} FROM {{t}} ORDER BY customer_id", t=table)
    return [tuple(row.values()) for row in found.to_pylist()]


def tiers_of(table: Table, pyramid: Pyramid) -> list[str]:
    return [str(row[0]) for row in rows_of(pyramid.fit(table).label(table), "tier_computed")]


def test_a_thousand_customers_make_10_a_40_b_150_c_and_800_d(customers, duckdb_engine):
    table = customers(duckdb_engine, current_value_minor=list(range(1, 1001)))
    tiers = tiers_of(table, Pyramid())
    assert Counter(tiers) == {"A": 10, "B": 40, "C": 150, "D": 800}
    assert tiers[-10:] == ["A"] * 10


@pytest.mark.parametrize(
    ("base", "counts"),
    [
        (1, {"D": 1}),
        (3, {"C": 1, "D": 2}),
        (4, {"A": 1, "B": 1, "C": 1, "D": 1}),
        (20, {"A": 1, "B": 1, "C": 2, "D": 16}),
        (60, {"A": 1, "B": 2, "C": 9, "D": 48}),
        (250, {"A": 3, "B": 10, "C": 37, "D": 200}),
    ],
)
def test_shares_are_rounded_half_up_and_no_tier_stays_empty_from_four_customers_on(
    customers, duckdb_engine, base, counts
):
    table = customers(duckdb_engine, current_value_minor=list(range(1, base + 1)))
    assert Counter(tiers_of(table, Pyramid())) == counts


def test_a_tie_at_the_cut_goes_to_the_lower_customer_id(customers, duckdb_engine):
    table = customers(
        duckdb_engine, customer_id=["d", "b", "c", "a", "e"], current_value_minor=[500, 500, 500, 100, 900]
    )
    labelled = Pyramid().fit(table).label(table)
    assert rows_of(labelled, "customer_id", "tier_computed", "tier_rank") == [
        ("a", "D", 5),
        ("b", "B", 2),
        ("c", "C", 3),
        ("d", "D", 4),
        ("e", "A", 1),
    ]


def test_who_did_not_buy_in_twelve_months_is_not_ranked_and_stands_lowest(customers, duckdb_engine):
    table = customers(duckdb_engine, recency_days=[0, 364, 365, 900], current_value_minor=[1, 2, 0, 0])
    labelled = Pyramid().fit(table).label(table)
    assert rows_of(labelled, "tier_computed", "tier_why_code", "tier_rank", "tier_base") == [
        ("D", "too_few", 2, 2),
        ("D", "too_few", 1, 2),
        ("D", "out_of_base", None, 2),
        ("D", "out_of_base", None, 2),
    ]


def test_the_base_counts_calendar_months_so_that_a_leap_year_has_366_days(customers, duckdb_engine):
    days = [date(2024, 12, 31) - timedelta(days=gone) for gone in (0, 365, 366)]
    table = customers(duckdb_engine, recency_days=[0, 365, 366], last_purchase=days)
    params = Pyramid().fit(table).params_
    assert (params.base, params.bought_after) == (2, "2023-12-31")


def test_the_base_all_ranks_everybody(customers, duckdb_engine):
    table = customers(duckdb_engine, recency_days=[0, 900], current_value_minor=[1, 2])
    assert Pyramid(base="all").fit(table).params_.base == 2


def test_nothing_at_or_below_zero_stands_above_the_lowest_tier(customers, duckdb_engine):
    table = customers(duckdb_engine, current_value_minor=[0] * 50 + [-5] * 48 + [7, 9])
    labelled = Pyramid().fit(table).label(table)
    found = rows_of(labelled, "tier_measure_minor", "tier_computed", "tier_why_code")
    assert {row for row in found if row[0] <= 0} == {(0, "D", "not_positive"), (-5, "D", "not_positive")}
    assert found[-2:] == [(7, "B", "ranked"), (9, "A", "top")]


def test_where_all_are_negative_all_stand_lowest_and_no_threshold_is_told(customers, duckdb_engine):
    table = customers(duckdb_engine, current_value_minor=[-3, -2, -1, -9, -8])
    labelled = Pyramid().fit(table).label(table)
    assert set(rows_of(labelled, "tier_computed", "tier_why_code", "tier_next_minor")) == {("D", "not_positive", None)}


def test_where_all_are_equal_nobody_is_put_above_another(customers, duckdb_engine):
    table = customers(duckdb_engine, current_value_minor=[500] * 60)
    labelled = Pyramid().fit(table).label(table)
    assert set(rows_of(labelled, "tier_computed", "tier_why_code")) == {("D", "all_equal")}


def test_a_single_customer_has_nobody_to_be_ranked_against(customers, duckdb_engine):
    table = customers(duckdb_engine, current_value_minor=[500])
    assert rows_of(Pyramid().fit(table).label(table), *TIER_COLUMNS) == [("c000000", "D", "all_equal", 1, 500, None)]


def test_no_customers_give_no_rows(customers, duckdb_engine):
    table = customers(duckdb_engine)
    pyramid = Pyramid().fit(table)
    assert pyramid.params_.base == 0
    assert len(pyramid.label(table)) == 0


def test_each_label_says_where_the_tier_above_starts(customers, duckdb_engine):
    table = customers(duckdb_engine, current_value_minor=[10, 20, 30, 40])
    labelled = Pyramid().fit(table).label(table)
    assert rows_of(labelled, *TIER_COLUMNS) == [
        ("c000000", "D", "ranked", 4, 10, 20),
        ("c000001", "C", "ranked", 3, 20, 30),
        ("c000002", "B", "ranked", 2, 30, 40),
        ("c000003", "A", "top", 1, 40, None),
    ]


def test_eighty_twenty_takes_customers_until_80_percent_of_the_value_is_reached(customers, duckdb_engine):
    table = customers(duckdb_engine, current_value_minor=[50, 29, 2, 19, -40])
    assert tiers_of(table, Pyramid(cuts=cuts_named("80-20"))) == ["vital", "vital", "rest", "vital", "rest"]
    exactly = customers(duckdb_engine, current_value_minor=[50, 30, 15, 5])
    assert tiers_of(exactly, Pyramid(cuts=cuts_named("80-20"))) == ["vital", "vital", "rest", "rest"]


def test_high_middle_normal_are_5_15_and_80_percent(customers, duckdb_engine):
    table = customers(duckdb_engine, current_value_minor=list(range(1, 101)))
    counts = Counter(tiers_of(table, Pyramid(cuts=cuts_named("high-middle-normal"))))
    assert counts == {"high": 5, "middle": 15, "normal": 80}


def test_thresholds_put_everyone_who_reaches_them_in_the_tier(customers, duckdb_engine):
    cuts = Cuts("threshold", (Tier("gold", from_minor=1000), Tier("silver", from_minor=500), Tier("plain")))
    table = customers(duckdb_engine, current_value_minor=[1000, 999, 500, 499, -1])
    labelled = Pyramid(cuts=cuts).fit(table).label(table)
    assert rows_of(labelled, "tier_computed", "tier_next_minor", "tier_why_code") == [
        ("gold", None, "top"),
        ("silver", 1000, "ranked"),
        ("silver", 1000, "ranked"),
        ("plain", 500, "ranked"),
        ("plain", 500, "not_positive"),
    ]


def test_thresholds_hold_even_where_all_are_equal(customers, duckdb_engine):
    cuts = Cuts("threshold", (Tier("gold", from_minor=1000), Tier("plain")))
    table = customers(duckdb_engine, current_value_minor=[1000, 1000])
    assert tiers_of(table, Pyramid(cuts=cuts)) == ["gold", "gold"]


def test_another_measure_is_ranked_by_with_reasons_that_do_not_speak_of_twelve_months(customers, duckdb_engine):
    table = customers(duckdb_engine, clv_minor=[None, 700, 5, 0])
    labelled = Pyramid(measure="clv_minor").fit(table).label(table)
    assert rows_of(labelled, "tier_computed", "tier_why_code", "tier_measure_minor") == [
        ("D", "not_positive_other", 0),
        ("A", "top_other", 700),
        ("B", "ranked_other", 5),
        ("D", "not_positive_other", 0),
    ]


def test_label_keeps_rows_and_columns_and_replaces_an_earlier_label(customers, duckdb_engine):
    table = customers(duckdb_engine, current_value_minor=[1, 2, 3])
    pyramid = Pyramid().fit(table)
    once = pyramid.label(table)
    assert once.columns[: len(table.columns)] == table.columns
    twice = pyramid.label(once)
    assert sorted(twice.columns) == sorted(once.columns)
    assert rows_of(twice, *TIER_COLUMNS) == rows_of(once, *TIER_COLUMNS)


def test_what_was_learned_is_ready_for_json_and_names_no_customer(customers, duckdb_engine):
    table = customers(duckdb_engine, current_value_minor=[1, 2, 3, 4])
    told = json.dumps(asdict(Pyramid().fit(table).params_))
    assert '"customers": 1' in told
    assert "c00000" not in told


def test_missing_columns_are_all_named_with_those_present(customers, duckdb_engine):
    table = duckdb_engine.view("bare", "SELECT 1 AS customer_id, 2 AS other")
    with pytest.raises(InputError, match=r"current_value_minor, last_purchase, recency_days.*customer_id, other"):
        Pyramid().fit(table)


def test_an_unknown_base_and_a_label_before_fit_are_refused(customers, duckdb_engine):
    table = customers(duckdb_engine, current_value_minor=[1])
    with pytest.raises(InputError, match="buyers, all"):
        Pyramid(base="some").fit(table)
    with pytest.raises(InputError, match="call fit"):
        Pyramid().label(table)


@settings(max_examples=60, deadline=None)
@given(values=st.lists(st.integers(-50, 200), min_size=1, max_size=150), seed=st.randoms(use_true_random=False))
def test_counts_are_as_promised_tiers_follow_the_measure_and_the_order_of_rows_does_not_matter(values, seed):
    with DuckDBEngine(threads=1) as engine:
        ids = [f"c{number:03d}" for number in range(len(values))]
        pairs = list(zip(ids, values, strict=True))
        straight = _tiers(engine, pairs)
        seed.shuffle(pairs)
        assert _tiers(engine, pairs) == straight
    _assert_promised(values, list(straight.values()))
    _assert_monotone(straight, dict(zip(ids, values, strict=True)))


def _tiers(engine: DuckDBEngine, pairs: list[tuple[str, int]]) -> dict[str, str]:
    listed = ", ".join(f"('{name}', {value})" for name, value in pairs)
    table = engine.keep("given", f"SELECT * FROM (VALUES {listed}) AS v(customer_id, current_value_minor)")
    labelled = Pyramid(base="all").fit(table).label(table)
    return {str(who): str(tier) for who, tier in rows_of(labelled, "customer_id", "tier_computed")}


def _assert_promised(values: list[int], tiers: list[str]) -> None:
    n, positive = len(values), sum(value > 0 for value in values)
    if len(set(values)) == 1:
        assert set(tiers) == {"D"}
        return
    down_to = [sum(tier <= letter for tier in tiers) for letter in "ABC"]
    rounded = [(n + 50) // 100, (5 * n + 50) // 100, (20 * n + 50) // 100]
    least = [1, 2, 3] if n >= 4 else [0, 0, 0]
    assert down_to == [min(max(a, b), positive) for a, b in zip(rounded, least, strict=True)]


def _assert_monotone(tiers: dict[str, str], values: dict[str, int]) -> None:
    best_first = sorted(tiers, key=lambda who: (-values[who], who))
    assert [tiers[who] for who in best_first] == sorted(tiers.values())


# Tiers in force


def in_force(pyramid, table, engine, previous, previous_as_of, as_of):
    rows = ", ".join(f"('{who}', '{tier}')" for who, tier in previous.items())
    before = engine.view("previous", f"SELECT * FROM (VALUES {rows}) AS v(customer_id, tier_in_force)")
    labelled = pyramid.fit(table).label(table)
    enjoyed = pyramid.in_force(labelled, previous=before, previous_as_of=previous_as_of, as_of=as_of)
    return rows_of(enjoyed, "tier_computed", "tier_in_force", "tier_why_code")


def test_without_earlier_scores_the_tier_in_force_is_the_computed_one(customers, duckdb_engine):
    table = customers(duckdb_engine, current_value_minor=[10, 20, 30, 40])
    pyramid = Pyramid().fit(table)
    enjoyed = pyramid.in_force(pyramid.label(table))
    assert rows_of(enjoyed, "tier_in_force") == [("D",), ("C",), ("B",), ("A",)]


def test_promotion_comes_at_once_and_demotion_waits_for_the_review(customers, duckdb_engine):
    table = customers(duckdb_engine, current_value_minor=[10, 20, 30, 40])
    before = {"c000000": "A", "c000001": "C", "c000003": "B"}
    spring = (date(2017, 1, 31), date(2017, 6, 30))
    assert in_force(Pyramid(), table, duckdb_engine, before, *spring) == [
        ("D", "A", "kept"),
        ("C", "C", "ranked"),
        ("B", "B", "ranked"),
        ("A", "A", "top"),
    ]
    july = (date(2017, 1, 31), date(2017, 7, 1))
    assert [row[1] for row in in_force(Pyramid(), table, duckdb_engine, before, *july)] == ["D", "C", "B", "A"]


def test_who_left_the_base_keeps_the_tier_until_the_review_and_is_told_so(customers, duckdb_engine):
    table = customers(duckdb_engine, recency_days=[0, 400], current_value_minor=[9, 0])
    spring = (date(2017, 1, 31), date(2017, 6, 30))
    assert in_force(Pyramid(), table, duckdb_engine, {"c000001": "B"}, *spring)[1] == ("D", "B", "kept_out_of_base")


def test_a_former_tier_that_the_cuts_do_not_know_gives_way_to_the_computed_one(customers, duckdb_engine):
    table = customers(duckdb_engine, current_value_minor=[10, 20])
    spring = (date(2017, 1, 31), date(2017, 6, 30))
    assert in_force(Pyramid(), table, duckdb_engine, {"c000000": "gold"}, *spring)[0][1] == "D"


def test_a_rerun_of_the_same_day_demotes_nobody(customers, duckdb_engine):
    table = customers(duckdb_engine, current_value_minor=[10, 20, 30, 40])
    same = (date(2017, 7, 1), date(2017, 7, 1))
    assert in_force(Pyramid(), table, duckdb_engine, {"c000000": "A"}, *same)[0][1] == "A"


def test_earlier_scores_need_their_day_and_an_order(customers, duckdb_engine):
    table = customers(duckdb_engine, current_value_minor=[1, 2])
    pyramid = Pyramid().fit(table)
    labelled = pyramid.label(table)
    previous = pyramid.in_force(labelled)
    with pytest.raises(InputError, match="previous_as_of and as_of"):
        pyramid.in_force(labelled, previous=previous)
    with pytest.raises(InputError, match="lies after"):
        pyramid.in_force(labelled, previous=previous, previous_as_of=date(2018, 1, 1), as_of=date(2017, 1, 1))
    with pytest.raises(InputError, match="from 1 to 12"):
        Pyramid(review_months=(13,)).in_force(
            labelled, previous=previous, previous_as_of=date(2017, 1, 1), as_of=date(2017, 2, 1)
        )


def test_customers_with_nothing_but_losses_all_stand_lowest(customers, duckdb_engine):
    table = customers(duckdb_engine, current_value_minor=[-5, -1, -900, -20] * 15)
    labelled = Pyramid().fit(table).label(table)
    assert set(rows_of(labelled, "tier_computed", "tier_why_code", "tier_next_minor")) == {("D", "not_positive", None)}


@pytest.mark.parametrize("tiers", [2, 5, 9])
def test_any_number_of_tiers_fills_sixty_customers(customers, duckdb_engine, tiers):
    shares = [1 / 2**place for place in range(tiers, 1, -1)]
    body = {"labels": [{"code": f"t{at}", "share": share} for at, share in enumerate([*shares, 1 - sum(shares)])]}
    table = customers(duckdb_engine, current_value_minor=list(range(1, 61)))
    counts = Counter(tiers_of(table, Pyramid.from_definition(body)))
    assert len(counts) == tiers
    assert sum(counts.values()) == 60


def test_a_pyramid_by_spend_of_some_months_names_its_column(customers, duckdb_engine):
    body = {"settings": {"measure": "spend_6_months_minor", "base": "all"}}
    table = customers(duckdb_engine, spend_6_months_minor=[30_00, 0, 90_00, 10_00])
    labelled = Pyramid.from_definition(body).fit(table).label(table)
    assert rows_of(labelled, "tier_computed", "tier_why_code", "tier_measure_minor")[2] == ("A", "top_other", 90_00)
