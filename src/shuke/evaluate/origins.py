"""Rolling origins: the same models asked on several past days, each time against what the days after it brought."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from shuke.evaluate._measures import Floats, mean, root_mean_square
from shuke.evaluate.backtest import CountModel, expected, held_out, log_chances

Ints = NDArray[np.int64]
CLEAR = 1.96
"""Standard errors beyond which a difference is no chance: 95 %, two-sided."""


class Origin(Protocol):
    """Customers as they stood at the end of a day, and what they did in the days after it.

    `histories`: columns x, t_x, T, purchases, customers, one row a distinct history; `customer` numbers each customer
    known by then, the same at every origin, and `row` says which row is theirs.
    """

    @property
    def day(self) -> date: ...
    @property
    def histories(self) -> Mapping[str, Any]: ...
    @property
    def customer(self) -> Ints: ...
    @property
    def row(self) -> Ints: ...


@dataclass(frozen=True, eq=False)
class Marks:
    """What one model said at one origin: per row of its histories, the purchases expected, and the log of the chance
    it gave to what happened."""

    origin: Origin
    logs: Floats
    forecast: Floats

    @property
    def log_score(self) -> float:
        """The mean over customers; the higher, the better."""
        return mean(self.logs, self._customers)

    @property
    def total_forecast(self) -> float:
        return float(self._customers @ self.forecast)

    @property
    def total_actual(self) -> float:
        return float(self._customers @ self._purchases)

    @property
    def total_error_share(self) -> float | None:
        """Forecast less actual, as a share of the actual; None where nothing was bought."""
        actual = self.total_actual
        return (self.total_forecast - actual) / actual if actual else None

    @property
    def root_mean_squared_error(self) -> float:
        """Per customer, in purchases."""
        return root_mean_square(self.forecast - self._purchases, self._customers)

    @property
    def _customers(self) -> Floats:
        return np.asarray(self.origin.histories["customers"], dtype=float)

    @property
    def _purchases(self) -> Floats:
        return np.asarray(self.origin.histories["purchases"], dtype=float)


@dataclass(frozen=True)
class Difference:
    """By how much one model's log score is above another's, per customer and origin; its standard error is None with
    fewer than two customers."""

    difference: float
    standard_error: float | None

    @property
    def clear(self) -> bool:
        """Is it above zero beyond chance (1.96 standard errors)?"""
        error = self.standard_error
        return error is not None and self.difference > 0 and self.difference > CLEAR * error


def marked(name: str, model: CountModel, origin: Origin, *, horizon: float) -> Marks:
    """How well did a model, fitted on no later day, foresee each customer's count after the origin?

    `horizon` is the length of the stretch after it, in the unit of the histories. Raises InputError for missing
    columns, and for a model that answers with something else than numbers.
    """
    held = held_out(origin.histories, horizon)
    return Marks(origin, log_chances(name, model, held), expected(name, model, held))


def mean_log_score(marks: Sequence[Marks]) -> float | None:
    """The mean over all customers at all origins; None without any."""
    weights = [float(np.sum(one.origin.histories["customers"])) for one in marks]
    if not sum(weights):
        return None
    return sum(weight * one.log_score for weight, one in zip(weights, marks, strict=True) if weight) / sum(weights)


def difference(one: Sequence[Marks], other: Sequence[Marks]) -> Difference | None:
    """How much better did the first model foresee? Both marked at the same origins, in the same order.

    A customer stands at several origins, and does much the same after each. So the differences are summed by customer
    first, and the error is that of a ratio of sums over customers: Liang & Zeger, "Longitudinal Data Analysis Using
    Generalized Linear Models", Biometrika 73 (1986), for a mean of clusters. None where nobody was known.

    >>> from types import SimpleNamespace
    >>> origin = SimpleNamespace(day=date(2024, 6, 30), histories={"customers": np.array([2.0, 1.0])},
    ...                          customer=np.arange(3), row=np.array([0, 0, 1]))
    >>> marks = [Marks(origin, np.array([-1.0, -2.0]), np.ones(2))]
    >>> found = difference(marks, [Marks(origin, np.array([-1.5, -2.0]), np.ones(2))])
    >>> round(found.difference, 3), round(found.standard_error, 3), found.clear
    (0.333, 0.167, True)
    """
    size = max((int(mark.origin.customer.max(initial=-1)) + 1 for mark in one), default=0)
    gained, times = np.zeros(size), np.zeros(size)
    for ours, theirs in zip(one, other, strict=True):
        gained[ours.origin.customer] += (ours.logs - theirs.logs)[ours.origin.row]
        times[ours.origin.customer] += 1
    customers, total = int((times > 0).sum()), float(times.sum())
    if not customers:
        return None
    found = float(gained.sum()) / total
    if customers < 2:
        return Difference(found, None)
    around = float(((gained - found * times) ** 2).sum())
    return Difference(found, math.sqrt(around * customers / (customers - 1)) / total)
