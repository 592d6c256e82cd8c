"""What the maximum-likelihood fits share: find the best point, then say how well it is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from shuke.kit.errors import InputError
from shuke.value.histories import FloatArray

Objective = Callable[[FloatArray], tuple[float, FloatArray]]
"""A point -> the mean negative log-likelihood per customer there, and its gradient."""


@runtime_checkable
class Curved(Protocol):
    """An objective that may know its second derivatives, which are then not sought by differences."""

    def curvature(self, point: FloatArray, gradient: FloatArray) -> FloatArray | None:
        """The second derivatives at the point, where the gradient is known; None where there is no closed form."""
        ...


_GRADIENT_SMALL = 1e-7
_NEWTON_STEPS = 8
_STEP = 1e-5  # of a difference, on log parameters: error about 1e-5 of the curvature
_WEAK_SPREAD = 0.5  # of a log parameter: beyond, the likelihood is no parabola and is looked at
_WIDEST_SPREAD = 2.0  # a factor of e**2 either way


@dataclass(frozen=True, eq=False)
class Optimum:
    """The best point, the curvature there, which coordinates a bound holds, and whether the slope is flat."""

    at: FloatArray
    value: float
    hessian: FloatArray
    held: NDArray[np.bool_]
    converged: bool


def minimise(
    objective: Objective,
    start: FloatArray,
    bounds: Sequence[tuple[float, float]],
    *,
    rough: Objective | None = None,
) -> Optimum:
    """Where is the objective least within the bounds? L-BFGS-B, then Newton steps until the gradient is small.

    ``rough``, a cheap likeness of the objective (part of the data), is minimised instead where given: its curvature
    then leads the Newton steps, so that the full objective is computed a dozen times in all. The curvature given
    back is always that of the full objective.
    """
    low, high = np.array(bounds, dtype=float).T
    cheap = rough or objective
    at = minimize(cheap, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-11, "gtol": 1e-5}).x
    value, gradient = objective(at)
    bend = _hessian(cheap, at, cheap(at)[1] if rough else gradient, high)
    for _ in range(_NEWTON_STEPS):
        free = ~_held(at, gradient, low, high)
        if np.abs(gradient[free]).max(initial=0.0) < _GRADIENT_SMALL:
            break
        trial = np.clip(at - _newton_step(bend, gradient, free), low, high)
        new_value, new_gradient = objective(trial)
        if not new_value <= value + 1e-12:
            break
        if np.abs(trial - at).max() > 0.1:
            bend = _hessian(cheap, trial, cheap(trial)[1] if rough else new_gradient, high)
        at, value, gradient = trial, new_value, new_gradient
    held = _held(at, gradient, low, high)
    flat = np.abs(gradient[~held]).max(initial=0.0) < 1000 * _GRADIENT_SMALL
    return Optimum(at, value, _hessian(objective, at, gradient, high), held, bool(flat))


def covariance(objective: Objective, best: Optimum, customers: float) -> tuple[FloatArray, bool]:
    """How uncertain is the best point, and is it weakly known?

    The inverse of the information. Where a direction is nearly flat (a ridge), its spread is cut until the likelihood
    two spreads away falls no further than a normal would, and never exceeds a factor of e**2: so that points drawn
    from it stay plausible. A coordinate held by its bound has no spread.
    """
    free = ~best.held
    information = best.hessian[np.ix_(free, free)] * customers
    strength, axes = np.linalg.eigh(information)
    weak = strength < _WIDEST_SPREAD**-2
    spread = 1 / np.sqrt(np.maximum(strength, _WIDEST_SPREAD**-2))
    for i in np.flatnonzero(spread > _WEAK_SPREAD):
        axis = np.zeros(len(free))
        axis[free] = axes[:, i]
        spread[i] = _plausible_spread(objective, best, axis, spread[i], customers)
    full = np.zeros((len(free), len(free)))
    full[np.ix_(free, free)] = (axes * spread**2) @ axes.T
    return full, bool(weak.any())


class Coordinates:
    """Where a fit looks: ``matrix`` turns its coordinates into log parameters; bounds and start before their logs.

    Good coordinates are what the data pin down one by one: a ridge then lies along an axis, and bounds mean something.
    """

    def __init__(
        self, matrix: Sequence[Sequence[float]], bounds: Sequence[tuple[float, float]], start: Sequence[float]
    ) -> None:
        self.matrix, self.start = np.array(matrix, dtype=np.float64), np.log(np.array(start))
        self.bounds = [(float(np.log(low)), float(np.log(high))) for low, high in bounds]


@dataclass(frozen=True, eq=False)
class Fitted:
    """A fit told in log parameters: the point, its covariance, and the optimum in coordinates that it comes from."""

    best: Optimum
    logs: FloatArray
    covariance: FloatArray
    notes: tuple[str, ...]

    def standard_errors(self, parameters: Sequence[float]) -> tuple[float, ...]:
        """Of the parameters themselves (told in any units): a log's error times the parameter."""
        return tuple((np.array(parameters) * np.sqrt(np.diag(self.covariance))).tolist())

    def covariance_rows(self) -> tuple[tuple[float, ...], ...]:
        """The covariance of the logs, ready for JSON."""
        return tuple(tuple(row) for row in self.covariance.tolist())


def fit_logs(objective: Objective, rough: Objective | None, customers: float, sought: Coordinates) -> Fitted:
    """Where is an objective of log parameters least?

    Notes: ``weakly_known`` (flat in some direction), ``not_converged`` (the slope is not flat at the end).
    """
    matrix = sought.matrix
    own = turned(objective, matrix)
    best = minimise(own, sought.start, sought.bounds, rough=None if rough is None else turned(rough, matrix))
    spread, weak = covariance(own, best, customers)
    notes = (*(["weakly_known"] if weak else []), *([] if best.converged else ["not_converged"]))
    return Fitted(best, matrix @ best.at, matrix @ spread @ matrix.T, notes)


def turned(objective: Objective, matrix: FloatArray) -> Objective:
    """The same objective told in other coordinates: ``objective(matrix @ point)``."""
    return _Turned(objective, matrix)


@dataclass(frozen=True, eq=False)
class _Turned:
    objective: Objective
    matrix: FloatArray

    def __call__(self, point: FloatArray) -> tuple[float, FloatArray]:
        value, gradient = self.objective(self.matrix @ point)
        return value, self.matrix.T @ gradient

    def curvature(self, point: FloatArray, gradient: FloatArray) -> FloatArray | None:
        if not isinstance(self.objective, Curved):
            return None  # before the solving: not every matrix can be undone
        before = np.linalg.solve(self.matrix.T, gradient).astype(np.float64)
        exact = self.objective.curvature(self.matrix @ point, before)
        return None if exact is None else self.matrix.T @ exact @ self.matrix


def checked(value: float, name: str, *, above: float | None = None, least: float | None = None) -> float:
    """The number itself, or an InputError that gives the value, the rule and the cure."""
    good = np.isfinite(value) and (above is None or value > above) and (least is None or value >= least)
    if good:
        return float(value)
    rule = f"above {above:g}" if above is not None else f"at least {least:g}"
    raise InputError(f"Unexpected {name}={value}: give a finite number {rule}, in the time unit of the histories")


def _newton_step(hessian: FloatArray, gradient: FloatArray, free: NDArray[np.bool_]) -> FloatArray:
    """The step to the bottom of the local parabola; where it bends the wrong way, down the slope, at most 1 long."""
    bend, axes = np.linalg.eigh(hessian[np.ix_(free, free)])
    bend = np.maximum(np.abs(bend), 1e-9)
    step = np.zeros(len(free))
    step[free] = axes @ ((axes.T @ gradient[free]) / bend)
    return step / max(1.0, float(np.abs(step).max(initial=0.0)))


def _hessian(objective: Objective, at: FloatArray, gradient: FloatArray, high: FloatArray) -> FloatArray:
    """As the objective tells it; else differences of the gradient, one new gradient per parameter, made symmetric."""
    exact = objective.curvature(at, gradient) if isinstance(objective, Curved) else None
    if exact is not None:
        return exact
    steps = np.where(at + _STEP > high, -_STEP, _STEP)
    columns = [(objective(at + step)[1] - gradient) / step.sum() for step in np.diag(steps)]
    matrix: FloatArray = np.array(columns)
    matrix += matrix.T.copy()
    return matrix / 2


def _held(at: FloatArray, gradient: FloatArray, low: FloatArray, high: FloatArray) -> NDArray[np.bool_]:
    """Which coordinates stand at a bound that the slope presses against?"""
    return ((at <= low + 1e-6) & (gradient >= -_GRADIENT_SMALL)) | ((at >= high - 1e-6) & (gradient <= _GRADIENT_SMALL))


def _plausible_spread(objective: Objective, best: Optimum, axis: FloatArray, spread: float, customers: float) -> float:
    for _ in range(30):
        further = max(objective(best.at + side * spread * axis)[0] for side in (-2.0, 2.0))
        if customers * (further - best.value) <= 4:  # a normal falls by 2 there; twice that is still no cliff
            break
        spread *= 0.8
    return spread
