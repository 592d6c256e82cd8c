"""The door inwards: what the core scores is what the records show."""

from __future__ import annotations

from typing import Any

import pytest

from shuke.crm.customers.models import Customer
from shuke.crm.scores.models import COLUMNS, SLOTS, Run
from shuke.engines import open_engine
from shuke.insight.cycles import Parameters, score
from shuke.insight.facts import business_ledger
from shuke.insight.publish import rows
from shuke.tables import SCORES

pytestmark = pytest.mark.django_db


def current() -> Run:
    return Run.objects.get(state=Run.State.CURRENT)


def test_the_records_have_the_columns_of_the_contract() -> None:
    assert set(COLUMNS) == set(SCORES.names)


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
