"""What is known of customers beside their purchases, and does not change: how it moves rates and leaving.

Source: Fader & Hardie, "Incorporating Time-Invariant Covariates into the Pareto/NBD and BG/NBD Models" (2007), as [FH].
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from shuke.kit.errors import InputError
from shuke.value.fitting import Coordinates, Fitted
from shuke.value.histories import FloatArray, Histories

OfRows = Callable[[FloatArray], tuple[FloatArray, FloatArray]]
"""Logs of the p parameters of each of n histories, (p, n) -> their log-likelihoods (n,), and the slopes by the logs."""

FARTHEST = 10.0  # by how much covariates may move a log parameter from that of the average customer: a factor of 22,000
_WIDEST = 5.0  # by how much a log parameter may change over one standard deviation of a covariate
_REMOTE = 100.0  # standard deviations that a covariate's mean may lie from 0, so that parameters at 0 can be told


@dataclass(frozen=True)
class CovariateEffects:
    """How each covariate moves each parameter, ready for JSON.

    ``coefficients`` has a row for each parameter of ``on`` and in it a number for each covariate of ``names``: what
    [FH] call gamma. ``standard_errors`` have the same shape; ``covariance`` is joint, of the logs of all parameters and
    then of the coefficients, row after row. ``means`` are those of the covariates over customers.

    >>> effects = CovariateEffects(("income",), ("alpha", "a", "b"), ((0.5,), (-0.2,), (0.1,)), means=(3.0,))
    >>> effects.of("alpha")
    {'income': 0.5}
    """

    names: tuple[str, ...]
    on: tuple[str, ...]
    coefficients: tuple[tuple[float, ...], ...]
    means: tuple[float, ...] = ()
    standard_errors: tuple[tuple[float, ...], ...] | None = None
    covariance: tuple[tuple[float, ...], ...] | None = None

    def of(self, parameter: str) -> dict[str, float]:
        """The coefficients of one parameter, by covariate."""
        return dict(zip(self.names, self.coefficients[self.on.index(parameter)], strict=True))

    def sums(self, parameter: str, covariates: FloatArray | None) -> FloatArray:
        """gamma'z of each customer, shape (n,); at most 10 from that of the average customer, as in the fit."""
        if covariates is None:
            raise InputError(f"Unexpected histories without covariates: give {', '.join(self.names)}")
        gamma, means = np.array(self.coefficients[self.on.index(parameter)]), np.array(self.means or 0.0)
        return np.asarray(np.clip((covariates - means) @ gamma, -FARTHEST, FARTHEST) + np.sum(means * gamma))

    def row(self, covariates: Mapping[str, float] | None) -> FloatArray:
        """One customer's covariates by name as shape (1, c); the means where None."""
        if covariates is None:
            return np.array([self.means])
        if set(covariates) != set(self.names):
            given = ", ".join(covariates) or "none"
            raise InputError(f"Unexpected covariates: {given}. Give one number for each of {', '.join(self.names)}")
        return np.array([[covariates[name] for name in self.names]], dtype=np.float64)


def effects_of(effects: CovariateEffects | Mapping[str, object] | None) -> CovariateEffects | None:
    """Effects as they are, or again from JSON."""
    return CovariateEffects(**effects) if isinstance(effects, Mapping) else effects  # type: ignore[arg-type]


class CovariateLikelihood:
    """The mean negative log-likelihood where covariates move parameters, as a function of logs and coefficients.

    The point has the logs of the parameters as they are where every covariate is 0, then for each of ``acts`` (place of
    the parameter, sign) a coefficient for each covariate: log parameter = log parameter_0 + sign gamma'z, [FH]. Nobody
    is taken to be further than ``FARTHEST`` from the average customer.

    Raises InputError where a covariate hardly varies around a value far from 0.
    """

    def __init__(self, h: Histories, of_rows: OfRows, acts: Sequence[tuple[int, int]]) -> None:
        self.w, self.of_rows, self.acts = h.customers, of_rows, tuple(acts)
        self.total = float(self.w.sum())
        self.means = self.w @ h.known_covariates() / self.total
        self.z = h.known_covariates() - self.means
        spread = np.sqrt(self.w @ self.z**2 / self.total)
        self.spread = np.where(spread > 1e-12 * np.abs(self.means), spread, np.inf)  # all alike: no effect to be seen
        for name, mean, one in zip(h.covariate_names, self.means, self.spread, strict=True):
            if one < np.abs(mean) / _REMOTE:
                raise InputError(
                    f"Covariate {name} has the mean {mean:.6g} and varies by {one:.3g} only, so that what it moves "
                    "cannot be told for a value of 0. Cure: subtract a usual value from it"
                )

    def __call__(self, point: FloatArray) -> tuple[float, FloatArray]:
        count = self.z.shape[1] * len(self.acts)
        logs = np.repeat(point[:-count, None], len(self.w), axis=1)
        gamma = point[-count:].reshape(len(self.acts), -1)
        moved = gamma @ self.z.T
        near = np.abs(moved) < FARTHEST
        for i, (place, sign) in enumerate(self.acts):
            logs[place] += sign * (np.clip(moved[i], -FARTHEST, FARTHEST) + self.means @ gamma[i])
        values, slopes = self.of_rows(logs)
        slopes = slopes * self.w
        by_gamma = [
            sign * ((slopes[place] * near[i]) @ self.z + slopes[place].sum() * self.means)
            for i, (place, sign) in enumerate(self.acts)
        ]
        gradient = np.concatenate([slopes.sum(axis=1), *by_gamma])
        return -float(self.w @ values) / self.total, -gradient / self.total

    def coordinates(self, base: Coordinates, start: FloatArray, mix: ArrayLike) -> Coordinates:
        """Where to look: ``base`` for the parameters at the mean covariates, from its point ``start``, and coefficients
        per standard deviation of their covariate, mixed among the parameters by ``mix``."""
        p, c, m = len(base.matrix), self.z.shape[1], len(self.acts)
        matrix = np.zeros((p + m * c, p + m * c))
        matrix[:p, :p] = base.matrix
        matrix[p:, p:] = np.kron(np.asarray(mix, dtype=np.float64), np.diag(1 / self.spread))
        for i, (place, sign) in enumerate(self.acts):  # from the mean covariates to covariates of 0
            matrix[place] -= sign * (self.means @ matrix[p + i * c : p + (i + 1) * c])
        beside = [float(np.exp(_WIDEST))] * (m * c)
        bounds = [*np.exp(base.bounds).tolist(), *((1 / most, most) for most in beside)]
        return Coordinates(matrix.tolist(), bounds, [*np.exp(start), *np.ones(m * c)])

    def effects(self, fitted: Fitted, names: Sequence[str], on: Sequence[str]) -> CovariateEffects:
        """The coefficients of a fit in these coordinates."""
        shape = (len(self.acts), self.z.shape[1])
        count = shape[0] * shape[1]
        errors = np.sqrt(np.diag(fitted.covariance)[-count:])
        return CovariateEffects(
            *(tuple(names), tuple(on)),
            coefficients=_rows(fitted.logs[-count:].reshape(shape)),
            means=tuple(self.means.tolist()),
            standard_errors=_rows(errors.reshape(shape)),
            covariance=fitted.covariance_rows(),
        )


def _rows(matrix: FloatArray) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in matrix.tolist())
