"""What reading finds: columns, files, rows that are no rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from shuke.engines import Table

TEXT = pa.string()
Booked = Callable[[str], bool]
"""Says of a file, by its path, whether a ledger holds its content already."""


@dataclass(frozen=True)
class FileFound:
    """One file as it was found: how many rows, and for text files the encoding, delimiter and line of the header."""

    file: str
    kind: str
    rows: int
    bad_lines: int = 0
    blank_lines: int = 0
    encoding: str | None = None
    delimiter: str | None = None
    header_line: int | None = None
    sheet: str | None = None
    sheets_left_out: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The file itself, where `file` names one of several sheets in it."""
        return self.file.removesuffix(f"#{self.sheet}")


@dataclass(frozen=True)
class BadLine:
    """A line that is no row of the table: which, why, and its text."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True)
class RawColumn:
    """A column of the input: its name there, its name inside (`c0`, `c1` …, safe on every engine), its type."""

    name: str
    inside: str
    type: pa.DataType


@dataclass(frozen=True)
class Raw:
    """All rows of the input as they came: columns `c0` …, then `source_file` and `source_row` (from 1). `staged` says
    that they are tidied text: nothing but blanks is left empty, not null. Of rows that several files hold, the copy of
    one that is `booked` is kept."""

    table: Table
    columns: tuple[RawColumn, ...]
    files: tuple[FileFound, ...]
    sample: pa.Table
    staged: bool
    bad: tuple[Path, ...] = field(default=())
    booked: Booked | None = None

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def bad_lines(self) -> int:
        return sum(file.bad_lines for file in self.files)


def is_text(kind: pa.DataType) -> bool:
    """Whether a column holds text, however Arrow lays it out."""
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(inner) or pa.types.is_large_string(inner) or pa.types.is_string_view(inner))


def is_zoned(kind: pa.DataType) -> bool:
    """Whether a column holds moments in a time zone, which Arrow keeps as moments of UTC."""
    return pa.types.is_timestamp(kind) and kind.tz is not None


def unique_names(names: list[str]) -> tuple[str, ...]:
    """Headers made distinct without regard to case: an empty one is `column 3`, a second `Name` is `Name 2`."""
    seen: set[str] = set()
    unique: list[str] = []
    for position, given in enumerate(names, 1):
        base = " ".join(given.split()) or f"column {position}"
        name, count = base, 1
        while name.casefold() in seen:
            count += 1
            name = f"{base} {count}"
        seen.add(name.casefold())
        unique.append(name)
    return tuple(unique)
