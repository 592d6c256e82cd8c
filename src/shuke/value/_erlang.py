"""Purchases that come regularly: a purchase is every k-th event of a customer's rate, as in MBG/CNBD-k.

Since the last purchase j < k events have come, nobody sees how many; given that the customer is still there, each j has
its weight, and with it the rate is Gamma(r + j, alpha), where r and alpha are those of `shuke.value._alive.Alive`.
Source: Platzer & Reutterer, "Ticking Away the Moments", Marketing Science 35 (2016), cited as [PR].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln

from shuke.value import _alive
from shuke.value._alive import Alive, growth, leaving_points, log_at_least, log_events
from shuke.value._curves import along_alpha
from shuke.value._distinct import distinct_rows
from shuke.value.histories import FloatArray

ComplexArray = NDArray[np.complex128]

_POINTS_OF_TIME = 16  # of Gauss's rule over a horizon: purchases come in waves
_MOST_EVENTS = 300.0  # expected in a horizon, past which purchases are not counted event by event


@dataclass(frozen=True, eq=False)
class Silence:
    """Log of the sum over j < k of (shape)_j / j! share^j, and its slopes by shape and by log share."""

    log: FloatArray
    by_shape: FloatArray
    by_log_share: FloatArray


def silence(shape: FloatArray, share: FloatArray, k: int) -> Silence:
    """How likely is it that fewer than k events came since the last purchase, to that none came?

    ``shape`` is r + k x, ``share`` (T - t_x) / (alpha + T): the Erlang-k survival of [PR], meant over Gamma rates.
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
    """Given that the customer is still there: the chances of j = 0 … k-1 events since the last purchase, (n, k)."""
    share = alive.silence / alive.alpha
    terms = [np.ones(len(alive))]
    for j in range(1, k):
        terms.append(terms[-1] * ((alive.r + (j - 1)) * share / j))
    each = np.array(terms).T
    return np.asarray(each / each.sum(axis=1, keepdims=True))


def purchases(alive: Alive, horizon: float, k: int) -> FloatArray:
    """Expected purchases within ``horizon``."""
    if k == 1:
        return _alive.purchases(alive, horizon)
    return _over_phases(alive, k, lambda part, j: _purchases(part, horizon, k, j))


def discounted(alive: Alive, horizon: float, rate: float, k: int) -> FloatArray:
    """As `shuke.value._alive.discounted`, at more points of time."""
    if k == 1:
        return _alive.discounted(alive, horizon, rate)

    def of_phase(part: Alive, j: int) -> FloatArray:
        return _alive.discounted(part, horizon, rate, lambda some, t: _purchases(some, t, k, j), _POINTS_OF_TIME)

    return _over_phases(alive, k, of_phase)


def residual(alive: Alive, rate: float, k: int) -> FloatArray:
    """As `shuke.value._alive.residual`."""
    return _over_phases(alive, k, lambda part, j: _alive.residual(part, rate, k, j))


def lifetime(alive: Alive, horizon: float, k: int) -> FloatArray:
    """Expected time active within ``horizon``."""
    if k == 1:
        return _alive.lifetime(alive, horizon)
    return _over_phases(alive, k, lambda part, j: _lifetime(part, horizon, k, j))


def log_chance(alive: Alive, n: FloatArray, horizon: float, k: int) -> FloatArray:
    """Log chance of ``n`` purchases within ``horizon``, one count a customer: left at the last of them, or stayed."""
    if k == 1:
        return _alive.log_chance(alive, n, horizon)
    found = np.empty(len(alive))
    for chunk, part in alive.parts(np.arange(len(alive))):
        found[chunk] = _log_chance(part, n[chunk], horizon, k)
    return found


def _log_chance(alive: Alive, n: FloatArray, horizon: float, k: int) -> FloatArray:
    a, b, few = alive.a, alive.b, silence(alive.r, alive.silence / alive.alpha, k).log
    stays = betaln(a, b + n) - betaln(a, b) + _log_since_last(alive, n, horizon, k) - few
    buys = np.flatnonzero(n > 0)
    some, n, at_least = alive.part(buys), n[buys], []
    with np.errstate(divide="ignore"):
        log_weights = np.log(weights(some, k)).T
    a, b, z = some.a, some.b, horizon / (some.alpha + horizon)
    for j in range(k):
        missing, r = n * k - j, some.r + j
        exactly = log_events(r, some.alpha, missing, horizon)
        at_least.append(log_weights[j] + log_at_least(missing, r, z, exactly))
    leaves = betaln(a + 1, b + n - 1) - betaln(a, b) + np.logaddexp.reduce(at_least, axis=0)
    stays[buys] = np.logaddexp(stays[buys], leaves)
    return np.asarray(stays)


def due(alive: Alive, k: int) -> FloatArray:
    """Median of the wait. In y = log(1 + t/alpha) its survival is exp(-r y) A(1 - (1-share) exp(-y)) / A(share), where
    A is the sum in `silence`; where that is one half is found by Newton's steps, halving where these lead astray."""
    if k == 1:
        return _alive.due(alive)
    found = np.empty(len(alive))
    for chunk, part in alive.parts(np.arange(len(alive))):
        found[chunk] = _due(part, k)
    return found


def _due(alive: Alive, k: int) -> FloatArray:
    share = alive.silence / alive.alpha
    half = silence(alive.r, share, k).log - np.log(2)
    low, high = np.zeros(len(alive)), (silence(alive.r, np.ones(len(alive)), k).log - half) / alive.r
    y = high / 2
    for _ in range(64):
        left = (1 - share) * np.exp(-y)
        since = silence(alive.r, 1 - left, k)
        above = alive.r * y - since.log + half
        low, high = np.where(above > 0, low, y), np.where(above > 0, y, high)
        slope = alive.r - since.by_log_share / (1 - left) * left
        with np.errstate(divide="ignore", invalid="ignore"):
            stepped = y - above / slope
        stepped = np.where((stepped >= low) & (stepped <= high), stepped, (low + high) / 2)
        settled, y = np.abs(stepped - y) <= 1e-12 * y, stepped
        if settled.all():
            break
    return np.asarray(alive.alpha * np.expm1(y))


def by_events(alive: Alive, t: float, k: int, j: int) -> FloatArray:
    """Expected purchases, j events after the last: the sum over m of the chance of m events times the purchases that
    they bring to one who may leave at each, 1 + b/(a+b) + (b)_2/(a+b)_2 + …, (m + j) // k terms. Rows leave as they
    converge."""
    live, total, m = np.arange(len(alive)), np.empty(len(alive)), 0
    a, b, r, z = alive.a, alive.b, alive.r + j, t / (alive.alpha + t)
    chance = np.exp(-r * np.log1p(t / alive.alpha))
    brought, stays, kept = np.zeros(len(live)), np.ones(len(live)), np.zeros(len(live))
    while len(live):
        term = chance * brought
        kept = kept + term
        if m >= k and m % 8 == 0:
            ratio = z * (r + m) / (m + 1)
            on = (ratio > 0.999) | (term * ratio > 1e-15 * (1 - ratio) * kept)
            total[live[~on]] = kept[~on]
            columns: list[FloatArray] = [a, b, r, z, chance, brought, stays, kept]
            a, b, r, z, chance, brought, stays, kept = (column[on] for column in columns)
            live = live[on]
        chance = chance * ((r + m) * z / (m + 1))
        m += 1
        if (m + j) % k == 0:
            before = (m + j) // k - 1
            brought = brought + stays
            stays = stays * ((b + before) / (a + b + before))
    return total


def by_quadrature(alive: Alive, t: float, k: int, j: int) -> FloatArray:
    """The same for any parameters: over the chance of leaving."""
    roots = _Roots(alive, t, k, j)
    return np.maximum(roots.mean(roots.bought()), 0.0)


def _over_phases(alive: Alive, k: int, of_phase: Callable[[Alive, int], FloatArray]) -> FloatArray:
    """The mean over the j events since the last purchase; what is told of each j rests on all but the silence, and is
    computed once per distinct r, alpha, a, b, or drawn between a few alphas."""
    if k == 1:
        return of_phase(alive, 0)
    first, group = distinct_rows(alive.r, alive.alpha, alive.a, alive.b)
    told, chances = alive.part(first), weights(alive, k)
    total = np.zeros(len(alive))
    for j in range(k):

        def answer(part: Alive, j: int = j) -> FloatArray:
            return of_phase(part, j)

        total += chances[:, j] * along_alpha(told, answer)[group]
    return total


def _purchases(alive: Alive, horizon: float, k: int, j: int) -> FloatArray:
    """Event by event, or, where these are many, over the chance of leaving."""
    expected = np.zeros(len(alive))
    if horizon == 0:
        return expected
    span = horizon / alive.alpha
    few = (span <= 16) & ((alive.r + j) * span <= _MOST_EVENTS)
    for chunk, part in alive.parts(np.flatnonzero(few)):
        expected[chunk] = by_events(part, horizon, k, j)
    for chunk, part in alive.parts(np.flatnonzero(~few), size=512):
        expected[chunk] = by_quadrature(part, horizon, k, j)
    return expected


def _lifetime(alive: Alive, horizon: float, k: int, j: int) -> FloatArray:
    active = np.empty(len(alive))
    for chunk, part in alive.parts(np.arange(len(alive)), size=512):
        roots = _Roots(part, horizon, k, j)
        active[chunk] = roots.mean(roots.active())
    return np.clip(active, 0.0, horizon)


class _Roots:
    """The future given the chance q of leaving, in closed form; then its mean over q, Beta(a, b).

    After m events, with j before them, N = (m + j) // k purchases have come, and a customer who may leave at each is
    still there with chance (1-q)^N. That steps only every k-th event, so it is a sum over the k-th roots w of (1-q):
    q / (k (1-q)) times the sum of w^(m+j+1) / (1-w). Over m, Poisson at a rate Gamma(r + j, alpha), w^m has the mean
    (1 + (1-w) t/alpha)^-(r+j). The real root is kept apart, where differences must not be lost as q goes to 0.
    """

    def __init__(self, alive: Alive, t: float, k: int, j: int) -> None:
        at = leaving_points(alive, points=97, left_out=1e-24)
        nobody = np.full((len(alive), 1), 1e-200)  # q = 0, to rounding
        self.q, log_stays = np.hstack([nobody, at.q]), np.hstack([-nobody, at.log_stays])
        self.weight, self.alpha, self.k, self.j = at.weight, alive.alpha[:, None], k, j
        self.step, self.odds = -log_stays / k, np.exp(np.log(self.q) - log_stays)
        self.r, self.ratio = alive.r[:, None] + j, t / self.alpha
        # how far q / (k (1-q)) w^(j+1) / (1-w) is from 1 for the real root
        self.off = sum(np.expm1((i - j) * self.step) for i in range(k)) / k

    def mean(self, values: FloatArray) -> FloatArray:
        """Over q; what is added to the value at q = 0 vanishes at both ends."""
        return np.asarray(values[:, 0] + (self.weight * (values[:, 1:] - values[:, :1])).sum(axis=1))

    def bought(self) -> FloatArray:
        """(1 - E[(1-q)^N]) / q."""
        shrunk = np.expm1(-self.r * np.log1p(-self.ratio * np.expm1(-self.step)))
        left = -(self.off * (1 + shrunk) + shrunk)
        for w, times in self._others():
            left -= times * self.odds / self.k * (w ** (self.j + 1) / (1 - w) * self._base(w) ** -self.r).real
        return np.asarray(left / self.q)

    def active(self) -> FloatArray:
        """The integral of E[(1-q)^N] over the time to t."""
        lost = -np.expm1(-self.step)
        time = (1 + self.off) * growth(self.r - 1, np.log1p(self.ratio * lost)) / lost
        for w, times in self._others():
            grown = growth(self.r - 1, np.log(self._base(w)))
            time += times * self.odds / self.k * (w ** (self.j + 1) / (1 - w) ** 2 * grown).real
        return np.asarray(self.alpha * time)

    def _base(self, w: ComplexArray) -> ComplexArray:
        return np.asarray(1 + self.ratio * (1 - w))

    def _others(self) -> list[tuple[ComplexArray, int]]:
        """The roots that are not real and positive, one of each pair of conjugates, and how often it counts."""
        y = np.exp(-self.step)
        pairs = range(1, self.k // 2 + 1)
        return [(y * np.exp(2j * np.pi * i / self.k), 1 if 2 * i == self.k else 2) for i in pairs]


def _log_since_last(alive: Alive, n: FloatArray, horizon: float, k: int) -> FloatArray:
    """Log chance of kn to kn + k - 1 events from the last purchase to the end of the horizon, fewer than k of them
    until now; times the chance that these were fewer than k, to that there were none.

    The chance of m events is that of one less times (r + m - 1) z / m; of m, j fell into the silence with the weight of
    m over j times (silence / horizon)^j. So all is told by the chance of kn events, and by products.
    """
    ahead, silent, m = horizon / (alive.alpha + horizon), alive.silence / horizon, n * k
    exactly, total = np.ones(len(m)), np.zeros(len(m))
    for _ in range(k):
        fell, ways = np.ones(len(m)), np.ones(len(m))
        for j in range(1, k):
            fell = fell * (np.maximum(m - j + 1, 0) * silent / j)
            ways = ways + fell
        total += exactly * ways
        exactly = exactly * ((alive.r + m) / (m + 1) * ahead)
        m = m + 1
    return np.asarray(log_events(alive.r, alive.alpha, n * k, horizon) + np.log(total))
