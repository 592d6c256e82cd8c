"""Are the young as the chosen model takes them? Asked on past days of customers by their age.

What a model says of those who came lately rests on everybody, what it says of old customers on their own past. So where
newcomers are of another kind, or buy little at first and more later, forecasts of the young are off, day after day in
the same way. By how much, past days tell: what the young of each age made of their forecasts, against what the oldest
made of theirs on the same day, so that a season or a good year, which moves both, is left out of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from shuke.choice._origins import ASKED_CUSTOMERS, Look, Origins, look
from shuke.choice._race import Entrant, clear
from shuke.evaluate import Difference, Marks, difference, marked
from shuke.value import AGES, ByAge, CountModel, Sampled, age_of
from shuke.value.histories import FloatArray, IntArray

_LEAST_ORIGINS = 2
_LEAST_PURCHASES = 10
"""Made by an age after a day: of fewer the log says nothing."""
_OLDEST = 0.1
"""Of all purchases foreseen: so many at least those make up whom the young are held against."""
_MOST = 3.0
"""A pace beyond which an age is not moved."""


@dataclass(frozen=True)
class Ages:
    """By which pace customers of each age count time, and by how much that foresaw better.

    ``difference``: the log score with the paces less that without, on each day of the race with paces learned on the
    days around the others; they are used where that is clearly above zero. None where there are too few days to ask.
    """

    paces: tuple[float, ...] = (1.0,) * len(AGES)
    difference: Difference | None = None

    @property
    def used(self) -> bool:
        return clear(self.difference) and any(pace != 1 for pace in self.paces)

    def around(self, model: CountModel, known_days: float) -> CountModel:
        """The model with the paces, where they are used; `known_days` as of the day it is asked on."""
        return ByAge(model, self.paces, known_days) if self.used else model


@dataclass(frozen=True, eq=False)
class Contrasts:
    """Of one past day: for each age, the log of purchases made over foreseen less that of the oldest, and its variance;
    NaN for an age that is the oldest there, or made too few."""

    day: date
    log_ratio: FloatArray
    variance: FloatArray


def aged(one: Entrant, sample: Sampled, days: Origins, looks: Sequence[Look]) -> tuple[Ages, Entrant]:
    """Does the model foresee better with a pace for each age? What was found, and the entrant with it where it does."""
    if len(looks) < _LEAST_ORIGINS:
        return Ages(), one
    seen = {at.seen.day: at for at in looks}
    between = (day for day in days.totals if day not in seen)
    seen |= {day: look(sample, day, days.holdout_days, most=ASKED_CUSTOMERS) for day in between}
    known = [contrasts(seen[day], one.model) for day in days.totals]
    paces = _paces(known, days.independent)
    if all(pace == 1 for pace in paces):
        return Ages(paces), one
    crossed = [_marked(one, _paces(_around_others(known, at, looks), days.independent), at) for at in looks]
    found = Ages(paces, difference(crossed, one.marks))
    if not found.used:
        return found, one
    model = found.around(one.model, looks[0].known_days)
    return found, replace(one, model=model, marks=tuple(_marked(one, found.paces, at) for at in looks))


def asked_on(model: CountModel, at: Look) -> CountModel:
    """The model as it is asked on that day: whose age is known grows with the days that are."""
    return ByAge(model.model, model.paces, at.known_days) if isinstance(model, ByAge) else model


def contrasts(at: Look, model: CountModel) -> Contrasts:
    """What did customers of each age make of their forecasts, against the oldest? Shape (ages,).

    The oldest are those of the last ages, as many as it takes to make up a tenth of all that is foreseen; who may have
    come before the data begin is among them. Variances are those of a sum of customers who differ as these do (the
    delta method).
    """
    seen = at.seen.histories
    customers, made = np.asarray(seen["customers"]), np.asarray(seen["purchases"])
    foreseen = model.expected_purchases(seen, at.horizon)
    age = age_of(np.asarray(seen["T"]), at.known_days)
    reached = np.bincount(age, customers * foreseen, len(AGES) + 1)[::-1].cumsum()[::-1]
    oldest = int(np.flatnonzero(reached >= _OLDEST * reached[0])[-1]) if reached[0] > 0 else 0
    ends = np.minimum(age, oldest)
    logs, variance = _ratios(ends, customers, made, foreseen)
    found = np.full((2, len(AGES)), np.nan)
    found[:, :oldest] = logs[:oldest] - logs[oldest], variance[:oldest] + variance[oldest]
    return Contrasts(at.seen.day, *found)


def _ratios(
    age: IntArray, customers: FloatArray, made: FloatArray, foreseen: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The log of purchases made over foreseen at each age, and its variance; NaN where too few were made."""
    many = len(AGES) + 1
    total, expected = (np.bincount(age, customers * each, many) for each in (made, foreseen))
    enough = (total >= _LEAST_PURCHASES) & (expected > 0)
    ratio = np.divide(total, expected, out=np.ones(many), where=enough)
    spread = np.bincount(age, customers * (made - foreseen * ratio[age]) ** 2, many)
    variance = np.divide(spread, total**2, out=np.full(many, np.nan), where=enough)
    return np.where(enough, np.log(ratio), np.nan), variance


def _paces(known: Sequence[Contrasts], independent: float) -> tuple[float, ...]:
    """Each age's pace: the mean of what its days say, those that are surer counting for more, drawn towards 1 by
    1 - 1/z^2 as it stands z standard errors from it (James & Stein 1961), and 1 where that is less than one.

    Days count for as many as have stretches after them that do not overlap.
    """
    logs, variance = (np.array([getattr(one, name) for one in known]) for name in ("log_ratio", "variance"))
    weight = np.divide(1, variance, out=np.zeros(variance.shape), where=variance > 0)  # none where nothing is known
    days, total = (weight > 0).sum(axis=0), weight.sum(axis=0)
    said = (weight * np.nan_to_num(logs)).sum(axis=0)
    mean = np.divide(said, total, out=np.zeros(len(AGES)), where=total > 0)
    apart = np.maximum(days / min(max(independent, 1.0), len(known)), 1.0)
    z_squared = mean**2 * total / apart
    drawn = mean * (1 - np.divide(1, z_squared, out=np.ones(len(AGES)), where=z_squared > 1))
    return tuple(np.exp(np.clip(drawn, -np.log(_MOST), np.log(_MOST))).tolist())


def _around_others(known: Sequence[Contrasts], at: Look, looks: Sequence[Look]) -> list[Contrasts]:
    """Those of days that lie nearer to another day of the race than to this one."""
    others = [other.seen.day for other in looks if other is not at]
    return [one for one in known if min(abs(one.day - day) for day in others) < abs(one.day - at.seen.day)]


def _marked(one: Entrant, paces: Sequence[float], at: Look) -> Marks:
    return marked(one.code, ByAge(one.model, paces, at.known_days), at.seen, horizon=at.horizon)
