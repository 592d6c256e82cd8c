"""A changed definition on today's customers: who would stand where, before anything is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shuke.classify.classification import Classification, Classifier
from shuke.classify.registry import REGISTRY, classification, classifiers
from shuke.engines import Table, quoted
from shuke.kit.errors import InputError

_MOVERS = 12


@dataclass(frozen=True)
class Preview:
    """How many customers each label has before and after, who would move from where to where, and the most valuable
    of those who move: (customer_id, before, after)."""

    before: Mapping[str, int]
    after: Mapping[str, int]
    moves: tuple[tuple[str, str, int], ...]
    movers: tuple[tuple[str, str, str], ...]

    @property
    def moved(self) -> int:
        """How many customers would get another label."""
        return sum(count for before, after, count in self.moves if before != after)


def preview(
    scores: Table,
    code: str,
    body: Mapping[str, Any],
    *,
    definitions: Mapping[str, Mapping[str, Any]] | None = None,
    horizon_days: int = 365,
    ranked_by: str = "current_value_minor",
) -> Preview:
    """Who would move if this classification were defined so?

    The scores of a run are labelled anew from the columns that are kept, so no purchase is read. `definitions` are
    those of the run (of the other classifications), `ranked_by` is what its tiers were ranked by. Tiers are the
    computed ones: what is in force falls at a review only.

    Raises DefinitionError for a definition that cannot be used; InputError where it wants a figure that the scores do
    not keep, such as money of another number of months.

    >>> import pyarrow as pa
    >>> from shuke.engines import DuckDBEngine
    >>> body = {"settings": {"base": "all"}, "labels": [{"code": "A", "share": 0.5}, {"code": "D", "share": 0.5}]}
    >>> with DuckDBEngine() as engine:
    ...     scores = engine.from_arrow("scores", pa.table({
    ...         "customer_id": ["u", "v"], "current_value_minor": [9, 5], "tier_computed": ["D", "D"],
    ...         "clv_minor": [7, 7]}))
    ...     found = preview(scores, "pyramid", body)
    >>> found.before, found.after, found.movers
    ({'D': 2}, {'A': 1, 'D': 1}, (('u', 'D', 'A'),))
    """
    one = classification(code)
    defined = {name: kept for name, kept in (definitions or {}).items() if name in REGISTRY} | {code: body}
    classifier: Classifier = classifiers(defined, horizon_days=horizon_days)[code]
    kept = _kept(scores, one, classifier, ranked_by)
    labelled = classifier.fit(kept).label(kept)
    moved = scores.engine.keep(
        "moved",
        f"SELECT customer_id, label_before, {quoted(one.computed)} AS label_after, clv_before FROM {{labelled}}",
        labelled=labelled,
    )
    rows = scores.engine.fetch(_MOVES, moved=moved).to_pylist()
    movers = scores.engine.fetch(_MOVERS_FIRST, moved=moved, many=_MOVERS).to_pylist()
    for table in (moved, kept):
        scores.engine.drop(table)
    moves = tuple((row["was"], row["became"], row["customers"]) for row in rows)
    order = [label.code for label in classifier.labels]
    return Preview(
        _counts(moves, 0, order),
        _counts(moves, 1, order),
        moves,
        tuple((row["customer_id"], row["was"], row["became"]) for row in movers),
    )


def _kept(scores: Table, one: Classification, classifier: Classifier, ranked_by: str) -> Table:
    """The few columns that are needed, and the label until now."""
    there = set(scores.columns)
    spelled = {name: quoted(name) for name in dict.fromkeys(("customer_id", *classifier.needs))}
    if ranked_by not in there and "tier_measure_minor" in there:
        there.add(ranked_by)
        spelled |= {ranked_by: "tier_measure_minor"} if ranked_by in spelled else {}
    missing = [name for name in spelled if name not in there]
    if missing:
        raise InputError.of("error.classify.not_kept", code=one.code, missing=", ".join(missing))
    listed = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in spelled.items())
    label = f"coalesce({quoted(one.computed)}, '')" if one.computed in there else "''"
    sql = f"SELECT {listed}, {label} AS label_before, clv_minor AS clv_before FROM {{scores}}"
    return scores.engine.keep("kept", sql, scores=scores)


def _counts(moves: tuple[tuple[str, str, int], ...], place: int, order: list[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for move in moves:
        counts[str(move[place])] = counts.get(str(move[place]), 0) + move[2]
    return {code: counts[code] for code in (*order, *sorted(set(counts) - set(order))) if code in counts}


_MOVES = """
SELECT label_before AS was, label_after AS became, CAST(count(*) AS BIGINT) AS customers
FROM {moved} GROUP BY label_before, label_after ORDER BY was, became
"""
_MOVERS_FIRST = """
SELECT customer_id, label_before AS was, label_after AS became FROM {moved}
WHERE label_before <> label_after ORDER BY clv_before DESC NULLS LAST, customer_id LIMIT {many}
"""
