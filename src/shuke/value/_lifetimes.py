"""Customers who may leave at any time: how long they stay, and who has left since the last purchase.

Each customer buys at a rate of their own, Gamma(r, alpha) over customers, until they leave, unseen, at a time whose
distribution over customers is a `Lifetime`. Who last bought at t_x has left by T with the odds

    integral from t_x to T of ((alpha + T) / (alpha + u))^(r + x) f(u) / S(T) du,

f and S the lifetime's density and survival (Schmittlein, Morrison & Colombo, "Counting Your Customers: Who Are They and
What Will They Do Next?", Management Science 33, 1987; Fader & Hardie, "A Note on Deriving the Pareto/NBD Model and
Related Expressions", 2005, section 3). The literature goes on to a difference of two hypergeometric functions; they are
slow, overflow for frequent buyers and have no handy derivatives. The integral has none of these faults.

In w = log(alpha + u) its power is an exponential, and the rest varies slowly and is analytic far around, so that Gauss's
rule in 8 or 16 points holds ten digits. How many points a history takes follows from how far its ellipse of analyticity
reaches (Trefethen, "Approximation Theory and Approximation Practice", 2013, theorem 19.3) and from how far the
integrand falls. Derivatives come under the integral, for a few operations more.
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

_POINTS = (8, 16, 32, 64, 128, 256)
_PRECISION = 11.5  # in natural logs: ten digits
_FALLS = (4.0, 20.0, 60.0, 200.0, 600.0)  # up to which fall, in natural logs, 8, 16 … points follow the integrand
_FALLEN = 30.0  # where it has fallen to e**-30 of its first height, the integral ends
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
    def decay(self, t: FloatArray) -> FloatArray:
        """How fast does the density fall at ``t``? Minus the derivative of its log."""

    @abstractmethod
    def after(self, T: FloatArray) -> Self:
        """The lifetime left, from T on, to those who are there at T."""

    @abstractmethod
    def time_within(self, horizon: float) -> FloatArray:
        """How much of the ``horizon`` are customers there, on average?"""

    @abstractmethod
    def edge(self) -> Number:
        """The density is singular at minus this time; infinite where nowhere on the real line."""

    @abstractmethod
    def strip(self, shift: FloatArray) -> Number:
        """As a function of log(shift + t), how far off the real line is its nearest singularity there?"""

    def rows(self, index: Any) -> Self:
        """The lifetimes of some rows."""
        return _rows(self, index)


@dataclass(frozen=True, eq=False)
class Silence:
    """Customers of whom nothing was heard from t_x to T, k = r + x: row by row, or one number for all of them."""

    k: FloatArray
    t_x: FloatArray
    T: FloatArray
    alpha: Number
    life: Lifetime

    def rows(self, index: Any) -> Silence:
        """Some of them."""
        return _rows(self, index)


def log_odds_gone(silence: Silence) -> tuple[FloatArray, FloatArray]:
    """How likely is it that each customer has left? Log odds, shape (n,); minus infinity where T = t_x.

    Their slopes, shape (2 + parameters of the lifetime, n), are by r, log alpha, and the logs of those parameters.
    """
    log_odds = np.full(len(silence.k), -np.inf)
    slopes = np.zeros((2 + len(fields(silence.life)), len(silence.k)))
    waits = np.flatnonzero(silence.T > silence.t_x)
    waiting = silence if len(waits) == len(log_odds) else silence.rows(waits)
    spans = _spans(waiting)
    for index, points in _batches(spans):
        place = waits[index]
        log_odds[place], slopes[:, place] = _by_gauss(waiting.rows(index), _rows(spans, index), points)
    return log_odds, slopes


@dataclass(frozen=True, eq=False)
class _Spans:
    """Over which w = log(shift + u) each integral goes, from log(start) on, and the class of points it takes."""

    shift: FloatArray
    start: FloatArray
    length: FloatArray
    own: NDArray[np.bool_]
    points: IntArray


def _spans(s: Silence) -> _Spans:
    edge = s.life.edge()
    length = np.log1p((s.T - s.t_x) / (s.alpha + s.t_x))
    # With edge < alpha the density is singular at a real w, this far left of the start
    room = np.log((s.alpha + s.t_x) / np.maximum(s.alpha - edge, 1e-300))
    own = np.asarray((edge >= s.alpha) | (length < 7 * room))
    shift = np.where(own, s.alpha, np.minimum(edge, s.alpha))
    start = shift + s.t_x
    length = np.where(own, length, np.log1p((s.T - s.t_x) / start))
    length, fall = _cut(s, shift, length)
    strip = s.life.strip(shift)
    points = np.zeros(len(length), dtype=np.int64)
    for n, most in zip(_POINTS[:-1], _FALLS, strict=True):
        reach = 2 * strip / np.sinh(_PRECISION / n)
        left = np.where(own & (edge < s.alpha), 2 * room / (np.cosh(_PRECISION / n) - 1), np.inf)
        points += (length > reach) | (length > left) | (fall > most)
    return _Spans(shift, start, length, own, points)


def _cut(s: Silence, shift: FloatArray, length: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The lengths, cut where hardly anything comes after, and how far the integrands fall along them.

    Newton's steps from the right stay right of that place where the fall is convex, chords where it is concave: the
    larger of both never cuts too much.
    """

    def height(end: FloatArray, of: Silence, shift: FloatArray) -> FloatArray:
        return of.life.log_density(end)[0] - of.k * np.log(of.alpha + end) + np.log(shift + end)

    first = height(s.t_x, s, shift)
    fall = first - height(s.T, s, shift)
    for _ in range(40):
        steep = np.flatnonzero(fall > 1.2 * _FALLEN)
        if not len(steep):
            break
        of, c, far, fallen = s.rows(steep), shift[steep], length[steep], fall[steep]
        end = of.t_x + (c + of.t_x) * np.expm1(far)
        slope = (c + end) * (of.k / (of.alpha + end) + of.life.decay(end)) - 1
        nearer = np.maximum(far * _FALLEN / fallen, far - (fallen - _FALLEN) / np.maximum(slope, 1e-9))
        length[steep] = nearer
        fall[steep] = first[steep] - height(of.t_x + (c + of.t_x) * np.expm1(nearer), of, c)
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
    """Arrays of points have shape (points, n): what is known by row then stands along."""
    place, weight = _rule(points)
    w = place * spans.length
    reach = np.exp(w)
    reach *= spans.start
    log_density, slopes = s.life.log_density(reach - spans.shift)
    start, end = np.log(s.alpha + s.t_x), np.log(s.alpha + s.T)
    if spans.own[0]:
        gap, inverse = w, 1 / reach
    else:
        since = reach + (s.alpha - spans.shift)
        gap, inverse = np.log(since) - start, 1 / since
    survival_then, _ = s.life.log_survival(s.t_x)
    survival_now, by_survival = s.life.log_survival(s.T)
    log_density -= s.k * gap
    log_density -= survival_then
    share = np.exp(log_density, out=log_density)
    share *= reach
    share *= weight
    total = np.maximum(share.sum(axis=0), 1e-300)
    log_odds = s.k * (end - start) - (survival_now - survival_then) + np.log(total * spans.length)
    share /= total
    by_r = end - start - _mean(share, gap)
    by_alpha = s.alpha * s.k * (1 / (s.alpha + s.T) - _mean(share, inverse))
    by_life = [_mean(share, slope) - now for slope, now in zip(slopes, by_survival, strict=True)]
    return log_odds, np.array([by_r, by_alpha, *by_life])


def _mean(share: FloatArray, of: FloatArray) -> FloatArray:
    return np.asarray(np.einsum("ij,ij->j", share, of))


@cache
def _rule(points: int) -> tuple[FloatArray, FloatArray]:
    """Gauss's places and weights on [0, 1], as columns."""
    place, weight = np.polynomial.legendre.leggauss(points)
    return (place[:, None] + 1) / 2, weight[:, None] / 2


def _rows(table: _Table, index: Any) -> _Table:
    """Some rows of a table of columns; what is one number for all rows stays."""

    def of(value: Any) -> Any:
        if isinstance(value, Lifetime):
            return value.rows(index)
        return value[index] if np.ndim(value) else value

    return type(table)(*(of(getattr(table, field.name)) for field in fields(table)))
