"""Are forecasts of single customers as sure as they say? The probability integral transform, and their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuke.evaluate._measures import Floats
from shuke.evaluate.backtest import CountModel

LEVELS = (0.5, 0.8, 0.9)
_BLOCK = 16  # counts asked for at once
_FARTHEST = 4096  # counts: beyond, a customer's rest of chance is taken as lying there


@dataclass(frozen=True)
class Pit:
    """The share of customers in each tenth from 0 to 1; a tenth each where forecasts are calibrated.

    A hump in the middle: forecasts too wide; at the ends: too narrow; a slope: too high or too low.
    """

    customers: int
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Within:
    """Of each customer's central interval for `level`: its mean probability by the model (counts are whole, so it is
    at least `level`), and the share of customers whose count lay in it."""

    level: float
    implied: float
    observed: float


@dataclass(frozen=True, eq=False)
class HeldCounts:
    """What customers bought, and each one's P(N ≤ k) by the model for k = 0, 1 …, one row a customer.

    Rows reach as far as the customer's own count and the ends of the widest interval, then stand still.
    """

    purchases: Floats
    cumulated: Floats

    def randomised_pit(self, *, bins: int = 10, seed: int = 7) -> Pit | None:
        """Where did each customer's count fall in the model's own distribution of it? None without customers.

        For a count n it is a point at random between P(N < n) and P(N ≤ n): uniform over customers if the model is
        right. Same seed, same points.

        Source: Czado, Gneiting & Held, "Predictive Model Assessment for Count Data", Biometrics 65 (2009), sec. 2.
        """
        size = len(self.purchases)
        if not size:
            return None
        below, upto = self._until(self.purchases - 1), self._until(self.purchases)
        points = below + np.random.default_rng(seed).random(size) * (upto - below)
        found = np.bincount(np.minimum((points * bins).astype(np.int64), bins - 1), minlength=bins)
        return Pit(size, tuple((found / size).tolist()))

    def within(self, levels: Sequence[float] = LEVELS) -> tuple[Within, ...]:
        """Did counts lie in the model's intervals as often as they were to? () without customers.

        The interval for a level leaves at most (1 - level)/2 outside on either side.
        """
        return tuple(self._within(level) for level in levels) if len(self.purchases) else ()

    def _within(self, level: float) -> Within:
        low = (self.cumulated <= (1 - level) / 2).sum(axis=1)
        high = (self.cumulated < (1 + level) / 2).sum(axis=1)
        inside = (self.purchases >= low) & (self.purchases <= high)
        return Within(level, float((self._until(high) - self._until(low - 1)).mean()), float(inside.mean()))

    def _until(self, count: NDArray[Any]) -> Floats:
        """P(N ≤ count) of each customer, 0 below none."""
        place = np.clip(count.astype(np.int64), 0, self.cumulated.shape[1] - 1)
        return np.where(count >= 0, self.cumulated[np.arange(len(place)), place], 0.0)


def held_counts(
    model: CountModel, histories: Mapping[str, Any], purchases: Any, *, horizon: float, level: float = max(LEVELS)
) -> HeldCounts:
    """What did a model, fitted on no later day, hold possible for each customer? One row a customer.

    `histories` as for the model; `purchases` what each then bought within `horizon`; `level`: of the widest interval
    that will be asked for.

    >>> class Coin:
    ...     def log_probability_of_purchases(self, histories, n, horizon):
    ...         return np.where(np.asarray(n) < 2, np.log(0.5), -np.inf)
    >>> seen = {"x": np.zeros(4000), "t_x": np.zeros(4000), "T": np.ones(4000)}
    >>> held = held_counts(Coin(), seen, np.arange(4000) % 2, horizon=1)
    >>> held.randomised_pit(bins=2).shares, held.within([0.4])[0].implied
    ((0.5, 0.5), 1.0)
    """
    columns = {name: np.asarray(histories[name], dtype=float) for name in ("x", "t_x", "T")}
    bought, enough = np.asarray(purchases, dtype=float), (1 + level) / 2
    parts, reached, going = [np.zeros((len(bought), 0))], np.zeros(len(bought)), np.arange(len(bought))
    for start in range(0, _FARTHEST, _BLOCK):
        if not len(going):
            break
        some = {name: np.repeat(column[going], _BLOCK) for name, column in columns.items()}
        asked = np.tile(np.arange(start, start + _BLOCK, dtype=float), len(going))
        chances = np.exp(model.log_probability_of_purchases(some, asked, horizon)).reshape(len(going), _BLOCK)
        block = np.repeat(reached[:, None], _BLOCK, axis=1)
        block[going] += np.cumsum(chances, axis=1)
        parts.append(np.minimum(block, 1.0))
        reached = parts[-1][:, -1]
        going = np.flatnonzero((reached < enough) | (bought >= start + _BLOCK))
    return HeldCounts(bought, np.hstack(parts))
