"""Pareto/NBD: how often will each customer come back, when anyone may leave for good at any time?

Sources: Schmittlein, Morrison & Colombo, "Counting Your Customers: Who Are They and What Will They Do Next?",
Management Science 33 (1987); Fader & Hardie, "A Note on Deriving the Pareto/NBD Model and Related Expressions" (2005),
cited as [FH]; Fader, Hardie & Lee, "RFM and CLV: Using Iso-Value Curves for Customer Base Analysis", Journal of
Marketing Research 42 (2005), for the discounted residual purchases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from shuke.value._leaving_in_time import LeavingInTime
from shuke.value._lifetimes import Lifetime, Number, Slopes
from shuke.value.covariates import CovariateEffects, effects_of
from shuke.value.fitting import Coordinates
from shuke.value.histories import FloatArray


@dataclass(frozen=True)
class ParetoNBDParams:
    """What a `ParetoNBD` learned, ready for JSON.

    Purchase rates are Gamma(r, alpha) over customers (mean r/alpha per unit of time), dropout rates Gamma(s, beta).
    ``standard_errors`` are of (r, alpha, s, beta); ``covariance`` of their logarithms, held plausible along ridges
    (`shuke.value.fitting.covariance`); both None when not estimated. With covariates, alpha and beta are those where
    every covariate is 0, and ``effects`` say how they move.
    """

    r: float
    alpha: float
    s: float
    beta: float
    log_likelihood: float | None = None
    customers: int = 0
    histories: int = 0
    standard_errors: tuple[float, ...] | None = None
    covariance: tuple[tuple[float, ...], ...] | None = None
    notes: tuple[str, ...] = ()
    effects: CovariateEffects | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "effects", effects_of(self.effects))


@dataclass(frozen=True, eq=False)
class ParetoLifetime(Lifetime):
    """Exponential lifetimes whose rates are Gamma(s, beta) over customers: S(t) = (beta / (beta + t))^s, [FH] eq. 8."""

    s: Number
    beta: Number

    powers_of_time: ClassVar[tuple[int, ...]] = (0, 1)

    def log_survival(self, t: FloatArray) -> tuple[FloatArray, Slopes]:
        log = -self.s * np.log1p(t / self.beta)
        return log, (log, self.s * t / (self.beta + t))

    def log_density(self, t: FloatArray) -> tuple[FloatArray, Slopes]:
        reach = t + self.beta
        log_reach = np.log(reach)
        by_log_s = (1 + self.s * np.log(self.beta)) - self.s * log_reach
        by_log_beta = self.s - (self.s * self.beta + self.beta) / reach
        return by_log_s + (np.log(self.s) - 1) - log_reach, (by_log_s, by_log_beta)

    def hazard(self, t: FloatArray) -> FloatArray:
        return np.asarray(self.s / (self.beta + t))

    def decay(self, t: FloatArray) -> FloatArray:
        return np.asarray((self.s + 1) / (self.beta + t))

    def after(self, T: FloatArray) -> Self:
        return type(self)(self.s, self.beta + T)

    def time_within(self, horizon: float) -> FloatArray:
        """beta / (s - 1) (1 - (beta / (beta + horizon))^(s - 1)), [FH] eq. 29; s = 1 is an ordinary point."""
        if horizon == np.inf:
            return np.asarray(np.where(self.s > 1, self.beta / np.maximum(self.s - 1, 1e-300), np.inf))
        scale = np.log1p(horizon / self.beta)
        fall = np.asarray((self.s - 1) * scale)
        small = np.abs(fall) < 1e-8
        safe = np.where(small, 1.0, fall)
        return np.asarray(self.beta * scale * np.where(small, 1 - fall / 2, -np.expm1(-safe) / safe))

    def edge(self) -> Number:
        return self.beta

    def strip(self, _shift: FloatArray, /) -> Number:
        return np.pi


class ParetoNBD(LeavingInTime):
    """How often will each customer buy again, and is the customer still there?

    While a customer is active, purchases come at random at the customer's own steady rate.
    At any time the customer may leave for good, with the customer's own steady readiness.
    Rates and readiness differ between customers; how they differ is learned from all histories together.

    Times and horizons are in one unit, any: the unit of ``t_x`` and ``T``. Unlike in BG/NBD, who bought once may have
    left too.

    ``covariates`` names columns of the histories: numbers known of the customers that do not change. They move what is
    usual for customers like that, alpha_0 exp(-gamma_1'z) and beta_0 exp(-gamma_2'z) (Fader & Hardie, "Incorporating
    Time-Invariant Covariates into the Pareto/NBD and BG/NBD Models", 2007, `shuke.value.covariates`); histories must
    then have these columns in every question.

    >>> histories = {"x": [0, 2, 5, 9], "t_x": [0, 30.4, 33.0, 38.0], "T": [38.9] * 4, "customers": [60, 12, 5, 2]}
    >>> model = ParetoNBD().fit(histories)
    >>> model.params_.customers, model.params_.notes
    (79, ('too_few_repeat_buyers', 'no_dropout_detected', 'weakly_known'))
    >>> model.expected_purchases(histories, horizon=39).round(1).tolist()
    [0.1, 1.8, 4.4, 7.8]
    >>> published = ParetoNBDParams(r=0.5534, alpha=10.578, s=0.60625, beta=11.6692)
    >>> ParetoNBD.from_params(published).probability_alive({"x": [2], "t_x": [30.43], "T": [38.86]}).round(4).tolist()
    [0.8691]
    """

    params_: ParetoNBDParams
    _life = ParetoLifetime
    _params = ParetoNBDParams
    # Sought are r, the mean time between purchases alpha/r, the mean life beta/s as long as nobody has left, and s; in
    # units of the time per purchase.
    _sought = Coordinates(
        matrix=[[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 0, 1], [0, 0, 1, 1]],
        bounds=[(0.002, 1e4), (1e-6, 1e6), (1e-4, 1e6), (0.002, 1e4)],
        start=[1, 1, 1, 1],
    )
    _unknown = (1.0, 1.0)
