"""The likelihood of customers who buy at random and may leave at any time, and where it is greatest."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, psi

from shuke.value._lifetimes import Lifetime, Number, Silence, log_odds_gone
from shuke.value.fitting import Coordinates, Fitted, fit_logs, minimise, turned
from shuke.value.histories import FloatArray, Histories, IntArray, distinct_rows, distinct_values

_THINNED = 10_000  # customers that a first fit looks at
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
        *own, last = (getattr(self.life, field.name) for field in fields(self.life))
        return Population(self.r, self.alpha * longer[:, 0], type(self.life)(*own, last * longer[:, 1]))

    def rows(self, index: Any) -> Population:
        """Some rows."""
        return Population(self.r, self.alpha[index] if np.ndim(self.alpha) else self.alpha, self.life.rows(index))  # type: ignore[index]


class Likelihood:
    """The mean negative log-likelihood of grouped histories, as a function of log (r, alpha, parameters of the lifetime) and effects.

    Of (x, t_x, T) it is the likelihood of x purchases at a rate Gamma(r, alpha) by somebody who is there until T, times
    1 + the odds of having left since t_x. The first is computed once per distinct x and T; the second, whose integral
    is nearly all of the work, once per history. Time is scaled by ``unit``, the time per purchase.
    """

    def __init__(self, h: Histories, life: type[Lifetime]) -> None:
        self.life, w = life, h.customers
        self.total, self.repeaters, self.purchases = float(w.sum()), float(w[h.x > 0].sum()), float(w @ h.x)
        self.unit = float(w @ h.T) / self.purchases
        self.z, kind = _kinds(h)
        self.x, x_of = distinct_values(h.x)
        self.w_x = np.bincount(x_of, w)
        first, now = distinct_rows(h.T, kind.astype(np.float64))
        self.T, self.kind = h.T[first] / self.unit, kind[first]
        self.w, self.wx = np.bincount(now, w), np.bincount(now, w * h.x)
        silent = np.flatnonzero(h.T > h.t_x)
        # of those who were not seen on their last day: customers, x, t_x, T, kind
        self.silent: list[NDArray[Any]] = [w[silent], h.x[silent], h.t_x[silent], h.T[silent], kind[silent]]
        self.silent[2:4] = [time / self.unit for time in self.silent[2:4]]

    def thinned(self) -> Likelihood | None:
        """A likeness in which customers at even distances stand for all; None where there are few histories anyway."""
        w = self.silent[0]
        if len(w) < 2 * _THINNED:
            return None
        rough, until = copy(self), np.cumsum(w)
        seen = np.searchsorted(until, (np.arange(_THINNED) + 0.5) / _THINNED * until[-1])
        rows, times = np.unique(seen, return_counts=True)
        rough.silent = [times * (until[-1] / _THINNED), *(column[rows] for column in self.silent[1:])]
        return rough

    def __call__(self, logs: FloatArray) -> tuple[float, FloatArray]:
        people = self._people(logs)
        slopes = _Slopes(len(fields(self.life)), self.z)
        value = self._add_purchases(people, slopes)
        log_survival, by_life = people.life.rows(self.kind).log_survival(self.T)
        value += float(self.w @ log_survival)
        slopes.add(2, np.array([self.w * slope for slope in by_life]), self.kind)
        for start in range(0, len(self.silent[0]), _CHUNK):
            w, x, t_x, T, kind = (column[start : start + _CHUNK] for column in self.silent)
            own = people.rows(kind)
            log_odds, by = log_odds_gone(Silence(own.r + x, t_x, T, own.alpha, own.life))
            small = np.exp(-np.abs(log_odds))
            value += float(w @ (np.maximum(log_odds, 0) + np.log1p(small)))
            slopes.add(0, by * (w * np.where(log_odds > 0, 1.0, small) / (1 + small)), kind)
        return -value / self.total, -slopes.by_logs(people.r) / self.total

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
    """The distinct covariates (rows by covariates; one row of none where there are none), and which each history has."""
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
    base, effects = np.split(fitted.logs, [2 + len(fields(life))])
    parameters = (np.exp(base) * likelihood.unit ** np.array([0, 1, *life.powers_of_time], dtype=float)).tolist()
    buying, leaving = (tuple(part.tolist()) for part in np.split(effects, 2))
    return parameters, {
        # a density of times: one factor of the unit per purchase
        "log_likelihood": float(-fitted.best.value * likelihood.total - likelihood.purchases * np.log(likelihood.unit)),
        "customers": round(likelihood.total),
        "histories": len(grouped),
        "standard_errors": fitted.standard_errors([*parameters, *np.ones(len(effects))]),
        "covariance": fitted.covariance_rows(),
        "notes": (*_odd(likelihood, fitted, sought, few_repeat_buyers), *fitted.notes),
        "covariates": grouped.covariate_names,
        "purchase_effects": buying,
        "dropout_effects": leaving,
    }


def _with_effects(sought: Coordinates, h: Histories) -> Coordinates:
    """Effects are sought per standard deviation of the covariate, from its mean: whatever its unit, they are alike."""
    if h.covariates is None:
        return sought
    mean = np.average(h.covariates, axis=0, weights=h.customers)
    spread = np.sqrt(np.average((h.covariates - mean) ** 2, axis=0, weights=h.customers))
    spread[spread == 0] = 1.0
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
