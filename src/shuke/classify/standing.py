"""Standing that rests on facts beside purchases: appended in one go, and what each classification is called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from shuke.classify.clusters import with_clusters
from shuke.classify.credit import Credit, with_lists
from shuke.classify.facts import NOTHING, Facts
from shuke.classify.indicators import Indicators
from shuke.classify.loyalty import Loyalty
from shuke.classify.quadrants import Quadrants
from shuke.classify.registry import Classification, Classifier
from shuke.classify.rfm_alarm import RfmAlarm
from shuke.classify.satisfaction import Satisfaction
from shuke.classify.signs import signs, with_signs
from shuke.classify.stability import Stability
from shuke.classify.trait_labels import label_traits, with_habits
from shuke.classify.traits import TRAIT_BOOK, Traits
from shuke.classify.types import NineTypes
from shuke.engines import Table
from shuke.tables import ALARM, CREDIT, LOYALTY, QUADRANT, SATISFACTION, SCORES, STABILITY, TRAIT_COLUMNS, TYPE, Column

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
"""In the order in which labels are appended; they want the indicators, signs and traits that `with_facts` appends."""

STANDING_COLUMNS: tuple[Column, ...] = (
    *ALARM,
    *QUADRANT,
    *TYPE,
    *LOYALTY,
    *SATISFACTION,
    *CREDIT,
    *STABILITY,
    *TRAIT_COLUMNS,
)


def with_facts(table: Table, purchases: Table, facts: Facts = NOTHING, *, as_of: date) -> Table:
    """A table of customers with what facts beside the summary say of them: indicators, traits, signs, and their list.

    Traits are learned from the customers of `purchases`. What is not known is null, never missing as a column.
    """
    told = {"products": facts.products, "surveys": facts.surveys}
    measured = Indicators().measure(purchases, as_of=as_of, **told)
    known = purchases.engine.keep("traits", "SELECT * FROM {t}", t=Traits().fit(measured.table).label(measured.table))
    purchases.engine.drop(measured.table)
    signed = with_signs(table, signs(purchases, facts, as_of=as_of))
    added = (*measured.table.columns[1:], *TRAIT_BOOK.traits)
    kept = ", ".join(f"t.{name}" for name in signed.columns if name not in added)
    listed = ", ".join(f"k.{name}" for name in added)
    sql = f"SELECT {kept}, {listed} FROM {{t}} AS t LEFT JOIN {{k}} AS k ON t.customer_id = k.customer_id"
    joined = table.engine.view("with_facts", sql, t=signed, k=known)
    return with_lists(with_habits(joined, purchases, as_of=as_of), facts.listed, as_of=as_of)


def label_standing(table: Table, definitions: Mapping[str, Mapping[str, Any]] | None = None) -> Table:
    """The rows with the labels of STANDING appended, by their definitions or as they ship, with clusters and traits.

    Wants the columns of the scores with RFM labels, and those of `with_facts`.
    """
    for code, one in STANDING.items():
        classifier: Classifier = one.read((definitions or {}).get(code))
        table = classifier.fit(table).label(table)
        if isinstance(classifier, NineTypes):
            table = with_clusters(table, classifier)
    return label_traits(table)


def keep_scores(acted: Table, purchases: Table, facts: Facts | None, *, as_of: date) -> Table:
    """The columns of SCORES, worked out and kept; where facts are given, the STANDING_COLUMNS beside them."""
    names = SCORES.names if facts is None else (*SCORES.names, *(column.name for column in STANDING_COLUMNS))
    known = acted if facts is None else label_standing(with_facts(acted, purchases, facts, as_of=as_of))
    return acted.engine.keep("scores", f"SELECT {', '.join(names)} FROM {{known}}", known=known)
