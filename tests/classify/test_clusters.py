from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from shuke.classify import Clusters, NineTypes
from shuke.classify._k_means import distances_of, k_means, silhouette
from shuke.kit.errors import InputError
from shuke.kit.text import template

KINDS = {"trendy": (0.9, 0.1, 0.9), "calculating": (0.1, 0.9, 0.1), "far": (0.1, 0.9, 0.9), "old": (0.9, 0.1, 0.1)}


def customers(engine, size=120, kinds=tuple(KINDS), seed=3):
    """Customers of a few kinds that are far apart."""
    dice = np.random.default_rng(seed)
    which = [kinds[n % len(kinds)] for n in range(size)]
    figures = np.array([KINDS[kind] for kind in which]).reshape(size, 3) + dice.uniform(-0.05, 0.05, (size, 3))
    rows = {"customer_id": [f"c{n:04}" for n in range(size)], "lines": [60] * size, "kind": which}
    names = ("function_share", "economy_share", "new_share")
    rows |= {name: figures[:, place] for place, name in enumerate(names)}
    rows["known_share"] = 1 - figures[:, 2]
    return engine.from_arrow("customers", pa.table(rows))


def fitted(table, **settings):
    return Clusters(types=NineTypes().fit(table), **settings).fit(table)


def test_kinds_that_are_far_apart_are_found_each_as_one_cluster(duckdb_engine):
    table = customers(duckdb_engine)
    clusters = fitted(table)
    assert clusters.params_.number == 4
    assert clusters.params_.clear
    sql = "SELECT kind, type_cluster, count(*) AS n FROM {t} GROUP BY ALL"
    found = table.engine.fetch(sql, t=clusters.label(table)).to_pylist()
    assert len(found) == 4
    assert {row["n"] for row in found} == {30}
    assert sum(one.share for one in clusters.params_.clusters) == pytest.approx(1)


def test_each_cluster_is_named_by_what_sets_it_apart_and_matched_to_the_type_it_is_like(duckdb_engine):
    table = customers(duckdb_engine)
    clusters = fitted(table)
    sql = "SELECT DISTINCT kind, type_cluster FROM {t}"
    kinds = {row["type_cluster"]: row["kind"] for row in table.engine.fetch(sql, t=clusters.label(table)).to_pylist()}
    found = {kinds[one.code]: one for one in clusters.params_.clusters}
    assert found["trendy"].type == "trendy"
    assert found["calculating"].type == "calculating"
    assert found["far"].type == "far_sighted"
    assert set(found["calculating"].signs) <= {
        "function_share.low",
        "economy_share.high",
        "new_share.low",
        "known_share.high",
    }
    assert all(template(f"sign.{sign}", "en") for one in found.values() for sign in one.signs)


def test_several_clusters_may_be_like_one_type_and_types_may_have_none(duckdb_engine):
    clusters = fitted(customers(duckdb_engine), number=12)
    types = [one.type for one in clusters.params_.clusters]
    assert len(set(types)) < len(types) == 12
    assert set(NineTypes().book.codes) - set(types)


def test_chance_gives_no_clear_clusters(duckdb_engine):
    dice = np.random.default_rng(5)
    rows = {"customer_id": [f"c{n}" for n in range(300)], "lines": [60] * 300}
    rows |= {name: dice.uniform(0, 1, 300) for name in ("function_share", "economy_share", "new_share", "variety")}
    clusters = fitted(duckdb_engine.from_arrow("customers", pa.table(rows)), numbers=(3, 5))
    assert not clusters.params_.clear
    assert list(clusters.params_.silhouettes) == [3, 4, 5]


@pytest.mark.parametrize("size", [0, 1, 20])
def test_too_few_customers_give_no_clusters_and_the_column_is_empty(duckdb_engine, size):
    table = customers(duckdb_engine, size)
    clusters = fitted(table)
    assert clusters.params_.number == 0
    assert set(clusters.label(table).to_arrow()["type_cluster"].to_pylist()) <= {None}


def test_customers_who_are_all_alike_give_no_clusters(duckdb_engine):
    rows = {"customer_id": [f"c{n}" for n in range(60)], "lines": [60] * 60, "new_share": [0.5] * 60}
    table = duckdb_engine.from_arrow("customers", pa.table(rows))
    assert fitted(table).params_.number == 0


def test_types_must_be_fitted_first(duckdb_engine):
    table = customers(duckdb_engine, 40)
    with pytest.raises(InputError, match=r"types\.fit"):
        Clusters(types=NineTypes()).fit(table)
    with pytest.raises(InputError, match="have not been fitted"):
        Clusters(types=NineTypes().fit(table)).label(table)


def test_a_centre_is_the_mean_of_its_points_and_each_point_goes_to_the_nearest():
    points = np.random.default_rng(1).normal(size=(200, 2))
    centres, labels = k_means(points, 5)
    for place, centre in enumerate(centres):
        assert points[labels == place].mean(axis=0) == pytest.approx(centre)
    distances = ((points[:, None, :] - centres) ** 2).sum(axis=2)
    assert (distances.argmin(axis=1) == labels).all()


def test_the_silhouette_is_that_of_the_definition():
    points = np.array([[0.0], [2.0], [10.0], [14.0], [30.0]])
    labels = np.array([0, 0, 1, 1, 2])

    def by_hand(at):
        own = [abs(points[at, 0] - points[n, 0]) for n in range(5) if labels[n] == labels[at] and n != at]
        others = [
            np.mean([abs(points[at, 0] - points[n, 0]) for n in range(5) if labels[n] == code])
            for code in set(labels.tolist()) - {labels[at]}
        ]
        return (min(others) - np.mean(own)) / max(min(others), np.mean(own)) if own else 0.0

    assert silhouette(distances_of(points), labels) == pytest.approx(np.mean([by_hand(at) for at in range(5)]))
