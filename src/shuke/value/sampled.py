"""Purchase days of a sample of customers: what is needed to look back from any earlier day, without asking the facts.

A fit of all customers needs their histories on one day only, which the engine sums up. Tests need them as they stood
on many days, and what came after each: from the purchase days of some 50,000 customers NumPy makes those in
milliseconds, and 50,000 customers tell models apart as well as millions do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import inf
from typing import Protocol

import numpy as np
import pyarrow as pa

from shuke.engines import Table
from shuke.value._distinct import distinct_rows
from shuke.value.histories import FloatArray, IntArray

MOST_CUSTOMERS = 50_000
MOST_DAYS = 2_000_000
"""Purchase days of all sampled customers together: of a shop that people visit daily, fewer customers are taken."""

_HASH_DIGITS = 8  # of the md5 that decides who is in the sample


class Elapsed(Protocol):
    """A way of counting time: `shuke.value.calendar` counts a day in high season as more than one."""

    def elapsed(self, days: IntArray, first_day: date) -> FloatArray:
        """How much time has passed from before the first day until each day (0: the first day)?"""


@dataclass(frozen=True, eq=False)
class Seen:
    """The sampled customers as they stood at the end of one day, and what the days after it brought.

    ``histories``: the distinct (x, t_x, T, purchases), with ``customers`` and ``log_gaps`` (see `Sampled.at`);
    ``customer`` and ``row``: for each customer known by then, the number in the sample and the row of ``histories``.
    """

    day: date
    histories: dict[str, FloatArray]
    customer: IntArray
    row: IntArray

    def thinned(self, most: int, customers: int) -> Seen:
        """The same of every k-th of the sample's ``customers``, so that about ``most`` are left; itself if few are."""
        step = -(-customers // most)
        if step < 2:
            return self
        kept = self.customer % step == 0
        rows, row = np.unique(self.row[kept], return_inverse=True)
        histories = {name: column[rows] for name, column in self.histories.items()}
        histories["customers"] = np.bincount(row, minlength=len(rows)).astype(np.float64)
        return Seen(self.day, histories, self.customer[kept], row.astype(np.int64))

    @property
    def repeat_buyers(self) -> int:
        """How many had come back by then."""
        return round(float(self.histories["customers"][self.histories["x"] > 0].sum()))


@dataclass(frozen=True, eq=False)
class Sampled:
    """Days with a purchase, customer after customer and in rising order within each; ``day`` 0 is ``first_day``.

    ``money`` are all days with a booking, returns too: customer, day, net amount in minor units.
    """

    first_day: date
    as_of: date
    customers: int
    of: int
    """How many customers there are in all."""
    customer: IntArray
    day: IntArray
    money: tuple[IntArray, IntArray, FloatArray]
    truncated_days: int = 0
    """From the first day on: whose first purchase lies in them may have bought before (left truncation)."""

    def known_days(self, day: date) -> float:
        """For how many days may a customer be known on that day, of whom it is known since when?"""
        return (day - self.first_day).days - self.truncated_days if self.truncated_days else inf

    @property
    def scale(self) -> float:
        """By what a total of the sample is to be multiplied, to stand for all customers."""
        return self.of / self.customers if self.customers else 1.0

    @property
    def span_days(self) -> int:
        return (self.as_of - self.first_day).days + 1

    def at(self, day: date, ahead_days: int, time: Elapsed | None = None) -> Seen:
        """What was known of each customer at the end of ``day``, and how often did each buy in the days after it?

        Histories as every count model takes them; beside them ``purchases``, days with a purchase in the
        ``ahead_days`` after, and ``log_gaps``, the mean over the row's customers of the sum of the natural logs of the
        gaps between purchases. Times are days, or what ``time`` makes of them. Who came later is left out.
        """
        here = (day - self.first_day).days
        seen = self.day <= here
        x = np.bincount(self.customer[seen], minlength=self.customers) - 1.0
        known = np.flatnonzero(x >= 0)
        first, last = self._first[known], self._first[known] + x[known].astype(np.int64)
        passed = self._passed(here, time)
        gaps = np.diff(passed[self.day[seen]])
        own = np.diff(self.customer[seen]) == 0
        log_gaps = np.bincount(self.customer[seen][1:][own], np.log(gaps[own]), self.customers).astype(np.float64)[
            known
        ]
        t_x = passed[self.day[last]] - passed[self.day[first]]
        T = passed[-1] - passed[self.day[first]]
        after = (self.day > here) & (self.day <= here + ahead_days)
        bought = np.bincount(self.customer[after], minlength=self.customers)[known].astype(np.float64)
        return _grouped(day, known, x[known].astype(np.float64), t_x, T, bought, log_gaps)

    def spend_until(self, day: date, *, first_too: bool = False) -> tuple[FloatArray, FloatArray]:
        """Repeat purchases up to a day, and net spend at them: one number a sampled customer.

        Returns are shared among a customer's purchases by what each cost, as in the summary's ``repeat_spend_minor``.
        ``first_too``: all purchases, and all net spend.
        """
        here = (day - self.first_day).days
        customer, on, amount = self.money
        spent = np.asarray(np.bincount(customer[on <= here], amount[on <= here], self.customers), dtype=np.float64)
        seen = self.day <= here
        bought = np.bincount(self.customer[seen], minlength=self.customers).astype(np.float64)
        if first_too:
            return bought, spent
        each = amount[amount > 0]  # what was paid on each day of ``self.day``
        paid = np.bincount(self.customer[seen], each[seen], self.customers)
        later = 1 - np.divide(each[self._first], paid, out=np.ones(self.customers), where=paid > 0)
        return np.maximum(bought - 1, 0), np.where(bought > 1, later * spent, 0.0)

    def mean_spend(self, day: date, *, first_too: bool = False) -> dict[str, FloatArray]:
        """The same as histories for `GammaGamma`: ``x`` purchases and their mean ``spend``, 0 where there is none."""
        bought, spent = self.spend_until(day, first_too=first_too)
        return {"x": bought, "spend": np.divide(spent, bought, out=np.zeros(len(spent)), where=bought > 0)}

    def spend_between(self, after: date, until: date) -> FloatArray:
        """Net spend of each sampled customer in the days after ``after``, up to ``until``."""
        customer, on, amount = self.money
        inside = (on > (after - self.first_day).days) & (on <= (until - self.first_day).days)
        return np.asarray(np.bincount(customer[inside], amount[inside], self.customers))

    def weekly(self, known_on: date | None = None) -> FloatArray:
        """Purchases in each whole week, the last ending at as_of; of customers known by a day, or of all."""
        weeks = self.span_days // 7
        first = self.span_days - 7 * weeks
        keep = self.day >= first
        if known_on is not None:
            keep &= (self.day[self._first] <= (known_on - self.first_day).days)[self.customer]
        return np.bincount((self.day[keep] - first) // 7, minlength=weeks).astype(np.float64)

    def daily(self) -> tuple[FloatArray, FloatArray]:
        """On each day from the first to as_of: purchases of those who came back, and how many had come by then."""
        joined = np.bincount(self.day[self._first], minlength=self.span_days)
        bought = np.bincount(self.day, minlength=self.span_days) - joined
        return bought.astype(np.float64), np.cumsum(joined).astype(np.float64)

    @property
    def _first(self) -> IntArray:
        """Where each customer's days begin."""
        return np.flatnonzero(np.diff(self.customer, prepend=-1))

    def _passed(self, here: int, time: Elapsed | None) -> FloatArray:
        """Time passed until each day from the first to ``here``."""
        days = np.arange(max(here, 0) + 1)
        return days.astype(np.float64) if time is None else time.elapsed(days, self.first_day)


def sampled(
    purchases: Table, summary: Table, *, as_of: date, customers: int = MOST_CUSTOMERS, days: int = MOST_DAYS
) -> Sampled:
    """When did each customer buy, up to as_of? Of all customers where there are few, else of a sample.

    ``purchases`` are the facts (`tables.PURCHASES`), ``summary`` their `summarise`. Who is in the sample rests on the
    md5 of the customer's id alone: so it is the same on every engine, in every order of rows, and a customer once in it
    stays in it as long as customers do not grow. One pass over the facts, and one over the summary.
    """
    engine = summary.engine
    counted = engine.fetch(_COUNTS, summary=summary).to_pylist()[0]
    first_day: date = counted["first_day"] or as_of
    share = min(1.0, customers / max(counted["customers"], 1), days / max(counted["days"], 1))
    chosen = engine.keep("sampled", _CHOSEN, summary=summary, below=hash_below(share))
    rows = engine.fetch(_DAYS, purchases=purchases, chosen=chosen, first_day=first_day, as_of=as_of)
    engine.drop(chosen)
    truncated_days = 0 if counted["truncated"] is None else (counted["truncated"] - first_day).days + 1
    return _sorted(rows, first_day, as_of, counted["customers"], truncated_days)


def hash_below(share: float) -> str:
    """What `substr(md5(customer_id), 1, 8)` stands below for that share of customers: the same ones on every engine.

    >>> hash_below(0.5), hash_below(1)
    ('80000000', 'g')
    """
    return "g" if share >= 1 else f"{int(share * 16**_HASH_DIGITS):0{_HASH_DIGITS}x}"  # "g" is past every digit


def _sorted(rows: pa.Table, first_day: date, as_of: date, of: int, truncated_days: int) -> Sampled:
    customer, day = (rows[name].to_numpy().astype(np.int64) for name in ("customer", "day"))
    order = np.lexsort((day, customer))
    customer, day = customer[order], day[order]
    spend = rows["spend"].to_numpy().astype(np.float64)[order]
    bought = spend > 0
    count = int(customer.max(initial=-1)) + 1
    money = customer, day, spend
    return Sampled(first_day, as_of, count, of, customer[bought], day[bought], money, truncated_days)


def _grouped(
    day: date,
    known: IntArray,
    x: FloatArray,
    t_x: FloatArray,
    T: FloatArray,
    purchases: FloatArray,
    log_gaps: FloatArray,
) -> Seen:
    first, row = distinct_rows(x, t_x, T, purchases)
    customers = np.bincount(row, minlength=len(first)).astype(np.float64)
    means = np.bincount(row, log_gaps, len(first)) / np.maximum(customers, 1)
    columns = {"x": x[first], "t_x": t_x[first], "T": T[first], "purchases": purchases[first]}
    return Seen(day, {**columns, "customers": customers, "log_gaps": means}, known, row)


_COUNTS = """
    SELECT count(*) AS customers, CAST(coalesce(sum(purchases), 0) AS BIGINT) AS days,
        min(first_purchase) AS first_day, max(CASE WHEN left_truncated THEN first_purchase END) AS truncated
    FROM {summary}
"""
_CHOSEN = """
    SELECT customer_id, CAST(row_number() OVER (ORDER BY customer_id) - 1 AS BIGINT) AS number
    FROM {summary} WHERE substr(md5(customer_id), 1, 8) < {below}
"""
# A return of something bought before the data begin may stand on a day below 0.
_DAYS = """
    SELECT s.number AS customer,
        CAST(date_diff('day', {first_day}, p.purchased_on) AS BIGINT) AS day,
        CAST(sum(p.amount_minor) AS BIGINT) AS spend
    FROM {purchases} AS p JOIN {chosen} AS s ON p.customer_id = s.customer_id
    WHERE p.purchased_on <= {as_of} GROUP BY 1, 2
"""
