"""The shop as a whole: its settings, and its tables chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from shuke.collect.shop.booked import purchases
from shuke.collect.shop.files import Told, write_parquet
from shuke.collect.shop.scene import Scene
from shuke.collect.shop.seasons import LAST, OPENED, number_of
from shuke.collect.shop.truth import truth
from shuke.kit.errors import InputError
from shuke.tables import SHOP_PURCHASES, SHOP_TRUTH, Contract

SIZES = (100, 5_000_000)
"""The fewest and the most customers of a shop."""
DEFAULT_CUSTOMERS, DEFAULT_SEED = 2000, 1
CHUNK = 10_000
"""Customers made at a time: some 200 MB. What comes out does not depend on it."""

_OF_CUSTOMERS: dict[str, tuple[Contract, Callable[[Scene], pa.Table]]] = {
    "purchases": (SHOP_PURCHASES, purchases),
    "truth": (SHOP_TRUTH, truth),
}


@dataclass(frozen=True)
class Shop:
    """A business that never was, of as many customers as asked for, and what is true of each of them.

    It opened on 2018-01-01 and its file ends on 2024-12-31. With a later `first_day` the file begins in mid-life: all
    that happened before is true, and not in the tables.

    Customer i of a seed is the same in every shop, whatever its size: purchases, card, answers and truth. So are the
    branches, the staff and the goods, whatever the seed.

    >>> shop = Shop(100)
    >>> shop.table("purchases").column_names[:3]
    ['customer_id', 'purchased_at', 'order_id']
    >>> shop.table("truth").num_rows
    100
    """

    customers: int = DEFAULT_CUSTOMERS
    seed: int = DEFAULT_SEED
    first_day: date = OPENED

    def __post_init__(self) -> None:
        least, most = SIZES
        if not least <= self.customers <= most:
            raise InputError.of("error.shop.size", size=self.customers, least=least, most=most)
        if not 0 <= self.seed < 2**32:
            raise InputError.of("error.shop.seed", seed=self.seed, most=2**32 - 1)
        if not OPENED <= self.first_day < LAST:
            raise InputError.of("error.shop.first_day", day=self.first_day, opened=OPENED, last=LAST)

    def scenes(self, chunk: int = CHUNK) -> Iterator[Scene]:
        """What happened to the customers, so many at a time."""
        for first in range(0, self.customers, chunk):
            end = min(first + chunk, self.customers)
            yield Scene(self.seed, first, end, number_of(self.first_day))

    def table(self, name: str, *, chunk: int = CHUNK) -> pa.Table:
        """One table in memory. Money is in minor units; rows come customer by customer."""
        contract, make = _known(name)
        parts = [make(scene) for scene in self.scenes(chunk)]
        return pa.concat_tables(parts).cast(contract.schema)

    def write(self, name: str, path: Path, *, told: Told = lambda rows: None) -> int:
        """One table as a Parquet file, money in major units; how many rows it has. Memory holds one chunk."""
        contract, make = _known(name)
        return write_parquet(contract, (make(scene) for scene in self.scenes()), path, told)


def _known(name: str) -> tuple[Contract, Callable[[Scene], pa.Table]]:
    if name not in _OF_CUSTOMERS:
        raise InputError.of("error.shop.unknown_table", name=name, known=", ".join(_OF_CUSTOMERS))
    return _OF_CUSTOMERS[name]
