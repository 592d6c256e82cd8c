"""The demonstration of the simulated shop: named customers, what happened with them, and scores that moved."""

from __future__ import annotations

from pathlib import Path

import pytest

from shuke.collect.shop import Shop
from shuke.crm.customers.models import Customer, CustomerTag, Entry, Link
from shuke.crm.scores.models import Run
from shuke.crm.timeline.models import Booking, LastTouch, Touch
from shuke.engines import DuckDBEngine
from shuke.insight.demo_shop import load
from shuke.insight.facts import business_ledger, facts_of

SHOP = Shop(150)


@pytest.fixture
def loaded(db: None, business: Path) -> list[str]:
    told: list[str] = []
    load(lambda stage, *_: told.append(stage), "zh-hans", SHOP)
    return told


def test_runs_are_given_answers_payments_goods_and_referrals_once(
    loaded: list[str], duckdb_engine: DuckDBEngine
) -> None:
    facts = facts_of(business_ledger(), duckdb_engine)
    assert facts.surveys is not None
    assert facts.payments is not None
    assert facts.products is not None
    assert facts.referrals is not None
    payments, referrals = SHOP.table("payments"), SHOP.table("referrals")
    assert len(facts.payments) == payments.num_rows
    assert len(facts.products) == SHOP.table("products").num_rows
    told = sorted(zip(*(referrals[name].to_pylist() for name in ("customer_id", "referred_on")), strict=True))
    kept = facts.referrals.to_arrow()
    assert sorted(zip(*(kept[name].to_pylist() for name in ("customer_id", "referred_on")), strict=True)) == told
    assert set(facts.surveys.to_arrow()["question"].to_pylist()) >= {"csat", "nps", "repurchase_intent"}


def test_the_shop_fills_cards_timelines_and_scores_and_twice_adds_nothing(loaded: list[str]) -> None:
    assert {"reading", "customers", "dealings", "publishing"} <= set(loaded)
    rows = {row["customer_id"]: row for row in SHOP.table("customers").to_pylist()}
    customers = {customer.key: customer for customer in Customer.objects.all()}
    assert set(customers) == set(rows)
    for key, row in rows.items():
        card = customers[key]
        assert card.name == row["name"]
        assert card.phone == f"+86{row['phone']}"
        assert card.values["birthday"] == row["born_on"].isoformat()
        assert card.values["source"] == row["source"]
        assert card.values["gender"] == row["sex"]
    touches, complaints = SHOP.table("touches"), SHOP.table("complaints")
    assert Touch.objects.count() == Booking.objects.count() == touches.num_rows + complaints.num_rows
    assert sum(Touch.objects.values_list("minutes", flat=True)) == sum(touches["minutes"].to_pylist())
    assert LastTouch.objects.count() == len(set(touches["customer_id"].to_pylist()))
    assert Link.objects.count() == SHOP.table("referrals").num_rows
    assert Entry.objects.filter(section__code="cars_owned").exists()
    tags = set(CustomerTag.objects.values_list("tag__name", flat=True))
    assert tags == {"车主", "付费会员", "推荐达人", "近一年有投诉", "有逾期款"}
    assert Run.objects.count() == 2
    load(lambda *_: None, "zh-hans", SHOP)
    assert (Touch.objects.count(), Run.objects.count()) == (touches.num_rows + complaints.num_rows, 2)
    lines = SHOP.table("purchases").to_pylist()
    buyers = {row["customer_id"] for row in lines if row["category"] == "新车"}
    with_model = {card.key for card in Customer.objects.all() if "intended_model_1" in card.values}
    assert with_model == buyers
    cars = [row for row in lines if row["category"] == "新车"]
    assert Entry.objects.filter(section__code="cars_owned").count() == len(cars)
