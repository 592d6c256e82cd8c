"""How well are loyalty, how customers pay, and how steadily they trade recovered of the simulated shop?

python benchmarks/accuracy_of_standing.py [CUSTOMERS] [SEED]

Kinds of loyalty by agreement beyond chance (Cohen's kappa); the loyalty index, credit and stability by rank correlation
with the latent trait (Spearman), since they are figures.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.stats import spearmanr

from shuke.classify import RFM, Facts, agreement, label_standing, with_facts
from shuke.collect import read_payments, read_surveys
from shuke.collect.shop import Shop
from shuke.engines import DuckDBEngine

AS_OF = date(2024, 12, 31)


def facts_of(shop: Shop, engine: DuckDBEngine) -> Facts:
    """Answers, payments, goods and referrals of the shop, read as anybody's are."""
    read = {name: shop.table(name) for name in ("surveys", "payments", "products", "referrals")}
    due = read["payments"]
    minor = due.column("amount_minor").to_numpy()
    amounts = pa.array([f"{value // 100}.{value % 100:02d}" for value in minor])
    due = due.drop_columns(["amount_minor"]).append_column("amount", amounts)
    return Facts(
        surveys=read_surveys(read["surveys"], engine=engine).table,
        payments=read_payments(due, engine=engine).table,
        products=engine.from_arrow("products", read["products"]),
        referrals=engine.from_arrow("referrals", read["referrals"]),
    )


def labelled(shop: Shop, engine: DuckDBEngine, facts: Facts) -> pa.Table:
    """All labels, beside the truth. Without a model of purchases: what is retained is left unknown."""
    table = engine.from_arrow("shop_purchases", shop.table("purchases"))
    sql = "SELECT * EXCLUDE (purchased_at), CAST(purchased_at AS DATE) AS purchased_on FROM {t}"
    purchases = engine.keep("purchases", sql, t=table)
    summary = engine.keep("summary", _SUMMARY, t=purchases, as_of=AS_OF)
    scored = RFM().fit(summary).label(summary)
    known = label_standing(with_facts(scored, purchases, facts, as_of=AS_OF))
    truth = engine.from_arrow("truth", shop.table("truth"))
    return engine.fetch(_BESIDE, known=known, truth=truth)


def recovery(customers: int, seed: int) -> dict[str, Any]:
    """All figures, with what was answered and paid and without."""
    shop = Shop(customers, seed)
    with DuckDBEngine() as engine:
        facts = facts_of(shop, engine)
        return {
            "with answers and payments": _figures(labelled(shop, engine, facts)),
            "purchases alone": _figures(labelled(shop, engine, Facts(products=facts.products))),
        }


def _figures(rows: pa.Table) -> dict[str, Any]:
    said, true = (np.array(rows[name].to_pylist(), dtype=object) for name in ("loyalty_kind", "true_kind"))
    told = said != "unknown"
    truth = np.array([{"super_value": "real", "latent": "held_back"}.get(kind, "false") for kind in true], dtype=object)
    return {
        "customers": len(said),
        "loyalty kind told": float(told.mean()),
        "loyalty kind, of those told": _agreement(said[told], true[told]),
        "loyalty kind, confidence 0.4 or more": _sure(rows, said, true),
        "real, false or held back, of those told": _agreement(
            np.array(rows["loyalty_truth"].to_pylist())[told], truth[told]
        ),
        "of each kind, how many are told rightly": _by_kind(said[told], true[told]),
        "loyalty index with the rate of leaving": _rank(rows, "loyalty_score", "leaving_rate"),
        "credit score with the chance to be late": _rank(rows, "credit_score", "late_chance"),
        "black list proposed": _proposed(rows),
        "stability with the shape of gaps (retail only)": _rank(rows, "trading_stability", "gap_shape"),
        "price sensitivity": _rank(rows, "price_sensitivity_found", "price_sensitivity"),
        "alarms": dict(zip(*np.unique(np.array(rows["rfm_alarm"].to_pylist()), return_counts=True), strict=True)),
        "satisfaction classes": dict(
            zip(*np.unique(np.array(rows["satisfaction"].to_pylist()), return_counts=True), strict=True)
        ),
    }


def _agreement(said: Sequence[str], true: Sequence[str]) -> dict[str, Any] | None:
    return agreement(list(said), list(true)).as_data() if len(said) else None


def _sure(rows: pa.Table, said: Any, true: Any) -> dict[str, Any] | None:
    sure = (rows["loyalty_confidence"].to_numpy() >= 0.4) & (said != "unknown")
    return _agreement(said[sure], true[sure])


def _by_kind(said: Any, true: Any) -> dict[str, tuple[float, float]]:
    """Of each kind: the share of its customers found, and the share of those called so who are."""
    found = {}
    for kind in sorted(set(true)):
        hit = float(((said == kind) & (true == kind)).sum())
        found[kind] = (round(hit / max(1, (true == kind).sum()), 2), round(hit / max(1, (said == kind).sum()), 2))
    return found


def _rank(rows: pa.Table, found: str, true: str) -> tuple[int, float] | None:
    """Customers with a figure, and Spearman's correlation."""
    one, two = (np.array(rows[name].to_pylist(), dtype=float) for name in (found, true))
    known = ~np.isnan(one) & ~np.isnan(two) & (two > 0)
    if known.sum() < 3:
        return None
    return int(known.sum()), round(float(spearmanr(one[known], two[known]).statistic), 3)


def _proposed(rows: pa.Table) -> dict[str, float]:
    """How likely to be late are those proposed for the black list, and the rest of those with payments?"""
    black = np.array(rows["list_proposal"].to_pylist()) == "black"
    due = np.array(rows["due_payments"].to_pylist(), dtype=float) > 0
    chance = rows["late_chance"].to_numpy()
    return {
        "customers": int(black.sum()),
        "their chance to be late": round(float(chance[black].mean()), 3) if black.any() else 0.0,
        "of others": round(float(chance[due & ~black].mean()), 3) if (due & ~black).any() else 0.0,
    }


_SUMMARY = """
SELECT customer_id, count(DISTINCT purchased_on) AS purchases, CAST(sum(amount_minor) AS BIGINT) AS spend_minor,
  CAST(sum(CASE WHEN purchased_on > {as_of} - 365 THEN amount_minor - cost_minor ELSE 0 END) AS BIGINT)
    AS current_value_minor,
  date_diff('day', max(purchased_on), {as_of}) AS recency_days,
  date_diff('day', min(purchased_on), {as_of}) AS age_days,
  CAST(NULL AS DOUBLE) AS churn_probability, CAST(NULL AS DOUBLE) AS probability_alive, 'D' AS tier_computed,
  max(purchased_on) AS last_purchase, CAST(NULL AS BIGINT) AS clv_minor
FROM {t} WHERE amount_minor > 0 AND purchased_on <= {as_of} GROUP BY customer_id
"""

_BESIDE = """
SELECT k.customer_id, k.loyalty_kind, k.loyalty_truth, k.loyalty_score, k.loyalty_confidence, k.credit_score,
  k.list_proposal, k.due_payments, k.trading_stability, k.price_sensitivity AS price_sensitivity_found, k.rfm_alarm,
  k.satisfaction, t.loyalty_kind AS true_kind, t.leaving_rate, t.late_chance,
  CASE WHEN t.buys_cars THEN NULL ELSE t.gap_shape END AS gap_shape, t.price_sensitivity
FROM {known} AS k JOIN {truth} AS t ON k.customer_id = t.customer_id
"""

if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    chosen = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    print(json.dumps(recovery(size, chosen), indent=1, default=int))
