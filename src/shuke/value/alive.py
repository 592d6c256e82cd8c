"""P(alive), where the parameters are not known for sure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import expit, logit

from shuke.value.count_model import CountModel
from shuke.value.futures import kind_of
from shuke.value.histories import FloatArray, Histories

_STEP = 1e-3  # of a log parameter, to tell by how much the odds change
_SURE = 1e-13  # of being gone: below, odds are rounding


def mean_alive(model: CountModel, histories: Histories) -> FloatArray:
    """What is the chance that each customer is still there, over all that the parameters may be? Shape (n,), in [0, 1].

    The log odds of having left are taken as normal, with the variance that the fit's covariance gives them; the mean
    of the logistic over a normal is taken as MacKay (1992), "The Evidence Framework Applied to Classification
    Networks", eq. 11, takes it. Where no covariance is known it is P(alive) by the estimate.
    """
    params = model.params_
    estimate = model.probability_alive(histories)
    names = kind_of(model).parameters
    if not names or params.covariance is None:
        return estimate
    open_ = np.flatnonzero((estimate > 0) & (estimate < 1 - _SURE))  # whether others are there is no question
    asked = Histories(histories.x[open_], histories.t_x[open_], histories.T[open_], histories.customers[open_])
    odds = -logit(estimate[open_])
    slopes = np.empty((len(names), len(open_)))
    for slope, name in zip(slopes, names, strict=True):
        moved = type(model).from_params(replace(params, **{name: getattr(params, name) * np.exp(_STEP)}))
        slope[:] = (-logit(np.clip(moved.probability_alive(asked), 1e-300, 1 - 1e-16)) - odds) / _STEP
    variance = np.einsum("in,ij,jn->n", slopes, np.array(params.covariance), slopes, optimize=True)
    found = estimate.copy()
    found[open_] = expit(-odds / np.sqrt(1 + np.pi / 8 * np.maximum(variance, 0)))
    return found
