"""A changed definition on the customers of the last run."""

from __future__ import annotations

import pytest

from shuke.classify import REGISTRY, Pyramid, classifiers, label_all, preview
from shuke.kit.errors import InputError


@pytest.fixture
def scores(customers, known, duckdb_engine):
    size = 200
    table = customers(
        duckdb_engine, current_value_minor=[100 * number for number in range(size)], recency_days=[9] * size,
        purchases=[1 + number % 9 for number in range(size)], clv_minor=[50 * number for number in range(size)],
        expected_purchases=[number / 40 for number in range(size)], mean_spend_minor=[100] * size,
    )  # fmt: skip
    return duckdb_engine.keep("scores", "SELECT * FROM {t}", t=label_all(known(table), classifiers()))


@pytest.mark.parametrize("code", REGISTRY)
def test_what_is_in_force_moves_nobody(scores, code):
    found = preview(scores, code, REGISTRY[code].default)
    assert found.moved == 0
    assert found.movers == ()
    assert sum(found.before.values()) == sum(found.after.values()) == 200
    assert found.before == found.after


def test_more_room_at_the_top_lifts_the_most_valuable_first(scores):
    body = Pyramid().definition()
    body["labels"][0]["share"], body["labels"][3]["share"] = 0.03, 0.78
    found = preview(scores, "pyramid", body)
    assert (found.before["A"], found.after["A"]) == (2, 6)
    assert ("B", "A", 4) in found.moves
    assert found.moved == 4 + 4 + 4
    assert found.movers[0] == ("c000197", "B", "A")


def test_another_cost_to_serve_lets_others_go(scores):
    found = preview(scores, "prospect", {"settings": {"cost_to_serve_minor": 20_00}})
    assert found.after["without_prospect"] > found.before["without_prospect"]


def test_a_measure_that_the_run_ranked_by_is_there_and_another_is_not(scores):
    body = {"settings": {"measure": "margin_6_months_minor"}}
    with pytest.raises(InputError, match="margin_6_months_minor"):
        preview(scores, "pyramid", body)
    assert preview(scores, "pyramid", body, ranked_by="margin_6_months_minor").moved == 0


def test_labels_that_are_new_or_gone_are_counted(scores):
    body = {"labels": [{"code": "gold", "share": 0.1}, {"code": "D", "share": 0.9}]}
    found = preview(scores, "pyramid", body)
    assert list(found.after) == ["gold", "D"]
    assert list(found.before) == ["D", "A", "B", "C"]
