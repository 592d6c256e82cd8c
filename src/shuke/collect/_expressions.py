"""SQL for one field each: clean text, exact money, days and moments. The dialect is DuckDB's, the meaning every
engine's."""

from __future__ import annotations

import pyarrow as pa

from shuke.collect._found import is_text, is_zoned
from shuke.engines import Value

# Patterns and texts are handed to a step by name, since braces in its text stand for inputs.
PATTERNS: dict[str, Value] = {
    "blanks": " \t\r\n\u00a0\u3000\ufeff",
    "nothing": ["null", "none", "nan", "n/a", "#n/a", "-", "--", "nil", "undefined", "无", "無"],
    "iso_day": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "iso_moment": "^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?$",
    # A day, then a clock time: looked up apart, so that the distinct values stay few.
    "day_and_clock": "^([0-9]{1,4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,4})(?:[ T,]+|日 *)(.+)$",
    # Three decimals are left out: 1.234 may be a thousand.
    "number": "^-?[0-9]{1,12}([.][0-9]{1,2}|[.][0-9]{4})?$",
}
MONEY = ("amount", "unit_price", "quantity", "cost", "discount", "coupon", "refund")
_FACTORS = ("unit_price", "quantity")


def needs_text(field: str, kind: pa.DataType) -> bool:
    """Whether the field's column is read as text: it is text, or whole numbers that stand for dates."""
    if field == "time":
        return not pa.types.is_temporal(kind)
    return field in MONEY and not _is_number(kind)


def clean(column: str, kind: pa.DataType, *, staged: bool) -> str:
    """A column as text, null where it is blank."""
    if not is_text(kind):
        return as_text(column, kind)
    # What was staged has its blanks cut off already.
    return f"NULLIF({column}, '')" if staged else f"NULLIF(trim({column}), '')"


def tidied(column: str, kind: pa.DataType) -> str:
    """A text without blanks of any kind around it, null where it says that there is none."""
    bare = f"NULLIF(trim({column}, {{blanks}}), '')"
    return (
        f"CASE WHEN lower({bare}) IN {{nothing}} THEN NULL ELSE {bare} END" if is_text(kind) else as_text(column, kind)
    )


def as_text(column: str, kind: pa.DataType) -> str:
    """Whole floats (a data frame's numbers with gaps) without a point, so that a customer has one id in all files;
    dates read as text keep six decimals. A moment in a zone has its offset beside it, whatever the engine writes."""
    if is_zoned(kind):
        return f"CAST(CAST({column} AS TIMESTAMP) AS VARCHAR) || '+00:00'"
    if pa.types.is_floating(kind):
        whole = f"CAST(try_cast({column} AS BIGINT) AS VARCHAR)"
        exact = f"CAST(try_cast({column} AS DECIMAL(18, 6)) AS VARCHAR)"
        return f"CASE WHEN isnan({column}) THEN NULL WHEN {column} = floor({column}) THEN {whole} ELSE {exact} END"
    return f"CAST({column} AS VARCHAR)"


def decimals_of(field: str, digits: int) -> int:
    """How many decimals are read: those of the currency, and more of what is only multiplied to become an amount."""
    return 4 if field in _FACTORS else digits


def exact_value(field: str, column: str, kind: pa.DataType, digits: int, *, looked_up: bool) -> str:
    """The field as DECIMAL(18, 4), null where it cannot be read."""
    if needs_text(field, kind):
        plain = f"CASE WHEN regexp_matches(k_{field}, {{number}}) THEN try_cast(k_{field} AS DECIMAL(18, 4))"
        return f"{plain} ELSE l_{field}.value END" if looked_up else f"{plain} END"
    # Rounded once, to what is kept: twice would move a half.
    decimals = decimals_of(field, digits)
    if pa.types.is_decimal(kind) and kind.scale > 4:
        return f"try_cast(round({column}, {decimals}) AS DECIMAL(18, 4))"
    if pa.types.is_floating(kind) and decimals < 4:
        # Beyond six decimals a float has noise: 1.005 is stored as 1.00499999999999989.
        return f"try_cast(round(try_cast({column} AS DECIMAL(18, 6)), {decimals}) AS DECIMAL(18, 4))"
    return f"try_cast({column} AS DECIMAL(18, 4))"


def minor(value: str, digits: int) -> str:
    """Major units to whole minor units, halves away from zero; null where the amount is out of all proportion."""
    inside = f"CASE WHEN {value} > -1000000000000 AND {value} < 1000000000000 THEN {value} END"
    return f"CAST(round({inside}, {digits}) * {10**digits} AS BIGINT)"


def minor_of_decimal(column: str, kind: pa.DataType, digits: int) -> str | None:
    """The short way for a decimal column that has no more decimals than the currency and room to spare."""
    if pa.types.is_decimal(kind) and kind.scale <= digits and kind.precision - kind.scale <= 12:
        return f"CAST({column} * {10**digits} AS BIGINT)"
    return None


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))
