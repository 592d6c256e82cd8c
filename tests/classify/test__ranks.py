"""Ranks told by SQL are those told by arithmetic, on every cut and between them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from shuke.classify._ranks import Knots, rank_sql


@pytest.mark.parametrize(
    "figures",
    [tuple(range(10)), (0.0,) * 10, (0.0, 0.0, 0.0, 0.25, 0.5, 0.5, 1.0, 1.0, 1.0, 1.0)],
    ids=["all apart", "all alike", "some alike"],
)
def test_halving_gives_the_rank_that_counting_gives(engine, figures):
    knots = Knots(0.0, tuple(float(figure) for figure in figures), 0)
    asked = np.unique([*figures, *(figure + 0.1 for figure in figures), -1.0, 99.0])
    table = engine.from_arrow("asked", pa.table({"x": asked}))
    found = engine.fetch(f"SELECT {rank_sql('x', knots)} AS rank FROM {{t}} ORDER BY x", t=table)["rank"].to_pylist()
    assert found == pytest.approx(knots.ranks(asked, np.ones(len(asked))).tolist())
