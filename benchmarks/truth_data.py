"""What the product says of every customer of the simulated shop, beside what is true of them.

The product sees what anybody's file would show: purchases read as they stand, goods, answers, payments, referrals. The
truth (`shop_truth`) is joined to its labels only here, when all of them are given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

import shuke
from shuke.classify import (
    Clusters,
    Facts,
    Indicators,
    NineTypes,
    Pyramid,
    Quadrants,
    agreement_between,
    halves_of_clusters,
    halves_of_types,
)
from shuke.collect import Purchases, read_payments, read_surveys
from shuke.collect.shop import Shop
from shuke.engines import Table

WAYS = ("purchases", "products", "all")
"""What is known: purchases alone; what goods are besides; and all: answers, payments and referrals too."""
QUARTER_BEFORE = date(2024, 9, 30)
_UNDETERMINED = "undetermined"

Columns = Mapping[str, np.ndarray]
"""One value a customer, by column, in one order; unknown figures are NaN."""


@dataclass(frozen=True)
class Stays:
    """Do types and clusters stay, whatever is true: kappa, and for clusters the adjusted Rand index."""

    halves: float | None
    quarters: float | None
    quarters_with_type: float | None
    clusters: int
    halves_of_clusters: float | None


@dataclass(frozen=True)
class Told:
    """All that is judged: labels and truth by what was known, and whether types stay."""

    as_of: date
    customers: int
    by_way: Mapping[str, Columns]
    stays: Mapping[str, Stays]


def told(customers: int) -> Told:
    """Score the shop as anybody would, once for each way in which more is known."""
    shop = Shop(customers)
    purchases = shuke.read_purchases(f"demo:shop/{customers}")
    truth = purchases.engine.from_arrow("truth", shop.table("truth"))
    by_way, stays = {}, {}
    for way in WAYS:
        facts = _facts(purchases, shop, way)
        run = shuke.run(purchases, facts=facts)
        by_way[way] = _columns(_ranked(run.scores, truth), truth)
        stays[way] = _stays(purchases.table, facts, run.summary.as_of)
        purchases.engine.drop(run.scores)
    return Told(run.summary.as_of, customers, by_way, stays)


def _facts(purchases: Purchases, shop: Shop, way: str) -> Facts:
    """What is known beside purchases, read as anybody's files are."""
    if way == "purchases":
        return Facts()
    engine = purchases.engine
    products = engine.from_arrow("products", shop.table("products"))
    if way == "products":
        return Facts(products=products)
    name = f"demo:shop/{shop.customers}"
    return Facts(
        products=products,
        surveys=read_surveys(name, engine=engine).table,
        payments=read_payments(name, engine=engine).table,
        referrals=engine.from_arrow("referrals", shop.table("referrals")),
    )


def _ranked(scores: Table, truth: Table) -> Table:
    """The scores with tiers by CLV, and with quadrants by the same rule on what came in the year after."""
    by_value = Pyramid(measure="clv_minor")
    tiers = by_value.fit(scores).label(scores)
    came = scores.engine.view(
        "came",
        """SELECT s.* REPLACE (t.future_margin_minor AS clv_minor)
        FROM {s} AS s JOIN {t} AS t ON s.customer_id = t.customer_id""",
        s=scores,
        t=truth,
    )
    places = Quadrants().fit(came).label(came)
    sql = """SELECT s.*, o.tier_computed AS tier_by_clv, q.quadrant AS quadrant_after FROM {s} AS s
        JOIN {o} AS o ON s.customer_id = o.customer_id JOIN {q} AS q ON s.customer_id = q.customer_id"""
    return scores.engine.view("ranked", sql, s=scores, o=tiers, q=places)


def _stays(lines: Table, facts: Facts, as_of: date) -> Stays:
    """Whether types stay among other customers, and from a quarter to the next."""
    types, table, labelled = _types_on(lines, facts, as_of)
    _, _, before = _types_on(lines, facts, QUARTER_BEFORE)
    clusters = Clusters(types=types).fit(table)
    return Stays(
        halves=halves_of_types(types, table).kappa,
        quarters=agreement_between(before, labelled, "type").kappa,
        quarters_with_type=agreement_between(before, labelled, "type", leave_out=(_UNDETERMINED,)).kappa,
        clusters=clusters.params_.number or 0,
        halves_of_clusters=halves_of_clusters(clusters, table).adjusted_rand,
    )


def _types_on(lines: Table, facts: Facts, day: date) -> tuple[NineTypes, Table, Table]:
    table = Indicators().measure(lines, as_of=day, products=facts.products, surveys=facts.surveys).table
    types = NineTypes().fit(table)
    return types, table, types.label(table)


def _columns(known: Table, truth: Table) -> Columns:
    """Labels and truth side by side; a column of the truth that is called as one of the labels begins with true_."""
    said = [name for name in known.columns if name != "customer_id"]
    so = [f"t.{name} AS {_true(name, said)}" for name in truth.columns if name != "customer_id"]
    rows = known.engine.fetch(
        f"""SELECT k.*, {", ".join(so)} FROM {{k}} AS k JOIN {{t}} AS t ON k.customer_id = t.customer_id
        ORDER BY k.customer_id""",
        k=known,
        t=truth,
    )
    return {name: _array(rows[name]) for name in rows.column_names}


def _true(name: str, said: Sequence[str]) -> str:
    return f"true_{name}" if name in said else name


def _array(column: pa.ChunkedArray) -> np.ndarray:
    """Figures as floats, days as days since 1970 (unknown is NaN), texts as they are ('' where none)."""
    if pa.types.is_date(column.type):
        column = column.cast(pa.int32())
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return np.array(["" if value is None else value for value in column.to_pylist()], dtype=object)
    return np.array(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=float)
