"""The first rows of a file: what its columns are, what they are taken for, and what would be set aside."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import python_calamine
from django.conf import settings

from shuke.collect import Purchases, read_purchases
from shuke.engines import open_engine
from shuke.insight.errors import RefusedUpload
from shuke.insight.stored import kind_of
from shuke.kit.errors import InputError

_SAMPLE_BYTES = 1 << 18
_SAMPLE_ROWS = 1000
_SHOWN_ROWS = 12
_LONGEST_CELL = 60
_PREAMBLE_ROWS = 20
_DELIMITERS = ",\t;|"


@dataclass(frozen=True)
class Problem:
    """A kind of row that would be set aside: its code, how many of the sample, and the first line it was met in."""

    code: str
    rows: int


@dataclass(frozen=True)
class Peek:
    """What the first rows tell. `mapping` is field -> (column, how it was found); `missing` fields nobody knows.

    `faults` names, by line of the sample (from 1), the reason why a row shown would be set aside.
    """

    columns: list[str]
    rows: list[list[str]]
    mapping: dict[str, tuple[str, str]] = field(default_factory=dict)
    preset: str = ""
    problems: list[Problem] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    sampled: int = 0
    kept: int = 0
    encoding: str = ""
    refused: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def peek(path: Path, mapping: Mapping[str, str], options: Mapping[str, Any]) -> Peek:
    """Look at the first rows with the columns that were chosen so far. Raises RefusedUpload where there is no table."""
    names, rows, encoding = _sample(path)
    if not names or not rows:
        raise RefusedUpload("no_rows")
    table = pa.table({name: [row[place] for row in rows] for place, name in enumerate(names)})
    shown = [[cell[:_LONGEST_CELL] for cell in row] for row in rows[:_SHOWN_ROWS]]
    found = Peek(names, shown, sampled=len(rows), encoding=encoding)
    with open_engine() as engine:
        try:
            purchases = read_purchases(table, engine=engine, **reading(mapping, options))
        except InputError as reason:
            return Peek(names, shown, sampled=len(rows), encoding=encoding, refused=str(reason))
        return _told(found, purchases)


def reading(mapping: Mapping[str, str], options: Mapping[str, Any]) -> dict[str, Any]:
    """What `read_purchases` is told about columns, dates, duplicates and the business."""
    orders = {"day": True, "month": False}
    return {
        **{name: column for name, column in mapping.items() if column},
        "currency": settings.SHUKE_CURRENCY,
        "timezone": settings.TIME_ZONE,
        "day_first": orders.get(str(options.get("date_order", ""))),
        "keep_duplicates": bool(options.get("keep_duplicates")),
    }


def _told(found: Peek, purchases: Purchases) -> Peek:
    quality, mapping = purchases.quality, purchases.mapping
    rejects = purchases.engine.fetch(
        "SELECT source_row, reason_code FROM {rejects} WHERE source_row <= {most} ORDER BY source_row",
        rejects=purchases.rejects,
        most=_SHOWN_ROWS,
    ).to_pylist()
    return Peek(
        found.columns,
        found.rows,
        mapping={name: (item.column, item.how) for name, item in mapping.fields.items()},
        preset=mapping.preset or "",
        problems=[Problem(code, tally.rows) for code, tally in (*quality.set_aside.items(), *quality.notes.items())],
        faults={str(row["source_row"]): row["reason_code"] for row in rejects},
        sampled=quality.rows_read,
        kept=quality.rows_kept,
        encoding=found.encoding,
    )


def _sample(path: Path) -> tuple[list[str], list[list[str]], str]:
    """Header, first rows as text, and the encoding of a text file."""
    kind = kind_of(path)
    try:
        if kind == "parquet":
            return (*_of_parquet(path), "")
        if kind == "xlsx":
            return (*_under_header(_of_workbook(path)), "")
        return _of_text(path)
    except (pa.ArrowException, python_calamine.CalamineError, csv.Error, OSError) as reason:
        raise RefusedUpload("damaged") from reason


def _of_parquet(path: Path) -> tuple[list[str], list[list[str]]]:
    file = pq.ParquetFile(path)
    batch = next(file.iter_batches(batch_size=_SAMPLE_ROWS), None)
    if batch is None:
        return [], []
    columns = [["" if value is None else str(value) for value in column.to_pylist()] for column in batch.columns]
    return list(batch.schema.names), [list(row) for row in zip(*columns, strict=True)]


def _of_workbook(path: Path) -> list[list[str]]:
    with python_calamine.load_workbook(path) as workbook:
        for name in workbook.sheet_names:
            rows = islice(workbook.get_sheet_by_name(name).iter_rows(), _SAMPLE_ROWS + _PREAMBLE_ROWS)
            read = [[_cell(value) for value in row] for row in rows]
            if any(any(row) for row in read):
                return read
    return []


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _of_text(path: Path) -> tuple[list[str], list[list[str]], str]:
    with path.open("rb") as file:
        start = file.read(_SAMPLE_BYTES)
    text, encoding = _decoded(start)
    if len(start) == _SAMPLE_BYTES:
        text = text[: text.rfind("\n") + 1] or text
    first = max(text.splitlines()[:_PREAMBLE_ROWS], key=lambda line: max(map(line.count, _DELIMITERS)), default="")
    delimiter = max(_DELIMITERS, key=first.count)
    rows = list(islice(csv.reader(io.StringIO(text), delimiter=delimiter), _SAMPLE_ROWS + _PREAMBLE_ROWS))
    return (*_under_header([[cell.strip() for cell in row] for row in rows]), encoding)


def _decoded(start: bytes) -> tuple[str, str]:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return start[: len(start) // 2 * 2].decode("utf-16", "replace"), "UTF-16"
    # A character cut in two at the end of the sample must not speak against an encoding.
    whole = (start[: start.rfind(b"\n") + 1] or start) if len(start) == _SAMPLE_BYTES else start
    for encoding, name in (("utf-8-sig", "UTF-8"), ("gb18030", "GB18030"), ("big5", "Big5")):
        try:
            return whole.decode(encoding), name
        except UnicodeDecodeError:
            continue
    return whole.decode("utf-8", "replace"), "UTF-8"


def _under_header(rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """The header is the first row that is about as full as most; what stands above is a title."""
    widest = max((sum(bool(cell) for cell in row) for row in rows[:_PREAMBLE_ROWS]), default=0)
    place = next((n for n, row in enumerate(rows) if sum(map(bool, row)) >= max(min(2, widest), widest // 2)), None)
    if place is None:
        return [], []
    names = _distinct(rows[place])
    body = [row for row in rows[place + 1 :] if any(row)][:_SAMPLE_ROWS]
    return names, [(row + [""] * len(names))[: len(names)] for row in body]


def _distinct(header: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    names = []
    for place, given in enumerate(header, 1):
        name = " ".join(given.split()) or f"column {place}"
        seen[name.casefold()] = seen.get(name.casefold(), 0) + 1
        names.append(name if seen[name.casefold()] == 1 else f"{name} {seen[name.casefold()]}")
    return names
