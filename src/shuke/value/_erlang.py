"""Purchases that come regularly: a purchase is every k-th event of a customer's rate, as in MBG/CNBD-k.

Since the last purchase j < k events have come, nobody sees how many; given that the customer is still there, each j has
its weight, and with it the rate is Gamma(r + j, alpha), where r and alpha are those of `shuke.value._alive.Alive`.
Source: Platzer & Reutterer, "Ticking Away the Moments", Marketing Science 35 (2016), cited as [PR].
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.special import betaln, gammaln, logsumexp

from shuke.value import _alive
from shuke.value._alive import Alive, growth, leaving_points, log_at_least, log_events
from shuke.value.histories import FloatArray, IntArray

_POINTS_OF_TIME = 24  # of Gauss's rule over a horizon: purchases come in waves
_MOST_EVENTS = 300.0  # expected in a horizon, past which purchases are not counted event by event


@dataclass(frozen=True, eq=False)
class Silence:
    """Log of the sum over j < k of (shape)_j / j! share^j, and its slopes by shape and by log share."""

    log: FloatArray
    by_shape: FloatArray
    by_log_share: FloatArray


def silence(shape: FloatArray, share: FloatArray, k: int) -> Silence:
    """How likely is it that fewer than k events came since the last purchase, to that none came?

    ``shape`` is r + k x, ``share`` is (T - t_x) / (alpha + T): the mean over Gamma rates of the Erlang-k survival of [PR].
    """
    total, term = np.ones(len(shape)), np.ones(len(shape))
    by_shape, by_share, harmonic = np.zeros(len(shape)), np.zeros(len(shape)), np.zeros(len(shape))
    for j in range(1, k):
        term = term * ((shape + (j - 1)) * share / j)
        harmonic = harmonic + 1 / (shape + (j - 1))
        total = total + term
        by_shape += term * harmonic
        by_share += term * j
    return Silence(np.log(total), by_shape / total, by_share / total)


def weights(alive: Alive, k: int) -> FloatArray:
    """Given that the customer is still there: the chance that j = 0 … k-1 events came since the last purchase, (n, k)."""
    share = alive.silence / alive.alpha
    terms = [np.ones(len(alive))]
    for j in range(1, k):
        terms.append(terms[-1] * ((alive.r + (j - 1)) * share / j))
    each = np.array(terms).T
    return np.asarray(each / each.sum(axis=1, keepdims=True))


def purchases(alive: Alive, horizon: float, k: int) -> FloatArray:
    """Expected purchases within ``horizon``: event by event, or, where these are many, over the chance of leaving."""
    if k == 1:
        return _alive.purchases(alive, horizon)
    expected = np.zeros(len(alive))
    if horizon == 0:
        return expected
    span = horizon / alive.alpha
    few = (span <= 16) & (alive.r * span <= _MOST_EVENTS) & (alive.r * np.log1p(span) <= 2 * _MOST_EVENTS)
    for chunk, part in alive.parts(np.flatnonzero(few)):
        expected[chunk] = by_events(part, horizon, k)
    for chunk, part in alive.parts(np.flatnonzero(~few), size=512):
        expected[chunk] = by_quadrature(part, horizon, k)
    return expected


def discounted(alive: Alive, horizon: float, rate: float, k: int) -> FloatArray:
    """As `shuke.value._alive.discounted`, at more points of time."""
    if k == 1:
        return _alive.discounted(alive, horizon, rate)
    return _alive.discounted(alive, horizon, rate, partial(purchases, k=k), _POINTS_OF_TIME)


def lifetime(alive: Alive, horizon: float, k: int) -> FloatArray:
    """Expected time active within ``horizon``."""
    if k == 1:
        return _alive.lifetime(alive, horizon)
    active = np.empty(len(alive))
    for chunk, part in alive.parts(np.arange(len(alive)), size=512):
        active[chunk] = _mean_active(part, horizon, k)
    return np.clip(active, 0.0, horizon)


def log_chance(alive: Alive, n: FloatArray, horizon: float, k: int) -> FloatArray:
    """Log chance of ``n`` purchases within ``horizon``, one count a customer: n and left at the last, or n and stayed."""
    if k == 1:
        return _alive.log_chance(alive, n, horizon)
    a, b = alive.a, alive.b
    block = [_log_since_last(alive, n * k + i, horizon, k) for i in range(k)]
    stays = betaln(a, b + n) - betaln(a, b) + logsumexp(block, axis=0)
    with np.errstate(divide="ignore"):
        log_weights = np.log(weights(alive, k)).T
    some, z, at_least = np.maximum(n, 1), horizon / (alive.alpha + horizon), []
    for j in range(k):
        missing, r = some * k - j, alive.r + j
        exactly = log_events(r, alive.alpha, missing, horizon)
        at_least.append(log_weights[j] + log_at_least(missing, r, z, exactly))
    leaves = betaln(a + 1, b + some - 1) - betaln(a, b) + logsumexp(at_least, axis=0)
    return np.asarray(np.where(n > 0, np.logaddexp(stays, leaves), stays))


def due(alive: Alive, k: int) -> FloatArray:
    """Median of the wait. In y = log(1 + t/alpha) its survival is exp(-r y) A(1 - (1-share) exp(-y)) / A(share), where A
    is the sum in `silence`: halved by bisection."""
    if k == 1:
        return _alive.due(alive)
    share = alive.silence / alive.alpha
    half = silence(alive.r, share, k).log - np.log(2)
    low, high = np.zeros(len(alive)), (silence(alive.r, np.ones(len(alive)), k).log - half) / alive.r
    for _ in range(64):
        y = (low + high) / 2
        later = alive.r * y - silence(alive.r, 1 - (1 - share) * np.exp(-y), k).log + half > 0
        low, high = np.where(later, low, y), np.where(later, y, high)
    return np.asarray(alive.alpha * np.expm1((low + high) / 2))


def by_events(alive: Alive, t: float, k: int) -> FloatArray:
    """The sum over m, the events since the last purchase, of their chance times the purchases that m events bring to one
    who may leave at each: 1 + b/(a+b) + (b)_2/(a+b)_2 + …, m // k terms. Rows leave as they converge."""
    a, b, r, live = alive.a, alive.b, alive.r, np.arange(len(alive))
    z, silent = t / (alive.alpha + t), alive.silence / t
    chance = np.exp(-r * np.log1p(t / alive.alpha) - silence(r, alive.silence / alive.alpha, k).log)
    brought, stays, kept, total = np.zeros(len(live)), np.ones(len(live)), np.zeros(len(live)), np.empty(len(live))
    m = 0
    while len(live):
        term = chance * _arranged(m, silent, k) * brought
        kept = kept + term
        if m > 2 * k and m % 8 == 0:
            ratio = z * (r + m) / (m + 2 - k)
            on = (ratio > 0.999) | (term * ratio > 1e-15 * (1 - ratio) * kept)
            total[live[~on]] = kept[~on]
            columns = (live, a, b, r, z, silent, chance, brought, stays, kept)
            live, a, b, r, z, silent, chance, brought, stays, kept = (column[on] for column in columns)
        chance = chance * ((r + m) * z / (m + 1))
        m += 1
        if m % k == 0:
            before = m // k - 1
            brought = brought + stays
            stays = stays * ((b + before) / (a + b + before))
    return total


def by_quadrature(alive: Alive, t: float, k: int) -> FloatArray:
    """The same for any parameters: over the chance of leaving."""
    roots = _Roots(alive, t, k)
    return np.maximum(roots.mean(roots.bought()), 0.0)


def _mean_active(alive: Alive, t: float, k: int) -> FloatArray:
    roots = _Roots(alive, t, k)
    return roots.mean(roots.active())


class _Roots:
    """The future given the chance q of leaving, in closed form; then its mean over q, Beta(a, b).

    With m events and j before them, (m + j) // k purchases come. A function of m // k is a sum over the k-th roots of
    one: (1-q)^((m+j) // k) is the mean over the roots v of v^(m+j) q/(1-q) / (1/w - 1) y^(m+j), with y = (1-q)^(1/k) and
    w = v y; over m, a Poisson count at a rate Gamma(r + j, alpha), w^m becomes (1 + (1-w) t/alpha)^-(r+j).
    """

    def __init__(self, alive: Alive, t: float, k: int) -> None:
        at = leaving_points(alive, points=97, left_out=1e-24)
        nobody = np.full((len(alive), 1), 1e-200)  # q = 0, to rounding
        self.weight, self.alpha, self.k = at.weight, alive.alpha[:, None], k
        self.q, log_stays = np.hstack([nobody, at.q]), np.hstack([-nobody, at.log_stays])
        self.step, self.odds = -log_stays / k, np.exp(np.log(self.q) - log_stays)
        self.r, self.ratio, self.phases = alive.r[:, None], t / self.alpha, weights(alive, k).T[:, :, None]

    def mean(self, values: FloatArray) -> FloatArray:
        """Over q; what is added to the value at q = 0 vanishes at both ends."""
        return np.asarray(values[:, 0] + (self.weight * (values[:, 1:] - values[:, :1])).sum(axis=1))

    def bought(self) -> FloatArray:
        """(1 - E[(1-q)^N]) / q, N the purchases of a customer who never leaves."""
        log_base = np.log1p(-self.ratio * np.expm1(-self.step))
        real = np.zeros_like(self.q)
        for j, phase in enumerate(self.phases):
            off = self._off(j)
            shrunk = np.expm1(-(self.r + j) * log_base)
            real -= phase * (off * (1 + shrunk) + shrunk)
        for w, times in self._others():
            base = 1 + self.ratio * (1 - w)
            summed = sum(phase * (w / base) ** j for j, phase in enumerate(self.phases))
            real -= times * self.odds / self.k * (w / (1 - w) * base**-self.r * summed).real
        return np.asarray(real / self.q)

    def active(self) -> FloatArray:
        """The integral over time of E[(1-q)^N]."""
        lost = -np.expm1(-self.step)
        log_base = np.log1p(self.ratio * lost)
        time = np.zeros_like(self.q)
        for j, phase in enumerate(self.phases):
            time += phase * (1 + self._off(j)) * growth(self.r + (j - 1), log_base) / lost
        for w, times in self._others():
            log_other = np.log(1 + self.ratio * (1 - w))
            summed = sum(phase * w**j * growth(self.r + (j - 1), log_other) for j, phase in enumerate(self.phases))
            time += times * self.odds / self.k * (w / (1 - w) ** 2 * summed).real
        return np.asarray(self.alpha * time)

    def _off(self, j: int) -> FloatArray:
        """How far the factor of the real root is from 1."""
        return np.asarray(sum(np.expm1((i - j) * self.step) for i in range(self.k)) / self.k)

    def _others(self) -> list[tuple[np.ndarray, int]]:
        """The other roots times y, one of each pair of conjugates, and how often it counts."""
        y, places = np.exp(-self.step), range(1, self.k // 2 + 1)
        return [(y * np.exp(2j * np.pi * i / self.k), 1 if 2 * i == self.k else 2) for i in places]


def _arranged(m: int, silent: FloatArray, k: int) -> FloatArray:
    """Of m events since the last purchase, the sum over j < k of (m choose j) silent^j: that at most j came until now."""
    total = np.ones(len(silent))
    for j in range(min(k - 1, m), 0, -1):
        total = 1 + total * silent * ((m - j + 1) / j)
    return total


def _log_since_last(alive: Alive, m: FloatArray, horizon: float, k: int) -> FloatArray:
    """Log chance of m events from the last purchase to the end of the horizon, fewer than k of them until now."""
    silent, terms = alive.silence / horizon, [np.zeros(len(m))]
    with np.errstate(divide="ignore"):
        log_silent = np.log(silent)
    for j in range(1, k):
        chosen = -np.log(m + 1) - betaln(np.maximum(m - j, 0) + 1, j + 1)
        terms.append(np.where(m >= j, chosen + j * log_silent, -np.inf))
    known = silence(alive.r, alive.silence / alive.alpha, k).log
    return np.asarray(log_events(alive.r, alive.alpha, m, horizon) + logsumexp(terms, axis=0) - known)
