"""Workbooks for people: rows of plain values, continued on the next sheet where one is full."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

_MOST_ROWS = 1_048_575  # a sheet holds 2**20 rows, one of them the header
_MOST_LETTERS = 32_767  # of a cell; a longer text is cut, where it would else be left out whole


def write_workbook(
    path: Path, names: Sequence[str], rows: Iterable[Sequence[Any]], *, freeze: tuple[int, int] | None = None
) -> None:
    """Write an XLSX file: `names` above the rows of each sheet, text as text (never a formula or a link), days as days.

    `freeze`: how many rows and columns stay in sight.

    >>> import tempfile
    >>> from python_calamine import load_workbook
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "a.xlsx")
    ...     write_workbook(file, ["who", "n"], [("=1+1", 2), (None, 3)])
    ...     load_workbook(str(file)).get_sheet_by_index(0).to_python()
    [['who', 'n'], ['=1+1', 2.0], ['', 3.0]]
    """
    # constant_memory: rows go to disk as they come.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        day_format = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet, place = _sheet(book, names, freeze), 0
        for row in rows:
            if place == _MOST_ROWS:
                sheet, place = _sheet(book, names, freeze), 0
            place += 1
            _write_row(sheet, place, row, day_format)


def _sheet(book: Any, names: Sequence[str], freeze: tuple[int, int] | None) -> Any:
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, names)
    if freeze is not None:
        sheet.freeze_panes(*freeze)
    return sheet


def _write_row(sheet: Any, place: int, row: Sequence[Any], day_format: Any) -> None:
    for number, value in enumerate(row):
        match value:
            case None:
                continue
            case bool():
                sheet.write_boolean(place, number, value)
            case str():
                sheet.write_string(place, number, value[:_MOST_LETTERS])
            case date():
                sheet.write_datetime(place, number, value, day_format)
            case _:
                sheet.write_number(place, number, value)
