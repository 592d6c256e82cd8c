"""The life cycle of a relation: which stage is each customer in, by the customer's own rhythm and the model's view."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

from shuke.classify._faults import Fault
from shuke.classify.definition import Body, Form, Label, Read, Setting, Shape
from shuke.engines import Table, literal, quoted
from shuke.kit.errors import InputError
from shuke.kit.rules import Rule, first_match, read_rules, require_columns

STAGES = ("exploration", "formation", "stability", "decline", "former")
_LABELS = ("stage", "stage_why_code")
_RHYTHM_NEEDS = ("purchases", "typical_gap_days")


@dataclass(frozen=True)
class Thresholds:
    """Where the stages begin. Times are in days or in multiples of the customer's rhythm; shares are of one."""

    doubt_after: float = 2.0
    late_after: float = 3.0
    late_days: int = 14
    gone_after: float = 5.0
    gone_after_unmodelled: float = 8.0
    gone_days: int = 180
    gone_churn: float = 0.9
    alive_doubt: float = 0.5
    alive_gone: float = 0.1
    fall_age_days: int = 730
    fall_share: float = 0.5
    trial_purchases: int = 2
    trial_days: int = 60
    stable_purchases: int = 5
    stable_days: int = 180
    lasting_purchases: int = 3
    lasting_days: int = 730
    unknown_gap_days: float = 180.0

    def __post_init__(self) -> None:
        if not 0 < self.doubt_after <= self.late_after <= self.gone_after <= self.gone_after_unmodelled:
            raise InputError(
                f"doubt_after {self.doubt_after}, late_after {self.late_after}, gone_after {self.gone_after}, "
                f"gone_after_unmodelled {self.gone_after_unmodelled}: they must rise, since a customer is in doubt "
                "before late, and late before gone."
            )
        if not 0 <= self.alive_gone <= self.alive_doubt <= 1:
            raise InputError(
                f"alive_gone {self.alive_gone}, alive_doubt {self.alive_doubt}: give rising shares of one, 0 to 1."
            )


@dataclass(frozen=True)
class LifeCycleParams:
    """What `LifeCycle.fit` learns: the gap usual in the base, in days, and how many customers it rests on."""

    usual_gap_days: float
    repeat_customers: int


def stage_rules(path: str | Path | None = None) -> tuple[Rule, ...]:
    """The rules of a TOML file (by default the ones that ship), for `LifeCycle(rules=…)`.

    >>> sorted({rule.code for rule in stage_rules()}) == sorted(STAGES)
    True
    """
    text = Path(path).read_text("utf-8") if path else files(__package__).joinpath("life_cycle.toml").read_text("utf-8")
    source = str(path) if path else "life_cycle.toml"
    try:
        return read_rules(tomllib.loads(text).get("rules", []), source)
    except tomllib.TOMLDecodeError as reason:
        raise InputError(f"{source} is not TOML: {reason}. Compare it with life_cycle.toml.") from reason


DEFAULTS = Thresholds()
RULES = stage_rules()
DEFAULT_LABELS = tuple(Label(code, f"stage-{code}") for code in STAGES)
_SHARES = ("gone_churn", "alive_doubt", "alive_gone", "fall_share")


def _setting(name: str, default: float) -> Setting:
    if name in _SHARES:
        return Setting(name, "share", default)
    form: Form = "whole" if isinstance(default, int) else "number"
    return Setting(name, form, default, 1 if form == "whole" else 0.1, 10_000)


def _faults(read: Read) -> Sequence[Fault]:
    told = read.settings
    late = [told[name] for name in ("doubt_after", "late_after", "gone_after", "gone_after_unmodelled")]
    alive = [told[name] for name in ("alive_gone", "alive_doubt")]
    return [
        Fault("rise", f"settings.{place}", value=", ".join(f"{one:g}" for one in values))
        for place, values in (("doubt_after … gone_after_unmodelled", late), ("alive_gone, alive_doubt", alive))
        if sorted(values) != values
    ]


SHAPE = Shape(
    "life_cycle",
    tuple(_setting(one.name, getattr(DEFAULTS, one.name)) for one in fields(Thresholds)),
    codes=STAGES,
    check=_faults,
)


class LifeCycle:
    """Is the relation on trial, growing, steady, declining or over?

    Exploration 考察期, formation 形成期, stability 稳定期 and decline 退化期, which can be reached from every stage;
    former 流失 is who has gone. What is late depends on the customer: three times the usual gap is days for a grocer's
    customer and years for a car dealer's. The usual gap is the customer's own, steadied by the base's (its median,
    learned by `fit`); the model's probability of being alive is heard where there is one (null means: not estimable).

    - Former: silent for `gone_days` and `gone_after` rhythms, and the model gives `gone_churn` or more for no purchase
      in the next period (without a model: silent for `gone_after_unmodelled` rhythms); or the model gives less than
      `alive_gone` for being alive.
    - Decline: silent for `late_days` and `late_after` rhythms, or for `doubt_after` while the model gives less than
      `alive_doubt`; or the last 12 months' value fell below `fall_share` of the yearly pace before.
    - Exploration: one purchase, or `trial_purchases` within the first `trial_days`; never where the relation may be
      older than the data (left_truncated).
    - Stability: `stable_purchases` over `stable_days`, or `lasting_purchases` over `lasting_days`.
    - Formation: the rest, who came back and are on their way.

    The rules are data (`rules`, by default life_cycle.toml); the first that holds gives the stage. `label` gives the
    table with stage (`stage.<code>`) and stage_why_code (`stage_why.<code>`) appended.

    Errors: InputError for a threshold, a rule or a column that is not there.

    >>> import pyarrow as pa
    >>> from shuke.engines import DuckDBEngine
    >>> with DuckDBEngine() as engine:
    ...     customers = engine.from_arrow("customers", pa.table({
    ...         "purchases": [30, 30], "typical_gap_days": [10.0, 10.0], "recency_days": [4, 45],
    ...         "age_days": [294, 335], "left_truncated": [False, False], "current_value_minor": [9, 9],
    ...         "historic_value_minor": [0, 0], "probability_alive": [0.99, 0.7], "churn_probability": [0.01, 0.4]}))
    ...     staged = LifeCycle().fit(customers).label(customers)
    ...     staged.to_arrow().select(["stage", "stage_why_code"]).to_pylist()
    [{'stage': 'stability', 'stage_why_code': 'steady'}, {'stage': 'decline', 'stage_why_code': 'late'}]

    Source: 003_2ebf09ecde321865.txt (陈明亮's four stages; 在任何一阶段关系都可能退化); mission 3.8 and 3.10.
    """

    def __init__(
        self,
        *,
        thresholds: Thresholds = DEFAULTS,
        rules: tuple[Rule, ...] = RULES,
        labels: Sequence[Label] = DEFAULT_LABELS,
    ) -> None:
        self.thresholds = thresholds
        self.rules = rules
        self.labels = tuple(labels)

    SHAPE = SHAPE

    @classmethod
    def from_definition(cls, body: Mapping[str, Any]) -> Self:
        """The stages that a definition describes: thresholds, names and colours; its rules are the ones that ship,
        since rules are SQL, which is written in a file and not on a page. Raises DefinitionError."""
        read = SHAPE.read(body, labels=[label.body() for label in DEFAULT_LABELS])
        return cls(thresholds=Thresholds(**read.settings), labels=read.labels)

    def definition(self) -> Body:
        """Thresholds, names and colours as plain data, ready for JSON."""
        return {"settings": asdict(self.thresholds), "labels": [label.body() for label in self.labels]}

    def fit(self, table: Table) -> Self:
        """Learn the gap that is usual in the base: the median of its repeat customers' mean gaps."""
        require_columns(self.needs, table.columns, "LifeCycle")
        found = table.engine.fetch(_USUAL_GAP, table=table).to_pylist()[0]
        repeat = int(found["repeat_customers"])
        # Rounded, so that the last bit of an engine's interpolation moves nobody.
        gap = round(float(found["gap"]), 2) if repeat else self.thresholds.unknown_gap_days
        self.params_ = LifeCycleParams(gap, repeat)
        return self

    def label(self, table: Table) -> Table:
        """The same rows with the stage and its reason appended."""
        require_columns(self.needs, table.columns, "LifeCycle")
        if not hasattr(self, "params_"):
            raise InputError("This LifeCycle has not been fitted: call fit(table) first.")
        columns = ", ".join(quoted(name) for name in table.columns if name not in _LABELS)
        sql = _LABEL.format(
            columns=columns,
            stage=_by_number([rule.code for rule in self.rules]),
            why=_by_number([rule.why_code for rule in self.rules]),
            number=first_match(self.rules),
        )
        return table.engine.view(
            "life_cycle", sql, table=table, usual_gap=self.params_.usual_gap_days, **asdict(self.thresholds)
        )

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns it looks at."""
        return tuple(dict.fromkeys((*_RHYTHM_NEEDS, *(name for rule in self.rules for name in rule.needs))))


def _by_number(codes: list[str]) -> str:
    whens = " ".join(f"WHEN {number} THEN {literal(code)}" for number, code in enumerate(codes))
    return f"CASE rule_number {whens} END"


_USUAL_GAP = """
SELECT count(typical_gap_days) AS repeat_customers, percentile_cont(0.5) WITHIN GROUP (ORDER BY typical_gap_days) AS gap
FROM {table} WHERE purchases > 1
"""

_LABEL = """
SELECT {columns}, {stage} AS stage, {why} AS stage_why_code
FROM (
  SELECT {columns}, {number} AS rule_number
  FROM (
    SELECT {columns}, CASE WHEN purchases > 1
      THEN (typical_gap_days * (purchases - 1) + {{usual_gap}}) / purchases ELSE {{usual_gap}} END AS rhythm_days
    FROM {{table}}
  ) AS with_rhythm
) AS matched
"""
