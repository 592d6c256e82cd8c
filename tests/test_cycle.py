"""The whole cycle: from purchases to scores, on both engines, and on data that say little."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

import shuke
from shuke.classify import Facts, Pyramid, cuts_named
from shuke.collect import read_payments, read_purchases, read_surveys
from shuke.cycle import Previous, Settings
from shuke.kit.errors import InputError
from shuke.tables import SCORES, SCORES_KEPT
from shuke.value import AUTO, Calendar, Horizon, MarginRates

AS_OF = date(2024, 12, 31)


def shop(customers: int = 240, seed: int = 3) -> pa.Table:
    """Purchases of a small shop over two years: regulars, one-time buyers, some who left, returns, costs, ties."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(customers):
        born = AS_OF - timedelta(days=int(rng.integers(30, 730)))
        gap = float(rng.gamma(2, 20))
        leaves = int(rng.geometric(0.08))
        day, bought = born, 0
        while day <= AS_OF and bought < leaves:
            amount = int(rng.integers(1, 40)) * 500
            rows.append((f"客{number:04d}", day, f"o{number}-{bought}", amount, int(amount * 0.7)))
            if rng.random() < 0.05:
                rows.append(
                    (f"客{number:04d}", day + timedelta(days=1), f"r{number}-{bought}", -amount, -int(amount * 0.7))
                )
            day += timedelta(days=1 + int(rng.exponential(gap)))
            bought += 1
    names = ("customer", "date", "order", "cents", "cost_cents")
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    return pa.table(
        {
            "customer": list(columns["customer"]),
            "date": [day.isoformat() for day in columns["date"]],
            "order": list(columns["order"]),
            "amount": [f"{cents / 100:.2f}" for cents in columns["cents"]],
            "cost": [f"{cents / 100:.2f}" for cents in columns["cost_cents"]],
        }
    )


def bought(*lines: tuple[str, str, str]) -> pa.Table:
    customers, days, amounts = zip(*lines, strict=True)
    return pa.table({"customer": list(customers), "date": list(days), "amount": list(amounts)})


def scored(engine, table, *, as_of=AS_OF, model="bg_nbd", **settings):
    """By one model where the choice is not what is asked: that takes longer than all the rest."""
    purchases = shuke.read_purchases(table, engine=engine)
    return shuke.run(purchases, as_of=as_of, settings=Settings(model=model, **settings))


def rows_of(run) -> list[dict]:
    return run.scores.to_arrow().sort_by("customer_id").to_pylist()


@pytest.fixture(scope="module")
def duckdb_run(duckdb_engine):
    return scored(duckdb_engine, shop(), model=AUTO)


@pytest.mark.spark
def test_both_engines_give_the_same_scores(duckdb_run, spark_engine):
    ours, theirs = rows_of(duckdb_run), rows_of(scored(spark_engine, shop(), model=AUTO))
    assert len(ours) == len(theirs) == 240
    for left, right in zip(ours, theirs, strict=True):
        for name in SCORES.names:
            if isinstance(left[name], float) and right[name] is not None:
                assert math.isclose(left[name], right[name], rel_tol=1e-9, abs_tol=1e-12), name
            else:
                assert left[name] == right[name], (name, left["customer_id"])


def test_scores_keep_their_contract(duckdb_run):
    table = duckdb_run.scores.to_arrow()
    assert table.schema.names == list(SCORES_KEPT.names)
    for column in SCORES_KEPT.columns:
        assert table[column.name].type == column.type, column.name
        assert column.nullable or table[column.name].null_count == 0, column.name


def test_the_three_parts_of_value_add_up_and_no_month_counts_twice(duckdb_run):
    for row in rows_of(duckdb_run):
        assert row["clv_minor"] == row["potential_value_minor"]
        assert row["historic_value_minor"] + row["current_value_minor"] == row["margin_minor"]
        assert row["value_total_minor"] == row["margin_minor"] + row["clv_minor"]


def test_the_interval_lies_around_most_forecasts_and_probabilities_are_probabilities(duckdb_run):
    rows = rows_of(duckdb_run)
    assert all(row["clv_low_minor"] <= row["clv_high_minor"] for row in rows)
    inside = [row["clv_low_minor"] <= row["clv_minor"] <= row["clv_high_minor"] for row in rows]
    assert sum(inside) >= 0.9 * len(rows)
    assert all(0 <= row[name] <= 1 for row in rows for name in ("probability_alive", "churn_probability"))


def test_all_money_of_the_facts_is_in_the_summary(duckdb_run):
    summary = duckdb_run.summary
    assert summary.spend_minor + summary.without_purchase_minor == duckdb_run.quality.amount_kept_minor
    assert sum(group.customers for group in summary.tiers) == summary.customers
    assert sum(group.customers for group in summary.stages) == summary.customers
    assert summary.value_basis == "margin"


def test_value_at_risk_is_churn_times_the_value_if_kept(duckdb_run):
    for row in rows_of(duckdb_run):
        kept = max(row["clv_minor"], 0) / row["probability_alive"]
        rounding = 1 + 0.5 / row["probability_alive"]
        assert abs(row["value_at_risk_minor"] - row["churn_probability"] * kept) <= rounding


def test_next_purchase_is_due_after_as_of_and_within_the_horizon(duckdb_run):
    due = [row["next_purchase_due"] for row in rows_of(duckdb_run) if row["next_purchase_due"]]
    assert due
    assert all(AS_OF < day <= AS_OF + timedelta(days=365) for day in due)


def test_the_second_run_is_the_same_as_the_first(duckdb_engine, duckdb_run):
    assert rows_of(scored(duckdb_engine, shop(), model=AUTO)) == rows_of(duckdb_run)


def test_the_order_of_rows_and_a_stranger_change_nobody_elses_facts(duckdb_engine, duckdb_run):
    table = shop()
    shuffled = table.take(np.random.default_rng(1).permutation(len(table)))
    assert rows_of(scored(duckdb_engine, shuffled, model=AUTO)) == rows_of(duckdb_run)


def test_a_tier_is_lost_only_at_a_review(duckdb_engine):
    table = shop()
    purchases = shuke.read_purchases(table, engine=duckdb_engine)
    settings = Settings(model="bg_nbd", pyramid=Pyramid(cuts=cuts_named("high-middle-normal")))
    spring = shuke.run(purchases, as_of="2024-03-31", settings=settings)
    autumn = shuke.run(
        purchases, as_of="2024-05-31", settings=settings, previous=Previous(spring.scores, date(2024, 3, 31))
    )
    later = shuke.run(
        purchases, as_of="2024-07-31", settings=settings, previous=Previous(spring.scores, date(2024, 3, 31))
    )
    height = {"high": 0, "middle": 1, "normal": 2}
    before = {row["customer_id"]: row["tier_in_force"] for row in rows_of(spring)}
    held = [row for row in rows_of(autumn) if height[row["tier_in_force"]] < height[row["tier_computed"]]]
    assert held
    assert all(row["tier_in_force"] == before[row["customer_id"]] for row in held)
    assert all(row["tier_in_force"] == row["tier_computed"] for row in rows_of(later))


def test_a_longer_horizon_is_worth_more_and_a_higher_rate_less(duckdb_engine):
    usual = scored(duckdb_engine, shop())
    longer = scored(duckdb_engine, shop(), horizon=Horizon(days=730))
    dearer = scored(duckdb_engine, shop(), horizon=Horizon(discount_rate=0.5))
    assert longer.summary.clv_minor > usual.summary.clv_minor > dearer.summary.clv_minor


def test_a_margin_rate_scales_value_and_says_so(duckdb_engine):
    table = shop().drop(["cost"])
    plain = scored(duckdb_engine, table)
    rated = scored(duckdb_engine, table, margin_rates=MarginRates(overall=0.25))
    assert (plain.summary.value_basis, rated.summary.value_basis) == ("revenue", "margin_rate")
    assert rated.summary.clv_minor == pytest.approx(plain.summary.clv_minor * 0.25, rel=1e-3)


SAYS_LITTLE = {
    "one customer, one purchase": [("u", "2024-05-01", "10")],
    "one customer, many purchases": [("u", f"2024-{month:02d}-01", "10") for month in range(1, 13)],
    "all on one day": [(f"c{n}", "2024-12-31", str(10 + n)) for n in range(40)],
    "all amounts equal": [
        (f"c{n}", f"2024-{1 + (n * m) % 12:02d}-{1 + m:02d}", "10") for n in range(40) for m in range(3)
    ],
    "no repeat buyer": [(f"c{n}", f"2024-{1 + n % 12:02d}-15", str(10 + n)) for n in range(60)],
    "returns and one sale": [("u", "2024-05-01", "-10"), ("v", "2024-05-02", "5")],
    "all zero but one": [("u", "2024-05-01", "0"), ("v", "2024-05-02", "5")],
    "a return worth more than was bought": [
        ("u", "2024-05-01", "10"),
        ("u", "2024-06-01", "-50"),
        ("v", "2024-05-02", "5"),
    ],
}


@pytest.mark.parametrize("name", SAYS_LITTLE)
def test_data_that_say_little_still_end_in_scores_and_a_reason(duckdb_engine, name):
    run = scored(duckdb_engine, bought(*SAYS_LITTLE[name]), model=AUTO)
    rows = rows_of(run)
    assert rows
    assert all(row["tier_computed"] and row["stage"] and row["policy_code"] and row["why_code"] for row in rows)
    assert all(row["clv_minor"] is None or math.isfinite(row["clv_minor"]) for row in rows)
    assert run.summary.notes
    for language in ("zh-hans", "zh-hant", "en"):
        assert run.report(language)


def test_without_a_repeat_buyer_nothing_is_forecast_and_the_report_says_why(duckdb_engine):
    run = scored(duckdb_engine, bought(*SAYS_LITTLE["no repeat buyer"]))
    assert run.models.chosen is None
    assert {row["clv_minor"] for row in rows_of(run)} == {None}
    assert "No customer bought again" in run.report("en")


def test_a_base_of_returns_only_ends_with_no_scores(duckdb_engine):
    run = scored(duckdb_engine, bought(("u", "2024-05-01", "-10"), ("v", "2024-05-02", "-5")))
    assert len(run.scores) == 0
    assert (run.summary.without_purchase, run.summary.without_purchase_minor) == (2, -1500)
    assert run.report("zh-hans")


def test_a_day_before_all_purchases_is_refused_with_the_first_day(duckdb_engine):
    with pytest.raises(InputError, match="give a day from 2024-05-01 on"):
        scored(duckdb_engine, bought(("u", "2024-05-01", "10")), as_of="2023-01-01")


def test_progress_is_told_stage_by_stage(duckdb_engine):
    stages = []
    purchases = shuke.read_purchases(shop(30), engine=duckdb_engine)
    settings = Settings(model="naive")
    shuke.run(purchases, settings=settings, progress=lambda stage, done, total: stages.append((stage, done, total)))
    assert [stage for stage, _, _ in stages] == ["value", "models", "classify", "act", "evaluate"]
    assert [done for _, done, _ in stages] == list(range(5))


def test_the_sum_and_each_tier_come_with_an_interval_and_the_report_tells_it(duckdb_run):
    summary = duckdb_run.summary
    assert summary.clv_low_minor < summary.clv_minor < summary.clv_high_minor
    assert all(tier.clv_low_minor <= tier.clv_minor <= tier.clv_high_minor for tier in summary.tiers)
    assert "total.longer_than_tested" in summary.notes
    words = {"en": "the total lies between", "zh-hans": "终身价值合计有", "zh-hant": "終身價值合計有"}
    assert all(told in duckdb_run.report(language) for language, told in words.items())


def test_the_model_asked_for_is_used_and_an_unknown_one_refused(duckdb_engine):
    asked = scored(duckdb_engine, shop(60), model="naive")
    assert (asked.models.chosen, asked.models.choice.why) == ("naive", "asked")
    assert {row["probability_alive"] for row in rows_of(asked)} == {1.0}
    with pytest.raises(InputError, match="there are: auto, bg_nbd"):
        scored(duckdb_engine, shop(60), model="bgnbd")


def test_a_season_that_is_used_moves_the_next_quarter_and_hardly_the_year(duckdb_engine):
    index = Calendar((0.5, 0.5, 0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.5, 1.5, 1.5))
    table = seasonal_shop(index)
    plain, seasonal = (scored(duckdb_engine, table, calendar=told) for told in ({}, index.declared))
    assert "calendar.better" in seasonal.summary.notes
    assert not any(note.startswith("calendar") for note in plain.summary.notes)
    quiet, usual = (
        np.mean([row["churn_probability"] for row in rows_of(run) if row["purchases"] > 4]) for run in (seasonal, plain)
    )
    assert quiet > usual + 0.05
    assert sum(row["expected_purchases"] for row in rows_of(seasonal)) == pytest.approx(
        sum(row["expected_purchases"] for row in rows_of(plain)), rel=0.25
    )
    assert all(row["next_purchase_due"] > AS_OF for row in rows_of(seasonal) if row["next_purchase_due"])


def seasonal_shop(index: Calendar) -> pa.Table:
    """A year and a half of 300 regulars who follow the seasons."""
    rng, first = np.random.default_rng(2), AS_OF - timedelta(days=548)
    passed = index.elapsed(np.arange(549), first)
    lines = []
    for number in range(300):
        born, gap = int(rng.integers(0, 200)), rng.gamma(3, 8)
        told = passed[born] + np.concatenate(([0.0], np.cumsum(rng.exponential(gap, 120))))
        days = np.unique(np.searchsorted(passed, told[told < passed[-1]]))
        lines += [(f"c{number}", (first + timedelta(days=int(day))).isoformat(), "10") for day in days]
    return bought(*lines)


def test_classifications_are_made_as_they_are_defined(duckdb_engine):
    gold = {"code": "gold", "share": 0.1, "names": {"en": "Gold card"}}
    pyramid = {"settings": {"measure": "spend_3_months_minor"}, "labels": [gold, {"code": "rest", "share": 0.9}]}
    definitions = {"pyramid": pyramid, "prospect": {"settings": {"cost_to_serve_minor": 10**9}}}
    done = scored(duckdb_engine, shop(120), definitions=definitions)
    labels = {(row["tier_computed"], row["prospect"]) for row in done.scores.to_arrow().to_pylist()}
    assert {tier for tier, _ in labels} == {"gold", "rest"}
    assert ("rest", "without_prospect") in labels
    assert "Gold card" in done.report("en")


def test_facts_beside_purchases_put_their_labels_beside_the_scores(duckdb_engine):
    source, settings = "demo:shop/300", Settings(model="naive")
    read = [read_one(source, engine=duckdb_engine).table for read_one in (read_surveys, read_payments)]
    facts = Facts(surveys=read[0], payments=read[1])
    done = shuke.run(read_purchases(source, engine=duckdb_engine), settings=settings, facts=facts)
    assert done.scores.columns == list(SCORES_KEPT.names)
    assert "super_value" in done.scores.to_arrow()["loyalty_kind"].to_pylist()
    assert done.report("en")
