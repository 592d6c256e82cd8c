"""The plain rule that a model has to beat: everyone goes on as before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from shuke.value.fitting import checked
from shuke.value.histories import FloatArray, Histories, read_histories, whole_counts


@dataclass(frozen=True)
class NaiveRateParams:
    """What a `NaiveRate` learned, ready for JSON: purchases per unit of time of all together, and the longest T."""

    pooled_rate: float
    longest_time: float
    customers: int = 0
    histories: int = 0
    notes: tuple[str, ...] = ()


class NaiveRate:
    """How often will each customer buy again, if everyone just goes on as before?

    A customer's rate is x / T: the customer's own purchases by the customer's own time.
    Who never came back has half a purchase over the longest T seen; who has no time yet has everyone's rate.
    Nobody ever leaves, and purchases come at random at that rate (a Poisson process).

    It is the benchmark of back-tests, and what is left where a BG/NBD cannot be estimated. Same questions, same shapes.

    >>> model = NaiveRate().fit({"x": [0, 4, 0], "t_x": [0, 90, 0], "T": [100, 100, 0]})
    >>> model.expected_purchases({"x": [4, 0, 0], "t_x": [90, 0, 0], "T": [100, 100, 0]}, horizon=50).tolist()
    [2.0, 0.25, 1.0]
    """

    params_: NaiveRateParams

    def __init__(self) -> None:
        """No settings."""

    @classmethod
    def from_params(cls, params: NaiveRateParams) -> Self:
        """A model with what was learned elsewhere."""
        model = cls()
        model.params_ = params
        return model

    def fit(self, histories: object) -> Self:
        """Learn the pooled rate and the longest T. Notes: ``no_repeat_purchases`` (pooled: half a purchase over all
        time seen), ``no_time_observed`` (every T is 0: one unit of time is taken).

        Raises InputError for missing columns or impossible histories, nothing else.
        """
        read = read_histories(histories)
        purchases, time = float(read.customers @ read.x), float(read.customers @ read.T)
        longest = float(read.T.max(initial=0.0))
        notes = [*(["no_repeat_purchases"] if purchases == 0 else []), *(["no_time_observed"] if time == 0 else [])]
        self.params_ = NaiveRateParams(
            pooled_rate=max(purchases, 0.5) / (time or 1.0),
            longest_time=longest or 1.0,
            customers=round(float(read.customers.sum())),
            histories=len(read),
            notes=tuple(notes),
        )
        return self

    def rate(self, histories: object) -> FloatArray:
        """How often does each customer buy? Purchases per unit of time, shape (n,), above 0."""
        return self._rate(read_histories(histories))

    def probability_alive(self, histories: object) -> FloatArray:
        """Ones: nobody leaves. Shape (n,)."""
        return np.ones(len(read_histories(histories)))

    def expected_purchases(self, histories: object, horizon: float) -> FloatArray:
        """How many purchases will each customer make within ``horizon`` units of time from now? Shape (n,)."""
        return self.rate(histories) * checked(horizon, "horizon", least=0)

    def discounted_purchases(self, histories: object, horizon: float, rate: float) -> FloatArray:
        """As `expected_purchases`, each purchase at time s from now counted exp(-rate * s). Shape (n,)."""
        checked(horizon, "horizon", least=0)
        checked(rate, "rate", least=0)
        counted = -np.expm1(-rate * horizon) / rate if rate > 0 else horizon
        return np.asarray(self.rate(histories) * counted)

    def residual_purchases(self, histories: object, rate: float) -> FloatArray:
        """As `discounted_purchases` without an end: the customer's rate over ``rate``, which must be above 0."""
        return np.asarray(self.rate(histories) / checked(rate, "rate", above=0))

    def expected_lifetime(self, histories: object, horizon: float) -> FloatArray:
        """How much of the next ``horizon`` will each customer still be active? All of it. Shape (n,)."""
        return np.full(len(read_histories(histories)), checked(horizon, "horizon", least=0))

    def expected_purchases_new(self, horizon: float) -> float:
        """How many purchases will a customer won today make after the first, within ``horizon``? By the pooled rate."""
        return self.params_.pooled_rate * checked(horizon, "horizon", least=0)

    def probability_of_purchases(self, histories: object, n: int, horizon: float) -> FloatArray:
        """What is the chance that each customer buys exactly ``n`` times within ``horizon``? Shape (n,)."""
        read = read_histories(histories)
        return np.exp(self.log_probability_of_purchases(read, np.full(len(read), n), horizon))

    def log_probability_of_purchases(self, histories: object, n: ArrayLike, horizon: float) -> FloatArray:
        """How well was each customer's own count ``n`` (shape (n,)) foreseen? The log of its Poisson chance."""
        checked(horizon, "horizon", above=0)
        read = read_histories(histories)
        counts, mean = whole_counts(n, len(read)), self._rate(read) * horizon
        return np.asarray(counts * np.log(mean) - mean - gammaln(counts + 1))

    def next_purchase_due(self, histories: object) -> FloatArray:
        """By when will each customer have bought again, with a chance of one half? In units of time, shape (n,)."""
        return np.asarray(np.log(2) / self.rate(histories))

    def _rate(self, h: Histories) -> FloatArray:
        floor = np.where(h.T > 0, 0.5 / self.params_.longest_time, self.params_.pooled_rate)
        return np.where(h.x > 0, h.x / np.where(h.T > 0, h.T, 1.0), floor)
