"""Synthetic purchases whose truth is known: customers who buy and leave as BG/NBD says, spending as Gamma-Gamma says.

python benchmarks/purchases.py ROWS FILE
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

TRUTH = {"r": 0.8, "alpha": 11.0, "a": 0.9, "b": 18.0, "p": 6.0, "q": 4.0, "gamma": 15.0}
"""In days and major units: about 20 purchase lines a customer over three years."""
DAYS = 1096
START = datetime(2022, 1, 1)
SCHEMA = pa.schema([("customer", pa.string()), ("time", pa.timestamp("us")), ("amount", pa.decimal128(12, 2))])
_CUSTOMERS_AT_A_TIME = 50_000


def write_purchases(rows: int, path: Path, *, seed: int = 7) -> Path:
    """Write at least `rows` purchase lines (customer, time, amount) to one Parquet file, in no order of customers."""
    rng, written, first = np.random.default_rng(seed), 0, 1
    with _whole(path) as unfinished, pq.ParquetWriter(unfinished, SCHEMA) as writer:
        while written < rows:
            batch = _customers(rng, first, _CUSTOMERS_AT_A_TIME)
            writer.write_table(batch.slice(0, rows - written))
            written += len(batch)
            first += _CUSTOMERS_AT_A_TIME
    return path


def write_purchases_of(customers: int, path: Path, *, seed: int = 7, slower: float = 1.0) -> Path:
    """Write all purchase lines of so many customers, C00000001 and on, who buy so many times less often."""
    rng = np.random.default_rng(seed)
    with _whole(path) as unfinished, pq.ParquetWriter(unfinished, SCHEMA) as writer:
        for done in range(0, customers, _CUSTOMERS_AT_A_TIME):
            writer.write_table(_customers(rng, done + 1, min(_CUSTOMERS_AT_A_TIME, customers - done), slower))
    return path


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Where to write until the file is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    yield unfinished
    unfinished.replace(path)


def _customers(rng: np.random.Generator, first: int, customers: int, slower: float = 1.0) -> pa.Table:
    """All purchases of some customers, shuffled. First purchases are spread over the first two years."""
    t = TRUTH
    born = rng.uniform(0, DAYS * 2 / 3, customers)
    pace = rng.gamma(t["r"], 1 / (t["alpha"] * slower), customers)
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
    return pa.table(
        [_names(first, customers, people[order]), _moments(times[order]), _amounts(cents[order])], schema=SCHEMA
    )


def _names(first: int, customers: int, people: np.ndarray) -> pa.Array:
    names = pa.array([f"C{number:08d}" for number in range(first, first + customers)])
    return names.take(pa.array(people))


def _moments(days: np.ndarray) -> pa.Array:
    microseconds = np.datetime64(START, "us") + (days * 86_400e6).astype("timedelta64[us]")
    return pa.array(microseconds)


def _amounts(cents: np.ndarray) -> pa.Array:
    whole = pa.array(cents).cast(pa.decimal128(20, 0))
    return pa.Array.from_buffers(pa.decimal128(20, 2), len(whole), whole.buffers()).cast(pa.decimal128(12, 2))


if __name__ == "__main__":
    print(write_purchases(int(sys.argv[1]), Path(sys.argv[2])))
