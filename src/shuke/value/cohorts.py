"""Cohorts: of the customers who began together, how many still buy, and what have they brought so far?

Mission 2.10. What the first basket tells is in `first_basket`, what winning customers costs in `payback`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Self

from shuke.engines import Table
from shuke.value.first_basket import FirstBaskets, first_baskets
from shuke.value.payback import Sources, values_by_source
from shuke.value.starts import UNITS, Starts, starts
from shuke.value.summary import MarginRates, ValueBasis, value_basis

STEPS = {"month": 1, "quarter": 3}
"""What cohorts may go by, in months."""
LATEST = {"month": 24, "quarter": 16}
"""The latest so many cohorts are shown: what a heat map holds and eyes can take in."""
LEAST_CUSTOMERS = 10


@dataclass(frozen=True)
class Cohort:
    """The customers whose first purchase fell into one month or quarter.

    `bought` and `value_minor` have an entry for each period from the first on, 0 the first itself: how many of the
    cohort bought in it, and what all of them had brought by its end, on the run's value basis and net of returns.
    `left_truncated`: the data begin about here, so the first purchase seen is not the first for some.
    """

    start: str
    customers: int
    left_truncated: bool
    bought: tuple[int, ...]
    value_minor: tuple[int, ...]

    @property
    def ages(self) -> int:
        """How many periods are known, the first one counted."""
        return len(self.bought)

    def retention(self, age: int) -> float:
        """The share of the cohort that bought `age` periods after the first."""
        return self.bought[age] / self.customers

    def value_each_minor(self, age: int) -> int:
        """What one customer had brought on average by the end of the period."""
        return round(self.value_minor[age] / self.customers)


@dataclass(frozen=True)
class Pooled:
    """Several cohorts as one: by age how many customers are known, and of them retention and value."""

    customers: tuple[int, ...]
    retention: tuple[float, ...]
    value_each_minor: tuple[int, ...]


@dataclass(frozen=True)
class Cohorts:
    """All that is known of how customers began, ready for JSON by `as_json`.

    `open_month`, `open_quarter`: the last period is not over on `as_of`, so the last entry of every cohort is not yet
    whole. `left_out`: cohorts older than the oldest shown. `looked_at`: where these are fewer than `customers`, all
    rests on a sample; the cohorts' own figures are then scaled up to all, those of first baskets and sources are not.
    """

    as_of: str
    value_basis: str
    months: tuple[Cohort, ...]
    quarters: tuple[Cohort, ...]
    open_month: bool
    open_quarter: bool
    left_out_months: int
    left_out_quarters: int
    first_baskets: FirstBaskets
    sources: Sources
    customers: int = 0
    looked_at: int = 0

    @property
    def is_sample(self) -> bool:
        return self.looked_at < self.customers

    def by(self, period: str) -> tuple[Cohort, ...]:
        """The cohorts of each `month` or `quarter`, the oldest first."""
        return {"month": self.months, "quarter": self.quarters}[period]

    def is_open(self, period: str) -> bool:
        """Is the last `month` or `quarter` not over?"""
        return {"month": self.open_month, "quarter": self.open_quarter}[period]

    def left_out(self, period: str) -> int:
        """How many older cohorts are not given."""
        return {"month": self.left_out_months, "quarter": self.left_out_quarters}[period]

    def as_json(self) -> dict[str, Any]:
        """As a run keeps it among its figures."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """What `as_json` gave."""
        parts = {
            "months": tuple(_kept_cohort(row) for row in kept["months"]),
            "quarters": tuple(_kept_cohort(row) for row in kept["quarters"]),
            "first_baskets": FirstBaskets.from_json(kept["first_baskets"]),
            "sources": Sources.from_json(kept["sources"]),
        }
        return cls(**{**kept, **parts})


def cohorts(
    purchases: Table,
    *,
    as_of: date,
    basis: ValueBasis | None = None,
    rates: MarginRates | None = None,
    left_truncation_days: int | None = None,
    scores: Table | None = None,
    sources: Table | None = None,
    least_customers: int = LEAST_CUSTOMERS,
    most_months: int | None = None,
    most_quarters: int | None = None,
    most_customers: int | None = None,
) -> Cohorts:
    """Who came together, who came back, what did they bring, and what did it depend on?

    A customer belongs to the month and the quarter of the first purchase day; a purchase day is one whose lines add up
    to more than nothing. Returns lower the value of the period they are booked in, and make nobody bought in it.

    - ``scores``: those of a run on the same purchases and day (`tables.SCORES`), which spares a pass over the purchases
      and adds the forecast to what a source's customers are worth;
    - ``sources``: where customers were won (`tables.SOURCES`); else the channel of the first purchase stands for it,
      else its store;
    - ``least_customers``: groups of first baskets and sources below it are withheld;
    - ``most_months``, ``most_quarters``: only the latest so many cohorts;
    - ``most_customers``: of more, a sample of about so many is looked at, the same on every engine.

    >>> from shuke.collect import read_purchases
    >>> read = read_purchases({"customer": ["u", "v", "u"], "time": ["2024-01-05", "2024-01-20", "2024-02-03"],
    ...                        "amount": ["10", "12", "30"]})
    >>> found = cohorts(read.table, as_of=date(2024, 2, 29), left_truncation_days=0)
    >>> january = found.months[0]
    >>> january.customers, january.retention(1), january.value_each_minor(1)
    (2, 0.5, 2600)

    Raises InputError: columns missing, or a customer with two sources.
    """
    rates = rates or MarginRates()
    basis = basis or value_basis(purchases, rates)
    began = starts(
        purchases,
        as_of=as_of,
        basis=basis,
        rates=rates,
        left_truncation_days=left_truncation_days,
        scores=scores,
        sources=sources,
        most_customers=most_customers,
    )
    everybody = purchases.engine.fetch(_ALL_SIZES, known=began.known).to_pylist()
    sizes = purchases.engine.fetch(_SIZES, buyers=began.buyers).to_pylist()
    months, quarters = (_triangle(began, sizes, everybody, as_of, step) for step in STEPS.values())
    found = Cohorts(
        as_of=as_of.isoformat(),
        value_basis=basis.code,
        months=_latest(months, most_months),
        quarters=_latest(quarters, most_quarters),
        open_month=not _ends(as_of, 1),
        open_quarter=not _ends(as_of, 3),
        left_out_months=len(months) - len(_latest(months, most_months)),
        left_out_quarters=len(quarters) - len(_latest(quarters, most_quarters)),
        first_baskets=first_baskets(began, least_customers=least_customers),
        sources=values_by_source(began, given=sources is not None, least_customers=least_customers),
        customers=sum(size["customers"] for size in everybody),
        looked_at=sum(size["customers"] for size in sizes),
    )
    began.drop()
    return found


def pooled(found: Sequence[Cohort], *, is_open: bool) -> Pooled:
    """What the cohorts together say of each age: those old enough to know, without a last period that is not over.

    Value is summed up from what each age added among those who reached it, so that it never falls because the cohorts
    change that are old enough.

    >>> old = Cohort("2024-01-01", 10, False, (10, 4, 2), (1000, 1500, 1800))
    >>> new = Cohort("2024-02-01", 30, False, (30, 6), (1500, 1800))
    >>> pooled([old, new], is_open=True)
    Pooled(customers=(40, 10), retention=(1.0, 0.4), value_each_minor=(62, 112))
    """
    known = [(cohort, cohort.ages - is_open) for cohort in found]
    customers, retention, values, value = [], [], [], 0.0
    for age in range(max((ages for _, ages in known), default=0)):
        reached = [cohort for cohort, ages in known if ages > age]
        size = sum(cohort.customers for cohort in reached)
        added = sum(cohort.value_minor[age] - (cohort.value_minor[age - 1] if age else 0) for cohort in reached)
        value += added / size
        customers.append(size)
        retention.append(sum(cohort.bought[age] for cohort in reached) / size)
        values.append(round(value))
    return Pooled(tuple(customers), tuple(retention), tuple(values))


def _kept_cohort(row: Mapping[str, Any]) -> Cohort:
    return Cohort(**{**row, "bought": tuple(row["bought"]), "value_minor": tuple(row["value_minor"])})


def _triangle(
    began: Starts, sizes: Sequence[dict[str, Any]], everybody: Sequence[dict[str, Any]], as_of: date, step: int
) -> list[Cohort]:
    """Each cohort with its periods up to as_of, the oldest first. `sizes` of those looked at and of everybody are by
    month."""
    cells = began.months.engine.fetch(_CELLS, months=began.months, step=step).to_pylist()
    found = {(row["cohort"], row["age"]): row for row in cells}
    last = (as_of.year * 12 + as_of.month - 1) // step
    starts = sorted({size["began"] // step for size in sizes})
    return [
        _cohort(
            start * step,
            [size for size in sizes if size["began"] // step == start],
            sum(size["customers"] for size in everybody if size["began"] // step == start),
            [found.get((start, age)) for age in range(last - start + 1)],
        )
        for start in starts
    ]


def _cohort(
    began: int, sizes: Sequence[dict[str, Any]], customers: int, cells: Sequence[dict[str, Any] | None]
) -> Cohort:
    scale = Fraction(customers, sum(int(size["customers"]) for size in sizes))  # 1 unless a sample is looked at
    bought, values, units = [], [], 0
    for cell in cells:
        units += cell["units"] if cell else 0
        bought.append(round(scale * cell["bought"]) if cell else 0)
        values.append(round(scale * units / UNITS))
    return Cohort(
        start=date(began // 12, began % 12 + 1, 1).isoformat(),
        customers=customers,
        left_truncated=any(size["truncated"] for size in sizes),
        bought=tuple(bought),
        value_minor=tuple(values),
    )


def _latest(found: Sequence[Cohort], most: int | None) -> tuple[Cohort, ...]:
    return tuple(found if most is None else found[-most:] if most else ())


def _ends(day: date, step: int) -> bool:
    """Does a period of so many months end on this day?"""
    after = day + timedelta(days=1)
    return after.day == 1 and (after.month - 1) % step == 0


_ALL_SIZES = """
    SELECT CAST(year(first_purchase) * 12 + month(first_purchase) - 1 AS BIGINT) AS began, count(*) AS customers
    FROM {known} GROUP BY 1
"""
_SIZES = """
    SELECT began, count(*) AS customers, max(CASE WHEN left_truncated THEN 1 ELSE 0 END) AS truncated
    FROM {buyers} GROUP BY began
"""

_CELLS = """
    SELECT cohort, age, count(CASE WHEN purchases > 0 THEN 1 END) AS bought, CAST(sum(units) AS BIGINT) AS units
    FROM (
        SELECT customer_id, began // {step} AS cohort, greatest(period // {step} - began // {step}, 0) AS age,
            sum(purchases) AS purchases, sum(units) AS units
        FROM {months} GROUP BY 1, 2, 3
    ) GROUP BY cohort, age
"""
