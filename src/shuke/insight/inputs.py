"""The figures behind each chart of the Overview, as its *why* lists them: name and figure, written out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shuke.crm.scores.columns import name_of, short_tier
from shuke.crm.words import here
from shuke.insight.charts import months_shown
from shuke.kit.text import money, number
from shuke.ui import language

Inputs = tuple[tuple[str, str], ...]


def inputs(figures: Mapping[str, Any], currency: str) -> dict[str, Inputs]:
    """By chart. A chart with nothing to show has none."""
    return {
        "pyramid": _tiers(figures, "customers", currency),
        "value_by_tier": _tiers(figures, "current_value_minor", currency),
        "lorenz": (_customers(figures), _summed("current_value", figures["tiers"], "current_value_minor", currency)),
        "stages": _stages(figures["stages"]),
        "months": _sales(months_shown(figures), currency),
        "matrix": (_customers(figures), _summed("current_value", figures["tiers"], "current_value_minor", currency)),
        "migration": _moves(figures),
    }


def _tiers(figures: Mapping[str, Any], name: str, currency: str) -> Inputs:
    tongue = language.active()
    return tuple(
        (
            short_tier(tier["code"], tongue),
            money(tier[name], currency, tongue) if name.endswith("_minor") else number(tier[name], tongue),
        )
        for tier in figures["tiers"]
    )


def _stages(stages: Sequence[Mapping[str, Any]]) -> Inputs:
    tongue = language.active()
    return tuple((name_of("stage.", one["code"], tongue), number(one["customers"], tongue)) for one in stages)


def _customers(figures: Mapping[str, Any]) -> tuple[str, str]:
    return here("insight.total.customers"), number(figures["totals"]["customers"], language.active())


def _summed(total: str, rows: Sequence[Mapping[str, Any]], name: str, currency: str) -> tuple[str, str]:
    return here(f"insight.total.{total}"), money(sum(row[name] for row in rows), currency, language.active())


def _sales(sold: Mapping[str, int], currency: str) -> Inputs:
    """Of the months shown together."""
    if not sold:
        return ()
    span = f"{here('insight.overview.sales')}, {min(sold)} – {max(sold)}"
    return ((span, money(sum(sold.values()), currency, language.active())),)


def _moves(figures: Mapping[str, Any]) -> Inputs:
    """How many rose, stayed, fell, came and went, by the tiers in their order."""
    if not figures["migration"]:
        return ()
    place = {tier["code"]: at for at, tier in enumerate(figures["tiers"])}
    counts = dict.fromkeys(("rose", "stayed", "fell", "came", "went", "other"), 0)
    for was, became, customers in figures["migration"]:
        counts[_kind(was, became, place)] += customers
    shown = {kind: count for kind, count in counts.items() if count or kind != "other"}
    return tuple((here(f"insight.moved.{kind}"), number(count, language.active())) for kind, count in shown.items())


def _kind(was: str | None, became: str | None, place: Mapping[str, int]) -> str:
    """`other`: between tiers of two different pyramids, of which neither is the higher."""
    if was is None or became is None:
        return "came" if was is None else "went"
    if was == became:
        return "stayed"
    if was not in place or became not in place:
        return "other"
    return "rose" if place[became] < place[was] else "fell"
