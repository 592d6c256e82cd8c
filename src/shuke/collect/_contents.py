"""Columns told by what is in them, where their names tell nothing."""

from __future__ import annotations

import pyarrow as pa

from shuke.collect._found import is_text
from shuke.collect.amounts import parse_amount
from shuke.collect.dates import Order, parse_moment

_ENOUGH = 0.9


def by_content(missing: list[str], sample: pa.Table, free: list[str]) -> dict[str, str]:
    """For each missing field the one free column that can be it; none where there are several or none.

    >>> by_content(["time"], pa.table({"a": ["2017-01-02", "2017-03-04"], "b": ["7", "8"]}), ["a", "b"])
    {'time': 'a'}
    """
    found: dict[str, str] = {}
    for name, looks in (("time", _looks_like_time), ("amount", _looks_like_amount), ("customer", _looks_like_customer)):
        if name not in missing:
            continue
        fitting = [column for column in free if looks(sample.column(column))]
        if len(fitting) == 1:
            found[name] = fitting[0]
            free = [column for column in free if column != fitting[0]]
    return found


def _looks_like_time(column: pa.ChunkedArray) -> bool:
    if pa.types.is_temporal(column.type):
        return True
    values = _values(column) if is_text(column.type) else []
    # Bare digits may be anything; a date that leaves no doubt has separators.
    dates = sum(not value.isdigit() and not isinstance(parse_moment(value, Order.DAY_FIRST), str) for value in values)
    return bool(values) and dates >= _ENOUGH * len(values)


def _looks_like_amount(column: pa.ChunkedArray) -> bool:
    if pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
        return True
    values = _values(column) if is_text(column.type) else []
    numbers = sum(not isinstance(parse_amount(value, "CNY"), str) for value in values)
    return numbers >= _ENOUGH * len(values) and any("." in value or "," in value for value in values)


def _looks_like_customer(column: pa.ChunkedArray) -> bool:
    """Text or whole numbers that repeat, but not just a handful of them."""
    if not is_text(column.type) and not pa.types.is_integer(column.type):
        return False
    values = _values(column)
    different = len(set(values))
    return len(values) > 20 and max(10, len(values) // 50) < different < len(values)


def _values(column: pa.ChunkedArray) -> list[str]:
    return [str(value).strip() for value in column.to_pylist() if value is not None and str(value).strip()]
