"""The business's calendar: how much is bought on each day, and when there are offers.

Seasons of trade in China: the rush before the Chinese New Year and the quiet after it, 618, the National Day, Double
11, Double 12. Each lifts or lowers a day by up to a fifth; shops live on Saturdays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np

from shuke.collect.shop.draws import Floats, Ints

OPENED = date(2018, 1, 1)
"""The day the business opened its doors."""
LAST = date(2024, 12, 31)
"""The last day of the file."""
AFTER = date(2025, 12, 31)
"""A year later: what happens until then is kept beside the file as truth."""
EPOCH = date(1970, 1, 1)

NEW_YEARS = tuple(
    date.fromisoformat(day)
    for day in (
        "2018-02-16", "2019-02-05", "2020-01-25", "2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29",
        "2026-02-17",
    )
)  # fmt: skip
"""First days of the Chinese years that the file touches."""

WEEKDAYS = np.array([0.94, 0.92, 0.94, 0.96, 1.02, 1.14, 1.08])
"""From Monday."""


@dataclass(frozen=True)
class Stretch:
    """A part of the year: its days (the last one counts), how much more is bought, and the offer made."""

    code: str
    first: date
    last: date
    lift: float
    offer: float = 0.0
    """Share taken off the list price; 0 where it is a season without an offer."""

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def number_of(day: date) -> int:
    """The day counted from 1970-01-01, as Arrow counts it."""
    return (day - EPOCH).days


OPENED_DAY, LAST_DAY, AFTER_DAY = number_of(OPENED), number_of(LAST), number_of(AFTER)


def stretches_of(year: int, trade: str) -> list[Stretch]:
    """The seasons of a year of one trade: `retail` or `cars`."""
    eve = next(day for day in NEW_YEARS if day.year == year)
    around = timedelta(days=1)
    if trade == "cars":
        return [
            Stretch("before_new_year", eve - 28 * around, eve - 3 * around, 0.12),
            Stretch("new_year", eve - 2 * around, eve + 20 * around, -0.2),
            Stretch("golden_autumn", date(year, 9, 1), date(year, 10, 20), 0.1),
            Stretch("year_end", date(year, 12, 1), date(year, 12, 31), 0.2, 0.03),
        ]
    return [
        Stretch("before_new_year", eve - 21 * around, eve - 2 * around, 0.2, 0.15),
        Stretch("new_year", eve - 1 * around, eve + 13 * around, -0.2),
        Stretch("mid_year_618", date(year, 6, 1), date(year, 6, 18), 0.2, 0.2),
        Stretch("summer", date(year, 7, 5), date(year, 8, 20), -0.06),
        Stretch("national_day", date(year, 9, 28), date(year, 10, 7), 0.1, 0.1),
        Stretch("double_11", date(year, 11, 1), date(year, 11, 11), 0.2, 0.25),
        Stretch("double_12", date(year, 12, 10), date(year, 12, 12), 0.15, 0.15),
    ]


@cache
def _all(trade: str) -> tuple[Stretch, ...]:
    return tuple(one for year in range(OPENED.year, AFTER.year + 1) for one in stretches_of(year, trade))


@cache
def lifts(trade: str) -> Floats:
    """How much is bought on each day from OPENED to AFTER, 1 on a usual one, without the day of the week.

    Where two stretches overlap, the later one counts.
    """
    days = np.ones(AFTER_DAY - OPENED_DAY + 1)
    for one in _all(trade):
        first = max(number_of(one.first) - OPENED_DAY, 0)
        days[first : number_of(one.last) - OPENED_DAY + 1] = 1 + one.lift
    return days


@cache
def pace(trade: str) -> Floats:
    """Time as customers live it: at place d, how much of it has passed before day OPENED + d."""
    weekdays = (np.arange(len(lifts(trade))) + OPENED.weekday()) % 7
    return np.concatenate([[0.0], np.cumsum(lifts(trade) * WEEKDAYS[weekdays])])


def lived(trade: str, moments: Floats) -> Floats:
    """The lived time at moments (days since 1970, with fractions), within OPENED … AFTER."""
    steps = pace(trade)
    return np.interp(moments - OPENED_DAY, np.arange(len(steps)), steps)


def moment_of(trade: str, time: Floats) -> Floats:
    """The moment at which so much lived time has passed: `lived`, the other way round."""
    steps = pace(trade)
    return OPENED_DAY + np.interp(time, steps, np.arange(len(steps)))


@cache
def offers(trade: str) -> Floats:
    """The share off on each day from OPENED to AFTER; 0 where there is no offer."""
    days = np.zeros(AFTER_DAY - OPENED_DAY + 1)
    for one in _all(trade):
        first = max(number_of(one.first) - OPENED_DAY, 0)
        days[first : number_of(one.last) - OPENED_DAY + 1] = one.offer
    return days


@cache
def next_offer(trade: str) -> tuple[Ints, Ints]:
    """For each day the days until the next offer begins (far off where none follows), and how long that one lasts."""
    size = AFTER_DAY - OPENED_DAY + 1
    wait, length = np.full(size, 10_000), np.ones(size, dtype=np.int64)
    starts = sorted((number_of(one.first) - OPENED_DAY, one.days) for one in _all(trade) if one.offer)
    for start, days in reversed(starts):
        if start > 0:
            wait[:start] = start - np.arange(start)
            length[:start] = days
    return wait, length
