"""Standing that rests on facts beside purchases: appended in one go, and what each classification is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shuke.classify._ruled import Ruled
from shuke.classify.credit import Credit, with_lists
from shuke.classify.facts import NOTHING, Facts
from shuke.classify.indicators import Indicators, Measured
from shuke.classify.loyalty import Loyalty
from shuke.classify.registry import Classification
from shuke.classify.rfm_alarm import RfmAlarm
from shuke.classify.satisfaction import Satisfaction
from shuke.classify.signs import SignSettings, past_asked, signs
from shuke.classify.stability import Stability
from shuke.classify.traits import TRAIT_BOOK, Traits
from shuke.engines import Table, quoted
from shuke.tables import ALARM, CREDIT, LOYALTY, SATISFACTION, SCORES, SIGNS, STABILITY, Column

STANDING: Mapping[str, Classification] = {
    one.code: one
    for one in (
        Classification(
            "rfm_alarm",
            RfmAlarm,
            column="rfm_alarm",
            computed="rfm_alarm",
            columns=tuple(column.name for column in ALARM),
            names="rfm_alarm.",
            why="rfm_alarm_why.{rfm_alarm_why_code}",
            listed_by="alarm",
        ),
        Classification(
            "loyalty",
            Loyalty,
            column="loyalty_kind",
            computed="loyalty_kind",
            columns=tuple(column.name for column in LOYALTY),
            names="loyalty.",
            why="loyalty_why.{loyalty_why_code}",
            listed_by="loyalty",
            score="loyalty_score",
            confidence="loyalty_confidence",
        ),
        Classification(
            "satisfaction",
            Satisfaction,
            column="satisfaction",
            computed="satisfaction",
            columns=tuple(column.name for column in SATISFACTION),
            names="satisfaction.",
            why="satisfaction_why.{satisfaction_why_code}",
            listed_by="satisfaction",
        ),
        Classification(
            "credit",
            Credit,
            column="credit",
            computed="credit",
            columns=tuple(column.name for column in CREDIT if column.name != "standing_list"),
            names="credit.",
            why="credit_why.{credit_why_code}",
            listed_by="credit",
            score="credit_score",
        ),
        Classification(
            "stability",
            Stability,
            column="stability",
            computed="stability",
            columns=tuple(column.name for column in STABILITY),
            names="stability.",
            why="stability_why.{stability_why_code}",
            listed_by="stability",
        ),
    )
}
"""In the order in which labels are appended; they want the signs and traits that `with_facts` appends."""

STANDING_COLUMNS: tuple[Column, ...] = (*ALARM, *LOYALTY, *SATISFACTION, *CREDIT, *STABILITY)


@dataclass(frozen=True)
class Known:
    """What purchases and facts say of each customer beside the summary, all of one look at the lines."""

    measured: Measured
    """All indicators: types, clusters and traits are judged by them."""
    signs: Table
    """`tables.SIGNS`."""

    def drop(self) -> None:
        """Forget them, when labels are given and kept."""
        for table in (self.measured.table, self.signs):
            table.engine.drop(table)


def known_of(purchases: Table, facts: Facts = NOTHING, *, as_of: date, indicators: Indicators | None = None) -> Known:
    """Look at the lines once for all classifications: indicators (all, unless told) and signs.

    >>> from shuke.engines import DuckDBEngine
    >>> import pyarrow as pa
    >>> rows = {"customer_id": ["u"], "purchased_on": [date(2024, 1, 1)], "amount_minor": [900]}
    >>> with DuckDBEngine() as engine:
    ...     known = known_of(engine.from_arrow("purchases", pa.table(rows)), as_of=date(2024, 1, 31))
    ...     len(known.measured.table), len(known.signs)
    (1, 1)
    """
    told = SignSettings()
    measured, own = (indicators or Indicators()).measure_with_past(
        purchases, past_asked(as_of, told), as_of=as_of, products=facts.products, surveys=facts.surveys
    )
    return Known(measured, signs(purchases, facts, as_of=as_of, settings=told, own_past=own))


def with_facts(
    table: Table, purchases: Table, facts: Facts = NOTHING, *, as_of: date, known: Known | None = None
) -> Table:
    """A table of customers with what facts beside the summary say of them: traits, signs, and the list they are on.

    The traits are learned from the customers of `purchases`. What is not known is null, never missing as a column.
    `known`: what `known_of` said of the same purchases and facts, where types are given too, so that lines are not
    looked at twice.
    """
    if known is None:
        wanted = tuple(dict.fromkeys(code for weights in TRAIT_BOOK.traits.values() for code in weights))
        known = known_of(purchases, facts, as_of=as_of, indicators=Indicators(wanted=wanted))
    traits = Traits().fit(known.measured.table).label(known.measured.table)
    there = [*TRAIT_BOOK.traits, *SIGNS.names[1:]]
    listed = ", ".join([*(f"k.{name}" for name in TRAIT_BOOK.traits), *(f"s.{name}" for name in SIGNS.names[1:])])
    kept = ", ".join(f"t.{quoted(name)}" for name in table.columns if name not in there)
    sql = f"""
        SELECT {kept}, {listed} FROM {{t}} AS t
        LEFT JOIN {{signs}} AS s ON t.customer_id = s.customer_id
        LEFT JOIN {{traits}} AS k ON t.customer_id = k.customer_id
    """
    joined = table.engine.view("with_facts", sql, t=table, signs=known.signs, traits=traits)
    return with_lists(joined, facts.listed, as_of=as_of)


def label_standing(table: Table, definitions: Mapping[str, Mapping[str, Any]] | None = None) -> Table:
    """The rows with loyalty, satisfaction, credit, stability and alarms appended, by their definitions or as they ship.

    Wants the columns of the scores with RFM labels, and those of `with_facts`.
    """
    for code, one in STANDING.items():
        classifier: Ruled = one.read((definitions or {}).get(code))
        table = classifier.fit(table).label(table)
    return table


def keep_scores(acted: Table, purchases: Table, facts: Facts | None, *, as_of: date) -> Table:
    """The columns of SCORES, worked out and kept; where facts are given, the STANDING_COLUMNS beside them."""
    names = SCORES.names if facts is None else (*SCORES.names, *(column.name for column in STANDING_COLUMNS))
    known = acted if facts is None else label_standing(with_facts(acted, purchases, facts, as_of=as_of))
    return acted.engine.keep("scores", f"SELECT {', '.join(names)} FROM {{known}}", known=known)
