"""A workbook: the first sheet with a table, and those after it with the same header, staged as Parquet."""

from __future__ import annotations

import itertools
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import python_calamine

from shuke.collect._found import FileFound, unique_names
from shuke.collect._stage import StageWriter
from shuke.kit.errors import InputError

# A workbook of a million rows unpacks to some hundred megabytes; one that unpacks to more is a trap.
_LARGEST_UNPACKED_BYTES = 2 << 30
_PREAMBLE_ROWS = 20
_ROWS_AT_ONCE = 20_000
_EXCEL_DIGITS = ".15g"


@dataclass(frozen=True)
class Sheet:
    """A sheet of the workbook with its header."""

    name: str
    names: tuple[str, ...]
    header_row: int


@dataclass(frozen=True)
class Book:
    """The sheets that make up one table, and those left out."""

    sheets: tuple[Sheet, ...]
    left_out: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return self.sheets[0].names


def book_of(path: Path) -> Book:
    """The workbook's sheets, or an error where none has a table."""
    _refuse_traps(path)
    try:
        with python_calamine.load_workbook(path) as workbook:
            sheets = [_sheet(workbook, name) for name in workbook.sheet_names]
    except (python_calamine.CalamineError, OSError) as reason:
        raise InputError.of("error.collect.unreadable_workbook", path=path, reason=reason) from reason
    tables = [sheet for sheet in sheets if sheet.names]
    if not tables:
        raise InputError.of("error.collect.empty_workbook", path=path)
    used = tuple(sheet for sheet in tables if set(sheet.names) == set(tables[0].names))
    return Book(used, tuple(sheet.name for sheet in tables if sheet not in used))


def stage_xlsx(path: Path, sheet: Sheet, book: Book, writer: StageWriter, *, at_most: int | None = None) -> FileFound:
    """Write one sheet's rows (the first `at_most` of them) to the stage, each with its row number in the sheet."""
    end = None if at_most is None else sheet.header_row + at_most
    with python_calamine.load_workbook(path) as workbook:
        rows = itertools.islice(_text_rows(workbook, sheet.name), sheet.header_row, end)
        numbered = enumerate(rows, sheet.header_row + 1)
        while batch := list(itertools.islice(numbered, _ROWS_AT_ONCE)):
            full = [(number, row) for number, row in batch if any(cell.strip() for cell in row)]
            writer.blank_lines += len(batch) - len(full)
            writer.write_rows([row for _, row in full], [number for number, _ in full])
    return FileFound(
        file=writer.shown,
        kind="xlsx",
        rows=writer.rows,
        blank_lines=writer.blank_lines,
        header_line=sheet.header_row,
        sheet=sheet.name,
        sheets_left_out=book.left_out,
    )


def _sheet(workbook: python_calamine.CalamineWorkbook, name: str) -> Sheet:
    rows = list(itertools.islice(_text_rows(workbook, name), _PREAMBLE_ROWS))
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    widest = max(filled, default=0)
    for position, row in enumerate(rows):
        if widest and filled[position] >= max(min(2, widest), widest // 2):
            return Sheet(name, unique_names(row), position + 1)
    return Sheet(name, (), 0)


def _text_rows(workbook: python_calamine.CalamineWorkbook, name: str) -> Iterator[list[str]]:
    for row in workbook.get_sheet_by_name(name).iter_rows():
        yield [_text(cell) for cell in row]


def _text(cell: object) -> str:
    """A cell as its reader sees it: whole numbers without a point, moments in ISO form.

    >>> _text(1001.0), _text(0.1 + 0.2), _text(datetime(2017, 1, 2)), _text(1e20)
    ('1001', '0.3', '2017-01-02', '100000000000000000000')
    """
    if isinstance(cell, float):
        return format(Decimal(format(cell, _EXCEL_DIGITS)).normalize(), "f")
    if isinstance(cell, datetime):
        midnight = cell.time().isoformat() == "00:00:00"
        return cell.date().isoformat() if midnight else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def _refuse_traps(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError) as reason:
        raise InputError.of("error.collect.damaged_workbook", path=path, reason=reason) from reason
    if not any(entry.filename.startswith("xl/") for entry in entries):
        raise InputError.of("error.collect.zip", path=path)
    if sum(entry.file_size for entry in entries) > _LARGEST_UNPACKED_BYTES:
        raise InputError.of("error.collect.workbook_too_large", path=path)
