from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuke.classify._quantiles import Steps, fill_classes, spread_scores
from shuke.engines import DuckDBEngine


def steps_of(engine: DuckDBEngine, values: list[int]) -> Steps:
    listed = ", ".join(f"({value})" for value in values)
    table = engine.keep("figures", f"SELECT CAST(v AS BIGINT) AS v FROM (VALUES {listed}) AS given(v)")
    return fill_classes(table, {"v": "v"})["v"]


def score(steps: Steps, value: int) -> int:
    return next((s for bound, s in zip(steps.bounds, steps.scores, strict=False) if value <= bound), steps.scores[-1])


@pytest.mark.parametrize(("classes", "scores"), [(1, (3,)), (2, (1, 5)), (3, (1, 3, 5)), (4, (1, 2, 4, 5))])
def test_fewer_classes_are_spread_from_one_to_five(classes, scores):
    assert spread_scores(classes) == scores


def test_ten_different_figures_make_five_classes_of_two(duckdb_engine):
    assert steps_of(duckdb_engine, list(range(1, 11))).bounds == (2, 4, 6, 8)


def test_a_crowd_at_the_bottom_fills_the_first_class_and_the_rest_share_the_others(duckdb_engine):
    values = [1] * 60 + [2] * 10 + [3] * 10 + [4] * 10 + [5] * 10
    assert steps_of(duckdb_engine, values).bounds == (1, 2, 3, 4)


def test_a_crowd_at_the_top_leaves_a_figure_for_each_class(duckdb_engine):
    steps = steps_of(duckdb_engine, [1, 2, 3, 4] + [5] * 96)
    assert steps == Steps((1, 2, 3, 4), (1, 2, 3, 4, 5))


def test_customers_who_are_all_the_same_get_the_middle(duckdb_engine):
    assert steps_of(duckdb_engine, [7, 7, 7]) == Steps((), (3,))


def test_no_customers_give_no_bounds(duckdb_engine):
    empty = duckdb_engine.view("empty", "SELECT CAST(1 AS BIGINT) AS v WHERE FALSE")
    assert fill_classes(empty, {"v": "v"})["v"] == Steps((), (3,))


@settings(max_examples=80, deadline=None)
@given(values=st.lists(st.integers(-30, 30), min_size=1, max_size=120))
def test_scores_rise_with_the_figure_and_every_class_has_customers(values):
    with DuckDBEngine(threads=1) as engine:
        steps = steps_of(engine, values)
    scores = [score(steps, value) for value in sorted(values)]
    assert scores == sorted(scores)
    assert len(set(scores)) == min(5, len(set(values)))
    assert set(scores) == set(steps.scores)


@settings(max_examples=30, deadline=None)
@given(values=st.lists(st.integers(0, 10**9), min_size=20, max_size=100, unique=True))
def test_without_ties_classes_differ_by_one_customer_at_most(values):
    with DuckDBEngine(threads=1) as engine:
        steps = steps_of(engine, values)
    sizes = Counter(score(steps, value) for value in values)
    assert max(sizes.values()) - min(sizes.values()) <= 1
