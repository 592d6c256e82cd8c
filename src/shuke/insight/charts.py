"""The charts of the Overview and of comparisons, from a run's figures. Each mark leads to its customers."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from shuke.crm.scores.columns import name_of, short_tier
from shuke.crm.words import here
from shuke.kit.text import compact_money, share
from shuke.ui import language
from shuke.ui.charts import (
    Bar,
    Bars,
    Cell,
    Flow,
    HeatMap,
    Highlight,
    Lines,
    Lorenz,
    Node,
    Pyramid,
    Sankey,
    Series,
    Tier,
)
from shuke.ui.figures import numbers, short_amounts

Figures = Mapping[str, Any]
NEW, GONE = "new", "gone"
MONTHS_SHOWN = 36
_TONES = ("tone-tier-a", "tone-tier-b", "tone-tier-c", "tone-tier-d")
_TOP = 0.2
_HEAT_HEIGHT = 296
"""As high as the moves between tiers, which stand beside it."""


def listed(**filters: str) -> str:
    """The list of customers, filtered."""
    return f"{reverse('customers:list')}?{urlencode(filters)}"


def tone(place: int, of: int) -> str:
    """A tier's colour by its place from the top; the lowest is always the palest."""
    return _TONES[-1] if place == of - 1 else _TONES[min(place, 2)]


def pyramid(figures: Figures, currency: str) -> Pyramid:
    tiers, tongue = figures["tiers"], language.active()
    everybody = sum(tier["customers"] for tier in tiers) or 1
    drawn = [
        Tier(
            name_of("tier.", tier["code"], tongue),
            tier["customers"],
            share(tier["customers"] / everybody, tongue, 1),
            compact_money(tier["current_value_minor"], currency, tongue),
            listed(tier=tier["code"]),
            tone(place, len(tiers)),
        )
        for place, tier in enumerate(tiers)
    ]
    heads = [here("insight.head.tier"), here("insight.head.customers"), here("insight.head.share"),
             here("insight.tile.current_value")]  # fmt: skip
    return Pyramid(here("insight.overview.pyramid"), drawn, write=numbers(), heads=heads)


def stages(figures: Figures) -> Bars:
    tongue = language.active()
    bars = [
        Bar(
            name_of("stage.", stage["code"], tongue),
            stage["customers"],
            listed(stage=stage["code"]),
            f"tone-stage-{stage['code']}",
        )
        for stage in figures["stages"]
    ]
    heads = [here("insight.head.stage"), here("insight.head.customers")]
    return Bars(here("insight.overview.stages"), bars, write=numbers(), heads=heads)


def value_by_tier(figures: Figures, currency: str) -> Bars:
    tiers, tongue = figures["tiers"], language.active()
    total = sum(max(tier["current_value_minor"], 0) for tier in tiers) or 1
    bars = [
        Bar(
            short_tier(tier["code"], tongue),
            tier["current_value_minor"],
            listed(tier=tier["code"], sort="-current_value"),
            tone(place, len(tiers)),
            share(max(tier["current_value_minor"], 0) / total, tongue),
        )
        for place, tier in enumerate(tiers)
    ]
    heads = [here("insight.head.tier"), here("insight.tile.current_value")]
    return Bars(here("insight.overview.value_by_tier"), bars, write=short_amounts(currency), heads=heads)


def all_months(first: str, last: str) -> list[str]:
    """All months from the first to the last, those without a purchase too.

    >>> all_months("2023-11", "2024-02")
    ['2023-11', '2023-12', '2024-01', '2024-02']
    """
    start, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(start, end + 1)]


def months_shown(figures: Figures) -> dict[str, int]:
    """Net sales by month, of the latest months: all that the chart shows."""
    sold = {one["month"]: one["amount_minor"] for one in figures["months"]}
    shown = all_months(min(sold), max(sold))[-MONTHS_SHOWN:] if sold else []
    return {month: sold.get(month, 0) for month in shown}


def _month_end(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{month}-{monthrange(year, number)[1]:02d}"


def months(figures: Figures, currency: str) -> Lines:
    """Each month leads to who bought last in it: of the latest all who bought, of others those to win back."""
    sold = months_shown(figures)
    hrefs = [listed(last=f"{month}-01..{_month_end(month)}", sort="-current_value") for month in sold]
    series = Series(here("insight.overview.sales"), list(sold.values()), hrefs=hrefs)
    return Lines(here("insight.overview.months"), list(sold), [series], write=short_amounts(currency), filled=True)


def lorenz(figures: Figures) -> Lorenz:
    points = [(0.0, 0.0), *((one, two) for one, two in figures["lorenz"])] if figures["lorenz"] else []
    top = min(figures["lorenz"], key=lambda point: abs(point[0] - _TOP), default=None)
    tongue = language.active()
    marks = []
    if top is not None:
        text = here("insight.overview.top", customers=share(top[0], tongue), value=share(top[1], tongue))
        marks.append(Highlight(top[0], top[1], text, listed(sort="-current_value")))
    return Lorenz(
        here("insight.overview.lorenz"),
        points,
        here("insight.overview.customers_share"),
        here("insight.overview.value_share"),
        highlights=marks,
    )


def heat(figures: Figures, currency: str) -> HeatMap:
    """Tier by stage: how many customers, and below it their value of twelve months."""
    tongue, write = language.active(), numbers()
    found = {(tier, stage): (count, value) for tier, stage, count, value in figures["matrix"]}
    stage_codes = [stage["code"] for stage in figures["stages"]]
    tier_codes = [tier["code"] for tier in figures["tiers"]]

    def cell(tier: str, stage: str) -> Cell:
        if (tier, stage) not in found:
            return Cell(None, "—")
        count, value = found[tier, stage]
        note = compact_money(value, currency, tongue)
        return Cell(count, write(count), note, listed(tier=tier, stage=stage))

    return HeatMap(
        here("insight.overview.matrix"),
        [name_of("stage.", code, tongue) for code in stage_codes],
        [short_tier(code, tongue) for code in tier_codes],
        [[cell(tier, stage) for stage in stage_codes] for tier in tier_codes],
        row_height=max(44, _HEAT_HEIGHT // max(len(tier_codes), 1)),
    )


def sankey(figures: Figures, before_title: str, after_title: str, *, linked: bool = True) -> Sankey:
    """Who moved between tiers; with links only where the lists know both runs."""
    codes = [tier["code"] for tier in figures["tiers"]]
    moves: Sequence[Sequence[Any]] = figures["migration"]
    old = {move[0] for move in moves if move[0]} - set(codes)
    new = {move[1] for move in moves if move[1]} - set(codes)
    before = [*codes, *sorted(old), NEW]
    after = [*codes, *sorted(new), *([GONE] if any(move[1] is None for move in moves) else [])]
    flows = [_flow(move, linked=linked) for move in sorted(moves, key=lambda move: _place(move, before, after))]
    return Sankey(
        here("insight.overview.migration"),
        _nodes(before, len(codes), "tier_before" if linked else ""),
        _nodes(after, len(codes), "tier" if linked else ""),
        flows,
        before_title,
        after_title,
        write=numbers(),
        heads=[here("insight.head.from"), here("insight.head.to"), here("insight.head.customers")],
    )


def _place(move: Sequence[Any], before: Sequence[str], after: Sequence[str]) -> tuple[int, int]:
    return before.index(move[0] or NEW), after.index(move[1] or GONE)


def _flow(move: Sequence[Any], *, linked: bool) -> Flow:
    was, became, count = move
    href = listed(tier=became, tier_before=was or NEW) if linked and became else ""
    return Flow(was or NEW, became or GONE, count, href)


def _nodes(codes: Sequence[str], tiers: int, name: str) -> list[Node]:
    tongue = language.active()
    nodes = []
    for place, code in enumerate(codes):
        special = code in (NEW, GONE)
        label = here(f"insight.overview.{code}") if special else short_tier(code, tongue)
        href = listed(**{name: code}) if name and code != GONE else ""
        nodes.append(Node(code, label, href, "tone-6" if special else tone(place, tiers)))
    return nodes
