"""A few purchases, and a ledger in a folder with a Chinese and spaced name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from shuke.ledger import Ledger
from shuke.tables import PURCHASES, SCORES, Column

Lines = Callable[..., pa.Table]


def purchase_lines(*customers: str, file: str = "一月.csv", amount_minor: int = 100) -> pa.Table:
    """One line for each customer named, on days that follow each other."""
    rows = [
        {
            "customer_id": customer,
            "purchased_on": date(2024, 1, 1 + row % 28),
            "amount_minor": amount_minor,
            "source_file": file,
            "source_row": row + 2,
        }
        for row, customer in enumerate(customers)
    ]
    return pa.Table.from_pylist(rows, schema=PURCHASES.schema)


@pytest.fixture
def lines() -> Lines:
    return purchase_lines


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "账本 一号"


@pytest.fixture
def ledger(folder: Path) -> Ledger:
    return Ledger(folder)


def _one_value(column: Column, customer: str) -> object:
    if column.name == "customer_id":
        return customer
    if column.nullable:
        return None
    values = {pa.string(): "A", pa.int64(): 1, pa.float64(): 0.5, pa.date32(): date(2024, 1, 1), pa.bool_(): False}
    return values[column.type]


def scores_of(*customers: str) -> pa.Table:
    """A row of scores for each customer named; what they say does not matter here."""
    rows = [{column.name: _one_value(column, customer) for column in SCORES.columns} for customer in customers]
    return pa.Table.from_pylist(rows, schema=SCORES.schema)


@pytest.fixture
def score_rows() -> Lines:
    return scores_of
