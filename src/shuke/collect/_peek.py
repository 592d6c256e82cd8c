"""A look at the first rows, before anything is imported: what the columns are taken for, what would be set aside."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from typing import Any

from shuke.collect._fields import FactsRead
from shuke.collect._found import FileFound, Raw
from shuke.collect._mapping import FIELDS, FieldFound, Guess, guess_mapping, mapping_of
from shuke.collect._quality import Quality
from shuke.collect._read import Purchases, judge, rules_for, silent
from shuke.collect._sources import open_head
from shuke.engines import Engine, open_engine
from shuke.kit.errors import InputError

SAMPLE_ROWS = 1000
_FAULTY_ROWS = 8


@dataclass(frozen=True)
class SeenRow:
    """A row as it stands in the file: its line (from 1), its cells as text, and why it would be set aside, if so."""

    line: int
    cells: tuple[str, ...]
    reason: str | None = None


@dataclass(frozen=True)
class Peek:
    """What the first rows tell.

    `rows` are the first ones, and further down the first of those that would be set aside.
    `fields` are those a column was found for, `missing` the required ones nobody knows yet. `quality` reports on the
    rows looked at; it is None where they cannot be judged: something is missing, or `refused` says why.
    """

    file: FileFound
    columns: tuple[str, ...]
    rows: tuple[SeenRow, ...]
    fields: MappingOf[str, FieldFound] = field(default_factory=dict)
    preset: str | None = None
    missing: tuple[str, ...] = ()
    refused: InputError | None = None
    quality: Quality | None = None


def peek(
    source: Any,
    *,
    engine: Engine | None = None,
    preset: str | None = None,
    currency: str = "CNY",
    timezone: str = "Asia/Shanghai",
    source_timezone: str | None = None,
    keep_duplicates: bool = False,
    day_first: bool | None = None,
    shown_rows: int = 12,
    **columns: str | None,
) -> Peek:
    """What is in this file, and what would become of it? Quick however large it is: only the beginning is read.

    Takes what `read_purchases` takes (of several files the first), and reads it in the same way: columns named by
    field (`customer="会员号"`), else guessed. Raises InputError where there is no table or no row; a mapping that does
    not work is no error but an answer (`missing`, `refused`).

    >>> lines = {"会员号": ["甲", "乙"], "日期": ["2024-01-02", "昨天"], "金额": ["5", "6"]}
    >>> seen = peek(lines)
    >>> [(name, found.column) for name, found in seen.fields.items()]
    [('customer', '会员号'), ('time', '日期'), ('amount', '金额')]
    >>> [row.reason for row in seen.rows]
    [None, 'reject.unreadable_date']
    >>> peek({"谁": ["甲"], "日期": ["2024-01-02"], "金额": ["5"]}).missing
    ('customer',)
    """
    _require_fields(columns)
    if engine is None:
        with open_engine() as own:
            return peek(
                source, engine=own, preset=preset, currency=currency, timezone=timezone,
                source_timezone=source_timezone, keep_duplicates=keep_duplicates, day_first=day_first,
                shown_rows=shown_rows, **columns,
            )  # fmt: skip
    rules = rules_for(currency, timezone, source_timezone, day_first)
    raw = open_head(source, engine, rows=SAMPLE_ROWS)
    rows = first_seen(raw, shown_rows)
    guess, refused = _guessed(raw, columns, preset)
    seen = Peek(raw.files[0], tuple(raw.names), rows, guess.fields, guess.preset, guess.missing, refused)
    if guess.missing or refused is not None:
        return seen
    try:
        mapping = mapping_of(guess)
        judged = judge(engine, raw, mapping, rules, None, keep_duplicates, silent)
    except InputError as reason:
        return Peek(seen.file, seen.columns, rows, guess.fields, guess.preset, refused=reason)
    shown = with_reasons(raw, rows, judged)
    return Peek(seen.file, seen.columns, shown, mapping.fields, mapping.preset, quality=judged.quality)


def _require_fields(columns: MappingOf[str, str | None]) -> None:
    unknown = [name for name in columns if name not in FIELDS]
    if unknown:
        raise TypeError(f"Unknown field {unknown[0]!r}: a column can be {', '.join(FIELDS)}.")


def _guessed(raw: Raw, columns: MappingOf[str, str | None], preset: str | None) -> tuple[Guess, InputError | None]:
    try:
        return guess_mapping(raw, columns, preset), None
    except InputError as reason:
        return Guess({}, None, ()), reason


def _rows(raw: Raw, which: str) -> tuple[SeenRow, ...]:
    inside = [column.inside for column in raw.columns]
    found = raw.table.engine.fetch(f"SELECT source_row, {', '.join(inside)} FROM {{raw}} {which}", raw=raw.table)
    return tuple(
        SeenRow(row["source_row"], tuple("" if row[name] is None else str(row[name]) for name in inside))
        for row in found.to_pylist()
    )


def first_seen(raw: Raw, shown_rows: int) -> tuple[SeenRow, ...]:
    """The first rows, as they stand in the file."""
    return _rows(raw, f"ORDER BY source_row LIMIT {shown_rows}")


def with_reasons(raw: Raw, rows: tuple[SeenRow, ...], judged: Purchases | FactsRead) -> tuple[SeenRow, ...]:
    """The rejects of the rows shown and the first further down. Within one table the line alone tells rows apart."""
    found = judged.engine.fetch(
        "SELECT source_row, min(reason_code) AS reason_code FROM {rejects} GROUP BY source_row ORDER BY source_row",
        rejects=judged.rejects,
    )
    reasons = {row["source_row"]: row["reason_code"] for row in found.to_pylist()}
    last = rows[-1].line if rows else 0
    below = [line for line in reasons if line > last][:_FAULTY_ROWS]
    if below:
        rows += _rows(raw, f"WHERE source_row IN ({', '.join(map(str, below))}) ORDER BY source_row")
    return tuple(SeenRow(row.line, row.cells, reasons.get(row.line)) for row in rows)
