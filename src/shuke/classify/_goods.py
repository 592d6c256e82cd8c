"""Of each product in each quarter: what a line of it counts as, new, long known, and advertised by what."""

from __future__ import annotations

from shuke.classify._indicator_definition import IndicatorSettings
from shuke.classify._sources import BOUGHT, POINTS, Sources
from shuke.engines import Table


def season(prefix: str = "") -> str:
    """The quarter of a line, as a number."""
    return f"(year({prefix}purchased_on) * 4 + quarter({prefix}purchased_on))"


def goods_of(sources: Sources, settings: IndicatorSettings) -> Table:
    """Of each product in each quarter its mark: is it among the newest third of its category's sales, or the oldest?

    A place is the mid-rank by launch among the lines of its category and quarter, so goods that were all there when
    the data begin stand together in the middle, neither new nor known, since nobody knows. Where no launch is given, a
    product is taken to have come with its first sale only if, with the share of its category that it had from then on,
    three sales and more would have been expected before; otherwise it may have been there all the time.
    """
    engine = sources.purchases.engine
    sold = engine.keep(
        "sold",
        _SOLD.format(
            category="coalesce(min(category), '')" if sources.has("category") else "''",
            season=season(),
            bought=BOUGHT,
        ),
        purchases=sources.purchases,
        as_of=sources.as_of,
    )
    launched = "launched_on" if "products.launched_on" in sources.present else "CAST(NULL AS DATE)"
    point = "selling_point" if "products.selling_point" in sources.present else "CAST(NULL AS VARCHAR)"
    told = "SELECT product_id, CAST(NULL AS DATE) AS launched_on, CAST(NULL AS VARCHAR) AS selling_point FROM {sold}"
    if sources.products is not None:
        told = f"SELECT product_id, {launched} AS launched_on, {point} AS selling_point FROM {{products}}"
    inputs = {"products": sources.products} if sources.products is not None else {}
    goods = engine.keep(
        "goods",
        _GOODS.format(told=told, since=_SINCE, points=_POINT),
        sold=sold,
        new_days=settings.new_days,
        known_days=settings.known_days,
        **inputs,
    )
    engine.drop(sold)
    return goods


# What a line of it counts as, in one whole number: its slot, then what it is advertised by, long known, new.
NEW = "mark % 2"
KNOWN = "mark // 2 % 2"
POINT = "mark // 4 % 4"
SLOT = "mark // 16"
_WHENS = " ".join(f"WHEN '{point}' THEN {4 * place}" for place, point in enumerate(POINTS, 1))
_POINT = f"CASE selling_point {_WHENS} ELSE 0 END"

_SOLD = """
SELECT product_id, {season} AS season, {category} AS category, count(*) AS n, min(purchased_on) AS first_on,
  max(purchased_on) AS last_on
FROM {{purchases}} WHERE {bought} AND product_id IS NOT NULL GROUP BY product_id, {season}
"""

_GOODS = """
SELECT product_id, season, CAST(slot * 16 + {points}
  + CASE WHEN 3 * (upto - tied / 2.0) < total AND age_days >= {{known_days}} THEN 2 ELSE 0 END
  + CASE WHEN 3 * (upto - tied / 2.0) > 2 * total AND age_days <= {{new_days}} THEN 1 ELSE 0 END AS INT) AS mark
FROM (
  SELECT product_id, season, selling_point, slot, date_diff('day', since, last_on) AS age_days,
    sum(n) OVER (PARTITION BY category, season ORDER BY since) AS upto,
    sum(n) OVER (PARTITION BY category, season, since) AS tied,
    sum(n) OVER (PARTITION BY category, season) AS total
  FROM (
    SELECT s.product_id, s.season, s.category, s.n, s.last_on, t.selling_point,
      least(coalesce(t.launched_on, f.since), f.since) AS since, f.number % 62 AS slot
    FROM {{sold}} AS s
    JOIN ({since}) AS f ON s.product_id = f.product_id
    LEFT JOIN (
      SELECT product_id, min(launched_on) AS launched_on, min(selling_point) AS selling_point
      FROM ({told}) AS told GROUP BY product_id
    ) AS t ON s.product_id = t.product_id
  ) AS dated
) AS placed
"""

_SINCE = """
SELECT p.product_id, p.number,
  CASE WHEN p.n * (c.upto - c.n) >= 3 * (c.total - c.upto + c.n) THEN p.first_on ELSE c.start_on END AS since
FROM (
  SELECT product_id, arg_min(category, season) AS category, min(season) AS season, min(first_on) AS first_on,
    sum(n) AS n, row_number() OVER (ORDER BY product_id) AS number
  FROM {sold} GROUP BY product_id
) AS p JOIN (
  SELECT category, season, n, sum(n) OVER (PARTITION BY category ORDER BY season) AS upto,
    sum(n) OVER (PARTITION BY category) AS total, min(first_on) OVER (PARTITION BY category) AS start_on
  FROM (SELECT category, season, sum(n) AS n, min(first_on) AS first_on FROM {sold} GROUP BY category, season) AS g
) AS c ON p.category = c.category AND p.season = c.season
"""
