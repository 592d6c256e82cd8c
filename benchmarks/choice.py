"""What does choosing a count model cost, against fitting one?

    make bench-choice          1 M customers, about 20 M purchase lines (N=50000 for fewer)

In one process, one after the other: the sample is read from the facts, all candidates race on it as in a run, totals
at all origins are forecast; then each candidate is fitted on all customers. The aim: choosing costs less than three
fits of the slowest. One thread of BLAS: several wait busily for one another over matrices of four by four.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from purchases import write_purchases_of

import shuke
from shuke.choice import choose
from shuke.engines import DuckDBEngine
from shuke.value import CANDIDATES, count_histories, read_histories, sampled, summarise

FOLDER = Path("var/bench")
AS_OF = date(2024, 12, 31)
HOLDOUT_DAYS = 365
HORIZON_DAYS = 730  # farther than can be tested, so that candidates are also learned anew


def measure(customers: int) -> list[tuple[str, float, float]]:
    """What was done, how many seconds it took, and how many of the processors."""
    path = FOLDER / f"customers-{customers}.parquet"
    if not path.exists():
        write_purchases_of(customers, path)
    took: list[tuple[str, float, float]] = []

    def timed(name: str, act: Callable[..., Any], *given: Any) -> Any:
        started, used = time.perf_counter(), time.process_time()
        found = act(*given)
        took.append((name, time.perf_counter() - started, time.process_time() - used))
        return found

    with DuckDBEngine(memory_limit="8GB", temp_directory=str(FOLDER / "spill")) as engine:
        read = shuke.read_purchases(str(path), engine=engine, customer="customer", time="time", amount="amount")
        facts = read.table
        summary = summarise(facts, as_of=AS_OF).table
        histories = count_histories(summary)
        sample = timed("sample read", lambda: sampled(facts, summary, as_of=AS_OF))
    known = read_histories(histories)
    came_back = round(float(known.customers[known.x > 0].sum()))
    choice = timed(
        "choice", lambda: choose(sample, holdout_days=HOLDOUT_DAYS, horizon_days=HORIZON_DAYS, repeat_buyers=came_back)
    )
    timed("totals", lambda: choice.totals(horizon_days=HORIZON_DAYS, shares=(0.01, 0.04, 0.15, 0.8)))
    timed("weeks, PIT, intervals", choice.trust)
    print(f"chosen: {choice.chosen} ({choice.why}), {sample.customers:,} of {sample.of:,} customers in the sample,")
    print(f"{len(histories):,} histories of all; origins {[str(day) for day in choice.origins.race]}")
    for candidate in CANDIDATES:
        settled = choice.verdict.entrant(candidate.code)
        timed(f"fit of {candidate.code}", candidate.new(settled.model if settled else None).fit, known)
    return took


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=1_000_000)
    took = measure(parser.parse_args().customers)
    slowest, busiest = (max(row[place] for row in took if row[0].startswith("fit of")) for place in (1, 2))
    print("| step | seconds | in fits of the slowest | of the processors | in fits of the slowest |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, seconds, used in took:
        print(f"| {name} | {seconds:.2f} | {seconds / slowest:.2f} | {used:.2f} | {used / busiest:.2f} |")


if __name__ == "__main__":
    main()
