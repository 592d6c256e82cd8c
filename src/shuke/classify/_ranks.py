"""Figures to ranks among customers: learned from a bounded sample, worked out by arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from shuke.classify._indicator_definition import IndicatorBook
from shuke.engines import Table, literal, quoted

Floats = NDArray[np.float64]

SAMPLE = 50_000
"""Customers that quantiles are learned from: of 5 million, a rank learned so is off by 0.2 hundredths (one sigma)."""
_LEVELS = tuple((2 * place + 1) / 20 for place in range(10))


@dataclass(frozen=True)
class Knots:
    """Of one indicator: the mean of all customers, and the figures below which 5, 15, …, 95 % of them are."""

    mean: float
    figures: tuple[float, ...]
    base_lines: int
    """Lines that the mean counts for beside a customer's own; 0 where the figure stands as it is."""

    def steadied(self, figures: Floats, lines: Floats) -> Floats:
        """Figures with the mean counted in: (lines·figure + base_lines·mean) / (lines + base_lines)."""
        if not self.base_lines:
            return figures
        steady: Floats = (lines * figures + self.base_lines * self.mean) / (lines + self.base_lines)
        return steady

    def positions(self, figures: Floats, lines: Floats) -> Floats:
        """As `position_sql`."""
        low, high = self.figures[0], self.figures[-1]
        if low == high:
            return np.where(np.isnan(figures), np.nan, 0.5)
        found: Floats = np.clip((self.steadied(figures, lines) - low) / (high - low), 0.0, 1.0)
        return found

    def ranks(self, figures: Floats, lines: Floats) -> Floats:
        """As `rank_sql`."""
        steady = self.steadied(figures, lines)[:, None]
        knots = np.array(self.figures)
        ranks: Floats = ((steady > knots).sum(axis=1) + (steady >= knots).sum(axis=1)) / (2 * len(knots))
        return ranks


def sample(table: Table, columns: Sequence[str], *, customers: int = SAMPLE) -> pa.Table:
    """So many customers at most, the same on every engine: those with the least MD5 of their id."""
    total = table.engine.count(table)
    listed = ", ".join(quoted(name) for name in columns)
    # One in twenty more than wanted, since chance may fall short.
    share = 1.05 * customers / total if total > customers else 1.0
    few = "" if share >= 1 else f"WHERE substr(md5(customer_id), 1, 8) < '{int(share * 16**8):08x}'"
    sql = f"SELECT {listed} FROM {{t}} {few} ORDER BY md5(customer_id), customer_id LIMIT {customers}"
    return table.engine.fetch(sql, t=table)


def floats(rows: pa.Table, name: str) -> Floats:
    """A column as floats, unknown as NaN."""
    column: Floats = rows[name].to_numpy().astype(np.float64)
    return column


def learn_knots(rows: pa.Table, codes: Sequence[str], book: IndicatorBook) -> dict[str, Knots]:
    """Knots of the indicators that are known of anybody in the sample."""
    lines = floats(rows, "lines")
    knots = {}
    for code in codes:
        figures = floats(rows, code)
        known = ~np.isnan(figures)
        if known.any():
            weight = book.settings.base_lines if book.indicator(code).steadied else 0
            start = Knots(float(figures[known].mean()), (), weight)
            steady = start.steadied(figures[known], lines[known])
            # Figures that there are, not between them: then equals fall on a knot, and share the middle of their ranks.
            cuts = np.quantile(steady, _LEVELS, method="inverted_cdf")
            knots[code] = Knots(start.mean, tuple(float(cut) for cut in cuts), weight)
    return knots


def steadied_sql(code: str, knots: Knots) -> str:
    """The figure with the mean of all counted in."""
    if not knots.base_lines:
        return quoted(code)
    return f"(lines * {quoted(code)} + {literal(knots.base_lines * knots.mean)}) / (lines + {knots.base_lines})"


def rank_sql(steadied: str, knots: Knots) -> str:
    """What share of customers has less, equals counted half, in twentieths: 0 to 1 (SQL on the steadied figure)."""
    steps, rank = [], 0
    for cut in dict.fromkeys(knots.figures):
        times = knots.figures.count(cut)
        steps.append((cut, rank, rank + times))
        rank += 2 * times
    return f"{_halved(steadied, steps, rank)} / {literal(float(2 * len(knots.figures)))}"


def _halved(steadied: str, steps: Sequence[tuple[float, int, int]], above: int) -> str:
    """The rank by halving, so that a figure is held against few of the cuts: (cut, rank below it, rank at it)."""
    if not steps:
        return str(above)
    middle = len(steps) // 2
    cut, below, at = steps[middle]
    return (
        f"CASE WHEN {steadied} > {literal(cut)} THEN {_halved(steadied, steps[middle + 1 :], above)}"
        f" WHEN {steadied} = {literal(cut)} THEN {at} ELSE {_halved(steadied, steps[:middle], below)} END"
    )


def position_sql(steadied: str, knots: Knots) -> str:
    """Where the figure lies between those below which 5 and 95 % of customers are, 0 to 1. Unlike a rank, it keeps
    customers apart who are far from each other, and together who are near."""
    low, high = knots.figures[0], knots.figures[-1]
    if low == high:
        return f"CASE WHEN {steadied} IS NOT NULL THEN {literal(0.5)} END"
    place = f"({steadied} - {literal(low)}) / {literal(high - low)}"
    # Null stays null, which greatest and least would pass over.
    return f"CASE WHEN {steadied} IS NOT NULL THEN greatest({literal(0.0)}, least({literal(1.0)}, {place})) END"


def ranks_of(rows: pa.Table, knots: Mapping[str, Knots]) -> dict[str, Floats]:
    """The ranks of a sample, unknown as NaN."""
    lines = floats(rows, "lines")
    found = {}
    for code, one in knots.items():
        figures = floats(rows, code)
        found[code] = np.where(np.isnan(figures), np.nan, one.ranks(figures, lines))
    return found
