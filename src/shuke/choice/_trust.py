"""How far can the chosen model be trusted? Week by week, and customer by customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from scipy.interpolate import PchipInterpolator

from shuke.choice._origins import Look, look
from shuke.evaluate import Pit, Within, held_counts
from shuke.value import CountModel, Sampled
from shuke.value.histories import FloatArray, IntArray
from shuke.value.sampled import Elapsed

_KNOTS = 10
"""Purchases expected by the customers of an origin are asked for at so many points in time, and drawn between them."""
_CUSTOMERS = 2_000
"""Of whom single counts are looked at: a share among them is known to within two in a hundred."""


@dataclass(frozen=True)
class Weeks:
    """Purchases in each whole week, the last ending at as_of, scaled to all customers.

    `actual` by all; `known` and `forecast` by the customers known at the origin, None in the weeks before it.
    """

    first_day: date
    origin: date
    actual: tuple[float, ...]
    known: tuple[float | None, ...]
    forecast: tuple[float | None, ...]


@dataclass(frozen=True)
class Trust:
    """How the chosen model's counts stood up at the last origin; `weeks` from the first on. All None or () untested."""

    weeks: Weeks | None = None
    pit: Pit | None = None
    within: tuple[Within, ...] = ()


def trust(last: Look, model: CountModel) -> tuple[Pit | None, tuple[Within, ...]]:
    """Of at most 2,000 customers, evenly taken: where each count fell in the model's distribution."""
    everyone = len(last.seen.row)
    rows = last.seen.row[np.linspace(0, everyone - 1, min(everyone, _CUSTOMERS)).astype(np.int64)]
    histories = {name: last.seen.histories[name][rows] for name in ("x", "t_x", "T")}
    bought = last.seen.histories["purchases"][rows]
    held = held_counts(model, histories, bought, horizon=last.horizon)
    return held.randomised_pit(), held.within()


def weeks(sample: Sampled, origin: date, model: CountModel, time: Elapsed | None = None) -> Weeks:
    """What came week by week, and what ``model``, fitted as of the origin, foresaw of the customers known by then."""
    actual, known = sample.weekly(), sample.weekly(known_on=origin)
    first_day = sample.as_of - timedelta(days=7 * len(actual) - 1)
    ends = np.array([(first_day + timedelta(days=7 * week + 6) - origin).days for week in range(len(actual))])
    after = ends >= 7
    expected = np.zeros(len(actual))
    if after.any():
        inside = np.append(ends[after][0] - 7, ends[after])
        expected[after] = np.diff(_reached(sample, origin, model, time, inside))

    def scaled(values: FloatArray) -> tuple[float | None, ...]:
        return tuple(float(value * sample.scale) if shown else None for value, shown in zip(values, after, strict=True))

    return Weeks(first_day, origin, tuple((actual * sample.scale).tolist()), scaled(known), scaled(expected))


def _reached(sample: Sampled, origin: date, model: CountModel, time: Elapsed | None, days: IntArray) -> FloatArray:
    """Purchases expected of all customers of the origin within each number of days."""
    farthest = int(days.max())
    at = look(sample, origin, farthest, time)
    customers = at.seen.histories["customers"]
    # Denser where the curve bends most.
    knots = at.horizon * np.linspace(0, 1, _KNOTS + 1) ** 2
    totals = [0.0, *(float(customers @ model.expected_purchases(at.seen.histories, knot)) for knot in knots[1:])]
    passed = days.astype(np.float64)
    if time is not None:
        here = (origin - sample.first_day).days
        told = time.elapsed(np.append(days + here, here), sample.first_day)
        passed = told[:-1] - told[-1]
    return np.asarray(PchipInterpolator(knots, totals)(passed))
