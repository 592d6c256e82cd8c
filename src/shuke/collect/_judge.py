"""Which rows are kept and which are set aside, and why: the first reason in a stated order."""

from __future__ import annotations

from datetime import date

from shuke.collect import amounts, dates
from shuke.collect._found import Raw
from shuke.collect._mapping import Mapping
from shuke.collect._parse import Parsing, inputs, parsed_sql
from shuke.engines import Engine, Table

# In this order: a row that fails several rules is counted under the first.
REASONS = (
    "undecodable_row",
    "unclosed_quote",
    "ragged_row",
    "no_sale",
    "missing_customer",
    dates.AMBIGUOUS,
    dates.UNREADABLE,
    "date_out_of_range",
    "future_date",
    amounts.FOREIGN,
    amounts.AMBIGUOUS,
    amounts.UNREADABLE,
    "duplicate",
)
_EARLIEST = date(1900, 1, 1)


def judged(engine: Engine, raw: Raw, parsing: Parsing, mapping: Mapping, duplicates: Table | None) -> Table:
    """All raw columns, the contract's columns, and `reason`, null for a row that is kept."""
    parsed = parsed_sql(engine, raw.table, parsing)
    sql = f"SELECT parsed.*, {_duplicate(duplicates)} AS is_duplicate FROM ({parsed}) AS parsed"
    if duplicates is not None:
        sql += (
            " LEFT JOIN {duplicates} AS repeated ON parsed.source_file = repeated.repeated_file "
            "AND parsed.source_row = repeated.repeated_row"
        )
    sql = _spread(sql, parsing, raw) if mapping.spread else f"SELECT *, {_net(parsing)} AS amount_minor FROM ({sql})"
    reason = _reason(mapping)
    return engine.view(
        "judged",
        f"SELECT *, {reason} AS reason FROM ({sql})",
        duplicates=duplicates,
        earliest=_EARLIEST,
        today=parsing.rules.today,
        **{f"no_sale{number}": pattern for number, pattern in enumerate(mapping.no_sale)},
        **inputs(parsing, raw.table),
    )


def _duplicate(duplicates: Table | None) -> str:
    return "FALSE" if duplicates is None else "repeated.repeated_row IS NOT NULL"


def _net(parsing: Parsing) -> str:
    """What was paid less what was paid back."""
    return "line_minor - coalesce(refund_minor, 0)" if "refund" in parsing.columns else "line_minor"


def _reason(mapping: Mapping) -> str:
    no_sale = " OR ".join(f"status LIKE {{no_sale{number}}}" for number in range(len(mapping.no_sale)))
    first = f"WHEN {no_sale} THEN 'no_sale' " if no_sale else ""
    return (
        f"CASE {first}"
        "WHEN customer_id IS NULL THEN 'missing_customer' "
        "WHEN time_why IS NOT NULL THEN time_why "
        "WHEN purchased_on IS NULL THEN 'unreadable_date' "
        "WHEN purchased_on < {earliest} THEN 'date_out_of_range' "
        "WHEN purchased_on > {today} THEN 'future_date' "
        "WHEN amount_why IS NOT NULL THEN amount_why "
        "WHEN amount_minor IS NULL THEN 'unreadable_amount' "
        "WHEN is_duplicate THEN 'duplicate' END"
    )


def _spread(sql: str, parsing: Parsing, raw: Raw) -> str:
    """An order's total, which stands on its first line or on all, over its lines by price × quantity.

    Each line gets the rounded total up to it less the rounded total before it, so that the shares add up to the cent.
    Where an order's lines name different amounts, these are the lines' own and stay as they are: taking one of them for
    the order's total would lose the others. What else stands on the first line only (customer, time, status) is carried
    to the lines that lack it.
    """
    whole = "PARTITION BY order_key"
    carried = ("customer_id", "purchased_on", "purchased_at", "status")
    alone = "source_file || '#' || CAST(source_row AS VARCHAR)"
    keyed = f"SELECT *, {_weight(parsing)} AS weight, coalesce(order_id, {alone}) AS order_key FROM ({sql})"
    by_line = "source_file, source_row"
    totals = f"""SELECT *, {_net_of_order(parsing, whole)} AS order_minor,
        min(line_minor) OVER ({whole}) < max(line_minor) OVER ({whole}) AS lines_differ,
        CAST(sum(weight) OVER ({whole}) AS BIGINT) AS order_weight,
        CAST(sum(weight) OVER ({whole} ORDER BY {by_line} ROWS UNBOUNDED PRECEDING) AS BIGINT) AS weight_so_far,
        row_number() OVER ({whole} ORDER BY CASE WHEN is_duplicate THEN 1 ELSE 0 END, {by_line}) AS line_number,
        max(time_why) OVER ({whole}) AS order_time_why, max(amount_why) OVER ({whole}) AS order_amount_why,
        {", ".join(f"max({name}) OVER ({whole}) AS order_{name}" for name in carried)}
        FROM ({keyed})"""
    upto, before = _share("weight_so_far"), _share("(weight_so_far - weight)")
    share = (
        f"CASE WHEN lines_differ THEN {_net(parsing)} "
        f"WHEN order_weight > 0 THEN {upto} - {before} WHEN line_number = 1 THEN order_minor "
        "WHEN order_minor IS NOT NULL THEN 0 END"
    )
    replaced = {f"coalesce({name}, order_{name})": name for name in carried} | {
        "CASE WHEN order_purchased_on IS NULL THEN order_time_why END": "time_why",
        "CASE WHEN order_minor IS NULL THEN order_amount_why END": "amount_why",
    }
    kept = _columns_beside(raw, set(replaced.values()))
    chosen = ", ".join([*kept, *(f"{value} AS {name}" for value, name in replaced.items()), f"{share} AS amount_minor"])
    return f"SELECT {chosen} FROM ({totals})"


def _weight(parsing: Parsing) -> str:
    """Price × quantity in minor units, up to ten billion, nothing for a repeated row."""
    price = "price_minor" if "unit_price" in parsing.columns else "CAST(1 AS BIGINT)"
    pieces = "coalesce(CAST(quantity AS BIGINT), 1)" if "quantity" in parsing.columns else "CAST(1 AS BIGINT)"
    fits = f"{price} BETWEEN 0 AND 1000000000 AND {pieces} BETWEEN 0 AND 1000"
    return f"CASE WHEN NOT is_duplicate AND {fits} THEN {price} * {pieces} ELSE CAST(0 AS BIGINT) END"


def _net_of_order(parsing: Parsing, whole: str) -> str:
    total = f"max(line_minor) OVER ({whole})"
    return f"({total} - coalesce(max(refund_minor) OVER ({whole}), 0))" if "refund" in parsing.columns else total


def _share(weight: str) -> str:
    """The order's total up to a weight: at the last line the quotient is exactly 1, so that the total is met."""
    return f"CAST(round(order_minor * (CAST({weight} AS DOUBLE) / CAST(order_weight AS DOUBLE))) AS BIGINT)"


def _columns_beside(raw: Raw, replaced: set[str]) -> list[str]:
    others = (
        "order_id", "product_id", "category", "channel", "store", "cost_minor", "discount_minor", "coupon_minor",
        "quantity", "source_file", "source_row", "is_duplicate",
    )  # fmt: skip
    return [name for name in (*(column.inside for column in raw.columns), *others) if name not in replaced]
