"""Back-tests: what models said of a time that was kept from them, against what happened in it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from shuke.evaluate._measures import Floats, bins, mean, root_mean_square, standard_error
from shuke.kit.errors import InputError

_COLUMNS = ("x", "t_x", "T", "purchases", "customers")
# About the log of the smallest number: a model that calls impossible what happened is punished, but comparable.
_LEAST_LOG = -700.0
_TWO_SIDED_95 = 1.96


class CountModel(Protocol):
    """A fitted model of how many purchases will come. Times in histories and horizon are in one unit."""

    def expected_purchases(self, histories: object, horizon: float) -> Floats:
        """How many purchases will each customer make within the horizon?"""

    def probability_of_purchases(self, histories: object, n: int, horizon: float) -> Floats:
        """What is the chance of exactly `n` purchases?"""

    def log_probability_of_purchases(self, histories: object, n: Floats, horizon: float) -> Floats:
        """What is the log of the chance of each customer's own count?"""


@dataclass(frozen=True)
class Bin:
    """Customers with like forecasts: how many, the mean forecast, and the mean of what happened."""

    customers: int
    forecast: float
    actual: float


@dataclass(frozen=True)
class ModelTest:
    """One model's forecast against what happened. Means are per customer; errors are forecast minus actual.

    `total_error_share` is the error of the total as a share of the actual total, None where nothing was bought.
    `no_purchase_brier` is the mean squared error of the chance of no purchase, 0 at best. `log_score` is the mean log
    of the chance given to what happened, the higher the better.
    """

    name: str
    mean_forecast: float
    mean_actual: float
    total_forecast: float
    total_actual: int
    total_error: float
    total_error_share: float | None
    mean_absolute_error: float
    root_mean_squared_error: float
    calibration: tuple[Bin, ...]
    no_purchase_brier: float
    no_purchase_calibration: tuple[Bin, ...]
    log_score: float


@dataclass(frozen=True)
class Comparison:
    """How much better is `name` than `than`? The mean difference of their log scores, customer by customer.

    `standard_error` is None with fewer than two customers.
    """

    name: str
    than: str
    difference: float
    standard_error: float | None

    @property
    def clear(self) -> bool:
        """Whether the difference is above zero beyond chance (1.96 standard errors, 95 % two-sided)."""
        error = self.standard_error
        return error is not None and self.difference > 0 and self.difference > _TWO_SIDED_95 * error


@dataclass(frozen=True)
class Backtest:
    """All models on one hold-out; `dataclasses.asdict` makes it ready for JSON.

    `best` has the highest log score, None where there was nothing to test. `notes` (codes of `backtest.…`) say why:

    - `no_holdout`: the horizon is 0;
    - `no_customers`: nobody had bought before the hold-out;
    - `no_models`: no model was given;
    - `no_purchases`: nobody bought in the hold-out; all is computed, but shares of the total are None;
    - `impossible_outcome`: some model gave no chance at all to what happened; its log is taken as -700.
    """

    horizon: float
    customers: int
    models: tuple[ModelTest, ...]
    comparisons: tuple[Comparison, ...]
    best: str | None
    notes: tuple[str, ...] = ()

    def model(self, name: str) -> ModelTest:
        """The test of that model. Raises InputError where it was not tested."""
        for tested in self.models:
            if tested.name == name:
                return tested
        known = ", ".join(tested.name for tested in self.models) or "none"
        raise InputError(f"No model {name!r} was tested; tested were: {known}.")

    def comparison(self, name: str, *, than: str) -> Comparison | None:
        """One model against another; None where they were not both tested."""
        return next((found for found in self.comparisons if (found.name, found.than) == (name, than)), None)

    def clearly_better(self, name: str, *, than: str) -> bool:
        """Did `name` foresee what happened better than `than`, beyond chance? False where not both were tested."""
        found = self.comparison(name, than=than)
        return found is not None and found.clear


@dataclass(frozen=True, eq=False)
class Held:
    """What the models may see, and what happened to as many customers."""

    histories: dict[str, Floats]
    purchases: Floats
    customers: Floats
    horizon: float


class Answers(Protocol):
    """What a model said of each history already: `shuke.evaluate.origins.Marks`."""

    @property
    def logs(self) -> Floats: ...
    @property
    def forecast(self) -> Floats: ...


def backtest(
    models: Mapping[str, CountModel],
    histories: Any,
    *,
    horizon: float,
    said: Mapping[str, Answers] | None = None,
) -> Backtest:
    """How well did each model foresee the hold-out? (Mission 5.4.)

    `models` are fitted on what was known before it; `histories` (a pyarrow Table, a dict of arrays or a data frame) has
    the distinct `x`, `t_x`, `T` at its start, the `purchases` then made in it, and how many `customers` had each.
    `horizon` is its length, in the unit of `t_x`. What models `said` of it already, they are not asked again.
    They are ranked by the log score of the held-out count, since likelihoods of different models on different data do
    not compare, and a squared error rewards guessing means only.

    Raises InputError for missing columns, and for a model that answers with something else than numbers.

    >>> class Steady:
    ...     def expected_purchases(self, histories, horizon): return histories["x"] / histories["T"] * horizon
    ...     def probability_of_purchases(self, histories, n, horizon):
    ...         return np.exp(-self.expected_purchases(histories, horizon))
    ...     def log_probability_of_purchases(self, histories, n, horizon):
    ...         return -self.expected_purchases(histories, horizon)
    >>> seen = {"x": [1, 3], "t_x": [5, 9], "T": [10, 10], "purchases": [0, 0], "customers": [6, 2]}
    >>> tested = backtest({"steady": Steady()}, seen, horizon=10)
    >>> tested.best, tested.model("steady").total_forecast, tested.notes
    ('steady', 12.0, ('no_purchases',))

    Source: Gneiting & Raftery, "Strictly Proper Scoring Rules, Prediction, and Estimation", JASA 102 (2007), for the
    log and Brier scores; Fader, Hardie & Lee (2005) for calibration on a hold-out.
    """
    held = held_out(histories, horizon)
    customers = round(float(held.customers.sum()))
    reasons = {"no_holdout": horizon <= 0, "no_customers": customers == 0, "no_models": not models}
    reason = next((code for code, met in reasons.items() if met), None)
    if reason:
        return Backtest(float(horizon), customers, (), (), None, (reason,))
    answers = said or {}
    logs = {
        name: answers[name].logs if name in answers else log_chances(name, model, held)
        for name, model in models.items()
    }
    foreseen = {
        name: answers[name].forecast if name in answers else expected(name, model, held)
        for name, model in models.items()
    }
    tested = tuple(_tested(name, model, held, logs[name], foreseen[name]) for name, model in models.items())
    met = {
        "no_purchases": not held.customers @ held.purchases > 0,
        "impossible_outcome": any((found <= _LEAST_LOG).any() for found in logs.values()),
    }
    return Backtest(
        horizon=float(horizon),
        customers=customers,
        models=tested,
        comparisons=tuple(_compared(a, b, logs, held) for a, b in itertools.permutations(logs, 2)),
        best=max(tested, key=lambda found: found.log_score).name,
        notes=tuple(code for code, is_so in met.items() if is_so),
    )


def expected(name: str, model: CountModel, held: Held) -> Floats:
    return _numbers(name, model.expected_purchases(held.histories, held.horizon), held)


def _tested(name: str, model: CountModel, held: Held, logs: Floats, forecast: Floats) -> ModelTest:
    nothing = _numbers(name, model.probability_of_purchases(held.histories, 0, held.horizon), held)
    error = forecast - held.purchases
    bought_nothing = (held.purchases == 0).astype(float)
    total, actual = float(held.customers @ forecast), round(float(held.customers @ held.purchases))
    return ModelTest(
        name=name,
        mean_forecast=mean(forecast, held.customers),
        mean_actual=mean(held.purchases, held.customers),
        total_forecast=total,
        total_actual=actual,
        total_error=total - actual,
        total_error_share=(total - actual) / actual if actual else None,
        mean_absolute_error=mean(np.abs(error), held.customers),
        root_mean_squared_error=root_mean_square(error, held.customers),
        calibration=_calibration(forecast, held.purchases, held.customers),
        no_purchase_brier=mean((nothing - bought_nothing) ** 2, held.customers),
        no_purchase_calibration=_calibration(nothing, bought_nothing, held.customers),
        log_score=mean(logs, held.customers),
    )


def _calibration(forecast: Floats, actual: Floats, customers: Floats) -> tuple[Bin, ...]:
    number = bins(forecast, customers)
    count = np.bincount(number, customers)
    foreseen = np.bincount(number, customers * forecast) / count
    happened = np.bincount(number, customers * actual) / count
    rows = zip(count.tolist(), foreseen.tolist(), happened.tolist(), strict=True)
    return tuple(Bin(round(n), said, was) for n, said, was in rows)


def _compared(name: str, than: str, logs: Mapping[str, Floats], held: Held) -> Comparison:
    gain = logs[name] - logs[than]
    return Comparison(name, than, mean(gain, held.customers), standard_error(gain, held.customers))


def log_chances(name: str, model: CountModel, held: Held) -> Floats:
    found = model.log_probability_of_purchases(held.histories, held.purchases, held.horizon)
    floored = np.maximum(np.asarray(found, dtype=float), _LEAST_LOG)
    return _numbers(name, floored, held)


def _numbers(name: str, answer: Floats, held: Held) -> Floats:
    found = np.asarray(answer, dtype=float)
    if found.shape != held.customers.shape or not np.isfinite(found).all():
        raise InputError(
            f"Model {name!r} answered with shape {found.shape} and {int((~np.isfinite(found)).sum())} values that are "
            f"no numbers; expected {len(held.customers)} numbers, one a history. Fit it again, or leave it out."
        )
    return found


def held_out(histories: Any, horizon: float) -> Held:
    """Its columns as numbers, without rows that nobody has. Raises InputError for missing columns and empty values."""
    names = list(getattr(histories, "column_names", None) or histories.keys())
    missing = [name for name in _COLUMNS if name not in names]
    if missing:
        raise InputError(
            f"The hold-out lacks {', '.join(missing)}; it has {', '.join(map(str, names)) or 'no column'}."
        )
    columns = {name: np.asarray(histories[name], dtype=float) for name in _COLUMNS}
    if not all(np.isfinite(column).all() for column in columns.values()):
        raise InputError("The hold-out has empty values: leave out customers who had not bought before it.")
    there = columns["customers"] > 0
    seen = {name: column[there] for name, column in columns.items()}
    return Held(
        {name: seen[name] for name in ("x", "t_x", "T", "customers")}, seen["purchases"], seen["customers"], horizon
    )
