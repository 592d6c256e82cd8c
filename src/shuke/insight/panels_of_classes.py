"""What single classifications show beside the common page: alarms and profit of RFM, how real loyalty is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from shuke.classify import REGISTRY
from shuke.crm.customers.models import Customer
from shuke.crm.customers.reads import visible
from shuke.crm.people.models import User
from shuke.crm.scores.columns import name_of
from shuke.crm.scores.models import Run
from shuke.crm.words import here
from shuke.insight.charts import listed
from shuke.insight.charts_of_classes import loyalty_truth, tones
from shuke.kit.text import compact_money, explain, number, share
from shuke.ui import language

_OF_ALARM = {"r": ("silent",), "f": ("rarer", "more_often"), "m": ("smaller", "larger")}
"""By letter the labels that say it has left its band; of several only the first is told."""
_GOOD = 4
"""From this score on customers buy often, or much."""
_TRUTHS = ("real", "held_back", "false", "unknown")


def panels(viewer: User, run: Run, code: str) -> dict[str, Any]:
    """The figures of a classification's own panels."""
    classes = run.figures["classes"]
    if code == "rfm":
        alarms = _alarms(viewer, run) if "rfm_alarm" in classes else None
        return {"alarms": alarms, "profit_told": _profit_told(classes.get("rfm_profit", ()))}
    if code == "rfm_alarm":
        return {"alarms": _alarms(viewer, run)}
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
