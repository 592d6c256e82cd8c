"""What is asked of many customers who differ in the time they are known alone: told at few times, and drawn between.

Given r, a and b of those still there, a forecast is a smooth function of log alpha, in which the time known stands. By
Chebyshev's polynomials it is had from 32 values to about ten digits; how small the last coefficients are says whether
it is (Trefethen, "Approximation Theory and Approximation Practice", 2013, ch. 8), and where it is not, each is asked.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from shuke.value._alive import Alive
from shuke.value._distinct import distinct_rows
from shuke.value.histories import FloatArray, IntArray

_POINTS = 32
_CLOSE = 1e-9  # of the smallest value, to which the rest of the series must have fallen

_angles = np.pi * (np.arange(_POINTS) + 0.5) / _POINTS
_TO_COEFFICIENTS = 2 / _POINTS * np.cos(np.outer(_angles, np.arange(_POINTS)))
_TO_COEFFICIENTS[:, 0] /= 2


def along_alpha(alive: Alive, answer: Callable[[Alive], FloatArray]) -> FloatArray:
    """The answer for each, where it rests on r, alpha, a and b alone, and never is 0 of some and not of others."""
    first, group = distinct_rows(alive.r, alive.a, alive.b)
    many = np.bincount(group) > _POINTS
    drawn, found = np.flatnonzero(many), np.empty(len(alive))
    if len(drawn):
        rows = np.flatnonzero(many[group])
        place = np.cumsum(many)[group[rows]] - 1
        found[rows], close = _drawn(alive, first[drawn], rows, place, answer)
        many[drawn] = close
    each = np.flatnonzero(~many[group])
    found[each] = answer(alive.part(each))
    return found


def _drawn(
    alive: Alive, of: IntArray, rows: IntArray, place: IntArray, answer: Callable[[Alive], FloatArray]
) -> tuple[FloatArray, np.ndarray]:
    """The answer for these rows, each on the curve at its place, and which curves are close."""
    log_alpha = np.log(alive.alpha[rows])
    low, high = np.full(len(of), np.inf), np.full(len(of), -np.inf)
    np.minimum.at(low, place, log_alpha)
    np.maximum.at(high, place, log_alpha)
    middle, half = (low + high) / 2, (high - low) / 2
    at = np.exp(middle[:, None] + half[:, None] * np.cos(_angles)).ravel()
    told = alive.part(np.repeat(of, _POINTS))
    values = answer(Alive(told.r, at, told.a, told.b, told.silence)).reshape(len(of), _POINTS)
    coefficients = values @ _TO_COEFFICIENTS
    close = np.abs(coefficients[:, -3:]).max(axis=1) <= _CLOSE * np.abs(values).min(axis=1)
    return _sum_of_series(coefficients, place, (log_alpha - middle[place]) / half[place]), close


def _sum_of_series(coefficients: FloatArray, place: IntArray, u: FloatArray) -> FloatArray:
    """Clenshaw's recurrence, each row by the coefficients at its place."""
    ahead = after = np.zeros(len(u))
    for column in coefficients.T[:0:-1]:
        ahead, after = column[place] + 2 * u * ahead - after, ahead
    return np.asarray(coefficients[place, 0] + u * ahead - after)
