"""How far off were earlier totals? Purchases and money at every origin, all customers together and by rank of value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from shuke.choice._ages import asked_on
from shuke.choice._origins import Look, Origins, look
from shuke.evaluate import TotalInterval, log_error, total_interval
from shuke.value import CountModel, GammaGamma, Sampled
from shuke.value.histories import FloatArray, IntArray
from shuke.value.sampled import Elapsed


@dataclass(frozen=True)
class AtOrigin:
    """What was foreseen on one day for the customers known by then, and what they did; scaled to all customers.

    `low`, `high`: the 90 % interval of `actual` purchases by the errors of the other origins; None where they are few.
    """

    day: date
    customers: int
    forecast: float
    actual: float
    spend_forecast: float
    spend_actual: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Totals:
    """Totals at the origins, and the intervals that their errors give to the run's own totals, None with too few.

    `groups`: the interval of each group of customers by rank of value, the most valuable first, as many as asked for.
    """

    at: tuple[AtOrigin, ...]
    purchases: TotalInterval | None
    money: TotalInterval | None
    groups: tuple[TotalInterval | None, ...]


NO_TOTALS = Totals((), None, None, ())


def totals(
    sample: Sampled,
    days: Origins,
    model: CountModel,
    spend: GammaGamma,
    *,
    horizon_days: int,
    shares: Sequence[float] = (),
    drift: float = 0.0,
    time: Elapsed | None = None,
) -> Totals:
    """How sure are the totals of the next ``horizon_days``?

    ``model`` and ``spend`` are fitted on no later day than the first origin. ``shares``: what part of all customers is
    in each group, the most valuable first; at each origin customers are ranked by their spend in the year before it,
    and cut in the same shares. Of a sample, a group's errors hold the sample's own luck too: its interval is then
    rather too wide. ``drift``: how far the forecast moved when it was learned anew, in logs.
    """
    rows = [_row(sample, look(sample, day, days.holdout_days, time), model, spend, shares, days) for day in days.totals]
    if not rows:
        return Totals((), None, None, tuple(None for _ in shares))
    ahead = {"stretch": horizon_days / days.holdout_days, "drift": drift}
    at = [row[0] for row in rows]
    purchases = [log_error(one.actual, one.forecast) for one in at]
    money = [log_error(one.spend_actual, one.spend_forecast) for one in at]
    by_group = [[log_error(*row[1][group]) for row in rows] for group in range(len(shares))]
    return Totals(
        _with_intervals(at, purchases, days),
        _interval(purchases, days, **ahead),
        _interval(money, days, **ahead),
        tuple(_interval(errors, days, **ahead) for errors in by_group),
    )


def _interval(
    errors: Sequence[float | None], days: Origins, *, stretch: float = 1.0, drift: float = 0.0
) -> TotalInterval | None:
    known = [error for error in errors if error is not None]
    return total_interval(known, independent=days.independent, stretch=stretch, drift=drift)


def _with_intervals(at: Sequence[AtOrigin], errors: Sequence[float | None], days: Origins) -> tuple[AtOrigin, ...]:
    """Each origin with the interval that the others give to it: so that one can see whether they hold."""
    found = []
    for place, one in enumerate(at):
        interval = _interval([*errors[:place], *errors[place + 1 :]], days)
        low, high = (interval.low, interval.high) if interval else (None, None)
        ends = {} if low is None or high is None else {"low": one.forecast * low, "high": one.forecast * high}
        found.append(AtOrigin(**{**one.__dict__, **ends}))
    return tuple(found)


def _row(
    sample: Sampled, at: Look, model: CountModel, spend: GammaGamma, shares: Sequence[float], days: Origins
) -> tuple[AtOrigin, list[tuple[float, float]]]:
    """The totals at one origin, and (actual, forecast) spend of each group."""
    seen, scale = at.seen, sample.scale
    each = asked_on(model, at).expected_purchases(seen.histories, at.horizon)[seen.row]
    purchases = seen.histories["purchases"][seen.row]
    until = seen.day + timedelta(days=days.holdout_days)
    spent = sample.spend_between(seen.day, until)[seen.customer]
    foreseen = each * _spend_each(sample, seen.day, spend)[seen.customer]
    row = AtOrigin(
        day=seen.day,
        customers=round(len(seen.customer) * scale),
        forecast=float(each.sum()) * scale,
        actual=float(purchases.sum()) * scale,
        spend_forecast=float(foreseen.sum()) * scale,
        spend_actual=float(spent.sum()) * scale,
    )
    groups = _groups(sample, seen.day, seen.customer, shares)
    return row, [(float(spent[group].sum()), float(foreseen[group].sum())) for group in groups]


def _spend_each(sample: Sampled, day: date, spend: GammaGamma) -> FloatArray:
    """What each sampled customer was to spend at a purchase, by what was known on that day."""
    return spend.expected_spend(sample.mean_spend(day, first_too=spend.params_.first_too))


def _groups(sample: Sampled, day: date, customer: IntArray, shares: Sequence[float]) -> list[IntArray]:
    """Which of the customers known by that day are in each group, by rank of their spend in the year before it."""
    if not shares:
        return []
    value = sample.spend_between(day - timedelta(days=365), day)[customer]
    order = np.lexsort((customer, -value))
    ends = np.rint(np.cumsum(shares) / sum(shares) * len(order)).astype(np.int64)
    return np.split(order, ends[:-1])
