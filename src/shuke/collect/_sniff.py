"""What a file is, told by its content, not by its name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from shuke.collect._encodings import find_encoding, lines_as_text
from shuke.collect._found import unique_names
from shuke.collect._lines import record_at
from shuke.kit.errors import InputError

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".parquet")
_SAMPLE_BYTES = 1 << 18
_SCAN_BYTES = 1 << 23
_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE_LINES = 300
_PREAMBLE_LINES = 20


@dataclass(frozen=True)
class Layout:
    """How a text file is laid out: encoding, line end, delimiter, header and the line where the rows begin."""

    encoding: str
    newline: bytes
    delimiter: str
    names: tuple[str, ...]
    header_line: int
    first_line: int


def kind_of(path: Path) -> str:
    """`csv`, `xlsx` or `parquet`, or an error that says what the file is instead.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "p.dat")
    ...     _ = path.write_text("a,b")
    ...     kind_of(path)
    'csv'
    """
    with path.open("rb") as file:
        start = file.read(8)
    if not start:
        raise InputError.of("error.collect.empty_file", path=path)
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(b"PK\x03\x04"):
        return "xlsx"
    for magic, refusal in _FOREIGN:
        if start.startswith(magic):
            raise InputError.of(refusal, path=path)
    return "csv"


_FOREIGN = (
    (b"\x1f\x8b", "error.collect.gzip"),
    (b"\xd0\xcf\x11\xe0", "error.collect.old_excel"),
    (b"%PDF", "error.collect.pdf"),
    (b"\x89PNG", "error.collect.picture"),
    (b"7z\xbc\xaf", "error.collect.seven_zip"),
    (b"Rar!", "error.collect.rar"),
)


def layout_of(path: Path) -> Layout:
    """How the text file is laid out, or an error where it has no header or no rows."""
    sample, telling = _samples(path)
    encoding = find_encoding(telling, str(path))
    if encoding.startswith("utf-16"):
        sample = sample.decode(encoding, "replace").encode("utf-8")
    sample = sample.removeprefix(b"\xef\xbb\xbf")
    newline = b"\n" if b"\n" in sample or b"\r" not in sample else b"\r"
    lines = lines_as_text(sample.replace(b"\r", b"\n") if newline == b"\r" else sample, eight_bit(encoding))
    lines = [line if isinstance(line, str) else "" for line in lines[:_SAMPLE_LINES]]
    delimiter = max(_DELIMITERS, key=lambda candidate: _fit(lines, candidate))
    if not _sample_rows(lines, delimiter):
        raise InputError.of("error.collect.blank_file", path=path)
    header_line, names, used = _header(lines, delimiter)
    return Layout(encoding, newline, delimiter, unique_names(names), header_line, header_line + used)


def eight_bit(encoding: str) -> str:
    """The encoding of the bytes once UTF-16 is rewritten and the mark cut off."""
    return encoding if encoding in ("gb18030", "big5") else "utf-8"


def _samples(path: Path) -> tuple[bytes, bytes]:
    """The first bytes, and the first part that is not plain ASCII, since only that tells the encoding."""
    with path.open("rb") as file:
        sample = telling = file.read(_SAMPLE_BYTES)
        while telling and telling.isascii() and b"\x00" not in telling:
            telling = file.read(_SCAN_BYTES)
    return sample, telling[: _SAMPLE_BYTES * 4] or sample


def _fit(lines: list[str | bytes], delimiter: str) -> tuple[float, int]:
    widths = Counter(len(row) for _, row, _ in _sample_rows(lines, delimiter))
    if not widths:
        return 0.0, 0
    width, rows = max(widths.items(), key=lambda item: (item[1], item[0]))
    return (rows / sum(widths.values()) if width > 1 else 0.0), width


def _header(lines: list[str | bytes], delimiter: str) -> tuple[int, list[str], int]:
    """The first row with at least half as many cells filled as most rows have, past a title or notes above."""
    rows = _sample_rows(lines, delimiter)
    widths = Counter(len(row) for _, row, _ in rows)
    usual = max(widths, key=lambda width: (widths[width], width))
    for number, row, used in rows[:_PREAMBLE_LINES]:
        if sum(bool(cell.strip()) for cell in row) >= max(min(2, usual), usual // 2):
            return number, row, used
    number, row, used = rows[0]
    return number, row, used


def _sample_rows(lines: list[str | bytes], delimiter: str) -> list[tuple[int, list[str], int]]:
    """Rows of any width, each with its line and how many lines it takes."""
    rows: list[tuple[int, list[str], int]] = []
    position = 0
    while position < len(lines):
        row, used = _row_at(lines, position, delimiter)
        if any(cell.strip() for cell in row):
            rows.append((position + 1, row, used))
        position += used
    return rows


def _row_at(lines: list[str | bytes], position: int, delimiter: str) -> tuple[list[str], int]:
    fields, used = record_at(lines, position, delimiter, final=True)
    return (fields if fields is not None else str(lines[position]).split(delimiter)), max(used, 1)
