"""From text and typed columns to values: the standard forms in SQL, the odd ones by look-up."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pyarrow as pa

from shuke.collect._expressions import (
    MONEY,
    PATTERNS,
    clean,
    decimals_of,
    exact_value,
    minor,
    minor_of_decimal,
    needs_text,
    tidied,
)
from shuke.collect._found import Raw, is_text, is_zoned
from shuke.collect._lookups import clock_lookup, day_lookup, money_lookup
from shuke.collect._zones import from_utc, to_utc
from shuke.collect.amounts import Style
from shuke.collect.dates import Order
from shuke.engines import Engine, Table, Value
from shuke.kit.money import minor_digits

_TEXTS = {"order": "order_id", "product": "product_id", "category": "category", "channel": "channel", "store": "store"}
_MINORS = {
    "cost": "cost_minor",
    "discount": "discount_minor",
    "coupon": "coupon_minor",
    "refund": "refund_minor",
    "unit_price": "price_minor",
}
_EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True)
class Rules:
    """What the business says of its data."""

    currency: str
    timezone: str
    source_timezone: str
    today: date
    order: Order = Order.UNKNOWN

    @property
    def digits(self) -> int:
        return minor_digits(self.currency)


@dataclass(frozen=True)
class Parsing:
    """The columns to read, and the look-ups that the data called for."""

    columns: MappingOf[str, tuple[str, pa.DataType]]
    rules: Rules
    staged: bool
    customers_are_plain: bool
    """No customer has blanks around it or is a word for "none", so that none needs tidying."""
    lookups: dict[str, Table] = field(default_factory=dict)

    @property
    def texts(self) -> list[str]:
        return [name for name, (_, kind) in self.columns.items() if needs_text(name, kind)]

    @property
    def works_on_text(self) -> bool:
        """Whether reading a row again costs enough to keep the outcome."""
        return bool({"time", "amount", "unit_price"} & set(self.texts))

    def column(self, name: str) -> str:
        return self.columns[name][0]

    def type(self, name: str) -> pa.DataType:
        return self.columns[name][1]


def prepare(
    engine: Engine, source: Raw, columns: MappingOf[str, tuple[str, pa.DataType]], rules: Rules, folder: Path
) -> Parsing:
    """Look at the text columns once; read what is written oddly in them."""
    raw = source.table
    parsing = Parsing(columns, rules, source.staged, _are_plain(engine, raw, *columns["customer"]))
    odd = _count_odd(engine, raw, parsing)
    for name in parsing.texts:
        if not odd[f"{name}_odd"]:
            continue
        if name == "time":
            parsing.lookups["day"] = day_lookup(
                _distinct(engine, raw, parsing, name, "day_key"), rules.order, folder / "day.parquet"
            )
            parsing.lookups["clock"] = clock_lookup(
                _distinct(engine, raw, parsing, name, "clock_key"), folder / "clock.parquet"
            )
            continue
        known = Style.POINT if odd[f"{name}_points"] else Style.UNKNOWN
        decimals = decimals_of(name, rules.digits)
        keys = _distinct(engine, raw, parsing, name, f"o_{name}")
        parsing.lookups[name] = money_lookup(keys, rules.currency, decimals, known, folder / f"{name}.parquet")
    return parsing


def _are_plain(engine: Engine, raw: Table, column: str, kind: pa.DataType) -> bool:
    """One cheap look, so that the usual ids of millions of rows are not tidied one by one."""
    if not is_text(kind):
        return False
    odd = "SELECT count(*) AS odd FROM {raw} WHERE "
    inputs: dict[str, Value] = {"raw": raw, "blanks": PATTERNS["blanks"], "plain_id": _PLAIN_ID}
    # No word that says "none" begins as most ids do, with a digit or a letter before N. Asked of one column and alone,
    # this is answered from a file's dictionary; the pattern is asked of every row.
    usual = f"{column} < '0' OR {column} >= 'N' OR trim({column}, {{blanks}}) <> {column} OR {column} IS NULL"
    pattern = f"NOT regexp_matches({column}, {{plain_id}}) OR {column} IS NULL"
    return any(not engine.fetch(odd + rule, **inputs)["odd"][0].as_py() for rule in (usual, pattern))


# At least one digit, so that no word that says "none" is among them.
_PLAIN_ID = "^[A-Za-z_]*[0-9][0-9A-Za-z_]*$"


def parsed_sql(engine: Engine, raw: Table, parsing: Parsing) -> str:
    """The step that appends customer_id, purchased_on, purchased_at, amount_minor … to the raw columns."""
    valued = _valued_sql(parsing)
    return _zoned_sql(engine, raw, parsing, valued)


def inputs(parsing: Parsing, raw: Table) -> dict[str, Value]:
    """What the step's text names."""
    lookups: dict[str, Value] = {f"table_{name}": table for name, table in parsing.lookups.items()}
    return PATTERNS | lookups | {"raw": raw}


def _keyed_sql(parsing: Parsing) -> str:
    """Text columns cleaned as `k_…`; how a time is written as `time_form`; what must be looked up as `o_…`."""
    cleaned = [f"{_clean(parsing, name)} AS k_{name}" for name in parsing.texts]
    first = f"SELECT {', '.join(['raw.*', *cleaned])} FROM {{raw}} AS raw"
    forms = [
        f"CASE WHEN NOT regexp_matches(k_{name}, {{number}}) THEN k_{name} END AS o_{name}"
        for name in parsing.texts
        if name != "time"
    ]
    if "time" not in parsing.texts:
        return f"SELECT {', '.join(['*', *forms])} FROM ({first})"
    forms.append(
        "CASE WHEN k_time IS NULL THEN 0 WHEN length(k_time) = 10 AND regexp_matches(k_time, {iso_day}) THEN 1 "
        "WHEN length(k_time) >= 19 AND regexp_matches(k_time, {iso_moment}) THEN 2 "
        "WHEN regexp_matches(k_time, {day_and_clock}) THEN 3 ELSE 4 END AS time_form"
    )
    second = f"SELECT {', '.join(['*', *forms])} FROM ({first})"
    return (
        "SELECT *, CASE time_form WHEN 3 THEN regexp_extract(k_time, {day_and_clock}, 1) WHEN 4 THEN k_time END "
        "AS day_key, CASE time_form WHEN 3 THEN regexp_extract(k_time, {day_and_clock}, 2) END AS clock_key "
        f"FROM ({second})"
    )


def _count_odd(engine: Engine, raw: Table, parsing: Parsing) -> dict[str, int]:
    counts = []
    for name in parsing.texts:
        odd = "day_key" if name == "time" else f"o_{name}"
        counts.append(f"count({odd}) AS {name}_odd")
        if name != "time":
            counts.append(f"count(*) FILTER (o_{name} IS NULL AND k_{name} LIKE '%.%') AS {name}_points")
    if not counts:
        return {}
    found = engine.fetch(f"SELECT {', '.join(counts)} FROM ({_keyed_sql(parsing)})", **inputs(parsing, raw))
    return {str(name): int(value or 0) for name, value in found.to_pylist()[0].items()}


def _distinct(engine: Engine, raw: Table, parsing: Parsing, name: str, key: str) -> Table:
    only = replace(parsing, columns={name: parsing.columns[name]}, lookups={})
    sql = f"SELECT DISTINCT {key} AS key FROM ({_keyed_sql(only)}) WHERE {key} IS NOT NULL"
    return engine.keep(key, sql, **inputs(only, raw))


def _valued_sql(parsing: Parsing) -> str:
    """Look-ups joined, values taken: `day_found`, `at_found`, `offset_found`, `time_why`, `v_…`."""
    values = [
        *_time_values(parsing),
        *(f"{_value(parsing, name)} AS v_{name}" for name in MONEY if name in parsing.columns),
    ]
    values += [f"l_{name}.why AS why_{name}" for name in MONEY if name in parsing.lookups]
    joins = [
        f"LEFT JOIN {{table_{name}}} AS l_{name} ON o_{name} = l_{name}.key"
        for name in MONEY
        if name in parsing.lookups
    ]
    if "day" in parsing.lookups:
        joins.append("LEFT JOIN {table_day} AS l_day ON day_key = l_day.key")
        joins.append("LEFT JOIN {table_clock} AS l_clock ON clock_key = l_clock.key")
    return f"SELECT keyed.*, {', '.join(values)} FROM ({_keyed_sql(parsing)}) AS keyed {' '.join(joins)}"


def _value(parsing: Parsing, name: str) -> str:
    return exact_value(
        name, parsing.column(name), parsing.type(name), parsing.rules.digits, looked_up=name in parsing.lookups
    )


def _time_values(parsing: Parsing) -> list[str]:
    column, kind = parsing.columns["time"]
    if pa.types.is_date(kind):
        nothing = "CAST(NULL AS TIMESTAMP) AS at_found", "CAST(NULL AS BIGINT) AS offset_found"
        return [f"CAST({column} AS DATE) AS day_found", *nothing, "CAST(NULL AS VARCHAR) AS time_why"]
    if "time" not in parsing.texts:
        offset = "0" if is_zoned(kind) else "NULL"
        moment = f"CAST({column} AS TIMESTAMP)"
        return [
            f"CAST({moment} AS DATE) AS day_found",
            f"{moment} AS at_found",
            f"CAST({offset} AS BIGINT) AS offset_found",
            "CAST(NULL AS VARCHAR) AS time_why",
        ]
    return _looked_up_times("day" in parsing.lookups)


def _looked_up_times(looked_up: bool) -> list[str]:
    day = "WHEN 1 THEN try_cast(k_time AS DATE) WHEN 2 THEN CAST(try_cast(k_time AS TIMESTAMP) AS DATE)"
    at = "WHEN 2 THEN try_cast(k_time AS TIMESTAMP)"
    if not looked_up:
        empty = "CAST(NULL AS BIGINT) AS offset_found", "CAST(NULL AS VARCHAR) AS time_why"
        return [f"CASE time_form {day} END AS day_found", f"CASE time_form {at} END AS at_found", *empty]
    second = "coalesce(l_clock.second_of, l_day.second_of)"
    return [
        f"CASE time_form {day} ELSE l_day.day_of END AS day_found",
        f"CASE time_form {at} ELSE CAST(l_day.day_of AS TIMESTAMP) + {second} * INTERVAL 1 SECOND END AS at_found",
        "coalesce(l_clock.offset_of, l_day.offset_of) AS offset_found",
        "coalesce(l_day.why, l_clock.why) AS time_why",
    ]


def _zoned_sql(engine: Engine, raw: Table, parsing: Parsing, valued: str) -> str:
    """Days and moments in the business's time zone, then all fields under their names in the contract."""
    rules = parsing.rules
    shifted = _shifts(parsing)
    at = "at_found"
    if shifted:
        first, last = _span(engine, raw, parsing, valued)
        utc = f"CASE WHEN offset_found IS NULL THEN {to_utc('at_found', rules.source_timezone, first, last)} "
        utc += "ELSE at_found - offset_found * INTERVAL 1 SECOND END"
        valued = f"SELECT *, {utc} AS at_utc FROM ({valued})"
        same = "offset_found IS NULL AND " + ("TRUE" if rules.source_timezone == rules.timezone else "FALSE")
        at = f"CASE WHEN {same} THEN at_found ELSE {from_utc('at_utc', rules.timezone, first, last)} END"
        valued = f"SELECT *, {at} AS at_local FROM ({valued})"
        at = "at_local"
    day = f"CASE WHEN {at} IS NULL THEN day_found ELSE CAST({at} AS DATE) END" if shifted else "day_found"
    fields = [f"{day} AS purchased_on", f"{at} AS purchased_at", *_fields(parsing)]
    return f"SELECT *, {', '.join(fields)} FROM ({valued})"


def _shifts(parsing: Parsing) -> bool:
    kind = parsing.type("time")
    if pa.types.is_date(kind):
        return False
    return is_zoned(kind) or "day" in parsing.lookups or parsing.rules.source_timezone != parsing.rules.timezone


def _span(engine: Engine, raw: Table, parsing: Parsing, valued: str) -> tuple[date, date]:
    """First and last day that may be kept, so that the offsets of the zone are looked up for those years only."""
    found = engine.fetch(
        f"SELECT min(day_found) AS first, max(day_found) AS last FROM ({valued}) "
        "WHERE day_found BETWEEN {earliest} AND {latest}",
        earliest=_EARLIEST,
        latest=parsing.rules.today,
        **inputs(parsing, raw),
    ).to_pylist()[0]
    return found["first"] or parsing.rules.today, found["last"] or parsing.rules.today


def _fields(parsing: Parsing) -> list[str]:
    digits = parsing.rules.digits
    named = [f"{_customer(parsing)} AS customer_id"]
    named += [f"{_clean(parsing, field_name)} AS {name}" for field_name, name in _TEXTS.items()]
    named += [
        f"{minor(f'v_{field_name}', digits) if field_name in parsing.columns else 'CAST(NULL AS BIGINT)'} AS {name}"
        for field_name, name in _MINORS.items()
    ]
    quantity = "CAST(v_quantity AS DOUBLE)" if "quantity" in parsing.columns else "CAST(NULL AS DOUBLE)"
    return [*named, f"{quantity} AS quantity", f"{_clean(parsing, 'status')} AS status", *_amount(parsing)]


def _amount(parsing: Parsing) -> list[str]:
    """The line's total as `line_minor`, or price × quantity; `amount_why` says why there is none."""
    digits = parsing.rules.digits
    if "amount" in parsing.columns:
        short = minor_of_decimal(*parsing.columns["amount"], digits)
        why = "why_amount" if "amount" in parsing.lookups else "CAST(NULL AS VARCHAR)"
        return [f"{short or minor('v_amount', digits)} AS line_minor", f"{why} AS amount_why"]
    product = f"CAST(round(v_unit_price * v_quantity, {digits}) AS DECIMAL(38, {digits}))"
    fits = f"CASE WHEN abs({product}) < 1000000000000 THEN {product} END"
    why = "why_unit_price" if "unit_price" in parsing.lookups else "CAST(NULL AS VARCHAR)"
    return [f"CAST({fits} * {10**digits} AS BIGINT) AS line_minor", f"{why} AS amount_why"]


def _customer(parsing: Parsing) -> str:
    column, kind = parsing.columns["customer"]
    return column if is_text(kind) and parsing.customers_are_plain else tidied(column, kind)


def _clean(parsing: Parsing, name: str) -> str:
    if name not in parsing.columns:
        return "CAST(NULL AS VARCHAR)"
    return clean(*parsing.columns[name], staged=parsing.staged)
