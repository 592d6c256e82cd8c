"""How likely histories are when customers may leave at any purchase: BG/NBD, MBG/NBD and MBG/CNBD-k, fitted.

Sources: Fader, Hardie & Lee, "Implementing the BG/NBD Model in Excel" and the derivations of 2004, cited as [note]; for
purchases that come regularly, Platzer & Reutterer, "Ticking Away the Moments", Marketing Science 35 (2016), as [PR].
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, expit, gammaln, polygamma, psi

from shuke.value._alive import CHUNK
from shuke.value._distinct import distinct_values
from shuke.value._erlang import silence
from shuke.value.fitting import Coordinates
from shuke.value.histories import FloatArray, Histories

THINNED = 10_000  # repeat histories that a first fit looks at


def sought(k: int = 1) -> Coordinates:
    """Where a fit looks: r, the mean time between events alpha/r, the odds of leaving at a purchase a/b, and how alike
    customers are in that, sqrt(a b); in units of the mean time per purchase, from r = a = 1, alpha = 1/k, b = 3."""
    return Coordinates(
        matrix=[[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 0.5, 1], [0, 0, -0.5, 1]],
        bounds=[(0.002, 1e4), (1e-6, 1e6), (1e-6, 1e3), (1e-2, 1e4)],
        start=[1, 1 / k, 1 / 3, 3**0.5],
    )


@dataclass(frozen=True, eq=False)
class _Rows:
    """A chunk of histories whose customers may have left: how many, their shape r + k x, places among the distinct x, T
    and t_x; the chance of having left, log((alpha+T)/(alpha+t_x)), and what leaving and the gap that is not over add to
    the log-likelihood; for k > 1 the slopes of the latter by r and alpha."""

    w: FloatArray
    shape: FloatArray
    x_of: NDArray[Any]
    T_of: NDArray[Any]
    t_of: NDArray[Any]
    gone: FloatArray
    gap: FloatArray
    value: FloatArray
    slopes: tuple[FloatArray, FloatArray] | None = None

    def sloping(self, weight: FloatArray) -> FloatArray:
        """The slopes by r and alpha, summed over those who stay."""
        return np.array([weight @ slope for slope in self.slopes]) if self.slopes else np.zeros(2)


class Likelihood:
    """The mean negative log-likelihood of grouped histories, as a function of log (r, alpha, a, b).

    A purchase is every ``k``-th event of a customer's rate; with ``at_first`` customers may leave at the first purchase
    too. What depends on x, t_x or T alone is computed once per distinct value; only the odds of having left, and only
    of those who may have, are computed per history. Time is scaled by ``unit``, the time per purchase.
    """

    def __init__(self, h: Histories, k: int = 1, *, at_first: bool = False) -> None:
        w = h.customers
        self.k = k
        self.total, self.repeaters = float(w.sum()), float(w[h.x > 0].sum())
        self.purchases = float(w @ h.x)
        self.unit = float(w @ h.T) / self.purchases
        self.x, x_of = distinct_values(h.x)
        self.T, T_of = distinct_values(h.T)
        self.w_x, self.w_T, self.wn_T = np.bincount(x_of, w), np.bincount(T_of, w), np.bincount(T_of, w * k * h.x)
        self.stays = self.x + at_first  # at how many purchases the customer has not left, if still there,
        self.before = np.maximum(self.stays - 1, 0)  # and if not
        asked = np.arange(len(h)) if at_first or k > 1 else np.flatnonzero(h.x > 0)
        self.t, t_of = distinct_values(h.t_x[asked])
        self.T, self.t = self.T / self.unit, self.t / self.unit
        self.may_leave = self.stays > 0
        self.of_once = int((h.x[asked] == 0).sum())
        # of those who are asked about: customers, x, and places among the distinct x, T and t_x
        self.rows: list[NDArray[Any]] = [w[asked], h.x[asked], x_of[asked], T_of[asked], t_of]

    def thinned(self) -> Likelihood | None:
        """A likeness that has every s-th repeat history stand for s; None where there are few anyway."""
        once = self.of_once
        step = (len(self.rows[0]) - once) // THINNED
        if step < 2:
            return None
        rough = copy(self)
        kept = np.append(np.arange(once), np.arange(once + step // 2, len(self.rows[0]), step))
        rough.rows = [column[kept] for column in self.rows]
        rough.rows[0][once:] *= self.repeaters / rough.rows[0][once:].sum()
        return rough

    def __call__(self, logs: FloatArray) -> tuple[float, FloatArray]:
        r, alpha, a, b = np.exp(logs)
        value, by_r, by_alpha = self._purchasing(r, alpha)
        # log A2 of [note], per distinct x
        value += float(self.w_x @ (betaln(a, b + self.stays) - betaln(a, b)))
        by_a = self.w_x @ (psi(a + b) - psi(a + b + self.stays))
        by_b = by_a + self.w_x @ (psi(b + self.stays) - psi(b))
        inverse_T, inverse_t = 1 / (alpha + self.T), 1 / (alpha + self.t)
        gone_x = np.zeros(len(self.x))
        for rows in self._asked(r, alpha, a, b):
            value += float(rows.w @ rows.value)
            gone = rows.gone * rows.w
            gone_x += np.bincount(rows.x_of, gone, minlength=len(self.x))
            by_r += float(gone @ rows.gap)
            more_by_r, more_by_alpha = rows.sloping(rows.w - gone)
            by_r += more_by_r
            by_alpha += more_by_alpha
            gone *= rows.shape
            by_alpha += float(gone @ (inverse_T[rows.T_of] - inverse_t[rows.t_of]))
        by_a += gone_x.sum() / a
        by_b -= gone_x @ (1 / (b + self.before))
        return -value / self.total, -np.array([by_r * r, by_alpha * alpha, by_a * a, by_b * b]) / self.total

    def curvature(self, logs: FloatArray, gradient: FloatArray) -> FloatArray | None:
        """The second derivatives by log (r, alpha, a, b), in one pass for the four that differences take; of k = 1."""
        if self.k > 1:
            return None
        r, alpha, a, b = point = np.exp(logs)
        by_pair = self._curvature_of_all(r, alpha, a, b)
        inverse_T, inverse_t, inverse_b = 1 / (alpha + self.T), 1 / (alpha + self.t), 1 / (b + self.before)
        for rows in self._asked(r, alpha, a, b):
            gone = rows.gone * rows.w
            late, last = inverse_T[rows.T_of], inverse_t[rows.t_of]
            apart, by_b = rows.shape * (late - last), inverse_b[rows.x_of]
            slopes = np.array([rows.gap, apart, np.full(len(gone), 1 / a), -by_b])  # of the log odds of having left
            by_pair += (slopes * (gone * (1 - rows.gone))) @ slopes.T
            by_pair[0, 1] += gone @ (late - last)
            by_pair[1, 1] -= gone @ (apart * (late + last))
            by_pair[2, 2] -= gone.sum() / a**2
            by_pair[3, 3] += gone @ by_b**2
        by_pair[1, 0] = by_pair[0, 1]
        bent: FloatArray = np.diag(gradient) - by_pair * np.outer(point, point) / self.total
        return bent

    def _curvature_of_all(self, r: float, alpha: float, a: float, b: float) -> FloatArray:
        """What is the same whoever has left: log A1, A2 and A3 of [note], by (r, alpha, a, b) twice."""
        late = 1 / (alpha + self.T)
        by_r = self.w_x @ (polygamma(1, r + self.x) - polygamma(1, r))
        by_both = self.total / alpha - self.w_T @ late
        by_alpha = (r * self.w_T + self.wn_T) @ late**2 - self.total * r / alpha**2
        by_a = self.w_x @ (polygamma(1, a + b) - polygamma(1, a + b + self.stays))
        by_b = by_a + self.w_x @ (polygamma(1, b + self.stays) - polygamma(1, b))
        return np.array([[by_r, by_both, 0, 0], [by_both, by_alpha, 0, 0], [0, 0, by_a, by_a], [0, 0, by_a, by_b]])

    def without_dropout(self, logs: FloatArray) -> tuple[float, FloatArray]:
        """The same where nobody ever leaves: the NBD, a function of log (r, alpha)."""
        r, alpha = np.exp(logs)
        value, by_r, by_alpha = self._purchasing(r, alpha)
        if self.k > 1:
            for rows in self._asked(r, alpha, 0.0, 1.0):
                value += float(rows.w @ rows.value)
                more_by_r, more_by_alpha = rows.sloping(rows.w)
                by_r += more_by_r
                by_alpha += more_by_alpha
        return -value / self.total, -np.array([by_r * r, by_alpha * alpha]) / self.total

    def share_gone(self, logs: FloatArray) -> float:
        """The share, of those who may have left, who have, by these parameters."""
        asked = float(self.w_x @ self.may_leave)
        return sum(float(rows.w @ rows.gone) for rows in self._asked(*np.exp(logs))) / asked

    def log_likelihood(self, value: float, log_gaps: float = 0.0) -> float:
        """Of all histories, from the mean; a density of times in their own unit: one factor of ours per purchase.

        ``log_gaps``, the logs of all gaps, summed, count k - 1 times."""
        each = np.log(self.unit)
        gaps = (self.k - 1) * (log_gaps - self.purchases * each) - self.purchases * float(gammaln(self.k))
        return float(-value * self.total + gaps - self.purchases * each)

    def _purchasing(self, r: float, alpha: float) -> tuple[float, float, float]:
        """Log A1 and A3 of [note], summed, and their derivatives by r and alpha; with k x events for x."""
        log_T, n = np.log(alpha + self.T), self.k * self.x
        value = self.w_x @ (gammaln(r + n) - gammaln(r)) + self.total * r * np.log(alpha)
        value -= r * (self.w_T @ log_T) + self.wn_T @ log_T
        by_r = self.w_x @ (psi(r + n) - psi(r)) + self.total * np.log(alpha) - self.w_T @ log_T
        by_alpha = self.total * r / alpha - (r * self.w_T + self.wn_T) @ (1 / (alpha + self.T))
        return float(value), float(by_r), float(by_alpha)

    def _asked(self, r: float, alpha: float, a: float, b: float) -> Iterator[_Rows]:
        """``rows`` in chunks, and what these parameters say of them."""
        log_T, log_t = np.log(alpha + self.T), np.log(alpha + self.t)
        with np.errstate(divide="ignore"):  # who cannot have left has odds of 0
            log_a = np.log(np.where(self.may_leave, a, 0.0)) - np.log(b + self.before)
        for start in range(0, len(self.rows[0]), CHUNK):
            w, x, x_of, T_of, t_of = (column[start : start + CHUNK] for column in self.rows)
            gap, shape = log_T[T_of] - log_t[t_of], r + self.k * x
            odds, quiet = shape * gap + log_a[x_of], None
            if self.k > 1:  # [PR] eq. 6: the gap that is not over yet
                quiet = silence(shape, (self.T[T_of] - self.t[t_of]) / (alpha + self.T[T_of]), self.k)
                odds = odds - quiet.log
            small = np.exp(-np.abs(odds))
            gone, value = np.where(odds > 0, 1.0, small) / (1 + small), np.maximum(odds, 0) + np.log1p(small)
            if quiet is None:
                yield _Rows(w, shape, x_of, T_of, t_of, gone, gap, value)
            else:
                slopes = quiet.by_shape, -quiet.by_log_share / (alpha + self.T[T_of])
                yield _Rows(w, shape, x_of, T_of, t_of, gone, gap, value + quiet.log, slopes)


class RowLikelihood:
    """Each history's own log-likelihood by its own parameters, as covariates make them: logs (4, n) -> (n,), (4, n)."""

    def __init__(self, h: Histories, unit: float, k: int = 1, *, at_first: bool = False) -> None:
        self.k, self.n, self.stays = k, k * h.x, h.x + at_first
        self.before, self.may_leave = np.maximum(self.stays - 1, 0), self.stays > 0
        self.T, self.t = h.T / unit, h.t_x / unit

    def __call__(self, logs: FloatArray) -> tuple[FloatArray, FloatArray]:
        r, alpha, a, b = np.exp(logs)
        shape, late, last = r + self.n, alpha + self.T, alpha + self.t
        gap, quiet = np.log(late) - np.log(last), silence(shape, (self.T - self.t) / late, self.k)
        odds = shape * gap + logs[2] - np.log(b + self.before) - quiet.log
        odds = np.where(self.may_leave, odds, -np.inf)
        gone, all_stay = expit(odds), psi(a + b) - psi(a + b + self.stays)
        value = gammaln(shape) - gammaln(r) + r * logs[1] - shape * np.log(late)
        value += betaln(a, b + self.stays) - betaln(a, b) + quiet.log + np.logaddexp(0, odds)
        by_r = psi(shape) - psi(r) + logs[1] - np.log(late) + gone * gap + (1 - gone) * quiet.by_shape
        by_alpha = r / alpha - shape / late + gone * shape * (1 / late - 1 / last)
        by_alpha -= (1 - gone) * quiet.by_log_share / late
        by_b = psi(b + self.stays) - psi(b) + all_stay - gone / (b + self.before)
        return value, np.array([by_r * r, by_alpha * alpha, all_stay * a + gone, by_b * b])
