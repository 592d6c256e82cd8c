"""The calendar: months in which more is bought than in others, told by an index and taken out by counting time anew.

A model of purchases takes each customer's pace as steady. Where December sells a fifth more, a day of December counts
as 1.2 seasonal days: in those the pace is steady again. Histories and horizons are told in seasonal days, nothing else
changes. (A change of time of the Poisson process: Cox & Lewis, "The Statistical Analysis of Series of Events", 1966,
ch. 4.)

An index by months of the sun cannot hold what moves in it, the Spring Festival above all: declare its days, each
year's, as periods.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from scipy.special import fdtrc

from shuke.kit.dates import require_day
from shuke.kit.errors import InputError
from shuke.value.histories import FloatArray, Histories, IntArray

_MONTHS_NEEDED = 18
_DAYS_OF_MONTHS = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_OTHER_SPREAD = 0.03
_CHANCE = 0.01  # of as large differences between months where there is no season
_BENT_TREND_DAYS = 913  # two and a half years: below, a trend that may bend takes the season for its own
_MOST, _LEAST = 20.0, 0.05
"""Within these an index lies: beyond, a slip of the pen is likelier than a season."""


@dataclass(frozen=True)
class DeclaredPeriod:
    """Days, both ends included, that stand out whatever their month: 1.5 is half as much again as usual."""

    first_day: date
    last_day: date
    index: float


@dataclass(frozen=True)
class Calendar:
    """How much more or less is bought in each month than in a usual one, and in declared periods.

    ``months`` are twelve figures from January. They are read against their own mean over a year, so only their
    proportions matter; a period's index is against that same usual day, and stands in place of its month's.

    >>> calendar = Calendar((0.5,) + (1.0,) * 11)
    >>> [round(figure, 3) for figure in calendar.index(date(2024, 1, 31), 2).tolist()]
    [0.522, 1.044]
    """

    months: tuple[float, ...] = (1.0,) * 12
    periods: tuple[DeclaredPeriod, ...] = ()

    def __post_init__(self) -> None:
        if len(self.months) != 12:
            raise InputError.of("error.value.calendar_months", count=len(self.months))
        for figure in (*self.months, *(period.index for period in self.periods)):
            if not (math.isfinite(figure) and _LEAST <= figure <= _MOST):
                raise InputError.of("error.value.calendar_index", index=figure, least=_LEAST, most=_MOST)
        for period in self.periods:
            if period.last_day < period.first_day:
                raise InputError.of("error.value.calendar_period", first=period.first_day, last=period.last_day)

    @property
    def monthly(self) -> tuple[float, ...]:
        """The months' figures with a mean of 1 over the days of a year."""
        mean = float(_DAYS_OF_MONTHS @ np.array(self.months) / _DAYS_OF_MONTHS.sum())
        return tuple(figure / mean for figure in self.months)

    @property
    def declared(self) -> dict[str, float]:
        """As `read_calendar` takes it, ready for JSON."""
        months = {str(place + 1): figure for place, figure in enumerate(self.months)}
        return months | {f"{one.first_day}/{one.last_day}": one.index for one in self.periods}

    def index(self, first_day: date, days: int) -> FloatArray:
        """The index of each of so many days from a first one, shape (days,)."""
        start = np.datetime64(first_day, "D")
        month = (start + np.arange(days)).astype("datetime64[M]").astype(np.int64) % 12
        found = np.array(self.monthly)[month]
        for period in self.periods:
            low, high = (period.first_day - first_day).days, (period.last_day - first_day).days + 1
            found[max(low, 0) : max(high, 0)] = period.index
        return found

    def elapsed(self, days: IntArray, first_day: date) -> FloatArray:
        """Seasonal time from the end of ``first_day`` to the end of each day, counted in days from it (from 0)."""
        most = int(days.max(initial=0))
        passed = np.concatenate(([0.0], np.cumsum(self.index(first_day + timedelta(days=1), most))))
        return passed[days]


@dataclass(frozen=True)
class Clock:
    """A calendar seen from the day that the models look ahead from: plain days to seasonal ones and back.

    >>> clock = Clock(Calendar((0.5,) + (1.0,) * 11), date(2024, 1, 31))
    >>> round(clock.ahead(29) / 29, 3), round(clock.ahead(2 * 365.25) / (2 * 365.25), 2)
    (1.044, 1.0)
    """

    calendar: Calendar
    as_of: date

    def histories(self, h: Histories) -> Histories:
        """The same customers with t_x and T in seasonal days. Times must be whole days up to ``as_of``."""
        T, t_x = np.rint(h.T).astype(np.int64), np.rint(h.t_x).astype(np.int64)
        most = int(T.max(initial=0))
        days = self.calendar.index(self.as_of - timedelta(days=most) + timedelta(days=1), most)[::-1]
        back = np.concatenate(([0.0], np.cumsum(days)))  # from the end of a day so many days ago, until now
        return replace(h, t_x=back[T] - back[T - t_x], T=back[T], log_gaps=None)  # gaps are not known day by day

    def ahead(self, days: float) -> float:
        """How many seasonal days are in the next ``days``?"""
        whole = math.ceil(days)
        passed = np.concatenate(([0.0], np.cumsum(self.calendar.index(self.as_of + timedelta(days=1), whole))))
        return float(np.interp(days, np.arange(whole + 1), passed))

    def days(self, seasonal: FloatArray, horizon_days: int) -> FloatArray:
        """In how many plain days will so much seasonal time have passed? Beyond the horizon: at its mean pace."""
        passed = np.concatenate(([0.0], np.cumsum(self.calendar.index(self.as_of + timedelta(days=1), horizon_days))))
        inside = np.interp(seasonal, passed, np.arange(horizon_days + 1))
        return np.where(seasonal <= passed[-1], inside, seasonal * horizon_days / max(passed[-1], 1e-9))


def seasonal_index(bought: FloatArray, known: FloatArray, first_day: date) -> Calendar | None:
    """Which months stand out in so many repeat purchases a day? None where that may well be chance.

    ``bought`` and ``known``, one figure a day from the first: purchases of those who came back, and how many customers
    had come by then. The log of each month's purchases a day is taken as a trend (straight, with the log of the
    customers known, since both a shop's start and its crowd of customers move it; bent too, from two and a half years
    on) plus the month's own figure, by least squares, months weighted by how sure they are. Figures are then drawn
    towards none by 1 - 1/F, F being the test of all months together, as James & Stein (1961) do; where F could come by
    chance once in a hundred shops without seasons, there is no index.

    Needs eighteen months of seven days and more with purchases, so that half of the months are seen twice.

    >>> days = np.arange(3 * 365)
    >>> month = (np.datetime64("2021-01-01") + days).astype("datetime64[M]").astype(int) % 12
    >>> bought = np.where(month == 11, 150.0, 100.0) + days % 7
    >>> found = seasonal_index(bought, 1000 + days, date(2021, 1, 1))
    >>> round(found.monthly[11] / found.monthly[5], 1)
    1.5
    """
    of_day = (np.datetime64(first_day, "D") + np.arange(len(bought))).astype("datetime64[M]").astype(np.int64)
    place = of_day - of_day[:1]
    days, of_month, crowd = (np.bincount(place, each) for each in (np.ones(len(place)), bought, known))
    kept = np.flatnonzero((days >= 7) & (of_month > 0))
    month = (of_day[0] + kept) % 12 if len(kept) else kept
    if len(kept) < _MONTHS_NEEDED or len(set(month.tolist())) < 12:
        return None
    when = kept / 12.0
    trend = [np.ones(len(when)), when, np.log(crowd[kept] / days[kept])]
    trend += [when**2] if len(bought) >= _BENT_TREND_DAYS else []
    log_rate = np.log(of_month[kept] / days[kept])
    weight = (1 / of_month[kept] + _OTHER_SPREAD**2) ** -0.5  # chance alone, and what else moves a month
    figures = _month_figures(log_rate, month, np.array(trend).T, weight)
    return None if figures is None else Calendar(Calendar(tuple(np.exp(figures).tolist())).monthly)


def _month_figures(log_rate: FloatArray, month: IntArray, trend: FloatArray, weight: FloatArray) -> FloatArray | None:
    """Each month's figure, in logs and around 0; None where the months do not differ beyond chance."""
    season = (month[:, None] == np.arange(1, 12)).astype(np.float64) - (month[:, None] == 0)  # figures sum to 0
    full = np.hstack([trend, season])
    found, plain = (
        np.linalg.lstsq(columns * weight[:, None], log_rate * weight, rcond=None)[0] for columns in (full, trend)
    )
    left = float((((log_rate - full @ found) * weight) ** 2).sum())
    without = float((((log_rate - trend @ plain) * weight) ** 2).sum())
    freedom = len(log_rate) - int(np.linalg.matrix_rank(full))
    if freedom < 1:
        return None
    test = ((without - left) / 11) / max(left / freedom, 1e-12)
    if float(fdtrc(11, freedom, test)) > _CHANCE:
        return None
    own = found[trend.shape[1] :]
    return np.asarray(np.concatenate(([-own.sum()], own)) * (1 - 1 / test))


def declared_in(text: str) -> dict[str, float]:
    """What people write of seasons in one line, as `read_calendar` takes it; commas of either script part them.

    Raises InputError for what cannot be read.

    >>> declared_in("12=1.2，2025-01-22/2025-02-04=1.6")
    {'12': 1.2, '2025-01-22/2025-02-04': 1.6}
    """
    found = {}
    for part in text.replace("，", ",").replace("、", ",").replace("；", ",").replace(";", ",").split(","):
        name, _, figure = (piece.strip() for piece in part.rpartition("="))
        if not part.strip():
            continue
        try:
            found[name] = float(figure)
        except ValueError as reason:
            raise InputError.of("error.value.calendar_name", name=part.strip()) from reason
    read_calendar(found)
    return found


def in_words(declared: Mapping[str, float]) -> str:
    """The same as one line.

    >>> in_words({"12": 1.2, "3": 0.9})
    '12=1.2, 3=0.9'
    """
    return ", ".join(f"{name}={index:g}" for name, index in declared.items())


def read_calendar(declared: Mapping[str, float]) -> Calendar | None:
    """A calendar as people declare it: months by number, periods by their two days. None where nothing is declared.

    A month not named is as usual, 1. Raises InputError for a name that is neither.

    >>> told = read_calendar({"12": 1.2, "2025-01-22/2025-02-04": 1.6})
    >>> told.months[11], told.periods[0].last_day.isoformat()
    (1.2, '2025-02-04')
    """
    if not declared:
        return None
    months, periods = [1.0] * 12, []
    for name, index in declared.items():
        if name.isdecimal() and 1 <= int(name) <= 12:
            months[int(name) - 1] = float(index)
        elif name.count("/") == 1:
            first, last = (require_day(part) for part in name.split("/"))
            periods.append(DeclaredPeriod(first, last, float(index)))
        else:
            raise InputError.of("error.value.calendar_name", name=name)
    return Calendar(tuple(months), tuple(periods))
