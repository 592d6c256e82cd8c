"""Tomorrow's stars and customers without prospect: what the forecast holds for the tier."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Self

from shuke.classify.definition import Body, Label, Setting, Shape
from shuke.engines import Table, literal, quoted
from shuke.kit.errors import InputError
from shuke.kit.rules import first_match, read_rules, require_columns
from shuke.tables import FORECASTS, period_of

PROSPECTS = ("star", "steady", "without_prospect", "unknown")
_COLOURS = ("good", "1", "bad", "6")
_LABELS = ("prospect", "prospect_why_code")
_YEAR_DAYS, _MONTH_DAYS = 365.0, 365.0 / 12
_SPEND = ("current_spend_minor", "spend_minor")
_OF_ALL_TIME = ("margin_minor", "spend_minor", "historic_value_minor")
DEFAULT_LABELS = tuple(Label(code, colour) for code, colour in zip(PROSPECTS, _COLOURS, strict=True))
RULES = read_rules(
    tomllib.loads(files(__package__).joinpath("prospect.toml").read_text("utf-8"))["rules"], "prospect.toml"
)
SHAPE = Shape(
    "prospect",
    (
        Setting("cost_to_serve_minor", "money", 0),
        Setting("fewest_purchases", "number", 0.1, 0, 100),
    ),
    codes=PROSPECTS,
)


@dataclass(frozen=True)
class ProspectParams:
    """What `Prospect.fit` learns: how many days the data reach back."""

    span_days: int


class Prospect:
    """Who of the lower tiers is likely to rise, and with whom is effort lost?

    Each customer's outlook is what the forecast expects by the measure that tiers are cut by, over as long as that
    measure counts (12 months by default), and it is held against the value at which the next tier starts now:

    - star: the outlook reaches the tier above. New customers above all, whose year is not full yet.
    - without_prospect: in the lowest tier, with an outlook below `cost_to_serve_minor`, or with fewer than
      `fewest_purchases` purchase days expected in the forecast's horizon.
    - steady: the rest, and the best tier; unknown: no model could be estimated.

    The outlook is an expectation: about as many stars fall short as surpass it, and the interval of the customer's
    value (clv_low_minor, clv_high_minor) says by how much. Where the data do not reach back as far as the measure
    counts, tiers start at what came in a shorter time, and the outlook is held to that time too (learned by `fit`). A
    forecast for another horizon is stretched or shortened in
    proportion, which for a longer horizon understates the first year. A measure of all time adds the next 12 months to
    what is there; where tiers go by the forecast itself nobody rises by it.

    `label` gives the table with prospect (`prospect.<code>`) and prospect_why_code (`prospect_why.<code>`) appended; it
    wants the columns of the pyramid beside it. Errors: InputError for a setting or a column that is not there.

    >>> import pyarrow as pa
    >>> from shuke.engines import DuckDBEngine
    >>> with DuckDBEngine() as engine:
    ...     customers = engine.from_arrow("customers", pa.table({
    ...         "tier_computed": ["D", "D"], "tier_next_minor": [500, 500], "tier_measure_minor": [90, 90],
    ...         "age_days": [30, 400], "clv_minor": [800, 3], "expected_purchases": [4.0, 0.02],
    ...         "mean_spend_minor": [200, 200]}))
    ...     Prospect().fit(customers).label(customers).to_arrow()["prospect"].to_pylist()
    ['star', 'without_prospect']

    Source: 001_8cd5f37d15500912.txt (明日之星; 没有发展潜力的客户); mission 3.1.
    """

    SHAPE = SHAPE

    def __init__(
        self,
        *,
        cost_to_serve_minor: int = 0,
        fewest_purchases: float = 0.1,
        labels: Sequence[Label] = DEFAULT_LABELS,
        measure: str = "current_value_minor",
        lowest: str = "D",
        horizon_days: int = 365,
    ) -> None:
        """`measure` and `lowest`: what tiers are cut by, and the lowest of them; `horizon_days`: of the forecast."""
        self.cost_to_serve_minor = cost_to_serve_minor
        self.fewest_purchases = fewest_purchases
        self.labels = tuple(labels)
        self.measure = measure
        self.lowest = lowest
        self.horizon_days = horizon_days

    @classmethod
    def from_definition(cls, body: Mapping[str, Any]) -> Self:
        """The rules' settings, names and colours that a definition describes. Raises DefinitionError."""
        read = SHAPE.read(body, labels=[label.body() for label in DEFAULT_LABELS])
        return cls(labels=read.labels, **read.settings)

    def definition(self) -> Body:
        """Settings, names and colours as plain data, ready for JSON."""
        settings = {one.name: getattr(self, one.name) for one in SHAPE.settings}
        return {"settings": settings, "labels": [label.body() for label in self.labels]}

    def beside(self, *, measure: str, lowest: str, horizon_days: int) -> Self:
        """The same beside a pyramid cut by that measure, and a forecast of that horizon."""
        return type(self)(
            cost_to_serve_minor=self.cost_to_serve_minor,
            fewest_purchases=self.fewest_purchases,
            labels=self.labels,
            measure=measure,
            lowest=lowest,
            horizon_days=horizon_days,
        )

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns it looks at."""
        forecast = ("clv_minor", "expected_purchases", "mean_spend_minor")
        return ("age_days", "tier_computed", "tier_next_minor", "tier_measure_minor", *forecast)

    def fit(self, table: Table) -> Self:
        """Learn how many days the data reach back; where tiers start, the pyramid has learned."""
        require_columns(self.needs, table.columns, "Prospect")
        found = table.engine.fetch("SELECT max(age_days) AS days FROM {table}", table=table).to_pylist()[0]
        self.params_ = ProspectParams(int(found["days"] or 0) + 1)
        return self

    def label(self, table: Table) -> Table:
        """The same rows with the prospect and its reason appended."""
        require_columns(self.needs, table.columns, "Prospect")
        if not hasattr(self, "params_"):
            raise InputError("This Prospect has not been fitted: call fit(table) first.")
        columns = ", ".join(quoted(name) for name in table.columns if name not in _LABELS)
        sql = _LABEL.format(
            columns=columns,
            outlook=self._outlook_sql(),
            is_lowest=f"tier_computed = {literal(self.lowest)}",
            prospect=_by_number([rule.code for rule in RULES]),
            why=_by_number([rule.why_code for rule in RULES]),
            number=first_match(RULES),
        )
        settings = {"cost_to_serve_minor": self.cost_to_serve_minor, "fewest_purchases": self.fewest_purchases}
        return table.engine.view("prospect", sql, table=table, **settings)

    def _outlook_sql(self) -> str:
        """What the measure is expected to come to: by the forecast, over as many days as it counts."""
        if self.measure in FORECASTS:
            return "tier_measure_minor"
        period = period_of(self.measure)
        days = period[1] * _MONTH_DAYS if period else _YEAR_DAYS
        is_spend = self.measure in _SPEND or (period is not None and period[0] == "spend")
        expected = "expected_purchases * mean_spend_minor" if is_spend else "clv_minor"
        days = min(days, self.params_.span_days)
        kept = "tier_measure_minor + " if self.measure in _OF_ALL_TIME else ""
        return f"{kept}{expected} * {literal(days / self.horizon_days)}"


def _by_number(codes: Sequence[str]) -> str:
    whens = " ".join(f"WHEN {number} THEN {literal(code)}" for number, code in enumerate(codes))
    return f"CASE rule_number {whens} END"


_LABEL = """
SELECT {columns}, {prospect} AS prospect, {why} AS prospect_why_code
FROM (
  SELECT {columns}, {number} AS rule_number
  FROM (SELECT {columns}, {outlook} AS outlook_minor, {is_lowest} AS is_lowest FROM {{table}}) AS looked_ahead
) AS matched
"""
