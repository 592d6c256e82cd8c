"""GGompertz/NBD: how often will each customer come back, when leaving grows likelier with time?

Source: Bemmaor & Glady, "Modeling Purchasing Behavior with Sudden 'Death': A Flexible Customer Lifetime Model",
Management Science 58 (2012), cited as [BG]; parameters named as in the R package CLVTools.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from shuke.value._in_time_futures import time_by_gauss
from shuke.value._leaving_in_time import LeavingInTime
from shuke.value._lifetimes import Lifetime, Number, Slopes
from shuke.value.covariates import CovariateEffects, effects_of
from shuke.value.fitting import Coordinates
from shuke.value.histories import FloatArray


@dataclass(frozen=True)
class GGompertzNBDParams:
    """What a `GGompertzNBD` learned, ready for JSON.

    Purchase rates are Gamma(r, alpha) over customers (mean r/alpha per unit of time). Customers leave at a rate that
    grows by a factor of e in each 1/b of time, from eta b at first, eta Gamma(s, beta) over customers.
    ``standard_errors`` are of (r, alpha, b, s, beta); ``covariance`` of their logarithms, held plausible along ridges
    (`shuke.value.fitting.covariance`); both None when not estimated. With covariates, alpha and beta are those where
    every covariate is 0, and ``effects`` say how they move.
    """

    r: float
    alpha: float
    b: float
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
class GGompertzLifetime(Lifetime):
    """Gompertz lifetimes whose scales are Gamma(s, beta) over customers: S(t) = (beta / (beta + e^(b t) - 1))^s, [BG]
    eq. 3.

    With m(t) = beta e^(-b t) + 1 - e^(-b t), of which nothing overflows, S = (beta / m)^s e^(-s b t), and the hazard is
    s b / m. As b and beta go to 0 together, this is the lifetime of Pareto/NBD, whose beta is then beta / b.
    """

    b: Number
    s: Number
    beta: Number

    powers_of_time: ClassVar[tuple[int, ...]] = (-1, 0, 0)

    def _mix(self, t: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """b t, 1 - e^(-b t) and m."""
        age = self.b * t
        gone = -np.expm1(-age)
        return age, gone, self.beta * np.exp(-age) + gone

    def log_survival(self, t: FloatArray) -> tuple[FloatArray, Slopes]:
        age, gone, m = self._mix(t)
        log = -self.s * (age + np.log(m / self.beta))
        return log, (-self.s * age / m, log, self.s * gone / m)

    def log_density(self, t: FloatArray) -> tuple[FloatArray, Slopes]:
        age, gone, m = self._mix(t)
        log_m, spread = np.log(m), gone / m
        survival = -self.s * (age + log_m - np.log(self.beta))
        by_log_b = 1 + age - (1 + self.s) * age / m
        by_log_beta = (1 + self.s) * spread - 1
        return survival + np.log(self.s * self.b) - log_m, (by_log_b, 1 + survival, by_log_beta)

    def hazard(self, t: FloatArray) -> FloatArray:
        return np.asarray(self.s * self.b / self._mix(t)[2])

    def decay(self, t: FloatArray) -> FloatArray:
        return np.asarray((self.s + 1) * self.b / self._mix(t)[2] - self.b)

    def after(self, T: FloatArray) -> Self:
        """Of the same form: e^(b (T + t)) = e^(b T) e^(b t), and beta is m(T) then."""
        return type(self)(self.b, self.s, self._mix(T)[2])

    def time_within(self, horizon: float) -> FloatArray:
        """No closed form is known; in (50/s + log(1 + beta))/b nearly all of them have left."""
        longest = (50 / self.s + np.log1p(self.beta)) / self.b
        return time_by_gauss(self, min(horizon, float(np.max(longest))), 0.0)

    def edge(self) -> Number:
        low = np.minimum(self.beta, 0.5)  # keeps the logarithm in its domain where the other branch is taken
        near = np.where(self.beta < 0.5, low, np.minimum(self.beta, 1 - 1e-16))
        return np.where(self.beta < 1, -np.log1p(-near), np.inf) / self.b

    def strip(self, shift: FloatArray, /) -> Number:
        """The denominator is 0 at (log(1 - beta) ± 2 pi i) / b where beta < 1, at (log(beta - 1) ± pi i) / b beyond."""
        apart = np.maximum(np.abs(self.beta - 1), 1e-16)
        turns = np.where(self.beta < 1, 2 * np.pi, np.pi)
        return np.arctan2(turns / self.b, shift + np.log(apart) / self.b)


class GGompertzNBD(LeavingInTime):
    """How often will each customer buy again, and is the customer still there?

    While a customer is active, purchases come at random at the customer's own steady rate.
    At any time the customer may leave for good; the readiness to do so grows with time, from a level of one's own.
    Rates and levels differ between customers; how they differ is learned from all histories together.

    Pareto/NBD is the case in which that growth is none, and most data hardly tell how much it is: b and beta are then
    known together, not apart (``weakly_known``), and forecasts are those of Pareto/NBD. Settings are as there.

    >>> published = GGompertzNBDParams(r=0.5533, alpha=10.5776, b=0.0002, s=0.6062, beta=0.0023)
    >>> model = GGompertzNBD.from_params(published)
    >>> model.probability_alive({"x": [2], "t_x": [30.43], "T": [38.86]}).round(2).tolist()
    [0.87]
    """

    params_: GGompertzNBDParams
    _life = GGompertzLifetime
    _params = GGompertzNBDParams
    # Sought are r, the mean time between purchases alpha/r, how long customers would stay at the first rate of leaving,
    # beta/(s b), then s and b; in units of the time per purchase. The ridge lies along b.
    _sought = Coordinates(
        matrix=[[1, 0, 0, 0, 0], [1, 1, 0, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0, 1, 0], [0, 0, 1, 1, 1]],
        bounds=[(0.002, 1e4), (1e-6, 1e6), (1e-4, 1e6), (0.002, 1e4), (1e-5, 1e3)],
        start=[1, 1, 1, 1, 0.1],
    )
    _unknown = (1e-3, 1.0, 1e-3)
