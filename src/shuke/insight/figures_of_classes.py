"""The figures of the pages of classifications, computed once when a run is published."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from shuke.classify import REGISTRY, Pyramid, effort, profit_made, type_report
from shuke.cycle import Run
from shuke.engines import Table, quoted
from shuke.kit.ids import UNNAMED

_ALARMS = 8
_OF_ALARMS = (
    "customer_id", "rfm_alarm", "rfm_alarm_why_code", "recency_days", "typical_gap_days", "recent_purchases",
    "usual_purchases", "recent_spend_minor", "usual_spend_minor", "current_value_minor",
)  # fmt: skip
"""What the page tells of who left their own band: the label, and the figures that its reason names."""


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
    } | {
        "rfm_grid": _grid(done.scores),
        "rfm_profit": [asdict(cell) for cell in profit_made(done.scores)],
        "rfm_cuts": _cuts(done.scores),
    }


def alarms(scores: Table) -> list[dict[str, Any]]:
    """The most valuable of those who left their own band of recency, frequency or amount, with the figures of why."""
    if any(name not in scores.columns for name in _OF_ALARMS):
        return []
    sql = _ALARMED.format(columns=", ".join(_OF_ALARMS))
    return list(scores.engine.fetch(sql, scores=scores, unnamed=UNNAMED + "%", many=_ALARMS).to_pylist())


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


def how_types_hold(done: Run, purchases: Table) -> dict[str, Any]:
    """On other customers, and a quarter before: measured on a sample of the run's customers."""
    types = done.settings.classifiers["type"]
    return type_report(done.scores, purchases, done.facts, as_of=done.summary.as_of, types=types).as_data()


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


def _cuts(scores: Table) -> dict[str, list[int]]:
    """Where the five classes of recency, frequency and spend end today, so that a definition can keep them; a measure
    with fewer than five classes has none."""
    found = {}
    for name, (score, figure, down) in _MEASURES.items():
        sql = _ENDS.format(score=score, figure=figure)
        ends = {row["score"]: row["most"] for row in scores.engine.fetch(sql, scores=scores).to_pylist()}
        if len(ends) == _CLASSES:
            found[name] = [ends[score] for score in (range(_CLASSES, 1, -1) if down else range(1, _CLASSES))]
    return found


_CLASSES = 5
_MEASURES = {
    "recency_cuts": ("rfm_r", "recency_days", True),
    "frequency_cuts": ("rfm_f", "purchases", False),
    "spend_cuts": ("rfm_m", "spend_minor", False),
}
"""By setting: the score, what it is of, and whether less is better."""
_ENDS = "SELECT {score} AS score, CAST(max({figure}) AS BIGINT) AS most FROM {{scores}} GROUP BY {score}"
_ALARMED = """
    SELECT {columns} FROM {{scores}}
    WHERE rfm_alarm NOT IN ('none', 'unknown') AND customer_id NOT LIKE {{unnamed}}
    ORDER BY current_value_minor DESC, customer_id LIMIT {{many}}
"""
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
