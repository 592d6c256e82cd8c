"""Are forecasts of single customers as sure as they say? The probability integral transform, and their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

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


def randomised_pit(
    model: CountModel, histories: Mapping[str, Any], purchases: Any, *, horizon: float, bins: int = 10, seed: int = 7
) -> Pit | None:
    """Where did each customer's count fall in the model's own distribution of it? None without customers.

    One row a customer. For a count n it is a point at random between P(N < n) and P(N ≤ n): uniform over customers if
    the model is right. Same seed, same points.

    Source: Czado, Gneiting & Held, "Predictive Model Assessment for Count Data", Biometrics 65 (2009), sec. 2.

    >>> class Coin:
    ...     def log_probability_of_purchases(self, histories, n, horizon):
    ...         return np.where(np.asarray(n) < 2, np.log(0.5), -np.inf)
    >>> seen = {"x": np.zeros(4000), "t_x": np.zeros(4000), "T": np.ones(4000)}
    >>> randomised_pit(Coin(), seen, np.arange(4000) % 2, horizon=1, bins=2).shares
    (0.5, 0.5)
    """
    counts = np.asarray(purchases, dtype=float)
    if not len(counts):
        return None
    below, upto = _around(model, _columns(histories), counts, horizon)
    points = below + np.random.default_rng(seed).random(len(counts)) * (upto - below)
    found = np.bincount(np.minimum((points * bins).astype(np.int64), bins - 1), minlength=bins)
    return Pit(len(counts), tuple((found / len(counts)).tolist()))


def within_intervals(
    model: CountModel,
    histories: Mapping[str, Any],
    purchases: Any,
    *,
    horizon: float,
    levels: Sequence[float] = LEVELS,
) -> tuple[Within, ...]:
    """Did counts lie in the models' intervals as often as they were to? One row a customer; () without customers.

    The interval for a level leaves at most (1 - level)/2 outside on either side.
    """
    counts = np.asarray(purchases, dtype=float)
    if not len(counts):
        return ()
    cumulated = _cumulated(model, _columns(histories), horizon, (1 + max(levels)) / 2)
    return tuple(_within(cumulated, counts, level) for level in levels)


def _within(cumulated: Floats, counts: Floats, level: float) -> Within:
    """`cumulated`: P(N ≤ k) for k = 0, 1 …, one row a customer."""
    low = (cumulated <= (1 - level) / 2).sum(axis=1)
    high = (cumulated < (1 + level) / 2).sum(axis=1)
    everyone = np.arange(len(counts))
    beneath = np.where(low > 0, cumulated[everyone, np.maximum(low, 1) - 1], 0.0)
    reached = cumulated[everyone, np.minimum(high, cumulated.shape[1] - 1)]
    inside = (counts >= low) & (counts <= high)
    return Within(level, float((reached - beneath).mean()), float(inside.mean()))


def _cumulated(model: CountModel, columns: dict[str, Floats], horizon: float, enough: float) -> Floats:
    """P(N ≤ k) per customer, until everyone's is past `enough`; where a row is past it, it stands still."""
    size = len(columns["x"])
    parts, reached, going = [np.zeros((size, 0))], np.zeros(size), np.arange(size)
    for start in range(0, _FARTHEST, _BLOCK):
        some = {name: np.repeat(column[going], _BLOCK) for name, column in columns.items()}
        asked = np.tile(np.arange(start, start + _BLOCK, dtype=float), len(going))
        chances = np.exp(model.log_probability_of_purchases(some, asked, horizon)).reshape(len(going), _BLOCK)
        block = np.repeat(reached[:, None], _BLOCK, axis=1)
        block[going] += np.cumsum(chances, axis=1)
        parts.append(np.minimum(block, 1.0))
        reached = parts[-1][:, -1]
        going = np.flatnonzero(reached < enough)
        if not len(going):
            break
    return np.hstack(parts)


def _around(model: CountModel, columns: dict[str, Floats], counts: Floats, horizon: float) -> tuple[Floats, Floats]:
    """P(N < n) and P(N ≤ n) of each customer's own count n."""
    whole = counts.astype(np.int64)
    who = np.repeat(np.arange(len(whole)), whole + 1)
    each = np.arange(len(who)) - np.repeat(np.cumsum(whole + 1) - whole - 1, whole + 1)
    rows = {name: column[who] for name, column in columns.items()}
    chances = np.exp(model.log_probability_of_purchases(rows, each.astype(float), horizon))
    upto = np.minimum(np.bincount(who, chances, len(whole)), 1.0)
    last = chances[np.cumsum(whole + 1) - 1]
    return np.maximum(upto - last, 0.0), upto


def _columns(histories: Mapping[str, Any]) -> dict[str, Floats]:
    return {name: np.asarray(histories[name], dtype=float) for name in ("x", "t_x", "T")}
