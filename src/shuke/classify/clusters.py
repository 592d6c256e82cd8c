"""Clusters of customers beside the nine types: found, not declared, and none forced onto a type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from shuke.classify._k_means import distances_of, k_means, silhouette
from shuke.classify._ranks import Floats, Knots, floats, position_sql, sample, steadied_sql
from shuke.classify._type_sql import NEEDS
from shuke.classify.types import NineTypes
from shuke.engines import Table, literal, quoted
from shuke.kit.errors import InputError
from shuke.kit.rules import require_columns

CLUSTERED = 20_000
"""Customers whom centres are learned from, at most."""
_JUDGED = 2_000
"""Customers on whom the number of clusters is judged, since that compares each with each."""
_COLUMN = "type_cluster"
_LEAST_CUSTOMERS = 30
_LEAST_LIKE = 0.5


@dataclass(frozen=True)
class Cluster:
    """One cluster: where its centre lies, what sets it apart, and the type it is like, if any."""

    code: str
    share: float
    """Of the sample's customers."""
    centre: Mapping[str, float]
    """By indicator, where it lies between the figures below which 5 and 95 % of customers are, 0 to 1."""
    signs: tuple[str, ...]
    """What sets it apart most from all customers: codes of `sign.…`, the strongest first."""
    type: str | None
    """The type that its customers are scored highest for; None where they stand out for none."""


@dataclass(frozen=True)
class ClusterParams:
    """What `Clusters.fit` learns."""

    number: int
    """0 where there are too few customers, or nothing that tells them apart."""
    clusters: tuple[Cluster, ...]
    usual: Mapping[str, float]
    """The mean position of all customers by indicator, which stands in for what is unknown."""
    silhouettes: Mapping[int, float]
    """By number of clusters tried: how much nearer a customer is to the own cluster than to the next, −1 to 1."""
    clear: bool
    """Whether the best silhouette is at least 0.25, under which no real structure has been found."""


class Clusters:
    """Which customers are alike, whatever the types say?

    k-means (Lloyd, started by k-means++) on the indicators that the types use, each as its position between the
    figures below which 5 and 95 % of customers are, unknown ones at the mean; on 20,000 customers at most, the same on
    every engine. The number is the one from 3 to 12 with the highest mean silhouette on 2,000 of them, of those within
    0.01 of it the smallest; below 0.25 `clear` is False: a division of a continuum, useful perhaps, but nothing nature
    has made (Kaufman & Rousseeuw 1990, table 4).

    Each cluster is named by the three indicators whose mean there lies farthest from that of all, in standard
    deviations, and is like the type whose mean score is the highest there, if by half a standard deviation of scores
    above that of all. Several clusters may be like one type, and a type may have none.

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
        points, usual = _points(rows, knots)
        if len(points) < _LEAST_CUSTOMERS or not points.size or len(np.unique(points, axis=0)) < self.numbers[0]:
            self.params_ = ClusterParams(0, (), usual, {}, clear=False)
            return self
        silhouettes = {} if self.number else self._judged(points)
        centres, labels = k_means(points, self.number or _fewest_of_best(silhouettes))
        self.params_ = ClusterParams(
            len(centres),
            self._named(rows, points, centres, labels),
            usual,
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
        return table.engine.view("clusters", _label_sql(columns, knots, self.params_), t=table)

    def _knots(self) -> Mapping[str, Knots]:
        if not hasattr(self.types, "params_"):
            raise InputError("The types that Clusters rests on have not been fitted: call types.fit(table) first.")
        return self.types.params_.knots

    def _judged(self, points: Floats) -> dict[int, float]:
        few = points[:_JUDGED]
        distances = distances_of(few)
        most = min(self.numbers[1], len(np.unique(few, axis=0)) - 1)
        return {
            number: silhouette(distances, k_means(few, number)[1]) for number in range(self.numbers[0], most + 1)
        } or {self.numbers[0]: 0.0}

    def _named(self, rows: pa.Table, points: Floats, centres: Floats, labels: NDArray[np.intp]) -> tuple[Cluster, ...]:
        shares = np.bincount(labels, minlength=len(centres)) / len(labels)
        codes, spread = list(self._knots()), np.maximum(points.std(axis=0), 1e-9)
        standard = self._standard_scores(rows)
        found = []
        for place, which in enumerate(np.argsort(-shares, kind="stable"), start=1):
            apart = (centres[which] - points.mean(axis=0)) / spread
            farthest = np.argsort(-np.abs(apart), kind="stable")[:3]
            signs = tuple(f"{codes[at]}.{'high' if apart[at] > 0 else 'low'}" for at in farthest)
            centre = {code: float(at) for code, at in zip(codes, centres[which], strict=True)}
            means = {code: float(scores[labels == which].mean()) for code, scores in standard.items()}
            likest = max(means, key=lambda code: means[code], default=None) if shares[which] else None
            like = likest if likest is not None and means[likest] >= _LEAST_LIKE else None
            found.append(Cluster(f"c{place}", float(shares[which]), centre, signs, like))
        return tuple(found)

    def _standard_scores(self, rows: pa.Table) -> dict[str, Floats]:
        """The types' scores of the sample, in standard deviations from the mean of all."""
        params = self.types.params_
        raw = self.types.raw_scores(rows, params.knots)
        return {c: (raw[c] - scale.mean) / scale.sd for c, scale in params.scales.items() if scale.sd > 0}


def with_clusters(table: Table, types: NineTypes, *, bare: Table | None = None) -> Table:
    """The rows with type_cluster appended, found among the same customers as these fitted types.

    `bare`: the same customers before labels, so that finding clusters works out none.
    """
    return Clusters(types=types).fit(table if bare is None else bare).label(table)


def _points(rows: pa.Table, knots: Mapping[str, Knots]) -> tuple[Floats, dict[str, float]]:
    """Positions of the sample's customers, unknown ones at the mean, and those means."""
    lines = floats(rows, "lines")
    found, usual = [], {}
    for code, one in knots.items():
        positions = one.positions(floats(rows, code), lines)
        usual[code] = float(np.nanmean(positions)) if not np.isnan(positions).all() else 0.5
        found.append(np.where(np.isnan(positions), usual[code], positions))
    return (np.column_stack(found) if found else np.empty((len(rows), 0))), usual


def _fewest_of_best(silhouettes: Mapping[int, float]) -> int:
    best = max(silhouettes.values())
    return min(number for number, found in silhouettes.items() if found >= best - 0.01)


def _label_sql(columns: str, knots: Mapping[str, Knots], params: ClusterParams) -> str:
    """|x − c|² is least where 2x·c − |c|² is greatest, since |x|² is the same for every centre."""
    clusters = params.clusters
    steady = ", ".join(f"{steadied_sql(code, one)} AS f_{code}" for code, one in knots.items())
    places = ", ".join(
        f"coalesce({position_sql(f'f_{code}', one)}, {literal(params.usual[code])}) AS r_{code}"
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
              SELECT *, {places} FROM (SELECT *, {steady} FROM {{t}}) AS steadied
            ) AS placed
          ) AS measured
        ) AS nearest
    """
