"""Records out of lines of a delimited text file: slow, exact, and never at a loss."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field

from shuke.collect._found import BadLine

# A quote that stays open longer than this was never meant as one.
_LONGEST_RECORD_LINES = 200


@dataclass
class Parsed:
    """Rows with the line each starts on, lines that are no rows, blank lines, and where an unfinished record starts."""

    rows: list[list[str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    blank: int = 0
    unfinished: int = 0


def parse_lines(lines: list[str | bytes], first: int, delimiter: str, width: int, *, final: bool) -> Parsed:
    """Rows of `width` fields out of lines; bytes are lines that no encoding fitted.

    A record may run over several lines inside quotes. One still open at the end is left for the next call, unless
    this is the final one.

    >>> parsed = parse_lines(['a,"1', '2"', 'b'], 10, ",", 2, final=True)
    >>> parsed.rows, parsed.numbers, parsed.bad
    ([['a', '1\\n2']], [10], [BadLine(line=12, reason='ragged_row', raw='b')])
    """
    parsed = Parsed()
    position = 0
    while position < len(lines):
        line = lines[position]
        if isinstance(line, bytes):
            text = line.decode("utf-8", "backslashreplace")
            parsed.bad.append(BadLine(first + position, "undecodable_row", text))
            used = 1
        elif not line.strip():
            parsed.blank += 1
            used = 1
        else:
            fields, used = record_at(lines, position, delimiter, final=final)
            if used == 0:
                break
            _take(parsed, first + position, line, fields, width)
        position += used
    parsed.unfinished = position
    return parsed


def _take(parsed: Parsed, number: int, line: str, fields: list[str] | None, width: int) -> None:
    if fields is None:
        parsed.bad.append(BadLine(number, "unclosed_quote", line))
        return
    if len(fields) > width and not any(text.strip() for text in fields[width:]):
        fields = fields[:width]
    if len(fields) != width:
        parsed.bad.append(BadLine(number, "ragged_row", line))
        return
    if not any(text.strip() for text in fields):
        parsed.blank += 1
        return
    parsed.rows.append(fields)
    parsed.numbers.append(number)


def record_at(lines: list[str | bytes], start: int, delimiter: str, *, final: bool) -> tuple[list[str] | None, int]:
    """The record that starts there and how many lines it takes: none where its quote never closes, 0 lines where
    the lines end first and more may come."""
    line = str(lines[start])
    if '"' not in line:
        return line.split(delimiter), 1
    fields = _complete([line], delimiter, strict=False)
    if fields is not None:
        return fields, 1
    taken = [line]
    for following in lines[start + 1 : start + _LONGEST_RECORD_LINES]:
        if isinstance(following, bytes):
            return None, 1
        taken.append(following)
        if '"' in following:
            fields = _complete(taken, delimiter, strict=True)
            if fields is not None:
                return fields, len(taken)
    ran_out = len(taken) < _LONGEST_RECORD_LINES and not final
    return None, 0 if ran_out else 1


def _complete(lines: list[str], delimiter: str, *, strict: bool) -> list[str] | None:
    """The fields if the lines make one whole record. A sentinel line tells: an open quote would swallow it."""
    text = [line.replace("\r", " ") + "\n" for line in lines]
    try:
        records = list(csv.reader([*text, "end"], delimiter=delimiter, strict=strict))
    except csv.Error:
        return None
    return records[0] if len(records) == 2 else None
