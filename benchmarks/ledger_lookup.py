"""How fast is the ledger: an append of 10 M purchase lines, their ordering, and one customer's purchases out of them?

    python benchmarks/ledger_lookup.py                 10 M lines, 500 k customers (about 2 GB of disk)
    python benchmarks/ledger_lookup.py --lines 1000000

Lookups are of 100 customers drawn at random, and of the same number with nothing bought; the median and the slowest of
each are printed. The promise is a median of at most 50 ms in a compacted ledger of 10 M lines.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from shuke.engines import DuckDBEngine, Engine, Table
from shuke.ledger import Ledger

_LINES = """
    SELECT 'C' || lpad(CAST(hash(n) % {customers} AS VARCHAR), 8, '0') AS customer_id,
        DATE '2021-01-01' + CAST(hash(n + 1) % 1400 AS INTEGER) AS purchased_on,
        CAST(DATE '2021-01-01' + CAST(hash(n + 1) % 1400 AS INTEGER) AS TIMESTAMP) AS purchased_at,
        CAST(hash(n + 2) % 50000 AS BIGINT) AS amount_minor, CAST(1 AS DOUBLE) AS quantity,
        CAST(hash(n + 3) % 30000 AS BIGINT) AS cost_minor, CAST(0 AS BIGINT) AS discount_minor,
        CAST(0 AS BIGINT) AS coupon_minor,
        'O' || (n // 2) AS order_id, 'P' || (hash(n + 4) % 5000) AS product_id,
        'category ' || (hash(n + 4) % 40) AS category, 'shop' AS channel, 'S' || (hash(n + 5) % 60) AS store,
        '2024.csv' AS source_file, CAST(n AS BIGINT) AS source_row
    FROM range({first}, {last}) AS numbers(n)
"""


def purchase_lines(engine: Engine, first: int, last: int, customers: int) -> Table:
    return engine.keep("lines", _LINES, first=first, last=last, customers=customers)


def seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def timed(act: Callable[[], object]) -> str:
    """Wall seconds, and seconds of the processor: the second does not grow when the machine has other work."""
    busy = time.process_time()
    span = seconds(act)
    return f"{span:6.1f} s   of the processor {time.process_time() - busy:6.1f} s"


def milliseconds(ledger: Ledger, customers: list[str]) -> str:
    spans = [1000 * seconds(lambda: ledger.customer_purchases(customer)) for customer in customers]  # noqa: B023
    return f"median {statistics.median(spans):6.1f} ms   slowest {max(spans):6.1f} ms"


def measure(folder: Path, lines: int, customers: int) -> dict[str, str]:
    ledger, found = Ledger(folder / "ledger"), {}
    with DuckDBEngine(memory_limit="4GB", temp_directory=folder / "spill") as engine:
        made = purchase_lines(engine, 0, lines, customers)
        found[f"append of {lines:,} lines"] = timed(
            lambda: ledger.append(made, content_digest="lines", sources=["2024.csv"])
        )
        engine.drop(made)
        few = purchase_lines(engine, lines, lines + 10_000, customers)
        draw = random.Random(1)  # noqa: S311 - a sample for a measure
        asked = [f"C{draw.randrange(customers):08}" for _ in range(100)]
        found["lookup, files as appended"] = milliseconds(ledger, asked[:10])
        found["ordering by customer"] = timed(lambda: ledger.compact(memory_limit="4GB"))
        found["lookup, compacted"] = milliseconds(ledger, asked)
        found["lookup, compacted, no such customer"] = milliseconds(ledger, [f"{name}x" for name in asked])
        span = seconds(lambda: ledger.append(few, content_digest="few", sources=["new.csv"]))
        found["append of 10,000 lines more"] = f"{span:6.2f} s"
        found["lookup, compacted and 10,000 lines since"] = milliseconds(ledger, asked)
    found["peak memory"] = f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:6.1f} GB"
    return found


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--lines", type=int, default=10_000_000)
    asked.add_argument("--customers", type=int, default=500_000)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="shuke-bench-") as folder:
        found = measure(Path(folder), given.lines, given.customers)
    print(f"{given.lines:,} purchase lines, {given.customers:,} customers, {os.cpu_count()} cores")
    for what, span in found.items():
        print(f"  {what:<42} {span}")


if __name__ == "__main__":
    main()
