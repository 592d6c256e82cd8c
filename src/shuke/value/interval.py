"""How sure is a customer's value? An interval that holds both what is not known of the model and chance itself.

The discounted spend of a customer over the horizon is ``scale * factor``: the scale is the customer's own,
``c0 + c1 * purchases * mean spend`` (`GammaGamma.interval_coefficients`, an expression for SQL), the factor rests on
the history alone. So intervals are made once per history, however many customers share it. What becomes of customers
who are still there is the model's (`shuke.value.futures`); the rest is the same for all models.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincinv

from shuke.kit.errors import InputError
from shuke.value._distinct import distinct_rows
from shuke.value.by_age import ByAge
from shuke.value.count_model import CountModel
from shuke.value.drawing import covariate_names, drawn_around
from shuke.value.fitting import checked
from shuke.value.futures import Nodes
from shuke.value.gamma_gamma import GammaGamma, GammaGammaParams
from shuke.value.histories import FloatArray, Histories, IntArray, read_histories, whole_counts
from shuke.value.parts import Ordered, courses, masses, ordered, parts_of

_SINGLE = 64  # counts up to here are simulated one by one, then in steps of 1/16 of the count


@dataclass(frozen=True, eq=False)
class ValueInterval:
    """Per history: purchases over the horizon, and discounted spend per unit of the customer's scale."""

    count_low: FloatArray
    count_high: FloatArray
    factor_low: FloatArray
    factor_high: FloatArray
    level: float


def value_interval(
    counts: CountModel,
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
    the customer's rate and leaving given the history, then purchases and spends at random. A customer who may have left
    counts in each draw with P(alive).

    ``histories`` as for the models; ``horizon`` and ``rate`` (continuous) in their unit of time; ``spend_purchases``,
    shape (n,), the purchases that the customer's mean spend is over (default x + 1: the first counts too; x for repeat
    purchases alone, of whose spend one-time buyers say nothing); ``discount``, shape (n,), the mean discount factor of
    the purchases to come, where it is known already.
    Returns arrays of shape (n,) in the order given; multiply the factors by `GammaGamma.interval_scale`. Lower and
    upper end each leave (1 - level)/2 outside; counts are whole, so the chance inside is at least about ``level``.

    Draws depend on ``seed``, x and ``spend_purchases`` alone: an answer does not change with the rows around it.
    Approximations: worlds are simulated at fixed values of T, 4 % apart in 1 + T/alpha (where purchases come in phases
    of the mean number of events past, too, an eighth of the most apart), and ends are interpolated between the nearest
    (which moves a factor by less than 1 % on the average, most of it the draws' own noise, and rounds counts: one upper
    end in six is off, nearly all by one); P(alive) is the mean over what is not known of the parameters
    (`shuke.value.alive`), which widens intervals where little is known (lower ends about 1 % lower where logs of
    parameters spread by 0.17, about 14 % where they spread by 0.7); purchases are discounted by the mean factor of the
    history, `discounted_purchases` over `expected_purchases`; the drawn gamma weighs against spending as it does at the
    base's mean spend; past 64 purchases, counts and spends are interpolated within steps of 1/16 (which loses about 1 %
    of their variance). With covariates, worlds are simulated anew for each distinct row of them: many distinct rows
    take as many times longer.

    Raises InputError for a level outside (0, 1), fewer than 20 draws, or what `read_histories` refuses.

    >>> from shuke.value.bgnbd import BGNBD, BGNBDParams
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
    if isinstance(counts, ByAge):
        told = {"horizon": horizon, "rate": rate, "level": level, "draws": draws, "seed": seed}
        return _by_age(counts, spend, histories, told, spend_purchases, discount)
    read = read_histories(histories, covariates=covariate_names(counts.params_))
    bought = read.x + 1 if spend_purchases is None else whole_counts(spend_purchases, len(read))
    first, group = distinct_rows(read.x, bought, *_covariates(read), read.T, read.t_x)
    world = _World(counts, spend, horizon, level, draws, seed)
    found = _by_segment(world, read.rows(first), bought[first])[:, group]
    found[2:] *= _mean_discount(counts, read, horizon, rate) if discount is None else discount
    count_low, count_high, factor_low, factor_high = found
    return ValueInterval(count_low, count_high, factor_low, factor_high, level)


def _by_age(
    counts: ByAge,
    spend: GammaGamma,
    histories: object,
    told: dict[str, Any],
    spend_purchases: ArrayLike | None,
    discount: FloatArray | None,
) -> ValueInterval:
    """Those of each pace by the model itself, over as much of its time."""
    read = read_histories(histories, covariates=covariate_names(counts.model.params_))
    bought = None if spend_purchases is None else whole_counts(spend_purchases, len(read))
    found = np.empty((4, len(read)))
    for rows, pace in counts.by_pace(read):
        own = told | {"horizon": told["horizon"] * pace, "rate": told["rate"] / pace}
        own |= {"spend_purchases": None if bought is None else bought[rows]}
        own |= {"discount": None if discount is None else discount[rows]}
        part = value_interval(counts.model, spend, read.rows(rows), **own)
        found[:, rows] = part.count_low, part.count_high, part.factor_low, part.factor_high
    count_low, count_high, factor_low, factor_high = found
    return ValueInterval(count_low, count_high, factor_low, factor_high, told["level"])


def mean_discount(expected: FloatArray, discounted: FloatArray) -> FloatArray:
    """Of purchases expected, what one is worth after discounting; 1 where none is expected."""
    return np.divide(discounted, expected, out=np.ones(len(expected)), where=expected > 0)


def _mean_discount(counts: CountModel, read: Histories, horizon: float, rate: float) -> FloatArray:
    return mean_discount(counts.expected_purchases(read, horizon), counts.discounted_purchases(read, horizon, rate))


def _by_segment(world: _World, seen: Histories, own: FloatArray) -> FloatArray:
    """The four quantiles, shape (4, n), one segment of equal (x, spend purchases, covariates) after the other, on
    all cores."""
    alike = (seen.x, own, *_covariates(seen))
    starts = np.flatnonzero(np.any([np.diff(column, prepend=np.nan) != 0 for column in alike], axis=0))
    mass = masses(world.parts, seen)
    found = np.empty((4, len(seen)))

    def answer(start: int, end: int) -> None:
        part = slice(start, end)
        nodes = world.parts[0].future.nodes(seen.rows(part))
        segment = _Segment(world, seen.rows(part), float(own[start]), nodes)
        for row, told in enumerate(segment.told()):
            for side, place in enumerate(world.ends):
                found[2 * row + side, part] = told.end(nodes, mass[part], place)

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        list(pool.map(answer, starts.tolist(), np.append(starts[1:], len(seen)).tolist()))
    np.rint(found[:2], out=found[:2])
    if world.spending is None:
        found[2:] = found[:2]
    return found


def _covariates(seen: Histories) -> tuple[FloatArray, ...]:
    return () if seen.covariates is None else tuple(seen.covariates.T)


class _World:
    """What all histories share: one parameter vector per draw, the horizon, the level."""

    def __init__(
        self, counts: CountModel, spend: GammaGamma, horizon: float, level: float, draws: int, seed: int
    ) -> None:
        self.seed, rng = seed, np.random.default_rng(seed)
        self.parts = parts_of(counts, horizon, draws, rng)
        self.draws = sum(part.draws for part in self.parts)
        # In draws counted from below. A new value falls below the j-th of n draws with chance j / (n + 1), and above
        # it likewise: the 10th and the 191st of 200 leave 5 % on either side, the 190th would leave 5.5 %.
        self.ends = ((1 - level) / 2 * (self.draws + 1) - 1, (1 + level) / 2 * (self.draws + 1))
        self.spend = spend.params_
        self.spending = None if spend.one_spend_for_all else _drawn_spending(self.spend, rng, self.draws)
        self.mean_spend = self.spend.mean_spend or spend.credibility().base_spend

    def spends(self, own: float, u: FloatArray) -> FloatArray:
        """Per draw, what a customer with so many purchases spends, per unit of their scale and of a gamma variate."""
        if self.spending is None:
            return np.ones(self.draws)
        p, q, gamma, delta = self.spending
        known = float(self.spend.tilt(np.array(own)))
        usual = own * self.mean_spend * known
        drawn = gamma * (max(own, 1.0) / self.spend.usual_purchases) ** delta
        return np.asarray((drawn + usual) / (self.spend.gamma * known + usual) / gammaincinv(q + p * own, u))


def _drawn_spending(params: GammaGammaParams, rng: np.random.Generator, draws: int) -> FloatArray:
    """p, q, gamma and delta around the estimate, shape (4, draws)."""
    center = np.append(np.log([params.p, params.q, params.gamma]), [params.delta] if params.delta else [])
    drawn = drawn_around(center, None if params.covariance is None else np.array(params.covariance), rng, draws)
    return np.vstack([np.exp(drawn[:3]), drawn[3:] if params.delta else np.zeros((1, draws))])


class _Segment:
    """The draws for all histories of one x: how their futures go, and purchases and spends one after the other."""

    def __init__(self, world: _World, seen: Histories, own: float, nodes: Nodes) -> None:
        self.world = world
        rng = np.random.default_rng((world.seed, int(seen.x[0]), int(own)))
        self.course, spending = courses(world.parts, seen, nodes, rng)
        self.weight = world.spends(own, spending)
        for_times, self.for_sums = rng.spawn(2)
        self._simulate(for_times, self.course.until.max(axis=0), self.course.last * self.course.each)

    def told(self) -> list[Ordered]:
        """Counts, and summed spends where they are no counts, at each node, in rising order."""
        counts = self.course.purchases(self._events())
        found = [ordered(counts, self.world.parts, whole=True)]
        if self.world.spending is not None:
            found.append(ordered(self._summed(counts, self.world.spending) * self.weight, self.world.parts))
        return found

    def _simulate(self, rng: np.random.Generator, most: FloatArray, last: FloatArray) -> None:
        """Times (at rate 1) of the n-th event, until every draw is past ``most``.

        Event after event comes from the stream, so that a longer table begins like a shorter one.
        """
        grid, times = np.zeros(1), np.zeros((1, len(most)))
        while ((times[-1] <= most) & (grid[-1] < last)).any():
            farthest = np.minimum(most + 4 * np.sqrt(most), last).max()
            more = _grid(grid[-1], max(farthest, grid[-1] + 8))
            waits = rng.standard_gamma(np.diff(more)[:, None], (len(more) - 1, len(most)))
            times = np.vstack([times, times[-1] + np.cumsum(waits, axis=0)])
            grid = np.append(grid, more[1:])
        self.grid, self.times = grid, np.ascontiguousarray(times.T)

    def _events(self) -> FloatArray:
        """Events until the course ends or the horizon does, if still there now: shape (nodes, draws)."""
        most, draws, width = self.course.until, self.world.draws, len(self.grid)
        draw = np.arange(draws) * width
        # All draws in one search: each draw's times are lifted above those of the draw before.
        lift = draw / width * (self.times[:, -1].max() + 1)
        at = np.searchsorted((self.times + lift[:, None]).ravel(), np.minimum(most, self.times[:, -1]) + lift, "right")
        at = np.clip(at - 1, draw, draw + width - 1)
        events = self.grid.take(at - draw)
        if self.grid[-1] > _SINGLE:
            events += self._within_step(most, at, draw)
        return np.asarray(events)

    def _within_step(self, most: FloatArray, at: IntArray, draw: IntArray) -> FloatArray:
        """Past 64, how many of the step's purchases have come too: in proportion to the time."""
        times = self.times.ravel()
        after = np.minimum(at + 1, draw + len(self.grid) - 1)
        span = times[after] - times[at]
        share = np.where(span > 0, (most - times[at]) / np.where(span > 0, span, 1.0), 0.0)
        step = self.grid[after - draw] - self.grid[at - draw]
        return np.asarray(np.floor(np.clip(share, 0, 1 - 1e-12) * step))

    def _summed(self, counts: FloatArray, spending: FloatArray) -> FloatArray:
        """Summed spends (at scale 1) of so many purchases, which are fewer than the events where these keep a beat."""
        grid = self.grid[: np.searchsorted(self.grid, counts.max(), "right") + 1]
        spends = self.for_sums.standard_gamma(spending[0] * np.diff(grid)[:, None])
        sums = np.vstack([np.zeros(self.world.draws), np.cumsum(spends, axis=0)]).T.ravel()
        draw = np.arange(self.world.draws) * len(grid)
        if grid[-1] <= _SINGLE:
            return np.asarray(sums.take(counts.astype(np.int64) + draw))
        at = np.searchsorted(grid, counts, "right") - 1
        after = np.minimum(at + 1, len(grid) - 1)
        step = np.maximum(grid[after] - grid[at], 1.0)
        share = (counts - grid[at]) / step
        return np.asarray(sums[at + draw] + share * (sums[after + draw] - sums[at + draw]))


def _grid(start: float, end: float) -> FloatArray:
    """The counts that are simulated from ``start`` until past ``end``: each up to 64, then in steps of a 16th."""
    counts = [start]
    while counts[-1] < end:
        counts.append(counts[-1] + (1.0 if counts[-1] < _SINGLE else float(counts[-1] // 16)))
    return np.array(counts)
