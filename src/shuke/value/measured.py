"""Money of the last so many months, for whoever ranks customers by another period than the year."""

from __future__ import annotations

from datetime import date

from shuke.engines import Table
from shuke.kit.dates import months_before
from shuke.kit.errors import InputError
from shuke.tables import PURCHASES, period_of
from shuke.value.summary import MarginRates, ValueBasis, line_margin_units, rounded_units, value_basis

SUMS = ("margin", "spend")


def with_measure(
    customers: Table, purchases: Table, measure: str, *, as_of: date, rates: MarginRates, basis: ValueBasis
) -> Table:
    """The customers with the measure as a column, where its name is of a period (`tables.period_of`); else as they are.

    Who neither bought nor returned anything in the period has 0.
    """
    period = period_of(measure)
    if period is None:
        return customers
    sums = measured(purchases, of=period[0], months=period[1], as_of=as_of, rates=rates, basis=basis)
    sql = f"""
        SELECT c.*, coalesce(m.measured_minor, 0) AS {measure}
        FROM {{customers}} AS c LEFT JOIN {{sums}} AS m ON c.customer_id = m.customer_id
    """
    return customers.engine.view("with_measure", sql, customers=customers, sums=sums)


def measured(
    purchases: Table,
    *,
    of: str,
    months: int,
    as_of: date,
    rates: MarginRates | None = None,
    basis: ValueBasis | None = None,
) -> Table:
    """What did each customer bring in the last `months` months up to as_of: in `margin`, or in `spend`?

    One row a customer who bought or returned something then: customer_id and measured_minor, net of returns, in minor
    units, on the run's value basis. Raises InputError for anything but margin or spend, or less than a month.

    >>> from shuke.collect import read_purchases
    >>> bought = read_purchases({"customer": ["u", "u"], "time": ["2024-01-01", "2024-06-01"], "amount": ["9", "5"]})
    >>> found = measured(bought.table, of="spend", months=3, as_of=date(2024, 6, 30))
    >>> found.to_arrow().to_pylist()
    [{'customer_id': 'u', 'measured_minor': 500}]
    """
    if of not in SUMS or months < 1:
        raise InputError(f"Cannot measure {of!r} of {months} months: give margin or spend, and 1 month or more.")
    PURCHASES.require(purchases.schema)
    rates = rates or MarginRates()
    units = line_margin_units(basis or value_basis(purchases, rates), rates)
    sums = "sum(amount_minor)" if of == "spend" else rounded_units("sum(units)")
    return purchases.engine.view(
        "measured",
        f"""
        SELECT customer_id, CAST({sums} AS BIGINT) AS measured_minor
        FROM (
            SELECT customer_id, amount_minor, {units} AS units FROM {{purchases}}
            WHERE purchased_on > {{after}} AND purchased_on <= {{as_of}}
        ) AS lines GROUP BY customer_id
        """,
        purchases=purchases,
        after=months_before(as_of, months),
        as_of=as_of,
    )
