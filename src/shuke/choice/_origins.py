"""The past days that models are asked on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import inf

import numpy as np

from shuke.value import Sampled, Seen
from shuke.value.sampled import Elapsed

_RACES = 3
_TOTALS_BETWEEN = 3
"""Origins between two of the race, for totals only: they cost a forecast each, and no score."""
_LEAST_APART_DAYS = 7
ASKED_CUSTOMERS = 20_000
"""Totals look at the whole sample, models are fitted and asked on so many of it."""


@dataclass(frozen=True)
class Origins:
    """Days in rising order: models are fitted as of the first, and asked on it and on later ones."""

    race: tuple[date, ...]
    """Each model is scored here, customer by customer."""
    totals: tuple[date, ...]
    """Here only totals are forecast; the days of the race are among them."""
    holdout_days: int

    def __bool__(self) -> bool:
        return bool(self.race)

    @property
    def independent(self) -> float:
        """For how many the totals' errors count: stretches that overlap err alike."""
        if not self.totals:
            return 0.0
        return 1 + (self.totals[-1] - self.totals[0]).days / self.holdout_days


def origins(sample: Sampled, holdout_days: int, few_repeat_buyers: int) -> Origins:
    """On which days can the models be asked?

    The last lies a hold-out before as_of, the first a third into the data, so that there is something to learn from;
    between them they are equally spaced. A day on which fewer than ``few_repeat_buyers`` had come back teaches no
    model: then the first is later. None at all where even on the last day nobody had.
    """
    last = sample.as_of - timedelta(days=holdout_days)
    first = sample.first_day + timedelta(days=sample.span_days // 3 - 1)
    if last < sample.first_day or not sample.at(last, 0).repeat_buyers:
        return Origins((), (), holdout_days)
    race = spaced(min(first, last), last, _RACES)
    while len(race) > 1 and sample.at(race[0], 0).repeat_buyers < few_repeat_buyers:
        race = race[1:]
    between = (len(race) - 1) * (_TOTALS_BETWEEN + 1) + 1
    return Origins(race, tuple(sorted({*race, *spaced(race[0], last, between)})), holdout_days)


def spaced(first: date, last: date, many: int) -> tuple[date, ...]:
    """Equally spaced days from the first to the last, both among them; fewer where they would stand within a week.

    >>> [day.isoformat() for day in spaced(date(2024, 1, 1), date(2024, 1, 31), 3)]
    ['2024-01-01', '2024-01-16', '2024-01-31']
    >>> spaced(date(2024, 1, 1), date(2024, 1, 3), 3)
    (datetime.date(2024, 1, 3),)
    """
    span = (last - first).days
    fitting = min(many, span // _LEAST_APART_DAYS + 1)
    if fitting < 2:
        return (last,)
    return tuple(first + timedelta(days=round(span * step / (fitting - 1))) for step in range(fitting))


@dataclass(frozen=True, eq=False)
class Look:
    """The sample at one origin, and how far the models look ahead in their own time; `known_days`: for how long a
    customer may be known there, of whom it is known since when."""

    seen: Seen
    horizon: float
    known_days: float = inf


def look(sample: Sampled, day: date, ahead_days: int, time: Elapsed | None = None, most: int | None = None) -> Look:
    """What the models are given on that day, and the stretch after it, in days or in what `time` makes of them.

    `most`: of how many of the sample's customers, about; they are the same on every day.
    """
    horizon = float(ahead_days)
    if time is not None:
        here = (day - sample.first_day).days
        start, end = time.elapsed(np.array([here, here + ahead_days]), sample.first_day)
        horizon = float(end - start)
    seen = sample.at(day, ahead_days, time)
    known_days = sample.known_days(day)
    return Look(seen if most is None else seen.thinned(most, sample.customers), horizon, known_days)


def looks(sample: Sampled, days: Sequence[date], ahead_days: int, time: Elapsed | None = None) -> tuple[Look, ...]:
    """Of customers enough to tell models apart: the error of a difference falls with the root of their number, the cost
    of a race rises with it."""
    return tuple(look(sample, day, ahead_days, time, most=ASKED_CUSTOMERS) for day in days)
