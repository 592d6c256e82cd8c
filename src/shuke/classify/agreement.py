"""Do labels stay when they are given anew: on other customers' cut-offs, or a quarter later?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from shuke.classify._ranks import Floats
from shuke.classify.clusters import Clusters
from shuke.classify.types import NineTypes
from shuke.engines import Table, quoted
from shuke.kit.errors import InputError
from shuke.kit.rules import require_columns


@dataclass(frozen=True)
class Agreement:
    """How far two labels of the same customers agree."""

    customers: int
    share: float | None
    """Customers whose two labels are the same; None without customers."""
    kappa: float | None
    """Agreement beyond chance, 1 at best, 0 as by chance. None where all have one label: chance is all there is."""
    adjusted_rand: float | None
    """For labels without names of their own (clusters): are those together in one together in the other? 1 at best, 0
    as by chance; None where it cannot be told."""

    def as_data(self) -> dict[str, float | int | None]:
        """As JSON keeps it."""
        return asdict(self)


def agreement(first: Sequence[str], second: Sequence[str]) -> Agreement:
    """How far do two labels of the same customers agree, in the same order?

    Cohen's kappa is (p_o − p_e) / (1 − p_e), p_o the share that agrees and p_e what chance would make of the two
    distributions (Cohen 1960, p. 40). The adjusted Rand index is that of Hubert & Arabie (1985), eq. 5.

    >>> agreement(["a", "a", "b", "b"], ["a", "a", "b", "a"]).as_data()
    {'customers': 4, 'share': 0.75, 'kappa': 0.5, 'adjusted_rand': 0.0}
    """
    if len(first) != len(second):
        raise InputError(f"{len(first)} labels and {len(second)}: give two of each customer, in the same order.")
    return agreement_of_counts(Counter(zip(first, second, strict=True)))


def agreement_between(before: Table, after: Table, column: str, *, leave_out: Sequence[str] = ()) -> Agreement:
    """How far do labels at two dates agree, of customers who have both?

    `leave_out`: customers with one of these codes at either date do not count (such as `undetermined`).
    """
    for table in (before, after):
        require_columns(("customer_id", column), table.columns, "agreement_between")
    label = quoted(column)
    rows = before.engine.fetch(
        f"""
        SELECT b.{label} AS first, a.{label} AS second, count(*) AS n
        FROM {{before}} AS b JOIN {{after}} AS a ON b.customer_id = a.customer_id GROUP BY b.{label}, a.{label}
        """,
        before=before,
        after=after,
    ).to_pylist()
    left = set(leave_out)
    return agreement_of_counts(
        {(row["first"], row["second"]): row["n"] for row in rows if not left & {row["first"], row["second"]}}
    )


def agreement_of_counts(counts: Mapping[tuple[str, str], int]) -> Agreement:
    """How far two labels agree, from how many customers have each pair of them."""
    total = sum(counts.values())
    if not total:
        return Agreement(0, None, None, None)
    rows: Counter[str] = Counter()
    columns: Counter[str] = Counter()
    for (first, second), n in counts.items():
        rows[first] += n
        columns[second] += n
    same = sum(n for (first, second), n in counts.items() if first == second) / total
    chance = sum(n * columns[code] for code, n in rows.items()) / total**2
    kappa = (same - chance) / (1 - chance) if chance < 1 else None
    return Agreement(total, same, kappa, _adjusted_rand(counts, rows, columns, total))


def _adjusted_rand(
    counts: Mapping[tuple[str, str], int], rows: Mapping[str, int], columns: Mapping[str, int], total: int
) -> float | None:
    """(pairs together in both − expected) / (mean of the two − expected), Hubert & Arabie (1985), eq. 5."""
    together = sum(map(_pairs, counts.values()))
    in_rows, in_columns = sum(map(_pairs, rows.values())), sum(map(_pairs, columns.values()))
    if total < 2:
        return None
    expected = in_rows * in_columns / _pairs(total)
    most = (in_rows + in_columns) / 2
    return (together - expected) / (most - expected) if most != expected else None


def _pairs(n: int) -> float:
    return n * (n - 1) / 2


def halves_of_types(types: NineTypes, table: Table) -> Agreement:
    """Would a customer have the same type if the rules had been learned from other customers?

    Customers are halved by MD5 of their id, which knows nothing of them. Ranks and spreads are learned on each half by
    itself; then each customer is labelled by both.
    """
    labels = [NineTypes(book=types.book, indicators=types.indicators).fit(half).label(table) for half in _halves(table)]
    return agreement_between(labels[0], labels[1], "type")


def halves_of_clusters(clusters: Clusters, table: Table) -> Agreement:
    """Would the same customers be together if the clusters had been found among other customers?

    As `halves_of_types`; since clusters have no names of their own, `adjusted_rand` is the figure to look at.
    """
    labels = []
    for half in _halves(table):
        types = NineTypes(book=clusters.types.book, indicators=clusters.types.indicators).fit(half)
        labels.append(Clusters(types=types, number=clusters.params_.number or None).fit(half).label(table))
    return agreement_between(labels[0], labels[1], "type_cluster")


def _halves(table: Table) -> tuple[Table, Table]:
    require_columns(("customer_id",), table.columns, "Halving")
    sql = "SELECT * FROM {{t}} WHERE substr(md5(customer_id), 32, 1) {which} ('0', '2', '4', '6', '8', 'a', 'c', 'e')"
    first, second = (table.engine.view("half", sql.format(which=which), t=table) for which in ("IN", "NOT IN"))
    return first, second


def kappa_error(found: Agreement) -> float | None:
    """The standard error of kappa, roughly: √(p_o(1 − p_o) / n) / (1 − p_e) (Cohen 1960, eq. 7)."""
    if found.share is None or found.kappa is None or found.kappa == 1:
        return 0.0 if found.kappa == 1 else None
    rest = (1 - found.share) / (1 - found.kappa)
    error: Floats = np.sqrt(found.share * (1 - found.share) / found.customers) / rest
    return float(error)
