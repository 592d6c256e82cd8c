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
from scipy.special import expit, gammaincinv, ndtri

from shuke.kit.errors import InputError
from shuke.value.bgnbd import BGNBD, BGNBDParams
from shuke.value.fitting import checked
from shuke.value.gamma_gamma import GammaGamma
from shuke.value.histories import FloatArray, Histories, IntArray, distinct_rows, read_histories, whole_counts
from shuke.value.naive import NaiveRate

_NODES_APART = 0.04  # in log(1 + T/alpha): worlds are simulated at these T, and interpolated between them
_SINGLE = 64  # counts up to here are simulated one by one, then in steps of 1/16 of the count
_FARTHEST = 3.5  # spreads from the estimate that a drawn parameter vector may stand


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
    discount: FloatArray | None = None,
) -> ValueInterval:
    """Between which numbers of purchases, and which values, will each customer's horizon end, with chance ``level``?

    Each draw is one possible world: parameters from the normal around the estimate (logs, covariance of the fit),
    the customer's rate and chance of leaving given the history, then purchases and spends at random. A customer who
    may have left counts in each draw with P(alive).

    ``histories`` as for the models; ``horizon`` and ``rate`` (continuous) in their unit of time; ``spend_purchases``,
    shape (n,), the purchases that the customer's mean spend is over (default x + 1: the first counts too);
    ``discount``, shape (n,), the mean discount factor of the purchases to come, where it is known already.
    Returns arrays of shape (n,) in the order given; multiply the factors by `GammaGamma.interval_scale`. Lower and
    upper end each leave (1 - level)/2 outside; counts are whole, so the chance inside is at least about ``level``.

    Draws depend on ``seed``, x and ``spend_purchases`` alone: an answer does not change with the rows around it.
    Approximations: worlds are simulated at fixed values of T, 4 % apart in 1 + T/alpha, and ends are interpolated
    between the two nearest (which moves a factor by less than 1 % on the average, most of it the draws' own noise, and
    rounds counts: one upper end in six is off, nearly all by one); P(alive) is the mean over what is not known of the
    parameters (`_mean_alive`), which widens intervals where little is known (lower ends about 1 % lower where logs of
    parameters spread by 0.17, about 14 % where they spread by 0.7); purchases are discounted by
    the mean factor of the history, `discounted_purchases` over `expected_purchases`; the drawn gamma weighs against
    spending as it does at the base's mean spend; past 64 purchases, counts and spends are interpolated within steps of
    1/16 (which loses about 1 % of their variance).

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
    found = _by_segment(world, x, own, T, world.alive(x, T, t_x))[:, group]
    found[2:] *= _mean_discount(counts, read, horizon, rate) if discount is None else discount
    count_low, count_high, factor_low, factor_high = found
    return ValueInterval(count_low, count_high, factor_low, factor_high, level)


def mean_discount(expected: FloatArray, discounted: FloatArray) -> FloatArray:
    """Of purchases expected, what one is worth after discounting; 1 where none is expected."""
    return np.divide(discounted, expected, out=np.ones(len(expected)), where=expected > 0)


def _mean_discount(counts: BGNBD | NaiveRate, read: Histories, horizon: float, rate: float) -> FloatArray:
    return mean_discount(counts.expected_purchases(read, horizon), counts.discounted_purchases(read, horizon, rate))


def _by_segment(world: _World, x: FloatArray, own: FloatArray, T: FloatArray, alive: FloatArray) -> FloatArray:
    """The four quantiles, shape (4, n), one segment of equal (x, spend purchases) after the other, on all cores."""
    starts = np.flatnonzero((np.diff(x, prepend=-1.0) != 0) | (np.diff(own, prepend=-1.0) != 0))
    places = [world.places(alive, end) for end in world.ends]
    found = np.empty((4, len(x)))

    def answer(start: int, end: int) -> None:
        part = slice(start, end)
        nodes, node, share = world.nodes(T[part])
        # nodes rise, and the shortest T leads to the most purchases
        segment = _Segment(world, float(x[start]), float(own[start]), shortest_T=nodes[0])
        for row, ordered in enumerate(segment.ordered(nodes)):
            for side, place in enumerate(places):
                found[2 * row + side, part] = _between(ordered, node, share, place[part])

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        list(pool.map(answer, starts.tolist(), np.append(starts[1:], len(x)).tolist()))
    np.rint(found[:2], out=found[:2])
    if world.spending is None:
        found[2:] = found[:2]
    return found


def _between(ordered: FloatArray, node: IntArray, share: FloatArray, place: IntArray) -> FloatArray:
    """The draw in that place (counted from 1; 0: nothing), interpolated between a history's two nodes."""
    low, high = ordered[node, place], ordered[node + 1, place]
    return np.asarray(low + share * (high - low))


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

    def nodes(self, T: FloatArray) -> tuple[FloatArray, IntArray, FloatArray]:
        """The T to simulate at, in rising order; where each T, in rising order too, lies: after which of them, and how
        far on the way to the next."""
        if isinstance(self.counts, NaiveRate):  # a rate x / T has no scale of its own to step by
            distinct, node = np.unique(T, return_inverse=True)
            return np.append(distinct, distinct[-1]), node, np.zeros(len(T))
        alpha = self.counts.params_.alpha
        step = np.log1p(T / alpha) / _NODES_APART
        before = np.floor(step)
        fresh = np.unique(np.append(before, before + 1))
        return alpha * np.expm1(fresh * _NODES_APART), np.searchsorted(fresh, before), step - before

    def alive(self, x: FloatArray, T: FloatArray, t_x: FloatArray) -> FloatArray:
        if isinstance(self.counts, NaiveRate):
            return np.ones(len(x))
        return _mean_alive(self.counts.params_, x, T, t_x)

    def places(self, alive: FloatArray, end: float) -> IntArray:
        """Which draw, in rising order and counted from 1, ends the interval of a customer who is alive with that
        chance; 0 where being gone alone reaches the end."""
        still = self.draws + (end - self.draws) / np.maximum(alive, 1e-12)
        return np.where(still <= 0, 0, np.clip(np.ceil(still - 1e-6), 1, self.draws)).astype(np.int64)

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

    def ordered(self, T: FloatArray) -> list[FloatArray]:
        """Counts, and summed spends where they are no counts, at each T: 0, then the draws in rising order."""
        counts, sums = self._bought(T)
        found = [counts] if self.world.spending is None else [counts, sums * self.weight]
        for values in found:
            values.sort(axis=1)
        return [np.hstack([np.zeros((len(T), 1)), values]) for values in found]

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


def _mean_alive(learned: BGNBDParams, x: FloatArray, T: FloatArray, t_x: FloatArray) -> FloatArray:
    """P(alive), meant over what is not known of the parameters.

    The log odds of having left are taken as normal, with the variance that the fit's covariance gives them; the mean
    of the logistic over a normal is taken as MacKay (1992), "The Evidence Framework Applied to Classification
    Networks", eq. 11, takes it.
    """
    r, alpha, a, b = learned.r, learned.alpha, learned.a, learned.b
    gap, others = np.log1p((T - t_x) / (alpha + t_x)), np.maximum(b + x - 1, b)
    odds = np.log(a / others) + (r + x) * gap
    if learned.covariance is not None:
        by_alpha = (r + x) * (alpha / (alpha + T) - alpha / (alpha + t_x))
        slopes = np.array([r * gap, by_alpha, np.ones(len(x)), -b / others])
        variance = np.einsum("in,ij,jn->n", slopes, np.array(learned.covariance), slopes, optimize=True)
        odds /= np.sqrt(1 + np.pi / 8 * np.maximum(variance, 0))
    return np.where(x > 0, expit(-odds), 1.0)


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
