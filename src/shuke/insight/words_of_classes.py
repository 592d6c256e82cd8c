"""A definition in words: what a classification goes by, written out for who reads the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shuke.classify import REGISTRY, Body, Setting
from shuke.crm.scores.columns import name_of
from shuke.crm.words import here
from shuke.kit.text import compact_money, keys, money, number, share
from shuke.report import measure_name
from shuke.ui import language


def sentences(code: str, body: Body, currency: str) -> list[str]:
    """What the definition says, in a few sentences."""
    figures = {one.name: written(one, body["settings"].get(one.name), currency) for one in settings_of(code)}
    found = [here(key, **figures) for key in keys(f"classes.words.{code}.") if _holds(key, body)]
    return [*found, *(_tiers(body, currency) if code == "pyramid" else ())]


def settings_of(code: str) -> Sequence[Setting]:
    """What its definitions say beside labels."""
    return REGISTRY[code].make.SHAPE.settings


def written(setting: Setting, value: Any, currency: str) -> str:
    """A setting's value as people read it."""
    tongue = language.active()
    if value is None:
        return here("classes.not_set")
    if setting.form == "measure":
        return measure_name(str(value), tongue)
    if setting.form == "money":
        return money(value, currency, tongue)
    if setting.form == "share":
        return share(value, tongue, 0 if round(value * 100, 6) % 1 == 0 else 1)
    if setting.form in ("months", "rising"):
        return here("insight.slot.and").join(number(one, tongue) for one in value)
    if setting.form == "choice":
        return here(f"classes.choice.{setting.name}.{value}")
    return number(value, tongue, next((digits for digits in (0, 1) if round(value, digits) == value), 2))


def _holds(key: str, body: Mapping[str, Any]) -> bool:
    """A sentence named after a setting is told only where that setting says something."""
    name = key.rpartition(".")[2]
    return name not in body["settings"] or bool(body["settings"][name])


def _tiers(body: Body, currency: str) -> list[str]:
    """A sentence for each tier: its share, or where it starts."""
    tongue, by = language.active(), body["settings"]["by"]
    told = []
    for place, label in enumerate(body["labels"]):
        name = (label["names"] or {}).get(tongue) or name_of("tier.", label["code"], tongue)
        is_last = place == len(body["labels"]) - 1
        if is_last:
            told.append(here("classes.tier.rest", tier=name))
        elif by == "threshold":
            amount = compact_money(label["from_minor"], currency, tongue)
            told.append(here("classes.tier.from", tier=name, amount=amount))
        else:
            size = share(label["share"], tongue, 0 if round(label["share"] * 100, 6) % 1 == 0 else 1)
            told.append(here(f"classes.tier.{by}" if not place else f"classes.tier.next_{by}", tier=name, share=size))
    return told
