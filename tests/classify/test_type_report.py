"""How types hold on a sample: halves of customers, the quarter before, clusters beside them."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from shuke.classify import Facts, Indicators, NineTypes, type_report, with_clusters
from shuke.kit.errors import InputError
from shuke.kit.text import template

AS_OF = date(2024, 12, 31)
POINTS, LAUNCHED = ("function", "economy", "feeling"), (date(2012, 1, 1), date(2021, 1, 1), date(2023, 6, 1))


def shop(engine, size=120, changed=False):
    """Customers of nine tastes who keep to them, or (changed) take up another in the last quarter."""
    dice = np.random.default_rng(7)
    products = [{"product_id": f"p{n}", "selling_point": POINTS[n % 3], "launched_on": LAUNCHED[n // 3]}
                for n in range(9)]  # fmt: skip
    lines = []
    for n in range(size):
        for month in range(1, 13):
            taste = n % 9 if not changed or month < 10 else (n + 4) % 9
            for _ in range(30 if changed and month > 9 else 2):
                product = taste if dice.uniform() < 0.7 else int(dice.integers(9))
                lines.append({"customer_id": f"c{n:03}", "purchased_on": date(2024, month, 1 + n % 28),
                              "amount_minor": 1000, "category": "tea", "product_id": f"p{product}"})  # fmt: skip
    purchases = engine.from_arrow("purchases", pa.Table.from_pylist(lines))
    facts = Facts(products=engine.from_arrow("products", pa.Table.from_pylist(products)))
    known = Indicators().measure(purchases, as_of=AS_OF, products=facts.products).table
    return known, purchases, facts


def test_tastes_that_stay_are_found_on_either_half_and_a_quarter_before(engine):
    known, purchases, facts = shop(engine)
    report = type_report(known, purchases, facts, as_of=AS_OF)
    assert (report.customers, report.before) == (120, date(2024, 10, 1))
    assert report.halves.kappa > 0.6
    assert report.quarters.customers == 120
    assert report.quarters_decided.kappa > 0.6
    assert "price_level" not in report.missing
    assert "online_share" in report.missing


def test_tastes_that_changed_agree_no_longer_with_the_quarter_before(duckdb_engine):
    report = type_report(*shop(duckdb_engine, changed=True), as_of=AS_OF)
    assert report.quarters_decided.kappa < 0.2


def test_clusters_are_counted_by_type_and_each_customer_once(duckdb_engine):
    known, purchases, facts = shop(duckdb_engine)
    report = type_report(known, purchases, facts, as_of=AS_OF)
    by_cluster = {one.code: one.customers for one in report.clusters}
    assert sum(by_cluster.values()) == 120
    assert sum(n for row in report.crossed.values() for n in row.values()) == 120
    for one in report.clusters:
        assert one.share == pytest.approx(one.customers / 120)
        assert all(template(f"sign.{sign}", "zh-hans") for sign in one.signs)
        assert one.type is None or template(f"type.{one.type}", "en")
    assert set(report.crossed) <= {label.code for label in NineTypes().labels}
    assert report.halves_of_clusters.customers == 120


def test_the_report_is_plain_data_of_a_bounded_sample(duckdb_engine):
    known, purchases, facts = shop(duckdb_engine)
    whole = type_report(known, purchases, facts, as_of=AS_OF, types=NineTypes().fit(known))
    few = type_report(known, purchases, facts, as_of=AS_OF, customers=40)
    assert whole.customers == 120
    assert 30 <= few.customers <= 40
    assert few == type_report(known, purchases, facts, as_of=AS_OF, customers=40)
    data = json.loads(json.dumps(few.as_data()))
    assert data["before"] == "2024-10-01"
    assert data["halves"].keys() == {"customers", "share", "kappa", "adjusted_rand"}
    with pytest.raises(InputError, match="lines"):
        type_report(duckdb_engine.from_arrow("bare", pa.table({"customer_id": ["u"]})), purchases, as_of=AS_OF)


def test_too_few_customers_are_told_without_clusters(duckdb_engine):
    lines = pa.table({"customer_id": ["u", "v"], "purchased_on": [date(2024, 12, 1)] * 2, "amount_minor": [1, 2]})
    purchases = duckdb_engine.from_arrow("purchases", lines)
    known = Indicators().measure(purchases, as_of=AS_OF).table
    report = type_report(known, purchases, as_of=AS_OF)
    assert (report.clusters, report.clear, report.halves_of_clusters, report.crossed) == ((), False, None, {})
    assert report.quarters.customers == 0
    assert report.quarters.kappa is None


def test_clusters_are_appended_beside_types(duckdb_engine):
    known, _, _ = shop(duckdb_engine)
    types = NineTypes().fit(known)
    labelled = with_clusters(types.label(known), types)
    assert labelled.columns[-1] == "type_cluster"
    assert None not in labelled.to_arrow()["type_cluster"].to_pylist()
