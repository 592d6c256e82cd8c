"""The nine types as one step of SQL: figures → ranks → scores → the leading type → what decided it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shuke.classify._ranks import Knots, rank_sql, steadied_sql
from shuke.classify._type_definition import UNDETERMINED, Cell, TypeBook
from shuke.engines import literal, quoted

NEEDS = ("customer_id", "lines")
TYPE_COLUMNS = (
    "type",
    "type_runner_up",
    "type_score",
    "type_confidence",
    "type_why_code",
    "type_known_share",
    "type_sign_1",
    "type_sign_1_share",
    "type_sign_2",
    "type_sign_2_share",
)
_SHARPNESS = literal(1.5)
_NEVER = literal(-1e9)
"""Below every score."""
_SIGNS = {"sign_1": "t_apart_1", "sign_2": "t_apart_2"}


@dataclass(frozen=True)
class Scale:
    """Mean and standard deviation of a type's score over all customers."""

    mean: float
    sd: float


def scores_sql(book: TypeBook, knots: Mapping[str, Knots]) -> str:
    """customer_id and the nine scores, 0 to 1."""
    scores = ", ".join(f"{_score(cell, knots)} AS {quoted(f'type_score_{cell.code}')}" for cell in book.cells)
    return f"SELECT customer_id, {scores} FROM ({_apart('customer_id', knots)}) AS apart"


def labels_sql(
    kept: Sequence[str], book: TypeBook, knots: Mapping[str, Knots], scales: Mapping[str, Scale], base_lines: int
) -> str:
    """All rows with TYPE_COLUMNS; each step a subquery, so that no figure is worked out twice.

    Types and signs are numbers by their place until the last step: numbers are compared faster than texts.
    """
    live = [cell for cell in book.cells if scales[cell.code].sd > 0]
    columns = ", ".join(quoted(name) for name in kept)
    if len(live) < 2:
        return _ALIKE.format(columns=columns)
    scored = ", ".join(f"{_standard(cell, knots, scales[cell.code])} AS s_{cell.code}" for cell in live)
    others = [f"CASE WHEN t_leader = {place} THEN {_NEVER} ELSE s_{cell.code} END" for place, cell in enumerate(live)]
    known = _by_place("t_leader", [_known(cell, knots) for cell in live])
    score = _by_place("t_leader", [_score(cell, knots) for cell in live])
    counts = ", ".join(f"{_count(code, live)} AS c_{code}" for code in knots)
    rest = [f"CASE WHEN t_sign_1 = {place} THEN {_NEVER} ELSE c_{code} END" for place, code in enumerate(knots)]
    step = _apart(columns, knots)
    # Softmax: the leader's share is 1 over the sum of what each type has beside it.
    sharp = f"{_SHARPNESS} * coalesce(lines, 0) / (coalesce(lines, 0) + {base_lines})"
    odds = " + ".join(f"exp({sharp} * (s_{cell.code} - t_top))" for cell in live)
    for more in (
        scored,
        f"{_greatest([f's_{cell.code}' for cell in live])} AS t_top",
        f"{_which(live, 't_top')} AS t_leader",
        f"{_greatest(others)} AS t_next",
        f"{_which(live, 't_next', but='t_leader')} AS t_second, {known} AS t_known, {score} AS t_score, {counts}",
        f"{_greatest([f'c_{code}' for code in knots])} AS t_1",
        f"{_sign(knots, 't_1')} AS t_sign_1",
        f"{_greatest(rest)} AS t_2",
        f"{_sign(knots, 't_2', but='t_sign_1')} AS t_sign_2, {_apart_of('t_sign_1', knots)} AS t_apart_1",
        f"{_apart_of('t_sign_2', knots)} AS t_apart_2, {odds} AS t_odds, {_why(book)} AS t_why",
    ):
        step = f"SELECT *, {more} FROM ({step}) AS step"
    codes = [literal(cell.code) for cell in live]
    told = {f"{name}_code": _by_place(f"t_{name}", codes) for name in ("leader", "second")}
    told |= {f"{name}_told": _told(f"t_{name}", knots, apart) for name, apart in _SIGNS.items()}
    return _LABEL.format(columns=columns, **told) + f" FROM ({step}) AS step"


def _apart(columns: str, knots: Mapping[str, Knots]) -> str:
    """How far each rank is from the middle, −0.5 to 0.5; 0 where unknown."""
    steady = ", ".join(f"{steadied_sql(code, one)} AS f_{code}" for code, one in knots.items())
    ranks = ", ".join(
        f"CASE WHEN f_{code} IS NULL THEN CAST(0 AS DOUBLE) ELSE {rank_sql(f'f_{code}', one)} - CAST(0.5 AS DOUBLE) END"
        f" AS a_{code}, f_{code} IS NOT NULL AS k_{code}"
        for code, one in knots.items()
    )
    inner = f"SELECT {columns}{', ' + steady if steady else ''} FROM {{table}}"
    return f"SELECT {columns}{', ' + ranks if ranks else ''} FROM ({inner}) AS steadied"


def _sum(cell: Cell, knots: Mapping[str, Knots]) -> tuple[str, float]:
    known = {code: weight for code, weight in cell.weights.items() if code in knots}
    terms = " + ".join(f"{literal(weight)} * a_{code}" for code, weight in known.items())
    return terms or literal(0.0), sum(abs(weight) for weight in known.values())


def _score(cell: Cell, knots: Mapping[str, Knots]) -> str:
    terms, total = _sum(cell, knots)
    return f"({literal(0.5)} + ({terms}) / {literal(total or 1.0)})"


def _standard(cell: Cell, knots: Mapping[str, Knots], scale: Scale) -> str:
    return f"({_score(cell, knots)} - {literal(scale.mean)}) / {literal(scale.sd)}"


def _known(cell: Cell, knots: Mapping[str, Knots]) -> str:
    """Which share of the type's weight is known of the customer; what is known of nobody counts as unknown."""
    terms = [
        f"CASE WHEN k_{code} THEN {literal(abs(weight) / cell.weight)} ELSE {literal(0.0)} END"
        for code, weight in cell.weights.items()
        if code in knots
    ]
    return f"({' + '.join(terms)})"


def _count(code: str, live: Sequence[Cell]) -> str:
    """How much an indicator counts for the leading type."""
    weights = {place: literal(cell.weights[code]) for place, cell in enumerate(live) if code in cell.weights}
    return f"a_{code} * " + _case("t_leader", weights, literal(0.0))


def _by_place(column: str, results: Sequence[str]) -> str:
    return _case(column, dict(enumerate(results)), "NULL")


def _case(column: str, results: Mapping[int, str], otherwise: str) -> str:
    whens = " ".join(f"WHEN {place} THEN {result}" for place, result in results.items())
    return f"CASE {column} {whens} ELSE {otherwise} END" if whens else otherwise


def _told(sign: str, knots: Mapping[str, Knots], apart: str) -> str:
    """The indicator's code, and on which side of the middle."""
    sides = [_by_place(sign, [literal(f"{code}.{side}") for code in knots]) for side in ("high", "low")]
    return f"CASE WHEN {apart} > 0 THEN {sides[0]} ELSE {sides[1]} END"


def _which(live: Sequence[Cell], top: str, but: str | None = None) -> str:
    """The place of the type with that score; of equals the one that stands first."""
    apart = f" AND {but} <> {{}}" if but else ""
    whens = " ".join(f"WHEN s_{cell.code} = {top}{apart.format(place)} THEN {place}" for place, cell in enumerate(live))
    return f"CASE {whens} END"


def _sign(knots: Mapping[str, Knots], count: str, but: str | None = None) -> str:
    """The place of the indicator that counts so much; none where it speaks against the type, or for nothing."""
    apart = f" AND {but} <> {{}}" if but else ""
    whens = " ".join(f"WHEN c_{code} = {count}{apart.format(place)} THEN {place}" for place, code in enumerate(knots))
    return f"CASE WHEN {count} <= 0 THEN NULL {whens} END"


def _apart_of(sign: str, knots: Mapping[str, Knots]) -> str:
    return _by_place(sign, [f"a_{code}" for code in knots])


def _greatest(items: Sequence[str]) -> str:
    return f"greatest({', '.join(items)})" if len(items) > 1 else items[0]


def _why(book: TypeBook) -> str:
    return (
        f"CASE WHEN t_known < {literal(book.least_known)} THEN 'little_known'"
        f" WHEN t_top - t_next < {literal(book.least_lead)} THEN 'lead_small' ELSE 'led' END"
    )


_LABEL = f"""
SELECT {{columns}},
  CASE WHEN t_why = 'led' THEN {{leader_code}} ELSE '{UNDETERMINED}' END AS type,
  CASE WHEN t_why = 'led' THEN {{second_code}} ELSE {{leader_code}} END AS type_runner_up,
  t_score AS type_score,
  t_known / t_odds AS type_confidence,
  t_why AS type_why_code, t_known AS type_known_share,
  {{sign_1_told}} AS type_sign_1,
  CASE WHEN t_sign_1 IS NOT NULL THEN CAST(0.5 AS DOUBLE) + abs(t_apart_1) END AS type_sign_1_share,
  {{sign_2_told}} AS type_sign_2,
  CASE WHEN t_sign_2 IS NOT NULL THEN CAST(0.5 AS DOUBLE) + abs(t_apart_2) END AS type_sign_2_share
"""

_ALIKE = f"""
SELECT {{columns}}, '{UNDETERMINED}' AS type, CAST(NULL AS VARCHAR) AS type_runner_up,
  CAST(NULL AS DOUBLE) AS type_score,
  CAST(0 AS DOUBLE) AS type_confidence, 'all_alike' AS type_why_code, CAST(0 AS DOUBLE) AS type_known_share,
  CAST(NULL AS VARCHAR) AS type_sign_1, CAST(NULL AS DOUBLE) AS type_sign_1_share,
  CAST(NULL AS VARCHAR) AS type_sign_2, CAST(NULL AS DOUBLE) AS type_sign_2_share
FROM {{{{table}}}}
"""
