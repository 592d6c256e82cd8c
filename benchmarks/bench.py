"""How long does the whole cycle take, against the bare query, and the fit, against lifetimes?

    make bench             1 M and 10 M purchase lines; fits at 100 k and 1 M customers (Pareto/NBD: 100 k)
    make bench BIG=1       100 M lines, of 5 M customers, and Pareto/NBD at 1 M too (15 GB of disk, some 15 minutes)

Each figure is a process of its own: wall seconds inside it and the peak of its memory. Pairs run in turn, and the ratio
is of medians, so that a machine that slows down slows both. `bare` is the least any such product must do: GROUP BY
customer and day, then by customer, over the same Parquet file, in the same DuckDB with the same limits.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import statistics
import subprocess
import sys
import time
import warnings
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path("var/bench")
LIMITS = {"memory_limit": "8GB", "temp_directory": str(FOLDER / "spill")}
AS_OF = "2024-12-31"


def bare(file: str) -> dict[str, float]:
    from shuke.engines import DuckDBEngine

    with DuckDBEngine(**LIMITS) as engine:
        purchases = engine.read_parquet("purchases", [file])
        started = time.perf_counter()
        engine.keep(
            "bare",
            """
            SELECT customer, count(*) AS purchases, min(day) AS first, max(day) AS last, sum(amount) AS amount
            FROM (SELECT customer, CAST(time AS DATE) AS day, sum(amount) AS amount FROM {purchases} GROUP BY 1, 2)
            GROUP BY 1
            """,
            purchases=purchases,
        )
        return {"total": time.perf_counter() - started}


def cycle(file: str) -> dict[str, float]:
    import shuke
    from shuke.engines import DuckDBEngine

    marks: list[tuple[str, float]] = [("read", time.perf_counter())]
    with DuckDBEngine(**LIMITS) as engine:
        purchases = shuke.read_purchases(file, engine=engine, customer="customer", time="time", amount="amount")
        run = shuke.run(purchases, as_of=AS_OF, progress=lambda stage, *_: marks.append((stage, time.perf_counter())))
        marks.append(("end", time.perf_counter()))
        assert len(run.scores) == run.summary.customers
    spans = {name: after - start for (name, start), (_, after) in itertools.pairwise(marks)}
    return {"total": marks[-1][1] - marks[0][1], **spans}


SCORED_BY = ("bg_nbd", "pareto_nbd", "bg_nbd with doubts", "bg_nbd with doubts and a beat")


def scores(file: str) -> dict[str, float]:
    """The summary of all customers, and their scores with intervals: histories read, forecast, joined, kept."""
    import shuke
    from shuke.engines import DuckDBEngine
    from shuke.value import Horizon, count_histories, forecast, spend_histories, summarise

    as_of, spans = date.fromisoformat(AS_OF), dict[str, float]()
    with DuckDBEngine(**LIMITS) as engine:
        purchases = shuke.read_purchases(file, engine=engine, customer="customer", time="time", amount="amount")
        started = time.perf_counter()
        summary = summarise(purchases.table, as_of=as_of).table
        spans["total"] = time.perf_counter() - started
        spend = spend_histories(summary).fitted()
        for name in SCORED_BY:
            known = count_histories(summary)
            model = scored_by(name, known)
            started = time.perf_counter()
            told = forecast(summary, counts=model, spend=spend, histories=known, horizon=Horizon(), as_of=as_of)
            kept = engine.keep("told", "SELECT * FROM {told}", told=told)
            spans[name] = time.perf_counter() - started
            spans["customers"], spans["histories"] = float(len(kept)), float(len(known))
            engine.drop(kept)
    return spans


def scored_by(name: str, known: Any) -> Any:
    from shuke.value import NBD, Afresh, MBGCNBDk, Stacked, candidate

    model = candidate(name.split()[0]).new()
    others = (NBD(), Afresh(model))
    if "beat" in name:
        model = Stacked((model, *others, MBGCNBDk(3)), (0.5, 0.2, 0.05, 0.25), horizon=365)
    elif "doubts" in name:
        model = Stacked((model, *others), (0.7, 0.25, 0.05), horizon=365)
    return model.fit(known)


def histories(customers: int) -> dict[str, np.ndarray]:
    """BG/NBD customers of 1 to 3 years, in whole days, one row a customer."""
    rng = np.random.default_rng(11)
    T = rng.integers(365, 1096, customers)
    pace = rng.gamma(0.8, 1 / 25, customers)
    dropout = rng.beta(0.9, 12, customers)
    x, t_x, moment = np.zeros(customers, int), np.zeros(customers), np.zeros(customers)
    alive = np.arange(customers)
    while len(alive):
        moment[alive] += rng.exponential(1, len(alive)) / pace[alive]
        alive = alive[moment[alive] < T[alive]]
        x[alive] += 1
        t_x[alive] = moment[alive]
        alive = alive[rng.random(len(alive)) >= dropout[alive]]
    t_x = np.where(x > 0, np.clip(np.ceil(t_x), 1, T), 0).astype(int)
    return {"x": x, "t_x": t_x, "T": T}


PEERS = {
    "BGNBD": ("BetaGeoFitter", ("r", "alpha", "a", "b")),
    "MBGNBD": ("ModifiedBetaGeoFitter", ("r", "alpha", "a", "b")),
    "ParetoNBD": ("ParetoNBDFitter", ("r", "alpha", "s", "beta")),
}
"""Of our models: the same of lifetimes, and its parameters."""


def fit_ours(asked: str) -> dict[str, float]:
    from shuke import value

    name, customers = asked.split(":")
    model, data = getattr(value, name), histories(int(customers))
    model().fit(histories(1_000))  # what a first call loads is no part of a fit
    started = time.perf_counter()
    learned = model().fit(data).params_
    spent = time.perf_counter() - started
    return {"total": spent, "log_likelihood": log_likelihood(name, data, [getattr(learned, n) for n in PEERS[name][1]])}


def fit_lifetimes(asked: str) -> dict[str, float]:
    warnings.simplefilter("ignore")
    import lifetimes

    name, customers = asked.split(":")
    fitter, parameters = PEERS[name]
    np.random.seed(11)  # lifetimes starts its Pareto/NBD at random
    data, small = histories(int(customers)), histories(1_000)
    getattr(lifetimes, fitter)().fit(small["x"], small["t_x"], small["T"])
    started = time.perf_counter()
    model = getattr(lifetimes, fitter)().fit(data["x"], data["t_x"], data["T"])
    spent = time.perf_counter() - started
    return {"total": spent, "log_likelihood": log_likelihood(name, data, [model.params_[n] for n in parameters])}


def log_likelihood(name: str, data: dict[str, np.ndarray], parameters: list[float]) -> float:
    """Both fits are judged by one likelihood, the peer's: of Pareto/NBD, of the customers whom it gives a number."""
    warnings.simplefilter("ignore")
    import lifetimes

    fitter = getattr(lifetimes, PEERS[name][0])
    rows = (data["x"], data["t_x"], data["T"])
    if name == "ParetoNBD":
        return float(np.nansum(fitter._conditional_log_likelihood(parameters, *rows)))
    one = np.ones(len(data["x"]))
    return -float(fitter._negative_log_likelihood(np.log(parameters), *rows, one, 0.0)) * len(one)


TASKS = {"bare": bare, "cycle": cycle, "scores": scores, "fit_ours": fit_ours, "fit_lifetimes": fit_lifetimes}


def measured(task: str, argument: str) -> dict[str, float]:
    """In a process of its own, ours and theirs with one thread of OpenBLAS, as Shuke's own have: more would only wait
    for one another."""
    alone = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, __file__, "--task", task, argument]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=alone)
    return json.loads(done.stdout.splitlines()[-1])


def paired(first: str, second: str, argument: str, runs: int) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
    pairs = [(measured(first, argument), measured(second, argument)) for _ in range(runs)]
    return [a for a, _ in pairs], [b for _, b in pairs]


def median(found: list[dict[str, float]], name: str) -> float:
    return statistics.median(one[name] for one in found)


def report_cycle(sizes: list[int], runs: int) -> None:
    from purchases import write_purchases

    heads = ("purchase lines", "bare query, s", "its peak, GB", "whole cycle, s", "its peak, GB", "ratio")
    print("\n| " + " | ".join((*heads, "of it: read, value, models, classify, act")) + " |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    for rows in sizes:
        file = FOLDER / f"purchases-{rows}.parquet"
        if not file.exists():
            write_purchases(rows, file)
        ours, base = paired("cycle", "bare", str(file), 1 if rows > 10**7 else runs)
        parts = ", ".join(f"{median(ours, name):.1f}" for name in ("read", "value", "models", "classify", "act"))
        print(
            f"| {rows:,} | {median(base, 'total'):.2f} | {median(base, 'peak_gb'):.1f} | {median(ours, 'total'):.2f} "
            f"| {median(ours, 'peak_gb'):.1f} | {median(ours, 'total') / median(base, 'total'):.2f} | {parts} |",
            flush=True,
        )


def report_scores(sizes: list[int], runs: int) -> None:
    from purchases import write_purchases

    heads = ("customers", "histories", "summary, s", *(f"scores by {name}, s" for name in SCORED_BY))
    print("\n| " + " | ".join(heads) + " |\n|" + " ---: |" * len(heads))
    for rows in sizes:
        file = FOLDER / f"purchases-{rows}.parquet"
        if not file.exists():
            write_purchases(rows, file)
        found = [measured("scores", str(file)) for _ in range(1 if rows > 10**7 else runs)]
        cells = [f"{median(found, name):,.0f}" for name in ("customers", "histories")]
        cells += [f"{median(found, name):.2f}" for name in ("total", *SCORED_BY)]
        print("| " + " | ".join(cells) + " |", flush=True)


def report_fit(runs: int, big: bool) -> None:
    print("\n| model | customers | Shuke's fit, s | lifetimes, s | times faster | log-likelihood, ours − theirs |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    sizes = [(name, customers) for name in ("BGNBD", "MBGNBD") for customers in (100_000, 1_000_000)]
    sizes += [("ParetoNBD", 100_000), *([("ParetoNBD", 1_000_000)] if big else [])]
    for name, customers in sizes:
        slow = (name, customers) == ("ParetoNBD", 1_000_000)  # lifetimes takes minutes
        ours, theirs = paired("fit_ours", "fit_lifetimes", f"{name}:{customers}", 1 if slow else runs)
        gain = median(ours, "log_likelihood") - median(theirs, "log_likelihood")
        print(
            f"| {name} | {customers:,} | {median(ours, 'total'):.3f} | {median(theirs, 'total'):.2f} "
            f"| {median(theirs, 'total') / median(ours, 'total'):.0f} | {gain:+.3f} |",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--big", action="store_true", help="100 M lines too")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", choices=("cycle", "scores", "fit"))
    parser.add_argument("--task", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.task:
        found = TASKS[asked.task[0]](asked.task[1])
        peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(json.dumps(found | {"peak_gb": peak_gb}))
        return
    sizes = [10**6, 10**7] + ([10**8] if asked.big else [])
    if asked.only in (None, "cycle"):
        report_cycle(sizes, asked.runs)
    if asked.only in (None, "scores"):
        report_scores(sizes[1:], asked.runs)
    if asked.only in (None, "fit"):
        report_fit(asked.runs, asked.big)


if __name__ == "__main__":
    main()
