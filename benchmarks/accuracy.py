"""How well does Shuke foresee what customers buy, against the models of lifetimes, on data that none of them has seen?

    make accuracy                        CDNOW (all, and the tenth of the papers), Complete Journey, demo:shop
    make accuracy DATA=purchases.csv     any file of purchases, or several; columns are found out, or named:
    python benchmarks/accuracy.py --data lines.parquet --customer buyer --time paid_at --amount total

Each data set is cut at three days; models see what was bought up to the day and forecast the quarter of the data's span
after it. *Shuke* is `shuke.run` on those purchases: whichever model it chooses from them is what is judged. All in one
process, on the same purchase days. `--each` adds each of our models alone, `--docs` writes the tables into
docs/accuracy.md and its translation.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from accuracy_data import DEFAULT, Origin, origins, purchases_of
from accuracy_measures import Differences, Measures, differences, measured
from accuracy_models import PEERS, Answer, one_of_ours, ours

from shuke.collect import Purchases
from shuke.value import CANDIDATES

OURS = "Shuke"
Asked = Callable[[Purchases, Origin], Answer]


@dataclass(frozen=True)
class Judged:
    """One data set: what each model was worth on it, and how ours compares with each of theirs."""

    data: str
    customers: tuple[int, ...]
    days: tuple[str, ...]
    horizon_days: int
    models: dict[str, Measures]
    against: dict[str, Differences]

    @property
    def theirs(self) -> dict[str, Measures]:
        return {name: found for name, found in self.models.items() if name in PEERS and not found.failed}

    def best_of_theirs(self, figure: str) -> str:
        """The one that ours is compared with, by a figure: the highest log score, the least of an error."""
        best = max if figure == "log_score" else min
        return best(self.theirs, key=lambda name: float(getattr(self.theirs[name], figure)))


def judged(data: str, asked: Mapping[str, Asked], columns: Mapping[str, str]) -> Judged:
    purchases = purchases_of(data, **columns)
    looks = origins(purchases)
    answers: dict[str, list[Answer]] = {}
    for name, ask in asked.items():
        began = time.perf_counter()
        answers[name] = [ask(purchases, origin) for origin in looks]
        print(f"{data}: {name}, {time.perf_counter() - began:.1f} s", file=sys.stderr, flush=True)
    return Judged(
        data=data if data in DEFAULT else Path(data).name,
        customers=tuple(len(origin.x) for origin in looks),
        days=tuple(origin.as_of.isoformat() for origin in looks),
        horizon_days=looks[0].horizon_days,
        models={name: measured(looks, given) for name, given in answers.items()},
        against={name: differences(looks, answers[OURS], given) for name, given in answers.items() if name in PEERS},
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", default=list(DEFAULT), help="names or paths")
    for column in ("customer", "time", "amount"):
        parser.add_argument(f"--{column}", help="the column's name in the files; found out where not given")
    parser.add_argument("--each", action="store_true", help="each of our models alone, too")
    parser.add_argument("--docs", action="store_true", help="write the tables into docs/accuracy.md")
    told = parser.parse_args()
    asked: dict[str, Asked] = {OURS: ours, **PEERS}
    if told.each:
        asked |= {f"{OURS}, {one.code} alone": one_of_ours(one) for one in CANDIDATES}
    columns = {name: getattr(told, name) for name in ("customer", "time", "amount") if getattr(told, name)}
    found = [judged(data, asked, columns) for data in told.data]
    from accuracy_tables import tables, write_docs

    print(tables(found, "en"))
    if told.docs:
        write_docs(found)


if __name__ == "__main__":
    main()
