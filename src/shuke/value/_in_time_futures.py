"""What those who are still customers will do: how long they stay, and how often they buy meanwhile.

Of a customer alive at T, the rate is Gamma(r + x, alpha + T) and, apart from it, the lifetime left is that of
`Lifetime.after` (Fader & Hardie, "A Note on Deriving the Pareto/NBD Model and Related Expressions", 2005, section 4).
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache

import numpy as np
from scipy.special import betaln, expit, log_expit

from shuke.value._lifetimes import Lifetime
from shuke.value.histories import FloatArray, IntArray

_POINTS = 16
_GIVEN_UP = 512  # panels; the error is then about that of a step within one of them
_PRECISION = 1e-11
_GONE = 45.0  # e**-45 of what is to come is left out
_ROWS = 1 << 9
_FAR = 60.0  # below the horizon, in logs: e**-60 of it


def active_time(life: Lifetime, rows: int, horizon: float, rate: float) -> FloatArray:
    """How much of the ``horizon`` (or of all time: infinity) are they there, a time at s counted exp(-rate s)?

    The integral of exp(-rate s) S(s), in log(c + s), c the time within which anything changes: by Gauss's rule on
    2, 4, 8 … panels, until twice as many change nothing.
    """
    if horizon == 0:
        return np.zeros(rows)
    if rate == 0:
        return np.broadcast_to(life.time_within(horizon), rows)
    return np.broadcast_to(time_by_gauss(life, horizon, rate), rows)


def time_by_gauss(life: Lifetime, horizon: float, rate: float) -> FloatArray:
    """`active_time` of any lifetime, one number a row of it."""
    rows = max(np.size(getattr(life, field.name)) for field in fields(life))
    end = _end(life, rows, min(horizon, _GONE / rate) if rate > 0 else horizon)
    zero = np.zeros(rows)
    first = 1 / (np.exp(life.log_density(zero)[0]) + rate + 1 / end)
    scale = np.minimum(first, life.edge())
    length = np.log1p(end / scale)
    total, live, panels = np.full(rows, np.nan), np.arange(rows), 2
    while len(live) and panels <= _GIVEN_UP:
        finer = np.empty(len(live))
        for start in range(0, len(live), _ROWS):
            part = live[start : start + _ROWS]
            finer[start : start + _ROWS] = _panels(life.rows(part), scale[part], length[part], rate, panels)
        settled = np.abs(finer - total[live]) <= _PRECISION * finer
        total[live] = finer
        live, panels = live[~settled], 2 * panels
    return np.asarray(np.minimum(total, end))


def _end(life: Lifetime, rows: int, furthest: float) -> FloatArray:
    """Until when there may be somebody, to a factor of two: where lives end all at once, panels over years would miss
    the days on which they do."""
    end, live = np.full(rows, float(furthest)), np.arange(rows)
    while len(live) and np.isfinite(furthest):
        live = live[life.rows(live).log_survival(end[live] / 2)[0] < -_GONE]
        end[live] /= 2
    return end


def _panels(life: Lifetime, scale: FloatArray, length: FloatArray, rate: float, panels: int) -> FloatArray:
    place, weight = _rule(panels)
    reach = scale * np.exp(place * length)
    time = reach - scale
    return np.asarray((weight * reach * np.exp(life.log_survival(time)[0] - rate * time)).sum(axis=0) * length)


@cache
def _rule(panels: int) -> tuple[FloatArray, FloatArray]:
    """Gauss's places and weights on ``panels`` equal parts of [0, 1], as columns."""
    place, weight = np.polynomial.legendre.leggauss(_POINTS)
    places = (np.arange(panels)[:, None] + (place + 1) / 2) / panels
    return places.reshape(-1, 1), np.tile(weight / 2 / panels, panels)[:, None]


def log_chance_if_alive(k: FloatArray, reach: FloatArray, life: Lifetime, n: FloatArray, horizon: float) -> FloatArray:
    """How likely are exactly ``n`` purchases within ``horizon`` from those alive? Logs, shape (n,).

    k = r + x and reach = alpha + T; ``life`` is what is left. Who stays has a negative binomial count; who leaves at
    u has that of u, over the density of leaving at u (Fader & Hardie, "Deriving an Expression for P(X(t, t+tau) = n)
    under the Pareto/NBD Model", 2006, before its integral is told as a sum of hypergeometric functions).
    """
    ways = -betaln(k, n + 1) - np.log(k + n)  # Gamma(k + n) / (Gamma(k) n!)
    staying = -k * np.log1p(horizon / reach) - n * np.log1p(reach / horizon)
    stays = staying + life.log_survival(np.full(len(k), float(horizon)))[0]
    leaves = np.empty(len(k))
    for start in range(0, len(k), _ROWS):
        part = slice(start, start + _ROWS)
        leaves[part] = _Leaving(k[part], reach[part], life.rows(part), n[part], horizon).log_integral()
    return np.asarray(ways + np.logaddexp(stays, leaves))


class _Leaving:
    """The integral over u ≤ horizon of (reach/(reach+u))^k (u/(reach+u))^n f(u), in y = log(u/reach).

    The integrand is looked for at its peak; from there panels that double in length, the first as long as the peak is
    wide, go out to both ends.
    """

    def __init__(self, k: FloatArray, reach: FloatArray, life: Lifetime, n: FloatArray, horizon: float) -> None:
        self.k, self.reach, self.life, self.n = k, reach, life, n
        self.top = np.log(horizon / reach)

    def log_integral(self) -> FloatArray:
        peak = self._peak()
        height = self._log_height(peak, np.arange(len(peak)))
        total = np.zeros(len(peak))
        slope = np.abs(self._slope(peak))
        width = 1 / np.maximum(slope, np.sqrt(self._bend(peak)))
        for side, end in ((-1, peak - (self.top - _FAR)), (1, self.top - peak)):
            near = np.zeros(len(peak))
            step = width.copy()
            while (live := np.flatnonzero(near < end)).size:
                far = np.minimum(near[live] + step[live], end[live])
                place, weight = _rule(1)
                at = peak[live] + side * (near[live] + place * (far - near[live]))
                part = (weight * np.exp(self._log_height(at, live) - height[live])).sum(axis=0)
                total[live] += part * (far - near[live])
                near[live] = far
                step *= 2
        return np.asarray(height + np.log(total))

    def _peak(self) -> FloatArray:
        """Where the slope turns from up to down, by halving; the top where it never does."""
        low, high = self.top - _FAR, self.top
        for _ in range(24):
            middle = (low + high) / 2
            up = self._slope(middle) > 0
            low, high = np.where(up, middle, low), np.where(up, high, middle)
        return np.where(self._slope(self.top) > 0, self.top, low)

    def _log_height(self, y: FloatArray, rows: IntArray) -> FloatArray:
        buying = self.n[rows] * log_expit(y) + self.k[rows] * log_expit(-y)
        u = self.reach[rows] * np.exp(y)
        return np.asarray(buying + self.life.rows(rows).log_density(u)[0] + np.log(u))

    def _slope(self, y: FloatArray) -> FloatArray:
        u = self.reach * np.exp(y)
        return np.asarray(self.n * expit(-y) - self.k * expit(y) + 1 - u * self.life.decay(u))

    def _bend(self, y: FloatArray) -> FloatArray:
        step = 1e-3
        return np.maximum((self._slope(y - step) - self._slope(y + step)) / (2 * step), 1e-6)
