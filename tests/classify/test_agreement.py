from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest

from shuke.classify import (
    Clusters,
    NineTypes,
    agreement,
    agreement_between,
    halves_of_clusters,
    halves_of_types,
)
from shuke.kit.errors import InputError


def test_kappa_is_that_of_cohens_example():
    # Cohen (1960), table 1, as counts of 200 cases: kappa is .492... of p_o = .70 and p_e = .41.
    counts = [
        (("A", "A"), 88),
        (("A", "B"), 14),
        (("A", "C"), 18),
        (("B", "A"), 10),
        (("B", "B"), 40),
        (("B", "C"), 10),
    ]
    counts += [(("C", "A"), 2), (("C", "B"), 6), (("C", "C"), 12)]
    pairs = [pair for pair, n in counts for _ in range(n)]
    found = agreement([first for first, _ in pairs], [second for _, second in pairs])
    assert (found.customers, found.share) == (200, 0.7)
    assert found.kappa == pytest.approx((0.7 - 0.41) / (1 - 0.41))


def test_the_adjusted_rand_index_knows_no_names():
    first = ["a"] * 3 + ["b"] * 3
    found = agreement(first, ["y"] * 3 + ["x"] * 3)
    assert found.adjusted_rand == 1
    assert found.share == 0
    # Hubert & Arabie's formula by hand: one of six pairs of three each has moved.
    moved = agreement(first, ["x", "x", "y", "y", "y", "y"])
    assert moved.adjusted_rand == pytest.approx((4 - 6 * 7 / 15) / ((6 + 7) / 2 - 6 * 7 / 15))


def test_labels_by_chance_agree_no_more_than_chance():
    dice = np.random.default_rng(4)
    first, second = (dice.choice(list("abc"), 5000).tolist() for _ in range(2))
    found = agreement(first, second)
    assert found.kappa == pytest.approx(0, abs=0.03)
    assert found.adjusted_rand == pytest.approx(0, abs=0.01)


def test_where_there_is_nothing_to_compare_the_figures_are_unknown():
    assert agreement([], []).as_data() == {"customers": 0, "share": None, "kappa": None, "adjusted_rand": None}
    same = agreement(["a", "a"], ["a", "a"])
    assert (same.share, same.kappa) == (1, None)
    with pytest.raises(InputError, match="1 labels and 0"):
        agreement(["a"], [])


def test_labels_at_two_dates_are_compared_for_who_has_both(duckdb_engine):
    def at(labels):
        return duckdb_engine.from_arrow(
            "labels", pa.table({"customer_id": list(labels), "type": list(labels.values())})
        )

    before = at({"u": "retro", "v": "trendy", "w": "undetermined", "gone": "retro"})
    after = at({"u": "retro", "v": "retro", "w": "retro", "new": "trendy"})
    assert agreement_between(before, after, "type").as_data()["customers"] == 3
    found = agreement_between(before, after, "type", leave_out=("undetermined",))
    assert (found.customers, found.share) == (2, 0.5)
    assert json.loads(json.dumps(found.as_data()))["customers"] == 2


def test_types_learned_on_either_half_agree_nearly_always(duckdb_engine):
    dice = np.random.default_rng(6)
    rows = {"customer_id": [f"c{n}" for n in range(2000)], "lines": [50] * 2000}
    rows |= {code: dice.beta(2, 2, 2000) for code in NineTypes().book.indicators}
    table = duckdb_engine.from_arrow("customers", pa.table(rows))
    found = halves_of_types(NineTypes(), table)
    assert found.customers == 2000
    assert 0.7 < found.kappa < 1


def test_clusters_that_are_there_are_found_in_either_half(duckdb_engine):
    dice = np.random.default_rng(7)
    kinds = np.arange(400) % 3
    rows = {"customer_id": [f"c{n}" for n in range(400)], "lines": [50] * 400}
    rows |= {code: (kinds == place) + dice.uniform(0, 0.2, 400) for place, code in enumerate(("new_share", "variety"))}
    table = duckdb_engine.from_arrow("customers", pa.table(rows))
    clusters = Clusters(types=NineTypes().fit(table), numbers=(3, 4)).fit(table)
    assert halves_of_clusters(clusters, table).adjusted_rand > 0.95
