"""The sums that indicators are made of, each a table of one row a customer, by the customer's number.

Those of all lines of a customer stand with `_lines.Lines.people`, those of days in `_days.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from shuke.classify._goods import KNOWN, NEW, POINT, SLOT
from shuke.classify._indicator_definition import Indicator, IndicatorSettings
from shuke.classify._sources import POINTS
from shuke.engines import Table, literal


def goods_facts(lines: Table, *, pointed: bool) -> Table:
    """One pass of lines by customer: how new they were, of how many products, and advertised by what."""
    sums = [
        "count(*) AS product_lines",
        f"CAST(sum({NEW}) AS BIGINT) AS new_lines",
        f"CAST(sum({KNOWN}) AS BIGINT) AS known_lines",
        f"bit_count(bit_or(CAST(1 AS BIGINT) << CAST({SLOT} AS INT))) AS product_slots",
    ]
    if pointed:
        sums.append(f"count(CASE WHEN {POINT} > 0 THEN 1 END) AS pointed_lines")
        sums += [f"count(CASE WHEN {POINT} = {n} THEN 1 END) AS {point}_lines" for n, point in enumerate(POINTS, 1)]
    sql = f"""
        SELECT number, {", ".join(sums)} FROM {{lines}} WHERE amount_minor > 0 AND mark IS NOT NULL GROUP BY number
    """
    return lines.engine.keep("goods_facts", sql, lines=lines)


def kind_facts(lines: Table, kinds: Table) -> Table:
    """One pass of lines by customer and category: how many kinds, which mostly, and how dear within each.

    The usual price of a category is the geometric mean of its customers', a piece where quantities are known, else a
    line.
    """
    engine = lines.engine
    by_kind = engine.keep("by_kind", _BY_KIND, lines=lines)
    table = engine.keep("kind_facts", _OF_KINDS, by_kind=by_kind, kinds=kinds)
    engine.drop(by_kind)
    return table


_BY_KIND = """
SELECT number, kind, n, came_back, ln(listed / pieces) AS price_log FROM (
  SELECT number, kind, count(*) AS n, CAST(sum(listed_minor) AS DOUBLE) AS listed,
    CAST(sum(pieces) AS DOUBLE) AS pieces, CASE WHEN min(day) < max(day) THEN 1 ELSE 0 END AS came_back
  FROM {lines} WHERE amount_minor > 0 AND kind IS NOT NULL GROUP BY number, kind
) AS grouped
"""

# The category with most lines, of equals the one more bought by all, is the greatest of one number made of both.
_OF_KINDS = """
SELECT number, categories, repeated_categories, category_lines, category_pairs, priced_lines, price_log,
  main_category_lines, k.category AS main_category
FROM (
  SELECT *, code // 1000000 AS main_category_lines, 1000000 - code % 1000000 AS main_kind
  FROM (
    SELECT number, count(*) AS categories, sum(came_back) AS repeated_categories,
      CAST(sum(n) AS BIGINT) AS category_lines, CAST(sum(n * (n - 1)) AS DOUBLE) AS category_pairs,
      CAST(sum(n) AS BIGINT) AS priced_lines, sum(n * (b.price_log - u.usual_log)) AS price_log,
      max(n * 1000000 + 1000000 - b.kind) AS code
    FROM {by_kind} AS b JOIN (
      SELECT kind, sum(n * price_log) / sum(n) AS usual_log FROM {by_kind} GROUP BY kind
    ) AS u ON b.kind = u.kind
    GROUP BY number
  ) AS summed
) AS coded JOIN {kinds} AS k ON coded.main_kind = k.kind
"""


def survey_facts(surveys: Table, as_of: date, settings: IndicatorSettings, asked: Sequence[Indicator]) -> Table:
    """The mean answer of each customer to each question, as a share of its scale."""
    figures = ", ".join(
        f"avg(CASE WHEN question = {literal(one.question)} THEN"
        f" (score - {literal(one.scale[0])}) / {literal(one.scale[1] - one.scale[0])} END) AS {one.code}"
        for one in asked
    )
    return surveys.engine.keep(
        "survey_facts",
        f"""
        SELECT customer_id, {figures} FROM {{surveys}}
        WHERE asked_on <= {{as_of}} AND asked_on > {{since}} GROUP BY customer_id
        """,
        surveys=surveys,
        as_of=as_of,
        since=as_of - timedelta(days=settings.survey_days),
    )
