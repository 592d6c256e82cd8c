"""How far labels and figures agree with the truth: each measure is 0 where chance would do as well, and 1 at best.

Intervals hold 95 % of what 300 resamples of the customers give (percentile bootstrap, Efron 1979), from a fixed seed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from shuke.classify import agreement

_RESAMPLES, _FEWEST = 300, 30


@dataclass(frozen=True)
class Figure:
    """A measure, of how many customers, with the ends of its interval; None where they are too few to say."""

    kind: str
    """kappa, gini, rank or share."""
    customers: int
    value: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def beyond_chance(self) -> float | None:
        """The measure where 0 is chance; None for a bare share."""
        return None if self.kind == "share" else self.value


def kappa(said: np.ndarray, true: np.ndarray) -> Figure:
    """Cohen's kappa of two labels: (p_o − p_e) / (1 − p_e), Cohen (1960), p. 40."""
    if len(said) < _FEWEST:
        return Figure("kappa", len(said))
    pairs = Counter(zip(said.tolist(), true.tolist(), strict=True))
    names = {name: place for place, name in enumerate(sorted({x for pair in pairs for x in pair}))}
    cells = np.zeros((len(names), len(names)))
    for (one, two), n in pairs.items():
        cells[names[one], names[two]] = n
    drawn = np.random.default_rng(1).multinomial(len(said), cells.ravel() / cells.sum(), _RESAMPLES)
    counts = drawn.reshape(_RESAMPLES, *cells.shape) / len(said)
    same = np.trace(counts, axis1=1, axis2=2)
    chance = (counts.sum(axis=1) * counts.sum(axis=2)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (same - chance) / (1 - chance)
    return _figure("kappa", len(said), agreement(said.tolist(), true.tolist()).kappa, found)


def gini(score: np.ndarray, happened: np.ndarray) -> Figure:
    """2·AUC − 1: of one to whom it happened and one to whom not, how much oftener the first has the higher score.

    Equal scores count half (Mann & Whitney 1947; Somers 1962).
    """
    known = ~np.isnan(score)
    level = np.unique(score[known], return_inverse=True)[1]
    codes = 2 * level + happened[known].astype(int)
    if len(codes) < _FEWEST or len(np.unique(codes % 2)) < 2:
        return Figure("gini", len(codes))
    most = int(level.max()) + 1

    def of(sample: np.ndarray) -> float:
        counts = np.bincount(sample, minlength=2 * most).reshape(most, 2).astype(float)
        below = np.cumsum(counts[:, 0]) - counts[:, 0]
        total = counts[:, 0].sum() * counts[:, 1].sum()
        return float(2 * (counts[:, 1] * (below + counts[:, 0] / 2)).sum() / total - 1) if total else np.nan

    return _resampled("gini", codes, of)


def rank(one: np.ndarray, other: np.ndarray) -> Figure:
    """Spearman's correlation: ranks are those among all, equal figures share theirs."""
    known = ~np.isnan(one) & ~np.isnan(other)
    if known.sum() < _FEWEST or np.ptp(one[known]) == 0 or np.ptp(other[known]) == 0:
        return Figure("rank", int(known.sum()))
    ranks = np.column_stack([rankdata(one[known]), rankdata(other[known])])

    def of(sample: np.ndarray) -> float:
        apart = sample - sample.mean(axis=0)
        spread = np.sqrt((apart**2).sum(axis=0).prod())
        return float((apart[:, 0] * apart[:, 1]).sum() / spread) if spread else np.nan

    return _resampled("rank", ranks, of)


def share(flags: np.ndarray) -> Figure:
    """The share of customers of whom it is so."""
    n = len(flags)
    if not n:
        return Figure("share", 0)
    value = float(np.mean(flags))
    return _figure("share", n, value, np.random.default_rng(1).binomial(n, value, _RESAMPLES) / n)


def _resampled(kind: str, rows: np.ndarray, of: Callable[[np.ndarray], float]) -> Figure:
    rng = np.random.default_rng(1)
    drawn = [of(rows[rng.integers(0, len(rows), len(rows))]) for _ in range(_RESAMPLES)]
    return _figure(kind, len(rows), of(rows), np.array(drawn))


def _figure(kind: str, customers: int, value: float | None, drawn: np.ndarray) -> Figure:
    if value is None or np.isnan(drawn).all():
        return Figure(kind, customers)
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return Figure(kind, customers, float(value), float(low), float(high))
