"""One realistic base, labelled on each engine: the labels are the same to the last customer."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pyarrow as pa
import pytest

from shuke.classify import (
    RFM,
    Clusters,
    Cuts,
    Indicators,
    LifeCycle,
    NineTypes,
    Pyramid,
    Quadrants,
    Tier,
    Traits,
    cuts_named,
)
from shuke.engines import Engine, Table

COLUMNS = (
    "customer_id",
    "rfm_r",
    "rfm_f",
    "rfm_m",
    "rfm_segment",
    "stage",
    "stage_why_code",
    "tier_computed",
    "tier_why_code",
    "tier_rank",
    "tier_base",
    "tier_measure_minor",
    "tier_next_minor",
    "tier_in_force",
)


def realistic(customers, engine: Engine) -> Table:
    """400 customers, many ties, some returns, ids in Chinese, a model for most."""
    dice = random.Random(7)  # noqa: S311 - no secret, a repeatable base
    columns: dict[str, list[object]] = {name: [] for name in ("customer_id", "recency_days", "purchases", "age_days")}
    columns |= {name: [] for name in ("typical_gap_days", "left_truncated", "spend_minor", "current_value_minor")}
    columns |= {name: [] for name in ("historic_value_minor", "probability_alive", "churn_probability")}
    for number in range(400):
        purchases = 1 + int(dice.expovariate(0.3))
        recency = int(dice.expovariate(0.01))
        gap = dice.choice([7, 14, 30.5, 90]) if purchases > 1 else None
        alive = round(dice.random(), 3) if number % 5 else None
        row = {
            "customer_id": f"客户{number * 37 % 400}",
            "recency_days": recency,
            "purchases": purchases,
            "age_days": recency + int((gap or 0) * (purchases - 1)),
            "typical_gap_days": gap,
            "left_truncated": number % 3 == 0,
            "spend_minor": dice.choice([-100, 0, 990, 990, 1990, 5990]) * purchases,
            "current_value_minor": dice.choice([-10, 0, 500, 500, 800]) * purchases if recency < 365 else 0,
            "historic_value_minor": dice.choice([0, 100_000]),
            "probability_alive": alive,
            "churn_probability": None if alive is None else round(1 - 0.9 * alive, 3),
        }
        for name, value in row.items():
            columns[name].append(value)
    return customers(engine, **columns)


def labelled(table: Table) -> list[tuple[object, ...]]:
    pyramid = Pyramid().fit(table)
    tiered = pyramid.in_force(pyramid.label(table))
    staged = LifeCycle().fit(table).label(RFM().fit(table).label(tiered))
    rows = table.engine.fetch(f"SELECT {', '.join(COLUMNS)} FROM {{t}} ORDER BY customer_id", t=staged)
    return [tuple(row.values()) for row in rows.to_pylist()]


@pytest.mark.spark
def test_the_labels_are_the_same_on_both_engines(customers, duckdb_engine, spark_engine):
    expected = labelled(realistic(customers, duckdb_engine))
    assert labelled(realistic(customers, spark_engine)) == expected
    assert {row[5] for row in expected} == {"exploration", "formation", "stability", "decline", "former"}


@pytest.mark.spark
@pytest.mark.parametrize(
    "cuts",
    [cuts_named("80-20"), Cuts("threshold", (Tier("gold", from_minor=1600), Tier("plain")))],
    ids=["80-20", "gold"],
)
def test_other_cuts_are_the_same_on_both_engines(customers, duckdb_engine, spark_engine, cuts):
    def tiers(engine: Engine) -> list[dict[str, object]]:
        table = realistic(customers, engine)
        sql = "SELECT customer_id, tier_computed, tier_next_minor FROM {t} ORDER BY customer_id"
        rows: list[dict[str, object]] = engine.fetch(sql, t=Pyramid(cuts=cuts).fit(table).label(table)).to_pylist()
        return rows

    assert tiers(spark_engine) == tiers(duckdb_engine)


@pytest.mark.spark
def test_demotions_wait_on_both_engines(customers, duckdb_engine, spark_engine):
    def kept(engine: Engine) -> list[dict[str, object]]:
        table = realistic(customers, engine)
        pyramid = Pyramid().fit(table)
        before = engine.view(
            "previous", "SELECT customer_id, 'B' AS tier_in_force FROM {t} WHERE purchases > 3", t=table
        )
        enjoyed = pyramid.in_force(
            pyramid.label(table), previous=before, previous_as_of=date(2017, 8, 1), as_of=date(2017, 12, 31)
        )
        sql = "SELECT tier_in_force, tier_why_code, count(*) AS n FROM {t} GROUP BY ALL ORDER BY 1, 2"
        rows: list[dict[str, object]] = engine.fetch(sql, t=enjoyed).to_pylist()
        return rows

    on_duckdb = kept(duckdb_engine)
    assert kept(spark_engine) == on_duckdb
    assert {row["tier_why_code"] for row in on_duckdb} >= {"kept", "kept_out_of_base", "ranked", "top"}


def bought(engine: Engine) -> Table:
    """1,200 lines of 60 customers with all that indicators look at, some of it unknown."""
    dice = random.Random(11)  # noqa: S311 - no secret, a repeatable base
    rows = [
        {
            "customer_id": f"客户{dice.randrange(60)}",
            "purchased_on": date(2023, 1, 1) + timedelta(days=dice.randrange(730)),
            "amount_minor": dice.choice([-100, 990, 1990, 5990]),
            "discount_minor": dice.choice([None, 0, 100]),
            "quantity": dice.choice([None, 1.0, 2.0]),
            "product_id": dice.choice([None, *(f"p{number}" for number in range(20))]),
            "category": dice.choice(["茶", "nuts", "oil", None]),
            "channel": dice.choice(["shop", "网店", "phone", None]),
        }
        for _ in range(1200)
    ]
    return engine.from_arrow("purchases", pa.Table.from_pylist(rows))


def classified(engine: Engine) -> tuple[list[object], list[dict[str, object]]]:
    products = pa.table(
        {
            "product_id": [f"p{number}" for number in range(20)],
            "selling_point": ["function", "economy", "feeling", None] * 5,
            "launched_on": [date(2020, 1, 1) + timedelta(days=90 * number) for number in range(20)],
        }
    )
    answers = {"customer_id": ["客户1", "客户2"], "asked_on": [date(2024, 1, 1)] * 2, "score": [1.0, 0.0]}
    surveys = pa.table(answers | {"question": ["looks_to.past"] * 2})
    measured = Indicators().measure(bought(engine), as_of=date(2024, 12, 31), products=products, surveys=surveys)
    types = NineTypes().fit(measured.table)
    clusters = Clusters(types=types, number=3).fit(measured.table)
    table = Traits().fit(measured.table).label(clusters.label(types.label(measured.table)))
    rows: list[dict[str, object]] = engine.fetch("SELECT * FROM {t} ORDER BY customer_id", t=table).to_pylist()
    return [measured.missing, clusters.params_.clusters], rows


@pytest.mark.spark
def test_indicators_types_clusters_and_traits_are_the_same_on_both_engines(duckdb_engine, spark_engine):
    (missing, clusters), expected = classified(duckdb_engine)
    (missing_on_spark, clusters_on_spark), found = classified(spark_engine)
    assert missing_on_spark == missing
    assert len(clusters_on_spark) == len(clusters)
    assert len(found) == len(expected) == 60
    for mine, theirs in zip(expected, found, strict=True):
        assert theirs == pytest.approx(mine, abs=2e-6)
    assert len({row["type"] for row in expected}) > 4
    assert len({row["type_cluster"] for row in expected}) == 3


@pytest.mark.spark
def test_quadrants_are_the_same_on_both_engines(customers, duckdb_engine, spark_engine):
    def quadrants(engine: Engine) -> list[dict[str, object]]:
        table = realistic(customers, engine)
        worth = engine.view(
            "worth", "SELECT *, CAST(probability_alive * 1000 AS BIGINT) AS clv_minor FROM {t}", t=table
        )
        sql = "SELECT customer_id, quadrant, quadrant_why_code FROM {t} ORDER BY customer_id"
        rows: list[dict[str, object]] = engine.fetch(sql, t=Quadrants().fit(worth).label(worth)).to_pylist()
        return rows

    expected = quadrants(duckdb_engine)
    assert quadrants(spark_engine) == expected
    assert {row["quadrant"] for row in expected} == {"I", "II", "III", "IV", "undetermined"}
