"""One shop of a thousand customers for all tests: made once, read by column."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa
import pytest

from shuke.collect.shop import Shop


class Seen:
    """The tables of a shop, each made when first asked for."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.table = cache(shop.table)

    def column(self, table: str, name: str) -> np.ndarray:
        return np.asarray(self.table(table)[name].to_pylist())

    def customers(self, table: str, name: str = "customer_id") -> np.ndarray:
        """Customers as numbers, from 0."""
        return np.array([int(one[1:]) - 1 for one in self.table(table)[name].to_pylist()], dtype=np.int64)

    def days(self, table: str, name: str) -> np.ndarray:
        return self.table(table)[name].cast(pa.date32()).cast(pa.int32()).to_numpy()


@pytest.fixture(scope="session")
def seen() -> Seen:
    return Seen(Shop(1000))
