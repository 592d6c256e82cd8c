"""Standing that rests on facts beside purchases: appended in one go, and what each classification is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shuke.classify._habits import category_shares, habits
from shuke.classify.classification import Classification
from shuke.classify.credit import Credit, with_lists
from shuke.classify.facts import NOTHING, Facts
from shuke.classify.indicators import Indicators, Measured
from shuke.classify.loyalty import Loyalty
from shuke.classify.quadrants import Quadrants
from shuke.classify.rfm_alarm import RfmAlarm
from shuke.classify.satisfaction import Satisfaction
from shuke.classify.signs import SignSettings, past_asked, signs
from shuke.classify.stability import Stability
from shuke.classify.trait_labels import with_habits
from shuke.classify.traits import Traits
from shuke.classify.types import NineTypes
from shuke.engines import Table, quoted
from shuke.tables import ALARM, CREDIT, LOYALTY, QUADRANT, SATISFACTION, SIGNS, STABILITY, TYPE

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
            listed_by="rfm_alarm",
        ),
        Classification(
            "quadrant",
            Quadrants,
            column="quadrant",
            computed="quadrant",
            columns=tuple(column.name for column in QUADRANT),
            names="quadrant.",
            why="quadrant_why.{quadrant_why_code}",
            listed_by="quadrant",
        ),
        Classification(
            "type",
            NineTypes,
            column="type",
            computed="type",
            columns=tuple(column.name for column in TYPE),
            names="type.",
            why="type_why.{type_why_code}",
            listed_by="type",
            score="type_score",
            confidence="type_confidence",
        ),
        Classification(
            "loyalty",
            Loyalty,
            column="loyalty_kind",
            computed="loyalty_kind",
            columns=tuple(column.name for column in LOYALTY),
            names="loyalty.",
            why="loyalty_why.{loyalty_why_code}",
            listed_by="loyalty_kind",
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
"""In the order in which labels are appended; they want the indicators, signs and traits that `with_facts` appends."""


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


def with_facts(table: Table, purchases: Table, facts: Facts = NOTHING, *, as_of: date) -> Table:
    """A table of customers with what more is known of them: indicators, trait scores, habits, signs, their list.

    Worked out now and kept, since every classifier looks at it several times. Trait scores are learned from the
    customers of `purchases`. What is not known is null, never missing as a column.
    """
    known = known_of(purchases, facts, as_of=as_of)
    measured = known.measured.table
    days, shares = habits(purchases, as_of=as_of), category_shares(purchases, as_of=as_of)
    traits = with_habits(Traits().fit(measured).label(measured), days, shares)
    added, signs_of = [name for name in traits.columns if name != "customer_id"], SIGNS.names[1:]
    kept = [f"t.{quoted(name)}" for name in table.columns if name not in (*added, *signs_of)]
    listed = ", ".join([*kept, *(f"k.{quoted(name)}" for name in added), *(f"s.{name}" for name in signs_of)])
    sql = f"""
        SELECT {listed} FROM {{t}} AS t
        LEFT JOIN {{signs}} AS s ON t.customer_id = s.customer_id
        LEFT JOIN {{traits}} AS k ON t.customer_id = k.customer_id
    """
    joined = table.engine.view("joined", sql, t=table, signs=known.signs, traits=traits)
    facts_known = table.engine.keep("known", "SELECT * FROM {t}", t=with_lists(joined, facts.listed, as_of=as_of))
    known.drop()
    for part in (days, shares):
        part.engine.drop(part)
    return facts_known
