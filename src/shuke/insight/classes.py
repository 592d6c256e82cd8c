"""The pages of classifications as their templates show them: figures of the run in force, and the definition."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from json import dumps, loads
from typing import Any

from django.urls import reverse

from shuke.classify import REGISTRY, Body, Classification, Preview
from shuke.crm.customers.models import Customer
from shuke.crm.customers.reads import sees_all, visible
from shuke.crm.people.models import User
from shuke.crm.scores import reads
from shuke.crm.scores.columns import name_of
from shuke.crm.scores.models import Run
from shuke.crm.words import here
from shuke.insight import charts_of_classes as charts
from shuke.insight.charts import listed
from shuke.insight.definitions import body_in_force, in_force, versions
from shuke.insight.grids_of_classes import counts_before, profit, signed
from shuke.insight.panels_of_classes import panels
from shuke.insight.words_of_classes import lever, sentences, weights_told
from shuke.kit.text import compact_money, day, money, number, share
from shuke.ui import language
from shuke.ui.drawings import Kept
from shuke.ui.parts import Crumb

_NAMED = 3
_HOUR_MINUTES = 60


def run_of(viewer: User) -> tuple[Run | None, str]:
    """The run that the pages show; where there is none, why."""
    if not sees_all(viewer):
        return None, "own"
    run = reads.current_run(viewer)
    if run is None or not run.figures.get("totals"):
        return None, "no_run"
    return (run, "") if "classes" in run.figures else (None, "old_run")


def all_of_them(viewer: User) -> dict[str, Any]:
    """The list: every classification with its largest labels, who moved, and which version it goes by."""
    run, why_empty = run_of(viewer)
    shown: dict[str, Any] = {"run": run, "why_empty": why_empty, "rights": _rights(viewer)}
    if run is None:
        return shown
    saved = in_force().versions
    lines = [_line(one, run, saved.get(one.code, 0)) for one in REGISTRY.values() if one.code in run.figures["classes"]]
    return shown | {"as_of": day(run.as_of, language.active()), "lines": lines}


def one_of_them(viewer: User, code: str) -> dict[str, Any]:
    """One classification: picture, labels, movement, definition and versions."""
    run, why_empty = run_of(viewer)
    if run is not None and code not in run.figures["classes"]:
        run, why_empty = None, "old_run"
    shown = {"one": REGISTRY[code], "run": run, "why_empty": why_empty, "rights": _rights(viewer), **_titles(code)}
    body, version = body_in_force(code)
    if run is None:
        return shown
    before = run.figures.get("before") or {}
    told = run.figures["classes"][code]
    used = run.parameters.get("versions", {}).get(code, 0)
    return shown | {
        "as_of": day(run.as_of, language.active()),
        "since": day(date.fromisoformat(before["as_of"]), language.active()) if before else "",
        "rows": _rows(REGISTRY[code], told, run.currency),
        "words": sentences(code, told["definition"], run.currency),
        "used": used,
        "waits": version if version != used else 0,
        "versions": [_version(saved, version, used) for saved in versions(code)[:20]],
        "effort": _effort(run) if code == "pyramid" else None,
        "levers": any(lever(REGISTRY[code], row["code"]) for row in told["labels"]),
        **panels(viewer, run, code),
        "weights": weights_told(told["definition"].get("weights", {})),
        "coming": coming(code, told["definition"], body, run.currency) if version != used else [],
        **_charts(code, dumps(run.figures), run.as_of.isoformat(), run.currency, language.active()),
    }


def coming(code: str, used: Body, body: Body, currency: str) -> list[str]:
    """What holds from the next run on, in sentences; of weights only those that change."""
    changed = weights_told(body.get("weights", {}), unlike=used.get("weights", {}))
    return [*sentences(code, body, currency), *(here("classes.weights.coming", **one) for one in changed)]


def _titles(code: str) -> dict[str, Any]:
    trail = [Crumb(here("classes.title"), reverse("insight:classes"))]
    return {"title": here(f"classes.{code}.name"), "about": here(f"classes.{code}.about"), "trail": trail,
            "label_word": here(f"classes.{code}.label")}  # fmt: skip


def _rights(viewer: User) -> dict[str, bool]:
    return {name: viewer.may(name) for name in ("import", "run", "classify")}


@lru_cache(maxsize=64)
def _charts(code: str, told: str, as_of: str, currency: str, tongue: str) -> Mapping[str, Kept | None]:
    """The charts of a run's figures (as JSON), drawn once for each language."""
    figures = loads(told)
    days = ((figures.get("before") or {}).get("as_of", ""), as_of)
    moved = charts.sankey(code, figures, days, linked=True)
    body, rows = figures["classes"][code]["definition"], figures.get("effort") if code == "pyramid" else []
    cells = figures["classes"].get("rfm_profit") if code == "rfm" else None
    return {
        "profit_chart": Kept(profit(cells, currency)) if cells else None,
        "picture": Kept(charts.picture(code, figures, currency)),
        "sankey": Kept(moved) if moved else None,
        "effort_chart": Kept(charts.effort(rows, body)) if rows else None,
    }


def _line(one: Classification, run: Run, version: int) -> dict[str, Any]:
    told, tongue = run.figures["classes"][one.code], language.active()
    rows = sorted((row for row in told["labels"] if row["customers"]), key=lambda row: -row["customers"])
    moved = sum(count for was, became, count in told["moves"] if was and became and was != became)
    return {
        "name": here(f"classes.{one.code}.name"),
        "about": here(f"classes.{one.code}.about"),
        "href": reverse("insight:class", args=[one.code]),
        "labels": [
            {"name": name_of(one.names, row["code"], tongue), "count": number(row["customers"], tongue),
             "href": listed(**{one.listed_by: row["code"]})}
            for row in rows[:_NAMED]
        ],
        "more": number(len(rows) - _NAMED, tongue) if len(rows) > _NAMED else "",
        "moved": number(moved, tongue) if told["moves"] else "—",
        "version": number(version, tongue) if version else here("classes.version.shipped"),
        "waits": version != run.parameters.get("versions", {}).get(one.code, 0),
    }  # fmt: skip


def _rows(one: Classification, told: Mapping[str, Any], currency: str) -> list[dict[str, Any]]:
    tongue, everybody = language.active(), sum(row["customers"] for row in told["labels"]) or 1
    before = counts_before(told)
    return [
        {
            "code": row["code"],
            "name": name_of(one.names, row["code"], tongue),
            "href": listed(**{one.listed_by: row["code"]}),
            "customers": number(row["customers"], tongue),
            "share": share(row["customers"] / everybody, tongue, 1),
            "value": compact_money(row["current_value_minor"], currency, tongue),
            "clv": "—" if row["clv_minor"] is None else compact_money(row["clv_minor"], currency, tongue),
            "lever": lever(one, row["code"]),
            **_change(row["customers"], (before or {}).get(row["code"], 0), known=before is not None),
        }
        for row in told["labels"]
    ]


def _change(now: int, then: int, *, known: bool) -> dict[str, Any]:
    if not known:
        return {"delta": None, "delta_text": ""}
    return {"delta": float(now - then), "delta_text": signed(now, then)}


def _version(saved: Any, newest: int, used: int) -> dict[str, Any]:
    return {
        "number": saved.version,
        "comment": saved.comment,
        "by": str(saved.saved_by) if saved.saved_by else here("insight.runs.by_nobody"),
        "at": saved.saved_at,
        "is_newest": saved.version == newest,
        "is_used": saved.version == used,
    }


def _effort(run: Run) -> dict[str, Any] | None:
    """Effort against return in words and rows; None where no contact of the year has a minute."""
    rows, tongue = run.figures.get("effort") or [], language.active()
    if not rows:
        return None
    sums = {name: sum(max(row[name] or 0, 0) for row in rows) or 1
            for name in ("customers", "spend_minor", "margin_minor", "clv_minor", "minutes")}  # fmt: skip

    def part(row: Mapping[str, Any], name: str) -> str:
        return share(max(row[name] or 0, 0) / sums[name], tongue, 1)

    return {
        "told": [sentence for row in rows if (sentence := _astray(row, run.currency))],
        "rows": [
            {
                "name": name_of("tier.", row["tier"], tongue),
                "href": listed(tier=row["tier"]),
                "parts": [part(row, name) for name in sums],
                "hours": _hours(row["minutes"]),
                "worth": "—" if row["worth_minutes"] is None else _hours(row["worth_minutes"]),
                "astray": "—" if row["astray_minor"] is None else money(row["astray_minor"], run.currency, tongue),
            }
            for row in rows
        ],
        "cost": run.figures["classes"]["pyramid"]["definition"]["settings"]["hourly_cost_minor"],
    }


def _hours(minutes: float) -> str:
    return number(minutes / _HOUR_MINUTES, language.active(), 1)


def _astray(row: Mapping[str, Any], currency: str) -> str:
    """What is to be said of a tier whose time is not its worth: from half an hour on."""
    minutes, tongue = row["astray_minutes"], language.active()
    if minutes is None or abs(minutes) < _HOUR_MINUTES / 2:
        return ""
    figures = {"tier": name_of("tier.", row["tier"], tongue), "hours": _hours(abs(minutes))}
    side = "more" if minutes > 0 else "less"
    if row["astray_minor"] is None:
        return here(f"classes.effort.{side}", **figures)
    return here(f"classes.effort.{side}_cost", cost=money(abs(row["astray_minor"]), currency, tongue), **figures)


def of_preview(viewer: User, code: str, found: Preview, names: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """A preview as the page shows it: counts before and after, and the most valuable who would move."""
    one, tongue = REGISTRY[code], language.active()

    def called(label: str) -> str:
        return "—" if not label else names.get(one.names + label, {}).get(tongue) or name_of(one.names, label, tongue)

    cards = visible(viewer).filter(key__in=[key for key, _, _ in found.movers])
    shown: dict[str, Customer] = {card.key: card for card in cards}
    return {
        "moved": number(found.moved, tongue),
        "nobody": not found.moved,
        "rows": [
            {
                "name": called(label),
                "before": number(found.before.get(label, 0), tongue),
                "after": number(found.after.get(label, 0), tongue),
                **_change(found.after.get(label, 0), found.before.get(label, 0), known=True),
            }
            for label in dict.fromkeys((*found.after, *found.before))
        ],
        "movers": [
            {"name": shown[key].display_name, "href": reverse("customers:card", args=[key]), "before": called(was),
             "after": called(became)}
            for key, was, became in found.movers
            if key in shown
        ],
    }  # fmt: skip
