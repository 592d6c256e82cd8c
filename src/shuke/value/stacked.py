"""Several models in one forecast: each says how likely each future is, and each counts by how well it foresaw.

Sources: Yao, Vehtari, Simpson & Gelman, "Using Stacking to Average Bayesian Predictive Distributions", Bayesian
Analysis 13 (2018), cited as [YVSG]; Wolpert, "Stacked Generalization", Neural Networks 5 (1992).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logsumexp

from shuke.kit.errors import InputError
from shuke.value.count_model import CountModel
from shuke.value.fitting import checked
from shuke.value.histories import FloatArray, read_histories

_STEPS = 2_000
_SETTLED = 1e-7  # of the weights: what a further step may still change


@dataclass(frozen=True)
class StackedParams:
    """What a `Stacked` learned, ready for JSON: the ``weights`` of its members, which sum to 1, what each learned, in
    the same order, and ``pace``, by which they count time."""

    weights: tuple[float, ...]
    members: tuple[Any, ...]
    pace: float = 1.0
    customers: int = 0
    histories: int = 0
    standard_errors: tuple[float, ...] | None = None
    covariance: tuple[tuple[float, ...], ...] | None = None
    notes: tuple[str, ...] = ()


class Stacked:
    """How often will each customer buy again, when several models may be right?

    Each member says what each customer will do; what they say is mixed by fixed weights (`stacking_weights`). So a
    future that one model holds impossible keeps the chance that another gives it. The first member leads: where all
    weight lies on it, its answers are given.

    Members that know of no leaving expect more of everyone. How much more buying a mixture expects in all is not what
    weights by log score are sure about, so with ``horizon``, a fit sets the pace of time so that the total within it
    is half way, as a geometric mean, between the leading member's and the mixture's; without, it stays 1.

    >>> from shuke.value.bgnbd import BGNBD, BGNBDParams
    >>> from shuke.value.nbd import NBD, NBDParams
    >>> leaving = BGNBD.from_params(BGNBDParams(r=0.243, alpha=4.414, a=0.793, b=2.426))
    >>> staying = NBD.from_params(NBDParams(r=0.4, alpha=14.0))
    >>> model = Stacked.of([leaving, staying], [0.8, 0.2])
    >>> seen = {"x": [10], "t_x": [12], "T": [39]}  # silent for long
    >>> [round(float(one.expected_purchases(seen, 39)[0]), 2) for one in (leaving, staying, model)]
    [0.0, 7.65, 1.53]

    Source: [YVSG], eq. 1 to 4.
    """

    params_: StackedParams

    def __init__(
        self, members: Sequence[CountModel], weights: Sequence[float], *, horizon: float | None = None
    ) -> None:
        self.members = tuple(members)
        self.weights = tuple(float(weight) for weight in weights)
        self.horizon = horizon

    @classmethod
    def of(cls, members: Sequence[CountModel], weights: Sequence[float], *, pace: float = 1.0) -> Self:
        """A mixture of models that are fitted already."""
        model = cls(members, weights)
        model._learned(pace, 0, 0)
        return model

    def fit(self, histories: object) -> Self:
        """Fit each member to the histories; the weights stay, the pace is found. Notes: those of the first member."""
        read = read_histories(histories).grouped()
        for member in self.members:
            member.fit(read)
        self._learned(1.0, round(float(read.customers.sum())), len(read))
        return self if self.horizon is None else self.paced(read, self.horizon)

    def paced(self, histories: object, horizon: float) -> Self:
        """The same with the pace that these histories and this horizon ask for; members stay as they are."""
        read = read_histories(histories)
        self._learned(1.0, self.params_.customers, self.params_.histories)
        leading, mixed = (
            float(read.customers @ model.expected_purchases(read, horizon)) for model in (self.members[0], self)
        )
        pace = float(np.sqrt(leading / mixed)) if leading > 0 and mixed > 0 else 1.0
        self._learned(pace, self.params_.customers, self.params_.histories)
        return self

    def probability_alive(self, histories: object) -> FloatArray:
        """What is the chance that each customer is still active now? The members' mean, shape (n,)."""
        return self._mean(lambda member: member.probability_alive(histories))

    def expected_purchases(self, histories: object, horizon: float) -> FloatArray:
        """How many purchases will each customer make within ``horizon``? The members' mean, shape (n,)."""
        ahead = self._ahead(checked(horizon, "horizon", least=0))
        return self._mean(lambda member: member.expected_purchases(histories, ahead))

    def expected_purchases_new(self, horizon: float) -> float:
        """How many purchases will a customer won today make after the first, within ``horizon``?"""
        ahead = self._ahead(checked(horizon, "horizon", least=0))
        return float(self._mean(lambda member: np.array(member.expected_purchases_new(ahead))))

    def discounted_purchases(self, histories: object, horizon: float, rate: float) -> FloatArray:
        """As `expected_purchases`, each purchase at time s from now counted exp(-rate * s). Shape (n,)."""
        ahead, paced = self._ahead(horizon), checked(rate, "rate", least=0) / self.params_.pace
        return self._mean(lambda member: member.discounted_purchases(histories, ahead, paced))

    def residual_purchases(self, histories: object, rate: float) -> FloatArray:
        """As `discounted_purchases` without an end; ``rate`` must be above 0. Shape (n,)."""
        paced = checked(rate, "rate", above=0) / self.params_.pace
        return self._mean(lambda member: member.residual_purchases(histories, paced))

    def probability_of_purchases(self, histories: object, n: int, horizon: float) -> FloatArray:
        """What is the chance that each customer buys exactly ``n`` times within ``horizon``? Shape (n,)."""
        ahead = self._ahead(checked(horizon, "horizon", above=0))
        return self._mean(lambda member: member.probability_of_purchases(histories, n, ahead))

    def log_probability_of_purchases(self, histories: object, n: ArrayLike, horizon: float) -> FloatArray:
        """The log of the chance of each customer's own count ``n``, ≤ 0: the log of the members' mean chance."""
        ahead = self._ahead(checked(horizon, "horizon", above=0))
        logs = [member.log_probability_of_purchases(histories, n, ahead) for member in self._counting()]
        return np.asarray(np.minimum(_log_mean(np.column_stack(logs), self._weights()), 0.0))

    def expected_lifetime(self, histories: object, horizon: float) -> FloatArray:
        """How much of the next ``horizon`` will each customer still be active? The members' mean, shape (n,)."""
        ahead, pace = self._ahead(checked(horizon, "horizon", least=0)), self.params_.pace
        return self._mean(lambda member: member.expected_lifetime(histories, ahead)) / pace

    def next_purchase_due(self, histories: object) -> FloatArray:
        """If still active, by when will each customer have bought again, with a chance of one half? Shape (n,).

        The mean of the members' days, each weighted by its chance that the customer is still there: medians of
        mixtures lie between those of their parts, and these parts lie close together.
        """
        read = read_histories(histories)
        alive = np.array([member.probability_alive(read) for member in self._counting()])
        share = alive * self._weights()[:, None]
        due = np.array([member.next_purchase_due(read) for member in self._counting()])
        total = share.sum(axis=0)
        mixed = np.divide((share * due).sum(axis=0), total, out=due[0].copy(), where=total > 0)
        return np.asarray(mixed / self.params_.pace)

    def _counting(self) -> list[CountModel]:
        """The members that have any weight."""
        return [member for member, weight in zip(self.members, self.params_.weights, strict=True) if weight > 0]

    def _weights(self) -> FloatArray:
        weights = np.array(self.params_.weights)
        return weights[weights > 0]

    def _mean(self, answer: Callable[[CountModel], FloatArray]) -> FloatArray:
        parts = [weight * answer(one) for one, weight in zip(self._counting(), self._weights(), strict=True)]
        return np.asarray(sum(parts[1:], parts[0]))

    def _ahead(self, horizon: float) -> float:
        return horizon * self.params_.pace

    def _learned(self, pace: float, customers: int, histories: int) -> None:
        weights = _checked_weights(self.weights, len(self.members))
        learned = tuple(member.params_ for member in self.members)
        notes = tuple(learned[0].notes)
        self.params_ = StackedParams(weights, learned, pace, customers, histories, notes=notes)


class Afresh:
    """How often will each customer buy again, if each starts afresh today, as a new customer by another model?

    Whatever a customer did before says nothing then: someone else buys for the household now, a habit was given up and
    another taken on. Alone it is no forecast; with a small weight it is what keeps a `Stacked` from being too sure that
    everyone goes on as before.

    >>> from shuke.value.bgnbd import BGNBD, BGNBDParams
    >>> usual = BGNBD.from_params(BGNBDParams(r=0.243, alpha=4.414, a=0.793, b=2.426))
    >>> seen = {"x": [10, 0], "t_x": [12, 0], "T": [39, 39]}
    >>> Afresh(usual).expected_purchases(seen, 52).round(3).tolist()
    [1.446, 1.446]
    """

    def __init__(self, usual: CountModel) -> None:
        self.usual = usual

    @property
    def params_(self) -> Any:
        """Those of the model it rests on."""
        return self.usual.params_

    def fit(self, histories: object) -> Self:
        """Fit the model it rests on, where that is not fitted yet: it may be another member's, and is fitted once."""
        if not hasattr(self.usual, "params_"):
            self.usual.fit(histories)
        return self

    def probability_alive(self, histories: object) -> FloatArray:
        """That of a new customer, shape (n,)."""
        return self._everyone(histories, self.usual.probability_alive)

    def expected_purchases(self, histories: object, horizon: float) -> FloatArray:
        """Those of a new customer, shape (n,)."""
        return self._everyone(histories, lambda new: self.usual.expected_purchases(new, horizon))

    def expected_purchases_new(self, horizon: float) -> float:
        """As the model it rests on."""
        return self.usual.expected_purchases_new(horizon)

    def discounted_purchases(self, histories: object, horizon: float, rate: float) -> FloatArray:
        """Those of a new customer, shape (n,)."""
        return self._everyone(histories, lambda new: self.usual.discounted_purchases(new, horizon, rate))

    def residual_purchases(self, histories: object, rate: float) -> FloatArray:
        """Those of a new customer, shape (n,)."""
        return self._everyone(histories, lambda new: self.usual.residual_purchases(new, rate))

    def probability_of_purchases(self, histories: object, n: int, horizon: float) -> FloatArray:
        """That of a new customer, shape (n,)."""
        return self._everyone(histories, lambda new: self.usual.probability_of_purchases(new, n, horizon))

    def log_probability_of_purchases(self, histories: object, n: ArrayLike, horizon: float) -> FloatArray:
        """That of a new customer for each count, shape (n,)."""
        read = read_histories(histories)
        counts, each = np.unique(np.asarray(n, dtype=np.float64), return_inverse=True)
        if len(each) != len(read):
            raise InputError(f"Counts of shape ({len(each)},): give one per history, shape ({len(read)},)")
        return np.asarray(self.usual.log_probability_of_purchases(_new(len(counts)), counts, horizon)[each])

    def expected_lifetime(self, histories: object, horizon: float) -> FloatArray:
        """That of a new customer, shape (n,)."""
        return self._everyone(histories, lambda new: self.usual.expected_lifetime(new, horizon))

    def next_purchase_due(self, histories: object) -> FloatArray:
        """That of a new customer, shape (n,)."""
        return self._everyone(histories, self.usual.next_purchase_due)

    def _everyone(self, histories: object, answer: Callable[[dict[str, FloatArray]], FloatArray]) -> FloatArray:
        return np.repeat(answer(_new(1)), len(read_histories(histories)))


def stacking_weights(logs: FloatArray, customers: FloatArray) -> FloatArray:
    """By which weights would a mixture of models have foreseen best? Shape (k,), from 0, summing to 1.

    ``logs``, shape (n, k), are the logs of the chances that each of k models gave to what then happened in each of n
    histories, ``customers`` how many had each. The mean log score of the mixture is the highest ([YVSG] eq. 4); it has
    one peak, which expectation and maximisation in turn climb (Dempster, Laird & Rubin 1977, as for any mixture of
    known parts).

    >>> always_right, never_right = np.log([[0.5, 0.1], [0.5, 0.1]]), np.log([[0.1, 0.5], [0.1, 0.5]])
    >>> stacking_weights(always_right, np.ones(2)).round(3).tolist()
    [1.0, 0.0]
    >>> stacking_weights(np.vstack([always_right, never_right]), np.ones(4)).round(3).tolist()
    [0.5, 0.5]
    """
    chances = np.exp(logs - logs.max(axis=1, keepdims=True))
    share = customers / customers.sum()
    weights = np.full(logs.shape[1], 1 / logs.shape[1])
    for _ in range(_STEPS):
        stepped = weights * (chances.T @ (share / (chances @ weights)))
        if np.abs(stepped - weights).max() < _SETTLED:
            break
        weights = stepped
    return np.asarray(weights / weights.sum())


def _log_mean(logs: FloatArray, weights: FloatArray) -> FloatArray:
    return np.asarray(logsumexp(logs, axis=1, b=weights))


def _new(rows: int) -> dict[str, FloatArray]:
    return {name: np.zeros(rows) for name in ("x", "t_x", "T")}


def _checked_weights(weights: tuple[float, ...], members: int) -> tuple[float, ...]:
    good = len(weights) == members > 0 and all(0 <= weight <= 1 for weight in weights)
    if not (good and abs(sum(weights) - 1) < 1e-6):
        raise InputError(f"Unexpected weights={weights} of {members} members: give each one, from 0 to 1, summing to 1")
    return weights
