"""Fitting models whose customers may leave at any time: what was found, and what was odd in the data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import fields, replace
from typing import Any

import numpy as np

from shuke.value._in_time_likelihood import Likelihood, RowLikelihood
from shuke.value._lifetimes import Lifetime
from shuke.value.covariates import CovariateEffects, CovariateLikelihood
from shuke.value.fitting import Coordinates, Fitted, Objective, fit_logs, minimise, turned
from shuke.value.histories import FloatArray, Histories

_DETECTED = 2.0  # log-likelihood units that dropout must gain
_THINNED = 10_000  # histories that a first fit with covariates looks at

Told = tuple[list[float], dict[str, Any]]
"""The parameters (r, alpha, those of the lifetime), and the other fields of a model's parameters by name."""


def fit_in_time(grouped: Histories, life: type[Lifetime], sought: Coordinates, few_repeat_buyers: int) -> Told:
    """The likeliest parameters of grouped histories in which somebody came back."""
    likelihood = Likelihood(grouped, life)
    sought = _in_lives(sought, likelihood)
    fitted, gained = _best(likelihood, sought)
    found, effects, more = fitted, None, []
    if grouped.covariate_names:
        found, covariates = _with_covariates(grouped, likelihood, fitted, sought)
        more = ["covariate_alike"] if np.isinf(covariates.spread).any() else []
    found = _in_logs(found, life)
    if grouped.covariate_names:
        effects = covariates.effects(found, grouped.covariate_names, _moved(life))
    base = 2 + len(fields(life))
    parameters = np.exp(found.logs[:base]) * likelihood.unit ** np.array([0.0, 1.0, *life.powers_of_time])
    spread = found.covariance[:base, :base]
    return parameters.tolist(), {
        # a density of times: one factor of the unit per purchase
        "log_likelihood": float(-found.best.value * likelihood.total - likelihood.purchases * np.log(likelihood.unit)),
        "customers": round(likelihood.total),
        "histories": len(grouped),
        "standard_errors": tuple((parameters * np.sqrt(np.diag(spread))).tolist()),
        "covariance": tuple(tuple(row) for row in spread.tolist()),
        "notes": (*_odd(likelihood, found.logs, gained, few_repeat_buyers), *more, *found.notes),
        "effects": effects,
    }


def nobody_came_back(grouped: Histories, life: type[Lifetime], unknown: Sequence[float]) -> Told:
    """The same where there is nothing to fit: half a purchase over all time, ``unknown`` for the lifetime, in its
    units."""
    time, customers = float(grouped.customers @ grouped.T) or 1.0, float(grouped.customers.sum())
    effects = None
    if grouped.covariate_names:
        none = tuple(0.0 for _ in grouped.covariate_names)
        means = grouped.customers @ grouped.known_covariates() / (customers or 1.0)
        effects = CovariateEffects(grouped.covariate_names, _moved(life), (none, none), means=tuple(means.tolist()))
    units = time ** np.array([1.0, *life.powers_of_time])
    return [1.0, *(np.array([2.0, *unknown]) * units).tolist()], {
        "customers": round(customers),
        "histories": len(grouped),
        "notes": ("no_repeat_purchases",),
        "effects": effects,
    }


def _best(likelihood: Likelihood, sought: Coordinates) -> tuple[Fitted, float]:
    """The best point, and how much dropout gains there: log-likelihood units more than without.

    Where few leave, and those at once, a climb that starts from long lives may end on the plain where nobody leaves: so
    from there a second one is made, from short lives that differ much.
    """
    objective, thinned = _as_sought(likelihood, likelihood.life), likelihood.thinned()
    rough = None if thinned is None else _as_sought(thinned, likelihood.life)
    fitted = fit_logs(objective, rough, likelihood.total, sought)
    matrix, bounds = sought.matrix[:2, :2], sought.bounds[:2]
    without = minimise(turned(likelihood.without_dropout, matrix), fitted.best.at[:2], bounds).value
    if likelihood.total * (without - fitted.best.value) < _DETECTED:
        other = copy(sought)
        other.start = sought.start + np.log(0.1) * np.isin(np.arange(len(sought.start)), (2, 3))
        again = fit_logs(objective, rough, likelihood.total, other)
        fitted = min(fitted, again, key=lambda one: one.best.value)
    return fitted, likelihood.total * (without - fitted.best.value)


def _with_covariates(
    h: Histories, likelihood: Likelihood, plain: Fitted, sought: Coordinates
) -> tuple[Fitted, CovariateLikelihood]:
    """From the fit without covariates, the one with them: on alpha, and on the last parameter of the lifetime."""

    def of(some: Histories) -> CovariateLikelihood:
        rows = RowLikelihood(some, likelihood.life, likelihood.unit, likelihood.until)
        return CovariateLikelihood(some, rows, ((1, -1), (1 + len(fields(likelihood.life)), -1)))

    full, step = of(h), len(h) // _THINNED
    rough = _as_sought(of(_every(h, step)), likelihood.life) if step >= 2 else None
    where = full.coordinates(sought, plain.best.at, np.eye(2))
    return fit_logs(_as_sought(full, likelihood.life), rough, likelihood.total, where), full


def _every(h: Histories, step: int) -> Histories:
    """Every ``step``-th history."""
    rows, names = slice(step // 2, None, step), h.covariate_names
    columns = (h.x[rows], h.t_x[rows], h.T[rows], h.customers[rows])
    return Histories(*columns, covariates=h.known_covariates()[rows], covariate_names=names)


def _in_lives(sought: Coordinates, likelihood: Likelihood) -> Coordinates:
    """Start and bounds of how long customers stay are in units of the mean T; those of r and alpha/r as they are."""
    seen = likelihood.purchases / likelihood.total  # mean T, in units of the time per purchase
    shift = np.log(seen) * np.array([0.0, 0.0, *likelihood.life.powers_of_sought])
    scaled = copy(sought)
    scaled.start = sought.start + shift
    scaled.bounds = [(low + by, high + by) for (low, high), by in zip(sought.bounds, shift.tolist(), strict=True)]
    return scaled


def _as_sought(objective: Callable[[FloatArray], tuple[float, FloatArray]], life: type[Lifetime]) -> Objective:
    """The same as a function of what is sought in place of the lifetime's parameters."""

    def of_point(point: FloatArray) -> tuple[float, FloatArray]:
        logs, slopes = _from_sought(point, life)
        value, gradient = objective(logs)
        return value, slopes.T @ gradient

    return of_point


def _in_logs(fitted: Fitted, life: type[Lifetime]) -> Fitted:
    logs, slopes = _from_sought(fitted.logs, life)
    return replace(fitted, logs=logs, covariance=slopes @ fitted.covariance @ slopes.T)


def _from_sought(point: FloatArray, life: type[Lifetime]) -> tuple[FloatArray, FloatArray]:
    own = slice(2, 2 + len(fields(life)))
    logs, slopes = point.copy(), np.eye(len(point))
    logs[own], slopes[own, own] = life.from_sought(point[own])
    return logs, slopes


def _moved(life: type[Lifetime]) -> tuple[str, str]:
    """The parameters that covariates move: the scales of time of purchases and of lives."""
    return ("alpha", fields(life)[-1].name)


def _odd(likelihood: Likelihood, logs: FloatArray, gained: float, few_repeat_buyers: int) -> list[str]:
    r, s = np.exp(logs[[0, 2 + [field.name for field in fields(likelihood.life)].index("s")]])
    met = (likelihood.repeaters < few_repeat_buyers, gained < _DETECTED, r > 100, s > 100)
    notes = ("too_few_repeat_buyers", "no_dropout_detected", "purchase_rates_alike", "dropout_alike")
    return [note for note, true in zip(notes, met, strict=True) if true]
