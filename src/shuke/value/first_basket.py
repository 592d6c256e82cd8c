"""What a first basket tells of a new customer: who came back, and what the year after brought.

Mission 2.10. Intervals: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal
of the American Statistical Association 22 (1927), for shares; Student's t for mean values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from scipy.special import ndtri, stdtrit

from shuke.value.starts import UNITS, YEAR_DAYS, Starts

SOON_DAYS = 90
LONG_MONTHS = (12, 6, 3)
"""For how long the value after a first basket is summed up: the longest that half of the new customers have reached."""
MOST_GROUPS = 20
_SURE = 0.975  # 95 times in 100, either end
_Z = float(ndtri(_SURE))


@dataclass(frozen=True)
class Measured:
    """A figure of one group: its value, where it lies 95 times in 100, and of how many customers it is known."""

    value: float
    low: float
    high: float
    customers: int


@dataclass(frozen=True)
class BasketGroup:
    """Customers who began alike. What too few are known for, or have been customers long enough for, is None.

    `code` is a category (None: lines without one), or the band of what the first day came to, `low_minor` and
    `high_minor` (None: no end). `value_minor` is what one of them brought on average after the first day. `differs`: is
    that clearly `more` or `less` than everyone's, the interval on one side of it, or neither ("")?
    """

    code: str | None
    customers: int
    back_soon: Measured | None
    back_long: Measured | None
    value_minor: Measured | None
    low_minor: int | None = None
    high_minor: int | None = None
    differs: str = ""

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """What was kept as JSON."""
        figures = {name: Measured(**kept[name]) for name in ("back_soon", "back_long", "value_minor") if kept[name]}
        return cls(**{**kept, **figures})


@dataclass(frozen=True)
class FirstBaskets:
    """First baskets of customers whose first purchase is known to be it (none that the data may have cut off).

    `everyone` is None where there are none. A group's `back_long` and `value_minor` are of the `long_days` after the
    first day, a year where half of them have been customers for so long. `withheld_groups` of `by_category` had too few
    customers, or came after the largest `MOST_GROUPS`; `withheld_customers` are in them.
    """

    soon_days: int
    long_days: int
    least_customers: int
    customers: int
    everyone: BasketGroup | None
    by_category: tuple[BasketGroup, ...]
    by_size: tuple[BasketGroup, ...]
    withheld_groups: int
    withheld_customers: int

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """What was kept as JSON."""
        everyone = kept["everyone"]
        groups = {name: tuple(BasketGroup.from_json(row) for row in kept[name]) for name in ("by_category", "by_size")}
        return cls(**{**kept, **groups, "everyone": BasketGroup.from_json(everyone) if everyone else None})


def first_baskets(
    began: Starts, *, least_customers: int, soon_days: int = SOON_DAYS, most_groups: int = MOST_GROUPS
) -> FirstBaskets:
    """Which first baskets are a good sign?

    By the category of the first day's largest line, and by quarters of what that day came to. A customer counts in a
    share once its days have passed since the first purchase; so all in it had the same time to return.
    """
    least = max(least_customers, 2)  # of one customer nothing can be said about the rest
    bounds, long_months = _bounds(began, least)
    rows = _rows(began, bounds, soon_days, long_months)
    everyone = _group(rows["everyone"][0], least, None) if rows["everyone"] else None
    average = everyone.value_minor if everyone else None
    by_category = [_group(row, least, average) for row in sorted(rows["category"], key=_largest_first)]
    if all(group.code is None for group in by_category):
        by_category = []
    shown = [group for group in by_category if group.back_soon or group.back_long][:most_groups]
    return FirstBaskets(
        soon_days=soon_days,
        long_days=_days(long_months),
        least_customers=least,
        customers=everyone.customers if everyone else 0,
        everyone=everyone,
        by_category=tuple(sorted(shown, key=_best_first)),
        by_size=_sized(rows["band"], bounds, least, average),
        withheld_groups=len(by_category) - len(shown),
        withheld_customers=sum(group.customers for group in by_category) - sum(group.customers for group in shown),
    )


def share_of(count: int, customers: int) -> Measured:
    """A share with Wilson's interval.

    >>> share_of(0, 30)
    Measured(value=0.0, low=0.0, high=0.1135, customers=30)
    """
    p, z2 = count / customers, _Z**2 / customers
    middle, half = (p + z2 / 2) / (1 + z2), _Z / (1 + z2) * (p * (1 - p) / customers + z2 / (4 * customers)) ** 0.5
    low, high = max(middle - half, 0.0), min(middle + half, 1.0)
    return Measured(round(p, 4), round(low, 4), round(high, 4), customers)


def _rows(began: Starts, bounds: Sequence[int], soon_days: int, long_months: int) -> dict[str, list[dict[str, Any]]]:
    """What is counted of everyone, of each category, of each band: in one go."""
    engine = began.buyers.engine
    given = {"buyers": began.buyers, "months": began.months}
    baskets = engine.view("baskets", _BASKETS.replace("BAND", _band(bounds)), long_months=long_months, **given)
    sql = " UNION ALL ".join(_GROUPS.replace("KIND", kind).replace("CODE", code) for kind, code in _KINDS.items())
    found = engine.fetch(sql, baskets=baskets, soon_days=soon_days, long_days=_days(long_months)).to_pylist()
    return {kind: [row for row in found if row["kind"] == kind] for kind in _KINDS}


def _mean(row: dict[str, Any]) -> Measured:
    customers = int(row["long_customers"])
    sure = float(stdtrit(customers - 1, _SURE))
    mean, half = row["mean_units"] / UNITS, sure * row["spread_units"] / UNITS / customers**0.5
    return Measured(round(mean), round(mean - half), round(mean + half), customers)


def _group(row: dict[str, Any], least: int, average: Measured | None) -> BasketGroup:
    soon, long = int(row["soon_customers"]), int(row["long_customers"])
    value = _mean(row) if long >= least else None
    return BasketGroup(
        code=row["code"],
        customers=int(row["customers"]),
        back_soon=share_of(int(row["soon_back"]), soon) if soon >= least else None,
        back_long=share_of(int(row["long_back"]), long) if long >= least else None,
        value_minor=value,
        differs=_differs(value, average),
    )


def _differs(value: Measured | None, average: Measured | None) -> str:
    if value is None or average is None:
        return ""
    return "more" if value.low > average.value else "less" if value.high < average.value else ""


def _sized(
    rows: Sequence[dict[str, Any]], bounds: Sequence[int], least: int, average: Measured | None
) -> tuple[BasketGroup, ...]:
    """The bands from the smallest basket to the largest, each with its ends; none below `least` is told."""
    found = {int(row["code"]): row for row in rows}
    ends = [None, *bounds, None]
    made = []
    for place in range(len(bounds) + 1):
        group = _group(found[place] | {"code": str(place)}, least, average) if place in found else None
        if group and (group.back_soon or group.back_long):
            made.append(replace(group, low_minor=ends[place], high_minor=ends[place + 1]))
    return tuple(made)


def _bounds(began: Starts, least: int) -> tuple[list[int], int]:
    """Where first days are parted into quarters, whole amounts; fewer where many came to the same. And for how many
    months half of the customers are known."""
    [row] = began.buyers.engine.fetch(_QUARTERS, buyers=began.buyers, months=began.months).to_pylist()
    quarters = [row[name] for name in ("first", "second", "third") if row[name] is not None]
    enough = max(least, row["customers"] / 2)
    long = next((months for months in LONG_MONTHS if row[f"known_{months}"] >= enough), LONG_MONTHS[-1])
    return sorted({round(value) for value in quarters if value > row["least"]}), long


def _days(months: int) -> int:
    """The last day of so many months of a customer's own time, as `starts` counts them.

    >>> _days(12), _days(6)
    (365, 182)
    """
    return months * YEAR_DAYS // 12


def _band(bounds: Sequence[int]) -> str:
    """SQL for the place of a first day among the bounds: at or above how many of them does it lie?"""
    return " + ".join(["0", *(f"CASE WHEN first_spend >= {bound} THEN 1 ELSE 0 END" for bound in bounds)])


def _largest_first(row: dict[str, Any]) -> tuple[int, str]:
    return -int(row["customers"]), row["code"] or ""


def _best_first(group: BasketGroup) -> tuple[float, int]:
    return -(group.value_minor.value if group.value_minor else float("-inf")), -group.customers


_FIRST_DAYS = """
    SELECT m.customer_id, sum(m.first_spend) AS first_spend, min(m.next_day) AS next_day,
        sum(CASE WHEN m.own BETWEEN 1 AND {long_months} THEN m.units ELSE 0 END) AS long_units
    FROM {months} AS m GROUP BY m.customer_id
"""

_KNOWN = ", ".join(
    f"count(CASE WHEN b.observed_days >= {_days(months)} THEN 1 END) AS known_{months}" for months in LONG_MONTHS
)

_QUARTERS = f"""
    SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY first_spend) AS first,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY first_spend) AS second,
        percentile_cont(0.75) WITHIN GROUP (ORDER BY first_spend) AS third,
        min(first_spend) AS least, count(*) AS customers,
        {_KNOWN}
    FROM (SELECT customer_id, sum(first_spend) AS first_spend FROM {{months}} GROUP BY customer_id) AS d
    JOIN {{buyers}} AS b ON b.customer_id = d.customer_id
    WHERE NOT b.left_truncated
"""

_BASKETS = f"""
    SELECT 'all' AS everybody, b.category, CAST(BAND AS VARCHAR) AS band, b.observed_days, d.next_day,
        CAST(d.long_units AS DOUBLE) AS long_units
    FROM {{buyers}} AS b JOIN ({_FIRST_DAYS}) AS d ON d.customer_id = b.customer_id
    WHERE NOT b.left_truncated
"""

_KINDS = {"everyone": "everybody", "category": "category", "band": "band"}

_GROUPS = """
    SELECT 'KIND' AS kind, CODE AS code, count(*) AS customers,
        count(CASE WHEN observed_days >= {soon_days} THEN 1 END) AS soon_customers,
        count(CASE WHEN observed_days >= {soon_days} AND next_day <= {soon_days} THEN 1 END) AS soon_back,
        count(CASE WHEN observed_days >= {long_days} THEN 1 END) AS long_customers,
        count(CASE WHEN observed_days >= {long_days} AND next_day <= {long_days} THEN 1 END) AS long_back,
        avg(CASE WHEN observed_days >= {long_days} THEN long_units END) AS mean_units,
        stddev_samp(CASE WHEN observed_days >= {long_days} THEN long_units END) AS spread_units
    FROM {baskets} GROUP BY CODE
"""
