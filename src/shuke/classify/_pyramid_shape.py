"""The pyramid's definition: what it may say, and how it becomes cuts and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from shuke.classify._cuts import ABCD, WAYS, Cuts, Tier, cuts_named
from shuke.classify._faults import Fault
from shuke.classify.definition import Body, Read, Setting, Shape

BASES = ("buyers", "all")


def read_pyramid(body: Mapping[str, Any]) -> dict[str, Any]:
    """A definition as the settings of `Pyramid`."""
    read = SHAPE.read(body, labels=preset_body("abcd")["labels"])
    settings = dict(read.settings)
    tiers = tuple(
        Tier(
            label.code,
            share=label.figures["share"] or 0.0,
            from_minor=label.figures["from_minor"] or 0,
            colour=label.colour,
            names=label.names,
        )
        for label in read.labels
    )
    return {"cuts": Cuts(settings.pop("by"), tiers), **settings, "review_months": tuple(settings["review_months"])}


def body_of(
    cuts: Cuts, measure: str, base: str, base_months: int, review_months: Sequence[int], hourly_cost_minor: int | None
) -> Body:
    """The definition of a pyramid with these settings."""
    settings = {
        "measure": measure,
        "base": base,
        "base_months": base_months,
        "by": cuts.by,
        "review_months": list(review_months),
        "hourly_cost_minor": hourly_cost_minor,
    }
    return {"settings": settings, "labels": [_tier_body(tier, cuts.by) for tier in cuts.tiers]}


def preset_body(name: str, settings: Mapping[str, Any] | None = None) -> Body:
    """The definition of a ready-made pyramid (`cut_names`), its other settings as given or by default.

    >>> [tier["share"] for tier in preset_body("80-20")["labels"]]
    [0.8, 0.2]
    """
    cuts = cuts_named(name)
    kept = {one.name: one.default for one in SHAPE.settings} | dict(settings or {}) | {"by": cuts.by}
    return {"settings": kept, "labels": [_tier_body(tier, cuts.by) for tier in cuts.tiers]}


def _tier_body(tier: Tier, by: str) -> Body:
    own = {"share": None, "from_minor": tier.from_minor} if by == "threshold" else {"share": tier.share}
    return {"code": tier.code, "colour": tier.colour, "names": dict(tier.names), **own}


def _faults(read: Read) -> Iterator[Fault]:
    by = read.settings["by"]
    if by == "threshold":
        starts = [label.figures["from_minor"] or 0 for label in read.labels[:-1]]
        if starts[-1] <= 0 or any(above <= below for above, below in pairwise(starts)):
            yield Fault("falling", "labels.from_minor", value=", ".join(map(str, starts)))
        return
    shares = [label.figures["share"] or 0 for label in read.labels]
    total = sum(Fraction(str(share)) for share in shares)
    if total != 1 or min(shares) <= 0:
        yield Fault(
            "shares", "labels.share", value=" + ".join(f"{share:g}" for share in shares), total=f"{float(total):g}"
        )


SHAPE = Shape(
    "pyramid",
    (
        Setting("measure", "measure", "current_value_minor"),
        Setting("base", "choice", "buyers", choices=BASES),
        Setting("base_months", "whole", 12, 1, 120),
        Setting("by", "choice", ABCD.by, choices=WAYS),
        Setting("review_months", "months", [1, 7]),
        Setting("hourly_cost_minor", "money", None, optional=True),
    ),
    figures=(Setting("share", "share", None, optional=True), Setting("from_minor", "money", None, optional=True)),
    check=lambda read: tuple(_faults(read)),
)
