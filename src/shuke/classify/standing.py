"""Standing that rests on facts beside purchases: appended in one go, and what each classification is called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from shuke.classify.classification import Classification, Classifier
from shuke.classify.clusters import with_clusters
from shuke.classify.credit import Credit, with_lists
from shuke.classify.facts import NOTHING, Facts
from shuke.classify.indicators import Indicators
from shuke.classify.loyalty import Loyalty
from shuke.classify.quadrants import Quadrants
from shuke.classify.rfm_alarm import RfmAlarm
from shuke.classify.satisfaction import Satisfaction
from shuke.classify.signs import signs, with_signs
from shuke.classify.stability import Stability
from shuke.classify.trait_labels import label_traits, with_habits
from shuke.classify.traits import Traits
from shuke.classify.types import NineTypes
from shuke.engines import Table
from shuke.tables import ALARM, CREDIT, LOYALTY, QUADRANT, SATISFACTION, STABILITY, TYPE

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


def with_facts(table: Table, purchases: Table, facts: Facts = NOTHING, *, as_of: date) -> Table:
    """A table of customers with what more is known of them: indicators, trait scores, signs, the list they are on.

    Worked out now and kept, since every classifier looks at it several times. Trait scores are learned from the
    customers of `purchases`. What is not known is null, never missing as a column.
    """
    engine = table.engine
    measured = Indicators().measure(purchases, as_of=as_of, products=facts.products, surveys=facts.surveys)
    traits = with_habits(Traits().fit(measured.table).label(measured.table), purchases, as_of=as_of)
    said = signs(purchases, facts, as_of=as_of)
    signed = with_signs(table, said)
    added = [name for name in traits.columns if name != "customer_id"]
    kept = ", ".join(f"t.{name}" for name in signed.columns if name not in added)
    listed = ", ".join(f"k.{name}" for name in added)
    sql = f"SELECT {kept}, {listed} FROM {{t}} AS t LEFT JOIN {{k}} AS k ON t.customer_id = k.customer_id"
    joined = engine.view("joined", sql, t=signed, k=traits)
    known = engine.keep("known", "SELECT * FROM {all}", all=with_lists(joined, facts.listed, as_of=as_of))
    for part in (measured.table, said):
        engine.drop(part)
    return known


def label_standing(table: Table, definitions: Mapping[str, Mapping[str, Any]] | None = None) -> Table:
    """The rows with the labels of STANDING appended, by their definitions or as they ship, and clusters beside types.

    Wants the columns of the scores with RFM labels, and those of `with_facts`.
    """
    for code, one in STANDING.items():
        classifier: Classifier = one.read((definitions or {}).get(code))
        table = classifier.fit(table).label(table)
        if isinstance(classifier, NineTypes):
            table = with_clusters(table, classifier)
    return label_traits(table)
