"""On which weekday and in which month a customer mostly buys, and what everybody buys: the facts of habits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from shuke.engines import Table

HABITS = ("bought_days", "main_weekday", "main_weekday_share", "main_month", "main_month_share")
_START = date(1970, 1, 1)
"""Days are counted from here: a Thursday."""
_LATE_DAYS, _YEAR_DAYS = 730, 365
# Two years have at most 105 of a weekday and 62 days of a month: counts of 9 and of 7 bits hold them, and a whole
# number holds seven of the one or six of the other. Three sums are far cheaper than nineteen.
_WEEKDAY_BITS, _MONTH_BITS = 9, 7
_WEEKDAY = "(day + 3) % 7"
_MONTH = f"month(DATE '{_START}' + day)"
PACKED = (
    "count(*) AS bought_days",
    "max(day) - min(day) AS span_days",
    f"CAST(sum(CAST(1 AS BIGINT) << CAST({_WEEKDAY_BITS} * ({_WEEKDAY}) AS INT)) AS BIGINT) AS weekdays",
    *(
        f"CAST(sum(CASE WHEN {_MONTH} > {after} AND {_MONTH} <= {after + 6} THEN CAST(1 AS BIGINT) <<"
        f" CAST({_MONTH_BITS} * ({_MONTH} - {after + 1}) AS INT) ELSE 0 END) AS BIGINT) AS {name}"
        for name, after in (("months_1", 0), ("months_2", 6))
    ),
)
"""Sums over a customer's days, as numbers since 1970."""


def habits(purchases: Table, *, as_of: date) -> Table:
    """customer_id and HABITS, of the days of the last two years on which something was bought; kept.

    A month is told only where first and last of these days lie a year apart, so that every month has had its turn. Of
    weekdays or months with equally many days the first is told.
    """
    sql = f"SELECT customer_id, {', '.join(PACKED)} FROM ({_DAYS}) AS days GROUP BY customer_id"
    since = as_of - timedelta(days=_LATE_DAYS)
    return purchases.engine.keep("habits", _unpacked(sql), t=purchases, as_of=as_of, since=since, start=_START)


def category_shares(purchases: Table, *, as_of: date) -> Table:
    """category and all_share: of the lines that all customers bought, how many are of it; kept."""
    sql = _SHARES if "category" in purchases.columns else _NO_SHARES
    return purchases.engine.keep("category_shares", sql, t=purchases, as_of=as_of)


_DAYS = """
SELECT customer_id, CAST(date_diff('day', {start}, purchased_on) AS INT) AS day
FROM {t} WHERE amount_minor > 0 AND purchased_on <= {as_of} AND purchased_on > {since}
GROUP BY customer_id, purchased_on
"""
_SHARES = """
SELECT category, n / CAST(sum(n) OVER () AS DOUBLE) AS all_share FROM (
  SELECT category, count(*) AS n FROM {t}
  WHERE amount_minor > 0 AND purchased_on <= {as_of} AND category IS NOT NULL GROUP BY category
) AS counted
"""
_NO_SHARES = (
    "SELECT CAST(NULL AS VARCHAR) AS category, CAST(NULL AS DOUBLE) AS all_share FROM {t} WHERE {as_of} IS NULL"
)


def _unpacked(sql: str) -> str:
    counted = [*_counts("weekday", ("weekdays",), _WEEKDAY_BITS, 7)]
    counted += _counts("month", ("months_1", "months_2"), _MONTH_BITS, 6)
    most = f"{_greatest('weekday', 7)} AS weekday_most, {_greatest('month', 12)} AS month_most"
    return f"""
        SELECT customer_id, bought_days,
          {_which("weekday", 7)} AS main_weekday,
          weekday_most / CAST(bought_days AS DOUBLE) AS main_weekday_share,
          CASE WHEN span_days >= {_YEAR_DAYS} THEN {_which("month", 12)} END AS main_month,
          CASE WHEN span_days >= {_YEAR_DAYS} THEN month_most / CAST(bought_days AS DOUBLE) END AS main_month_share
        FROM (SELECT *, {most} FROM (SELECT *, {", ".join(counted)} FROM ({sql}) AS packed) AS counted) AS compared
    """


def _counts(name: str, sums: Sequence[str], bits: int, each: int) -> list[str]:
    parts = [f"(({packed} >> {bits * place}) & {2**bits - 1})" for packed in sums for place in range(each)]
    return [f"{part} AS {name}_{place}" for place, part in enumerate(parts, 1)]


def _greatest(name: str, many: int) -> str:
    return f"greatest({', '.join(f'{name}_{place}' for place in range(1, many + 1))})"


def _which(name: str, many: int) -> str:
    whens = " ".join(f"WHEN {name}_{place} = {name}_most THEN {place}" for place in range(1, many + 1))
    return f"CAST(CASE {whens} END AS BIGINT)"
