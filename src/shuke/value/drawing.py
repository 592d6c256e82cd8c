"""Parameters drawn from around an estimate, and what covariates make of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import ndtri

from shuke.value.covariates import CovariateEffects
from shuke.value.histories import FloatArray, Histories

_FARTHEST = 3.5  # spreads from the estimate that a drawn parameter vector may stand
_SIGNS = {"alpha": -1, "beta": -1, "a": 1, "b": 1}


@dataclass(frozen=True)
class Act:
    """What covariates z do to a parameter: its log moves by ``sign`` times ``coefficients`` . z.

    Fader & Hardie, "Incorporating Time-Invariant Covariates into the Pareto/NBD and BG/NBD Models" (2007).
    """

    on: str
    sign: int
    coefficients: tuple[float, ...]


def covariate_names(params: Any) -> tuple[str, ...]:
    """Which covariates must histories have, for this model?"""
    effects = _effects(params)
    return effects.names if effects else ()


def acts_of(params: Any) -> tuple[Act, ...]:
    """What covariates do to the parameters of a model, in the order of its covariance; nothing where it has none."""
    effects = _effects(params)
    if effects is None:
        return ()
    return tuple(Act(on, _SIGNS[on], row) for on, row in zip(effects.on, effects.coefficients, strict=True))


def covariance_of(params: Any) -> FloatArray | None:
    """The covariance of what `point_of` gives; None where it is not known."""
    effects = _effects(params)
    rows = effects.covariance if effects else getattr(params, "covariance", None)
    return None if rows is None else np.array(rows)


def point_of(params: Any, names: tuple[str, ...]) -> FloatArray:
    """What the covariance is of, as estimated: the logs of the parameters, then the coefficients of `acts_of`."""
    coefficients = [number for act in acts_of(params) for number in act.coefficients]
    return np.append(np.log([getattr(params, name) for name in names]), coefficients)


def params_at(params: Any, names: tuple[str, ...], point: FloatArray) -> Any:
    """The same params with such logs and coefficients: what `point_of` takes apart."""
    size, effects = len(names), _effects(params)
    found: dict[str, Any] = dict(zip(names, np.exp(point[:size]).tolist(), strict=True))
    if effects:
        rows = point[size:].reshape(len(effects.on), -1).tolist()
        found["effects"] = replace(effects, coefficients=tuple(tuple(row) for row in rows))
    return replace(params, **found)


def _effects(params: Any) -> CovariateEffects | None:
    return getattr(params, "effects", None)


class DrawnParameters:
    """Parameters of a count model, estimated and drawn from around the estimate, for customers with any covariates."""

    def __init__(self, params: Any, names: tuple[str, ...], rng: np.random.Generator, draws: int) -> None:
        self.acts = acts_of(params)
        center = point_of(params, names)
        drawn = drawn_around(center, covariance_of(params), rng, draws)
        self._names, self._estimate, self._drawn = names, center[:, None], drawn

    def estimate(self, seen: Histories) -> dict[str, float]:
        """By name, of customers with the covariates of the first."""
        return {name: float(values[0]) for name, values in self._of(self._estimate, seen).items()}

    def drawn(self, seen: Histories) -> Mapping[str, FloatArray]:
        """By name, of customers with the covariates of the first: shape (draws,)."""
        return self._of(self._drawn, seen)

    def _of(self, points: FloatArray, seen: Histories) -> dict[str, FloatArray]:
        size = len(self._names)
        known = dict(zip(self._names, np.exp(points[:size]), strict=True))
        for place, act in enumerate(self.acts):
            count = len(act.coefficients)
            start = size + place * count
            z = seen.known_covariates()[0]
            known[act.on] = known[act.on] * np.exp(act.sign * (z @ points[start : start + count]))
        return known


def drawn_around(center: FloatArray, covariance: FloatArray | None, rng: np.random.Generator, draws: int) -> FloatArray:
    """Points from the normal around ``center``, one a column; the center where no spread is known."""
    normal = ndtri(stratified(rng, draws, len(center)))
    found = np.repeat(center[:, None], draws, axis=1)
    if covariance is None:
        return found
    normal *= np.minimum(1.0, _FARTHEST / np.linalg.norm(normal, axis=0))
    variance, axes = np.linalg.eigh(covariance)
    # The symmetric root: axes alone are known but for sign and, where spreads are alike, rotation, which the
    # processor's kind settles. So the same draws come on every machine.
    root = (axes * np.sqrt(np.maximum(variance, 0))) @ axes.T
    return np.asarray(found + root @ normal)


def stratified(rng: np.random.Generator, draws: int, times: int) -> FloatArray:
    """Uniform numbers, one from each of ``draws`` equal parts of (0, 1), shuffled: the same law, less noise."""
    parts = np.array([rng.permutation(draws) for _ in range(times)])
    return np.asarray((parts + rng.random((times, draws)).clip(1e-9, 1 - 1e-9)) / draws)
