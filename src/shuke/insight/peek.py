"""The preview of an upload: what `collect.peek` saw, as JSON keeps it and pages show it in any language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from django.conf import settings

from shuke import collect
from shuke.engines import open_engine
from shuke.insight.errors import RefusedUpload, in_json, without_place
from shuke.kit.errors import InputError
from shuke.kit.text import keys, say

_LONGEST_CELL = 60
_SHOWN_ROWS = 8
# What collect finds wrong with a file as a whole, and what the page says of it.
_CODES = {
    "error.collect.no_row": "no_rows",
    "error.collect.blank_file": "no_rows",
    "error.collect.empty_file": "empty",
    "error.collect.empty_parquet": "no_rows",
    "error.collect.empty_workbook": "no_rows",
    "error.collect.binary": "not_a_table",
    "error.collect.damaged_parquet": "damaged",
    "error.collect.damaged_workbook": "damaged",
    "error.collect.unreadable_workbook": "damaged",
    "error.collect.line_too_long": "not_a_table",
    "error.collect.workbook_too_large": "too_much_inside",
}


@dataclass(frozen=True)
class Preview:
    """What the first rows tell, in codes. `mapping` is field -> (column, how it was found); `missing` required fields
    nobody knows; `refused` the sentence and figures of why it cannot be read so; a row is (line, cells, reason).
    `guessed` is field -> column as found without any choice of a user's; `asked` is column -> question, where a
    file of answers has a column a question."""

    columns: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str], str]] = field(default_factory=list)
    mapping: dict[str, tuple[str, str]] = field(default_factory=dict)
    guessed: dict[str, str] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    preset: str = ""
    missing: list[str] = field(default_factory=list)
    refused: dict[str, Any] = field(default_factory=dict)
    problems: list[tuple[str, int]] = field(default_factory=list)
    sampled: int = 0
    kept: int = 0
    encoding: str = ""
    delimiter: str = ""
    header_line: int = 1
    sheets_left_out: list[str] = field(default_factory=list)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Preview:
        """As it was kept; what an earlier version of Shuke did not note is empty."""
        return cls(**{name: kept[name] for name in cls.__dataclass_fields__ if name in kept})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def usable(self) -> bool:
        """Whether the columns are known and can be read."""
        return not self.missing and not self.refused

    def refusal(self, language: str) -> str:
        """Why the file cannot be read with these columns; empty where it can."""
        key = str(self.refused.get("key", ""))
        return say(key, language, **self.refused["figures"]) if key and keys(key) else str(self.refused.get("text", ""))


def kind_of(path: Path) -> str:
    """Which kind of facts a file holds, by its headers. Raises RefusedUpload where there is no table."""
    try:
        with open_engine() as engine:
            return collect.kind_of(path, engine=engine)
    except InputError as reason:
        raise _refusal(reason, path) from reason


def look(
    path: Path,
    mapping: Mapping[str, str],
    options: Mapping[str, Any],
    guessed: Mapping[str, str] | None = None,
    *,
    kind: str = collect.PURCHASES,
) -> Preview:
    """Look at the first rows with the columns chosen so far. Raises RefusedUpload where there is no table."""
    told = reading(mapping, options)
    try:
        if kind == collect.PURCHASES:
            return _of_purchases(collect.peek(path, shown_rows=_SHOWN_ROWS, **told), path, guessed)
        with open_engine() as engine:
            seen = collect.peek_facts(kind, path, engine=engine, shown_rows=_SHOWN_ROWS, **told)
            return _of_facts(seen, path, guessed)
    except InputError as reason:
        raise _refusal(reason, path) from reason


def _of_facts(seen: collect.FactsPeek, path: Path, guessed: Mapping[str, str] | None) -> Preview:
    quality = seen.read.quality if seen.read else None
    problems = [*quality.set_aside.items(), ("quality.unanswered", quality.blank)] if quality else []
    return replace(
        _seen(seen, path, guessed),
        asked=dict(seen.questions),
        problems=[(code, rows) for code, rows in problems if rows],
        sampled=quality.read if quality else seen.file.rows + seen.file.bad_lines,
        kept=quality.kept if quality else 0,
    )


def _of_purchases(seen: collect.Peek, path: Path, guessed: Mapping[str, str] | None) -> Preview:
    quality = seen.quality
    counted = (*quality.set_aside.items(), *quality.notes.items()) if quality else ()
    return replace(
        _seen(seen, path, guessed),
        preset=seen.preset or "",
        problems=[(code, tally.rows) for code, tally in counted],
        sampled=quality.rows_read if quality else seen.file.rows + seen.file.bad_lines,
        kept=quality.rows_kept if quality else 0,
    )


def _seen(seen: collect.Peek | collect.FactsPeek, path: Path, guessed: Mapping[str, str] | None) -> Preview:
    """What is told alike of whatever kind of file."""
    found = {name: (one.column, one.how) for name, one in seen.fields.items()}
    return Preview(
        columns=list(seen.columns),
        rows=[(row.line, [cell[:_LONGEST_CELL] for cell in row.cells], row.reason or "") for row in seen.rows],
        mapping=found,
        guessed={name: column for name, (column, _) in found.items()} if guessed is None else dict(guessed),
        missing=list(seen.missing),
        refused=in_json(without_place(seen.refused, path.parent)) if seen.refused else {},
        encoding=seen.file.encoding or "",
        delimiter=seen.file.delimiter or "",
        header_line=seen.file.header_line or 1,
        sheets_left_out=list(seen.file.sheets_left_out),
    )


def reading(mapping: Mapping[str, str], options: Mapping[str, Any]) -> dict[str, Any]:
    """What `collect` is told about columns, dates, duplicates and the business.

    `mapping` holds only what was chosen against the guess: the rules of a shop system's export (orders never paid,
    refunds) hold as long as its columns do.
    """
    orders = {"day": True, "month": False}
    return {
        **mapping,
        "currency": settings.SHUKE_CURRENCY,
        "timezone": settings.TIME_ZONE,
        "day_first": orders.get(str(options.get("date_order", ""))),
        "keep_duplicates": bool(options.get("keep_duplicates")),
    }


def _refusal(reason: InputError, path: Path) -> RefusedUpload:
    code = _CODES.get(reason.key or "")
    return RefusedUpload(code) if code else RefusedUpload.because(without_place(reason, path.parent))
