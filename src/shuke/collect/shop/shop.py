"""The shop as a whole: its settings, and its tables chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from shuke.collect.shop import accounts, books, service
from shuke.collect.shop.booked import purchases
from shuke.collect.shop.files import FILES, ParquetFile
from shuke.collect.shop.scene import Scene
from shuke.collect.shop.seasons import LAST, OPENED, number_of
from shuke.collect.shop.surveys import surveys
from shuke.collect.shop.truth import truth
from shuke.kit.errors import InputError
from shuke.kit.files import whole
from shuke.tables import (
    SHOP_BRANCHES,
    SHOP_CAMPAIGN_MEMBERS,
    SHOP_CAMPAIGNS,
    SHOP_COMPLAINTS,
    SHOP_CONTRACTS,
    SHOP_CUSTOMERS,
    SHOP_PAYMENTS,
    SHOP_PRODUCTS,
    SHOP_PURCHASES,
    SHOP_REFERRALS,
    SHOP_STAFF,
    SHOP_SURVEYS,
    SHOP_TRUTH,
    TOUCHES,
    Contract,
)

Told = Callable[[int], None]
ToldAll = Callable[[int, int], None]
SIZES = (100, 5_000_000)
"""The fewest and the most customers of a shop."""
DEFAULT_CUSTOMERS, DEFAULT_SEED = 2000, 1
CHUNK = 10_000
"""Customers made at a time, in some 500 MB. What comes out does not depend on it."""

_OF_CUSTOMERS: Mapping[str, tuple[Contract, Callable[[Scene], pa.Table]]] = {
    "customers": (SHOP_CUSTOMERS, books.customers),
    "purchases": (SHOP_PURCHASES, purchases),
    "touches": (TOUCHES, service.touches),
    "complaints": (SHOP_COMPLAINTS, service.complaints),
    "surveys": (SHOP_SURVEYS, surveys),
    "referrals": (SHOP_REFERRALS, books.referrals),
    "campaign_members": (SHOP_CAMPAIGN_MEMBERS, books.campaign_members),
    "payments": (SHOP_PAYMENTS, accounts.payments),
    "contracts": (SHOP_CONTRACTS, accounts.contracts),
    "truth": (SHOP_TRUTH, truth),
}
_OF_THE_BUSINESS: Mapping[str, tuple[Contract, Callable[[], pa.Table]]] = {
    "branches": (SHOP_BRANCHES, books.branches),
    "staff": (SHOP_STAFF, books.staff),
    "products": (SHOP_PRODUCTS, books.products),
    "campaigns": (SHOP_CAMPAIGNS, books.campaigns),
}
TABLES = (*_OF_THE_BUSINESS, *_OF_CUSTOMERS)
"""Names of the shop's tables; `truth` is the one that no business has."""


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
        _, parts = self.parts(name, chunk=chunk)
        return pa.concat_tables(parts).combine_chunks()

    def parts(self, name: str, *, chunk: int = CHUNK) -> tuple[Contract, Iterator[pa.Table]]:
        """What one table promises, and its rows a chunk of customers at a time.

        Raises InputError for a name that is none of TABLES.
        """
        if name in _OF_THE_BUSINESS:
            contract, whole = _OF_THE_BUSINESS[name]
            return contract, iter([whole()])
        if name not in _OF_CUSTOMERS:
            raise InputError.of("error.shop.unknown_table", name=name, known=", ".join(TABLES))
        contract, make = _OF_CUSTOMERS[name]
        return contract, (make(scene) for scene in self.scenes(chunk))

    def write(self, name: str, path: Path, *, told: Told = lambda _: None) -> int:
        """One table as a Parquet file, money in major units; how many rows it has. Memory holds one chunk."""
        contract, parts = self.parts(name)
        with ParquetFile(contract, path) as file:
            for part in parts:
                file.write(part)
                told(file.rows)
        return file.rows

    def write_all(self, folder: Path, *, kind: str = "parquet", told: ToldAll = lambda *_: None) -> dict[str, int]:
        """All tables into a folder as `kind` files, parquet or csv, in one pass; how many rows each has.

        `told` hears how many customers are done, of how many. No table is there before all are done; what is stopped
        leaves nothing but, where the process was killed, its `unfinished`.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for path in unfinished(folder):
            path.unlink()
        with ExitStack() as stack:
            paths = {name: stack.enter_context(whole(folder / f"{name}.{kind}")) for name in TABLES}
            files = {name: stack.enter_context(FILES[kind](self.parts(name)[0], path)) for name, path in paths.items()}
            for name in _OF_THE_BUSINESS:
                files[name].write(self.table(name))
            for scene in self.scenes():
                for name, (_, make) in _OF_CUSTOMERS.items():
                    files[name].write(make(scene))
                told(scene.end, self.customers)
        return {name: file.rows for name, file in files.items()}


def unfinished(folder: Path) -> list[Path]:
    """The parts of tables in a folder where `write_all` was killed."""
    names = {f"{name}.{kind}.part" for name in TABLES for kind in FILES}
    return sorted(path for path in folder.glob("*.part") if path.name in names)
