"""A definition in words: what a classification goes by, written out for who reads the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shuke.classify import REGISTRY, Body, Classification, NineTypes, Setting
from shuke.crm.scores.columns import name_of
from shuke.crm.words import here, name_or_itself
from shuke.kit.text import compact_money, keys, money, number, share
from shuke.report import measure_name
from shuke.ui import language

MONEY_CUTS = ("spend_cuts",)
"""Rising figures that are money."""
Weights = Mapping[str, Mapping[str, float]]
"""Of types: by type, by indicator."""


def sentences(code: str, body: Body, currency: str) -> list[str]:
    """What the definition says, in a few sentences."""
    figures = {one.name: written(one, body["settings"].get(one.name), currency) for one in settings_of(code)}
    found = [here(key, **figures) for key in keys(f"classes.words.{code}.") if _holds(key, body)]
    return [*found, *(_tiers(body, currency) if code == "pyramid" else ())]


def settings_of(code: str) -> Sequence[Setting]:
    """What its definitions say beside labels."""
    return REGISTRY[code].make.SHAPE.settings


def lever(one: Classification, label: str) -> str:
    """What to do with customers of a label; empty where nothing is said."""
    key = lever_key(one, label)
    return here(key) if key else ""


def lever_key(one: Classification, label: str) -> str:
    """The key of the sentence that says what to do; empty where there is none, as for labels of one's own."""
    key = f"{one.names.removesuffix('.')}_lever.{label}"
    return key if key in keys(key) else ""


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
    if setting.name in MONEY_CUTS:
        return here("insight.slot.and").join(compact_money(one, currency, tongue) for one in value)
    if setting.form in ("months", "rising"):
        return here("insight.slot.and").join(number(one, tongue) for one in value)
    if setting.form == "choice":
        return here(f"classes.choice.{setting.name}.{value}")
    return number(value, tongue, next((digits for digits in (0, 1) if round(value, digits) == value), 2))


def weights_told(weights: Weights, unlike: Weights | None = None) -> list[dict[str, str]]:
    """Each type with its indicators and their weights; `unlike`: only types that are weighed otherwise there."""
    return [
        {"name": type_name(code), "told": here("insight.slot.and").join(_weights_of(weights[code]))}
        for code in type_codes(weights)
        if unlike is None or weights[code] != unlike.get(code)
    ]


def type_codes(weights: Weights) -> list[str]:
    """The types in the order of the picture, since a database keeps none."""
    return [code for code in NineTypes().book.codes if code in weights]


def heaviest(weights: Mapping[str, float]) -> list[str]:
    """The indicators of a type, those first that count most."""
    order = {code: place for place, code in enumerate(NineTypes().indicators.codes)}
    return sorted(weights, key=lambda one: (-abs(weights[one]), order.get(one, len(order)), one))


def type_name(code: str) -> str:
    return name_of("type.", code, language.active())


def indicator_name(code: str) -> str:
    return name_or_itself("indicator.", code)


def _weights_of(weights: Mapping[str, float]) -> list[str]:
    return [
        here("classes.weights.one", indicator=indicator_name(one), weight=f"{weights[one]:g}".replace("-", "−"))
        for one in heaviest(weights)
    ]


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
