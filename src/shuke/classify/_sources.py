"""Where the figures of customers come from, and what of it is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from shuke.engines import Table

_OPTIONAL = ("discount_minor", "coupon_minor", "quantity", "product_id", "category", "channel")
POINTS = ("function", "economy", "feeling")
BOUGHT = "amount_minor > 0 AND purchased_on <= {as_of}"
"""Lines that a customer chose; returns are not."""


@dataclass(frozen=True)
class Sources:
    """Where indicators come from, and which columns of it hold anything (`purchases.category`, `surveys.nps` …)."""

    purchases: Table
    as_of: date
    products: Table | None
    surveys: Table | None
    present: frozenset[str]

    @classmethod
    def of(cls, purchases: Table, as_of: date, products: Table | None, surveys: Table | None) -> Self:
        present = {f"purchases.{name}" for name in ("customer_id", "purchased_on", "amount_minor")}
        present |= {f"purchases.{name}" for name in _filled(purchases, _OPTIONAL)}
        if products is not None:
            present |= {f"products.{name}" for name in _filled(products, ("launched_on", "selling_point"))}
        if surveys is not None:
            asked = surveys.engine.fetch(
                "SELECT DISTINCT question FROM {t} WHERE score IS NOT NULL AND asked_on <= {as_of}",
                t=surveys,
                as_of=as_of,
            )
            present |= {f"surveys.{question}" for question in asked["question"].to_pylist()}
        return cls(purchases, as_of, products, surveys, frozenset(present))

    def has(self, name: str) -> bool:
        """Whether a column of purchases holds anything."""
        return f"purchases.{name}" in self.present

    def lacking(self, needs: Sequence[str]) -> tuple[str, ...]:
        """Those of the columns that are not there."""
        return tuple(need for need in needs if need not in self.present)


def _filled(table: Table, names: Sequence[str]) -> list[str]:
    """Which of the columns are there and hold anything. Asked one by one: each answer ends at the first value."""
    there = [name for name in names if name in table.columns]
    sql = "SELECT 1 AS one FROM {{t}} WHERE {name} IS NOT NULL LIMIT 1"
    return [name for name in there if len(table.engine.fetch(sql.format(name=name), t=table))]
