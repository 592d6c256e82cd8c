"""P(alive), where the parameters are not known for sure."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from scipy.special import expit, logit

from shuke.value._erlang import silence
from shuke.value.bgnbd import BGNBD
from shuke.value.count_model import CountModel
from shuke.value.drawing import acts_of, covariance_of, params_at, point_of
from shuke.value.futures import kind_of
from shuke.value.histories import FloatArray, Histories
from shuke.value.mbgcnbdk import MBGCNBDk
from shuke.value.mbgnbd import MBGNBD

_STEP = 1e-3  # of a log, to tell by how much the odds change
_SURE = 1e-13  # of being gone: below, odds are rounding
_WELL_KNOWN = 0.005  # spread of logs in which odds do not change by enough to matter: by 1 % at most

_Odds = Callable[[Any, Histories], tuple[FloatArray, FloatArray]]
"""Parameters, histories -> log odds of having left, shape (n,), and their slopes by the logs of the parameters."""


def mean_alive(model: CountModel, histories: Histories) -> FloatArray:
    """What is the chance that each customer is still there, over all that the parameters may be? Shape (n,), in [0, 1].

    The log odds of having left are taken as normal, with the variance that the fit's covariance gives them; the mean
    of the logistic over a normal is taken as MacKay (1992), "The Evidence Framework Applied to Classification
    Networks", eq. 11, takes it. Where no covariance is known it is P(alive) by the estimate.

    How the odds change with the parameters is known in closed form of some models. Of others it is found by differences
    along the axes of the covariance, but for those in which the logs are known to within 0.5 %.
    """
    params, known = model.params_, _ODDS.get(type(model))
    covariance = covariance_of(params)
    if covariance is None:
        return model.probability_alive(histories)
    if known is None or acts_of(params):
        odds, variance = _by_differences(model, histories, covariance)
    else:
        odds, slopes = known(params, histories)
        variance = np.einsum("in,ij,jn->n", slopes, covariance, slopes, optimize=True)
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


def _in_phases(params: Any, seen: Histories) -> tuple[FloatArray, FloatArray]:
    """MBG/CNBD-k: as MBG/NBD with k events a purchase, less the log of how much likelier it is that fewer than k came
    since the last purchase than that none did (Platzer & Reutterer 2016)."""
    r, alpha, a, b, k = params.r, params.alpha, params.a, params.b, params.k
    shape, now, stays = r + k * seen.x, alpha + seen.T, b + seen.x
    gap = np.log1p((seen.T - seen.t_x) / (alpha + seen.t_x))
    few = silence(shape, (seen.T - seen.t_x) / now, k)
    odds = np.log(a / stays) + shape * gap - few.log
    by_alpha = shape * (alpha / now - alpha / (alpha + seen.t_x)) + few.by_log_share * alpha / now
    return odds, np.array([r * (gap - few.by_shape), by_alpha, np.ones(len(gap)), -b / stays])


def _by_differences(model: CountModel, seen: Histories, covariance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Log odds of having left, and their variance, of any model."""
    estimate = model.probability_alive(seen)
    with np.errstate(divide="ignore"):  # odds of what is sure
        odds = -logit(estimate)
    variance, open_ = np.zeros(len(seen)), np.flatnonzero((estimate > 0) & (estimate < 1 - _SURE))
    asked, names = seen.rows(open_), kind_of(model).parameters
    point = point_of(model.params_, names)
    for strength, axis in zip(*_axes(covariance), strict=True):
        if strength > _WELL_KNOWN**2:
            moved = _made(model)(params_at(model.params_, names, point + _STEP * axis))
            chance = np.clip(moved.probability_alive(asked), 1e-300, 1 - 1e-16)
            variance[open_] += strength * ((-logit(chance) - odds[open_]) / _STEP) ** 2
    return odds, variance


def _made(model: Any) -> Callable[[Any], CountModel]:
    """What makes a model of the same kind out of other parameters: every model that has a covariance has it."""
    return type(model).from_params  # type: ignore[no-any-return]


def _axes(covariance: FloatArray) -> tuple[FloatArray, FloatArray]:
    variance, axes = np.linalg.eigh(covariance)
    return variance, axes.T


_ODDS: dict[type, _Odds] = {
    BGNBD: _at_purchase,
    MBGNBD: partial(_at_purchase, first_too=True),
    MBGCNBDk: _in_phases,
}
