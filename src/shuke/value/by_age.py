"""Customers of different ages by one model: the young count time at a pace of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from shuke.kit.errors import InputError
from shuke.value.count_model import CountModel
from shuke.value.drawing import covariate_names
from shuke.value.fitting import checked
from shuke.value.histories import FloatArray, Histories, IntArray, read_histories

AGES = (30, 91, 182, 365)
"""Days since the first purchase at which an age ends: a month, a quarter, half a year, a year."""


@dataclass(frozen=True)
class ByAgeParams:
    """What a `ByAge` knows, ready for JSON: ``paces``, one an age of `AGES`, what the ``model`` itself learned, and
    ``known_days``, None where all ages are known."""

    paces: tuple[float, ...]
    model: Any
    known_days: float | None = None
    notes: tuple[str, ...] = ()


def age_of(T: FloatArray, known_days: float = np.inf) -> IntArray:
    """In which age is each customer: 0 the youngest, up to ``len(AGES)``, from a year on or past ``known_days``?

    >>> age_of(np.array([0, 29, 30, 364, 365])).tolist(), age_of(np.array([29, 95, 96]), 95).tolist()
    ([0, 0, 1, 3, 4], [0, 2, 4])
    """
    return np.where(known_days < T, len(AGES), np.digitize(T, AGES))


class ByAge:
    """How often will each customer buy again, where those who came lately are not as the model takes them to be?

    A model draws on all customers to say what a new one will do. Where newcomers were otherwise than who came before
    them, or where customers buy little while they try a shop and more once they know it, that is wrong for the young
    and hardly for the old, whose own past says more than any model. So for customers of each of `AGES` the days ahead
    count ``paces`` days; for those of a year and more each counts one. With all paces 1, the model's own answers.
    Who is there for more than ``known_days`` came before the data begin, or may have: of an age nobody knows, and old.

    >>> from shuke.value.bgnbd import BGNBD, BGNBDParams
    >>> model = BGNBD.from_params(BGNBDParams(r=0.243, alpha=4.414, a=0.793, b=2.426))
    >>> seen = {"x": [0, 0], "t_x": [0, 0], "T": [20, 400]}
    >>> model.expected_purchases(seen, 90).round(3).tolist()
    [0.637, 0.052]
    >>> ByAge(model, (0.5, 1, 1, 1)).expected_purchases(seen, 90).round(3).tolist()
    [0.364, 0.052]

    Source: none; decision 31 says what it brought. Times are days.
    """

    def __init__(self, model: CountModel, paces: Sequence[float], known_days: float = np.inf) -> None:
        self.model, self.known_days = model, float(known_days)
        self.paces = tuple(float(pace) for pace in paces)
        if len(self.paces) != len(AGES) or not all(0 < pace < np.inf for pace in self.paces):
            raise InputError(f"Unexpected paces={paces}: give {len(AGES)} numbers above 0, one an age of {AGES} days")

    @property
    def params_(self) -> ByAgeParams:
        """The paces, and what the model learned; notes are the model's."""
        own = self.model.params_
        known_days = self.known_days if np.isfinite(self.known_days) else None
        return ByAgeParams(self.paces, own, known_days, tuple(own.notes))

    def fit(self, histories: object) -> Self:
        """Fit the model; the paces stay."""
        self.model.fit(histories)
        return self

    def by_pace(self, seen: Histories) -> Iterator[tuple[IntArray, float]]:
        """Which of the histories count time at the same pace, and at which; all of them, each once."""
        pace = np.array([*self.paces, 1.0])[age_of(seen.T, self.known_days)]
        for each in np.unique(pace).tolist():
            yield np.flatnonzero(pace == each), float(each)

    def probability_alive(self, histories: object) -> FloatArray:
        """What is the chance that each customer is still active now? The model's answer, shape (n,)."""
        return self.model.probability_alive(histories)

    def expected_purchases(self, histories: object, horizon: float) -> FloatArray:
        """How many purchases will each customer make within ``horizon``? Shape (n,)."""
        ahead = checked(horizon, "horizon", least=0)
        return self._each(histories, lambda of, _, pace: self.model.expected_purchases(of, ahead * pace))

    def expected_purchases_new(self, horizon: float) -> float:
        """How many purchases will a customer won today make after the first, within ``horizon``?"""
        return self.model.expected_purchases_new(checked(horizon, "horizon", least=0) * self.paces[0])

    def discounted_purchases(self, histories: object, horizon: float, rate: float) -> FloatArray:
        """As `expected_purchases`, each purchase at time s from now counted exp(-rate * s). Shape (n,)."""
        ahead, falling = checked(horizon, "horizon", least=0), checked(rate, "rate", least=0)
        return self._each(
            histories, lambda of, _, pace: self.model.discounted_purchases(of, ahead * pace, falling / pace)
        )

    def residual_purchases(self, histories: object, rate: float) -> FloatArray:
        """As `discounted_purchases` without an end; ``rate`` must be above 0. Shape (n,)."""
        falling = checked(rate, "rate", above=0)
        return self._each(histories, lambda of, _, pace: self.model.residual_purchases(of, falling / pace))

    def probability_of_purchases(self, histories: object, n: int, horizon: float) -> FloatArray:
        """What is the chance that each customer buys exactly ``n`` times within ``horizon``? Shape (n,)."""
        ahead = checked(horizon, "horizon", above=0)
        return self._each(histories, lambda of, _, pace: self.model.probability_of_purchases(of, n, ahead * pace))

    def log_probability_of_purchases(self, histories: object, n: ArrayLike, horizon: float) -> FloatArray:
        """The log of the chance of each customer's own count ``n``, ≤ 0. Shape (n,)."""
        ahead, counts = checked(horizon, "horizon", above=0), np.asarray(n)
        return self._each(
            histories,
            lambda of, rows, pace: self.model.log_probability_of_purchases(
                of, counts[rows] if counts.ndim else counts, ahead * pace
            ),
        )

    def expected_lifetime(self, histories: object, horizon: float) -> FloatArray:
        """How much of the next ``horizon`` will each customer still be active? Shape (n,)."""
        ahead = checked(horizon, "horizon", least=0)
        return self._each(histories, lambda of, _, pace: self.model.expected_lifetime(of, ahead * pace) / pace)

    def next_purchase_due(self, histories: object) -> FloatArray:
        """If still active, by when will each customer have bought again, with a chance of one half? Shape (n,)."""
        return self._each(histories, lambda of, _, pace: self.model.next_purchase_due(of) / pace)

    def _each(self, histories: object, answer: Callable[[Histories, IntArray, float], FloatArray]) -> FloatArray:
        seen = read_histories(histories, covariates=covariate_names(self.model.params_))
        told = np.empty(len(seen))
        for rows, pace in self.by_pace(seen):
            told[rows] = answer(seen if len(rows) == len(seen) else seen.rows(rows), rows, pace)
        return told
