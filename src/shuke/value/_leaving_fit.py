"""Fitting models whose customers may leave at any purchase: what was found, and what was odd in the data."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from shuke.value._leaving_likelihood import THINNED, Likelihood, RowLikelihood, sought
from shuke.value.covariates import CovariateEffects, CovariateLikelihood
from shuke.value.fitting import Fitted, fit_logs, minimise, turned
from shuke.value.histories import Histories

ON = ("alpha", "a", "b")  # parameters that covariates move,
_ACTS = ((1, -1), (2, 1), (3, 1))  # where they stand, and which way: [FH] have alpha_0 exp(-gamma'z), a_0 exp(gamma'z)
_MIX = ((1, 0, 0), (0, 0.5, 1), (0, -0.5, 1))  # on a/b and on sqrt(a b), as `sought`


@dataclass(frozen=True)
class Found:
    """What a fit has to say; the fields are those of the models' parameters."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float | None
    customers: int
    histories: int
    standard_errors: tuple[float, ...] | None
    covariance: tuple[tuple[float, ...], ...] | None
    notes: tuple[str, ...]
    effects: CovariateEffects | None = None


def fit_leaving(grouped: Histories, k: int, few_repeat_buyers: int, *, at_first: bool) -> Found:
    """The likeliest parameters of grouped histories; where nobody came back, half a purchase over all time."""
    if not grouped.customers @ grouped.x > 0:
        return _nobody_came_back(grouped, k)
    likelihood = Likelihood(grouped, k, at_first=at_first)
    fitted = fit_logs(likelihood, likelihood.thinned(), likelihood.total, sought(k))
    log_gaps = _log_gaps(grouped, k)
    found = _found(fitted, likelihood, len(grouped), log_gaps)
    odd = _odd(likelihood, fitted, few_repeat_buyers)
    if not grouped.covariate_names:
        return replace(found, notes=(*odd, *fitted.notes))
    return _with_covariates(grouped, likelihood, fitted, log_gaps, few_repeat_buyers, at_first)


def _found(fitted: Fitted, likelihood: Likelihood, histories: int, log_gaps: float | None) -> Found:
    parameters = (np.exp(fitted.logs[:4]) * [1, likelihood.unit, 1, 1]).tolist()
    known = None if log_gaps is None else likelihood.log_likelihood(fitted.best.value, log_gaps)
    spread = fitted.covariance[:4, :4]
    r, alpha, a, b = parameters
    return Found(
        *(r, alpha, a, b),
        log_likelihood=known,
        customers=round(likelihood.total),
        histories=histories,
        standard_errors=tuple((np.array(parameters) * np.sqrt(np.diag(spread))).tolist()),
        covariance=tuple(tuple(row) for row in spread.tolist()),
        notes=fitted.notes,
    )


def _with_covariates(
    h: Histories, likelihood: Likelihood, plain: Fitted, log_gaps: float | None, few_repeat_buyers: int, at_first: bool
) -> Found:
    """From the fit without covariates, the one with them."""
    full = _of_rows(h, likelihood, at_first)
    step = len(h) // THINNED
    rough = _of_rows(_every(h, step), likelihood, at_first) if step >= 2 else None
    where = full.coordinates(sought(likelihood.k), plain.best.at, _MIX)
    fitted = fit_logs(full, rough, likelihood.total, where)
    found = _found(fitted, likelihood, len(h), log_gaps)
    typical = replace(plain, logs=sought().matrix @ fitted.best.at[:4])
    alike = ["covariate_alike"] if np.isinf(full.spread).any() else []
    notes = (*_odd(likelihood, typical, few_repeat_buyers), *alike, *fitted.notes)
    return replace(found, notes=notes, effects=full.effects(fitted, h.covariate_names, ON))


def _of_rows(h: Histories, likelihood: Likelihood, at_first: bool) -> CovariateLikelihood:
    return CovariateLikelihood(h, RowLikelihood(h, likelihood.unit, likelihood.k, at_first=at_first), _ACTS)


def _every(h: Histories, step: int) -> Histories:
    """Every ``step``-th history."""
    rows = slice(step // 2, None, step)
    return Histories(
        *(h.x[rows], h.t_x[rows], h.T[rows], h.customers[rows]),
        covariates=h.known_covariates()[rows],
        covariate_names=h.covariate_names,
    )


def _log_gaps(grouped: Histories, k: int) -> float | None:
    """The logs of all gaps, summed; None where they are needed and not known."""
    if k == 1:
        return 0.0
    return None if grouped.log_gaps is None else float(grouped.customers @ grouped.log_gaps)


def _odd(likelihood: Likelihood, fitted: Fitted, few_repeat_buyers: int) -> list[str]:
    best, where = fitted.best, sought(likelihood.k)
    r, _, a, b = np.exp(fitted.logs)
    # Leaving is "detected" when it explains the data better by 2 log-likelihood units; asked only where few have left.
    staying = False
    if likelihood.share_gone(fitted.logs) < 0.1:
        matrix = where.matrix[:2, :2]
        without = minimise(turned(likelihood.without_dropout, matrix), best.at[:2], where.bounds[:2])
        staying = likelihood.total * (without.value - best.value) < 2
    met = (likelihood.repeaters < few_repeat_buyers, staying, r > 100, b / (a * (a + b + 1)) < 0.01)
    notes = ("too_few_repeat_buyers", "no_dropout_detected", "purchase_rates_alike", "dropout_alike")
    return [note for note, true in zip(notes, met, strict=True) if true]


def _nobody_came_back(grouped: Histories, k: int) -> Found:
    customers, time = float(grouped.customers.sum()), float(grouped.customers @ grouped.T) or 1.0
    effects = None
    if grouped.covariate_names:
        none = tuple(0.0 for _ in grouped.covariate_names)
        effects = CovariateEffects(grouped.covariate_names, ON, (none,) * len(ON), means=_means(grouped))
    return Found(
        *(1.0, 2 * time / k, 1.0, 3.0),
        log_likelihood=None,
        customers=round(customers),
        histories=len(grouped),
        standard_errors=None,
        covariance=None,
        notes=("no_repeat_purchases",),
        effects=effects,
    )


def _means(h: Histories) -> tuple[float, ...]:
    if not h.customers.sum() > 0:
        return (0.0,) * len(h.covariate_names)
    return tuple(np.average(h.known_covariates(), axis=0, weights=h.customers).tolist())
