"""Recency, frequency and monetary scores, and the segments they name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

from shuke.classify._grid import SEGMENTS, Grid
from shuke.classify._quantiles import Steps, fill_classes
from shuke.classify._rfm_shape import DEFAULT_LABELS, SHAPE, read_rfm
from shuke.classify.definition import Body, Label
from shuke.engines import Table, literal, quoted
from shuke.kit.errors import InputError
from shuke.kit.rules import require_columns

_NEEDS = ("recency_days", "purchases", "spend_minor")
_LABELS = ("rfm_r", "rfm_f", "rfm_m", "rfm_segment")
# Of recency less is better: it is scored by its negative, so that one rule serves all three.
_EXPRESSIONS = {"recency": "-recency_days", "frequency": "purchases", "spend": "spend_minor"}


@dataclass(frozen=True)
class RFMParams:
    """What `RFM.fit` learns: for each measure where its scores begin, on −recency_days, purchases and spend_minor."""

    recency: Steps
    frequency: Steps
    spend: Steps


class RFM:
    """How recently, how often and for how much did each customer buy, on a scale of 1 to 5?

    Equal figures get equal scores. Classes are filled one after another from the weakest: the first takes the lowest
    1/5 of all (with everybody who ties with its last), the second the lowest 1/4 of those above it, and so on, always
    leaving a figure for each class to come: no class is empty where there are five different figures or more. With
    fewer figures each has a class of its own, scores spread from 1 to 5 (two: 1 and 5; three: 1, 3, 5), and where all
    customers are the same the score is 3, since there is nothing to tell.

    Cut-offs of your own take the place of quantiles: four rising figures each, the highest that still belongs to the
    class: `recency_cuts=(30, 90, 180, 365)` gives 5 up to 30 days, 4 up to 90 …; `frequency_cuts=(1, 2, 4, 9)` gives 1
    up to one purchase day …; `spend_cuts` are in minor units.

    `label` gives the table with rfm_r, rfm_f, rfm_m and rfm_segment (`rfm.<code>`) appended; the segment comes from a
    5 × 5 `grid` of recency and frequency.

    Errors: InputError for a setting or a column that is not there.

    >>> import pyarrow as pa
    >>> from shuke.engines import DuckDBEngine
    >>> with DuckDBEngine() as engine:
    ...     rows = {"recency_days": [3, 400, 40], "purchases": [9, 1, 1], "spend_minor": [900, 100, 100]}
    ...     customers = engine.from_arrow("customers", pa.table(rows))
    ...     RFM().fit(customers).label(customers).to_arrow().select(["rfm_r", "rfm_f", "rfm_segment"]).to_pylist()[0]
    {'rfm_r': 5, 'rfm_f': 5, 'rfm_segment': 'champion'}

    Source: 001_8cd5f37d15500912.txt (综合分析R、F、M); mission 2.5. Segments as commonly named on the grid of R and F.
    """

    def __init__(
        self,
        *,
        recency_cuts: Sequence[int] | None = None,
        frequency_cuts: Sequence[int] | None = None,
        spend_cuts: Sequence[int] | None = None,
        grid: Grid = SEGMENTS,
        labels: Sequence[Label] = DEFAULT_LABELS,
    ) -> None:
        self.recency_cuts = recency_cuts
        self.frequency_cuts = frequency_cuts
        self.spend_cuts = spend_cuts
        self.grid = grid
        self.labels = tuple(labels)

    SHAPE = SHAPE
    needs = _NEEDS

    @classmethod
    def from_definition(cls, body: Mapping[str, Any]) -> Self:
        """The scores and segments that a definition describes. Raises DefinitionError, which lists all that is
        wrong."""
        return cls(**read_rfm(body))

    def definition(self) -> Body:
        """Cut-offs (null: quantiles), segments and their grid as plain data, ready for JSON."""
        cuts = {name: getattr(self, name) for name in ("recency_cuts", "frequency_cuts", "spend_cuts")}
        return {
            "settings": {name: None if cut is None else list(cut) for name, cut in cuts.items()},
            "labels": [label.body() for label in self.labels],
            "grid": self.grid.body(),
        }

    def fit(self, table: Table) -> Self:
        """Learn where each score begins, for the measures without cut-offs of their own."""
        require_columns(_NEEDS, table.columns, "RFM")
        given = self._given()
        learned = {name: sql for name, sql in _EXPRESSIONS.items() if name not in given}
        steps = given | (fill_classes(table, learned) if learned else {})
        self.params_ = RFMParams(**steps)
        return self

    def label(self, table: Table) -> Table:
        """The same rows with the three scores and the segment appended."""
        require_columns(_NEEDS, table.columns, "RFM")
        params = self._fitted()
        columns = ", ".join(quoted(name) for name in table.columns if name not in _LABELS)
        sql = _LABEL.format(
            columns=columns,
            r=_score(_EXPRESSIONS["recency"], params.recency),
            f=_score(_EXPRESSIONS["frequency"], params.frequency),
            m=_score(_EXPRESSIONS["spend"], params.spend),
            segment=self._segment_sql(),
        )
        return table.engine.view("rfm", sql, table=table)

    def _fitted(self) -> RFMParams:
        if not hasattr(self, "params_"):
            raise InputError("This RFM has not been fitted: call fit(table) first.")
        return self.params_

    def _given(self) -> dict[str, Steps]:
        given = {}
        if self.recency_cuts is not None:
            days = _four_rising("recency_cuts", self.recency_cuts)
            given["recency"] = Steps(tuple(-day - 1 for day in reversed(days)), (1, 2, 3, 4, 5))
        if self.frequency_cuts is not None:
            given["frequency"] = Steps(_four_rising("frequency_cuts", self.frequency_cuts), (1, 2, 3, 4, 5))
        if self.spend_cuts is not None:
            given["spend"] = Steps(_four_rising("spend_cuts", self.spend_cuts), (1, 2, 3, 4, 5))
        return given

    def _segment_sql(self) -> str:
        cells: dict[str, list[int]] = {}
        for r, row in enumerate(self.grid.rows, start=1):
            for f, code in enumerate(row, start=1):
                cells.setdefault(code, []).append(10 * r + f)
        whens = " ".join(
            f"WHEN 10 * rfm_r + rfm_f IN {literal(pairs)} THEN {literal(code)}" for code, pairs in cells.items()
        )
        return f"CASE {whens} END"


def _score(expression: str, steps: Steps) -> str:
    """A CASE over the classes from the weakest up; the last score is for all above the last bound."""
    *bounded, top = steps.scores
    whens = " ".join(
        f"WHEN {expression} <= {bound} THEN {score}" for bound, score in zip(steps.bounds, bounded, strict=True)
    )
    return f"CAST({f'CASE {whens} ELSE {top} END' if whens else top} AS BIGINT)"


def _four_rising(name: str, cuts: Sequence[int]) -> tuple[int, ...]:
    whole = tuple(int(cut) for cut in cuts)
    if len(whole) != 4 or any(low >= high for low, high in pairwise(whole)):
        raise InputError(f"{name}={list(cuts)}: give four rising whole numbers, such as (30, 90, 180, 365).")
    return whole


_LABEL = """
SELECT {columns}, rfm_r, rfm_f, rfm_m, {segment} AS rfm_segment
FROM (SELECT {columns}, {r} AS rfm_r, {f} AS rfm_f, {m} AS rfm_m FROM {{table}}) AS scored
"""
