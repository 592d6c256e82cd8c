"""Files of facts beside purchases: which column is what, and each field's text as a value or a reason why not."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from shuke.collect import _shop
from shuke.collect._expressions import PATTERNS, minor, tidied
from shuke.collect._found import Booked, FileFound, Raw
from shuke.collect._lookups import day_lookup, money_lookup
from shuke.collect._mapping import FieldFound, header_names, headers_of, plain_name, require_column
from shuke.collect._parse import Rules
from shuke.collect._rejects import rejects_of, whole_row
from shuke.collect._sources import Progress, open_raw
from shuke.collect.amounts import Style
from shuke.engines import Engine, Table, Value
from shuke.kit.errors import InputError
from shuke.tables import Contract

EARLIEST = date(1900, 1, 1)
FieldsFound = dict[str, FieldFound]


@dataclass(frozen=True)
class FactsQuality:
    """What was read and what became of it: `read` = kept + set aside, counted in answers (surveys) or sums (payments).

    `blank` counts questions left unanswered, which are neither; a file's rows stand in `files`.
    """

    read: int
    kept: int
    set_aside: Mapping[str, int]
    blank: int
    first_day: date | None
    last_day: date | None
    files: tuple[FileFound, ...]
    fields: Mapping[str, FieldFound]


@dataclass(frozen=True)
class FactsRead:
    """Facts ready for the ledger: `table` in the columns of `contract`, `rejects` (REJECTS), and the report."""

    contract: Contract
    table: Table
    rejects: Table
    quality: FactsQuality
    engine: Engine
    currency: str = "CNY"
    """What amounts of rows set aside are in."""
    rests_on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By file, the others whose copies of its rows were kept."""


@dataclass(frozen=True)
class Columns:
    """The column of each field, and the question of each column where a file has a column a question; and the required
    fields that no column was found for."""

    fields: FieldsFound
    missing: tuple[str, ...] = ()
    questions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """A condition under which a row is set aside: for which reason (SQL), and which field is at fault."""

    when: str
    reason: str
    field: str


def open_facts(
    source: Any, engine: Engine, table: str, contract: Contract, progress: Progress, booked: Booked | None
) -> Raw:
    """The rows as they came: of files, or the simulated shop's table of that name."""
    if isinstance(source, str) and source.startswith("demo:"):
        if not _shop.is_shop(source):
            raise InputError.of("error.collect.unknown_demo", source=source, known=_shop.SHOP)
        return _shop.open_table(engine, _shop.shop_named(source), table, contract)
    return replace(open_raw(source, engine, progress), booked=booked)


def find_fields(
    raw: Raw, kind: str, given: Mapping[str, str | None], required: Sequence[str]
) -> tuple[dict[str, FieldFound], tuple[str, ...]]:
    """The column of each field, as named or by its header, and the required fields that no column was found for."""
    found = {
        name: FieldFound(require_column(raw.names, column, name), "given") for name, column in given.items() if column
    }
    barred = {name for name, column in given.items() if column == ""}
    by_plain = {plain_name(name): name for name in reversed(raw.names)}
    taken = {item.column for item in found.values()}
    for name, headers in {"customer": header_names("customer"), **_synonyms(kind)}.items():
        fitting = (by_plain[head] for head in headers if head in by_plain and by_plain[head] not in taken)
        column = None if name in found or name in barred else next(fitting, None)
        if column is not None:
            found[name] = FieldFound(column, "name")
            taken.add(column)
    return found, tuple(name for name in required if name not in found)


def require_fields(missing: Sequence[str], raw: Raw, kind: str) -> None:
    """One error that names the fields missing, the columns there are, and by which headers they would be told."""
    if missing:
        known = {"customer": headers_of("customer"), **_headers(kind)}
        raise InputError.of(
            "error.collect.fields_not_told",
            missing=", ".join(missing),
            columns=", ".join(raw.names),
            headers=", ".join(" / ".join(_usual(known[name])) for name in missing),
            arguments=", ".join(f"{name}=…" for name in missing),
        )


def _usual(headers: Sequence[str]) -> list[str]:
    """The likeliest header in English, and the likeliest in Chinese."""
    return [headers[0], *[header for header in headers if not header.isascii()][:1]]


def texts_sql(raw: Raw, fields: Mapping[str, FieldFound], wanted: Sequence[str]) -> str:
    """Each wanted field's text as `k_<field>`, null where there is none."""
    by_name = {column.name: column for column in raw.columns}
    parts = []
    for name in wanted:
        column = by_name[fields[name].column] if name in fields else None
        text = "CAST(NULL AS VARCHAR)" if column is None else tidied(column.inside, column.type)
        parts.append(f"{text} AS k_{name}")
    return ", ".join(parts)


def dated(engine: Engine, keyed: Table, names: Sequence[str], rules: Rules, folder: Path) -> Table:
    """For each field a day `v_<field>` in the business's time zone and, where it has none although something stands
    there, `why_<field>`."""
    lookups: dict[str, Value] = {}
    columns, joins = [], []
    for name in names:
        keys = engine.keep("keys", f"SELECT DISTINCT k_{name} AS key FROM {{t}} WHERE k_{name} IS NOT NULL", t=keyed)
        lookups[f"l_{name}"] = day_lookup(keys, rules.order, folder / f"{name}.parquet", ZoneInfo(rules.timezone))
        columns.append(f"l_{name}.day_of AS v_{name}, l_{name}.why AS why_{name}")
        joins.append(f"LEFT JOIN {{l_{name}}} AS l_{name} ON t.k_{name} = l_{name}.key")
    sql = f"SELECT t.*, {', '.join(columns)} FROM {{keyed}} AS t {' '.join(joins)}"
    return engine.view("dated", sql, keyed=keyed, **lookups)


def priced(engine: Engine, keyed: Table, name: str, rules: Rules, folder: Path) -> Table:
    """The field as `amount_minor`, and why there is none."""
    keys = engine.keep("keys", f"SELECT DISTINCT k_{name} AS key FROM {{t}} WHERE k_{name} IS NOT NULL", t=keyed)
    lookup = money_lookup(keys, rules.currency, rules.digits, Style.UNKNOWN, folder / f"{name}.parquet")
    value = minor("l.value", rules.digits)
    joined = f"{{t}} AS t LEFT JOIN {{l}} AS l ON k_{name} = l.key"
    sql = f"SELECT t.*, {value} AS amount_minor, l.why AS why_{name} FROM {joined}"
    return engine.view("priced", sql, t=keyed, l=lookup)


def marked(keyed: Table, repeated: Table | None) -> Table:
    """With `is_duplicate`: the row repeats an earlier one in every column."""
    engine = keyed.engine
    if repeated is None:
        return engine.view("marked", "SELECT *, FALSE AS is_duplicate FROM {t}", t=keyed)
    sql = """SELECT t.*, repeated_row IS NOT NULL AS is_duplicate FROM {t} AS t
        LEFT JOIN {r} AS r ON t.source_file = repeated_file AND t.source_row = repeated_row"""
    return engine.view("marked", sql, t=keyed, r=repeated)


def faults_of_day(name: str, *, required: bool, past: bool) -> list[Fault]:
    """A day that cannot be read, is missing, or lies out of all time."""
    found = [Fault(f"why_{name} IS NOT NULL", f"why_{name}", name)]
    if required:
        found.append(Fault(f"v_{name} IS NULL", "'unreadable_date'", name))
    found.append(Fault(f"v_{name} < {{earliest}}", "'date_out_of_range'", name))
    return [*found, Fault(f"v_{name} > {{today}}", "'future_date'", name)] if past else found


def judged(engine: Engine, table: Table, faults: Sequence[Fault], rules: Rules) -> Table:
    """All columns, and `reason` and `fault`, null for a row that is kept."""
    reasons = " ".join(f"WHEN {fault.when} THEN {fault.reason}" for fault in faults)
    fields = " ".join(f"WHEN {fault.when} THEN '{fault.field}'" for fault in faults)
    sql = f"SELECT *, CASE {reasons} END AS reason, CASE {fields} END AS fault FROM {{t}}"
    return engine.view("judged", sql, t=table, earliest=EARLIEST, today=rules.today)


def set_aside(engine: Engine, verdicts: Table, raw: Raw, fields: Mapping[str, FieldFound], amount: str) -> Table:
    """Rows set aside in the columns of REJECTS, each with the column at fault and what stood there."""
    heads: dict[str, Value] = {f"head_{name}": found.column for name, found in fields.items()}
    columns = "".join(f" WHEN '{name}' THEN {{head_{name}}}" for name in fields)
    if "head" in verdicts.columns:
        # Of answers, each has the column it stood in.
        columns = f" WHEN 'score' THEN head{columns}"
    texts = [name.removeprefix("k_") for name in verdicts.columns if name.startswith("k_")]
    values = "".join(f" WHEN '{name}' THEN k_{name}" for name in texts)
    rows = f"""SELECT v.source_file, v.source_row, 'reject.' || reason AS reason_code,
        CASE fault{columns} END AS "column", CASE fault{values} END AS received,
        {amount} AS amount_minor, {whole_row(raw)} AS raw
        FROM {{v}} AS v JOIN {{r}} AS r ON v.source_file = r.source_file AND v.source_row = r.source_row
        WHERE reason IS NOT NULL"""
    return rejects_of(engine, rows, raw, {"v": verdicts, "r": raw.table, **heads})


def report(verdicts: Table, raw: Raw, fields: Mapping[str, FieldFound], day: str, blank: int) -> FactsQuality:
    """The counts, from one pass over what was judged."""
    sql = f"""SELECT reason, count(*) AS n, min({day}) AS first_day, max({day}) AS last_day
        FROM {{v}} GROUP BY reason ORDER BY reason"""
    rows = {row["reason"]: row for row in verdicts.engine.fetch(sql, v=verdicts).to_pylist()}
    kept = rows.pop(None, None) or {}
    counts = {f"reject.{reason}": int(row["n"]) for reason, row in rows.items()}
    for reason, number in _bad_lines(verdicts.engine, raw).items():
        counts[f"reject.{reason}"] = counts.get(f"reject.{reason}", 0) + number
    number = int(kept.get("n") or 0)
    return FactsQuality(
        number + sum(counts.values()), number, counts, blank, kept.get("first_day"), kept.get("last_day"),
        raw.files, fields,
    )  # fmt: skip


def _bad_lines(engine: Engine, raw: Raw) -> dict[str, int]:
    if not raw.bad:
        return {}
    bad = engine.read_parquet("bad", raw.bad)
    rows = engine.fetch("SELECT reason, count(*) AS n FROM {t} GROUP BY reason", t=bad).to_pylist()
    return {str(row["reason"]): int(row["n"]) for row in rows}


def patterns() -> dict[str, Value]:
    """Texts that steps name."""
    return {name: PATTERNS[name] for name in ("blanks", "nothing")}


def _synonyms(kind: str) -> Mapping[str, tuple[str, ...]]:
    return {name: tuple(plain_name(header) for header in headers) for name, headers in _headers(kind).items()}


@cache
def _headers(kind: str) -> Mapping[str, list[str]]:
    lists = tomllib.loads(files(__package__).joinpath("fact_synonyms.toml").read_text("utf-8"))
    found: Mapping[str, list[str]] = lists[kind]
    return found
