"""The pictures of classifications: how many each label has, who moved, where time goes. Marks lead to customers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shuke.classify import REGISTRY, Body, Classification
from shuke.crm.scores.columns import name_of
from shuke.crm.words import here
from shuke.insight import grids_of_classes as grids
from shuke.insight.charts import GONE, NEW, listed
from shuke.insight.grids_of_classes import Told
from shuke.kit.text import compact_money, share
from shuke.ui import language
from shuke.ui.charts import Bar, Bars, Flow, Node, Pyramid, Sankey, Tier
from shuke.ui.drawings import NamedChart
from shuke.ui.figures import numbers, shares

_TRUTHS = ("real", "held_back", "false", "unknown")


def picture(code: str, figures: Told, currency: str) -> NamedChart:
    """The picture of a classification: its own, or bars of its labels."""
    drawn = _PICTURES.get(code, _bars)
    return drawn(REGISTRY[code], figures["classes"], currency)


def tones(body: Body) -> dict[str, str]:
    """The tone of each label, as its definition has it."""
    return {label["code"]: f"tone-{label['colour']}" for label in body["labels"]}


def _bars(one: Classification, classes: Told, currency: str) -> Bars:
    told, tongue = classes[one.code], language.active()
    tone = tones(told["definition"])
    bars = [
        Bar(
            name_of(one.names, row["code"], tongue),
            row["customers"],
            listed(**{one.listed_by: row["code"]}),
            tone.get(row["code"], "tone-6"),
        )
        for row in told["labels"]
    ]
    heads = [here(f"classes.{one.code}.label"), here("insight.head.customers")]
    return Bars(here(f"classes.{one.code}.name"), bars, write=numbers(), heads=heads)


def _pyramid(one: Classification, classes: Told, currency: str) -> Pyramid:
    told, tongue = classes[one.code], language.active()
    tone, everybody = tones(told["definition"]), sum(row["customers"] for row in told["labels"]) or 1
    tiers = [
        Tier(
            name_of(one.names, row["code"], tongue),
            row["customers"],
            share(row["customers"] / everybody, tongue, 1),
            compact_money(row["current_value_minor"], currency, tongue),
            listed(**{one.listed_by: row["code"]}),
            tone.get(row["code"], "tone-6"),
        )
        for row in told["labels"]
    ]
    heads = [here("insight.head.tier"), here("insight.head.customers"), here("insight.head.share"),
             here("insight.tile.current_value")]  # fmt: skip
    return Pyramid(here("classes.pyramid.name"), tiers, write=numbers(), heads=heads)


def _loyalty(one: Classification, classes: Told, currency: str) -> Bars:
    """Kinds of loyalty, those that hold by the business itself first; each says whether it is real."""
    told, tongue = classes[one.code], language.active()
    tone, truth = tones(told["definition"]), loyalty_truth(one)
    rows = sorted(told["labels"], key=lambda row: _TRUTHS.index(truth.get(row["code"], "unknown")))
    bars = [
        Bar(
            name_of(one.names, row["code"], tongue),
            row["customers"],
            listed(**{one.listed_by: row["code"]}),
            tone.get(row["code"], "tone-6"),
            "" if row["code"] == "unknown" else here(f"loyalty_truth.{truth.get(row['code'], 'unknown')}"),
        )
        for row in rows
    ]
    heads = [here(f"classes.{one.code}.label"), here("insight.head.customers")]
    return Bars(here(f"classes.{one.code}.name"), bars, write=numbers(), heads=heads)


def loyalty_truth(one: Classification) -> Mapping[str, str]:
    """By kind of loyalty whether it is real, held back or false."""
    kinds: Mapping[str, str] = one.make.TRUTH  # type: ignore[attr-defined]
    return kinds


_PICTURES: Mapping[str, Callable[[Classification, Told, str], NamedChart]] = {
    "pyramid": _pyramid,
    "rfm": grids.rfm,
    "quadrant": grids.quadrants,
    "type": grids.types,
    "loyalty": _loyalty,
    "satisfaction": grids.satisfaction,
}


def sankey(code: str, figures: Told, days: tuple[str, str], *, linked: bool) -> Sankey | None:
    """Who moved between labels since the run before; None where there is none, or it did not know them."""
    one, told, tongue = REGISTRY[code], figures["classes"][code], language.active()
    moves: Sequence[tuple[str | None, str | None, int]] = told["moves"]
    if not moves:
        return None
    tone = tones(told["definition"])
    codes = [row["code"] for row in told["labels"]]
    sides = [[*codes, *sorted({str(move[end]) for move in moves if move[end]} - set(codes))] for end in (0, 1)]

    def node(label: str, filter_name: str) -> Node:
        href = listed(**{filter_name: label}) if linked and filter_name else ""
        return Node(label, name_of(one.names, label, tongue), href, tone.get(label, "tone-6"))

    before_name = "tier_before" if code == "pyramid" else ""
    ends = [Node(name, here(f"insight.overview.{name}"), "", "tone-6") for name in (NEW, GONE)]
    flows = [_flow(one, move, linked=linked) for move in sorted(moves, key=lambda move: _place(move, sides))]
    return Sankey(
        here("classes.moves"),
        [*(node(label, before_name) for label in sides[0]), ends[0]],
        [*(node(label, one.listed_by) for label in sides[1]), ends[1]],
        flows,
        *days,
        write=numbers(),
        heads=[here("insight.head.from"), here("insight.head.to"), here("insight.head.customers")],
    )


def _place(move: tuple[str | None, str | None, int], sides: Sequence[Sequence[str]]) -> tuple[int, int]:
    found = [side.index(label) if label in side else len(side) for label, side in zip(move, sides, strict=False)]
    return found[0], found[1]


def _flow(one: Classification, move: tuple[str | None, str | None, int], *, linked: bool) -> Flow:
    was, became, count = move
    before = {"tier_before": was or NEW} if one.code == "pyramid" else {}
    href = listed(**{one.listed_by: became}, **before) if linked and became else ""
    return Flow(was or NEW, became or GONE, count, href)


def effort(rows: Sequence[Mapping[str, Any]], body: Body) -> Bars:
    """Where the money comes from and where the time goes, tier by tier one under the other."""
    tongue, tone = language.active(), tones(body)
    margin, minutes = (sum(max(row[name], 0) for row in rows) or 1 for name in ("margin_minor", "minutes"))
    bars = []
    for row in rows:
        name, href = name_of("tier.", row["tier"], tongue), listed(tier=row["tier"])
        told = {"tier": name}
        bars += [
            Bar(here("classes.effort.of_margin", **told), max(row["margin_minor"], 0) / margin, href,
                tone.get(row["tier"], "tone-6")),
            Bar(here("classes.effort.of_time", **told), max(row["minutes"], 0) / minutes, href, "tone-5"),
        ]  # fmt: skip
    heads = [here("classes.effort.head"), here("insight.head.share")]
    return Bars(here("classes.effort.title"), bars, write=shares(1), heads=heads)
