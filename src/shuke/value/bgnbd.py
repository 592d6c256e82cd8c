"""BG/NBD: how often will each customer come back, and who has left, when nobody says goodbye?

Sources: Fader, Hardie & Lee, "Counting Your Customers the Easy Way: An Alternative to the Pareto/NBD Model", Marketing
Science 24 (2005), cited as [FHL]; their "Implementing the BG/NBD Model in Excel" and the 2004 derivations, as [note];
Fader & Hardie, "Computing P(alive) Using the BG/NBD Model" (2008), as [alive].
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaincinv, betaln, expit, gammaln, log_expit, logit, psi

from shuke.value.fitting import Coordinates, Fitted, checked, fit_logs, minimise, turned
from shuke.value.histories import FloatArray, Histories, distinct_rows, distinct_values, read_histories, whole_counts

FEW_REPEAT_BUYERS = 30
_THINNED = 10_000  # repeat histories that a first fit looks at
_CHUNK = 1 << 13  # rows at a time: stays in the processor's cache, and below the size where BLAS starts threads

# Sought are r, the mean time between purchases alpha/r, the odds of leaving at a purchase a/b, and how alike customers
# are in that, sqrt(a b); in units of the mean time per purchase, from r = alpha = a = 1, b = 3.
_SOUGHT = Coordinates(
    matrix=[[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 0.5, 1], [0, 0, -0.5, 1]],
    bounds=[(0.002, 1e4), (1e-6, 1e6), (1e-6, 1e3), (1e-2, 1e4)],
    start=[1, 1, 1 / 3, 3**0.5],
)


@dataclass(frozen=True)
class BGNBDParams:
    """What a `BGNBD` learned, ready for JSON.

    Purchase rates are Gamma(r, alpha) over customers (mean r/alpha per unit of time), the chance of leaving after a
    purchase is Beta(a, b). ``standard_errors`` are of (r, alpha, a, b); ``covariance`` of their logarithms, held
    plausible along ridges (`shuke.value.fitting.covariance`); both None when not estimated.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float | None = None
    customers: int = 0
    histories: int = 0
    standard_errors: tuple[float, ...] | None = None
    covariance: tuple[tuple[float, ...], ...] | None = None
    notes: tuple[str, ...] = ()


class BGNBD:
    """How often will each customer buy again, and is the customer still there?

    While a customer is active, purchases come at random at the customer's own steady rate.
    After each purchase the customer may leave for good, with the customer's own chance.
    Rates and chances differ between customers; how they differ is learned from all histories together.

    Times and horizons are in one unit, any: the unit of ``t_x`` and ``T``. Who bought once cannot have left in this
    model (leaving happens at repeat purchases), so one-time buyers have P(alive) = 1: read theirs with care.

    >>> histories = {"x": [0, 2, 5, 9], "t_x": [0, 30.4, 33.0, 38.0], "T": [38.9] * 4, "customers": [60, 12, 5, 2]}
    >>> model = BGNBD().fit(histories)
    >>> model.params_.customers, model.params_.notes
    (79, ('too_few_repeat_buyers', 'no_dropout_detected', 'weakly_known'))
    >>> model.expected_purchases(histories, horizon=39).round(1).tolist()
    [0.1, 1.8, 4.4, 7.8]

    Source: Fader, Hardie & Lee 2005 [FHL] and their note of 2004.
    """

    params_: BGNBDParams

    def __init__(self, *, few_repeat_buyers: int = FEW_REPEAT_BUYERS) -> None:
        self.few_repeat_buyers = few_repeat_buyers

    @classmethod
    def from_params(cls, params: BGNBDParams) -> Self:
        """A model with parameters known from elsewhere: published, or kept from an earlier run.

        >>> model = BGNBD.from_params(BGNBDParams(r=0.243, alpha=4.414, a=0.793, b=2.426))
        >>> round(model.expected_purchases_new(52), 3)
        1.446
        """
        model = cls()
        model.params_ = params
        return model

    def fit(self, histories: object) -> Self:
        """Learn how customers differ, by maximum likelihood over grouped histories (x, t_x, T[, customers]).

        Odd data is never refused; ``params_.notes`` says what was met and done:

        - ``no_repeat_purchases``: nobody came back. Not estimated: half a purchase over all time, r = a = 1, b = 3;
        - ``too_few_repeat_buyers``: fewer than ``few_repeat_buyers``; estimated, but better not relied on;
        - ``no_dropout_detected``: leaving explains the data no better than staying does; a/b is then only an upper
          guess, held above 1e-6;
        - ``purchase_rates_alike``, ``dropout_alike``: customers differ in it by less than a tenth of its mean;
        - ``weakly_known``: the likelihood is flat in some direction; forecasts hold better than single parameters;
        - ``not_converged``: the slope is not flat at the end; refit or use `shuke.value.naive.NaiveRate`.

        Raises InputError for missing columns or impossible histories, nothing else.
        """
        grouped = read_histories(histories).grouped()
        back = grouped.customers @ grouped.x > 0
        self.params_ = _fitted(grouped, self.few_repeat_buyers) if back else _nobody_came_back(grouped)
        return self

    def probability_alive(self, histories: object) -> FloatArray:
        """What is the chance that each customer is still active now? Shape (n,), in [0, 1]; 1 where x = 0.

        >>> model = BGNBD.from_params(BGNBDParams(r=0.24259, alpha=4.41353, a=0.79289, b=2.42575))
        >>> model.probability_alive({"x": [2, 0], "t_x": [30.43, 0], "T": [38.86, 38.86]}).round(4).tolist()
        [0.7266, 1.0]
        """
        return np.asarray(expit(-self._log_odds_gone(read_histories(histories))))

    def expected_purchases(self, histories: object, horizon: float) -> FloatArray:
        """How many purchases will each customer make within ``horizon`` units of time from now? Shape (n,).

        [FHL] eq. 10: P(alive) times what a customer of r+x, alpha+T, a, b+x would make from the start.
        """
        checked(horizon, "horizon", least=0)
        return self._forecast(histories, lambda x, T: self._if_alive(x, T, horizon))

    def discounted_purchases(self, histories: object, horizon: float, rate: float) -> FloatArray:
        """As `expected_purchases`, each purchase at time s from now counted exp(-rate * s). Shape (n,).

        ``rate`` is continuous, per unit of time: log(1.1)/365.25 for 10 % a year on days. With E(s) the purchases
        expected within s, the integral of exp(-rate s) dE(s) is taken by parts, by Gauss's rule in 10 points.
        """
        checked(horizon, "horizon", least=0)
        checked(rate, "rate", least=0)
        return self._forecast(histories, lambda x, T: self._discounted_if_alive(x, T, horizon, rate))

    def expected_purchases_new(self, horizon: float) -> float:
        """How many purchases will a customer won today make after the first, within ``horizon``? [FHL] eq. 9."""
        checked(horizon, "horizon", least=0)
        return float(self._if_alive(np.zeros(1), np.zeros(1), horizon)[0])

    def probability_of_purchases(self, histories: object, n: int, horizon: float) -> FloatArray:
        """What is the chance that each customer buys exactly ``n`` times within ``horizon``? Shape (n,).

        n = 0 is the chance of no purchase at all: gone, or there and not buying.

        >>> model = BGNBD.from_params(BGNBDParams(r=0.24259, alpha=4.41353, a=0.79289, b=2.42575))
        >>> model.probability_of_purchases({"x": [2], "t_x": [30.43], "T": [38.86]}, 0, 39).round(3).tolist()
        [0.445]
        """
        read = read_histories(histories)
        return np.exp(self.log_probability_of_purchases(read, np.full(len(read), n), horizon))

    def log_probability_of_purchases(self, histories: object, n: ArrayLike, horizon: float) -> FloatArray:
        """How well was each customer's own count ``n`` (shape (n,)) foreseen? The log of its chance, ≤ 0.

        Given alive, the future is that of a new customer with r+x, alpha+T, a, b+x, so [FHL] eq. 8 applies.
        Finite for any whole n ≥ 0 as long as the horizon is above 0.
        """
        checked(horizon, "horizon", above=0)
        read = read_histories(histories)
        counts = whole_counts(n, len(read))
        first, group = distinct_rows(read.x, read.T, counts)
        if_alive = self._log_chance_if_alive(read.x[first], read.T[first], counts[first], horizon)[group]
        odds = self._log_odds_gone(read)
        gone = np.where(counts == 0, log_expit(odds), -np.inf)
        return np.asarray(np.minimum(np.logaddexp(log_expit(-odds) + if_alive, gone), 0.0))

    def next_purchase_due(self, histories: object) -> FloatArray:
        """If still active, by when will each customer have bought again, with a chance of one half? Shape (n,).

        In units of time from now. The wait is exponential with a rate Gamma(r+x, alpha+T), so its median is
        (alpha + T)(2^(1/(r+x)) - 1).
        """
        read, p = read_histories(histories), self.params_
        return np.asarray((p.alpha + read.T) * np.expm1(np.log(2) / (p.r + read.x)))

    def _forecast(self, histories: object, if_alive: Callable[[FloatArray, FloatArray], FloatArray]) -> FloatArray:
        """P(alive) times a forecast that depends on x and T only, made once per distinct pair."""
        read = read_histories(histories)
        first, group = distinct_rows(read.x, read.T)
        return self.probability_alive(read) * if_alive(read.x[first], read.T[first])[group]

    def _log_odds_gone(self, h: Histories) -> FloatArray:
        p = self.params_  # [alive] eq. 6, as log odds; -inf for one-time buyers, who cannot have left
        gap = np.log(p.alpha + h.T) - np.log(p.alpha + h.t_x)
        odds = np.log(p.a) - np.log(p.b + np.maximum(h.x, 1) - 1) + (p.r + h.x) * gap
        return np.where(h.x > 0, odds, -np.inf)

    def _if_alive(self, x: FloatArray, T: FloatArray, horizon: float) -> FloatArray:
        """Expected purchases of those alive: [FHL] eq. 9 with r+x, alpha+T, a, b+x."""
        p = self.params_
        # The series is quick, but its terms grow where a or r is large, and are many for long horizons.
        series = (horizon < 32 * (p.alpha + T)) & (p.a <= 10) & (p.a + p.b - 1 - p.r > -2)
        expected = np.empty(len(x))
        for where, method in ((series, _by_series), (~series, _by_quadrature)):
            chosen = np.flatnonzero(where)
            for chunk in np.split(chosen, range(_CHUNK, len(chosen), _CHUNK)):
                expected[chunk] = method(p, x[chunk], T[chunk], horizon)
        return expected

    def _discounted_if_alive(self, x: FloatArray, T: FloatArray, horizon: float, rate: float) -> FloatArray:
        expected = self._if_alive(x, T, horizon)
        total = np.exp(-rate * horizon) * expected
        points, weights = np.polynomial.legendre.leggauss(10 if rate > 0 else 1)
        for u, weight in zip((points + 1) / 2, weights, strict=True):  # s = horizon u², ds = 2 horizon u du
            known = self._if_alive(x, T, float(horizon * u**2))
            total += rate * weight * horizon * u * np.exp(-rate * horizon * u**2) * known
        return np.asarray(np.minimum(total, expected))

    def _log_chance_if_alive(self, x: FloatArray, T: FloatArray, n: FloatArray, horizon: float) -> FloatArray:
        p = self.params_
        r, alpha, b = p.r + x, p.alpha + T, p.b + x
        # Gamma(r+n) / (Gamma(r) n!) (alpha/(alpha+t))^r (t/(alpha+t))^n: n purchases, none of which was the last
        staying = -betaln(r, n + 1) - np.log(r + n) - r * np.log1p(horizon / alpha) - n * np.log1p(alpha / horizon)
        stays = betaln(p.a, b + n) - betaln(p.a, b) + staying
        # [FHL] eq. 8, second part: left at the n-th, whatever would have come after it
        k = np.maximum(n, 1)
        at_least = _log_at_least(k, r, horizon / (alpha + horizon), staying)
        leaves = betaln(p.a + 1, b + k - 1) - betaln(p.a, b) + at_least
        return np.asarray(np.where(n > 0, np.logaddexp(stays, leaves), stays))


def _by_series(p: BGNBDParams, x: FloatArray, T: FloatArray, t: float) -> FloatArray:
    """[FHL] eq. 9 for r+x, alpha+T, a, b+x, after Euler's transformation, and with the factor a-1 divided out.

    (alpha/(alpha+t))^r 2F1(r, b; c; z) = (1-z)^(a-1) 2F1(c-r, a-1; c; z), with c = a+b+x-1 and z = t/(alpha+T+t): x
    is left in c alone, so nothing overflows. As 2F1 = 1 + (a-1)(...), a = 1 is an ordinary point.
    """
    log_rest = np.log1p(-t / (p.alpha + T + t))  # log(1 - z)
    c = p.a + p.b + x - 1
    staying = c * (-np.expm1((p.a - 1) * log_rest) / (p.a - 1) if p.a != 1 else -log_rest)
    series = _series(p.a + p.b - 1 - p.r, p.a, c + 1, -np.expm1(log_rest))
    return np.maximum(staying - np.exp((p.a - 1) * log_rest) * series, 0.0)


def _series(first: float, second: float, third: FloatArray, z: FloatArray) -> FloatArray:
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
            if not len(live):
                break
    return total


def _by_quadrature(p: BGNBDParams, x: FloatArray, T: FloatArray, t: float) -> FloatArray:
    """The same expectation for any parameters: over the chance q of leaving, Beta(a, b+x), [FHL] eq. 5 and 9 give

    E = E[g(q)], g(q) = (1 - (1 + q t/(alpha+T))^-(r+x)) / q. The line from g(0) to g(1) is integrated exactly; what
    is left vanishes at both ends, and in y = logit(q) the trapezoidal rule is exact to rounding.
    """
    values, group = np.unique(x, return_inverse=True)
    r, ratio = p.r + x[:, None], (t / (p.alpha + T))[:, None]
    low = logit(betaincinv(p.a + 1, p.b + values + 1, 1e-17))
    high = -logit(betaincinv(p.b + values + 1, p.a + 1, 1e-17))
    y = np.linspace(low, high, 257, axis=1)
    b = (p.b + values)[:, None]
    weight = np.exp(p.a * log_expit(y) + b * log_expit(-y) - betaln(p.a, b)) * (y[:, 1:2] - y[:, :1])
    q = expit(y)[group]
    at_0, at_1 = r * ratio, -np.expm1(-r * np.log1p(ratio))
    rest = -np.expm1(-r * np.log1p(q * ratio)) / q - at_0 - (at_1 - at_0) * q
    line = at_0 + (at_1 - at_0) * (p.a / (p.a + p.b + x))[:, None]
    return np.asarray(np.maximum(line[:, 0] + (weight[group] * rest).sum(axis=1), 0.0))


def _log_at_least(k: FloatArray, r: FloatArray, z: FloatArray, log_chance: FloatArray) -> FloatArray:
    """Log chance of k or more by a negative binomial: 1 - sum over j < k in [FHL] eq. 8. Where that underflows, the
    chance of exactly k times the geometric series that bounds the rest."""
    chance = betainc(k, r, z)
    tail = log_chance - np.log1p(-np.minimum(z * (r + k) / (k + 1), 0.99))
    return np.where(chance > 1e-280, np.log(np.maximum(chance, 1e-280)), tail)


class _Likelihood:
    """The mean negative log-likelihood of grouped histories, as a function of log (r, alpha, a, b).

    What depends on x, t_x or T alone is computed once per distinct value; only the odds of having left, and only of
    repeat buyers, are computed per history. Time is scaled by ``unit``, the time per purchase.
    """

    def __init__(self, h: Histories) -> None:
        w = h.customers
        self.total, self.repeaters = float(w.sum()), float(w[h.x > 0].sum())
        self.purchases = float(w @ h.x)
        self.unit = float(w @ h.T) / self.purchases
        self.x, x_of = distinct_values(h.x)
        self.T, T_of = distinct_values(h.T)
        self.w_x, self.w_T, self.wx_T = np.bincount(x_of, w), np.bincount(T_of, w), np.bincount(T_of, w * h.x)
        back = np.flatnonzero(h.x > 0)
        self.t, t_of = distinct_values(h.t_x[back])
        self.T, self.t = self.T / self.unit, self.t / self.unit
        # of repeat buyers: customers, x, and places among the distinct x, T and t_x
        self.repeats: list[NDArray[Any]] = [w[back], h.x[back], x_of[back], T_of[back], t_of]

    def thinned(self) -> _Likelihood | None:
        """A likeness that has every k-th repeat history stand for k; None where there are few anyway."""
        step = len(self.repeats[0]) // _THINNED
        if step < 2:
            return None
        rough = copy(self)
        rough.repeats = [column[step // 2 :: step] for column in self.repeats]
        rough.repeats[0] = rough.repeats[0] * (self.repeaters / rough.repeats[0].sum())
        return rough

    def __call__(self, logs: FloatArray) -> tuple[float, FloatArray]:
        r, alpha, a, b = np.exp(logs)
        value, by_r, by_alpha = self._purchasing(r, alpha)
        # log A2 of [note], per distinct x
        value += float(self.w_x @ (betaln(a, b + self.x) - betaln(a, b)))
        by_a = self.w_x @ (psi(a + b) - psi(a + b + self.x))
        by_b = by_a + self.w_x @ (psi(b + self.x) - psi(b))
        inverse_T, inverse_t = 1 / (alpha + self.T), 1 / (alpha + self.t)
        gone_x = np.zeros(len(self.x))
        for w, x, x_of, T_of, t_of, gone, gap, softplus in self._gone(r, alpha, a, b):
            value += float(w @ softplus)
            gone *= w
            gone_x += np.bincount(x_of, gone, minlength=len(self.x))
            by_r += float(gone @ gap)
            gone *= x + r
            by_alpha += float(gone @ (inverse_T[T_of] - inverse_t[t_of]))
        by_a += gone_x.sum() / a
        by_b -= gone_x @ (1 / (b + np.maximum(self.x, 1) - 1))
        return -value / self.total, -np.array([by_r * r, by_alpha * alpha, by_a * a, by_b * b]) / self.total

    def without_dropout(self, logs: FloatArray) -> tuple[float, FloatArray]:
        """The same where nobody ever leaves: the NBD, a function of log (r, alpha)."""
        r, alpha = np.exp(logs)
        value, by_r, by_alpha = self._purchasing(r, alpha)
        return -value / self.total, -np.array([by_r * r, by_alpha * alpha]) / self.total

    def share_gone(self, logs: FloatArray) -> float:
        """The share of repeat buyers who have left, by these parameters."""
        return sum(float(chunk[0] @ chunk[5]) for chunk in self._gone(*np.exp(logs))) / self.repeaters

    def _purchasing(self, r: float, alpha: float) -> tuple[float, float, float]:
        """Log A1 and A3 of [note], summed, and their derivatives by r and alpha."""
        log_T = np.log(alpha + self.T)
        value = self.w_x @ (gammaln(r + self.x) - gammaln(r)) + self.total * r * np.log(alpha)
        value -= r * (self.w_T @ log_T) + self.wx_T @ log_T
        by_r = self.w_x @ (psi(r + self.x) - psi(r)) + self.total * np.log(alpha) - self.w_T @ log_T
        by_alpha = self.total * r / alpha - (r * self.w_T + self.wx_T) @ (1 / (alpha + self.T))
        return float(value), float(by_r), float(by_alpha)

    def _gone(self, r: float, alpha: float, a: float, b: float) -> Iterator[list[NDArray[Any]]]:
        """Chunks of ``repeats``, and with each: chance of having left, log((alpha+T)/(alpha+t_x)), log(1 + odds)."""
        log_T, log_t = np.log(alpha + self.T), np.log(alpha + self.t)
        log_a = np.log(a) - np.log(b + np.maximum(self.x, 1) - 1)
        for start in range(0, len(self.repeats[0]), _CHUNK):
            w, x, x_of, T_of, t_of = (column[start : start + _CHUNK] for column in self.repeats)
            gap = log_T[T_of] - log_t[t_of]
            odds = (x + r) * gap + log_a[x_of]
            small = np.exp(-np.abs(odds))
            gone = np.where(odds > 0, 1.0, small) / (1 + small)
            yield [w, x, x_of, T_of, t_of, gone, gap, np.maximum(odds, 0) + np.log1p(small)]


def _fitted(grouped: Histories, few_repeat_buyers: int) -> BGNBDParams:
    likelihood = _Likelihood(grouped)
    fitted = fit_logs(likelihood, likelihood.thinned(), likelihood.total, _SOUGHT)
    r, alpha, a, b = (np.exp(fitted.logs) * [1, likelihood.unit, 1, 1]).tolist()
    return BGNBDParams(
        *(r, alpha, a, b),
        # a density of times: one factor of the unit per purchase
        float(-fitted.best.value * likelihood.total - likelihood.purchases * np.log(likelihood.unit)),
        customers=round(likelihood.total),
        histories=len(grouped),
        standard_errors=fitted.standard_errors([r, alpha, a, b]),
        covariance=fitted.covariance_rows(),
        notes=(*_odd(likelihood, fitted, few_repeat_buyers), *fitted.notes),
    )


def _odd(likelihood: _Likelihood, fitted: Fitted, few_repeat_buyers: int) -> list[str]:
    best, matrix = fitted.best, _SOUGHT.matrix[:2, :2]
    r, _, a, b = np.exp(fitted.logs)
    # Leaving is "detected" when it explains the data better by 2 log-likelihood units; asked only where few have left.
    staying = False
    if likelihood.share_gone(fitted.logs) < 0.1:
        without = minimise(turned(likelihood.without_dropout, matrix), best.at[:2], _SOUGHT.bounds[:2])
        staying = likelihood.total * (without.value - best.value) < 2
    met = (likelihood.repeaters < few_repeat_buyers, staying, r > 100, b / (a * (a + b + 1)) < 0.01)
    notes = ("too_few_repeat_buyers", "no_dropout_detected", "purchase_rates_alike", "dropout_alike")
    return [note for note, true in zip(notes, met, strict=True) if true]


def _nobody_came_back(grouped: Histories) -> BGNBDParams:
    customers, time = float(grouped.customers.sum()), float(grouped.customers @ grouped.T) or 1.0
    notes = ("no_repeat_purchases",)
    return BGNBDParams(1.0, 2 * time, 1.0, 3.0, customers=round(customers), histories=len(grouped), notes=notes)
