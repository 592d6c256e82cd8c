"""The files read, as lines for people."""

from __future__ import annotations

from shuke.collect._found import FileFound
from shuke.collect._quality import Quality
from shuke.kit.text import number, say

_DELIMITERS = {"\t": "Tab"}


def file_lines(quality: Quality, language: str) -> list[str]:
    """What files were read, and how each was found to be written: rows, encoding, delimiter, header, sheets left out.

    >>> from shuke.collect import read_purchases
    >>> found = read_purchases({"customer": ["a"], "date": ["2017-01-02"], "amount": ["12.5"]})
    >>> file_lines(found.quality, "en")
    ['memory: 1 row(s)']
    """
    return [line for file in quality.files for line in _file(file, language)]


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
