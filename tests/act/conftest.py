"""A table of scores: what a test does not name has an ordinary value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import pyarrow as pa
import pytest

from shuke.engines import Engine, Table
from shuke.tables import SCORES

_ORDINARY: dict[str, object] = {
    "first_purchase": date(2017, 1, 5),
    "last_purchase": date(2017, 12, 21),
    "purchases": 20,
    "recency_days": 10,
    "age_days": 360,
    "typical_gap_days": 18.0,
    "tier_computed": "C",
    "tier_in_force": "C",
    "tier_next_minor": 500_00,
    "historic_value_minor": 0,
    "current_value_minor": 300_00,
    "clv_minor": 200_00,
    "churn_probability": 0.2,
    "next_purchase_due": date(2018, 1, 8),
    "value_at_risk_minor": 50_00,
    "stage": "stability",
    "stage_why_code": "steady",
    "prospect": "steady",
    "value_basis": "margin",
}

Maker = Callable[..., Table]


@pytest.fixture
def scores() -> Maker:
    """`scores(engine, stage=["decline", "former"])`: one customer for each value, named c0, c1 …"""

    def make(engine: Engine, **columns: Sequence[object]) -> Table:
        size = max(len(values) for values in columns.values())
        filled = {name: columns.get(name, [value] * size) for name, value in _ORDINARY.items()}
        filled["customer_id"] = [f"c{number}" for number in range(size)]
        return engine.from_arrow(
            "scores", pa.table({name: pa.array(v, SCORES.column(name).type) for name, v in filled.items()})
        )

    return make
