"""NBD: how often will each customer come back, if nobody ever leaves?

Sources: Ehrenberg, "The Pattern of Consumer Purchases", Applied Statistics 8 (1959); Morrison & Schmittlein,
"Generalizing the NBD Model for Customer Purchases: What Are the Implications and Is It Worth the Effort?", Journal of
Business & Economic Statistics 6 (1988), cited as [MS], for what a history says of the rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, gammaln, psi

from shuke.value._distinct import distinct_values
from shuke.value.fitting import Coordinates, checked, fit_logs
from shuke.value.histories import FloatArray, Histories, read_histories, whole_counts

# Sought are r and the mean time between purchases alpha/r, in units of the mean time per purchase.
_SOUGHT = Coordinates(matrix=[[1, 0], [1, 1]], bounds=[(0.002, 1e4), (1e-6, 1e6)], start=[1, 1])


@dataclass(frozen=True)
class NBDParams:
    """What an `NBD` learned, ready for JSON: purchase rates are Gamma(r, alpha) over customers (mean r/alpha per unit
    of time). ``standard_errors`` are of (r, alpha), ``covariance`` of their logs; both None when not estimated."""

    r: float
    alpha: float
    log_likelihood: float | None = None
    customers: int = 0
    histories: int = 0
    standard_errors: tuple[float, ...] | None = None
    covariance: tuple[tuple[float, ...], ...] | None = None
    notes: tuple[str, ...] = ()


class NBD:
    """How often will each customer buy again, if nobody ever leaves?

    Purchases come at random at the customer's own steady rate, for good; rates differ between customers.
    A long silence is then nothing but luck, so this is the other end of what may be believed of silent customers: too
    bright for most, and right for those who were written off and come back (`shuke.value.stacked`).

    Times and horizons are in one unit, any: the unit of ``t_x`` and ``T``.

    >>> model = NBD.from_params(NBDParams(r=0.5, alpha=10.0))
    >>> model.expected_purchases({"x": [2, 0], "t_x": [30, 0], "T": [40, 40]}, horizon=20).tolist()
    [1.0, 0.2]

    Source: Ehrenberg 1959.
    """

    params_: NBDParams

    def __init__(self) -> None:
        """No settings."""

    @classmethod
    def from_params(cls, params: NBDParams) -> Self:
        """A model with parameters known from elsewhere: published, or kept from an earlier run."""
        model = cls()
        model.params_ = params
        return model

    def fit(self, histories: object) -> Self:
        """Learn how rates differ, by maximum likelihood over grouped histories (x, t_x, T[, customers]).

        Odd data is never refused; ``params_.notes`` says what was met and done: ``no_repeat_purchases`` (not estimated:
        half a purchase over all time), ``purchase_rates_alike``, ``weakly_known``, ``not_converged``.
        """
        grouped = read_histories(histories, covariates=()).grouped()
        if not grouped.customers @ grouped.x > 0:
            time = float(grouped.customers @ grouped.T) or 1.0
            notes = ("no_repeat_purchases",)
            customers = round(float(grouped.customers.sum()))
            self.params_ = NBDParams(1.0, 2 * time, customers=customers, histories=len(grouped), notes=notes)
            return self
        likelihood = _Likelihood(grouped)
        fitted = fit_logs(likelihood, None, likelihood.total, _SOUGHT)
        r, alpha = (np.exp(fitted.logs) * [1, likelihood.unit]).tolist()
        self.params_ = NBDParams(
            *(r, alpha),
            # a density of times: one factor of the unit per purchase
            float(-fitted.best.value * likelihood.total - likelihood.purchases * np.log(likelihood.unit)),
            customers=round(likelihood.total),
            histories=len(grouped),
            standard_errors=fitted.standard_errors([r, alpha]),
            covariance=fitted.covariance_rows(),
            notes=(*(("purchase_rates_alike",) if r > 100 else ()), *fitted.notes),
        )
        return self

    def probability_alive(self, histories: object) -> FloatArray:
        """Ones: nobody leaves. Shape (n,)."""
        return np.ones(len(read_histories(histories)))

    def expected_purchases(self, histories: object, horizon: float) -> FloatArray:
        """How many purchases will each customer make within ``horizon``? (r + x)/(alpha + T) a unit of time, [MS]."""
        return self._rate(read_histories(histories)) * checked(horizon, "horizon", least=0)

    def expected_purchases_new(self, horizon: float) -> float:
        """How many purchases will a customer won today make after the first, within ``horizon``?"""
        return self.params_.r / self.params_.alpha * checked(horizon, "horizon", least=0)

    def discounted_purchases(self, histories: object, horizon: float, rate: float) -> FloatArray:
        """As `expected_purchases`, each purchase at time s from now counted exp(-rate * s). Shape (n,)."""
        checked(horizon, "horizon", least=0)
        checked(rate, "rate", least=0)
        counted = -np.expm1(-rate * horizon) / rate if rate > 0 else horizon
        return np.asarray(self._rate(read_histories(histories)) * counted)

    def residual_purchases(self, histories: object, rate: float) -> FloatArray:
        """As `discounted_purchases` without an end; ``rate`` must be above 0. Shape (n,)."""
        return np.asarray(self._rate(read_histories(histories)) / checked(rate, "rate", above=0))

    def probability_of_purchases(self, histories: object, n: int, horizon: float) -> FloatArray:
        """What is the chance that each customer buys exactly ``n`` times within ``horizon``? Shape (n,)."""
        read = read_histories(histories)
        return np.exp(self.log_probability_of_purchases(read, np.full(len(read), n), horizon))

    def log_probability_of_purchases(self, histories: object, n: ArrayLike, horizon: float) -> FloatArray:
        """The log of the chance of each customer's own count ``n`` (shape (n,)): negative binomial, [MS]."""
        checked(horizon, "horizon", above=0)
        read = read_histories(histories)
        counts = whole_counts(n, len(read))
        r, alpha = self.params_.r + read.x, self.params_.alpha + read.T
        ways = -betaln(r, counts + 1) - np.log(r + counts)  # Gamma(r + n) / (Gamma(r) n!)
        log = ways - r * np.log1p(horizon / alpha) - counts * np.log1p(alpha / horizon)
        return np.asarray(np.minimum(log, 0.0))

    def expected_lifetime(self, histories: object, horizon: float) -> FloatArray:
        """How much of the next ``horizon`` will each customer still be active? All of it. Shape (n,)."""
        return np.full(len(read_histories(histories)), checked(horizon, "horizon", least=0))

    def next_purchase_due(self, histories: object) -> FloatArray:
        """By when will each customer have bought again, with a chance of one half? (alpha+T)(2^(1/(r+x)) - 1)."""
        read, p = read_histories(histories), self.params_
        return np.asarray((p.alpha + read.T) * np.expm1(np.log(2) / (p.r + read.x)))

    def _rate(self, h: Histories) -> FloatArray:
        return np.asarray((self.params_.r + h.x) / (self.params_.alpha + h.T))


class _Likelihood:
    """The mean negative log-likelihood by log (r, alpha), from what depends on x alone and on T alone; time in units
    of ``unit``, the time per purchase."""

    def __init__(self, h: Histories) -> None:
        w = h.customers
        self.total, self.purchases = float(w.sum()), float(w @ h.x)
        self.unit = float(w @ h.T) / self.purchases
        self.x, x_of = distinct_values(h.x)
        T, T_of = distinct_values(h.T)
        self.T, self.w_x = T / self.unit, np.bincount(x_of, w)
        self.w_T, self.wx_T = np.bincount(T_of, w), np.bincount(T_of, w * h.x)

    def __call__(self, logs: FloatArray) -> tuple[float, FloatArray]:
        r, alpha = np.exp(logs)
        log_T, by_T = np.log(alpha + self.T), r * self.w_T + self.wx_T
        value = self.w_x @ (gammaln(r + self.x) - gammaln(r)) + self.total * r * np.log(alpha) - by_T @ log_T
        by_r = self.w_x @ (psi(r + self.x) - psi(r)) + self.total * np.log(alpha) - self.w_T @ log_T
        by_alpha = self.total * r / alpha - by_T @ (1 / (alpha + self.T))
        return -float(value) / self.total, -np.array([by_r * r, by_alpha * alpha]) / self.total
