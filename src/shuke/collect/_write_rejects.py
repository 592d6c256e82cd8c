"""The file of rows set aside, for whoever mends them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shuke.collect._fields import FactsRead
from shuke.collect._read import Purchases
from shuke.kit.cells import safe_cell
from shuke.kit.errors import InputError
from shuke.kit.files import whole
from shuke.kit.money import minor_digits, to_major
from shuke.kit.sheets import write_workbook
from shuke.kit.text import require_language, say

_COLUMNS = ("file", "line", "reason", "column", "received", "amount", "raw")


def write_rejects(read: Purchases | FactsRead, path: str | Path, language: str = "zh-hans") -> Path:
    """Every row set aside, with its file, line, reason, the column and value at fault, its amount in major units where
    it could be read, and the whole row. `.csv`, `.xlsx` or `.parquet`, by the path.

    In CSV and XLSX a text that a spreadsheet would run as a formula is written with ' before it.

    >>> import csv, tempfile
    >>> from shuke.collect import read_purchases
    >>> bad = pa.table({"customer": ["a", "b"], "date": ["soon", "2017-01-02"], "amount": ["12.5", "1"]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = write_rejects(read_purchases(bad), folder + "/rejects.csv", "en")
    ...     print(file.read_text("utf-8-sig").splitlines()[1])
    memory,1,The date is empty or cannot be read,date,soon,12.50,"a,soon,12.5"
    """
    target = Path(path)
    writers: dict[str, Callable[[Path, list[str], Iterator[list[Any]]], None]] = {
        ".csv": _write_csv,
        ".xlsx": _write_xlsx,
    }
    suffix = target.suffix.lower()
    if suffix not in (*writers, ".parquet"):
        raise InputError.of("error.rejects_suffix", name=target.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    rows = _rows(read, require_language(language))
    names = [say(f"collect.rejects.{name}", language, currency=read.currency) for name in _COLUMNS]
    with whole(target) as unfinished:
        if suffix == ".parquet":
            _write_parquet(unfinished, read, rows)
        else:
            writers[suffix](unfinished, names, rows)
    return target


def _rows(read: Purchases | FactsRead, language: str) -> Iterator[list[Any]]:
    sql = "SELECT * FROM {rejects} ORDER BY source_file, source_row"
    for batch in read.engine.batches(sql, rejects=read.rejects):
        for row in batch.to_pylist():
            amount = row["amount_minor"]
            yield [
                row["source_file"],
                row["source_row"],
                say(row["reason_code"], language),
                row["column"],
                row["received"],
                None if amount is None else to_major(amount, read.currency),
                row["raw"],
            ]


def _harmless(value: Any) -> Any:
    return safe_cell(value) if isinstance(value, str) else value


def _write_csv(path: Path, names: list[str], rows: Iterator[list[Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([_harmless(value) for value in row] for row in rows)


def _write_xlsx(path: Path, names: list[str], rows: Iterator[list[Any]]) -> None:
    write_workbook(path, names, ([_harmless(value) for value in row] for row in rows))


def _write_parquet(path: Path, read: Purchases | FactsRead, rows: Iterator[list[Any]]) -> None:
    money = pa.decimal128(20, minor_digits(read.currency))
    text = pa.string()
    kinds = dict.fromkeys(_COLUMNS, text) | {"line": pa.int64(), "amount": money}
    schema = pa.schema(list(kinds.items()))
    with pq.ParquetWriter(path, schema) as writer:
        for row in _in_lots(rows):
            columns = [
                pa.array(column, kind) for column, kind in zip(zip(*row, strict=True), schema.types, strict=True)
            ]
            writer.write_table(pa.table(columns, schema=schema))


def _in_lots(rows: Iterator[list[Any]], size: int = 50_000) -> Iterator[list[list[Any]]]:
    lot: list[list[Any]] = []
    for row in rows:
        lot.append(row)
        if len(lot) == size:
            yield lot
            lot = []
    if lot:
        yield lot
