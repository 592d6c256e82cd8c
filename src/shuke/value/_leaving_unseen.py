"""What all models of customers who leave unseen share: how they are made, and what follows from who may be gone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Generic, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, log_expit

from shuke.value.covariates import CovariateEffects
from shuke.value.fitting import checked
from shuke.value.histories import FloatArray, Histories, read_histories, whole_counts

FEW_REPEAT_BUYERS = 30


class HasEffects(Protocol):
    """What is asked of any model's parameters."""

    @property
    def effects(self) -> CovariateEffects | None: ...


LearnedT = TypeVar("LearnedT", bound=HasEffects)


class LeavingUnseen(ABC, Generic[LearnedT]):
    """A customer's future is a mixture: gone, or still there and buying as the model says."""

    params_: LearnedT

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
        model = cls(covariates=params.effects.names if params.effects else ())
        model.params_ = params
        return model

    def probability_alive(self, histories: object) -> FloatArray:
        """What is the chance that each customer is still active now? Shape (n,), in [0, 1].

        >>> from shuke.value.bgnbd import BGNBD, BGNBDParams
        >>> from shuke.value.pareto_nbd import ParetoNBD, ParetoNBDParams
        >>> seen = {"x": [2, 0], "t_x": [30.43, 0], "T": [38.86, 38.86]}
        >>> at_purchase = BGNBD.from_params(BGNBDParams(r=0.24259, alpha=4.41353, a=0.79289, b=2.42575))
        >>> at_purchase.probability_alive(seen).round(2).tolist()
        [0.73, 1.0]
        >>> in_time = ParetoNBD.from_params(ParetoNBDParams(r=0.5533, alpha=10.578, s=0.6062, beta=11.669))
        >>> in_time.probability_alive(seen).round(2).tolist()
        [0.87, 0.3]
        """
        return np.asarray(expit(-self._log_odds_gone(self._read(histories))))

    @abstractmethod
    def expected_purchases(self, histories: object, horizon: float) -> FloatArray:
        """How many purchases will each customer make within ``horizon`` units of time from now? Shape (n,)."""

    def expected_purchases_new(self, horizon: float, covariates: Mapping[str, float] | None = None) -> float:
        """How many purchases will a customer won today make after the first, within ``horizon``?

        With covariates, one of the mean of each, unless ``covariates`` gives other numbers by name.
        """
        checked(horizon, "horizon", least=0)
        zero, effects = np.zeros(1), self.params_.effects
        beside, names = (None, ()) if effects is None else (effects.row(covariates), effects.names)
        new = Histories(zero, zero, zero, np.ones(1), covariates=beside, covariate_names=names)
        return float(self.expected_purchases(new, horizon)[0])

    def probability_of_purchases(self, histories: object, n: int, horizon: float) -> FloatArray:
        """What is the chance that each customer buys exactly ``n`` times within ``horizon``? Shape (n,).

        n = 0 is the chance of no purchase at all: gone, leaving before it, or there and not buying.

        >>> from shuke.value.bgnbd import BGNBD, BGNBDParams
        >>> from shuke.value.pareto_nbd import ParetoNBD, ParetoNBDParams
        >>> seen = {"x": [2], "t_x": [30.43], "T": [38.86]}
        >>> at_purchase = BGNBD.from_params(BGNBDParams(r=0.24259, alpha=4.41353, a=0.79289, b=2.42575))
        >>> at_purchase.probability_of_purchases(seen, 0, 39).round(3).tolist()
        [0.445]
        >>> in_time = ParetoNBD.from_params(ParetoNBDParams(r=0.5533, alpha=10.578, s=0.6062, beta=11.669))
        >>> in_time.probability_of_purchases(seen, 0, 39).round(3).tolist()
        [0.408]
        """
        read = self._read(histories)
        return np.exp(self.log_probability_of_purchases(read, np.full(len(read), n), horizon))

    def log_probability_of_purchases(self, histories: object, n: ArrayLike, horizon: float) -> FloatArray:
        """How well was each customer's own count ``n`` (shape (n,)) foreseen? The log of its chance, ≤ 0.

        Finite for any whole n ≥ 0 as long as the horizon is above 0.
        """
        checked(horizon, "horizon", above=0)
        read = self._read(histories)
        counts = whole_counts(n, len(read))
        if_alive, odds = self._log_chance_if_alive(read, counts, horizon), self._log_odds_gone(read)
        gone = np.where(counts == 0, log_expit(odds), -np.inf)
        return np.asarray(np.minimum(np.logaddexp(log_expit(-odds) + if_alive, gone), 0.0))

    def _read(self, histories: object) -> Histories:
        effects = self.params_.effects
        return read_histories(histories, covariates=effects.names if effects else ())

    @abstractmethod
    def _log_odds_gone(self, h: Histories) -> FloatArray:
        """How much likelier is each customer gone than still there? -inf for those who cannot have left."""

    @abstractmethod
    def _log_chance_if_alive(self, h: Histories, counts: FloatArray, horizon: float) -> FloatArray:
        """The log of the chance of each customer's own count, given that the customer is still there now."""
