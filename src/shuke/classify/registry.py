"""All classifications in their order: what each is called, which columns it appends, and how it is made from data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from shuke.classify.classification import Classification, Classifier
from shuke.classify.clusters import with_clusters
from shuke.classify.life_cycle import LifeCycle
from shuke.classify.prospect import Prospect
from shuke.classify.pyramid import Pyramid
from shuke.classify.rfm import RFM
from shuke.classify.standing import STANDING
from shuke.classify.trait_labels import label_traits
from shuke.engines import Table
from shuke.kit.errors import InputError
from shuke.kit.text import LANGUAGES, keys

_FROM_PURCHASES: Mapping[str, Classification] = {
    one.code: one
    for one in (
        Classification(
            "pyramid",
            Pyramid,
            column="tier_in_force",
            computed="tier_computed",
            columns=(
                "tier_computed", "tier_in_force", "tier_why_code", "tier_rank", "tier_base", "tier_measure_minor",
                "tier_next_minor",
            ),
            names="tier.",
            why="tier_why.{tier_why_code}",
            listed_by="tier",
            score="tier_rank",
        ),
        Classification(
            "prospect",
            Prospect,
            column="prospect",
            computed="prospect",
            columns=("prospect", "prospect_why_code"),
            names="prospect.",
            why="prospect_why.{prospect_why_code}",
            listed_by="prospect",
        ),
        Classification(
            "rfm",
            RFM,
            column="rfm_segment",
            computed="rfm_segment",
            columns=("rfm_r", "rfm_f", "rfm_m", "rfm_segment"),
            names="rfm.",
            why="rfm_why.scores",
            listed_by="segment",
        ),
        Classification(
            "life_cycle",
            LifeCycle,
            column="stage",
            computed="stage",
            columns=("stage", "stage_why_code"),
            names="stage.",
            why="stage_why.{stage_why_code}",
            listed_by="stage",
        ),
    )
}  # fmt: skip
REGISTRY: Mapping[str, Classification] = {**_FROM_PURCHASES, **STANDING}
"""In the order in which labels are appended: a later one may look at an earlier one's columns."""


def classification(code: str) -> Classification:
    """The classification of that code, or an error that lists those there are.

    >>> classification("pyramid").column
    'tier_in_force'
    """
    if code not in REGISTRY:
        raise InputError.of("error.classify.unknown", code=code, known=", ".join(REGISTRY))
    return REGISTRY[code]


def classifiers(
    definitions: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    given: Mapping[str, Classifier] | None = None,
    horizon_days: int = 365,
) -> dict[str, Any]:
    """All classifiers in order: by their definition, else as given, else as they ship.

    >>> list(classifiers({"prospect": {"settings": {"cost_to_serve_minor": 500}}}))[:5]
    ['pyramid', 'prospect', 'rfm', 'life_cycle', 'rfm_alarm']
    """
    defined, known = dict(definitions or {}), dict(given or {})
    for code in defined:
        classification(code)
    made: dict[str, Any] = {
        code: known[code] if code in known and code not in defined else one.read(defined.get(code))
        for code, one in REGISTRY.items()
    }
    pyramid: Pyramid = made["pyramid"]
    made["prospect"] = made["prospect"].beside(
        measure=pyramid.measure, lowest=pyramid.cuts.codes[-1], horizon_days=horizon_days
    )
    return made


def label_all(
    table: Table, by: Mapping[str, Classifier], *, then: Mapping[str, Callable[[Table], Table]] | None = None
) -> Table:
    """The rows with every label appended, in the registry's order; `then` is done right after a classification.

    A classifier learns from the bare rows where these have what it needs, so that no label is computed twice.
    """
    labelled = table
    for code, classifier in by.items():
        bare = set(classifier.needs) <= set(table.columns)
        labelled = classifier.fit(table if bare else labelled).label(labelled)
        if then is not None and code in then:
            labelled = then[code](labelled)
    return labelled


def label_customers(table: Table, by: Mapping[str, Any], *, in_force: Callable[[Table], Table] | None = None) -> Table:
    """All that is said of customers with facts (`with_facts`): every label, clusters beside the types, the traits.

    `in_force` is done right after the pyramid: which tier a customer keeps until a review.
    """
    then = {"type": partial(with_clusters, types=by["type"], bare=table)} | ({"pyramid": in_force} if in_force else {})
    return label_traits(label_all(table, by, then=then))


def names_given(by: Mapping[str, Classifier]) -> dict[str, dict[str, str]]:
    """The names of labels that do not go by the catalogue's: by key of the catalogue, then by language.

    A label that is not in the catalogue has a name in every language: its own in another, else its code.

    >>> gold = {"code": "gold", "share": 0.1, "names": {"zh-hans": "金卡"}}
    >>> pyramid = Pyramid.from_definition({"labels": [gold, {"code": "D", "share": 0.9}]})
    >>> names_given({"pyramid": pyramid})
    {'tier.gold': {'zh-hans': '金卡', 'zh-hant': '金卡', 'en': '金卡'}}
    """
    given = {}
    for code, classifier in by.items():
        prefix = REGISTRY[code].names
        known = set(keys(prefix))
        for label in classifier.labels:
            key, names = prefix + label.code, dict(label.names)
            if key not in known:
                other = next(iter(names.values()), label.code)
                names = {language: names.get(language, other) for language in LANGUAGES}
            if names:
                given[key] = names
    return given
