"""The quality report as lines for people."""

from __future__ import annotations

from shuke.collect._found import FileFound
from shuke.collect._mapping import Mapping
from shuke.collect._quality import Quality, Tally
from shuke.kit.text import day, money, number, say

_DELIMITERS = {"\t": "Tab"}


def report_lines(quality: Quality, language: str) -> list[str]:
    """The report, a line each: files, columns, rows read = kept + set aside by reason, and what is worth knowing.

    >>> from shuke.collect import read_purchases
    >>> import pyarrow as pa
    >>> found = read_purchases(pa.table({"customer": ["a"], "date": ["2017-01-02"], "amount": ["12.5"]}))
    >>> print("\\n".join(report_lines(found.quality, "en")))
    File memory: 1 rows
    customer ← customer (guessed by name)
    time ← date (guessed by name)
    amount ← amount (guessed by name)
    Read: 1 rows, CN¥12.50
    Kept: 1 rows, CN¥12.50; 1 customers; Jan 2, 2017 to Jan 2, 2017
    Set aside: 0 rows, CN¥0.00
    """
    lines = [line for file in quality.files for line in _file(file, language)]
    lines += _columns(quality.mapping, language)
    read = Tally(quality.rows_read, quality.amount_read_minor)
    aside = Tally(quality.rows_set_aside, quality.amount_set_aside_minor)
    lines.append(say("collect.rows_read", language, **_figures(read, quality, language)))
    lines.append(_kept(quality, language))
    lines += [_tally(code, tally, quality, language) for code, tally in quality.notes.items()]
    lines.append(say("collect.rows_set_aside", language, **_figures(aside, quality, language)))
    lines += [_tally(code, tally, quality, language) for code, tally in quality.set_aside.items()]
    return lines


def _file(file: FileFound, language: str) -> list[str]:
    details = ""
    if file.encoding is not None and file.delimiter is not None:
        delimiter = _DELIMITERS.get(file.delimiter, file.delimiter)
        details = say("collect.details", language, encoding=file.encoding, delimiter=delimiter, line=file.header_line)
    rows = number(file.rows + file.bad_lines, language)
    lines = [say("collect.file", language, file=file.file, rows=rows, details=details)]
    if file.sheets_left_out:
        lines.append(say("collect.sheets_left_out", language, sheets=", ".join(file.sheets_left_out)))
    return lines


def _columns(mapping: Mapping, language: str) -> list[str]:
    lines = [say("collect.preset", language, preset=mapping.preset)] if mapping.preset is not None else []
    for name, found in mapping.fields.items():
        field = say(f"collect.field.{name}", language)
        how = say(f"collect.how.{found.how}", language)
        lines.append(say("collect.column", language, field=field, column=found.column, how=how))
    return lines


def _kept(quality: Quality, language: str) -> str:
    if quality.first_day is None or quality.last_day is None:
        return say("collect.nothing_kept", language)
    return say(
        "collect.rows_kept",
        language,
        **_figures(Tally(quality.rows_kept, quality.amount_kept_minor), quality, language),
        customers=number(quality.customers, language),
        first=day(quality.first_day, language),
        last=day(quality.last_day, language),
    )


def _tally(code: str, tally: Tally, quality: Quality, language: str) -> str:
    return say("collect.tally", language, what=say(code, language), **_figures(tally, quality, language))


def _figures(tally: Tally, quality: Quality, language: str) -> dict[str, str]:
    return {"rows": number(tally.rows, language), "amount": money(tally.amount_minor, quality.currency, language)}
