"""Does what customers spend at a purchase rest on how often they buy?

The Gamma-Gamma model takes the two to be unrelated (Fader & Hardie 2013, section 1). Here the base's spend may rise or
fall with the number of purchases n, as n^delta (in the model: gamma_n = gamma (n / usual)^delta), and is taken to do so
under a declared rule:

- beyond chance: delta improves the likelihood as it would without dependence in 1 of 100 bases (likelihood ratio); and
  so does the slope of customers' mean spends over log n, a regression without any model (errors after White 1980);
- by enough to matter: between the quarter of customers who buy least and the quarter who buy most, delta moves the
  base's spend by more than 5 %, and so differ the plain means of the two, in the same direction.

The plain means are asked as well, since a likelihood is led by the shape of spends too: where they are lognormal and
rest on nothing, it finds a delta of -0.07. Means are not led by it.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import chi2

from shuke.value.fitting import Coordinates, Fitted, fit_logs
from shuke.value.histories import FloatArray
from shuke.value.spend_likelihood import SpendLikelihood, TiltedLikelihood

FALSE_ALARMS = 0.01
LEAST_EFFECT = 0.05
_QUARTER = 0.25
_STEP = 1e-4
_FARTHEST = 2.0  # the largest delta, either way: spend rises with the square of purchases
_BEYOND_CHANCE = float(chi2.isf(FALSE_ALARMS, 1))


def resting_on_frequency(
    spends: SpendLikelihood, rough: SpendLikelihood | None, plain: Fitted, sought: Coordinates
) -> Fitted | None:
    """The fit with a delta, in (log p, log q, log gamma, delta), where the rule asks for one; None where not.

    ``plain`` is the fit without. A score test at its best point, two looks at the data, settles most cases.
    """
    tilted = TiltedLikelihood(spends, spends.usual_purchases)
    span = float(_quarters(spends, tilted.z) @ [-1, 1])
    step, gain = _first_step(tilted, plain)
    if gain < _BEYOND_CHANCE or not _matters(0.8 * abs(step) * span):
        return None
    likeness = TiltedLikelihood(rough, spends.usual_purchases) if rough else None
    found = fit_logs(tilted, likeness, spends.total, _with_delta(sought, plain, step))
    gain = 2 * spends.total * (plain.best.value - found.best.value)
    effect = float(found.logs[3]) * span
    clear = gain > _BEYOND_CHANCE and _matters(effect) and _means_say_so(spends, tilted.z, effect > 0)
    return found if clear else None


def _first_step(tilted: TiltedLikelihood, plain: Fitted) -> tuple[float, float]:
    """Where delta would go from 0, and by how much twice the log-likelihood would rise: Rao's score test."""
    at, moved = np.append(plain.logs, 0.0), np.append(plain.logs, _STEP)
    slopes = tilted(at)[1]
    bend = (tilted(moved)[1] - slopes) / _STEP
    # What the other parameters take up of it: theirs is the covariance of the logs, over all customers.
    known = plain.covariance * tilted.plain.total
    strength = float(bend[3] - bend[:3] @ known @ bend[:3])
    if strength <= 1e-12 * abs(bend[3]):
        return 0.0, 0.0
    return float(-slopes[3] / strength), float(tilted.plain.total * slopes[3] ** 2 / strength)


def _with_delta(sought: Coordinates, plain: Fitted, step: float) -> Coordinates:
    """The same coordinates and delta, from the best point without it."""
    matrix = np.eye(4)
    matrix[:3, :3] = sought.matrix
    bounds = [*((np.exp(low), np.exp(high)) for low, high in sought.bounds), (np.exp(-_FARTHEST), np.exp(_FARTHEST))]
    start = np.exp(np.append(plain.best.at, np.clip(step, -_FARTHEST / 2, _FARTHEST / 2)))
    return Coordinates(matrix.tolist(), bounds, start.tolist())


def _matters(effect: float) -> bool:
    return bool(np.expm1(abs(effect)) > LEAST_EFFECT)


def _means_say_so(spends: SpendLikelihood, z: FloatArray, rises: bool) -> bool:
    """Do the plain mean spends rise (or fall) with log n beyond chance, and by enough to matter?"""
    spend, w, total = spends.columns[1], spends.w, spends.total
    summed, squared = np.bincount(spends.x_of, w * spend), np.bincount(spends.x_of, w * spend**2)
    mean = summed.sum() / total
    bend = spends.w_x @ z**2
    slope = z @ summed / bend
    line = mean + slope * z
    error = np.sqrt(z**2 @ (squared - 2 * line * summed + spends.w_x * line**2)) / bend
    low, high = _quarters(spends, summed / spends.w_x)
    beyond = (slope / error) ** 2 > _BEYOND_CHANCE and (slope > 0) == rises
    return bool(beyond and (high > low) == rises and _matters(float(np.log(high / low))))


def _quarters(spends: SpendLikelihood, of: FloatArray) -> FloatArray:
    """The means of a figure per distinct x, over the quarter of customers that buys least and that which buys most."""
    upto = np.cumsum(spends.w_x) / spends.total
    least = np.diff(np.minimum(upto, _QUARTER), prepend=0.0)
    most = np.diff(np.maximum(upto, 1 - _QUARTER), prepend=1 - _QUARTER)
    return np.array([least @ of, most @ of]) / _QUARTER
