from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from shuke.classify import RFM, SEGMENTS, Grid, grid_from
from shuke.classify._grid import SCORES
from shuke.kit.errors import InputError

TEN = list(range(1, 11))


def scores_of(rfm, table):
    labelled = rfm.fit(table).label(table)
    sql = "SELECT rfm_r, rfm_f, rfm_m, rfm_segment FROM {t} ORDER BY customer_id"
    return [tuple(row.values()) for row in labelled.engine.fetch(sql, t=labelled).to_pylist()]


def test_the_most_recent_the_most_often_and_the_most_spent_score_five(customers, duckdb_engine):
    table = customers(duckdb_engine, recency_days=TEN, purchases=TEN, spend_minor=TEN)
    found = scores_of(RFM(), table)
    assert [row[0] for row in found] == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert [row[1] for row in found] == [row[2] for row in found] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_equal_figures_get_equal_scores(customers, duckdb_engine):
    table = customers(duckdb_engine, purchases=[1] * 70 + [2] * 20 + [3] * 5 + [8] * 4 + [40])
    by_purchases = {row[1] for row in scores_of(RFM(), table)}
    assert by_purchases == {1, 2, 3, 4, 5}


def test_one_customer_and_all_equal_customers_get_the_middle_segment(customers, duckdb_engine):
    assert scores_of(RFM(), customers(duckdb_engine, purchases=[4])) == [(3, 3, 3, "need_attention")]
    assert set(scores_of(RFM(), customers(duckdb_engine, purchases=[4] * 60))) == {(3, 3, 3, "need_attention")}


def test_returns_beyond_purchases_are_the_weakest_spend(customers, duckdb_engine):
    table = customers(duckdb_engine, spend_minor=[-500, 0, 100, 200, 300])
    assert [row[2] for row in scores_of(RFM(), table)] == [1, 2, 3, 4, 5]


def test_cut_offs_of_your_own_take_the_place_of_quantiles(customers, duckdb_engine):
    rfm = RFM(recency_cuts=(30, 90, 180, 365), frequency_cuts=(1, 2, 4, 9), spend_cuts=(100, 200, 300, 400))
    table = customers(
        duckdb_engine,
        recency_days=[30, 31, 180, 365, 366],
        purchases=[1, 2, 3, 9, 10],
        spend_minor=[100, 101, 300, 400, 401],
    )
    assert [row[:3] for row in scores_of(rfm, table)] == [(5, 1, 1), (4, 2, 2), (3, 3, 3), (2, 4, 4), (1, 5, 5)]


def test_cut_offs_that_do_not_rise_are_refused(customers, duckdb_engine):
    table = customers(duckdb_engine, purchases=[1])
    for cuts in ((1, 2, 3), (4, 3, 2, 1), (1, 1, 2, 3)):
        with pytest.raises(InputError, match="four rising whole numbers"):
            RFM(frequency_cuts=cuts).fit(table)


def test_every_cell_of_the_grid_has_a_segment_and_every_segment_a_cell():
    cells = {(r, f): SEGMENTS.at(r, f) for r in SCORES for f in SCORES}
    assert len(cells) == 25
    assert set(cells.values()) == set(SEGMENTS.codes)
    assert len(SEGMENTS.codes) == 10


def test_every_cell_is_labelled_with_its_segment(customers, duckdb_engine):
    pairs = [(r, f) for r in SCORES for f in SCORES]
    table = customers(duckdb_engine, recency_days=[50 - 10 * r for r, _ in pairs], purchases=[f for _, f in pairs])
    found = scores_of(RFM(recency_cuts=(0, 10, 20, 30), frequency_cuts=(1, 2, 3, 4)), table)
    assert [row[3] for row in found] == [SEGMENTS.at(r, f) for r, f in pairs]


def test_a_grid_of_your_own_must_be_full():
    with pytest.raises(InputError, match="5 rows"):
        Grid((("a", "b"),))
    with pytest.raises(InputError, match="exactly 1, 2, 3, 4, 5"):
        grid_from({"1": ["a"] * 5})


def test_missing_columns_and_a_label_before_fit_are_refused(customers, duckdb_engine):
    bare = duckdb_engine.view("bare", "SELECT 1 AS purchases")
    with pytest.raises(InputError, match="recency_days, spend_minor, which are missing; the table has purchases"):
        RFM().fit(bare)
    with pytest.raises(InputError, match="call fit"):
        RFM().label(customers(duckdb_engine, purchases=[1]))


def test_what_was_learned_is_ready_for_json(customers, duckdb_engine):
    table = customers(duckdb_engine, recency_days=TEN, purchases=TEN, spend_minor=TEN)
    learned = json.loads(json.dumps(asdict(RFM().fit(table).params_)))
    assert learned["frequency"] == {"bounds": [2, 4, 6, 8], "scores": [1, 2, 3, 4, 5]}
    assert learned["recency"]["bounds"] == [-9, -7, -5, -3]
