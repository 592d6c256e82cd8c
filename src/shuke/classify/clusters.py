"""Clusters of customers beside the nine types: found, not declared, and none forced onto a type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from shuke.classify._k_means import k_means, silhouette
from shuke.classify._ranks import Floats, Knots, rank_sql, ranks_of, sample, steadied_sql
from shuke.classify._type_sql import NEEDS
from shuke.classify.types import NineTypes
from shuke.engines import Table, literal, quoted
from shuke.kit.errors import InputError
from shuke.kit.rules import require_columns

CLUSTERED = 20_000
"""Customers whom centres are learned from, at most."""
_JUDGED = 1_500
"""Customers on whom the number of clusters is judged, since that compares each with each."""
_COLUMN = "type_cluster"
_LEAST_CUSTOMERS = 30


@dataclass(frozen=True)
class Cluster:
    """One cluster: where its centre lies, what sets it apart, and the type it is like, if any."""

    code: str
    share: float
    """Of the sample's customers."""
    centre: Mapping[str, float]
    """The mean rank of its customers by indicator, 0 to 1."""
    signs: tuple[str, ...]
    """What sets it apart most from all customers: codes of `sign.…`, the strongest first."""
    type: str | None
    """The type its centre is scored highest for; None where it stands out for none."""


@dataclass(frozen=True)
class ClusterParams:
    """What `Clusters.fit` learns."""

    number: int
    """0 where there are too few customers, or nothing that tells them apart."""
    clusters: tuple[Cluster, ...]
    silhouettes: Mapping[int, float]
    """By number of clusters tried: how much nearer a customer is to the own cluster than to the next, −1 to 1."""
    clear: bool
    """Whether the best silhouette is at least 0.25, under which no real structure has been found."""


class Clusters:
    """Which customers are alike, whatever the types say?

    k-means (Lloyd, started by k-means++) on the ranks of the indicators that the types use, unknown ones in the
    middle; on 20,000 customers at most, the same on every engine. The number is the one from 3 to 12 with the highest
    mean silhouette on 1,500 of them, of those within 0.01 of it the smallest; below 0.25 `clear` is False: a division
    of a continuum, useful perhaps, but nothing nature has made (Kaufman & Rousseeuw 1990, table 4).

    Each cluster is named by the three indicators whose mean there lies farthest from that of all, and is like a type if
    its centre's score is the highest for it and at least half a standard deviation of scores above the mean. Several
    clusters may be like one type, and a type may have none.

    `label` appends type_cluster (c1 the largest, c2 …; null where no clusters were found).

    >>> import numpy as np
    >>> from shuke.engines import DuckDBEngine
    >>> spread = np.random.default_rng(1).uniform(0, 0.1, 60)
    >>> there = np.repeat([0.1, 0.5, 0.9], 20)
    >>> rows = {"customer_id": [f"c{n:02}" for n in range(60)], "lines": [50] * 60,
    ...         "function_share": there + spread, "new_share": np.roll(there, 20) + spread[::-1]}
    >>> with DuckDBEngine() as engine:
    ...     customers = engine.from_arrow("customers", pa.table(rows))
    ...     clusters = Clusters(types=NineTypes().fit(customers)).fit(customers)
    >>> clusters.params_.number, clusters.params_.clear
    (3, True)

    Source: 000_7281ac552204e346.txt (依据聚类大概归到九种); mission 3.3 and 3.7.
    """

    def __init__(self, *, types: NineTypes, number: int | None = None, numbers: tuple[int, int] = (3, 12)) -> None:
        self.types = types
        self.number = number
        self.numbers = numbers

    def fit(self, table: Table) -> Self:
        """Find the clusters; the types must have been fitted."""
        knots = self._knots()
        require_columns([*NEEDS, *knots], table.columns, "Clusters")
        rows = sample(table, [*NEEDS, *knots], customers=CLUSTERED)
        points = _points(rows, knots)
        if len(points) < _LEAST_CUSTOMERS or not points.size or len(np.unique(points, axis=0)) < self.numbers[0]:
            self.params_ = ClusterParams(0, (), {}, clear=False)
            return self
        silhouettes = {} if self.number else self._judged(points)
        number = self.number or _fewest_of_best(silhouettes)
        centres, labels = k_means(points, number)
        self.params_ = ClusterParams(
            len(centres),
            self._named(points, centres, labels),
            silhouettes,
            clear=max(silhouettes.values(), default=0.0) >= 0.25,
        )
        return self

    def label(self, table: Table) -> Table:
        """The same rows with the cluster appended: the one whose centre is nearest."""
        if not hasattr(self, "params_"):
            raise InputError("These Clusters have not been fitted: call fit(table) first.")
        knots = self._knots()
        require_columns([*NEEDS, *knots], table.columns, "Clusters")
        columns = ", ".join(quoted(name) for name in table.columns if name != _COLUMN)
        if not self.params_.clusters:
            return table.engine.view(
                "clusters", f"SELECT {columns}, CAST(NULL AS VARCHAR) AS {_COLUMN} FROM {{t}}", t=table
            )
        return table.engine.view("clusters", _label_sql(columns, knots, self.params_.clusters), t=table)

    def _knots(self) -> Mapping[str, Knots]:
        if not hasattr(self.types, "params_"):
            raise InputError("The types that Clusters rests on have not been fitted: call types.fit(table) first.")
        return self.types.params_.knots

    def _judged(self, points: Floats) -> dict[int, float]:
        few = points[:_JUDGED]
        most = min(self.numbers[1], len(np.unique(few, axis=0)) - 1)
        return {
            number: silhouette(few, k_means(points, number)[1][:_JUDGED]) for number in range(self.numbers[0], most + 1)
        } or {self.numbers[0]: 0.0}

    def _named(self, points: Floats, centres: Floats, labels: NDArray[np.intp]) -> tuple[Cluster, ...]:
        shares = np.bincount(labels, minlength=len(centres)) / len(labels)
        codes, usual = list(self._knots()), points.mean(axis=0)
        found = []
        for place, which in enumerate(np.argsort(-shares, kind="stable"), start=1):
            apart = centres[which] - usual
            farthest = np.argsort(-np.abs(apart), kind="stable")[:3]
            signs = tuple(f"{codes[at]}.{'high' if apart[at] > 0 else 'low'}" for at in farthest)
            centre = dict(zip(codes, (float(x) for x in centres[which]), strict=True))
            found.append(Cluster(f"c{place}", float(shares[which]), centre, signs, self._type_of(centre)))
        return tuple(found)

    def _type_of(self, centre: Mapping[str, float]) -> str | None:
        """The type whose score of the centre is farthest above the mean, if by half a standard deviation."""
        scales = self.types.params_.scales
        best, highest = None, 0.5
        for cell in self.types.book.cells:
            known = {code: weight for code, weight in cell.weights.items() if code in centre}
            scale, total = scales[cell.code], sum(abs(weight) for weight in known.values())
            if not scale.sd or not total:
                continue
            raw = 0.5 + sum(weight * (centre[code] - 0.5) for code, weight in known.items()) / total
            if (raw - scale.mean) / scale.sd >= highest:
                best, highest = cell.code, (raw - scale.mean) / scale.sd
        return best


def _points(rows: pa.Table, knots: Mapping[str, Knots]) -> Floats:
    found = [np.where(np.isnan(ranks), 0.5, ranks) for ranks in ranks_of(rows, knots).values()]
    return np.column_stack(found) if found else np.empty((len(rows), 0))


def _fewest_of_best(silhouettes: Mapping[int, float]) -> int:
    best = max(silhouettes.values())
    return min(number for number, found in silhouettes.items() if found >= best - 0.01)


def _label_sql(columns: str, knots: Mapping[str, Knots], clusters: tuple[Cluster, ...]) -> str:
    """|x − c|² is least where 2x·c − |c|² is greatest, since |x|² is the same for every centre."""
    steady = ", ".join(f"{steadied_sql(code, one)} AS f_{code}" for code, one in knots.items())
    ranks = ", ".join(
        f"CASE WHEN f_{code} IS NULL THEN CAST(0.5 AS DOUBLE) ELSE {rank_sql(f'f_{code}', one)} END AS r_{code}"
        for code, one in knots.items()
    )
    nearness = ", ".join(
        " + ".join(f"{literal(2 * at)} * r_{code}" for code, at in one.centre.items())
        + f" - {literal(sum(at * at for at in one.centre.values()))} AS n_{one.code}"
        for one in clusters
    )
    names = [f"n_{one.code}" for one in clusters]
    most = f"greatest({', '.join(names)})" if len(names) > 1 else names[0]
    whens = " ".join(f"WHEN n_{one.code} = n_most THEN {literal(one.code)}" for one in clusters)
    return f"""
        SELECT {columns}, CASE {whens} END AS {_COLUMN} FROM (
          SELECT *, {most} AS n_most FROM (
            SELECT *, {nearness} FROM (
              SELECT *, {ranks} FROM (SELECT *, {steady} FROM {{t}}) AS steadied
            ) AS ranked
          ) AS measured
        ) AS nearest
    """
