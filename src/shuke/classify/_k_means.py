"""k-means and the silhouette in NumPy, for samples of bounded size; the same points give the same answer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shuke.classify._ranks import Floats

_SEED = 20240101
_STARTS, _ROUNDS = 4, 60


def k_means(points: Floats, number: int, *, starts: int = _STARTS) -> tuple[Floats, NDArray[np.intp]]:
    """Centres and the place of each point's centre: the best of some starts by k-means++.

    Source: Lloyd (1982); Arthur & Vassilvitskii (2007), section 2.2.

    >>> centres, labels = k_means(np.array([[0.0], [0.1], [1.0], [1.1]]), 2)
    >>> sorted(centres[:, 0].round(2).tolist()), labels[0] == labels[1], labels[1] == labels[2]
    ([0.05, 1.05], np.True_, np.False_)
    """
    rng = np.random.default_rng(_SEED)
    found = [_lloyd(points, _starts(points, number, rng)) for _ in range(starts)]
    centres, labels, _ = min(found, key=lambda one: one[2])
    return centres, labels


def _starts(points: Floats, number: int, rng: np.random.Generator) -> Floats:
    """Centres to start from, each drawn in proportion to its squared distance from those drawn before."""
    chosen = [points[rng.integers(len(points))]]
    nearest = _squares(points, chosen[0][None, :])[:, 0]
    for _ in range(number - 1):
        total = nearest.sum()
        at = rng.choice(len(points), p=nearest / total) if total > 0 else rng.integers(len(points))
        chosen.append(points[at])
        nearest = np.minimum(nearest, _squares(points, chosen[-1][None, :])[:, 0])
    return np.array(chosen)


def _lloyd(points: Floats, centres: Floats) -> tuple[Floats, NDArray[np.intp], float]:
    labels = np.full(len(points), -1)
    lengths = (points**2).sum(axis=1)
    for _ in range(_ROUNDS):
        squares = _squares(points, centres, lengths)
        nearest = squares.argmin(axis=1)
        if (nearest == labels).all():
            break
        labels = nearest
        counts = np.bincount(labels, minlength=len(centres))
        sums = np.column_stack([np.bincount(labels, column, minlength=len(centres)) for column in points.T])
        # A centre that has lost all its points stays where it was.
        centres = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], centres)
    squares = _squares(points, centres, lengths)
    return centres, squares.argmin(axis=1), float(squares.min(axis=1).sum())


def _squares(points: Floats, centres: Floats, lengths: Floats | None = None) -> Floats:
    """Squared distances of each point from each centre, not below 0; `lengths` are the points' own, squared."""
    lengths = (points**2).sum(axis=1) if lengths is None else lengths
    found = lengths[:, None] - 2 * points @ centres.T + (centres**2).sum(axis=1)
    squares: Floats = np.maximum(found, 0.0)
    return squares


def distances_of(points: Floats) -> Floats:
    """How far each point is from each."""
    return np.sqrt(_squares(points, points))


def silhouette(distances: Floats, labels: NDArray[np.intp]) -> float:
    """The mean over all points of (b − a) / max(a, b): a the mean distance to the own cluster, b to the nearest other.

    A point alone in its cluster counts 0. Source: Rousseeuw (1987), eq. 1.

    >>> distances = distances_of(np.array([[0.0], [0.1], [1.0], [1.1]]))
    >>> round(silhouette(distances, np.array([0, 0, 1, 1])), 2)
    0.9
    """
    codes = np.unique(labels)
    if len(codes) < 2:
        return 0.0
    sizes = np.array([(labels == code).sum() for code in codes])
    sums = distances @ (labels[:, None] == codes).astype(np.float64)
    own = np.searchsorted(codes, labels)
    at = np.arange(len(labels))
    inside = sums[at, own] / np.maximum(sizes[own] - 1, 1)
    means = sums / sizes
    means[at, own] = np.inf
    outside = means.min(axis=1)
    found = (outside - inside) / np.maximum(np.maximum(inside, outside), 1e-12)
    return float(np.where(sizes[own] > 1, found, 0.0).mean())
