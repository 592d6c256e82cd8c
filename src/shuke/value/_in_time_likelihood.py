"""The likelihood of customers who buy at random and may leave at any time."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import fields

import numpy as np
from scipy.special import gammaln, psi

from shuke.value._distinct import distinct_rows, distinct_values
from shuke.value._lifetimes import Lifetime, Number, log_leaving, log_staying
from shuke.value.histories import FloatArray, Histories, IntArray

_THINNED = 5_000  # customers that a first fit looks at
_CHUNK = 1 << 13  # rows at a time: they stay in the processor's cache

_Question = Callable[[FloatArray, FloatArray, float, Number, Lifetime], tuple[FloatArray, FloatArray]]


class Likelihood:
    """The mean negative log-likelihood of grouped histories, by the logs of r, alpha and the lifetime's parameters.

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
        self.x, x_of = distinct_values(h.x)
        self.T, T_of = distinct_values(h.T)
        self.T = self.T / self.unit
        self.w_x, self.w_T, self.wx_T = np.bincount(x_of, w), np.bincount(T_of, w), np.bincount(T_of, w * h.x)
        self.until = float(self.T.max())
        self.customers: FloatArray = w
        self.last = _Distinct(h.x, h.t_x / self.unit, *distinct_rows(h.x, h.t_x))
        self.now = _Distinct(h.x, h.T / self.unit, *distinct_rows(h.x, h.T))

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
        r, alpha, *own = np.exp(logs).tolist()
        life = self.life(*own)
        value, by_purchases = self._purchasing(r, alpha)
        log_survival, by_life = life.log_survival(self.T)
        odds, slopes = self._odds(r, alpha, life)
        slopes[:2] += by_purchases
        slopes[2:] += [(self.w_T * slope).sum() for slope in by_life]
        slopes[0] *= r
        return -(value + float(self.w_T @ log_survival) + odds) / self.total, -slopes / self.total

    def without_dropout(self, logs: FloatArray) -> tuple[float, FloatArray]:
        """The same where nobody ever leaves: the NBD, a function of log (r, alpha)."""
        r, alpha = np.exp(logs).tolist()
        value, slopes = self._purchasing(r, alpha)
        return -value / self.total, -slopes * [r, 1] / self.total

    def _purchasing(self, r: float, alpha: float) -> tuple[float, FloatArray]:
        """Log of Gamma(r+x)/Gamma(r) alpha^r (alpha+T)^-(r+x), summed, and its slopes by r and log alpha."""
        log_T, k = np.log(alpha + self.T), r * self.w_T + self.wx_T
        value = self.w_x @ (gammaln(r + self.x) - gammaln(r)) + self.total * r * np.log(alpha) - k @ log_T
        by_r = self.w_x @ (psi(r + self.x) - psi(r)) + self.total * np.log(alpha) - self.w_T @ log_T
        return float(value), np.array([by_r, self.total * r - alpha * (k @ (1 / (alpha + self.T)))])

    def _odds(self, r: float, alpha: float, life: Lifetime) -> tuple[float, FloatArray]:
        """Log of 1 + the odds of having left, summed, and its slopes by r, log alpha, and the lifetime's logs."""
        leaving, by_leaving = self.last.each(log_leaving, r, self.until, alpha, life)
        staying, by_staying = self.now.each(log_staying, r, self.until, alpha, life)
        there, by_there = self.now.each(_log_there, r, self.until, alpha, life)
        left, value = np.empty(len(self.customers)), 0.0
        for start in range(0, len(left), _CHUNK):
            part = slice(start, start + _CHUNK)
            w, more = self.customers[part], leaving[self.last.of[part]] - staying[self.now.of[part]]
            small = np.exp(-np.abs(more))
            value += float(w @ (np.maximum(more, 0) + np.log1p(small)))
            left[part] = w * np.where(more > 0, 1.0, small) / (1 + small)
        seen, stayed = np.bincount(self.now.of, self.customers), np.bincount(self.now.of, self.customers - left)
        slopes = (by_leaving * np.bincount(self.last.of, left)).sum(axis=1)
        slopes += (by_staying * stayed - by_there * seen).sum(axis=1)
        return value + float((seen * (staying - there)).sum()), slopes


class RowLikelihood:
    """Each history's own log-likelihood by its own parameters, as covariates make them: logs (p, n) -> (n,), (p, n)."""

    def __init__(self, h: Histories, life: type[Lifetime], unit: float, until: float) -> None:
        self.life, self.until = life, until
        self.x, self.t, self.T = h.x, h.t_x / unit, h.T / unit

    def __call__(self, logs: FloatArray) -> tuple[FloatArray, FloatArray]:
        values, slopes = np.empty(len(self.x)), np.empty(logs.shape)
        for start in range(0, len(values), _CHUNK):
            part = slice(start, start + _CHUNK)
            values[part], slopes[:, part] = self._of(part, np.exp(logs[:, part]), logs[1, part])
        return values, slopes

    def _of(self, part: slice, parameters: FloatArray, log_alpha: FloatArray) -> tuple[FloatArray, FloatArray]:
        r, alpha, *own = parameters
        k, life = r + self.x[part], self.life(*own)
        leaving, by_leaving = log_leaving(k, self.t[part], self.until, alpha, life)
        staying, slopes = log_staying(k, self.T[part], self.until, alpha, life)
        both = np.logaddexp(leaving, staying)
        slopes += np.exp(leaving - both) * (by_leaving - slopes)
        slopes[0] = r * (slopes[0] + psi(k) - psi(r) + log_alpha)
        slopes[1] += r
        return both + gammaln(k) - gammaln(r) + r * log_alpha, slopes


class _Distinct:
    """The distinct (x, t) of histories, and which each history has."""

    def __init__(self, x: FloatArray, t: FloatArray, first: IntArray, of: IntArray) -> None:
        self.x, self.t, self.of = x[first], t[first], of

    def of_rows(self, rows: IntArray) -> _Distinct:
        """Those of some histories."""
        return _Distinct(self.x, self.t, *np.unique(self.of[rows], return_inverse=True))

    def each(
        self, question: _Question, r: float, until: float, alpha: float, life: Lifetime
    ) -> tuple[FloatArray, FloatArray]:
        """The answers to a question of each (r + x, t), and their slopes."""
        values, slopes = np.empty(len(self.x)), np.empty((2 + len(fields(life)), len(self.x)))
        for start in range(0, len(values), _CHUNK):
            part = slice(start, start + _CHUNK)
            values[part], slopes[:, part] = question(r + self.x[part], self.t[part], until, alpha, life)
        return values, slopes


def _log_there(
    k: FloatArray, t: FloatArray, _until: float, alpha: Number, life: Lifetime
) -> tuple[FloatArray, FloatArray]:
    """Log of (alpha+t)^-k S(t), and its slopes by k, log alpha, and the lifetime's logs."""
    log, by_life = life.log_survival(t)
    log_end = np.log(alpha + t)
    return log - k * log_end, np.array(np.broadcast_arrays(-log_end, -alpha * k / (alpha + t), *by_life))
