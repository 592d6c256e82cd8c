"""The quality report: every row read is kept or set aside, and so is every amount."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from shuke.collect._found import FileFound, Raw
from shuke.collect._judge import REASONS
from shuke.collect._mapping import Mapping
from shuke.collect._parse import Parsing
from shuke.engines import Engine, Table


@dataclass(frozen=True)
class Tally:
    """How many rows, and the sum of their amounts where they could be read."""

    rows: int
    amount_minor: int


@dataclass(frozen=True)
class Quality:
    """What was read, what is kept, what was set aside and why. Rows and readable amounts always add up:
    read = kept + set aside.

    `set_aside` is by reason code (`reject.…`), in the order in which the rules are tried; a row that fails several
    counts under the first. `notes` are counts within the rows kept (`quality.…`): returns, zero amounts, lines
    without a cost, days after as_of.
    """

    currency: str
    rows_read: int
    rows_kept: int
    amount_read_minor: int
    amount_kept_minor: int
    set_aside: MappingOf[str, Tally]
    notes: MappingOf[str, Tally]
    first_day: date | None
    last_day: date | None
    files: tuple[FileFound, ...]
    mapping: Mapping

    @property
    def rows_set_aside(self) -> int:
        return sum(tally.rows for tally in self.set_aside.values())

    @property
    def amount_set_aside_minor(self) -> int:
        return sum(tally.amount_minor for tally in self.set_aside.values())

    @property
    def adds_up(self) -> bool:
        """Whether read = kept + set aside, in rows and in money. It always must."""
        rows = self.rows_read == self.rows_kept + self.rows_set_aside
        return rows and self.amount_read_minor == self.amount_kept_minor + self.amount_set_aside_minor

    def to_dict(self) -> dict[str, Any]:
        """The report ready for JSON."""
        return {
            "currency": self.currency,
            "rows_read": self.rows_read,
            "rows_kept": self.rows_kept,
            "rows_set_aside": self.rows_set_aside,
            "amount_read_minor": self.amount_read_minor,
            "amount_kept_minor": self.amount_kept_minor,
            "amount_set_aside_minor": self.amount_set_aside_minor,
            "set_aside": {code: asdict(tally) for code, tally in self.set_aside.items()},
            "notes": {code: asdict(tally) for code, tally in self.notes.items()},
            "first_day": self.first_day.isoformat() if self.first_day is not None else None,
            "last_day": self.last_day.isoformat() if self.last_day is not None else None,
            "files": [asdict(file) for file in self.files],
            "mapping": self.mapping.to_dict(),
        }


# What is worth knowing of rows kept: a note's name, and the rows it counts.
_NOTES = {
    "returns": "amount_minor < 0",
    "zero_amounts": "amount_minor = 0",
    "without_cost": "cost_minor IS NULL",
    "without_quantity": "quantity IS NULL",
    "after_as_of": "purchased_on > {as_of}",
}


def measure(engine: Engine, judged: Table, raw: Raw, mapping: Mapping, parsing: Parsing, as_of: date | None) -> Quality:
    """The report, from one pass over the rows and one over the customers kept."""
    noted = _noted(mapping, as_of)
    by_reason = {row["reason"]: row for row in _tallies(engine, judged, noted, as_of)}
    kept = by_reason.pop(None, None) or {}
    bad = _bad_lines(engine, raw)
    set_aside = {reason: Tally(int(row["rows"]), int(row["amount"] or 0)) for reason, row in by_reason.items()}
    set_aside |= {reason: Tally(rows, 0) for reason, rows in bad.items()}
    ordered = {f"reject.{reason}": set_aside[reason] for reason in REASONS if reason in set_aside}
    return Quality(
        currency=parsing.rules.currency,
        rows_read=sum(file.rows + file.bad_lines for file in raw.files),
        rows_kept=int(kept.get("rows") or 0),
        amount_read_minor=int(kept.get("amount") or 0) + sum(tally.amount_minor for tally in set_aside.values()),
        amount_kept_minor=int(kept.get("amount") or 0),
        set_aside=ordered,
        notes=_notes(kept, noted),
        first_day=kept.get("first_day"),
        last_day=kept.get("last_day"),
        files=raw.files,
        mapping=mapping,
    )


def _noted(mapping: Mapping, as_of: date | None) -> list[str]:
    asked = {"without_cost": "cost" in mapping.fields, "without_quantity": "quantity" in mapping.fields}
    asked["after_as_of"] = as_of is not None
    return [name for name in _NOTES if asked.get(name, True)]


def _tallies(engine: Engine, judged: Table, noted: list[str], as_of: date | None) -> list[dict[str, Any]]:
    # Wider than 64 bits: amounts that are set aside may be of any size.
    money = "CAST(sum(CAST(amount_minor AS DECIMAL(18, 0))) {} AS DECIMAL(38, 0)) AS {}"
    counts = [f"count(*) FILTER (WHERE {_NOTES[name]}) AS {name}_rows" for name in noted]
    counts += [money.format(f"FILTER (WHERE {_NOTES[name]})", f"{name}_amount") for name in noted]
    columns = ["count(*) AS rows", money.format("", "amount"), *counts]
    sql = f"SELECT reason, {', '.join(columns)}, min(purchased_on) AS first_day, max(purchased_on) AS last_day"
    rows = engine.fetch(f"{sql} FROM {{judged}} GROUP BY reason", judged=judged, as_of=as_of).to_pylist()
    return [dict(row) for row in rows]


def _notes(kept: dict[str, Any], noted: list[str]) -> dict[str, Tally]:
    tallies = {
        f"quality.{name}": Tally(int(kept.get(f"{name}_rows") or 0), int(kept.get(f"{name}_amount") or 0))
        for name in noted
    }
    return {code: tally for code, tally in tallies.items() if tally.rows}


def _bad_lines(engine: Engine, raw: Raw) -> dict[str, int]:
    if not raw.bad:
        return {}
    table = engine.read_parquet("bad", raw.bad)
    rows = engine.fetch("SELECT reason, count(*) AS rows FROM {table} GROUP BY reason", table=table).to_pylist()
    return {str(row["reason"]): int(row["rows"]) for row in rows}
