"""The questions that BG/NBD and its kin answer: customers buy at their own rate and may leave at any purchase.

[FHL] is Fader, Hardie & Lee, "Counting Your Customers the Easy Way: An Alternative to the Pareto/NBD Model", Marketing
Science 24 (2005); [alive] Fader & Hardie, "Computing P(alive) Using the BG/NBD Model" (2008).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import numpy as np

from shuke.value import _erlang as futures
from shuke.value._alive import Alive
from shuke.value._distinct import distinct_rows
from shuke.value._leaving_fit import Found, fit_leaving
from shuke.value._leaving_unseen import HasEffects, LeavingUnseen
from shuke.value.fitting import checked
from shuke.value.histories import FloatArray, Histories, read_histories


class Learned(HasEffects, Protocol):
    """What the answers need of a model's parameters."""

    @property
    def r(self) -> float: ...
    @property
    def alpha(self) -> float: ...
    @property
    def a(self) -> float: ...
    @property
    def b(self) -> float: ...


LearnedT = TypeVar("LearnedT", bound=Learned)


class LeavingModel(LeavingUnseen[LearnedT]):
    """The answers, which differ between the models in two things only: whether customers may leave at the first
    purchase (``_at_first``), and how many events of a rate make a purchase (`_events_per_purchase`)."""

    _at_first = False

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

    def next_purchase_due(self, histories: object) -> FloatArray:
        """If still active, by when will each customer have bought again, with a chance of one half? Shape (n,).

        In units of time from now: the median of the wait over the rates that the history leaves plausible.
        """
        return futures.due(self._alive(self._read(histories)), self._events_per_purchase())

    def _fit(self, histories: object, k: int = 1) -> Found:
        """The likeliest parameters, with a purchase every k-th event."""
        grouped = read_histories(histories, covariates=self.covariates).grouped()
        return fit_leaving(grouped, k, self.few_repeat_buyers, at_first=self._at_first)

    def _events_per_purchase(self) -> int:
        return 1

    def _forecast(self, histories: object, if_alive: Callable[[Alive, int], FloatArray]) -> FloatArray:
        """P(alive) times a forecast for those still there."""
        read = self._read(histories)
        return self.probability_alive(read) * self._once(read, if_alive)

    def _log_chance_if_alive(self, h: Histories, counts: FloatArray, horizon: float) -> FloatArray:
        """The future is that of a new customer with what the history says of r, alpha, a and b: [FHL] eq. 8."""

        def log_chance(alive: Alive, k: int, n: FloatArray) -> FloatArray:
            return futures.log_chance(alive, n, horizon, k)

        return self._once(h, log_chance, counts)

    def _once(self, h: Histories, answer: Callable[..., FloatArray], *also: FloatArray) -> FloatArray:
        """What is told of those still there (and ``also`` of them), once for those of whom the history says the same.
        Where purchases keep a beat it tells of the silence too, in which few are the same: what these share is found
        by `shuke.value._erlang`."""
        alive, k, effects = self._alive(h), self._events_per_purchase(), self.params_.effects
        if k > 1:
            return answer(alive, k, *also)
        covariates = () if effects is None or h.covariates is None else h.covariates.T
        first, group = distinct_rows(h.x, h.T, *covariates, *also)
        return answer(alive.part(first), k, *(column[first] for column in also))[group]

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
