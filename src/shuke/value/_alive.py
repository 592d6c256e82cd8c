"""What customers will do who are still there and may leave at any purchase: the future that BG/NBD and its kin share.

Given that a customer is still there, the history leaves a rate Gamma(r, alpha) and a chance of leaving Beta(a, b), so
all that is asked of the future is asked of a new customer with these. [FHL] is Fader, Hardie & Lee, "Counting Your
Customers the Easy Way", Marketing Science 24 (2005).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, betaincinv, betaln, expit, gammainccinv, gammaincinv, gammaln, log_expit, logit

from shuke.kit.errors import InputError
from shuke.value._distinct import distinct_rows
from shuke.value.histories import FloatArray, IntArray

CHUNK = 1 << 13  # rows at a time: stays in the processor's cache, and below the size where BLAS starts threads
_POINTS_OF_TIME = 10  # of Gauss's rule over a horizon
_TINY = 1e-45  # chance of leaving that a quadrature leaves out at either end


@dataclass(frozen=True, eq=False)
class Alive:
    """Customers taken to be still there: rates Gamma(r, alpha), chances of leaving at a purchase Beta(a, b), and in
    ``silence`` the time since the last purchase; shape (n,) each."""

    r: FloatArray
    alpha: FloatArray
    a: FloatArray
    b: FloatArray
    silence: FloatArray

    def __len__(self) -> int:
        return len(self.r)

    def part(self, rows: slice | IntArray) -> Alive:
        return Alive(self.r[rows], self.alpha[rows], self.a[rows], self.b[rows], self.silence[rows])

    def parts(self, rows: IntArray, size: int = CHUNK) -> Iterator[tuple[IntArray, Alive]]:
        """These rows in chunks."""
        for start in range(0, len(rows), size):
            chunk = rows[start : start + size]
            yield chunk, self.part(chunk)


Purchases = Callable[[Alive, float], FloatArray]
"""(customers, horizon) -> how many purchases each will make within it."""


def purchases(alive: Alive, horizon: float) -> FloatArray:
    """Expected purchases within ``horizon``: [FHL] eq. 9 with the r, alpha, a, b of who is still there."""
    # The series is quick, but its terms grow where a or r is large, and are many for long horizons.
    series = (horizon < 32 * alive.alpha) & (alive.a <= 10) & (alive.a + alive.b - 1 - alive.r > -2)
    expected = np.empty(len(alive))
    for where, method in ((series, by_series), (~series, by_quadrature)):
        for chunk, part in alive.parts(np.flatnonzero(where)):
            expected[chunk] = method(part, horizon)
    return expected


def discounted(
    alive: Alive, horizon: float, rate: float, expected: Purchases = purchases, points: int = _POINTS_OF_TIME
) -> FloatArray:
    """The same, a purchase at time s counted exp(-rate s): the integral of exp(-rate s) dE(s), by parts, by Gauss."""
    whole = expected(alive, horizon)
    total = np.exp(-rate * horizon) * whole
    nodes, weights = np.polynomial.legendre.leggauss(points if rate > 0 else 1)
    for u, weight in zip((nodes + 1) / 2, weights, strict=True):  # s = horizon u², ds = 2 horizon u du
        known = expected(alive, float(horizon * u**2))
        total += rate * weight * horizon * u * np.exp(-rate * horizon * u**2) * known
    return np.asarray(np.minimum(total, whole))


def lifetime(alive: Alive, horizon: float) -> FloatArray:
    """Expected time active within ``horizon``: the integral over u of E[(alpha / (alpha + q u))^r], q the chance of
    leaving. Over u it is what expected purchases are with r - 1 for r, times alpha."""
    active = np.empty(len(alive))
    for chunk, part in alive.parts(np.arange(len(alive))):
        active[chunk] = part.alpha * _mean_growth(part, part.r - 1, horizon)
    return np.clip(active, 0.0, horizon)


def residual(alive: Alive, rate: float, k: int = 1, j: int = 0) -> FloatArray:
    """Expected purchases without an end, each at time s counted exp(-rate s).

    Where a purchase is every k-th event of a rate l, and j have come since the last one, the next comes after k - j
    events and the rest k apart. With q the chance of leaving and f = l / (l + rate) that is f^(k-j) / (1 - (1-q) f^k),
    or f^-j / (t + q), t = f^-k - 1. It is integrated over q and l by the trapezoidal rule in logit(q) and log(l).
    """
    if rate == 0:
        return _without_end(alive)
    total = np.empty(len(alive))
    for chunk, part in alive.parts(np.arange(len(alive)), size=256):
        g, weight = _rate_points(part.r + j, k)
        log_f = -np.log1p((rate * part.alpha)[:, None] / g)
        total[chunk] = (weight * np.exp(-j * log_f) * _mean_inverse(part, np.expm1(-k * log_f))).sum(axis=1)
    return total


def log_chance(alive: Alive, n: FloatArray, horizon: float) -> FloatArray:
    """Log chance of ``n`` purchases within ``horizon``, one count a customer: [FHL] eq. 8."""
    r, alpha, a, b = alive.r, alive.alpha, alive.a, alive.b
    # n purchases, none of which was the last
    staying = log_events(r, alpha, n, horizon)
    stays = betaln(a, b + n) - betaln(a, b) + staying
    # [FHL] eq. 8, second part: left at the n-th, whatever would have come after it
    buys = np.flatnonzero(n > 0)
    n, r, alpha, a, b = n[buys], r[buys], alpha[buys], a[buys], b[buys]
    at_least = log_at_least(n, r, horizon / (alpha + horizon), staying[buys])
    leaves = betaln(a + 1, b + n - 1) - betaln(a, b) + at_least
    stays[buys] = np.logaddexp(stays[buys], leaves)
    return np.asarray(stays)


def due(alive: Alive) -> FloatArray:
    """Median of the wait, exponential with a rate Gamma(r, alpha): alpha (2^(1/r) - 1)."""
    return np.asarray(alive.alpha * np.expm1(np.log(2) / alive.r))


def log_events(r: FloatArray, alpha: FloatArray, n: FloatArray, horizon: float) -> FloatArray:
    """Log chance of n events at a rate Gamma(r, alpha): Gamma(r+n) / (Gamma(r) n!) (1-z)^r z^n, z = t / (alpha+t)."""
    return np.asarray(-betaln(r, n + 1) - np.log(r + n) - r * np.log1p(horizon / alpha) - n * np.log1p(alpha / horizon))


def log_at_least(n: FloatArray, r: FloatArray, z: FloatArray, log_exactly: FloatArray) -> FloatArray:
    """Log chance of n or more by a negative binomial: 1 - sum over j < n in [FHL] eq. 8. Where that underflows, the
    chance of exactly n times the geometric series that bounds the rest."""
    chance = betainc(n, r, z)
    tail = log_exactly - np.log1p(-np.minimum(z * (r + n) / (n + 1), 0.99))
    return np.where(chance > 1e-280, np.log(np.maximum(chance, 1e-280)), tail)


def by_series(alive: Alive, t: float) -> FloatArray:
    """[FHL] eq. 9 after Euler's transformation, and with the factor a-1 divided out.

    (alpha/(alpha+t))^r 2F1(r, b; c; z) = (1-z)^(a-1) 2F1(c-r, a-1; c; z), with c = a+b-1 and z = t/(alpha+t): purchases
    made, which are in r and in b, are left in c alone, so nothing overflows. As 2F1 = 1 + (a-1)(...), a = 1 is an
    ordinary point.
    """
    a, log_rest = alive.a, np.log1p(-t / (alive.alpha + t))  # log(1 - z)
    c = a + alive.b - 1
    series = _series(c - alive.r, a, c + 1, -np.expm1(log_rest))
    return np.maximum(c * growth(a - 1, -log_rest) - np.exp((a - 1) * log_rest) * series, 0.0)


def by_quadrature(alive: Alive, t: float) -> FloatArray:
    """The same expectation for any parameters: over the chance q of leaving, [FHL] eq. 5 and 9 give E[g(q)] with
    g(q) = (1 - (1 + q t/alpha)^-r) / q."""
    return np.maximum(alive.r * _mean_growth(alive, alive.r, t), 0.0)


def growth(power: FloatArray, log_ratio: FloatArray) -> FloatArray:
    """(1 - ratio^-power) / power, and its limit log(ratio) where the power is 0."""
    other = np.where(power == 0, 1.0, power)
    return np.where(power == 0, log_ratio, -np.expm1(-other * log_ratio) / other)


@dataclass(frozen=True, eq=False)
class Leaving:
    """Points for the mean over the chance of leaving: ``q``, log(1 - q) and weight, shape (n, points)."""

    q: FloatArray
    log_stays: FloatArray
    weight: FloatArray


def leaving_points(alive: Alive, points: int = 257, left_out: float = 1e-17) -> Leaving:
    """Where to ask a function of the chance q of leaving, Beta(a, b), that vanishes at both ends of [0, 1].

    In y = logit(q) the trapezoidal rule is then exact to rounding. Computed once per distinct (a, b).
    """
    first, group = distinct_rows(alive.a, alive.b)
    a, b = alive.a[first], alive.b[first]
    low, high = logit(betaincinv(a + 1, b + 1, left_out)), -logit(betaincinv(b + 1, a + 1, left_out))
    y = np.linspace(low, high, points, axis=1)
    a, b = a[:, None], b[:, None]
    weight = np.exp(a * log_expit(y) + b * log_expit(-y) - betaln(a, b)) * (y[:, 1:2] - y[:, :1])
    return Leaving(expit(y)[group], log_expit(-y)[group], weight[group])


def _mean_growth(alive: Alive, power: FloatArray, t: float) -> FloatArray:
    """The mean over q of growth(power, 1 + q t/alpha) / q. Its line from q = 0 to 1 is integrated exactly, the rest,
    which vanishes at both ends, by quadrature."""
    at, s, ratio = leaving_points(alive), power[:, None], (t / alive.alpha)[:, None]
    at_0, at_1 = ratio, growth(s, np.log1p(ratio))
    rest = growth(s, np.log1p(at.q * ratio)) / at.q - at_0 - (at_1 - at_0) * at.q
    line = at_0 + (at_1 - at_0) * (alive.a / (alive.a + alive.b))[:, None]
    return np.asarray(line[:, 0] + (at.weight * rest).sum(axis=1))


def _series(first: FloatArray, second: FloatArray, third: FloatArray, z: FloatArray) -> FloatArray:
    """Sum over k ≥ 1 of (first)_k (second)_{k-1} / ((third)_{k-1} k!) z^k; rows leave as they converge."""
    total, live = first * z, np.arange(len(z))
    term, kept, c = total.copy(), total.copy(), third
    for k in range(1, 4000):
        term = term * ((first + k) * (second + k - 1) / (k + 1)) * z / (c + (k - 1))
        kept = kept + term
        if k % 8 == 0:
            on = np.abs(term) * z > 1e-16 * (1 - z) * np.abs(kept)
            total[live] = kept
            live, term, kept, z, c = live[on], term[on], kept[on], z[on], c[on]
            first, second = first[on], second[on]
            if not len(live):
                break
    return total


def _without_end(alive: Alive) -> FloatArray:
    """E[1/q] = (a + b - 1) / (a - 1): all purchases ever."""
    endless = alive.a <= 1
    if endless.any():
        raise InputError(
            f"Unexpected rate=0: with a={float(alive.a[endless][0]):.6g} the expected purchases without an end are "
            "infinite (they are finite where a is above 1). Give a discount rate above 0, or ask discounted_purchases "
            "for a horizon"
        )
    return np.asarray((alive.a + alive.b - 1) / (alive.a - 1))


def _mean_inverse(alive: Alive, t: FloatArray) -> FloatArray:
    """E[1 / (t + q)] over the chance q of leaving, for t of shape (n, m).

    Where much of the mass is near q = 0 (small a), its line from q = 0 to 1 is integrated exactly; what is below it,
    q (1-q) / (t (1+t) (t+q)), vanishes at both ends. Elsewhere 1 / (t+q) itself does, and no digits are lost.
    """
    at, mean = leaving_points(alive, points=161, left_out=_TINY), (alive.a / (alive.a + alive.b))[:, None]
    near_0 = alive.a[:, None] < 0.5
    weight = at.weight * np.where(near_0, at.q * (1 - at.q), 1.0)
    total = np.zeros_like(t)
    for i in range(at.q.shape[1]):
        total += weight[:, i : i + 1] / (t + at.q[:, i : i + 1])
    return np.where(near_0, (1 - mean + t - total) / (t * (1 + t)), total)


def _rate_points(r: FloatArray, k: int) -> tuple[FloatArray, FloatArray]:
    """Points g and weights, shape (n, 128), for the mean over Gamma(r, 1) of what falls to 0 as g does."""
    values, group = np.unique(r, return_inverse=True)
    low = np.log(np.maximum(gammaincinv(values + 1, 1e-20), 1e-280))
    y = np.linspace(low, np.log(gammainccinv(values + k, 1e-20)), 128, axis=1)
    s = values[:, None]
    weight = np.exp(s * y - np.exp(y) - gammaln(s)) * (y[:, 1:2] - y[:, :1])
    return np.exp(y)[group], weight[group]
