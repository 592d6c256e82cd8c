"""Names and literals in SQL text, so that no room pastes a value by hand."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from shuke.engines._table import Table
from shuke.kit.errors import InputError

Value = Table | str | int | float | date | datetime | None | Sequence[str | int | float | date | datetime]

_PLACEHOLDER = re.compile(r"\{\{|\{([a-z_A-Z0-9]+)\}")


def literal(value: Value) -> str:
    """A Python value as SQL to be pasted into a step: text quoted, days and moments typed, a sequence as a list for IN.

    A brace in a text is doubled, so that the step does not take what follows for the name of an input.

    >>> literal("O'Neil"), literal(date(2017, 12, 31)), literal(0.1), literal(["a", "b"]), literal(None)
    ("'O''Neil'", "DATE '2017-12-31'", 'CAST(0.1 AS DOUBLE)', "('a', 'b')", 'NULL')
    """
    return pasted(as_sql(value))


def pasted(sql: str) -> str:
    """SQL that `fill` gives back as it is, whatever braces stand in it."""
    return sql.replace("{", "{{")


def as_sql(value: Value) -> str:
    """A Python value as the database reads it."""
    match value:
        case None:
            return "NULL"
        case Table():
            return value.name
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(value)
        case float():
            return _float(value)
        case datetime():
            return f"TIMESTAMP '{value:%Y-%m-%d %H:%M:%S}'"
        case date():
            return f"DATE '{value:%Y-%m-%d}'"
        case str():
            return "'" + value.replace("'", "''") + "'"
    return "(" + ", ".join(as_sql(item) for item in value) + ")"


def _float(value: float) -> str:
    if not math.isfinite(value):
        raise InputError(f"{value} cannot stand in a query: give a finite number, or None for no value.")
    return f"CAST({value!r} AS DOUBLE)"


def fill(sql: str, inputs: dict[str, Value]) -> str:
    """Put tables and literals in the place of `{name}`; an unknown name is an error that lists the known ones.

    >>> fill(f"SELECT {literal('{network}')} WHERE channel = {{asked}}", {"asked": "{keyword}"})
    "SELECT '{network}' WHERE channel = '{keyword}'"
    """

    def value_of(match: re.Match[str]) -> str:
        name = match.group(1)
        if name is None:
            return "{"
        if name not in inputs:
            raise InputError(f"The step names {{{name}}}, but was given only {', '.join(sorted(inputs)) or 'nothing'}.")
        return as_sql(inputs[name])

    return _PLACEHOLDER.sub(value_of, sql)


def require_label(label: str) -> str:
    """A step's label, which becomes part of a table's name."""
    if not label.isidentifier():
        raise InputError(f"A step's label is a plain word such as 'summary', not {label!r}.")
    return label


def require_files(label: str, files: Sequence[str | Path]) -> list[str]:
    """The paths of the Parquet files to read, at least one."""
    if not files:
        raise InputError(f"No Parquet file was given for {label!r}: give at least one.")
    return [str(path) for path in files]


def quoted(identifier: str) -> str:
    """A column's name as SQL to be pasted into a step, whatever characters it has.

    >>> print(quoted("客户 id"))
    "客户 id"
    """
    return pasted('"' + identifier.replace('"', '""') + '"')
