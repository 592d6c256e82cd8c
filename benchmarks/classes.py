"""How long do the classifications take beside the summary? On purchases with products, categories, channels, discounts.

python benchmarks/classes.py ROWS FOLDER
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from purchases import write_purchases

from shuke.classify import Clusters, Indicators, NineTypes, Quadrants, Traits
from shuke.engines import DuckDBEngine, Table
from shuke.value import summarise

AS_OF = date(2024, 12, 31)
DAYS = ("gap_variation", "amount_variation")


def rich(engine: DuckDBEngine, file: Path) -> Table:
    """The lines with 5,000 products in 12 categories, 4 channels and discounts, at random but the same each time."""
    raw = engine.read_parquet("raw", [file])
    target = file.with_name(file.stem + "-rich.parquet")
    if not target.exists():
        engine.write_parquet(engine.view("rich", _RICH, raw=raw), target)
    return engine.read_parquet("purchases", [target])


_RICH = """
SELECT customer AS customer_id, CAST(time AS DATE) AS purchased_on, CAST(time AS TIMESTAMP) AS purchased_at,
  CAST(amount * 100 AS BIGINT) AS amount_minor, CAST(1 + h % 3 AS DOUBLE) AS quantity,
  CAST(NULL AS BIGINT) AS cost_minor, CAST(h % 5 * 20 AS BIGINT) AS discount_minor, CAST(NULL AS VARCHAR) AS order_id,
  'P' || CAST(h % 5000 AS VARCHAR) AS product_id, 'category ' || CAST(h % 5000 % 12 AS VARCHAR) AS category,
  'channel ' || CAST(h // 7 % 4 AS VARCHAR) AS channel, CAST(NULL AS VARCHAR) AS store, 'x' AS source_file,
  CAST(0 AS BIGINT) AS source_row
FROM (SELECT *, hash(customer, time) % 1000000 AS h FROM {raw})
"""


@contextmanager
def timed(what: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"| {what} | {time.perf_counter() - started:.2f} | {peak:,} |", flush=True)


def main() -> None:
    rows, folder = int(sys.argv[1]), Path(sys.argv[2])
    file = folder / f"purchases-{rows}.parquet"
    if not file.exists():
        write_purchases(rows, file)
    with DuckDBEngine(temp_directory=folder, memory_limit="12GB") as engine:
        purchases = rich(engine, file)
        bare = engine.view(
            "bare",
            "SELECT * REPLACE (CAST(NULL AS VARCHAR) AS product_id, CAST(NULL AS VARCHAR) AS category,"
            " CAST(NULL AS VARCHAR) AS channel, CAST(NULL AS BIGINT) AS discount_minor) FROM {t}",
            t=purchases,
        )
        print("| step | seconds | peak so far, MB |\n| --- | ---: | ---: |")
        with timed("summary"):
            summary = summarise(purchases, as_of=AS_OF)
            known = engine.keep("summary", "SELECT * FROM {t}", t=summary.table)
        wanted = tuple(code for code in Indicators().wanted if code not in DAYS)
        with timed("indicators, without goods, categories, channels"):
            engine.drop(Indicators(wanted=wanted).measure(bare, as_of=AS_OF).table)
        with timed("indicators, with them"):
            table = Indicators(wanted=wanted).measure(purchases, as_of=AS_OF).table
        with timed("indicators of evenness"):
            engine.drop(Indicators(wanted=DAYS).measure(purchases, as_of=AS_OF).table)
        with timed("types learned"):
            types = NineTypes().fit(table)
        with timed("clusters learned"):
            clusters = Clusters(types=types).fit(table)
        with timed("traits learned"):
            traits = Traits().fit(table)
        with timed("types, clusters, traits given"):
            engine.keep("typed", "SELECT * FROM {t}", t=traits.label(clusters.label(types.label(table))))
        with timed("types given alone"):
            engine.keep("typed", "SELECT * FROM {t}", t=types.label(table))
        with timed("quadrants"):
            worth = engine.view(
                "worth",
                "SELECT *, current_value_minor AS clv_minor, date_diff('day', last_purchase, {as_of}) AS recency_days"
                " FROM {t}",
                t=known,
                as_of=AS_OF,
            )
            engine.keep("placed", "SELECT * FROM {t}", t=Quadrants().fit(worth).label(worth))
        print(f"{len(table):,} customers")


if __name__ == "__main__":
    main()
