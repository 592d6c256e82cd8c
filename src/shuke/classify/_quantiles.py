"""Classes filled one after another, so that ties never leave one empty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shuke.engines import Engine, Table, literal

_CLASSES = 5
_MIDDLE = 3


@dataclass(frozen=True)
class Steps:
    """Scores of a figure: `scores[i]` up to and including `bounds[i]`, the last score above them all."""

    bounds: tuple[int, ...]
    scores: tuple[int, ...]


@dataclass(frozen=True)
class _Filled:
    """How far one measure has been dealt out: its customers and different figures, those dealt, the bounds so far."""

    customers: int
    figures: int
    dealt: int = 0
    bounds: tuple[int, ...] = ()


def fill_classes(table: Table, expressions: Mapping[str, str]) -> dict[str, Steps]:
    """Where does each of five classes of every whole-number expression end?

    The next bound is the exact 1/k quantile of what is left for k classes, or lower where too few figures would stay
    above it for the classes to come.
    """
    engine = table.engine
    counted = engine.keep("figures", _counts_sql(expressions), table=table)
    filled = {name: _Filled(0, 0) for name in expressions}
    filled |= {row["measure"]: _Filled(row["customers"], row["figures"]) for row in _rows(engine, _TOTALS, counted)}
    for done in range(_CLASSES - 1):
        asked = {name: state for name, state in filled.items() if _classes(state) - done >= 2}
        if asked:
            filled |= _next_bounds(engine, counted, asked, done)
    engine.drop(counted)
    return {name: Steps(state.bounds, spread_scores(_classes(state))) for name, state in filled.items()}


def spread_scores(classes: int) -> tuple[int, ...]:
    """Scores for fewer than five classes, from 1 to 5 in even steps; a single class gets the middle.

    >>> spread_scores(1), spread_scores(2), spread_scores(4)
    ((3,), (1, 5), (1, 2, 4, 5))
    """
    if classes == 1:
        return (_MIDDLE,)
    return tuple(1 + round(place * (_CLASSES - 1) / (classes - 1)) for place in range(classes))


def _classes(state: _Filled) -> int:
    return max(1, min(_CLASSES, state.figures))


def _next_bounds(engine: Engine, counted: Table, asked: Mapping[str, _Filled], done: int) -> dict[str, _Filled]:
    goals = " OR ".join(f"({_goal(name, state, _classes(state) - done)})" for name, state in asked.items())
    found = _rows(engine, _NEXT.format(goals=goals), counted)
    return {row["measure"]: _dealt(asked[row["measure"]], row) for row in found}


def _goal(name: str, state: _Filled, left: int) -> str:
    """The figures at or above the next bound: 1/left of the rest dealt, or as far as the classes left allow."""
    enough = state.dealt + -(-(state.customers - state.dealt) // left)
    furthest = state.figures - left + 1
    return f"measure = {literal(name)} AND (customers >= {enough} OR place >= {furthest})"


def _dealt(state: _Filled, row: Mapping[str, Any]) -> _Filled:
    return _Filled(state.customers, state.figures, row["customers"], (*state.bounds, row["figure"]))


def _rows(engine: Engine, sql: str, counted: Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = engine.fetch(sql, counted=counted).to_pylist()
    return rows


def _counts_sql(expressions: Mapping[str, str]) -> str:
    parts = [
        f"SELECT {literal(name)} AS measure, {sql} AS figure, count(*) AS n FROM {{table}} GROUP BY {sql}"
        for name, sql in expressions.items()
    ]
    return _COUNTS.format(parts=" UNION ALL ".join(parts))


_COUNTS = """
SELECT measure, figure,
  CAST(sum(n) OVER (PARTITION BY measure ORDER BY figure ROWS UNBOUNDED PRECEDING) AS BIGINT) AS customers,
  CAST(row_number() OVER (PARTITION BY measure ORDER BY figure) AS BIGINT) AS place
FROM ({parts}) AS counted
"""

_TOTALS = "SELECT measure, max(customers) AS customers, max(place) AS figures FROM {counted} GROUP BY measure"

_NEXT = """
SELECT measure, min(figure) AS figure, min(customers) AS customers
FROM {{counted}} WHERE {goals} GROUP BY measure
"""
