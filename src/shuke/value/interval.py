"""How sure is a customer's value? An interval that holds both what is not known of the model and chance itself.

The discounted spend of a customer over the horizon is ``scale * factor``: the scale is the customer's own,
``c0 + c1 * purchases * mean spend`` (`GammaGamma.interval_coefficients`, an expression for SQL), the factor rests on
the history alone. So intervals are made once per history, however many customers share it.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincinv, ndtri

from shuke.kit.errors import InputError
from shuke.value.bgnbd import BGNBD
from shuke.value.fitting import checked
from shuke.value.gamma_gamma import GammaGamma
from shuke.value.histories import FloatArray, IntArray, distinct_rows, read_histories, whole_counts
from shuke.value.naive import NaiveRate

_ROWS = 2048  # histories at a time: a few MB per array of draws
_SINGLE = 64  # counts up to here are simulated one by one, then in steps of 1/16 of the count
_FARTHEST = 3.5  # spreads from the estimate that a drawn parameter vector may stand

_Quantiles = tuple[FloatArray, FloatArray, FloatArray, FloatArray]


@dataclass(frozen=True, eq=False)
class ValueInterval:
    """Per history: purchases over the horizon, and discounted spend per unit of the customer's scale."""

    count_low: FloatArray
    count_high: FloatArray
    factor_low: FloatArray
    factor_high: FloatArray
    level: float


def value_interval(
    counts: BGNBD | NaiveRate,
    spend: GammaGamma,
    histories: object,
    *,
    horizon: float,
    rate: float,
    level: float = 0.90,
    draws: int = 200,
    seed: int = 20050201,
    spend_purchases: ArrayLike | None = None,
) -> ValueInterval:
    """Between which numbers of purchases, and which values, will each customer's horizon end, with chance ``level``?

    Each draw is one possible world: parameters from the normal around the estimate (logs, covariance of the fit),
    the customer's rate and chance of leaving given the history, then purchases and spends at random. A customer who
    may have left counts in each draw with P(alive) by that draw's parameters.

    ``histories`` as for the models; ``horizon`` and ``rate`` (continuous) in their unit of time; ``spend_purchases``,
    shape (n,), the purchases that the customer's mean spend is over (default x + 1: the first counts too).
    Returns arrays of shape (n,) in the order given; multiply the factors by `GammaGamma.interval_scale`. Lower and
    upper end each leave (1 - level)/2 outside; counts are whole, so the chance inside is at least ``level``.

    Draws depend on ``seed``, x and ``spend_purchases`` alone: an answer does not change with the rows around it.
    Approximations: purchases are discounted by the mean factor of the history, `discounted_purchases` over
    `expected_purchases`; the drawn gamma weighs against spending as it does at the base's mean spend; past 64
    purchases, counts and spends are interpolated within steps of 1/16 (which loses about 1 % of their variance).

    Raises InputError for a level outside (0, 1), fewer than 20 draws, or what `read_histories` refuses.

    >>> from shuke.value.bgnbd import BGNBDParams
    >>> from shuke.value.gamma_gamma import GammaGammaParams
    >>> counts = BGNBD.from_params(BGNBDParams(r=0.243, alpha=4.414, a=0.793, b=2.426))
    >>> spend = GammaGamma.from_params(GammaGammaParams(p=6.25, q=3.74, gamma=15.4, mean_spend=35.1))
    >>> seen = {"x": [0, 26], "t_x": [0, 30.86], "T": [39, 31]}
    >>> interval = value_interval(counts, spend, seen, horizon=52, rate=0.002)
    >>> interval.count_low.tolist()[0], bool(interval.count_high[1] > 30)
    (0.0, True)
    """
    checked(horizon, "horizon", above=0)
    if not (0 < level < 1 and draws >= 20):
        raise InputError(f"Unexpected level={level}, draws={draws}: level lies between 0 and 1, draws are at least 20")
    read = read_histories(histories)
    bought = read.x + 1 if spend_purchases is None else whole_counts(spend_purchases, len(read))
    first, group = distinct_rows(read.x, bought, read.T, read.t_x)
    x, own, T, t_x = read.x[first], bought[first], read.T[first], read.t_x[first]
    world = _World(counts, spend, horizon, level, draws, seed)
    found = _by_segment(world, x, own, T, t_x)
    known = {"x": x, "t_x": t_x, "T": T}
    expected = counts.expected_purchases(known, horizon)
    discounted = counts.discounted_purchases(known, horizon, rate)
    discount = np.where(expected > 0, discounted / np.where(expected > 0, expected, 1.0), 1.0)
    found[2:] *= discount
    count_low, count_high, factor_low, factor_high = (end[group] for end in found)
    return ValueInterval(count_low, count_high, factor_low, factor_high, level)


def _by_segment(world: _World, x: FloatArray, own: FloatArray, T: FloatArray, t_x: FloatArray) -> FloatArray:
    """The four quantiles, shape (4, n), one segment of equal (x, spend purchases) after the other, on all cores."""
    starts = np.flatnonzero((np.diff(x, prepend=-1.0) != 0) | (np.diff(own, prepend=-1.0) != 0))
    found = np.empty((4, len(x)))

    def answer(start: int, end: int) -> None:
        # T rises within a segment, and the shortest T leads to the most purchases
        segment = _Segment(world, float(x[start]), float(own[start]), shortest_T=T[start])
        for row in range(start, end, _ROWS):
            part = slice(row, min(row + _ROWS, end))
            found[:, part] = segment.quantiles(T[part], t_x[part])

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        list(pool.map(answer, starts.tolist(), np.append(starts[1:], len(x)).tolist()))
    return found


class _World:
    """What all histories share: one parameter vector per draw, the horizon, the level."""

    def __init__(
        self, counts: BGNBD | NaiveRate, spend: GammaGamma, horizon: float, level: float, draws: int, seed: int
    ) -> None:
        self.counts, self.horizon, self.draws, self.seed = counts, horizon, draws, seed
        # In draws counted from below. A new value falls below the j-th of n draws with chance j / (n + 1), and above
        # it likewise: the 10th and the 191st of 200 leave 5 % on either side, the 190th would leave 5.5 %.
        self.ends = ((1 - level) / 2 * (draws + 1) - 1, (1 + level) / 2 * (draws + 1))
        rng = np.random.default_rng(seed)
        self.buying = (
            _drawn(counts, ("r", "alpha", "a", "b"), rng, draws) if isinstance(counts, BGNBD) else np.empty((4, 0))
        )
        self.spending = None if spend.one_spend_for_all else _drawn(spend, ("p", "q", "gamma"), rng, draws)
        self.gamma, self.mean_spend = spend.params_.gamma, spend.params_.mean_spend or spend.credibility().base_spend

    def purchases_if_all_stay(self, x: float, T: FloatArray, pace: FloatArray) -> FloatArray:
        """Mean purchases over the horizon, shape (len(T), draws), at the drawn rate of each draw."""
        if isinstance(self.counts, NaiveRate):
            rate = self.counts.rate({"x": np.full(len(T), x), "t_x": np.where(x > 0, T, 0.0), "T": T})
            return np.repeat(rate[:, None] * self.horizon, self.draws, axis=1)
        return np.asarray(pace * self.horizon / (self.buying[1] + T[:, None]))


class _Segment:
    """The draws for all histories of one x: rate, last purchase, and purchases and spends one after the other."""

    def __init__(self, world: _World, x: float, own: float, shortest_T: float) -> None:
        self.world, self.x = world, x
        rng = np.random.default_rng((world.seed, int(x), int(own)))
        evenly = _stratified(rng, world.draws, 3)
        self.pace, self.last = np.ones(world.draws), np.full(world.draws, np.inf)
        if isinstance(world.counts, BGNBD):
            r, _, a, b = world.buying
            self.pace = gammaincinv(r + x, evenly[0])  # given the history, the rate is Gamma(r+x, alpha+T)
            leaving = np.clip(rng.beta(a, b + x), 1e-300, 1 - 1e-16)  # and the chance of leaving Beta(a, b+x)
            self.last = np.maximum(np.ceil(np.log(evenly[1]) / np.log1p(-leaving)), 1)
        self.weight = np.ones(world.draws)
        if world.spending is not None:
            p, q, gamma = world.spending
            usual = own * world.mean_spend
            self.weight = (gamma + usual) / (world.gamma + usual) / gammaincinv(q + p * own, evenly[2])
        self._simulate(rng, world.purchases_if_all_stay(x, np.array([shortest_T]), self.pace)[0])

    def quantiles(self, T: FloatArray, t_x: FloatArray) -> _Quantiles:
        """Low and high ends of counts and of factors, for histories in rising order of T."""
        fresh = np.diff(T, prepend=-1.0) != 0
        place = np.cumsum(fresh) - 1
        counts, sums = self._bought(T[fresh])
        alive = self._alive(T, t_x)
        low, high = _weighted_quantiles(counts, place, alive, self.world.ends)
        if self.world.spending is None:
            return low, high, low, high
        return low, high, *_weighted_quantiles(sums * self.weight, place, alive, self.world.ends)

    def _simulate(self, rng: np.random.Generator, most: FloatArray) -> None:
        """Times (at rate 1) and summed spends (at scale 1) of the n-th purchase, until every draw is past ``most``.

        Purchase after purchase comes from its own stream, so that a longer table begins like a shorter one.
        """
        for_times, for_sums = rng.spawn(2)
        grid, times = np.zeros(1), np.zeros((1, len(most)))
        while ((times[-1] <= most) & (grid[-1] < self.last)).any():
            farthest = np.minimum(most + 4 * np.sqrt(most), self.last).max()
            more = _grid(grid[-1], max(farthest, grid[-1] + 8))
            waits = for_times.standard_gamma(np.diff(more)[:, None], (len(more) - 1, len(most)))
            times = np.vstack([times, times[-1] + np.cumsum(waits, axis=0)])
            grid = np.append(grid, more[1:])
        self.grid, self.times = grid, np.ascontiguousarray(times.T)
        if self.world.spending is None:
            self.sums = np.tile(grid, (len(most), 1))
        else:
            spends = for_sums.standard_gamma(self.world.spending[0] * np.diff(grid)[:, None])
            self.sums = np.vstack([np.zeros(len(most)), np.cumsum(spends, axis=0)]).T.copy()

    def _bought(self, T: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Purchases within the horizon, and their summed spends, if still there now: shape (len(T), draws)."""
        most = self.world.purchases_if_all_stay(self.x, T, self.pace)
        width = len(self.grid)
        draw = np.arange(len(self.pace)) * width
        # All draws in one search: each draw's times are lifted above those of the draw before.
        lift = draw / width * (self.times[:, -1].max() + 1)
        at = np.searchsorted((self.times + lift[:, None]).ravel(), np.minimum(most, self.times[:, -1]) + lift, "right")
        at = np.clip(at - 1, draw, draw + width - 1)
        counts = self.grid.take(at - draw)
        if self.grid[-1] > _SINGLE:
            counts += self._within_step(most, at, draw)
        counts = np.asarray(np.minimum(counts, self.last))
        return counts, self._summed(counts, draw)

    def _within_step(self, most: FloatArray, at: IntArray, draw: IntArray) -> FloatArray:
        """Past 64, how many of the step's purchases have come too: in proportion to the time."""
        times = self.times.ravel()
        after = np.minimum(at + 1, draw + len(self.grid) - 1)
        span = times[after] - times[at]
        share = np.where(span > 0, (most - times[at]) / np.where(span > 0, span, 1.0), 0.0)
        step = self.grid[after - draw] - self.grid[at - draw]
        return np.asarray(np.floor(np.clip(share, 0, 1 - 1e-12) * step))

    def _summed(self, counts: FloatArray, draw: IntArray) -> FloatArray:
        sums = self.sums.ravel()
        if self.grid[-1] <= _SINGLE:
            return np.asarray(sums.take(counts.astype(np.int64) + draw))
        at = np.searchsorted(self.grid, counts, "right") - 1
        after = np.minimum(at + 1, len(self.grid) - 1)
        step = np.maximum(self.grid[after] - self.grid[at], 1.0)
        share = (counts - self.grid[at]) / step
        return np.asarray(sums[at + draw] + share * (sums[after + draw] - sums[at + draw]))

    def _alive(self, T: FloatArray, t_x: FloatArray) -> FloatArray | None:
        """P(alive) of each history in each draw; None where it is 1: one-time buyers, and the naive rate."""
        if isinstance(self.world.counts, NaiveRate) or self.x == 0:
            return None
        r, alpha, a, b = (column.astype(np.float32) for column in self.world.buying)
        gap = np.log((alpha + T[:, None].astype(np.float32)) / (alpha + t_x[:, None].astype(np.float32)))
        gap *= r + np.float32(self.x)
        gap += np.log(a / (b + np.float32(self.x - 1)))
        odds = np.exp(np.minimum(gap, 80, out=gap), out=gap)
        odds += 1
        return np.asarray(np.reciprocal(odds, out=odds))


def _weighted_quantiles(
    values: FloatArray, place: IntArray, weights: FloatArray | None, ends: tuple[float, float]
) -> tuple[FloatArray, FloatArray]:
    """For each history its ends, of the draws in row ``place`` of ``values``; what weight lacks of 1 counts as 0.

    An end is the first draw, in rising order, by which the weight so far reaches it.
    """
    draws = values.shape[1]
    order = np.argsort(values.astype(np.float32), axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    if weights is None:
        low, high = (ordered[place, min(max(int(np.ceil(end - 1e-9)), 1), draws) - 1] for end in ends)
        return low, high
    rows = np.arange(len(place))
    reached = np.cumsum(weights.take(order[place] + rows[:, None] * draws), axis=1)
    gone = draws - reached[:, -1]
    found = []
    for end in ends:
        still = (end - gone) * (1 - 1e-6)
        at = np.minimum((reached < still[:, None]).sum(axis=1), draws - 1)
        found.append(np.where(still <= 0, 0.0, ordered[place, at]))
    return found[0], found[1]


def _drawn(model: BGNBD | GammaGamma, names: tuple[str, ...], rng: np.random.Generator, draws: int) -> FloatArray:
    """Parameter vectors around the estimate, shape (len(names), draws); the estimate where no spread is known."""
    logs = np.log([getattr(model.params_, name) for name in names])
    normal = ndtri(_stratified(rng, draws, len(names)))
    if model.params_.covariance is None:
        return np.repeat(np.exp(logs)[:, None], draws, axis=1)
    normal *= np.minimum(1.0, _FARTHEST / np.linalg.norm(normal, axis=0))
    variance, axes = np.linalg.eigh(np.array(model.params_.covariance))
    return np.asarray(np.exp(logs[:, None] + (axes * np.sqrt(np.maximum(variance, 0))) @ normal))


def _stratified(rng: np.random.Generator, draws: int, times: int) -> FloatArray:
    """Uniform numbers, one from each of ``draws`` equal parts of (0, 1), shuffled: the same law, less noise."""
    parts = np.array([rng.permutation(draws) for _ in range(times)])
    return np.asarray((parts + rng.random((times, draws)).clip(1e-9, 1 - 1e-9)) / draws)


def _grid(start: float, end: float) -> FloatArray:
    """The counts that are simulated from ``start`` until past ``end``: each up to 64, then in steps of a 16th."""
    counts = [start]
    while counts[-1] < end:
        counts.append(counts[-1] + (1.0 if counts[-1] < _SINGLE else float(counts[-1] // 16)))
    return np.array(counts)
