"""Synthetic purchases whose truth is known: customers who buy and leave as BG/NBD says, spending as Gamma-Gamma says.

python benchmarks/purchases.py ROWS FILE
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

TRUTH = {"r": 0.8, "alpha": 11.0, "a": 0.9, "b": 18.0, "p": 6.0, "q": 4.0, "gamma": 15.0}
"""In days and major units: about 20 purchase lines a customer over three years."""
DAYS = 1096
START = datetime(2022, 1, 1)
_CUSTOMERS_AT_A_TIME = 50_000


def write_purchases(rows: int, path: Path, *, seed: int = 7) -> Path:
    """Write at least `rows` purchase lines (customer, time, amount) to one Parquet file, in no order of customers."""
    rng = np.random.default_rng(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    schema = pa.schema([("customer", pa.string()), ("time", pa.timestamp("us")), ("amount", pa.decimal128(12, 2))])
    unfinished = path.with_suffix(".part")
    written, first = 0, 1
    with pq.ParquetWriter(unfinished, schema) as writer:
        while written < rows:
            batch = _customers(rng, first, _CUSTOMERS_AT_A_TIME, schema)
            writer.write_table(batch.slice(0, rows - written))
            written += len(batch)
            first += _CUSTOMERS_AT_A_TIME
    return unfinished.replace(path)


def _customers(rng: np.random.Generator, first: int, customers: int, schema: pa.Schema) -> pa.Table:
    """All purchases of some customers, shuffled. First purchases are spread over the first two years."""
    t = TRUTH
    born = rng.uniform(0, DAYS * 2 / 3, customers)
    pace = rng.gamma(t["r"], 1 / t["alpha"], customers)
    leaves_after = rng.geometric(rng.beta(t["a"], t["b"], customers))
    mean_gap = rng.gamma(t["q"], 1 / t["gamma"], customers)
    owner = np.arange(customers)
    who, when, moment = [owner], [born], born
    purchases = 1
    while len(owner):
        staying = leaves_after[owner] >= purchases
        owner, moment = owner[staying], moment[staying]
        moment = moment + rng.exponential(1, len(owner)) / pace[owner]
        inside = moment < DAYS
        owner, moment = owner[inside], moment[inside]
        who.append(owner)
        when.append(moment)
        purchases += 1
    people, times = np.concatenate(who), np.concatenate(when)
    cents = np.maximum(1, np.round(100 * rng.gamma(t["p"], 1, len(people)) / mean_gap[people])).astype(np.int64)
    order = rng.permutation(len(people))
    return pa.table([_names(first, people[order]), _moments(times[order]), _amounts(cents[order])], schema=schema)


def _names(first: int, people: np.ndarray) -> pa.Array:
    names = pa.array([f"C{number:08d}" for number in range(first, first + _CUSTOMERS_AT_A_TIME)])
    return names.take(pa.array(people))


def _moments(days: np.ndarray) -> pa.Array:
    microseconds = np.datetime64(START, "us") + (days * 86_400e6).astype("timedelta64[us]")
    return pa.array(microseconds)


def _amounts(cents: np.ndarray) -> pa.Array:
    whole = pa.array(cents).cast(pa.decimal128(20, 0))
    return pa.Array.from_buffers(pa.decimal128(20, 2), len(whole), whole.buffers()).cast(pa.decimal128(12, 2))


if __name__ == "__main__":
    print(write_purchases(int(sys.argv[1]), Path(sys.argv[2])))
