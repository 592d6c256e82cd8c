"""The questions that BG/NBD and its kin answer: customers buy at their own rate and may leave at any purchase.

[FHL] is Fader, Hardie & Lee, "Counting Your Customers the Easy Way: An Alternative to the Pareto/NBD Model", Marketing
Science 24 (2005); [alive] Fader & Hardie, "Computing P(alive) Using the BG/NBD Model" (2008).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, log_expit

from shuke.value import _erlang as futures
from shuke.value._alive import Alive
from shuke.value._leaving_fit import Found, fit_leaving
from shuke.value.covariates import CovariateEffects
from shuke.value.fitting import checked
from shuke.value.histories import FloatArray, Histories, distinct_rows, read_histories, whole_counts

FEW_REPEAT_BUYERS = 30


class Learned(Protocol):
    """What the answers need of a model's parameters."""

    @property
    def r(self) -> float: ...
    @property
    def alpha(self) -> float: ...
    @property
    def a(self) -> float: ...
    @property
    def b(self) -> float: ...
    @property
    def effects(self) -> CovariateEffects | None: ...


LearnedT = TypeVar("LearnedT", bound=Learned)


class LeavingModel(Generic[LearnedT]):
    """The answers, which differ between the models in two things only: whether customers may leave at the first
    purchase (``_at_first``), and how many events of a rate make a purchase (`_events_per_purchase`)."""

    params_: LearnedT
    _at_first = False

    def __init__(self, *, few_repeat_buyers: int = FEW_REPEAT_BUYERS, covariates: Sequence[str] = ()) -> None:
        self.few_repeat_buyers = few_repeat_buyers
        self.covariates = tuple(covariates)

    @classmethod
    def from_params(cls, params: LearnedT) -> Self:
        """A model with parameters known from elsewhere: published, or kept from an earlier run.

        >>> from shuke.value.bgnbd import BGNBD, BGNBDParams
        >>> model = BGNBD.from_params(BGNBDParams(r=0.243, alpha=4.414, a=0.793, b=2.426))
        >>> round(model.expected_purchases_new(52), 3)
        1.446
        """
        model = cls()
        model.params_ = params
        model.covariates = params.effects.names if params.effects else ()
        return model

    def probability_alive(self, histories: object) -> FloatArray:
        """What is the chance that each customer is still active now? Shape (n,), in [0, 1].

        >>> from shuke.value.bgnbd import BGNBD, BGNBDParams
        >>> model = BGNBD.from_params(BGNBDParams(r=0.24259, alpha=4.41353, a=0.79289, b=2.42575))
        >>> model.probability_alive({"x": [2, 0], "t_x": [30.43, 0], "T": [38.86, 38.86]}).round(4).tolist()
        [0.7266, 1.0]
        """
        return np.asarray(expit(-self._log_odds_gone(self._read(histories))))

    def expected_purchases(self, histories: object, horizon: float) -> FloatArray:
        """How many purchases will each customer make within ``horizon`` units of time from now? Shape (n,).

        P(alive) times what those still there will make, as [FHL] eq. 10.
        """
        checked(horizon, "horizon", least=0)
        return self._forecast(histories, lambda alive, k: futures.purchases(alive, horizon, k))

    def discounted_purchases(self, histories: object, horizon: float, rate: float) -> FloatArray:
        """As `expected_purchases`, each purchase at time s from now counted exp(-rate * s). Shape (n,).

        ``rate`` is continuous, per unit of time: log(1.1)/365.25 for 10 % a year on days. With E(s) the purchases
        expected within s, the integral of exp(-rate s) dE(s) is taken by parts, by Gauss's rule in 10 points (24 where
        purchases come regularly).
        """
        checked(horizon, "horizon", least=0)
        checked(rate, "rate", least=0)
        return self._forecast(histories, lambda alive, k: futures.discounted(alive, horizon, rate, k))

    def residual_purchases(self, histories: object, rate: float) -> FloatArray:
        """As `discounted_purchases` without an end: DERT, the discounted expected residual transactions. Shape (n,).

        No closed form is known; integrated over rates and chances of leaving, with a relative error below 1e-6.
        With ``rate`` 0 it is finite only where a > 1: an InputError says so where it is not.

        >>> from shuke.value.bgnbd import BGNBD, BGNBDParams
        >>> model = BGNBD.from_params(BGNBDParams(r=0.24259, alpha=4.41353, a=0.79289, b=2.42575))
        >>> model.residual_purchases({"x": [2], "t_x": [30.43], "T": [38.86]}, rate=0.0027).round(2).tolist()
        [5.16]
        """
        checked(rate, "rate", least=0)
        return self._forecast(histories, lambda alive, k: futures.residual(alive, rate, k))

    def expected_lifetime(self, histories: object, horizon: float) -> FloatArray:
        """How much of the next ``horizon`` will each customer still be active? In time; shape (n,).

        P(alive) times the integral of the chance to be there at u, over u to the horizon.
        """
        checked(horizon, "horizon", least=0)
        return self._forecast(histories, lambda alive, k: futures.lifetime(alive, horizon, k))

    def expected_purchases_new(self, horizon: float, covariates: Mapping[str, float] | None = None) -> float:
        """How many purchases will a customer won today make after the first, within ``horizon``? [FHL] eq. 9.

        ``covariates`` are the customer's, by name; those of the average customer where not given.
        """
        checked(horizon, "horizon", least=0)
        zero, effects = np.zeros(1), self.params_.effects
        beside, names = (None, ()) if effects is None else (effects.row(covariates), effects.names)
        new = Histories(zero, zero, zero, np.ones(1), covariates=beside, covariate_names=names)
        return float(self.expected_purchases(new, horizon)[0])

    def probability_of_purchases(self, histories: object, n: int, horizon: float) -> FloatArray:
        """What is the chance that each customer buys exactly ``n`` times within ``horizon``? Shape (n,).

        n = 0 is the chance of no purchase at all: gone, or there and not buying.

        >>> from shuke.value.bgnbd import BGNBD, BGNBDParams
        >>> model = BGNBD.from_params(BGNBDParams(r=0.24259, alpha=4.41353, a=0.79289, b=2.42575))
        >>> model.probability_of_purchases({"x": [2], "t_x": [30.43], "T": [38.86]}, 0, 39).round(3).tolist()
        [0.445]
        """
        read = self._read(histories)
        return np.exp(self.log_probability_of_purchases(read, np.full(len(read), n), horizon))

    def log_probability_of_purchases(self, histories: object, n: ArrayLike, horizon: float) -> FloatArray:
        """How well was each customer's own count ``n`` (shape (n,)) foreseen? The log of its chance, ≤ 0.

        Given alive, the future is that of a new customer with what the history says of r, alpha, a and b: [FHL] eq. 8.
        Finite for any whole n ≥ 0 as long as the horizon is above 0.
        """
        checked(horizon, "horizon", above=0)
        read = self._read(histories)
        counts = whole_counts(n, len(read))
        first, group = distinct_rows(*self._telling(read), counts)
        if_alive = futures.log_chance(
            self._alive(read).part(first), counts[first], horizon, self._events_per_purchase()
        )
        odds = self._log_odds_gone(read)
        gone = np.where(counts == 0, log_expit(odds), -np.inf)
        return np.asarray(np.minimum(np.logaddexp(log_expit(-odds) + if_alive[group], gone), 0.0))

    def next_purchase_due(self, histories: object) -> FloatArray:
        """If still active, by when will each customer have bought again, with a chance of one half? Shape (n,).

        In units of time from now: the median of the wait over the rates that the history leaves plausible.
        """
        read = self._read(histories)
        if self._events_per_purchase() == 1:
            return futures.due(self._alive(read), 1)
        first, group = distinct_rows(*self._telling(read))
        return futures.due(self._alive(read).part(first), self._events_per_purchase())[group]

    def _fit(self, histories: object, k: int = 1) -> Found:
        """The likeliest parameters, with a purchase every k-th event."""
        grouped = read_histories(histories, covariates=self.covariates).grouped()
        return fit_leaving(grouped, k, self.few_repeat_buyers, at_first=self._at_first)

    def _events_per_purchase(self) -> int:
        return 1

    def _read(self, histories: object) -> Histories:
        effects = self.params_.effects
        return read_histories(histories, covariates=effects.names if effects else None)

    def _forecast(self, histories: object, if_alive: Callable[[Alive, int], FloatArray]) -> FloatArray:
        """P(alive) times a forecast for those still there, made once for those of whom the history says the same."""
        read = self._read(histories)
        first, group = distinct_rows(*self._telling(read))
        return (
            self.probability_alive(read) * if_alive(self._alive(read).part(first), self._events_per_purchase())[group]
        )

    def _telling(self, h: Histories) -> list[FloatArray]:
        """The columns on which the future of those still there rests."""
        phases = [h.t_x] if self._events_per_purchase() > 1 else []
        effects = self.params_.effects
        return [h.x, h.T, *phases, *([] if effects is None or h.covariates is None else h.covariates.T)]

    def _parameters(self, h: Histories) -> tuple[float, FloatArray, FloatArray, FloatArray]:
        """r, alpha, a, b, the latter of each customer where covariates move them ([FH], `shuke.value.covariates`)."""
        p, effects = self.params_, self.params_.effects
        if effects is None:
            return p.r, np.asarray(p.alpha), np.asarray(p.a), np.asarray(p.b)
        alpha, a, b = (effects.sums(name, h.covariates) for name in effects.on)
        return p.r, p.alpha * np.exp(-alpha), p.a * np.exp(a), p.b * np.exp(b)

    def _alive(self, h: Histories) -> Alive:
        """What the histories say of those still there."""
        r, alpha, a, b = self._parameters(h)
        shape = r + self._events_per_purchase() * h.x
        a_each = np.broadcast_to(a, h.x.shape)
        return Alive(shape, alpha + h.T, a_each, b + h.x + self._at_first, h.T - h.t_x)

    def _log_odds_gone(self, h: Histories) -> FloatArray:
        """[alive] eq. 6, as log odds; -inf for those who cannot have left."""
        (r, alpha, a, b), k = self._parameters(h), self._events_per_purchase()
        stays, shape = h.x + self._at_first, r + k * h.x
        gap = np.log(alpha + h.T) - np.log(alpha + h.t_x)
        odds = np.log(a) - np.log(b + np.maximum(stays, 1) - 1) + shape * gap
        if k > 1:
            odds -= futures.silence(shape, (h.T - h.t_x) / (alpha + h.T), k).log
        return np.where(stays > 0, odds, -np.inf)
