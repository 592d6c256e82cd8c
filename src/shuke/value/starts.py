"""How each customer began, and what came of it month by month: what cohorts, first baskets and payback count from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shuke.engines import Table
from shuke.kit.errors import InputError
from shuke.tables import PURCHASES, SOURCES
from shuke.value.sampled import hash_below
from shuke.value.summary import MarginRates, ValueBasis, line_margin_units, summarise

YEAR_DAYS = 365
UNITS = 10_000
"""Values inside are in ten-thousandths of a minor unit, as in `summary`, so that money stays whole."""


@dataclass(frozen=True)
class Starts:
    """Two tables, kept until `drop`.

    - `buyers`, one row a customer: `first_purchase`, `left_truncated`, the calendar month of it `began` (a number that
      rises by 1 a month), `observed_days` and `observed_months` since, of the first day's largest line `category`,
      `channel` and `store`, `source` where a table of sources was given, and `lifetime_minor`: margin so far and the
      forecast, NULL without one;
    - `months`, one row for each customer, calendar month (`period`) and month of the customer's own time (`own`: 0 is
      the first day, 1 to 12 the 365 days after it): `purchases`, `units` of value, `first_spend` of the first day,
      and the `next_day` on which the customer came back.
    """

    buyers: Table
    months: Table
    known: Table
    """All customers, of whom `buyers` may be a sample."""

    def drop(self) -> None:
        """Free what is kept."""
        for table in (self.months, self.buyers):
            table.engine.drop(table)


def starts(
    purchases: Table,
    *,
    as_of: date,
    basis: ValueBasis,
    rates: MarginRates,
    left_truncation_days: int | None,
    scores: Table | None,
    sources: Table | None,
    most_customers: int | None = None,
) -> Starts:
    """Who began when and with what. `scores`: those of the same run, so that nothing is computed twice.

    Of more than `most_customers`, about so many are looked at, chosen by the md5 of their ids (`value.sampled`).

    The month of the customer's own time is ceil(12 days / 365): whole numbers alone, the same on every engine.
    """
    PURCHASES.require(purchases.schema)
    known = _summary(purchases, as_of, basis, rates, left_truncation_days) if scores is None else scores
    buyers = _buyers(purchases, _some(known, most_customers), as_of, sources)
    months = purchases.engine.keep(
        "own_months",
        _MONTHS.replace("VALUE", line_margin_units(basis, rates)),
        purchases=purchases,
        buyers=buyers,
        as_of=as_of,
        year_days=YEAR_DAYS,
    )
    return Starts(buyers, months, known)


def _some(known: Table, most: int | None) -> Table:
    if most is None:
        return known
    customers = known.engine.fetch("SELECT count(*) AS customers FROM {known}", known=known)["customers"][0].as_py()
    if customers <= most:
        return known
    below = hash_below(most / customers)
    return known.engine.view(
        "some_known", "SELECT * FROM {known} WHERE substr(md5(customer_id), 1, 8) < {below}", known=known, below=below
    )


def _summary(
    purchases: Table, as_of: date, basis: ValueBasis, rates: MarginRates, left_truncation_days: int | None
) -> Table:
    return summarise(purchases, as_of=as_of, rates=rates, basis=basis, left_truncation_days=left_truncation_days).table


def _buyers(purchases: Table, known: Table, as_of: date, sources: Table | None) -> Table:
    lifetime = "margin_minor + clv_minor" if "clv_minor" in known.columns else "CAST(NULL AS BIGINT)"
    given = {} if sources is None else {"sources": _one_each(sources)}
    source = "s.source" if given else "CAST(NULL AS VARCHAR)"
    joined = "LEFT JOIN {sources} AS s ON s.customer_id = k.customer_id" if given else ""
    return purchases.engine.keep(
        "buyers",
        _BUYERS.replace("LIFETIME", lifetime).replace("SOURCE", source).replace("JOINED", joined),
        purchases=purchases,
        known=known,
        as_of=as_of,
        year_days=YEAR_DAYS,
        **given,
    )


def _one_each(sources: Table) -> Table:
    SOURCES.require(sources.schema)
    twice = sources.engine.fetch(_TWICE, sources=sources).to_pylist()
    if twice:
        raise InputError.of("error.sources_twice", customer=twice[0]["customer_id"], times=twice[0]["times"])
    return sources


_TWICE = """
    SELECT customer_id, count(*) AS times FROM {sources}
    GROUP BY customer_id HAVING count(*) > 1 ORDER BY customer_id LIMIT 1
"""

_BUYERS = """
    SELECT k.customer_id, k.first_purchase, k.left_truncated,
        CAST(year(k.first_purchase) * 12 + month(k.first_purchase) - 1 AS BIGINT) AS began,
        CAST(date_diff('day', k.first_purchase, {as_of}) AS BIGINT) AS observed_days,
        CAST(date_diff('day', k.first_purchase, {as_of}) AS BIGINT) * 12 // {year_days} AS observed_months,
        l.category, l.channel, l.store, SOURCE AS source, LIFETIME AS lifetime_minor
    FROM {known} AS k
    LEFT JOIN (
        SELECT p.customer_id, p.category, p.channel, p.store,
            row_number() OVER (
                PARTITION BY p.customer_id ORDER BY p.amount_minor DESC, p.category, p.source_file, p.source_row
            ) AS place
        FROM {purchases} AS p JOIN {known} AS f
            ON f.customer_id = p.customer_id AND f.first_purchase = p.purchased_on
    ) AS l ON l.customer_id = k.customer_id AND l.place = 1
    JOINED
"""

_MONTHS = """
    SELECT customer_id, began, period, own,
        count(CASE WHEN spend > 0 THEN 1 END) AS purchases,
        CAST(sum(units) AS BIGINT) AS units,
        CAST(sum(CASE WHEN age_days = 0 THEN spend END) AS BIGINT) AS first_spend,
        min(CASE WHEN spend > 0 AND age_days > 0 THEN age_days END) AS next_day
    FROM (
        SELECT d.customer_id, b.began, d.spend, d.units,
            CAST(year(d.day) * 12 + month(d.day) - 1 AS BIGINT) AS period,
            CAST(date_diff('day', b.first_purchase, d.day) AS BIGINT) AS age_days,
            (greatest(CAST(date_diff('day', b.first_purchase, d.day) AS BIGINT), 0) * 12 + {year_days} - 1)
                // {year_days} AS own
        FROM (
            SELECT customer_id, purchased_on AS day,
                CAST(sum(amount_minor) AS BIGINT) AS spend, CAST(sum(VALUE) AS BIGINT) AS units
            FROM {purchases}
            WHERE purchased_on <= {as_of} AND customer_id IN (SELECT customer_id FROM {buyers})
            GROUP BY customer_id, purchased_on
        ) AS d JOIN {buyers} AS b ON b.customer_id = d.customer_id
    )
    GROUP BY customer_id, began, period, own
"""
