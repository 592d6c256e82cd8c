"""BG/BB: who will buy at how many of the coming occasions, where there are set occasions to buy?

Sources: Fader, Hardie & Shang, "Customer-Base Analysis in a Discrete-Time Noncontractual Setting", Marketing Science 29
(2010), cited as [FHS].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from shuke.value._distinct import distinct_rows, distinct_values
from shuke.value._leaving_unseen import FEW_REPEAT_BUYERS
from shuke.value.fitting import Coordinates, Fitted, checked, fit_logs, minimise, turned
from shuke.value.histories import FloatArray, whole_counts
from shuke.value.leaving import discounted_stays, expected_stays, rising, rising_slope, whole
from shuke.value.opportunities import Opportunities, read_opportunities

_CHUNK = 1 << 20  # cells of a grid of histories by opportunities at a time

# Sought are the odds of buying at an opportunity alpha/beta, how alike customers are in that sqrt(alpha beta), the odds
# of leaving before one gamma/delta, and how alike they are in that.
_SOUGHT = Coordinates(
    matrix=[[0.5, 1, 0, 0], [-0.5, 1, 0, 0], [0, 0, 0.5, 1], [0, 0, -0.5, 1]],
    bounds=[(1e-6, 1e6), (1e-2, 1e4), (1e-6, 1e6), (1e-2, 1e4)],
    start=[1, 1, 1 / 3, 3**0.5],
)


@dataclass(frozen=True)
class BGBBParams:
    """What a `BGBB` learned, ready for JSON.

    The chance of buying at an opportunity is Beta(alpha, beta) over customers, the chance of leaving for good before
    one is Beta(gamma, delta). ``standard_errors`` are of the four, ``covariance`` of their logarithms; both None when
    not estimated.
    """

    alpha: float
    beta: float
    gamma: float
    delta: float
    log_likelihood: float | None = None
    customers: int = 0
    histories: int = 0
    standard_errors: tuple[float, ...] | None = None
    covariance: tuple[tuple[float, ...], ...] | None = None
    notes: tuple[str, ...] = ()


class BGBB:
    """How many of the next opportunities will each customer take, and is the customer still there?

    There are set occasions to buy: a yearly appeal, a monthly box, an event. Who is there buys at each with the
    customer's own steady chance. Before each occasion the customer may leave for good, with the customer's own chance.
    Chances differ between customers; how they differ is learned from all histories together.

    Histories are columns ``x``, ``t_x``, ``n`` and, where rows stand for several, ``customers``
    (`shuke.value.opportunities`). Horizons are whole numbers of opportunities.

    >>> model = BGBB().fit({"x": [0, 1, 3, 6], "t_x": [0, 2, 4, 6], "n": [6] * 4, "customers": [60, 12, 5, 9]})
    >>> model.params_.customers, model.params_.notes
    (86, ('too_few_repeat_buyers', 'dropout_alike'))
    >>> model.expected_purchases({"x": [0, 6], "t_x": [0, 6], "n": [6, 6]}, horizon=4).round(1).tolist()
    [0.0, 2.9]

    Source: Fader, Hardie & Shang 2010 [FHS].
    """

    params_: BGBBParams

    def __init__(self, *, few_repeat_buyers: int = FEW_REPEAT_BUYERS) -> None:
        self.few_repeat_buyers = few_repeat_buyers

    @classmethod
    def from_params(cls, params: BGBBParams) -> Self:
        """A model with parameters known from elsewhere: published, or kept from an earlier run.

        >>> model = BGBB.from_params(BGBBParams(alpha=1.2035, beta=0.7497, gamma=0.6567, delta=2.7834))
        >>> round(model.expected_purchases_new(1), 4)
        0.4985
        """
        model = cls()
        model.params_ = params
        return model

    def fit(self, histories: object) -> Self:
        """Learn how customers differ, by maximum likelihood over grouped histories (x, t_x, n[, customers]).

        Odd data is never refused; ``params_.notes`` says what was met and done:

        - ``no_repeat_purchases``: nobody came back. Not estimated: half a purchase over all opportunities, alpha = 1,
          gamma = 1, delta = 3;
        - ``too_few_repeat_buyers``: fewer than ``few_repeat_buyers``; estimated, but better not relied on;
        - ``no_opportunity_missed``: everybody bought every time; the chance of buying is then only a lower guess;
        - ``no_dropout_detected``: leaving explains the data no better than staying does;
        - ``purchase_rates_alike``, ``dropout_alike``: customers differ in it by less than a tenth of its mean;
        - ``weakly_known``: the likelihood is flat in some direction; forecasts hold better than single parameters;
        - ``not_converged``: the slope is not flat at the end.

        Raises InputError for missing columns or impossible histories, nothing else.
        """
        grouped = read_opportunities(histories).grouped()
        back = grouped.customers @ grouped.x > 0
        self.params_ = _fitted(grouped, self.few_repeat_buyers) if back else _nobody_came_back(grouped)
        return self

    def probability_alive(self, histories: object) -> FloatArray:
        """What is the chance that each customer is still there at the next opportunity? Shape (n,), in [0, 1].

        [FHS], P(alive at n+1). Unlike in the BG/NBD, who never came back may have left too.

        >>> model = BGBB.from_params(BGBBParams(alpha=1.2035, beta=0.7497, gamma=0.6567, delta=2.7834))
        >>> model.probability_alive({"x": [0, 4], "t_x": [0, 5], "n": [6, 6]}).round(2).tolist()
        [0.11, 0.7]
        """
        read, p = read_opportunities(histories), self.params_
        return self._there(read) * (p.delta + read.n) / (p.gamma + p.delta + read.n)

    def expected_purchases(self, histories: object, horizon: int) -> FloatArray:
        """How many of the next ``horizon`` opportunities will each customer take? Shape (n,). [FHS] eq. 13.

        The chance of being there until now, times the mean chance of buying (alpha+x)/(alpha+beta+n), times the
        opportunities that a customer of gamma, delta+n lives to see.
        """
        read, periods = read_opportunities(histories), whole(horizon, "horizon")
        n, group = distinct_values(read.n)
        stays = expected_stays(self.params_.gamma, self.params_.delta + n, periods)
        return self._there(read) * self._buys(read) * stays[group]

    def expected_purchases_new(self, horizon: int) -> float:
        """How many of the next ``horizon`` opportunities will a customer won today take? [FHS], E[X(n)]."""
        return float(self.expected_purchases({"x": [0], "t_x": [0], "n": [0]}, horizon)[0])

    def residual_purchases(self, histories: object, discount_rate: float) -> FloatArray:
        """DERT: as `expected_purchases` without an end, a purchase k opportunities from now counted 1/(1+d)^k.

        ``discount_rate`` is per opportunity and above 0: 0.1 for 10 % where there is one a year. [FHS] eq. 14; times
        the margin of a purchase it is the residual value of the customer. Shape (n,).
        """
        checked(discount_rate, "discount_rate", above=0)
        read = read_opportunities(histories)
        n, group = distinct_values(read.n)
        stays = discounted_stays(self.params_.gamma, self.params_.delta + n, discount_rate)
        return self._there(read) * self._buys(read) * stays[group]

    def probability_of_purchases(self, histories: object, n: int, horizon: int) -> FloatArray:
        """What is the chance that each customer takes exactly ``n`` of the next ``horizon`` opportunities? Shape (n,).

        n = 0 is the chance of no purchase at all: gone, or there and not buying.
        """
        read = read_opportunities(histories)
        return np.exp(self.log_probability_of_purchases(read, np.full(len(read), n), horizon))

    def log_probability_of_purchases(self, histories: object, n: ArrayLike, horizon: int) -> FloatArray:
        """How well was each customer's own count ``n`` (shape (n,)) foreseen? The log of its chance, ≤ 0.

        Minus infinity where more than ``horizon`` were bought, which cannot be; finite otherwise. Given there until
        now, the future is that of a new customer with alpha+x, beta+n-x, gamma, delta+n, so [FHS] eq. 7 applies.
        """
        read, periods = read_opportunities(histories), whole(horizon, "horizon")
        counts = whole_counts(n, len(read))
        first, group = distinct_rows(read.x, read.n, counts)
        if_there = self._log_chance_if_there(read.x[first], read.n[first], counts[first], periods)[group]
        log_there, log_gone = self._parts(read)
        total = np.logaddexp(log_there, log_gone)
        gone = np.where(counts == 0, log_gone - total, -np.inf)
        return np.asarray(np.minimum(np.logaddexp(log_there - total + if_there, gone), 0.0))

    def _parts(self, h: Opportunities) -> tuple[FloatArray, FloatArray]:
        p = self.params_
        return _Paths(h).parts(p.alpha, p.beta, p.gamma, p.delta)[:2]

    def _there(self, h: Opportunities) -> FloatArray:
        """The chance of having been there at the latest opportunity."""
        log_there, log_gone = self._parts(h)
        return np.exp(log_there - np.logaddexp(log_there, log_gone))

    def _buys(self, h: Opportunities) -> FloatArray:
        """The mean chance of buying at an opportunity, of those there."""
        return (self.params_.alpha + h.x) / (self.params_.alpha + self.params_.beta + h.n)

    def _log_chance_if_there(self, x: FloatArray, n: FloatArray, count: FloatArray, periods: int) -> FloatArray:
        chances = np.empty(len(x))
        rows = max(1, _CHUNK // (periods + 1))
        for start in range(0, len(x), rows):
            part = slice(start, start + rows)
            chances[part] = _log_chance(self.params_, x[part], n[part], count[part], periods)
        return chances


def _log_chance(p: BGBBParams, x: FloatArray, n: FloatArray, count: FloatArray, periods: int) -> FloatArray:
    """[FHS] eq. 7 for alpha+x, beta+n-x, gamma, delta+n: there for i opportunities, ``count`` of them taken."""
    steps = np.arange(periods)
    stay = (p.delta + n)[:, None] + steps
    log_stays = np.cumsum(np.log(stay / (p.gamma + stay)), axis=1)
    log_stays = np.concatenate([np.zeros((len(x), 1)), log_stays], axis=1)
    until = np.arange(periods + 1)
    log_ends = np.where(until < periods, np.log(p.gamma) - np.log((p.gamma + p.delta + n)[:, None] + until), 0.0)
    taken, alpha, beta = count[:, None], (p.alpha + x)[:, None], (p.beta + n - x)[:, None]
    missed = np.maximum(until - taken, 0)
    # (i choose x*) B(alpha + x*, beta + i - x*) / B(alpha, beta), as gamma functions of what is alike taken together
    log_takes = _log_rise(alpha, taken) + _log_rise(beta, missed) - _log_rise(alpha + beta, taken + missed)
    log_ways = gammaln(taken + missed + 1) - gammaln(taken + 1) - gammaln(missed + 1)
    terms = np.where(until >= taken, log_stays + log_ends + log_takes + log_ways, -np.inf)
    return np.asarray(np.logaddexp.reduce(terms, axis=1))


def _log_rise(start: FloatArray, steps: FloatArray) -> FloatArray:
    return np.asarray(gammaln(start + steps) - gammaln(start))


class _Paths:
    """All ways in which histories can have come about: there to the end, or gone after opportunity j.

    The chance of "gone after j", for a given x, falls with j. So the sum over j from t_x to n-1 is the difference of
    two sums to the end without loss, and one running sum per distinct x serves all t_x and n. Everything is a rising
    factorial: gamma functions do not occur.
    """

    def __init__(self, h: Opportunities) -> None:
        distinct, self.row = distinct_values(h.x)
        self.taken: NDArray[np.int64] = distinct.astype(np.int64)
        self.x, self.t, self.n = (column.astype(np.int64) for column in (h.x, h.t_x, h.n))
        self.steps = int(self.n.max(initial=0))
        self.until = np.arange(self.steps)
        self.missed = self.until - self.taken[:, None]
        self.may_end = self.missed >= 0
        self.missed = np.maximum(self.missed, 0)

    def parts(self, alpha: float, beta: float, gamma: float, delta: float) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Log chances of each history with the customer there to the end, and gone before; and, by distinct x, of x
        bought until each j and gone then: in [FHS] the first term of the likelihood, its sum, and the terms of that."""
        a, b, ab, d, gd = (rising(z, self.steps + 1) for z in (alpha, beta, alpha + beta, delta, gamma + delta))
        there = a[self.x] + b[self.n - self.x] - ab[self.n] + d[self.n] - gd[self.n]
        ends = np.log(gamma) + d[:-2] - gd[1:-1] - ab[:-2] + a[self.taken][:, None] + b[self.missed]
        ends = np.where(self.may_end, ends, -np.inf)
        onwards = np.full((len(self.taken), self.steps + 1), -np.inf)
        np.logaddexp.accumulate(ends[:, ::-1], axis=1, out=onwards[:, -2::-1])
        gone = np.full(len(self.x), -np.inf)
        some = self.t < self.n
        row, from_t = self.row[some], onwards[self.row[some], self.t[some]]
        gone[some] = from_t + np.log1p(-np.exp(onwards[row, self.n[some]] - from_t))
        return there, gone, ends


class _Likelihood:
    """The mean negative log-likelihood of grouped histories, as a function of log (alpha, beta, gamma, delta)."""

    def __init__(self, h: Opportunities) -> None:
        self.paths, self.w = _Paths(h), h.customers
        self.total, self.repeaters = float(self.w.sum()), float(self.w[h.x > 0].sum())

    def __call__(self, logs: FloatArray) -> tuple[float, FloatArray]:
        alpha, beta, gamma, delta = np.exp(logs)
        there, gone, ends = self.paths.parts(alpha, beta, gamma, delta)
        log_chance = np.logaddexp(there, gone)
        here, ended = self.w * np.exp(there - log_chance), self._ended(ends, log_chance)
        q, steps = self.paths, self.paths.steps + 1
        a, b, ab, d, gd = (rising_slope(z, steps) for z in (alpha, beta, alpha + beta, delta, gamma + delta))
        by_x, by_j = ended.sum(axis=1), ended.sum(axis=0)
        together = here @ ab[q.n] + by_j @ ab[:-2]
        leaving = here @ gd[q.n] + by_j @ gd[1:-1]
        slopes = [
            here @ a[q.x] + by_x @ a[q.taken] - together,
            here @ b[q.n - q.x] + (ended * b[q.missed]).sum() - together,
            by_j.sum() / gamma - leaving,
            here @ d[q.n] + by_j @ d[:-2] - leaving,
        ]
        return -float(self.w @ log_chance) / self.total, -np.array(slopes) * np.exp(logs) / self.total

    def without_dropout(self, logs: FloatArray) -> tuple[float, FloatArray]:
        """The same where nobody ever leaves: the beta-binomial, a function of log (alpha, beta)."""
        alpha, beta = np.exp(logs)
        q, missed, steps = self.paths, self.paths.n - self.paths.x, self.paths.steps
        value = self.w @ (rising(alpha, steps)[q.x] + rising(beta, steps)[missed] - rising(alpha + beta, steps)[q.n])
        together = self.w @ rising_slope(alpha + beta, steps)[q.n]
        by_alpha = self.w @ rising_slope(alpha, steps)[q.x] - together
        by_beta = self.w @ rising_slope(beta, steps)[missed] - together
        return -float(value) / self.total, -np.array([by_alpha * alpha, by_beta * beta]) / self.total

    def share_gone(self, logs: FloatArray) -> float:
        """The share of repeat buyers who have left, by these parameters."""
        there, gone, _ = self.paths.parts(*np.exp(logs))
        back = self.paths.x > 0
        return float(self.w[back] @ np.exp(gone - np.logaddexp(there, gone))[back]) / self.repeaters

    def _ended(self, ends: FloatArray, log_chance: FloatArray) -> FloatArray:
        """How many customers of each distinct x were gone after each j: what the sums of `_Paths` weigh, turned round.

        Those with t_x ≤ j less those with n ≤ j. Both are at most the customers there are, so nothing is lost.
        """
        q = self.paths
        reached, over = (np.full((len(q.taken), q.steps + 1), -np.inf) for _ in range(2))
        per_chance = np.log(self.w) - log_chance
        np.logaddexp.at(reached, (q.row, q.t), per_chance)
        np.logaddexp.at(over, (q.row, q.n), per_chance)
        sums = (np.logaddexp.accumulate(column, axis=1)[:, :-1] for column in (reached, over))
        begun, closed = (np.exp(ends + column) for column in sums)
        return np.asarray(np.maximum(begun - closed, 0.0))


def _fitted(grouped: Opportunities, few_repeat_buyers: int) -> BGBBParams:
    likelihood = _Likelihood(grouped)
    fitted = fit_logs(likelihood, None, likelihood.total, _SOUGHT)
    alpha, beta, gamma, delta = np.exp(fitted.logs).tolist()
    return BGBBParams(
        *(alpha, beta, gamma, delta),
        log_likelihood=float(-fitted.best.value * likelihood.total),
        customers=round(likelihood.total),
        histories=len(grouped),
        standard_errors=fitted.standard_errors([alpha, beta, gamma, delta]),
        covariance=fitted.covariance_rows(),
        notes=(*_odd(likelihood, fitted, few_repeat_buyers), *fitted.notes),
    )


def _odd(likelihood: _Likelihood, fitted: Fitted, few_repeat_buyers: int) -> list[str]:
    best, matrix = fitted.best, _SOUGHT.matrix[:2, :2]
    alpha, beta, gamma, delta = np.exp(fitted.logs)
    # Leaving is "detected" when it explains the data better by 2 log-likelihood units; asked only where few have left.
    staying = False
    if likelihood.share_gone(fitted.logs) < 0.1:
        without = minimise(turned(likelihood.without_dropout, matrix), best.at[:2], _SOUGHT.bounds[:2])
        staying = likelihood.total * (without.value - best.value) < 2
    met = {
        "too_few_repeat_buyers": likelihood.repeaters < few_repeat_buyers,
        "no_opportunity_missed": bool((likelihood.paths.x == likelihood.paths.n).all()),
        "no_dropout_detected": staying,
        "purchase_rates_alike": _alike(alpha, beta),
        "dropout_alike": _alike(gamma, delta),
    }
    return [note for note, true in met.items() if true]


def _alike(a: float, b: float) -> bool:
    """Is the spread of a Beta(a, b) less than a tenth of its mean?"""
    return bool(b / (a * (a + b + 1)) < 0.01)


def _nobody_came_back(grouped: Opportunities) -> BGBBParams:
    chances = max(float(grouped.customers @ grouped.n), 1.0)
    customers, notes = round(float(grouped.customers.sum())), ("no_repeat_purchases",)
    return BGBBParams(1.0, 2 * chances - 1, 1.0, 3.0, customers=customers, histories=len(grouped), notes=notes)
