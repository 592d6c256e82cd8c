"""Margin × satisfaction × loyalty: eight classes, and the lever for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from shuke.classify._ruled import Ruled, book
from shuke.classify.definition import Setting, Shape
from shuke.engines import Table, Value
from shuke.kit.errors import InputError
from shuke.kit.rules import require_columns

_BOOK = book("satisfaction.toml")


@dataclass(frozen=True)
class SatisfactionParams:
    """What `Satisfaction.fit` learns: above which margin of the last 12 months it is high; None where nobody bought."""

    margin_cut_minor: float | None


class Satisfaction(Ruled):
    """Is a customer's margin high, are they content, are they loyal? Eight classes, unknown where they never answered.

    Margin is high above `margin_cut_minor`, by default the median of customers who brought something in the last 12
    months (where nobody did, all are unknown); content is a mean satisfaction of `content_from` or more; loyal a
    loyalty index of `loyal_from` or more.
    `label` wants the signs and the loyalty labels; `satisfaction_lever.<code>` says what to do for each class.

    >>> Satisfaction().definition()["settings"]
    {'margin_cut_minor': None, 'content_from': 4, 'loyal_from': 0.6}

    Source: 000_7281ac552204e346.txt (利润、满意度、忠诚度); mission 3.5.
    """

    SHAPE = Shape(
        "satisfaction",
        (
            Setting("margin_cut_minor", "money", None, optional=True),
            Setting("content_from", "number", 4, 1, 5),
            Setting("loyal_from", "share", 0.6),
        ),
        codes=_BOOK.codes,
    )
    BOOK = _BOOK
    COLUMN = "satisfaction"
    NEEDS = ("current_value_minor", "csat_score", "loyalty_score")
    STEPS = (
        {
            "margin_cut": "{margin_cut}",
            "content": "csat_score >= {content_from}",
            "loyal": "loyalty_score >= {loyal_from}",
        },
        {"high_margin": "current_value_minor > margin_cut"},
    )

    def fit(self, table: Table) -> Self:
        """Learn the median margin, unless a cut is declared."""
        require_columns(self.needs, table.columns, "Satisfaction")
        cut: float | None = self.settings["margin_cut_minor"]
        if cut is None:
            cut = table.engine.fetch(_MEDIAN, table=table).to_pylist()[0]["cut"]
        self.params_ = SatisfactionParams(None if cut is None else round(float(cut), 2))
        return self

    def _inputs(self) -> dict[str, Value]:
        if not hasattr(self, "params_"):
            raise InputError("This Satisfaction has not been fitted: call fit(table) first.")
        return {**self.settings, "margin_cut": self.params_.margin_cut_minor}


_MEDIAN = """
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY current_value_minor) AS cut
FROM {table} WHERE current_value_minor > 0
"""
