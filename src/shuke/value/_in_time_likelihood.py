"""The likelihood of customers who buy at random and may leave at any time, and where it is greatest."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from scipy.special import gammaln, psi

from shuke.value._lifetimes import Lifetime, Number, log_leaving, log_staying
from shuke.value.covariates import CovariateEffects
from shuke.value.fitting import Coordinates, Fitted, fit_logs, minimise, turned
from shuke.value.histories import FloatArray, Histories, IntArray, distinct_rows, distinct_values

_THINNED = 5_000  # customers that a first fit looks at
_CHUNK = 1 << 13  # rows at a time: they stay in the processor's cache


@dataclass(frozen=True, eq=False)
class Population:
    """Whom customers are drawn from: rates Gamma(r, alpha) and lifetimes; the same for all, or one a row."""

    r: float
    alpha: Number
    life: Lifetime

    def with_effects(self, z: FloatArray, effects: FloatArray) -> Population:
        """One row for each row of covariates ``z``: alpha_i = alpha exp(-effects[0] . z_i), and the last parameter of
        the lifetime likewise by effects[1].

        Fader & Hardie, "Incorporating Time-Invariant Covariates into the Pareto/NBD and BG/NBD Models" (2007), section
        2: both are scales of time, so that an effect of log 2 doubles how often customers buy, or how fast they leave.
        """
        longer = np.exp(-(z @ effects.T))
        last = fields(self.life)[-1].name
        slower = {last: getattr(self.life, last) * longer[:, 1]}
        return Population(self.r, self.alpha * longer[:, 0], replace(self.life, **slower))

    def rows(self, index: Any) -> Population:
        """Some rows."""
        return Population(self.r, self.alpha[index] if np.ndim(self.alpha) else self.alpha, self.life.rows(index))  # type: ignore[index]


class Likelihood:
    """The mean negative log-likelihood of grouped histories, by the logs of r, alpha and the lifetime's parameters, and
    the effects of covariates.

    Of (x, t_x, T) it is the likelihood of x purchases at a rate Gamma(r, alpha) by somebody who is there until T, times
    1 + the odds of having left since t_x. The first is computed once per distinct x and T. The second asks for an
    integral from t_x to T, which is told as one from t_x on (`log_leaving`), less one from T on (in `log_staying`): a
    million customers have 100 k distinct (x, t_x) and (x, T), but may well have ten times as many (x, t_x, T). Time is
    scaled by ``unit``, the time per purchase.
    """

    def __init__(self, h: Histories, life: type[Lifetime]) -> None:
        self.life, w = life, h.customers
        self.total, self.repeaters, self.purchases = float(w.sum()), float(w[h.x > 0].sum()), float(w @ h.x)
        self.unit = float(w @ h.T) / self.purchases
        self.z, kind = _kinds(h)
        self.x, x_of = distinct_values(h.x)
        self.w_x = np.bincount(x_of, w)
        kinds = () if h.covariates is None else (kind.astype(np.float64),)
        first, now = distinct_rows(h.T, *kinds)
        self.T, self.kind = h.T[first] / self.unit, kind[first]
        self.w, self.wx = np.bincount(now, w), np.bincount(now, w * h.x)
        self.until = float(self.T.max())
        self.customers: FloatArray = w
        self.last = _Distinct(h.x, h.t_x / self.unit, kind, *distinct_rows(h.x, h.t_x, *kinds))
        self.now = _Distinct(h.x, h.T / self.unit, kind, *distinct_rows(h.x, h.T, *kinds))

    def thinned(self) -> Likelihood | None:
        """A likeness in which customers at even distances stand for all; None where there are few histories anyway."""
        if len(self.customers) < 4 * _THINNED:
            return None
        rough, until = copy(self), np.cumsum(self.customers)
        seen = np.searchsorted(until, (np.arange(_THINNED) + 0.5) / _THINNED * until[-1])
        rows, times = np.unique(seen, return_counts=True)
        rough.customers = np.asarray(times * (until[-1] / _THINNED), dtype=np.float64)
        rough.last, rough.now = self.last.of_rows(rows), self.now.of_rows(rows)
        return rough

    def __call__(self, logs: FloatArray) -> tuple[float, FloatArray]:
        people = self._people(logs)
        slopes = _Slopes(len(fields(self.life)), self.z)
        value = self._add_purchases(people, slopes)
        log_survival, by_life = people.life.rows(self.kind).log_survival(self.T)
        value += float(self.w @ log_survival)
        slopes.add(2, np.array([self.w * slope for slope in by_life]), self.kind)
        value += self._add_odds(people, slopes)
        return -value / self.total, -slopes.by_logs(people.r) / self.total

    def _add_odds(self, people: Population, slopes: _Slopes) -> float:
        """Log of 1 + the odds of having left, summed, and its slopes."""
        leaving, by_leaving = self.last.each(log_leaving, people, self.until)
        staying, by_staying = self.now.each(log_staying, people, self.until)
        there, by_there = self.now.each(_log_there, people, self.until)
        left, value = np.empty(len(self.customers)), 0.0
        for start in range(0, len(left), _CHUNK):
            part = slice(start, start + _CHUNK)
            w, more = self.customers[part], leaving[self.last.of[part]] - staying[self.now.of[part]]
            small = np.exp(-np.abs(more))
            value += float(w @ (np.maximum(more, 0) + np.log1p(small)))
            left[part] = w * np.where(more > 0, 1.0, small) / (1 + small)
        seen = np.bincount(self.now.of, self.customers)
        slopes.add(0, by_leaving * np.bincount(self.last.of, left), self.last.kind)
        slopes.add(0, by_staying * np.bincount(self.now.of, self.customers - left) - by_there * seen, self.now.kind)
        return value + float((seen * (staying - there)).sum())

    def without_dropout(self, logs: FloatArray) -> tuple[float, FloatArray]:
        """The same where nobody ever leaves: the NBD, a function of the logs at `of_purchases`."""
        chosen, all_logs = self.of_purchases, np.zeros(2 + len(fields(self.life)) + 2 * self.z.shape[1])
        all_logs[chosen] = logs
        people, slopes = self._people(all_logs), _Slopes(len(fields(self.life)), self.z)
        value = self._add_purchases(people, slopes)
        return -value / self.total, -slopes.by_logs(people.r)[chosen] / self.total

    def _people(self, logs: FloatArray) -> Population:
        r, alpha, *own = np.exp(logs[: 2 + len(fields(self.life))]).tolist()
        people = Population(r, alpha, self.life(*own))
        if not self.z.shape[1]:
            return people
        return people.with_effects(self.z, logs[2 + len(own) :].reshape(2, -1))

    @property
    def of_purchases(self) -> list[int]:
        """Which of the logs say how customers buy."""
        base = 2 + len(fields(self.life))
        return [0, 1, *range(base, base + self.z.shape[1])]

    def _add_purchases(self, people: Population, slopes: _Slopes) -> float:
        """Log of Gamma(r+x)/Gamma(r) alpha^r (alpha+T)^-(r+x), summed, and its slopes."""
        r, alpha = people.r, people.rows(self.kind).alpha
        log_start, log_end, k = np.log(alpha), np.log(alpha + self.T), r * self.w + self.wx
        slopes.add(0, np.array([self.w * (log_start - log_end), r * self.w - k * alpha / (alpha + self.T)]), self.kind)
        slopes.sums[0] += self.w_x @ (psi(r + self.x) - psi(r))
        value = self.w_x @ (gammaln(r + self.x) - gammaln(r))
        return float(value + (r * self.w * log_start).sum() - k @ log_end)


class _Distinct:
    """The distinct (x, t) of histories, in each kind, and which each history has."""

    def __init__(self, x: FloatArray, t: FloatArray, kind: IntArray, first: IntArray, of: IntArray) -> None:
        self.x, self.t, self.kind, self.of = x[first], t[first], kind[first], of

    def of_rows(self, rows: IntArray) -> _Distinct:
        """Those of some histories."""
        first, of = np.unique(self.of[rows], return_inverse=True)
        return _Distinct(self.x, self.t, self.kind, first, of)

    def each(self, function: Any, people: Population, until: float) -> tuple[FloatArray, FloatArray]:
        """A function of them and its slopes."""
        values, slopes = np.empty(len(self.x)), np.empty((2 + len(fields(people.life)), len(self.x)))
        for start in range(0, len(values), _CHUNK):
            part = slice(start, start + _CHUNK)
            own = people.rows(self.kind[part])
            answer = function(own.r + self.x[part], self.t[part], until, own.alpha, own.life)
            values[part], slopes[:, part] = answer
        return values, slopes


def _log_there(
    k: FloatArray, t: FloatArray, _until: float, alpha: Number, life: Lifetime
) -> tuple[FloatArray, FloatArray]:
    """Log of (alpha+t)^-k S(t), and its slopes."""
    log, by_life = life.log_survival(t)
    log_end = np.log(alpha + t)
    return log - k * log_end, np.array(np.broadcast_arrays(-log_end, -alpha * k / (alpha + t), *by_life))


def columns_of(h: Histories) -> Sequence[FloatArray]:
    """The covariates, each a column."""
    return () if h.covariates is None else tuple(h.covariates.T)


class _Slopes:
    """Slopes by r, log alpha and the logs of the lifetime's parameters, summed over rows, and by kind where needed."""

    def __init__(self, parameters: int, z: FloatArray) -> None:
        self.z, self.sums = z, np.zeros(2 + parameters)
        self.by_kind = np.zeros((2, len(z)))

    def add(self, first: int, rows: FloatArray, kind: IntArray) -> None:
        """Add rows of slopes, the first of which is by the parameter numbered ``first``."""
        self.sums[first : first + len(rows)] += rows.sum(axis=1)
        if self.z.shape[1]:
            for place, parameter in enumerate((1, len(self.sums) - 1)):
                if first <= parameter < first + len(rows):
                    self.by_kind[place] += np.bincount(kind, rows[parameter - first], minlength=len(self.z))

    def by_logs(self, r: float) -> FloatArray:
        """By log (r, alpha, parameters of the lifetime) and effects."""
        return np.concatenate([self.sums[:1] * r, self.sums[1:], -(self.by_kind @ self.z).ravel()])


def _kinds(h: Histories) -> tuple[FloatArray, IntArray]:
    """The distinct covariates, a row each (where there are none, one row of none), and which each history has."""
    if h.covariates is None:
        return np.zeros((1, 0)), np.zeros(len(h), dtype=np.int64)
    first, kind = distinct_rows(*h.covariates.T)
    return h.covariates[first], kind


def learned(
    grouped: Histories, life: type[Lifetime], sought: Coordinates, few_repeat_buyers: int
) -> tuple[list[float], dict[str, Any]]:
    """The parameters (r, alpha, those of the lifetime), and what else there is to tell of the fit."""
    likelihood = Likelihood(grouped, life)
    sought = _with_effects(sought, grouped)
    fitted = fit_logs(likelihood, likelihood.thinned(), likelihood.total, sought)
    base, units = 2 + len(fields(life)), likelihood.unit ** np.array([0.0, 1.0, *life.powers_of_time])
    parameters, spread = np.exp(fitted.logs[:base]) * units, fitted.covariance[:base, :base]
    return parameters.tolist(), {
        # a density of times: one factor of the unit per purchase
        "log_likelihood": float(-fitted.best.value * likelihood.total - likelihood.purchases * np.log(likelihood.unit)),
        "customers": round(likelihood.total),
        "histories": len(grouped),
        "standard_errors": tuple((parameters * np.sqrt(np.diag(spread))).tolist()),
        "covariance": _told(spread),
        "notes": (*_odd(likelihood, fitted, sought, few_repeat_buyers), *fitted.notes),
        "effects": _effects(grouped, life, fitted.logs[base:], fitted.covariance),
    }


def nothing_learned(
    grouped: Histories, life: type[Lifetime], unknown: Sequence[float]
) -> tuple[list[float], dict[str, Any]]:
    """The same where nobody came back: half a purchase over all time, ``unknown`` for the lifetime, in its units."""
    time = float(grouped.customers @ grouped.T) or 1.0
    units = time ** np.array([1.0, *life.powers_of_time])
    return [1.0, *(np.array([2.0, *unknown]) * units).tolist()], {
        "customers": round(float(grouped.customers.sum())),
        "histories": len(grouped),
        "notes": ("no_repeat_purchases",),
        "effects": _effects(grouped, life, np.zeros(2 * len(grouped.covariate_names)), None),
    }


def _effects(
    h: Histories, life: type[Lifetime], coefficients: FloatArray, covariance: FloatArray | None
) -> CovariateEffects | None:
    if h.covariates is None:
        return None
    errors = None if covariance is None else np.sqrt(np.diag(covariance)[-len(coefficients) :]).reshape(2, -1)
    return CovariateEffects(
        *(h.covariate_names, ("alpha", fields(life)[-1].name), _told(coefficients.reshape(2, -1))),
        means=tuple(_moments(h)[0].tolist()),
        standard_errors=None if errors is None else _told(errors),
        covariance=None if covariance is None else _told(covariance),
    )


def _told(matrix: FloatArray) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in matrix.tolist())


def _moments(h: Histories) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of each covariate over customers; 1 for one that does not vary."""
    z, w = np.column_stack(columns_of(h)), h.customers / max(h.customers.sum(), 1e-300)
    mean = w @ z
    spread = np.sqrt(w @ (z - mean) ** 2)
    return mean, np.where(spread > 1e-12 * np.abs(mean), spread, 1.0)


def _with_effects(sought: Coordinates, h: Histories) -> Coordinates:
    """Effects are sought per standard deviation of the covariate, from its mean: whatever its unit, they are alike."""
    if h.covariates is None:
        return sought
    mean, spread = _moments(h)
    base, effects = len(sought.start), len(mean)
    wider = copy(sought)
    wider.matrix = np.zeros((base + 2 * effects, base + 2 * effects))
    wider.matrix[:base, :base] = sought.matrix
    for place, parameter in enumerate((1, base - 1)):
        columns = range(base + place * effects, base + (place + 1) * effects)
        wider.matrix[columns, columns] = 1 / spread
        wider.matrix[parameter, columns] = mean / spread
    wider.start = np.concatenate([sought.start, np.zeros(2 * effects)])
    wider.bounds = [*sought.bounds, *[(-8.0, 8.0)] * (2 * effects)]
    return wider


def _odd(likelihood: Likelihood, fitted: Fitted, sought: Coordinates, few_repeat_buyers: int) -> list[str]:
    chosen = likelihood.of_purchases
    without = minimise(
        turned(likelihood.without_dropout, sought.matrix[np.ix_(chosen, chosen)]),
        fitted.best.at[chosen],
        [sought.bounds[i] for i in chosen],
    )
    gained = likelihood.total * (without.value - fitted.best.value)  # "detected": 2 log-likelihood units
    r, s = np.exp(fitted.logs[[0, 2 + [field.name for field in fields(likelihood.life)].index("s")]])
    met = (likelihood.repeaters < few_repeat_buyers, gained < 2, r > 100, s > 100)
    notes = ("too_few_repeat_buyers", "no_dropout_detected", "purchase_rates_alike", "dropout_alike")
    return [note for note, true in zip(notes, met, strict=True) if true]
