"""The door inwards: what the core scores is what the records show."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from shuke.classify import REGISTRY, STANDING
from shuke.crm.customers.models import Customer
from shuke.crm.scores.models import COLUMNS, SLOTS, Run
from shuke.crm.scores.writes import set_figures
from shuke.engines import open_engine
from shuke.insight import publish as publishing
from shuke.insight.cycles import Parameters, score
from shuke.insight.facts import business_ledger
from shuke.insight.publish import rows
from shuke.tables import SCORES, TRAIT_COLUMNS

pytestmark = pytest.mark.django_db


def current() -> Run:
    return Run.objects.get(state=Run.State.CURRENT)


def test_the_records_have_the_columns_of_the_contract() -> None:
    """What only reasons and traits rest on stays in the ledger, where the customer's page reads it."""
    beside = {name for one in STANDING.values() for name in one.columns} | {one.name for one in TRAIT_COLUMNS}
    assert set(COLUMNS) <= set(SCORES.names)
    assert set(SCORES.names) - set(COLUMNS) <= beside
    assert {one.column for one in REGISTRY.values()} <= set(COLUMNS)


def test_every_score_in_the_records_is_the_one_the_ledger_keeps(scored: Any) -> None:
    run = current()
    assert run.slot is not None
    keys = dict(Customer.objects.values_list("pk", "key"))
    shown = {
        (keys[score.pk], *(getattr(score, name) for name in COLUMNS[1:])) for score in SLOTS[run.slot].objects.all()
    }
    with open_engine() as engine:
        assert shown == set(rows(business_ledger().scores(engine, run.run_id)))


def test_the_figures_of_the_overview_add_up_to_the_customers_of_the_run(scored: Any) -> None:
    run = current()
    figures, count = run.figures, run.customers
    assert count == figures["totals"]["customers"] == 40
    for kind in ("tiers", "stages"):
        assert sum(one["customers"] for one in figures[kind]) == count
    assert sum(cell[2] for cell in figures["matrix"]) == count
    assert figures["lorenz"][-1] == [1.0, 1.0]


def test_moves_between_tiers_agree_with_what_the_lists_filter_by(scored: Any) -> None:
    run = current()
    listed: dict[tuple[str, str], int] = {}
    for tier, _, _, _, _, before, count in run.cells:
        listed[before, tier] = listed.get((before, tier), 0) + count
    assert listed == {(was or "", became): count for was, became, count in run.figures["migration"] if became}


def test_months_add_up_to_all_that_was_kept(scored: Any) -> None:
    assert sum(month["amount_minor"] for month in current().figures["months"]) == scored.quality["amount_kept_minor"]


def test_the_figures_name_the_run_before_and_its_totals(scored: Any) -> None:
    before = current().figures["before"]
    assert (before["run_id"], before["as_of"]) == ("run-june", "2024-06-30")
    assert before["totals"] == Run.objects.get(run_id="run-june").figures["totals"]


def test_whom_to_call_is_ordered_by_decline_then_by_value_at_risk(scored: Any) -> None:
    run = current()
    assert run.slot is not None
    found = {score.customer.key: score for score in SLOTS[run.slot].objects.select_related("customer")}
    order = [
        (found[key].stage != "decline", -(found[key].value_at_risk_minor or 0), key) for key in run.figures["to_call"]
    ]
    assert order
    assert order == sorted(order)


def test_a_run_scored_twice_is_kept_and_published_once(scored: Any) -> None:
    again = score(
        ledger=business_ledger(), run_id="run-year", parameters=Parameters(margin_rate=0.3), told=lambda *_: None
    )
    assert again.pk == current().pk
    assert [run.run_id for run in business_ledger().runs()] == ["run-june", "run-year"]


def test_the_page_of_models_gets_its_figures_as_json(scored: Any) -> None:
    told = current().figures["models"]
    assert (told["chosen"], told["why"], told["asked"]) == ("bg_nbd", "asked", "bg_nbd")
    assert [one["code"] for one in told["candidates"]] == ["bg_nbd", "naive"]
    assert [one["difference"] for one in told["candidates"] if one["code"] == "bg_nbd"] == [0.0]
    assert [one["name"] for one in told["parameters"]] == ["r", "alpha", "a", "b"]
    days = [one["day"] for one in told["origins"]]
    assert days == sorted(days)
    assert told["sample"]["customers"] == told["sample"]["of"] == 40
    weeks = told["weeks"]
    assert len(weeks["actual"]) == len(weeks["known"]) == len(weeks["forecast"]) == 51
    assert weeks["forecast"][0] is None
    assert sum(customers for customers, _, _ in told["calibration"]) == current().figures["backtest"]["customers"]
    assert sum(told["pit"]["shares"]) == pytest.approx(1)
    assert [one["level"] for one in told["within"]] == [0.5, 0.8, 0.9]
    assert told["calendar"] == {
        "used": False, "why": "short_data", "source": None, "index": None, "periods": [], "error_with": None,
        "error_without": None,
    }  # fmt: skip
    assert told["total"]["share_low"] < 1 < told["total"]["share_high"]


def test_the_rows_of_a_batch_are_what_arrow_itself_gives() -> None:
    day = date(2024, 5, 1)
    for values, kind in (
        ([1, 2, 3], pa.int64()),
        ([1, None, 3], pa.int64()),
        ([0.5, -0.0, 2.0], pa.float64()),
        ([None, 0.25, None], pa.float64()),
        (["A", None, "A", "B"], pa.string()),
        ([None, None], pa.string()),
        ([day, None, day], pa.date32()),
        ([True, False], pa.bool_()),
        ([], pa.string()),
    ):
        column = pa.array(values, kind)
        assert publishing._values(column) == column.to_pylist()
        assert list(map(type, publishing._values(column))) == list(map(type, values))


def test_the_charts_of_the_overview_follow_the_figures(scored: Any, as_user: Any, colleague: Any) -> None:
    client, run = as_user(colleague), current()
    before = client.get("/").content.decode()
    assert client.get("/").content.decode().count("<svg") == before.count("<svg")
    changed = run.figures | {"months": [{"month": "1999-01", "amount_minor": 100, "customers": 1}] * 3}
    set_figures(run_id=run.run_id, figures=changed)
    assert "1999-01" not in before
    assert "1999-01" in client.get("/").content.decode()
