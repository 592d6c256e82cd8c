"""The nine types: what a customer values × where they look, each scored from declared indicators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pyarrow as pa

from shuke.classify._indicator_definition import SHIPPED, IndicatorBook
from shuke.classify._ranks import Floats, Knots, learn_knots, ranks_of, sample
from shuke.classify._type_definition import NINE, TypeBook, type_book, type_shape
from shuke.classify._type_sql import NEEDS, TYPE_COLUMNS, Scale, labels_sql, scores_sql
from shuke.classify.definition import Body, Label
from shuke.engines import Table
from shuke.kit.errors import InputError
from shuke.kit.rules import require_columns


@dataclass(frozen=True)
class TypeParams:
    """What `NineTypes.fit` learns: knots of each indicator that is known, and mean and spread of each type's score."""

    customers: int
    knots: Mapping[str, Knots]
    scales: Mapping[str, Scale]
    missing: tuple[str, ...]
    """Indicators with a weight that are known of nobody."""

    @property
    def all_alike(self) -> bool:
        """Whether fewer than two types tell customers apart at all."""
        return sum(scale.sd > 0 for scale in self.scales.values()) < 2


class NineTypes:
    """Which of the nine types is each customer?

    Outdated 过时型, calculating 斤斤计较型, retro 复古型; pragmatic 适用型, value-for-money 性价比高型,
    achieved 完成型; trendy 新潮型, far-sighted 远见卓识型, perfectionist 极致型.

    Each cell of {functional, economic, psychological} × {past, present, future} is scored by itself: the weighted mean
    of its indicators' ranks among customers, 0 to 1, where an unknown one counts as the middle. The scores of a cell
    are brought to mean 0 and standard deviation 1 over all customers, so that no cell leads by having few indicators;
    the highest gives the type, the next the runner-up.

    - Undetermined: the lead is below `least_lead` standard deviations, or less than `least_known` of the leading
      cell's weight is known (then type_runner_up is the cell that leads), or nothing tells customers apart.
    - Confidence: the leading cell's part in a softmax of all scores, exp(1.5·ρ·score) over the sum of them, × the share
      of its weight that is known; ρ = lines / (lines + base_lines) is how much of a customer's figures is the
      customer's own. A judgement, not a measured rate: the guide says how often it is right where the type is known.
    - Reason: type_why_code (`type_why.<code>`), whose figures are the two indicators that count most for the leading
      cell, type_sign_1 and type_sign_2 (`sign.<indicator>.high|low`), and the share of customers each exceeds.

    Ranks and spreads are learned from at most 50,000 customers and applied by arithmetic; see `TYPE_COLUMNS` for what
    `label` appends, and `scores` for the nine scores themselves. The table has the columns of `Indicators` (all of
    them, or those that are known) with customer_id and lines.

    Errors: DefinitionError for a definition that cannot be used, InputError for columns that are not there.

    >>> from shuke.engines import DuckDBEngine
    >>> rows = {"customer_id": ["u", "v", "w"], "lines": [40, 40, 40],
    ...         "function_share": [0.9, 0.0, 0.1], "economy_share": [0.0, 0.9, 0.1], "feeling_share": [0.1, 0.1, 0.8],
    ...         "new_share": [0.9, 0.1, 0.1], "known_share": [0.0, 0.8, 0.1], "midlife_share": [0.1, 0.1, 0.8]}
    >>> with DuckDBEngine() as engine:
    ...     customers = engine.from_arrow("customers", pa.table(rows))
    ...     typed = NineTypes().fit(customers).label(customers)
    ...     engine.fetch("SELECT customer_id, type FROM {t} ORDER BY customer_id", t=typed)["type"].to_pylist()
    ['trendy', 'calculating', 'achieved']

    Source: 000_7281ac552204e346.txt (九种类型); mission 3.3.
    """

    def __init__(self, *, book: TypeBook = NINE, indicators: IndicatorBook = SHIPPED) -> None:
        self.book = book
        self.indicators = indicators

    SHAPE = type_shape()

    @classmethod
    def from_definition(cls, body: Mapping[str, Any], *, indicators: IndicatorBook = SHIPPED) -> Self:
        """From plain data; raises DefinitionError, which lists all that is wrong."""
        return cls(book=type_book(body, indicators), indicators=indicators)

    def definition(self) -> Body:
        """Settings, labels, and the weights of indicators by type, as plain data, ready for JSON."""
        return self.book.body()

    @property
    def labels(self) -> tuple[Label, ...]:
        """The nine types, and undetermined."""
        return self.book.labels

    @property
    def needs(self) -> tuple[str, ...]:
        """Every indicator that a type has a weight for. `fit` does with those that are there; one that is in the table
        but null throughout counts as unknown."""
        return (*NEEDS, *self.book.indicators)

    def fit(self, table: Table) -> Self:
        """Learn what is usual: where ranks lie, and how the scores of each type spread."""
        require_columns(NEEDS, table.columns, "NineTypes")
        asked = [code for code in self.book.indicators if code in table.columns]
        rows = sample(table, [*NEEDS, *asked])
        knots = learn_knots(rows, asked, self.indicators)
        missing = tuple(code for code in self.book.indicators if code not in knots)
        raw = self.raw_scores(rows, knots)
        scales = _scales(raw)
        self.params_ = TypeParams(len(rows), knots, scales, missing)
        return self

    def raw_scores(self, rows: pa.Table, knots: Mapping[str, Knots]) -> dict[str, Floats]:
        """The score of each type, 0 to 1, of the rows of a sample."""
        apart = {code: np.nan_to_num(ranks - 0.5) for code, ranks in ranks_of(rows, knots).items()}
        found = {}
        for cell in self.book.cells:
            known = {code: weight for code, weight in cell.weights.items() if code in knots}
            total = sum(abs(weight) for weight in known.values())
            sums = sum((weight * apart[code] for code, weight in known.items()), np.zeros(len(rows)))
            found[cell.code] = 0.5 + sums / total if total else np.full(len(rows), 0.5)
        return found

    def label(self, table: Table) -> Table:
        """The same rows with type, runner-up, score, confidence, reason and signs appended."""
        params = self._fitted(table)
        kept = [name for name in table.columns if name not in TYPE_COLUMNS]
        sql = labels_sql(kept, self.book, params.knots, params.scales, self.indicators.settings.base_lines)
        return table.engine.view("types", sql, table=table)

    def scores(self, table: Table) -> Table:
        """customer_id and the score of each type, 0 to 1, as type_score_<code>."""
        params = self._fitted(table)
        return table.engine.view("type_scores", scores_sql(self.book, params.knots), table=table)

    def _fitted(self, table: Table) -> TypeParams:
        if not hasattr(self, "params_"):
            raise InputError("These NineTypes have not been fitted: call fit(table) first.")
        require_columns([*NEEDS, *self.params_.knots], table.columns, "NineTypes")
        return self.params_


def _scales(raw: Mapping[str, Floats]) -> dict[str, Scale]:
    """Mean and spread of each type's score; a spread below half the widest is taken as that, lest what hardly varies
    lead by little."""
    # Rounded, so that what is no spread but the last bits of sums is none.
    spreads = {code: round(float(scores.std()), 9) if len(scores) > 1 else 0.0 for code, scores in raw.items()}
    least = max(spreads.values()) / 2
    return {
        code: Scale(float(scores.mean()) if len(scores) else 0.5, max(spreads[code], least) if spreads[code] else 0.0)
        for code, scores in raw.items()
    }
