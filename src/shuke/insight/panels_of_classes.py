"""What single classifications show beside the common page: RFM's alarms and profit, how types hold, real loyalty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from shuke.classify import REGISTRY
from shuke.crm.customers.models import Customer
from shuke.crm.customers.reads import visible
from shuke.crm.people.models import User
from shuke.crm.scores.columns import name_of
from shuke.crm.scores.labels import FIVE
from shuke.crm.scores.models import Run
from shuke.crm.words import here
from shuke.insight.charts import listed
from shuke.insight.charts_of_classes import loyalty_truth, tones
from shuke.kit.text import compact_money, day, explain, number, share
from shuke.ui import language

_OF_ALARM = {"r": ("silent",), "f": ("rarer", "more_often"), "m": ("smaller", "larger")}
"""By letter the labels that say it has left its band; of several only the first is told."""
_COMPARED = ("halves", "quarters", "quarters_decided", "halves_of_clusters")
_READ = ((0.8, "full"), (0.6, "much"), (0.4, "some"))
"""From which kappa on agreement is called how (Landis & Koch 1977, steps of a fifth)."""
_GOOD = 4
"""From this score on customers buy often, or much."""
_TRUTHS = ("real", "held_back", "false", "unknown")


def panels(viewer: User, run: Run, code: str) -> dict[str, Any]:
    """The figures of a classification's own panels."""
    classes = run.figures["classes"]
    if code == "rfm":
        alarms = _alarms(viewer, run) if "rfm_alarm" in classes else None
        best = ",".join(score for score in FIVE if int(score) >= _GOOD)
        return {
            "alarms": alarms,
            "profit_told": _profit_told(classes.get("rfm_profit", ())),
            "profit_best": listed(rfm_f=best, rfm_m=best),
        }
    if code == "rfm_alarm":
        return {"alarms": _alarms(viewer, run)}
    if code == "type" and "types_report" in run.figures:
        return {"types": _types(run.figures["types_report"])}
    if code == "loyalty":
        return {"truths": _truths(classes[code])}
    return {}


def _alarms(viewer: User, run: Run) -> dict[str, Any]:
    """How many left their own band by recency, frequency and amount, and the most valuable of them with the reason."""
    one, tongue, told = REGISTRY["rfm_alarm"], language.active(), run.figures["classes"]["rfm_alarm"]
    counts = {row["code"]: row["customers"] for row in told["labels"]}
    parts = [
        {
            "name": here(f"classes.alarms.{letter}"),
            "count": number(sum(counts.get(label, 0) for label in labels), tongue),
            "labels": [
                {"name": name_of(one.names, label, tongue), "count": number(counts.get(label, 0), tongue),
                 "href": listed(**{one.listed_by: label})}
                for label in labels
            ],
        }
        for letter, labels in _OF_ALARM.items()
    ]  # fmt: skip
    rows: list[Mapping[str, Any]] = run.figures.get("alarms", [])
    cards = visible(viewer).filter(key__in=[row["customer_id"] for row in rows])
    shown: dict[str, Customer] = {card.key: card for card in cards}
    tone = tones(told["definition"])
    return {
        "parts": parts,
        "rows": [
            {
                "name": shown[row["customer_id"]].display_name,
                "href": reverse("customers:card", args=[row["customer_id"]]),
                "label": name_of(one.names, row["rfm_alarm"], tongue),
                "tone": tone.get(row["rfm_alarm"], "tone-6"),
                "why": explain(one.why.format_map(row), tongue, run.currency, row),
                "value": compact_money(row["current_value_minor"], run.currency, tongue),
            }
            for row in rows
            if row["customer_id"] in shown
        ],
    }


def _profit_told(cells: Sequence[Mapping[str, int]]) -> str:
    """How much of the profit those bring who buy often and much; nothing where there is no profit to share."""
    margin = sum(cell["current_value_minor"] for cell in cells)
    if margin <= 0:
        return ""
    best, tongue = [cell for cell in cells if min(cell["rfm_f"], cell["rfm_m"]) >= _GOOD], language.active()
    customers = sum(cell["customers"] for cell in best) / sum(cell["customers"] for cell in cells)
    theirs = sum(cell["current_value_minor"] for cell in best) / margin
    return here("classes.profit.best", customers=share(customers, tongue, 1), margin=share(theirs, tongue, 1))


def _truths(told: Mapping[str, Any]) -> list[dict[str, str]]:
    """How many hold by the business itself, are held back, hold by something else, or are not known."""
    one, tongue, everybody = (
        REGISTRY["loyalty"],
        language.active(),
        sum(row["customers"] for row in told["labels"]) or 1,
    )
    truth, found = loyalty_truth(one), []
    for code in _TRUTHS:
        rows = [row for row in told["labels"] if truth.get(row["code"], "unknown") == code]
        customers = sum(row["customers"] for row in rows)
        kinds = [name_of(one.names, row["code"], tongue) for row in rows]
        found.append({
            "name": here(f"loyalty_truth.{code}"),
            "kinds": here("insight.slot.and").join(kinds) if code != "unknown" else "",
            "count": number(customers, tongue),
            "share": share(customers / everybody, tongue, 1),
            "href": listed(**{one.listed_by: ",".join(row["code"] for row in rows)}),
        })  # fmt: skip
    return found


def _types(report: Mapping[str, Any]) -> dict[str, Any]:
    """How far types agree between halves and quarters, and the clusters beside them (`classify.type_report`)."""
    one, tongue = REGISTRY["type"], language.active()
    clusters = [
        {
            "name": here("classes.types.cluster", number=number(place, tongue)),
            "customers": number(cluster["customers"], tongue),
            "share": share(cluster["share"], tongue, 1),
            "like": name_of(one.names, cluster["type"], tongue) if cluster["type"] else "",
            "href": listed(**{one.listed_by: cluster["type"]}) if cluster["type"] else "",
            "signs": here("insight.slot.and").join(here(f"sign.{sign}") for sign in cluster["signs"]),
        }
        for place, cluster in enumerate(report["clusters"], 1)
    ]
    missing = here("insight.slot.and").join(here(f"indicator.{code}") for code in report["missing"])
    return {
        "customers": number(report["customers"], tongue),
        "before": day(date.fromisoformat(report["before"]), tongue),
        "rows": [_agreement(name, report[name]) for name in _COMPARED if report.get(name)],
        "clusters": clusters,
        "clear": report["clear"],
        "missing": here("classes.types.missing", names=missing) if missing else "",
    }


def _agreement(name: str, found: Mapping[str, Any]) -> dict[str, str]:
    """Clusters have no names of their own, so theirs is the adjusted Rand index."""
    tongue = language.active()
    beyond = found["adjusted_rand" if name == "halves_of_clusters" else "kappa"]
    read = "unknown" if beyond is None else next((word for least, word in _READ if beyond >= least), "little")
    same = found["share"] if name != "halves_of_clusters" else None
    return {
        "name": here(f"classes.types.of.{name}"),
        "customers": number(found["customers"], tongue),
        "same": "—" if same is None else share(same, tongue),
        "beyond": "—" if beyond is None else number(beyond, tongue, 2),
        "read": here(f"classes.types.read.{read}"),
    }
