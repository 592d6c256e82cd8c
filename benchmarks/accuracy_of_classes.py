"""How well do the nine types recover what is true of the simulated shop's customers, and how stable are they?

python benchmarks/accuracy_of_classes.py [CUSTOMERS]

The truth comes from latent traits that no indicator reads (docs/guides/the-simulated-shop.md). Three ways, by what is
known: purchases alone, with the table of products, and with the answers to surveys besides.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shuke.classify import (
    Clusters,
    Indicators,
    NineTypes,
    agreement,
    agreement_between,
    halves_of_clusters,
    halves_of_types,
)
from shuke.collect.shop import Shop
from shuke.engines import DuckDBEngine, Engine, Table

AS_OF, QUARTER_BEFORE = date(2024, 12, 31), date(2024, 9, 30)
BANDS = ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.01))
_QUESTIONS = (("buys_for", ("function", "economy", "feeling")), ("looks_to", ("past", "present", "future")))
_UNDETERMINED = "undetermined"


@dataclass(frozen=True)
class Told:
    """Labels, confidence and truth of all customers, in one order."""

    said: np.ndarray
    true: np.ndarray
    confidence: np.ndarray
    lines: np.ndarray

    def of(self, which: np.ndarray, types: NineTypes) -> dict[str, float | int | None]:
        """How far labels and truth agree, of some customers: type, its value, its time."""
        said, true = self.said[which].tolist(), self.true[which].tolist()
        figures: dict[str, float | int | None] = {"customers": len(said)}
        if not said:
            return figures
        found = agreement(said, true)
        figures |= {"right": found.share, "kappa": found.kappa}
        for axis in ("value", "time"):
            named = {cell.code: getattr(cell, axis) for cell in types.book.cells} | {_UNDETERMINED: _UNDETERMINED}
            figures[f"kappa of {axis}"] = agreement([named[x] for x in said], [named[x] for x in true]).kappa
        return figures | {"mean confidence": float(self.confidence[which].mean())}


def long_surveys(surveys: pa.Table) -> pa.Table:
    """Answers to what one buys for and where one looks, one row an answer, as `Indicators` takes them."""
    parts = []
    for question, codes in _QUESTIONS:
        said = surveys.filter(pc.is_valid(surveys[question]))
        for code in codes:
            columns = {"customer_id": said["customer_id"], "asked_on": said["sent_on"]}
            score = pc.cast(pc.equal(said[question], code), pa.float64())
            parts.append(pa.table(columns | {"question": pa.array([f"{question}.{code}"] * len(said)), "score": score}))
    return pa.concat_tables(parts)


def purchases_of(engine: Engine, shop: Shop) -> Table:
    """The shop's purchases with the columns that indicators look at."""
    table = engine.from_arrow("shop_purchases", shop.table("purchases"))
    return engine.keep("purchases", "SELECT *, CAST(purchased_at AS DATE) AS purchased_on FROM {t}", t=table)


def typed(purchases: Table, as_of: date, **facts: Any) -> tuple[NineTypes, Table, Table]:
    """The types fitted, the indicators, and all customers labelled."""
    table = Indicators().measure(purchases, as_of=as_of, **facts).table
    types = NineTypes().fit(table)
    return types, table, types.label(table)


def told_of(labelled: Table, truth: Table) -> Told:
    rows = labelled.engine.fetch(
        """
        SELECT l.type, l.type_confidence, t.nine_type, l.lines
        FROM {l} AS l JOIN {t} AS t ON l.customer_id = t.customer_id
        """,
        l=labelled,
        t=truth,
    )
    return Told(
        np.array(rows["type"].to_pylist()),
        np.array(rows["nine_type"].to_pylist()),
        rows["type_confidence"].to_numpy(),
        rows["lines"].to_numpy(),
    )


def recovery(told: Told, types: NineTypes) -> dict[str, Any]:
    """Agreement with the truth: of all, of those with a type, of those well known, and by band of confidence."""
    sure = told.said != _UNDETERMINED
    groups = {
        "all": np.ones(len(sure), bool),
        "with a type": sure,
        "a type, 20 lines or more": sure & (told.lines >= 20),
    }
    for low, high in BANDS:
        groups[f"a type, confidence {low:.1f} to {min(high, 1):.1f}"] = (
            sure & (told.confidence >= low) & (told.confidence < high)
        )
    return {name: told.of(which, types) for name, which in groups.items()}


def measure(customers: int) -> dict[str, Any]:
    """All figures, by what is known."""
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
        "recovery": recovery(told_of(labelled, truth), types),
        "halves": halves_of_types(types, table).as_data(),
        "quarters": agreement_between(before, labelled, "type").as_data(),
        "quarters, both with a type": agreement_between(before, labelled, "type", leave_out=(_UNDETERMINED,)).as_data(),
        "clusters": {
            "number": clusters.params_.number,
            "clear": clusters.params_.clear,
            "silhouette": max(clusters.params_.silhouettes.values(), default=None),
            "types": [one.type for one in clusters.params_.clusters],
        },
        "halves of clusters": halves_of_clusters(clusters, table).as_data(),
    }


def tables(found: Mapping[str, Any]) -> Iterator[str]:
    """The figures as Markdown."""
    columns = ("customers", "right", "kappa", "kappa of value", "kappa of time", "mean confidence")
    for way, figures in found.items():
        yield f"\n### {way}\n\n| | {' | '.join(columns)} |\n| --- |{' ---: |' * len(columns)}"
        for name, row in figures["recovery"].items():
            yield f"| {name} | {' | '.join(_written(row.get(column)) for column in columns)} |"
        yield ""
        for name in ("halves", "quarters", "quarters, both with a type", "clusters", "halves of clusters"):
            yield f"- {name}: " + ", ".join(f"{key} {_written(value)}" for key, value in figures[name].items())


def _written(figure: Any) -> str:
    return "" if figure is None else f"{figure:.3f}" if isinstance(figure, float) else str(figure)


def main() -> None:
    found = measure(int(next((word for word in sys.argv[1:] if word.isdecimal()), 20_000)))
    print(json.dumps(found, indent=1) if "--json" in sys.argv else "\n".join(tables(found)))


if __name__ == "__main__":
    main()
