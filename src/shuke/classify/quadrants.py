"""The quadrants: what a customer is worth now × what is to come, and the lever for each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import Any, Self

from shuke.classify.definition import Body, Label, Setting, Shape
from shuke.engines import Table, literal, quoted
from shuke.kit.dates import months_before
from shuke.kit.errors import InputError
from shuke.kit.rules import require_columns

UNDETERMINED = "undetermined"
QUADRANTS: Mapping[str, tuple[str, str]] = {
    "I": ("low", "low"),
    "II": ("low", "high"),
    "III": ("high", "low"),
    "IV": ("high", "high"),
}
"""Each quadrant's place: its value now, and its value to come."""
_COMPARED = ("current_value_minor", "clv_minor")
"""What the sentences of reasons speak of."""
_LABELS = ("quadrant", "quadrant_why_code")
_BODY: Body = tomllib.loads(files(__package__).joinpath("quadrants.toml").read_text("utf-8"))


@dataclass(frozen=True)
class QuadrantParams:
    """What `Quadrants.fit` learns: who is the base, and where the two values are cut (minor units; high is above)."""

    buyers: int
    base: int
    """The buyers; all customers where nobody bought in the base's months."""
    current_cut_minor: float
    future_cut_minor: float | None
    """None where nobody's future is known."""
    all_equal: bool
    """Whether the base are all alike in both values, so that a cut would tell nothing."""


class Quadrants:
    """Is a customer's value high now, high to come, both or neither?

    I low in both, II low now and high to come, III high now and low to come, IV high in both (gold). High is above the
    cut: the median of the base, or an amount declared.

    - `current` and `future` name what is compared; a cut that is None is the median. Which quadrant has which code is
      fixed (`QUADRANTS`); colours and names are the definition's.
    - Base: customers who bought in the last `base_months` months; where nobody did, all. Everybody is placed, by the
      base's cuts; a median of the future is that of those whose future is known.
    - Future unknown (no model could be estimated): undetermined, `future_unknown`.
    - All of the base equal in both values, with both cuts at the median: undetermined, `all_equal`. Equal in one only:
      the cut is what all have, and nobody of them is above it.
    - A median of two different middle figures is the mean of them.

    `label` appends quadrant and quadrant_why_code (`quadrant_why.<code>`); `quadrant_lever.<code>` says what to do.

    Errors: DefinitionError for a definition that cannot be used, InputError for a column that is not there.

    >>> import pyarrow as pa
    >>> from datetime import date
    >>> from shuke.engines import DuckDBEngine
    >>> rows = {"customer_id": list("uvwx"), "recency_days": [1] * 4, "last_purchase": [date(2024, 1, 1)] * 4,
    ...         "current_value_minor": [1, 2, 8, 9], "clv_minor": [5, 60, 7, 80]}
    >>> with DuckDBEngine() as engine:
    ...     customers = engine.from_arrow("customers", pa.table(rows))
    ...     placed = Quadrants().fit(customers).label(customers)
    ...     engine.fetch("SELECT quadrant FROM {t} ORDER BY customer_id", t=placed)["quadrant"].to_pylist()
    ['I', 'II', 'III', 'IV']

    Source: 003_2ebf09ecde321865.txt (which fixes IV only); mission 3.4.
    """

    SHAPE = Shape(
        "quadrant",
        (
            Setting(
                "current", "choice", _BODY["settings"]["current"], choices=(_COMPARED[0], "margin_minor", "spend_minor")
            ),
            Setting("future", "choice", _BODY["settings"]["future"], choices=(_COMPARED[1], "potential_value_minor")),
            Setting("current_cut_minor", "money", None, optional=True),
            Setting("future_cut_minor", "money", None, optional=True),
            Setting("base_months", "whole", _BODY["settings"]["base_months"], 1, 120),
        ),
        codes=(*QUADRANTS, UNDETERMINED),
    )

    def __init__(self, *, labels: Sequence[Label] | None = None, **settings: Any) -> None:
        self.labels = self.SHAPE.read(_BODY).labels if labels is None else tuple(labels)
        self.settings: dict[str, Any] = {one.name: one.default for one in self.SHAPE.settings} | settings

    @classmethod
    def from_definition(cls, body: Mapping[str, Any]) -> Self:
        """From plain data; raises DefinitionError, which lists all that is wrong."""
        read = cls.SHAPE.read(body, labels=_BODY["labels"])
        return cls(labels=read.labels, **read.settings)

    def definition(self) -> Body:
        """As plain data, ready for JSON."""
        return {"settings": dict(self.settings), "labels": [label.body() for label in self.labels]}

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns it looks at."""
        compared = (self.settings["current"], self.settings["future"])
        return ("customer_id", "recency_days", "last_purchase", *compared)

    def fit(self, table: Table) -> Self:
        """Learn the two cuts."""
        require_columns(self.needs, table.columns, "Quadrants")
        found = self._figures(table, self._bought_after(table))
        buyers = int(found["base"])
        if not buyers:
            found = self._figures(table, None)
        given = (self.settings["current_cut_minor"], self.settings["future_cut_minor"])
        current = (found["current_median"] or 0.0) if given[0] is None else given[0]
        future = found["future_median"] if given[1] is None else float(given[1])
        alike = found["current_low"] == found["current_high"] and found["future_low"] == found["future_high"]
        all_equal = given == (None, None) and alike
        self.params_ = QuadrantParams(buyers, int(found["base"]), float(current), future, all_equal)
        return self

    def label(self, table: Table) -> Table:
        """The same rows with the quadrant and its reason appended."""
        if not hasattr(self, "params_"):
            raise InputError("These Quadrants have not been fitted: call fit(table) first.")
        require_columns(self.needs, table.columns, "Quadrants")
        columns = ", ".join(quoted(name) for name in table.columns if name not in _LABELS)
        sql = f"""
            SELECT {columns}, {self._case(True)} AS quadrant, {self._case(False)} AS quadrant_why_code
            FROM (
              SELECT *, coalesce({quoted(self.settings["current"])}, 0) > {{current_cut}} AS q_current,
                {quoted(self.settings["future"])} > {{future_cut}} AS q_future
              FROM {{table}}
            ) AS cut
        """
        params = self.params_
        return table.engine.view(
            "quadrants", sql, table=table, current_cut=params.current_cut_minor, future_cut=params.future_cut_minor
        )

    def _case(self, codes: bool) -> str:
        """A CASE over the places: their codes, or their reasons. Reasons name figures only where these are compared."""
        other = "" if (self.settings["current"], self.settings["future"]) == _COMPARED else "_other"
        unknown, equal = (UNDETERMINED, UNDETERMINED) if codes else (f"future_unknown{other}", "all_equal")
        whens = [f"WHEN q_future IS NULL THEN {literal(unknown)}"]
        whens += [f"WHEN TRUE THEN {literal(equal)}"] if self.params_.all_equal else []
        whens += [
            f"WHEN {_is(current)} q_current AND {_is(future)} q_future"
            f" THEN {literal(code if codes else f'{current}_{future}{other}')}"
            for code, (current, future) in QUADRANTS.items()
        ]
        return f"CASE {' '.join(whens)} END"

    def _bought_after(self, table: Table) -> date:
        """The last day before the base's months, counted back from as_of, which every row tells."""
        sql = "SELECT min(last_purchase) AS day, max(recency_days) AS days FROM {table}"
        found = table.engine.fetch(sql, table=table).to_pylist()[0]
        if found["day"] is None:
            return date(1970, 1, 1)
        return months_before(found["day"] + timedelta(days=int(found["days"])), int(self.settings["base_months"]))

    def _figures(self, table: Table, after: date | None) -> dict[str, Any]:
        sql = _FIGURES.format(
            current=f"coalesce({quoted(self.settings['current'])}, 0)",
            future=quoted(self.settings["future"]),
            base="WHERE last_purchase > {after}" if after else "",
        )
        found: dict[str, Any] = table.engine.fetch(sql, table=table, after=after).to_pylist()[0]
        return found


def _is(height: str) -> str:
    return "" if height == "high" else "NOT"


_FIGURES = """
SELECT count(*) AS base,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY {current}) AS current_median,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY {future}) AS future_median,
  min({current}) AS current_low, max({current}) AS current_high,
  min({future}) AS future_low, max({future}) AS future_high
FROM {{table}} {base}
"""
