"""The figures of the pages of classifications, computed once when a run is published."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from shuke.classify import REGISTRY, Pyramid, effort
from shuke.cycle import Run
from shuke.engines import Table, quoted


def classes(done: Run, before: Table | None) -> dict[str, Any]:
    """By classification: its labels with their customers and money, who moved since the run before, its definition."""
    made, moved = done.settings.classifiers, _moved(done.scores, before)
    return {
        code: {
            "labels": groups(done.scores, one.column, [label.code for label in made[code].labels]),
            "moves": moved.get(code, []),
            "definition": made[code].definition(),
        }
        for code, one in REGISTRY.items()
    } | {"rfm_grid": _grid(done.scores)}


def groups(scores: Table, column: str, order: list[str]) -> list[dict[str, Any]]:
    """Customers and money by label, in the order of the labels; labels that nobody has stand with 0."""
    rows = scores.engine.fetch(_GROUPS.format(column=column), scores=scores).to_pylist()
    found = {row["code"]: dict(row) for row in rows}
    none = {"customers": 0, "current_value_minor": 0, "clv_minor": None, "value_at_risk_minor": None}
    rest = sorted(code for code in found if code not in order)
    return [found.get(code, {"code": code, **none}) for code in (*order, *rest)]


def effort_of(done: Run, touches: Table) -> list[dict[str, Any]]:
    """Effort against return by tier in force; empty where no contact of the year has a minute."""
    pyramid: Pyramid = done.settings.pyramid
    found = effort(
        done.scores,
        touches,
        order=pyramid.cuts.codes,
        as_of=done.summary.as_of,
        hourly_cost_minor=pyramid.hourly_cost_minor,
    )
    return [asdict(one) for one in found] if any(one.minutes for one in found) else []


def _moved(scores: Table, before: Table | None) -> dict[str, list[list[Any]]]:
    """Who went from which label to which, by classification; None: not there. Both tables are joined once for all.

    A label that the run before did not know yet has no moves.
    """
    if before is None:
        return {}
    known = {code: one.column for code, one in REGISTRY.items() if one.column in before.columns}
    engine = scores.engine
    listed = ", ".join(
        f"o.{quoted(column)} AS {quoted('was_' + code)}, n.{quoted(column)} AS {quoted('is_' + code)}"
        for code, column in known.items()
    )
    sql = f"""
        SELECT o.customer_id IS NULL AS is_new, n.customer_id IS NULL AS is_gone, {listed}
        FROM {{before}} AS o FULL OUTER JOIN {{scores}} AS n ON o.customer_id = n.customer_id
    """
    pairs = engine.keep("pairs", sql, before=before, scores=scores)
    found = {code: _of_pairs(pairs, code) for code in known}
    engine.drop(pairs)
    return {code: moves for code, moves in found.items() if any(was is not None for was, _, _ in moves)}


def _of_pairs(pairs: Table, code: str) -> list[list[Any]]:
    was, became = quoted(f"was_{code}"), quoted(f"is_{code}")
    sql = f"""
        SELECT {was} AS was, {became} AS became, CAST(count(*) AS BIGINT) AS customers FROM {{pairs}}
        WHERE ({was} IS NOT NULL OR is_new) AND ({became} IS NOT NULL OR is_gone)
        GROUP BY {was}, {became} ORDER BY was NULLS LAST, became NULLS LAST
    """
    return [[row["was"], row["became"], row["customers"]] for row in pairs.engine.fetch(sql, pairs=pairs).to_pylist()]


def _grid(scores: Table) -> list[list[int]]:
    """Recency score, frequency score, customers, value of twelve months."""
    return [list(row.values()) for row in scores.engine.fetch(_GRID, scores=scores).to_pylist()]


_GROUPS = """
    SELECT {column} AS code, count(*) AS customers,
        CAST(sum(current_value_minor) AS BIGINT) AS current_value_minor,
        CAST(sum(clv_minor) AS BIGINT) AS clv_minor,
        CAST(sum(value_at_risk_minor) AS BIGINT) AS value_at_risk_minor
    FROM {{scores}} GROUP BY {column}
"""
_GRID = """
    SELECT rfm_r, rfm_f, CAST(count(*) AS BIGINT) AS customers,
        CAST(sum(current_value_minor) AS BIGINT) AS value_minor
    FROM {scores} GROUP BY rfm_r, rfm_f ORDER BY rfm_r, rfm_f
"""
