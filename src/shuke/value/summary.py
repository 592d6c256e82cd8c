"""Purchases to one row a customer: what was bought, when, and what it was worth so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from shuke.engines import Table, literal
from shuke.kit.dates import months_before
from shuke.kit.errors import InputError
from shuke.tables import PURCHASES

_RATE_UNITS = 10_000  # margin rates are held in ten-thousandths, so that money stays whole


@dataclass(frozen=True)
class MarginRates:
    """Gross margin as a share of the amount, where cost is unknown: overall, and by category.

    >>> MarginRates(overall=0.3, by_category={"饮料": 0.2}).overall
    0.3
    """

    overall: float | None = None
    by_category: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        named = {"overall": self.overall, **self.by_category}
        for name, rate in named.items():
            if rate is not None and not 0 < rate <= 1:
                raise InputError.of("error.margin_not_a_share", rate=rate, name=name)
        if self.by_category and self.overall is None:
            raise InputError.of("error.margin_not_overall", categories=", ".join(self.by_category))

    @property
    def known(self) -> bool:
        return self.overall is not None


@dataclass(frozen=True)
class Summary:
    """One row a customer, and those that have none."""

    table: Table
    """`tables.SUMMARY`."""
    without_purchase: int
    """Customers whose lines never add up to a purchase day: returns only, or nothing but zeros."""
    without_purchase_minor: int
    """Their net amount, so that the rows' spend and this add up to all that was booked."""


@dataclass(frozen=True)
class ValueBasis:
    """How lines are valued in this run: by their cost, by a margin rate, or, lacking both, as revenue."""

    code: str
    lines: int
    lines_without_cost: int
    lines_with_order: int


def value_basis(purchases: Table, rates: MarginRates) -> ValueBasis:
    """On what basis can these purchases be valued?

    `margin` when every line has a cost, `margin_rate` when rates fill the gaps, `revenue` otherwise: a file in which
    only some lines have a cost and no rate is given is valued as revenue throughout, since margins of some customers
    and revenues of others would not compare (mission 1.6).
    """
    rows = purchases.engine.fetch(
        "SELECT count(*) AS lines, count(cost_minor) AS with_cost, count(order_id) AS with_order FROM {purchases}",
        purchases=purchases,
    )
    lines, with_cost, with_order = (int(rows[name][0].as_py()) for name in rows.schema.names)
    if lines and with_cost == lines:
        return ValueBasis("margin", lines, 0, with_order)
    return ValueBasis("margin_rate" if rates.known else "revenue", lines, lines - with_cost, with_order)


def summarise(
    purchases: Table,
    *,
    as_of: date,
    rates: MarginRates | None = None,
    basis: ValueBasis | None = None,
    left_truncation_days: int | None = None,
) -> Summary:
    """What has each customer bought up to as_of, and what was it worth?

    One row a customer with at least one purchase day (`tables.SUMMARY`). A purchase day is a day whose lines add up to
    more than nothing: purchases of one day are one event. Returns lower the spend of the day they are booked on, so a
    customer's spend is net of them. Customers with returns only have no row, but are counted.

    ``repeat_spend_minor`` and ``repeat_margin_minor`` are what came after the first purchase day. A return does not say
    which purchase it takes back, so the days of returns are shared among a customer's purchases by what each cost.

    `left_truncation_days`: how long after the data's first day a customer's first purchase may still be a later one
    than the real first (default: found from the data; 0: never).
    """
    PURCHASES.require(purchases.schema)
    rates = rates or MarginRates()
    basis = basis or value_basis(purchases, rates)
    customers = purchases.engine.keep(
        "customers",
        _customers_sql(basis, rates),
        purchases=purchases,
        as_of=as_of,
        year_start=months_before(as_of, 12),
    )
    table = customers.engine.view(
        "summary",
        _SUMMARY,
        customers=customers,
        basis=basis.code,
        as_of=as_of,
        truncated_before=_truncated_before(customers, as_of, left_truncation_days),
    )
    return Summary(table, **_left_out(customers))


def _left_out(customers: Table) -> dict[str, int]:
    rows = customers.engine.fetch(
        """
        SELECT count(*) AS without_purchase, CAST(coalesce(sum(spend_minor), 0) AS BIGINT) AS without_purchase_minor
        FROM {customers} WHERE purchases = 0
        """,
        customers=customers,
    )
    return {name: int(rows[name][0].as_py()) for name in rows.schema.names}


def _customers_sql(basis: ValueBasis, rates: MarginRates) -> str:
    """Lines to days, days to customers: the two groupings that a run's time goes into, so they carry no column that
    can be had later. Margin is summed line by line, and orders are counted, only where they differ from what the
    customer's totals say."""
    line_margin = _line_margin(basis, rates)
    sums = {"spend": "CAST(sum(amount_minor) AS BIGINT)"}
    if basis.lines_with_order:
        sums["orders"] = "greatest(count(DISTINCT order_id), 1)"
    if line_margin:
        sums["margin"] = f"CAST(sum({line_margin}) AS BIGINT)"
    daily = ", ".join(f"{sql} AS {name}" for name, sql in sums.items())
    rate = _units(_customer_rate(basis, rates))
    return f"""
        SELECT customer_id, first_purchase, last_purchase, purchases,
            {"orders" if "orders" in sums else "purchases"} AS orders,
            spend_minor, current_spend_minor,
            {"margin_units" if line_margin else f"spend_minor * {rate}"} AS margin_units,
            {"current_margin_units" if line_margin else f"current_spend_minor * {rate}"} AS current_margin_units,
            {_REPEAT_SPEND} AS repeat_spend_minor,
            {_REPEAT_MARGIN if line_margin else f"{_REPEAT_SPEND} * {rate}"} AS repeat_margin_units
        FROM (
            SELECT customer_id,
                min(bought_on) AS first_purchase,
                max(bought_on) AS last_purchase,
                count(bought_on) AS purchases,
                CAST(sum(spend) AS BIGINT) AS spend_minor,
                CAST(coalesce(sum(CASE WHEN this_year THEN spend END), 0) AS BIGINT) AS current_spend_minor,
                CAST(sum(CASE WHEN spend > 0 THEN spend END) AS BIGINT) AS paid,
                {_SUM_ORDERS if "orders" in sums else ""}
                {_SUM_MARGINS if line_margin else ""}
                arg_min(spend, bought_on) AS first_paid
            FROM (
                SELECT *, CASE WHEN spend > 0 THEN day END AS bought_on, day > {{year_start}} AS this_year
                FROM (
                    SELECT customer_id, purchased_on AS day, {daily}
                    FROM {{purchases}} WHERE purchased_on <= {{as_of}} GROUP BY customer_id, purchased_on
                )
            )
            GROUP BY customer_id
        )
    """


_SUM_ORDERS = "CAST(sum(CASE WHEN bought_on IS NOT NULL THEN orders END) AS BIGINT) AS orders,"

_SUM_MARGINS = """
                CAST(sum(margin) AS BIGINT) AS margin_units,
                CAST(coalesce(sum(CASE WHEN this_year THEN margin END), 0) AS BIGINT) AS current_margin_units,
                CAST(sum(CASE WHEN spend > 0 THEN margin END) AS BIGINT) AS paid_margin,
                arg_min(margin, bought_on) AS first_margin,
"""

# What was paid on purchase days after the first, and the part of the returns that falls to it. Doubles hold whole
# numbers up to 2^53, and round() brings back the exact one where nothing was returned.
_REPEAT_PART = "((paid - first_paid) / CAST(paid AS DOUBLE))"
_REPEAT_SPEND = f"CAST(round(spend_minor * {_REPEAT_PART}) AS BIGINT)"
_REPEAT_MARGIN = f"CAST(round(paid_margin - first_margin + (margin_units - paid_margin) * {_REPEAT_PART}) AS BIGINT)"


def line_margin_units(basis: ValueBasis, rates: MarginRates) -> str:
    """SQL for a line's value in ten-thousandths of a minor unit, on any basis."""
    return _line_margin(basis, rates) or f"amount_minor * {_units(_customer_rate(basis, rates))}"


def _line_margin(basis: ValueBasis, rates: MarginRates) -> str:
    """SQL for a line's margin in ten-thousandths of a minor unit; empty when one rate holds for all lines."""
    if basis.code == "revenue" or (basis.lines_without_cost == basis.lines and not rates.by_category):
        return ""
    by_rate = f"amount_minor * {_rate_of_line(rates)}" if rates.known else "0"
    return f"CASE WHEN cost_minor IS NULL THEN {by_rate} ELSE (amount_minor - cost_minor) * {_RATE_UNITS} END"


def _rate_of_line(rates: MarginRates) -> str:
    """SQL for the rate of the line's category, the overall one where it has none of its own."""
    overall = _units(1.0 if rates.overall is None else rates.overall)
    if not rates.by_category:
        return str(overall)
    cases = " ".join(f"WHEN {literal(name)} THEN {_units(rate)}" for name, rate in rates.by_category.items())
    return f"(CASE category {cases} ELSE {overall} END)"


def _customer_rate(basis: ValueBasis, rates: MarginRates) -> float:
    return 1.0 if basis.code == "revenue" or rates.overall is None else rates.overall


def _units(rate: float) -> int:
    return round(rate * _RATE_UNITS)


def _truncated_before(customers: Table, as_of: date, left_truncation_days: int | None) -> date:
    """First purchases before this day may not be the customer's real first ones.

    Whoever bought before the data begin shows up again within their usual gap. So the window is the 90th percentile of
    repeat buyers' mean gap, at most a quarter of the data's span; and it counts only if first purchases come at least
    twice as thick within it as after it: otherwise the data begin where the business does.
    """
    start, window, dense = _arrivals(customers, as_of)
    if start is None:
        return as_of
    if left_truncation_days is not None:
        return start + timedelta(days=left_truncation_days)
    return start + timedelta(days=window) if dense else start


def _arrivals(customers: Table, as_of: date) -> tuple[date | None, int, bool]:
    """The data's first day, the window in days, and whether first purchases crowd in it."""
    rows = customers.engine.fetch(_GAPS, customers=customers)
    start, gap = rows["start"][0].as_py(), rows["gap"][0].as_py()
    span = (as_of - start).days + 1 if start is not None else 0
    window = min(round(gap or 0), span // 4)
    if start is None or window < 1:
        return start, 0, False
    early = customers.engine.fetch(
        """
        SELECT count(CASE WHEN first_purchase < {end} THEN 1 END) AS early, count(first_purchase) AS customers
        FROM {customers}
        """,
        customers=customers,
        end=start + timedelta(days=window),
    )
    inside, total = int(early["early"][0].as_py()), int(early["customers"][0].as_py())
    return start, window, inside * (span - window) >= 2 * (total - inside) * window


_GAPS = """
    SELECT min(first_purchase) AS start,
        percentile_cont(0.9) WITHIN GROUP (
            ORDER BY CASE WHEN purchases > 1
                THEN date_diff('day', first_purchase, last_purchase) / CAST(purchases - 1 AS DOUBLE) END
        ) AS gap
    FROM {customers}
"""


def rounded_units(units: str) -> str:
    """SQL from ten-thousandths of a minor unit to whole ones, halves away from zero."""
    half, whole = _RATE_UNITS // 2, _RATE_UNITS
    return f"CASE WHEN {units} < 0 THEN -((-{units} + {half}) // {whole}) ELSE ({units} + {half}) // {whole} END"


_SUMMARY = f"""
    SELECT *, margin_minor - current_value_minor AS historic_value_minor FROM (
        SELECT customer_id, first_purchase, last_purchase, purchases, orders,
            purchases - 1 AS x,
            CAST(date_diff('day', first_purchase, last_purchase) AS BIGINT) AS t_x,
            CAST(date_diff('day', first_purchase, {{as_of}}) AS BIGINT) AS T,
            first_purchase < {{truncated_before}} AS left_truncated,
            spend_minor,
            CAST({rounded_units("margin_units")} AS BIGINT) AS margin_minor,
            {{basis}} AS value_basis,
            CAST({rounded_units("current_margin_units")} AS BIGINT) AS current_value_minor,
            current_spend_minor,
            repeat_spend_minor,
            CAST({rounded_units("repeat_margin_units")} AS BIGINT) AS repeat_margin_minor,
            CAST((2 * greatest(spend_minor, 0) + purchases) // (2 * purchases) AS BIGINT) AS mean_spend_minor
        FROM {{customers}} WHERE purchases > 0
    )
"""
