"""How good a forecast was, over all days together, and whether one log score is above another beyond chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from accuracy_data import Origin
from accuracy_models import Answer

RESAMPLES = 2_000
_SEED = 19790101  # Efron, "Bootstrap Methods: Another Look at the Jackknife", Annals of Statistics 7 (1979)


@dataclass(frozen=True)
class Measures:
    """One model on one data set. Errors are forecast minus actual.

    `rmse` and `log_score` are over all customers of all days; `total_errors` are shares of the actual total, a day
    each, and `total_error` the mean of their sizes; `value_rmse` and `value_errors` are the same of money.
    """

    rmse: float
    total_errors: tuple[float, ...]
    log_score: float
    value_rmse: float
    value_errors: tuple[float, ...]
    without: int
    used: str

    @property
    def total_error(self) -> float:
        return float(np.mean(np.abs(self.total_errors)))

    @property
    def value_error(self) -> float:
        return float(np.mean(np.abs(self.value_errors)))

    @property
    def failed(self) -> bool:
        return not np.isfinite([self.rmse, self.log_score, self.value_rmse]).all()


def measured(origins: list[Origin], answers: list[Answer]) -> Measures:
    pairs = list(zip(origins, answers, strict=True))
    return Measures(
        rmse=_root_mean_square([a.expected - o.bought for o, a in pairs]),
        total_errors=tuple(float(a.expected.sum() / o.bought.sum() - 1) for o, a in pairs),
        log_score=float(np.concatenate([a.log_chance for a in answers]).mean()),
        value_rmse=_root_mean_square([a.value - o.spent for o, a in pairs]),
        value_errors=tuple(float(a.value.sum() / o.spent.sum() - 1) for o, a in pairs),
        without=sum(a.without for a in answers),
        used=", ".join(dict.fromkeys(a.used for a in answers if a.used)),
    )


def _root_mean_square(errors: list[np.ndarray]) -> float:
    return float(np.sqrt(np.mean(np.concatenate(errors) ** 2)))


@dataclass(frozen=True)
class Gain:
    """By how much one model's mean log score is above another's, with a 95 % interval."""

    mean: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        return self.low > 0


def gain(origins: list[Origin], ours: list[Answer], theirs: list[Answer]) -> Gain:
    """Customers are drawn with all their days: what one did on one day says something of what the same did on another.

    The percentile bootstrap of a ratio of sums, customers being independent of each other.
    """
    ids, of = np.unique(np.concatenate([o.customer for o in origins]).astype(str), return_inverse=True)
    each = np.concatenate([a.log_chance - b.log_chance for a, b in zip(ours, theirs, strict=True)])
    sums, days = np.bincount(of, each, len(ids)), np.bincount(of, minlength=len(ids))
    rng, means = np.random.default_rng(_SEED), np.empty(RESAMPLES)
    for i in range(RESAMPLES):
        drawn = np.bincount(rng.integers(0, len(ids), len(ids)), minlength=len(ids))
        means[i] = (drawn @ sums) / (drawn @ days)
    low, high = np.quantile(means, (0.025, 0.975))
    return Gain(float(each.mean()), float(low), float(high))
