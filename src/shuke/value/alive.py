"""P(alive), where the parameters are not known for sure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from scipy.special import expit, logit

from shuke.value._lifetimes import Lifetime, Silence, log_odds_gone
from shuke.value.bgnbd import BGNBD
from shuke.value.count_model import CountModel
from shuke.value.futures import kind_of
from shuke.value.histories import FloatArray, Histories
from shuke.value.pareto_nbd import ParetoLifetime, ParetoNBD

_STEP = 1e-3  # of a log parameter or an effect, to tell by how much the odds change
_SURE = 1e-13  # of being gone: below, odds are rounding

_Odds = Callable[[Any, Histories], tuple[FloatArray, FloatArray]]
"""Parameters, histories -> log odds of having left, shape (n,), and their slopes by the logs of the parameters."""


def mean_alive(model: CountModel, histories: Histories) -> FloatArray:
    """What is the chance that each customer is still there, over all that the parameters may be? Shape (n,), in [0, 1].

    The log odds of having left are taken as normal, with the variance that the fit's covariance gives them; the mean
    of the logistic over a normal is taken as MacKay (1992), "The Evidence Framework Applied to Classification
    Networks", eq. 11, takes it. Where no covariance is known it is P(alive) by the estimate.

    How the odds change with the parameters is known in closed form of most models, and found by differences of others.
    """
    params, known = model.params_, _ODDS.get(type(model))
    if not kind_of(model).parameters or params.covariance is None:
        return model.probability_alive(histories)
    if known is not None and not _effects(params):
        odds, slopes = known(params, histories)
    else:
        odds, slopes = _by_differences(model, histories)
    variance = np.einsum("in,ij,jn->n", slopes, np.array(params.covariance), slopes, optimize=True)
    return np.asarray(expit(-odds / np.sqrt(1 + np.pi / 8 * np.maximum(variance, 0))))


def _at_purchase(params: Any, seen: Histories, *, first_too: bool = False) -> tuple[FloatArray, FloatArray]:
    """Fader & Hardie, "Computing P(alive) Using the BG/NBD Model" (2008), eq. 6; for MBG/NBD with one more purchase
    survived, so that one-time buyers may be gone as well."""
    r, alpha, a, b, x = params.r, params.alpha, params.a, params.b, seen.x
    gap = np.log1p((seen.T - seen.t_x) / (alpha + seen.t_x))
    others = b + x if first_too else np.maximum(b + x - 1, b)
    odds = np.log(a / others) + (r + x) * gap
    by_alpha = (r + x) * (alpha / (alpha + seen.T) - alpha / (alpha + seen.t_x))
    slopes = np.array([r * gap, by_alpha, np.ones(len(x)), -b / others])
    return odds if first_too else np.where(x > 0, odds, -np.inf), slopes


def _in_time(params: Any, seen: Histories, *, life: Callable[[Any], Lifetime]) -> tuple[FloatArray, FloatArray]:
    """`shuke.value._lifetimes`, which knows the slopes by r, and by the logs of all others."""
    odds, slopes = log_odds_gone(Silence(params.r + seen.x, seen.t_x, seen.T, params.alpha, life(params)))
    slopes[0] *= params.r
    return odds, slopes


def _by_differences(model: CountModel, seen: Histories) -> tuple[FloatArray, FloatArray]:
    """The same of any model. Where nothing is to be asked, since a customer is surely there or gone, slopes are 0."""
    estimate = model.probability_alive(seen)
    open_ = np.flatnonzero((estimate > 0) & (estimate < 1 - _SURE))
    asked = seen.rows(open_)
    with np.errstate(divide="ignore"):  # odds of what is sure
        odds = -logit(estimate)
    moved = list(_moved(model.params_, kind_of(model).parameters))
    slopes = np.zeros((len(moved), len(seen)))
    for slope, params in zip(slopes, moved, strict=True):
        chance = type(model).from_params(params).probability_alive(asked)
        slope[open_] = (-logit(np.clip(chance, 1e-300, 1 - 1e-16)) - odds[open_]) / _STEP
    return odds, slopes


def _moved(params: Any, logs_of: tuple[str, ...]) -> Iterator[Any]:
    """The parameters with one of them a step further, in the order of the covariance."""
    for name in logs_of:
        yield replace(params, **{name: getattr(params, name) * np.exp(_STEP)})
    for name, effects in _effects(params).items():
        for place in range(len(effects)):
            further = tuple(effect + _STEP * (other == place) for other, effect in enumerate(effects))
            yield replace(params, **{name: further})


def _effects(params: Any) -> dict[str, tuple[float, ...]]:
    """What covariates do, where the model has some."""
    named = {name: getattr(params, name, ()) for name in ("purchase_effects", "dropout_effects")}
    return {name: effects for name, effects in named.items() if effects}


_ODDS: dict[type, _Odds] = {
    BGNBD: _at_purchase,
    ParetoNBD: partial(_in_time, life=lambda params: ParetoLifetime(params.s, params.beta)),
}
