"""Lines in narrow form, made once for all that looks at them: customers and categories by number, days as numbers.

Grouping by a text and a day takes twice as long as by two numbers, and every look at lines would match products and
categories anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shuke.classify._goods import goods_of, season
from shuke.classify._indicator_definition import IndicatorSettings
from shuke.classify._sources import BOUGHT, Sources
from shuke.engines import Table, Value, literal

START = date(1970, 1, 1)
"""Days are counted from here, so that sums of them stay whole numbers."""
_CHANNELS = 8
_AT = "date_diff('day', {start}, purchased_on)"


@dataclass(frozen=True)
class Lines:
    """All lines up to as_of of whoever bought something."""

    people: Table
    """A row a customer: customer_id, its number, and the sums of what was bought."""
    lines: Table | None
    """A row a line: number, day, amount_minor; where asked for, what was listed, pieces, kind and mark. None where
    nothing but the sums is asked for."""
    kinds: Table | None
    """Categories by number."""
    returned: bool
    """Whether any line takes money back."""

    def drop(self) -> None:
        """Forget the lines, when all that was wanted of them is known."""
        for table in (self.people, self.lines, self.kinds):
            if table is not None:
                table.engine.drop(table)


def narrow(sources: Sources, settings: IndicatorSettings, needs: set[str], *, days: bool) -> Lines:
    """The lines, with what the needs name; `days`: whether days are looked at, in order."""
    people = _people(sources, settings, needs)
    goods = goods_of(sources, settings) if "purchases.product_id" in needs else None
    kinds = _kinds(sources) if "purchases.category" in needs else None
    asked = days or goods is not None or kinds is not None
    lines = _lines(sources, people, goods, kinds) if asked else None
    if goods is not None:
        goods.engine.drop(goods)
    return Lines(people, lines, kinds, days and _returned(sources))


def _returned(sources: Sources) -> bool:
    sql = "SELECT 1 AS one FROM {t} WHERE amount_minor < 0 LIMIT 1"
    return bool(len(sources.purchases.engine.fetch(sql, t=sources.purchases)))


def _lines(sources: Sources, people: Table, goods: Table | None, kinds: Table | None) -> Table:
    columns = ["p.number", f"CAST({_AT} AS INT) AS day", "l.amount_minor"]
    joins = ["JOIN {people} AS p ON l.customer_id = p.customer_id"]
    inputs: dict[str, Value] = {"purchases": sources.purchases, "as_of": sources.as_of, "people": people}
    if goods is not None:
        columns.append("g.mark")
        joins.append(f"LEFT JOIN {{goods}} AS g ON l.product_id = g.product_id AND {season('l.')} = g.season")
        inputs["goods"] = goods
    if kinds is not None:
        listed = f"l.amount_minor{' + coalesce(abs(l.discount_minor), 0)' if sources.has('discount_minor') else ''}"
        pieces = "CASE WHEN l.quantity > 0 THEN l.quantity ELSE 1 END" if sources.has("quantity") else "1"
        columns += ["k.kind", f"{listed} AS listed_minor", f"{pieces} AS pieces"]
        joins.append("LEFT JOIN {kinds} AS k ON l.category = k.category")
        inputs["kinds"] = kinds
    sql = f"SELECT {', '.join(columns)} FROM {{purchases}} AS l {' '.join(joins)} WHERE purchased_on <= {{as_of}}"
    return people.engine.keep("lines", sql, start=START, **inputs)


def _kinds(sources: Sources) -> Table:
    """Categories by number, the one more bought by all first."""
    return sources.purchases.engine.keep(
        "kinds", _KINDS.format(bought=BOUGHT), purchases=sources.purchases, as_of=sources.as_of
    )


_KINDS = """
SELECT category, CAST(row_number() OVER (ORDER BY n DESC, category) AS INT) AS kind
FROM (
  SELECT category, count(*) AS n FROM {{purchases}} WHERE {bought} AND category IS NOT NULL GROUP BY category
) AS counted
"""


def _people(sources: Sources, settings: IndicatorSettings, needs: set[str]) -> Table:
    """One pass of what was bought by customer: how much, when, at which discount, by which channel."""
    channels = _most_used(sources) if "purchases.channel" in needs else ()
    sums = [*_PAID, *_sums_of_channels(channels)]
    for name in ("discount_minor", "coupon_minor"):
        sums += _sums_of_reduction(name) if f"purchases.{name}" in needs else ()
    inner = f"SELECT customer_id, {', '.join(sums)} FROM {{purchases}} WHERE {BOUGHT} GROUP BY 1"
    number = "CAST(row_number() OVER (ORDER BY 1) AS INT) AS number"
    sql = f"SELECT *, {number}{_figures_of_channels(channels, settings)} FROM ({inner}) AS summed"
    engine = sources.purchases.engine
    return engine.keep("people", sql, purchases=sources.purchases, as_of=sources.as_of, start=START)


_PAID = (
    "count(*) AS lines",
    "CAST(sum(amount_minor) AS BIGINT) AS spend_minor",
    f"sum(CAST(amount_minor AS DOUBLE) * {_AT}) AS moment",
    f"min({_AT}) AS first_at",
    f"max({_AT}) AS last_at",
)


def _sums_of_reduction(name: str) -> list[str]:
    """A line without one had none: shops note a discount where they give it. Some note a minus: its size counts."""
    sums = [f"CAST(coalesce(sum(abs({name})), 0) AS BIGINT) AS {name}"]
    if name == "discount_minor":
        sums.append("count(CASE WHEN discount_minor <> 0 THEN 1 END) AS discounted_lines")
    return sums


def _most_used(sources: Sources) -> tuple[str, ...]:
    rows = sources.purchases.engine.fetch(
        f"""
        SELECT channel, count(*) AS n FROM {{purchases}} WHERE {BOUGHT} AND channel IS NOT NULL
        GROUP BY channel ORDER BY n DESC, channel LIMIT {_CHANNELS}
        """,
        purchases=sources.purchases,
        as_of=sources.as_of,
    )
    return tuple(rows["channel"].to_pylist())


def _sums_of_channels(channels: Sequence[str]) -> list[str]:
    counts = [
        f"count(CASE WHEN channel = {literal(name)} THEN 1 END) AS channel_{place}"
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
