"""Days in order, once for all that asks how even gaps and amounts are: evenness of late, and a customer's own past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shuke.classify._indicator_definition import SHIPPED
from shuke.classify._lines import START, Lines, narrow
from shuke.classify._sources import Sources
from shuke.engines import Table


@dataclass(frozen=True)
class Evenness:
    """Of which days, those after `since`, and from how many gaps on, evenness is spoken of."""

    since: date
    least_gaps: int


@dataclass(frozen=True)
class Past:
    """A customer's own past: the days up to `start`, held against those after it."""

    start: date
    as_of: date


def day_facts(lines: Lines, even: Evenness | None, past: Past | None) -> Table:
    """Lines to days, days in order, days to customers (by number), with the figures of what is asked.

    A day counts for evenness when something was bought, for the past when it adds up to more than nothing: the two are
    the same unless money went back, so the day before is looked for twice only then.
    """
    if lines.lines is None:
        raise ValueError("days were not asked for when lines were made narrow")
    figures = [*(_EVEN if even else ()), *(_OWN if past else ())]
    inner = _DAYS.format(
        after="WHERE day > {since}" if past is None else "",
        paid=_PAID if lines.returned else "CAST(sum(amount_minor) AS BIGINT)",
        before_bought=_LOOKED_FOR if lines.returned else "lag(day) OVER (PARTITION BY number ORDER BY day)",
    )
    since = even.since if even else START
    start, as_of = (past.start, past.as_of) if past else (START, START)
    sql = f"SELECT number, {', '.join(figures)} FROM ({inner}) AS days GROUP BY number"
    return lines.lines.engine.keep(
        "day_facts",
        sql,
        lines=lines.lines,
        since=(since - START).days,
        least_gaps=even.least_gaps if even else 0,
        start=(start - START).days,
        as_of=(as_of - START).days,
    )


_PAID = "CAST(sum(CASE WHEN amount_minor > 0 THEN amount_minor ELSE 0 END) AS BIGINT)"


def own_past(people: Table, days: Table) -> Table:
    """The figures of each customer's own past, by customer_id; who has no purchase day has none."""
    sql = f"""
        SELECT p.customer_id, {", ".join(OWN_PAST)} FROM {{people}} AS p JOIN {{days}} AS d ON p.number = d.number
        WHERE before_days + recent_purchases > 0
    """
    return people.engine.keep("own_past", sql, people=people, days=days)


def look_back(purchases: Table, past: Past) -> Table:
    """As `own_past`, where nothing else is asked of the lines."""
    sources = Sources.of(purchases, past.as_of, None, None)
    lines = narrow(sources, SHIPPED.settings, set(), days=True)
    days = day_facts(lines, None, past)
    own = own_past(lines.people, days)
    days.engine.drop(days)
    lines.drop()
    return own


# Days rise, so the latest before is the greatest before.
_LOOKED_FOR = """
    max(CASE WHEN spend > 0 THEN day END) OVER (
      PARTITION BY number ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"""

_DAYS = """
  SELECT number, day, CAST(paid AS DOUBLE) AS paid, even_gap, spend > 0 AS bought,
    CASE WHEN spend > 0 THEN ln(CAST(spend AS DOUBLE)) END AS spend_log,
    CASE WHEN spend > 0 THEN day - before_bought END AS gap
  FROM (
    SELECT *, CASE WHEN before > {{since}} THEN day - before END AS even_gap
    FROM (
      SELECT number, day, spend, paid, lag(day) OVER (PARTITION BY number ORDER BY day) AS before,
        {before_bought} AS before_bought
      FROM (
        SELECT number, day, CAST(sum(amount_minor) AS BIGINT) AS spend, {paid} AS paid
        FROM {{lines}} {after} GROUP BY number, day
      ) AS summed WHERE paid > 0
    ) AS ordered
  ) AS gaps
"""

_LATE = "CASE WHEN day > {since} THEN paid END"
_EVEN = (
    "CASE WHEN count(even_gap) >= {least_gaps} THEN stddev_samp(even_gap) / avg(even_gap) END AS gap_variation",
    f"CASE WHEN count(even_gap) >= {{least_gaps}} THEN stddev_samp({_LATE}) / avg({_LATE}) END AS amount_variation",
)
_OWN = (
    "count(gap) AS gaps",
    "avg(gap) AS gap_mean",
    "count(CASE WHEN day <= {start} THEN gap END) AS before_gaps",
    "avg(CASE WHEN day <= {start} THEN gap END) AS before_gap_mean",
    "stddev_samp(CASE WHEN day <= {start} THEN gap END) AS before_gap_spread",
    "CAST({as_of} - max(CASE WHEN bought THEN day END) AS DOUBLE) AS silence",
    "CAST({start} - min(CASE WHEN bought THEN day END) AS DOUBLE) AS before_length",
    "count(CASE WHEN day <= {start} THEN spend_log END) AS before_days",
    "count(CASE WHEN day > {start} THEN spend_log END) AS recent_purchases",
    "avg(CASE WHEN day <= {start} THEN spend_log END) AS before_log",
    "stddev_samp(CASE WHEN day <= {start} THEN spend_log END) AS before_spread",
    "avg(CASE WHEN day > {start} THEN spend_log END) AS recent_log",
)
OWN_PAST = tuple(figure.rsplit(" AS ", 1)[1] for figure in _OWN)
"""The figures of a customer's own past, as columns: `signs` makes bands of them."""
