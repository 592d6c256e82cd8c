"""The sums that indicators are made of, each a table of one row a customer.

Lines are looked at as often as there are questions that cannot share a grouping: by product and quarter (few rows), by
customer, by customer and category, and, only if evenness is asked for, by customer and day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from shuke.classify._indicator_definition import Indicator, IndicatorSettings
from shuke.engines import Table, Value, literal

_OPTIONAL = ("discount_minor", "coupon_minor", "quantity", "product_id", "category", "channel")
_POINTS = ("function", "economy", "feeling")
_CHANNELS = 8
_BOUGHT = "amount_minor > 0 AND purchased_on <= {as_of}"


@dataclass(frozen=True)
class Sources:
    """Where indicators come from, and which columns of it hold anything (`purchases.category`, `surveys.nps` …)."""

    purchases: Table
    as_of: date
    products: Table | None
    surveys: Table | None
    present: frozenset[str]

    @classmethod
    def of(cls, purchases: Table, as_of: date, products: Table | None, surveys: Table | None) -> Self:
        present = {f"purchases.{name}" for name in ("customer_id", "purchased_on", "amount_minor")}
        present |= {f"purchases.{name}" for name in _filled(purchases, _OPTIONAL)}
        if products is not None:
            present |= {f"products.{name}" for name in _filled(products, ("launched_on", "selling_point"))}
        if surveys is not None:
            asked = surveys.engine.fetch(
                "SELECT DISTINCT question FROM {t} WHERE score IS NOT NULL AND asked_on <= {as_of}",
                t=surveys,
                as_of=as_of,
            )
            present |= {f"surveys.{question}" for question in asked["question"].to_pylist()}
        return cls(purchases, as_of, products, surveys, frozenset(present))

    def has(self, name: str) -> bool:
        """Whether a column of purchases holds anything."""
        return f"purchases.{name}" in self.present

    def lacking(self, needs: Sequence[str]) -> tuple[str, ...]:
        """Those of the columns that are not there."""
        return tuple(need for need in needs if need not in self.present)


def _filled(table: Table, names: Sequence[str]) -> list[str]:
    """Which of the columns are there and hold anything. Asked one by one: each answer ends at the first value."""
    there = [name for name in names if name in table.columns]
    sql = "SELECT 1 AS one FROM {{t}} WHERE {name} IS NOT NULL LIMIT 1"
    return [name for name in there if len(table.engine.fetch(sql.format(name=name), t=table))]


def line_facts(sources: Sources, settings: IndicatorSettings, needs: set[str]) -> Table:
    """One pass of lines by customer: what was paid, how new it was, where it was bought."""
    goods = _goods(sources, settings) if "purchases.product_id" in needs else None
    channels = _most_used(sources) if "purchases.channel" in needs else ()
    sums = [*_PAID, *(_sums_of_goods(sources) if goods else ()), *_sums_of_channels(channels)]
    for name in ("discount_minor", "coupon_minor"):
        sums += _sums_of_reduction(name) if f"purchases.{name}" in needs else ()
    joined = f"LEFT JOIN {{goods}} AS g ON l.product_id = g.product_id AND {_season('l.')} = g.season" if goods else ""
    inner = f"SELECT l.customer_id, {', '.join(sums)} FROM {{purchases}} AS l {joined} WHERE {_BOUGHT} GROUP BY 1"
    sql = f"SELECT *{_figures_of_channels(channels, settings)}{_SLOTS if goods else ''} FROM ({inner}) AS summed"
    inputs = {"goods": goods} if goods else {}
    engine = sources.purchases.engine
    table = engine.keep("line_facts", sql, purchases=sources.purchases, as_of=sources.as_of, start=_START, **inputs)
    for part in inputs.values():
        engine.drop(part)
    return table


# Days are counted from here, so that sums of them stay whole numbers.
_START = date(1970, 1, 1)
_AT = "date_diff('day', {start}, purchased_on)"
_PAID = (
    "count(*) AS lines",
    "CAST(sum(amount_minor) AS BIGINT) AS spend_minor",
    f"CAST(sum(amount_minor * {_AT}) AS BIGINT) AS moment",
    f"min({_AT}) AS first_at",
    f"max({_AT}) AS last_at",
)


def _sums_of_reduction(name: str) -> list[str]:
    """A line without one had none: shops note a discount where they give it."""
    sums = [f"CAST(coalesce(sum({name}), 0) AS BIGINT) AS {name}"]
    if name == "discount_minor":
        sums.append("sum(CASE WHEN discount_minor > 0 THEN 1 ELSE 0 END) AS discounted_lines")
    return sums


def _most_used(sources: Sources) -> tuple[str, ...]:
    rows = sources.purchases.engine.fetch(
        f"""
        SELECT channel, count(*) AS n FROM {{purchases}} WHERE {_BOUGHT} AND channel IS NOT NULL
        GROUP BY channel ORDER BY n DESC, channel LIMIT {_CHANNELS}
        """,
        purchases=sources.purchases,
        as_of=sources.as_of,
    )
    return tuple(rows["channel"].to_pylist())


def _sums_of_channels(channels: Sequence[str]) -> list[str]:
    counts = [
        f"sum(CASE WHEN channel = {literal(name)} THEN 1 ELSE 0 END) AS channel_{place}"
        for place, name in enumerate(channels)
    ]
    return [*counts, "count(channel) AS channel_lines"] if channels else []


def _figures_of_channels(channels: Sequence[str], settings: IndicatorSettings) -> str:
    """Which channel most lines came by (of equals the one more used by all), and how many came online."""
    if not channels:
        return ""
    counts = [f"channel_{place}" for place in range(len(channels))]
    most = f"greatest({', '.join(counts)})" if len(counts) > 1 else counts[0]
    whens = " ".join(
        f"WHEN {count} = {most} THEN {literal(name)}" for count, name in zip(counts, channels, strict=True)
    )
    online = [
        count
        for count, name in zip(counts, channels, strict=True)
        if any(word.lower() in name.lower() for word in settings.online)
    ]
    return (
        f", {most} AS main_channel_lines, CASE WHEN {most} > 0 THEN CASE {whens} END END AS main_channel,"
        f" {' + '.join(online) or '0'} AS online_lines"
    )


def _season(prefix: str = "") -> str:
    return f"(year({prefix}purchased_on) * 4 + quarter({prefix}purchased_on))"


def _sums_of_goods(sources: Sources) -> list[str]:
    sums = [
        "count(g.slot) AS product_lines",
        "coalesce(sum(g.is_new), 0) AS new_lines",
        "coalesce(sum(g.is_known), 0) AS known_lines",
        "bit_or(g.slot) AS slots",
    ]
    if "products.selling_point" in sources.present:
        sums.append("count(g.selling_point) AS pointed_lines")
        sums += [f"sum(CASE WHEN g.selling_point = '{point}' THEN 1 ELSE 0 END) AS {point}_lines" for point in _POINTS]
    return sums


_SLOTS = ", bit_count(slots) AS product_slots"


def _goods(sources: Sources, settings: IndicatorSettings) -> Table:
    """Of each product in each quarter: is it among the newest third of its category's sales, or the oldest?

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
            season=_season(),
            bought=_BOUGHT,
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
        _GOODS.format(told=told, since=_SINCE),
        sold=sold,
        new_days=settings.new_days,
        known_days=settings.known_days,
        **inputs,
    )
    engine.drop(sold)
    return goods


_SOLD = """
SELECT product_id, {season} AS season, {category} AS category, count(*) AS n, min(purchased_on) AS first_on,
  max(purchased_on) AS last_on
FROM {{purchases}} WHERE {bought} AND product_id IS NOT NULL GROUP BY product_id, {season}
"""

_GOODS = """
SELECT product_id, season, selling_point, slot,
  CASE WHEN 3 * (upto - tied / 2.0) > 2 * total AND age_days <= {{new_days}} THEN 1 ELSE 0 END AS is_new,
  CASE WHEN 3 * (upto - tied / 2.0) < total AND age_days >= {{known_days}} THEN 1 ELSE 0 END AS is_known
FROM (
  SELECT product_id, season, selling_point, slot, date_diff('day', since, last_on) AS age_days,
    sum(n) OVER (PARTITION BY category, season ORDER BY since) AS upto,
    sum(n) OVER (PARTITION BY category, season, since) AS tied,
    sum(n) OVER (PARTITION BY category, season) AS total
  FROM (
    SELECT s.product_id, s.season, s.category, s.n, s.last_on, t.selling_point,
      least(coalesce(t.launched_on, f.since), f.since) AS since, CAST(1 AS BIGINT) << CAST(f.number % 62 AS INT) AS slot
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
  SELECT product_id, min(category) AS category, min(season) AS season, min(first_on) AS first_on, sum(n) AS n,
    row_number() OVER (ORDER BY product_id) AS number
  FROM {sold} GROUP BY product_id
) AS p JOIN (
  SELECT category, season, n, sum(n) OVER (PARTITION BY category ORDER BY season) AS upto,
    sum(n) OVER (PARTITION BY category) AS total, min(first_on) OVER (PARTITION BY category) AS start_on
  FROM (SELECT category, season, sum(n) AS n, min(first_on) AS first_on FROM {sold} GROUP BY category, season) AS g
) AS c ON p.category = c.category AND p.season = c.season
"""


def kind_facts(sources: Sources) -> Table:
    """One pass of lines by customer and category: how many kinds, which mostly, and how dear within each.

    The usual price of a category is the geometric mean of its customers', a piece where quantities are known, else a
    line.
    """
    engine = sources.purchases.engine
    listed = "amount_minor + coalesce(discount_minor, 0)" if sources.has("discount_minor") else "amount_minor"
    pieces = "CASE WHEN quantity > 0 THEN quantity ELSE 1 END" if sources.has("quantity") else "1"
    inputs: dict[str, Value] = {"purchases": sources.purchases, "as_of": sources.as_of}
    kinds = engine.keep("kinds", _KINDS.format(bought=_BOUGHT), **inputs)
    by_kind = engine.keep(
        "by_kind", _BY_KIND.format(listed=listed, pieces=pieces, bought=_BOUGHT), kinds=kinds, **inputs
    )
    table = engine.keep("kind_facts", _OF_KINDS, by_kind=by_kind, kinds=kinds)
    engine.drop(by_kind)
    engine.drop(kinds)
    return table


# Categories by number: two strings in a grouping take half as long again as one.
_KINDS = """
SELECT category, CAST(row_number() OVER (ORDER BY n DESC, category) AS INT) AS number
FROM (
  SELECT category, count(*) AS n FROM {{purchases}} WHERE {bought} AND category IS NOT NULL GROUP BY category
) AS counted
"""

_BY_KIND = """
SELECT customer_id, number, n, came_back, ln(listed / pieces) AS price_log FROM (
  SELECT customer_id, number, count(*) AS n, CAST(sum({listed}) AS DOUBLE) AS listed,
    CAST(sum({pieces}) AS DOUBLE) AS pieces,
    CASE WHEN min(purchased_on) < max(purchased_on) THEN 1 ELSE 0 END AS came_back
  FROM {{purchases}} AS l JOIN {{kinds}} AS k ON l.category = k.category WHERE {bought} GROUP BY customer_id, number
) AS grouped
"""

# The category with most lines, of equals the one more bought by all, is the greatest of one number made of both.
_OF_KINDS = """
SELECT customer_id, categories, repeated_categories, category_lines, category_pairs, priced_lines, price_log,
  main_category_lines, k.category AS main_category
FROM (
  SELECT *, code // 1000000 AS main_category_lines, 1000000 - code % 1000000 AS main_number
  FROM (
    SELECT customer_id, count(*) AS categories, sum(came_back) AS repeated_categories,
      CAST(sum(n) AS BIGINT) AS category_lines, CAST(sum(n * (n - 1)) AS DOUBLE) AS category_pairs,
      CAST(sum(n) AS BIGINT) AS priced_lines, sum(n * (b.price_log - u.usual_log)) AS price_log,
      max(n * 1000000 + 1000000 - b.number) AS code
    FROM {by_kind} AS b JOIN (
      SELECT number, sum(n * price_log) / sum(n) AS usual_log FROM {by_kind} GROUP BY number
    ) AS u ON b.number = u.number
    GROUP BY customer_id
  ) AS summed
) AS coded JOIN {kinds} AS k ON coded.main_number = k.number
"""


def day_facts(sources: Sources, settings: IndicatorSettings) -> Table:
    """Lines to days, days in order: how much gaps and amounts of late vary, as standard deviation over mean."""
    return sources.purchases.engine.keep(
        "day_facts",
        _DAYS.format(bought=_BOUGHT),
        purchases=sources.purchases,
        as_of=sources.as_of,
        least_gaps=settings.least_gaps,
        since=sources.as_of - timedelta(days=settings.even_days),
    )


_DAYS = """
SELECT customer_id,
  CASE WHEN count(gap_days) >= {{least_gaps}} THEN stddev_samp(gap_days) / avg(gap_days) END AS gap_variation,
  CASE WHEN count(gap_days) >= {{least_gaps}} THEN stddev_samp(spend) / avg(spend) END AS amount_variation
FROM (
  SELECT customer_id, spend,
    date_diff('day', lag(day) OVER (PARTITION BY customer_id ORDER BY day), day) AS gap_days
  FROM (
    SELECT customer_id, purchased_on AS day, CAST(sum(amount_minor) AS DOUBLE) AS spend
    FROM {{purchases}} WHERE {bought} AND purchased_on > {{since}} GROUP BY customer_id, purchased_on
  ) AS days
) AS gaps
GROUP BY customer_id
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
