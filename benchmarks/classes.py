"""How long do all classifications take beside the summary of the same purchases, part by part?

python benchmarks/classes.py CUSTOMERS FOLDER          synthetic purchases with goods, categories, channels, discounts
python benchmarks/classes.py CUSTOMERS FOLDER --shop   the simulated shop, with its answers, payments and referrals

Seconds by the clock and of the processor; those of the processor are what can be compared while others use the machine.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from purchases import write_purchases_of

from shuke.classify import REGISTRY, Facts, classifiers, label_customers, preview, with_facts
from shuke.collect import read_payments, read_surveys
from shuke.collect.shop import Shop
from shuke.engines import DuckDBEngine, Table
from shuke.value import summarise

AS_OF = date(2024, 12, 31)
SLOWER = 8.0
"""How much less often than in the other benchmarks customers buy: some four lines each, as where there are millions."""


class Watched(DuckDBEngine):
    """Notes what each kept table took: its label, seconds by the clock, seconds of the processor."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.kept: list[tuple[str, float, float]] = []

    def keep(self, label: str, sql: str, **inputs: Any) -> Table:
        clock, busy = time.perf_counter(), time.process_time()
        table = super().keep(label, sql, **inputs)
        self.kept.append((label, time.perf_counter() - clock, time.process_time() - busy))
        return table


class Report:
    """A table of parts as they end: each beside the summary, which is the first of them."""

    def __init__(self, engine: Watched) -> None:
        self.engine, self.summary, self.total = engine, 0.0, 0.0
        print("| part | seconds | of the processor | in summaries |\n| --- | ---: | ---: | ---: |")

    @contextmanager
    def part(self, name: str, *, steps: bool = False) -> Iterator[None]:
        """Time a part; with `steps`, each table that it kept beneath it."""
        self.engine.kept.clear()
        clock, busy = time.perf_counter(), time.process_time()
        yield
        clock, busy = time.perf_counter() - clock, time.process_time() - busy
        if self.summary:
            self.total += busy
        self.summary = self.summary or busy
        self._row(name, clock, busy)
        for label, seconds, used in self.engine.kept if steps else ():
            self._row(f"– {label}", seconds, used)

    def _row(self, name: str, clock: float, busy: float) -> None:
        print(f"| {name} | {clock:.2f} | {busy:.2f} | {busy / self.summary:.2f} |", flush=True)

    def close(self) -> None:
        print(f"| **all classifications** | | {self.total:.2f} | {self.total / self.summary:.2f} |", flush=True)


def synthetic(engine: DuckDBEngine, customers: int, folder: Path) -> tuple[Table, Facts]:
    """Lines with 5,000 products in 12 categories, 4 channels and discounts, at random but the same each time."""
    target = folder / f"classes-{customers}.parquet"
    if not target.exists():
        bare = write_purchases_of(customers, folder / f"classes-{customers}-bare.parquet", slower=SLOWER)
        engine.write_parquet(engine.view("rich", _RICH, raw=engine.read_parquet("raw", [bare])), target)
        bare.unlink()
    return engine.read_parquet("purchases", [target]), Facts()


def shop(engine: DuckDBEngine, customers: int, folder: Path) -> tuple[Table, Facts]:
    """The shop's purchases, and all that is known beside them."""
    held, target = folder / f"shop-{customers}", folder / f"shop-{customers}.parquet"
    if not target.exists():
        Shop(customers).write_all(held)
        bought = engine.read_parquet("raw", [held / "purchases.parquet"])
        engine.write_parquet(engine.view("rich", _SHOP, raw=bought), target)
    rows = {name: pq.read_table(held / f"{name}.parquet") for name in ("surveys", "payments", "products", "referrals")}
    due = rows["payments"]
    if "amount" not in due.column_names:
        amounts = pa.array([str(value) for value in due["amount_due"].to_pylist()])
        due = due.append_column("amount", amounts)
    facts = Facts(
        surveys=read_surveys(rows["surveys"], engine=engine).table,
        payments=read_payments(due, engine=engine).table,
        products=engine.from_arrow("products", rows["products"]),
        referrals=engine.from_arrow("referrals", rows["referrals"]),
    )
    return engine.read_parquet("purchases", [target]), facts


_RICH = """
SELECT customer AS customer_id, CAST(time AS DATE) AS purchased_on, CAST(time AS TIMESTAMP) AS purchased_at,
  CAST(amount * 100 AS BIGINT) AS amount_minor, CAST(1 + h % 3 AS DOUBLE) AS quantity,
  CAST(NULL AS BIGINT) AS cost_minor, CAST(h % 5 * 20 AS BIGINT) AS discount_minor,
  CAST(NULL AS BIGINT) AS coupon_minor, CAST(NULL AS VARCHAR) AS order_id,
  'P' || CAST(h % 5000 AS VARCHAR) AS product_id, 'category ' || CAST(h % 5000 % 12 AS VARCHAR) AS category,
  'channel ' || CAST(h // 7 % 4 AS VARCHAR) AS channel, CAST(NULL AS VARCHAR) AS store, 'x' AS source_file,
  CAST(0 AS BIGINT) AS source_row
FROM (SELECT *, hash(customer, time) % 1000000 AS h FROM {raw})
"""

_SHOP = """
SELECT customer_id, CAST(purchased_at AS DATE) AS purchased_on, purchased_at,
  CAST(amount * 100 AS BIGINT) AS amount_minor,
  CAST(quantity AS DOUBLE) AS quantity, CAST(cost * 100 AS BIGINT) AS cost_minor,
  CAST(discount * 100 AS BIGINT) AS discount_minor,
  CAST(NULL AS BIGINT) AS coupon_minor, order_id, product_id, category, channel, store, 'x' AS source_file,
  line AS source_row
FROM {raw}
"""

# Forecasts cost the same with and without classifications: figures of their size stand for them.
_FORECAST = """
SELECT *, date_diff('day', last_purchase, {as_of}) AS recency_days, T AS age_days,
  CASE WHEN x > 0 THEN t_x / CAST(x AS DOUBLE) END AS typical_gap_days, 0.5 AS probability_alive,
  least(1.0, date_diff('day', last_purchase, {as_of}) / 730.0) AS churn_probability,
  CAST(mean_spend_minor * x / 3 AS BIGINT) AS clv_minor, x / 3.0 AS expected_purchases
FROM {t}
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("customers", type=int)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--shop", action="store_true")
    told = arguments.parse_args()
    with Watched(temp_directory=told.folder, memory_limit="12GB") as engine:
        purchases, facts = (shop if told.shop else synthetic)(engine, told.customers, told.folder)
        report = Report(engine)
        with report.part("summary"):
            summary = summarise(purchases, as_of=AS_OF).table
            summary = engine.keep("summary", "SELECT * FROM {t}", t=summary)
        forecasts = engine.keep("forecasts", _FORECAST, t=summary, as_of=AS_OF)
        scores = classified(report, purchases, facts, forecasts)
        report.close()
        previewed(scores)
        print(f"\n{len(purchases):,} lines, {len(summary):,} customers")


def classified(report: Report, purchases: Table, facts: Facts, forecasts: Table) -> Table:
    """As a run does it: what is known of each customer, then every label from it."""
    engine, made = report.engine, classifiers()
    with report.part("indicators, trait scores, habits, signs", steps=True):
        known = with_facts(forecasts, purchases, facts, as_of=AS_OF)
    with report.part("every label, learned and given"):
        labelled = label_customers(known, made)
        return engine.keep("labelled", "SELECT * FROM {t}", t=labelled)


def previewed(scores: Table) -> None:
    """How long each classification takes to be tried on the run's customers, by the definition that ships."""
    print("\n| preview of | seconds |\n| --- | ---: |")
    for code, one in REGISTRY.items():
        clock = time.perf_counter()
        preview(scores, code, one.default)
        print(f"| {code} | {time.perf_counter() - clock:.2f} |", flush=True)


if __name__ == "__main__":
    main()
