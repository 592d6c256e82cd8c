"""Odd ways of writing dates and amounts: each distinct one is read once in Python and joined back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from shuke.collect import amounts, dates
from shuke.collect._found import TEXT
from shuke.collect.amounts import Style
from shuke.collect.dates import Order
from shuke.engines import Engine, Table

MONEY_SCHEMA = pa.schema([("key", TEXT), ("value", pa.decimal128(18, 4)), ("why", TEXT)])
DAY_SCHEMA = pa.schema(
    [("key", TEXT), ("day_of", pa.date32()), ("second_of", pa.int64()), ("offset_of", pa.int64()), ("why", TEXT)]
)
CLOCK_SCHEMA = pa.schema([("key", TEXT), ("second_of", pa.int64()), ("offset_of", pa.int64()), ("why", TEXT)])


def money_lookup(keys: Table, currency: str, decimals: int, known: Style, path: Path) -> Table:
    """Each distinct text of a money column, its value and why it has none."""
    style = known
    for texts in _texts(keys):
        style = amounts.style_of(texts, style)

    def row(text: str) -> tuple[Any, ...]:
        found = amounts.parse_amount(text, currency, style)
        return (text, None, found) if isinstance(found, str) else (text, amounts.rounded(found, decimals), None)

    return _looked_up(keys, row, MONEY_SCHEMA, path)


def day_lookup(keys: Table, order: Order, path: Path, zone: ZoneInfo | None = None) -> Table:
    """Each distinct text of a time column, its day (in `zone` where one is given), second and offset, and why it has
    none."""
    if order is Order.UNKNOWN:
        for texts in _texts(keys):
            order = dates.order_of(texts, order)

    def row(text: str) -> tuple[Any, ...]:
        found = dates.parse_moment(text, order)
        if isinstance(found, str):
            return (text, None, None, None, found)
        day = found.day if zone is None else dates.local_day(found, zone)
        return (text, day, found.second, found.offset, None)

    return _looked_up(keys, row, DAY_SCHEMA, path)


def clock_lookup(keys: Table, path: Path) -> Table:
    """Each distinct clock time, its second and offset, and why it has none."""

    def row(text: str) -> tuple[Any, ...]:
        found = dates.parse_clock(text)
        return (text, None, None, dates.UNREADABLE) if found is None else (text, *found, None)

    return _looked_up(keys, row, CLOCK_SCHEMA, path)


def _texts(keys: Table) -> Iterator[list[str]]:
    for batch in keys.to_batches():
        yield batch.column(0).to_pylist()


def _looked_up(keys: Table, row: Callable[[str], tuple[Any, ...]], schema: pa.Schema, path: Path) -> Table:
    engine: Engine = keys.engine
    with pq.ParquetWriter(path, schema) as writer:
        for texts in _texts(keys):
            columns = zip(*(row(text) for text in texts), strict=True)
            arrays = [pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)]
            writer.write_table(pa.table(arrays, schema=schema))
    return engine.read_parquet(path.stem, [path])
