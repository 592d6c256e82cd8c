"""Weighted measures of a forecast: each history counts as many times as it has customers."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_BINS = 10


def mean(values: Floats, customers: Floats) -> float:
    return float(customers @ values / customers.sum())


def root_mean_square(values: Floats, customers: Floats) -> float:
    return math.sqrt(mean(values**2, customers))


def standard_error(values: Floats, customers: Floats) -> float | None:
    """Of the mean, customers being independent; None for fewer than two."""
    total = float(customers.sum())
    if total < 2:
        return None
    around = values - mean(values, customers)
    return math.sqrt(float(customers @ around**2) / (total - 1) / total)


def bins(forecast: Floats, customers: Floats) -> NDArray[np.int64]:
    """To which tenth of the customers, by rising forecast, does each history belong? Numbered from 0, without gaps.

    Equal forecasts stay together, in the tenth where their middle lies; so there may be fewer than ten.
    """
    distinct, group = np.unique(forecast, return_inverse=True)
    weight = np.bincount(group, customers, len(distinct))
    middle = np.cumsum(weight) - weight / 2
    tenth = np.minimum((middle * _BINS / weight.sum()).astype(np.int64), _BINS - 1)
    return np.asarray(np.unique(tenth, return_inverse=True)[1][group])
