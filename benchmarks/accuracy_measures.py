"""How good a forecast was, over all days together, and whether one is better than another beyond chance."""

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
class Difference:
    """By how much a figure of ours is above theirs, with a 95 % interval."""

    mean: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Above zero beyond chance."""
        return self.low > 0


@dataclass(frozen=True)
class Differences:
    """Ours less theirs, figure by figure: a log score is better above zero, an error below it."""

    log_score: Difference
    rmse: Difference
    total_error: Difference
    value_rmse: Difference


def differences(origins: list[Origin], ours: list[Answer], theirs: list[Answer]) -> Differences:
    """Customers are drawn with all their days: what one did on one day says something of what the same did on another.

    The percentile bootstrap of figures made of sums, customers being independent of each other. What moves all of them
    at once (a season, a growth) it does not see: of a total it tells how far the luck of single customers goes.
    """
    ids, of = np.unique(np.concatenate([o.customer for o in origins]).astype(str), return_inverse=True)
    sides = [_Sums.of(origins, answers, of, len(ids)) for answers in (ours, theirs)]
    rng, found = np.random.default_rng(_SEED), np.empty((RESAMPLES, 4))
    for i in range(RESAMPLES):
        drawn = np.bincount(rng.integers(0, len(ids), len(ids)), minlength=len(ids))
        found[i] = np.subtract(*(side.figures(drawn) for side in sides))
    means = np.subtract(*(side.figures(np.ones(len(ids))) for side in sides))
    low, high = np.quantile(found, (0.025, 0.975), axis=0)
    return Differences(*(Difference(*map(float, one)) for one in zip(means, low, high, strict=True)))


@dataclass(frozen=True)
class _Sums:
    """Of each customer, over all days: the days, log scores, squared errors; and of each day purchases, forecast and
    made."""

    over_days: np.ndarray
    forecast: np.ndarray
    made: np.ndarray

    @classmethod
    def of(cls, origins: list[Origin], answers: list[Answer], customer: np.ndarray, customers: int) -> _Sums:
        pairs = list(zip(origins, answers, strict=True))
        places = np.split(customer, np.cumsum([len(o.x) for o in origins])[:-1])
        columns = (
            np.ones(len(customer)),
            np.concatenate([a.log_chance for a in answers]),
            np.concatenate([(a.expected - o.bought) ** 2 for o, a in pairs]),
            np.concatenate([(a.value - o.spent) ** 2 for o, a in pairs]),
        )
        return cls(
            np.array([np.bincount(customer, column, customers) for column in columns]),
            np.array([np.bincount(at, a.expected, customers) for at, a in zip(places, answers, strict=True)]),
            np.array([np.bincount(at, o.bought, customers) for at, o in zip(places, origins, strict=True)]),
        )

    def figures(self, drawn: np.ndarray) -> np.ndarray:
        """Log score, RMSE, mean size of the total's error, RMSE of value, each customer so many times."""
        days, score, errors, value_errors = self.over_days @ drawn
        off = self.forecast @ drawn / (self.made @ drawn) - 1
        return np.array([score / days, np.sqrt(errors / days), np.abs(off).mean(), np.sqrt(value_errors / days)])
