"""Small tables of customers: what a test does not name has an ordinary value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pyarrow as pa
import pytest

from shuke.classify import with_facts
from shuke.engines import Engine, Table

AS_OF = date(2017, 12, 31)

_ORDINARY: dict[str, object] = {
    "recency_days": 10,
    "purchases": 5,
    "age_days": 200,
    "typical_gap_days": 20.0,
    "left_truncated": False,
    "spend_minor": 100_00,
    "current_value_minor": 10_00,
    "historic_value_minor": 0,
    "probability_alive": None,
    "churn_probability": None,
}
_FLOATS = ("typical_gap_days", "probability_alive", "churn_probability", "expected_purchases")
_TEXTS = ("customer_id", "tier_computed", "tier_in_force")

Maker = Callable[..., Table]


@pytest.fixture
def customers() -> Maker:
    """`customers(engine, recency_days=[1, 2])`: one customer for each value, named c000000, c000001 …"""

    def make(engine: Engine, **columns: Sequence[object]) -> Table:
        size = max((len(values) for values in columns.values()), default=0)
        filled = {name: columns.get(name, [value] * size) for name, value in _ORDINARY.items()}
        filled |= columns
        filled.setdefault("customer_id", [f"c{number:06d}" for number in range(size)])
        filled.setdefault("last_purchase", [AS_OF - timedelta(days=int(days)) for days in filled["recency_days"]])
        types = {name: pa.float64() for name in _FLOATS} | {"last_purchase": pa.date32(), "left_truncated": pa.bool_()}
        types |= dict.fromkeys(_TEXTS, pa.string())
        return engine.from_arrow(
            "customers", pa.table({name: pa.array(v, types.get(name, pa.int64())) for name, v in filled.items()})
        )

    return make


@pytest.fixture
def known() -> Callable[[Table], Table]:
    """`known(customers(…))`: with indicators, trait scores and signs, of one purchase each and no facts beside."""

    def make(table: Table) -> Table:
        sql = "SELECT customer_id, last_purchase AS purchased_on, spend_minor AS amount_minor FROM {t}"
        return with_facts(table, table.engine.keep("purchases", sql, t=table), as_of=AS_OF)

    return make
