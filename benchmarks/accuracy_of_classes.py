"""How well does each classification recover what is true of the simulated shop's customers? Agreement beyond chance.

python benchmarks/accuracy_of_classes.py [CUSTOMERS]
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shuke.classify import Clusters, Indicators, NineTypes, agreement, halves_of_clusters, halves_of_types
from shuke.collect.shop import Shop
from shuke.engines import DuckDBEngine, Engine, Table

AS_OF, QUARTER_BEFORE = date(2024, 12, 31), date(2024, 9, 30)
_VALUES = {"functional": "appeal_function", "economic": "appeal_economy", "psychological": "appeal_feeling"}
_TIMES = {"past": "focus_past", "present": "focus_present", "future": "focus_future"}


def long_surveys(surveys: pa.Table) -> pa.Table:
    """Answers to what one buys for and where one looks, one row an answer, as `Indicators` takes them."""
    parts = []
    for question, codes in (
        ("buys_for", ("function", "economy", "feeling")),
        ("looks_to", ("past", "present", "future")),
    ):
        said = surveys.filter(pc.is_valid(surveys[question]))
        parts += [
            pa.table(
                {
                    "customer_id": said["customer_id"],
                    "asked_on": said["sent_on"],
                    "question": pa.array([f"{question}.{code}"] * len(said)),
                    "score": pc.cast(pc.equal(said[question], code), pa.float64()),
                }
            )
            for code in codes
        ]
    return pa.concat_tables(parts)


def purchases_of(engine: Engine, shop: Shop) -> Table:
    """The shop's purchases with the columns that indicators look at."""
    table = engine.from_arrow("shop_purchases", shop.table("purchases"))
    sql = "SELECT * EXCLUDE (purchased_at), CAST(purchased_at AS DATE) AS purchased_on FROM {t}"
    return engine.keep("purchases", sql, t=table)


def typed(purchases: Table, as_of: date, **facts: Any) -> tuple[NineTypes, Table, Table]:
    """The types fitted, the indicators, and all customers labelled."""
    table = Indicators().measure(purchases, as_of=as_of, **facts).table
    types = NineTypes().fit(table)
    return types, table, types.label(table)


def recovery(types: NineTypes, labelled: Table, truth: Table) -> dict[str, Any]:
    """Kappa of the type, of its value and of its time with the truth; all customers, and those with a type."""
    rows = labelled.engine.fetch(
        """
        SELECT l.type, l.type_confidence, t.nine_type, l.lines FROM {l} AS l JOIN {t} AS t
        ON l.customer_id = t.customer_id
        """,
        l=labelled,
        t=truth,
    )
    said, true = np.array(rows["type"].to_pylist()), np.array(rows["nine_type"].to_pylist())
    confidence, lines = rows["type_confidence"].to_numpy(), rows["lines"].to_numpy()
    sure = said != "undetermined"
    value = {cell.code: cell.value for cell in types.book.cells}
    time = {cell.code: cell.time for cell in types.book.cells}
    found: dict[str, Any] = {"customers": len(said), "with_a_type": float(sure.mean())}
    groups = {
        "all": np.ones(len(said), bool),
        "typed": sure,
        "typed, 20 lines or more": sure & (lines >= 20),
        "confidence 0.7 or more": sure & (confidence >= 0.7),
    }
    for name, which in groups.items():
        if which.sum() < 2:
            continue
        a, b = said[which], true[which]
        found[name] = {
            "customers": int(which.sum()),
            "right": float((a == b).mean()),
            "kappa": agreement(a.tolist(), b.tolist()).kappa,
            "kappa_value": agreement([value.get(x, x) for x in a], [value[x] for x in b]).kappa,
            "kappa_time": agreement([time.get(x, x) for x in a], [time[x] for x in b]).kappa,
            "confidence": float(confidence[which].mean()),
        }
    return found


def measure(customers: int) -> dict[str, Any]:
    """All figures, with what is known of goods and answers, and without."""
    shop = Shop(customers)
    with DuckDBEngine() as engine:
        purchases = purchases_of(engine, shop)
        truth = engine.from_arrow("truth", shop.table("truth"))
        products, surveys = shop.table("products"), long_surveys(shop.table("surveys"))
        ways: Mapping[str, dict[str, Any]] = {
            "purchases": {},
            "purchases, products": {"products": products},
            "purchases, products, surveys": {"products": products, "surveys": surveys},
        }
        return {name: _of_way(purchases, truth, facts) for name, facts in ways.items()}


def _of_way(purchases: Table, truth: Table, facts: dict[str, Any]) -> dict[str, Any]:
    types, table, labelled = typed(purchases, AS_OF, **facts)
    _, _, before = typed(purchases, QUARTER_BEFORE, **facts)
    clusters = Clusters(types=types).fit(table)
    return {
        "recovery": recovery(types, labelled, truth),
        "halves": halves_of_types(types, table),
        "quarters": agreement_of(before, labelled, "type"),
        "clusters": {"number": clusters.params_.number, "silhouettes": clusters.params_.silhouettes},
        "halves_of_clusters": halves_of_clusters(clusters, table),
    }


def agreement_of(before: Table, after: Table, column: str) -> dict[str, Any]:
    from shuke.classify import agreement_between

    return agreement_between(before, after, column)


if __name__ == "__main__":
    import json

    print(
        json.dumps(
            measure(int(sys.argv[1]) if len(sys.argv) > 1 else 5000), indent=1, default=lambda one: one.as_data()
        )
    )
