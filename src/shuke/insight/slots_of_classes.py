"""The strip of labels on a customer's page: each classification with its label, why, and how it went run by run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from shuke.classify import REGISTRY, Classification
from shuke.crm.people.reads import needs, viewer_of
from shuke.crm.scores import reads as scores
from shuke.crm.scores.columns import name_of
from shuke.crm.scores.models import Run
from shuke.crm.words import here
from shuke.insight.charts import listed
from shuke.insight.charts_of_classes import tones
from shuke.insight.facts import business_ledger
from shuke.insight.slots import customer_and_run, fragment
from shuke.insight.words_of_classes import lever
from shuke.kit.text import day, explain, percent
from shuke.ui import language

_CHANGES = 6
GROUPS = {
    "value": ("pyramid", "prospect", "quadrant"),
    "behaviour": ("rfm", "rfm_alarm", "type", "stability"),
    "relation": ("life_cycle", "loyalty", "satisfaction"),
    "credit": ("credit",),
}
"""What each classification is about, in the order of the strip."""
TRAITS = {"price": "price_code", "channel": "channel_code", "affinity": "affinity_code", "rhythm": "rhythm"}
"""What a customer is like, read from purchases: each trait with the column of its code."""
_UNKNOWN = ("unknown", "undetermined")

Step = tuple[date, str]
"""A run's day, and the label it gave."""


@require_safe
@needs("see")
def classes(request: HttpRequest, key: str) -> HttpResponse:
    """Where the customer stands in every classification, why, and since when."""
    customer, run = customer_and_run(request, key)
    score = scores.score_of(viewer_of(request), customer, run)
    lines: list[dict[str, Any]] = []
    if run is not None and score is not None:
        kept = _kept(customer.key, run)
        # Records hold the labels; the figures that their reasons name stand in the ledger.
        figures = next((row for row in kept if row["run_id"] == run.run_id), {})
        row = {**figures, **scores.as_row(score, customer.key)}
        lines = [_line(one, row, run, kept, told=bool(figures)) for one in REGISTRY.values() if row.get(one.column)]
        if figures:
            lines += [_trait(trait, row, run.currency) for trait, column in TRAITS.items() if row.get(column)]
    return fragment(request, customer, "insight/_standing.html", grouped(lines))


def grouped(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The labels by what they are about, and those that say nothing yet, which are folded away."""
    groups = [
        {"name": here(f"classes.standing.group.{group}"),
         "lines": [line for line in lines if line["code"] in codes and line["known"]]}
        for group, codes in (*GROUPS.items(), ("traits", tuple(TRAITS)))
    ]  # fmt: skip
    unknown = [line for line in lines if not line["known"]]
    names = here("insight.slot.and").join(line["name"] for line in unknown)
    told = here("classes.standing.unknown", count=len(unknown), names=names) if unknown else ""
    return {"groups": [group for group in groups if group["lines"]], "unknown": unknown, "unknown_told": told}


def _kept(key: str, run: Run) -> list[dict[str, Any]]:
    """What each run up to this one's day said of the customer, the earliest first; of one day the latest run counts, of
    this one's day itself. A run whose scores stand in the ledger but were not published was never in force."""
    ledger, published = business_ledger(), scores.published_ids()
    order = {kept.run_id: place for place, kept in enumerate(ledger.runs())}
    rows = [
        row
        for row in ledger.customer_scores(key).to_pylist()
        if row["as_of"] <= run.as_of and row["run_id"] in published
    ]
    rows.sort(key=lambda row: (row["as_of"], row["run_id"] == run.run_id, order.get(row["run_id"], -1)))
    return list({row["as_of"]: row for row in rows}.values())


def changes(steps: Sequence[Step]) -> list[Step]:
    """The labels one after another, each with the first day it was given: what repeats is left out.

    >>> changes([(date(2024, 1, 1), "C"), (date(2024, 4, 1), "C"), (date(2024, 7, 1), "B")])
    [(datetime.date(2024, 1, 1), 'C'), (datetime.date(2024, 7, 1), 'B')]
    """
    return [step for place, step in enumerate(steps) if place == 0 or steps[place - 1][1] != step[1]]


def _line(
    one: Classification, row: Mapping[str, Any], run: Run, kept: Sequence[Mapping[str, Any]], *, told: bool
) -> dict[str, Any]:
    """`told`: whether the ledger has the figures that the reason names."""
    tongue, code = language.active(), str(row[one.column])
    went = changes([(past["as_of"], past[one.column]) for past in kept if past.get(one.column)])
    sure = row.get(one.confidence) if one.confidence else None
    return {
        "code": one.code,
        "known": code not in _UNKNOWN,
        "do": lever(one, code),
        "name": here(f"classes.{one.code}.name"),
        "href": reverse("insight:class", args=[one.code]),
        "label": name_of(one.names, code, tongue),
        "alike": listed(**{one.listed_by: code}),
        "tone": _tone(one, code, run),
        "why": explain(one.why.format_map(row), tongue, run.currency, row) if told else "",
        "sure": here("classes.standing.sure", share=percent(sure)) if sure is not None else "",
        "went": [{"day": day(on, tongue), "label": name_of(one.names, label, tongue)} for on, label in went[-_CHANGES:]]
        if len(went) > 1
        else [],
        "since": here("classes.standing.since", day=day(went[-1][0], tongue)) if went else "",
    }


def _trait(trait: str, row: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """A trait as a line of the strip: no classification, so no page of its own and no history."""
    tongue, code = language.active(), str(row[TRAITS[trait]])
    why = [explain(f"{trait}_why.{row[f'{trait}_why_code']}", tongue, currency, row)]
    if trait == "rhythm":
        why += [here(f"{name}.{row[name]}") for name in ("usual_weekday", "usual_month") if row[name] is not None]
    return {
        "code": trait,
        "known": code not in _UNKNOWN,
        "name": here(f"trait.{trait}"),
        "label": name_of(f"{trait}.", code, tongue),
        "alike": listed(**{TRAITS[trait]: code}),
        "why": ("" if tongue.startswith("zh") else " ").join(why),
    }


def _tone(one: Classification, code: str, run: Run) -> str:
    """The tone of the label, by the definition that the run went by where it is told, else by the one that ships."""
    defined = run.parameters.get("definitions", {}).get(one.code)
    return tones(defined or one.default).get(code, "tone-6")
