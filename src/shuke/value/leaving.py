"""Leaving at a steady chance per period: a customer stays k more periods with chance (1 - theta)^k, theta ~ Beta.

What `BGBB` and `ShiftedBetaGeometric` share. ``leave`` and ``stay`` are the parameters of theta's Beta distribution for
a customer as now known: each period survived adds 1 to ``stay``.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betaincinv, expit, log_expit, logit

from shuke.kit.errors import InputError
from shuke.value.histories import FloatArray

_BLOCK = 1 << 10  # periods at a time
_POINTS = 257


def whole(value: float, name: str) -> int:
    """A whole number from 0, or an InputError."""
    if not (np.isfinite(value) and value >= 0 and value == int(value)):
        raise InputError(f"Unexpected {name}={value}: give a whole number from 0; time is counted in periods here")
    return int(value)


def rising(start: float, steps: int) -> FloatArray:
    """log of start (start+1) … (start+k-1) for k = 0 … ``steps``: gamma functions without their cancellation."""
    return np.concatenate([[0.0], np.cumsum(np.log(start + np.arange(steps)))])


def rising_slope(start: float, steps: int) -> FloatArray:
    """The derivative of `rising` by ``start``."""
    return np.concatenate([[0.0], np.cumsum(1 / (start + np.arange(steps)))])


def expected_stays(leave: float, stay: FloatArray, periods: int) -> FloatArray:
    """How many of the next ``periods`` will the customer see begin? The sum of E[(1-theta)^k], k = 1 … ``periods``.

    E[(1-theta)^k] is the product of (stay+i)/(leave+stay+i) over i < k: summed, since the closed form divides by
    leave - 1.
    """
    total, still = np.zeros(len(stay)), np.ones(len(stay))
    for start in range(0, periods, _BLOCK):
        reach = stay[:, None] + np.arange(start, min(start + _BLOCK, periods))
        chances = still[:, None] * np.cumprod(reach / (leave + reach), axis=1)
        total += chances.sum(axis=1)
        still = chances[:, -1]
    return total


def discounted_stays(leave: float, stay: FloatArray, discount_rate: float) -> FloatArray:
    """The sum of E[(1-theta)^k] / (1+d)^k over all k from 1 without end, at ``discount_rate`` d > 0 per period.

    Summed under the expectation it is E[(1-theta)/(d+theta)], in the papers a 2F1, which fails for small d. The line
    from 1/d at theta = 0 to 0 at theta = 1 is integrated exactly; what is left vanishes at both ends, and in
    y = logit(theta) the trapezoidal rule is exact to rounding.
    """
    d, a, b = discount_rate, leave, stay[:, None]
    low = logit(betaincinv(a + 1, stay + 1, 1e-18))
    high = -logit(betaincinv(stay + 1, a + 1, 1e-18))
    y = np.linspace(low, high, _POINTS, axis=1)
    weight = (a + 1) * log_expit(y) + (b + 1) * log_expit(-y)
    weight = np.exp(weight - weight.max(axis=1, keepdims=True))
    # as a sum of its own, E[theta (1-theta)] is known: no beta function has to be as exact as the rest
    weight *= a * b / ((a + b) * (a + b + 1)) / weight.sum(axis=1, keepdims=True)
    rest = (weight / (d + expit(y))).sum(axis=1)
    return np.asarray((stay / (a + stay) - rest) / d)
