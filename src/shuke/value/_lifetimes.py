"""Customers who may leave at any time: how long they stay, and how likely they have left when nothing is heard.

Each customer buys at a rate of their own, Gamma(r, alpha) over customers, until they leave, unseen, at a time whose
distribution over customers is a `Lifetime`. Who last bought at t_x has left by T with the odds

    integral from t_x to T of ((alpha + T) / (alpha + u))^(r + x) f(u) / S(T) du,

f and S the lifetime's density and survival (Schmittlein, Morrison & Colombo, "Counting Your Customers: Who Are They and
What Will They Do Next?", Management Science 33, 1987; Fader & Hardie, "A Note on Deriving the Pareto/NBD Model and
Related Expressions", 2005, section 3). The literature goes on to a difference of two hypergeometric functions; they are
slow, overflow for frequent buyers and have no handy derivatives. The integral has none of these faults.

In w = log(alpha + u) its power is an exponential, and the rest varies slowly and is analytic far around, so that
Gauss's rule in 8 or 16 points holds ten digits. How many points a row takes follows from how far the rule's ellipse of
analyticity reaches (Trefethen, "Approximation Theory and Approximation Practice", 2013, theorem 19.3) and from how far
the integrand falls. Derivatives come under the integral, for a few operations more.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from shuke.value.histories import FloatArray, IntArray

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Number = float | FloatArray
Slopes = tuple[FloatArray, ...]
_Table = TypeVar("_Table", bound="DataclassInstance")

_POINTS = (8, 12, 16, 20, 24, 32, 64, 128, 256)
_PRECISION = 14.0  # error e**-14, squared, by the ellipse; on 60,000 far-flung rows the worst was 2e-10
_FALLS = (2.5, 8.0, 15.0, 18.0, 30.0, 60.0, 200.0, 600.0)  # up to which, in natural logs, 8, 12 … points suffice
_FALLEN = 26.0  # where it has fallen to e**-26 of its first height, the integral may end
_NUMBERS = 1 << 14  # in an array of points: a dozen such arrays stay in the processor's cache


@dataclass(frozen=True, eq=False)
class Lifetime(ABC):
    """How long do customers stay, over all customers? Its fields are parameters: one number for all, or one a row.

    Times are from the first purchase. Slopes are by the logarithms of the parameters, in their order.
    """

    powers_of_time: ClassVar[tuple[int, ...]]
    """Of the parameters' units: 1 for a time, -1 for a rate, 0 for a mere number."""

    @abstractmethod
    def log_survival(self, t: FloatArray) -> tuple[FloatArray, Slopes]:
        """The log of the chance of being there still at ``t``, and its slopes."""

    @abstractmethod
    def log_density(self, t: FloatArray) -> tuple[FloatArray, Slopes]:
        """The log of the density of leaving at ``t``, and its slopes."""

    @abstractmethod
    def hazard(self, t: FloatArray) -> FloatArray:
        """How fast does the survival fall at ``t``? Minus the derivative of its log."""

    @abstractmethod
    def decay(self, t: FloatArray) -> FloatArray:
        """How fast does the density fall at ``t``? Minus the derivative of its log."""

    @abstractmethod
    def after(self, T: FloatArray) -> Self:
        """The lifetime left, from T on, to those who are there at T."""

    @abstractmethod
    def time_within(self, horizon: float) -> FloatArray:
        """How much of the ``horizon``, or of all time, are customers there, on average? It may be infinite."""

    @abstractmethod
    def edge(self) -> Number:
        """The density is singular at minus this time; infinite where nowhere on the real line."""

    @abstractmethod
    def strip(self, shift: FloatArray, /) -> Number:
        """As a function of log(shift + t), how far off the real line is its nearest singularity there?"""

    def rows(self, index: Any) -> Self:
        """The lifetimes of some rows."""
        return rows_of(self, index)


@dataclass(frozen=True, eq=False)
class Silence:
    """Nothing is heard of customers from ``low`` to ``high``: row by row, or one number for all rows."""

    k: FloatArray
    low: FloatArray
    high: FloatArray
    alpha: Number
    life: Lifetime
    leaving: bool = True

    def curve(self, t: FloatArray) -> tuple[FloatArray, Slopes]:
        """The log of the density of leaving at ``t``, or of the chance of being there still, and its slopes."""
        return self.life.log_density(t) if self.leaving else self.life.log_survival(t)

    def steepness(self, t: FloatArray) -> FloatArray:
        """How fast does it fall?"""
        return self.life.decay(t) if self.leaving else self.life.hazard(t)


def log_odds_gone(k: FloatArray, t_x: FloatArray, T: FloatArray, alpha: Number, life: Lifetime) -> FloatArray:
    """How likely is it that each customer has left since ``t_x``, k = r + x? Log odds, minus infinity where T = t_x."""
    then, now = life.log_survival(t_x)[0], life.log_survival(T)[0]
    waited = np.log1p((T - t_x) / (alpha + t_x))
    return np.asarray(k * waited + then - now + _log_integral(Silence(k, t_x, T, alpha, life))[0])


def log_leaving(
    k: FloatArray, t: FloatArray, until: float, alpha: Number, life: Lifetime
) -> tuple[FloatArray, FloatArray]:
    """Log of the integral from t to ``until`` of (alpha+u)^-k f(u) du: who leaves by then without buying again.

    With its slopes, shape (2 + parameters of the lifetime, n), by k, log alpha, and the logs of those parameters.
    """
    log, by = _log_integral(Silence(k, t, np.broadcast_to(until, t.shape), alpha, life))
    log_start = np.log(alpha + t)
    by[0] = -log_start - by[0]
    by[1] *= -alpha * k
    return log - k * log_start + life.log_survival(t)[0], by


def log_staying(
    k: FloatArray, t: FloatArray, until: float, alpha: Number, life: Lifetime
) -> tuple[FloatArray, FloatArray]:
    """Log of (alpha+t)^-k S(t), less the integral of `log_leaving`: who buys again by ``until``, or is there then.

    By parts it is (alpha+until)^-k S(until), plus the integral of k (alpha+u)^-(k+1) S(u) du: nothing cancels. With
    its slopes, as there.
    """
    end = np.broadcast_to(until, t.shape)
    log, by = _log_integral(Silence(k + 1, t, end, alpha, life, leaving=False))
    log_start, log_end = np.log(alpha + t), np.log(alpha + end)
    log += np.log(k) - (k + 1) * log_start + life.log_survival(t)[0]
    by[0] = 1 / k - log_start - by[0]
    by[1] *= -alpha * (k + 1)
    survival, by_survival = life.log_survival(end)
    there = survival - k * log_end
    both = np.logaddexp(log, there)
    share = np.exp(there - both)
    by_there = np.array(np.broadcast_arrays(-log_end, -alpha * k / (alpha + end), *by_survival))
    return both, by + share * (by_there - by)


def _log_integral(s: Silence) -> tuple[FloatArray, FloatArray]:
    """Log of the integral from low to high of ((alpha+low)/(alpha+u))^k curve(u)/S(low) du.

    And under the integral the means of log((alpha+u)/(alpha+low)), of 1/(alpha+u), and of the curve's slopes.
    """
    log, means = np.full(len(s.k), -np.inf), np.zeros((2 + len(fields(s.life)), len(s.k)))
    waits = np.flatnonzero(s.high > s.low)
    waiting = s if len(waits) == len(log) else rows_of(s, waits)
    spans = _spans(waiting)
    for index, points in _batches(spans):
        place = waits[index]
        log[place], means[:, place] = _by_gauss(rows_of(waiting, index), rows_of(spans, index), points)
    return log, means


@dataclass(frozen=True, eq=False)
class _Spans:
    """Over which w = log(shift + u) each integral goes, from log(start) on, and which number of points it takes."""

    shift: FloatArray
    start: FloatArray
    length: FloatArray
    own: NDArray[np.bool_]
    points: IntArray


def _spans(s: Silence) -> _Spans:
    edge = s.life.edge()
    length = np.log1p((s.high - s.low) / (s.alpha + s.low))
    # With edge < alpha the curve is singular at a real w, ``room`` left of the start: near that, or where so small an
    # edge would drown in alpha's rounding, shift by the edge instead
    room = np.log((s.alpha + s.low) / np.maximum(s.alpha - edge, 1e-200 * s.alpha))
    own = np.asarray((edge >= s.alpha) | ((length < 1.5 * room) & (edge > 1e-3 * s.alpha)))
    shift = np.where(own, s.alpha, np.minimum(edge, s.alpha))
    start = shift + s.low
    if not own.all():
        length = np.where(own, length, np.log1p((s.high - s.low) / start))
    length, fall = _cut(s, shift, length)
    strip = s.life.strip(shift)
    room = np.where(own & (edge < s.alpha), room, np.inf)
    points = np.zeros(len(length), dtype=np.int64)
    for n, most in zip(_POINTS[:-1], _FALLS, strict=True):
        reach, left = 2 * strip / np.sinh(_PRECISION / n), 2 * room / (np.cosh(_PRECISION / n) - 1)
        points += (length > np.minimum(reach, left)) | (fall > most)
    return _Spans(shift, start, length, own, points)


def _cut(s: Silence, shift: FloatArray, length: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The lengths, cut where hardly anything comes after, and how far the integrands fall along them.

    Newton's steps from the right stay right of that place where the fall is convex, chords where it is concave: the
    larger of both never cuts too much.
    """

    def height(of: Silence, at: FloatArray, shift: FloatArray) -> FloatArray:
        return of.curve(at)[0] - of.k * np.log(of.alpha + at) + np.log(shift + at)

    first = height(s, s.low, shift)
    fall = first - height(s, s.high, shift)
    for _ in range(40):
        steep = np.flatnonzero(fall > 30.0)
        if not len(steep):
            break
        of, c, far, fallen = rows_of(s, steep), shift[steep], length[steep], fall[steep]
        end = of.low + (c + of.low) * np.expm1(far)
        slope = (c + end) * (of.k / (of.alpha + end) + of.steepness(end)) - 1
        nearer = np.maximum(far * _FALLEN / fallen, far - (fallen - _FALLEN) / np.maximum(slope, 1e-9))
        length[steep] = nearer
        fall[steep] = first[steep] - height(of, of.low + (c + of.low) * np.expm1(nearer), c)
    return length, fall


def _batches(spans: _Spans) -> Iterator[tuple[IntArray, int]]:
    """Rows that take as many points in the same variable, not too many at a time."""
    kind = 2 * spans.points + spans.own
    for code in np.unique(kind):
        chosen, points = np.flatnonzero(kind == code), _POINTS[code // 2]
        most = max(_NUMBERS // points, 1)
        for start in range(0, len(chosen), most):
            yield chosen[start : start + most], points


def _by_gauss(s: Silence, spans: _Spans, points: int) -> tuple[FloatArray, FloatArray]:
    """`_log_integral` of a batch. Arrays have shape (points, n): what is known by row then stands along."""
    place, weight = _rule(points)
    w = place * spans.length
    reach = np.exp(w)
    reach *= spans.start
    if spans.own[0]:
        since, gap = reach, w
        curve, slopes = s.curve(reach - s.alpha)
    else:
        since = reach + (s.alpha - spans.shift)
        gap = np.log(since) - np.log(s.alpha + s.low)
        curve, slopes = s.curve(reach - spans.shift)
    share = curve - s.k * gap
    share -= s.life.log_survival(s.low)[0]
    np.exp(share, out=share)
    share *= reach
    share *= weight
    total = np.maximum(share.sum(axis=0), 1e-300)
    sums = [np.einsum("ij,ij->j", share, of) for of in (gap, 1 / since, *slopes)]
    return np.log(total * spans.length), np.array(sums) / total


@cache
def _rule(points: int) -> tuple[FloatArray, FloatArray]:
    """Gauss's places and weights on [0, 1], as columns."""
    place, weight = np.polynomial.legendre.leggauss(points)
    return (place[:, None] + 1) / 2, weight[:, None] / 2


def rows_of(table: _Table, index: Any) -> _Table:
    """Some rows of a table of columns; what is one number for all rows stays."""

    def of(value: Any) -> Any:
        if isinstance(value, Lifetime):
            return value.rows(index)
        return value[index] if np.ndim(value) else value

    return type(table)(*(of(getattr(table, field.name)) for field in fields(table)))
