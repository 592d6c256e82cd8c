"""The weights of types, in a form: of each type its indicators, and empty rows for more. An emptied weight goes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField

from shuke.classify import MOST_WEIGHT, NineTypes
from shuke.crm.words import here
from shuke.insight.words_of_classes import Weights, heaviest, indicator_name, type_codes, type_name
from shuke.kit.text import number
from shuke.ui import language

_ADDED = 3
"""Empty rows of a type."""


@dataclass(frozen=True)
class Weighed:
    """An indicator that a type has: what it is called, its weight, whether the last run knew it of nobody."""

    name: str
    weight: BoundField
    is_unknown: bool


@dataclass(frozen=True)
class Block:
    """One type: its indicators, the heaviest first; rows for more; whether something was changed or is wrong."""

    name: str
    told: str
    rows: list[Weighed]
    added: list[tuple[BoundField, BoundField]]

    @property
    def is_open(self) -> bool:
        fields = [*(row.weight for row in self.rows), *(one for pair in self.added for one in pair)]
        return any(one.form.is_bound and (one.errors or one.field.has_changed(one.initial, one.data)) for one in fields)


def weight_fields(weights: Weights) -> dict[str, forms.Field]:
    """A field for each weight; for each type some pairs of an indicator to be chosen and its weight."""
    made: dict[str, forms.Field] = {}
    for code in type_codes(weights):
        title = type_name(code)
        for indicator in heaviest(weights[code]):
            made[_name(code, indicator)] = _weight(
                here("classes.weights.of", type=title, indicator=indicator_name(indicator)), weights[code][indicator]
            )
        left = [one for one in NineTypes().indicators.codes if one not in weights[code]]
        choices = [
            ("", here("classes.weights.none")),
            *sorted(((one, indicator_name(one)) for one in left), key=_second),
        ]
        for place in range(_ADDED):
            pick, weight = _pair(code, place)
            another = here("classes.weights.added", type=title, number=place + 1)
            made[pick] = _labelled(forms.ChoiceField(choices=choices, required=False), another)
            made[weight] = _weight(here("classes.weights.added_weight", type=title, number=place + 1), None)
    return made


def weight_blocks(form: forms.Form, weights: Weights, unknown: Collection[str]) -> list[Block]:
    """The types as the template shows them."""
    return [
        Block(
            type_name(code),
            here("classes.weights.told", count=number(len(weights[code]), language.active())),
            [Weighed(indicator_name(one), form[_name(code, one)], one in unknown) for one in heaviest(weights[code])],
            [(form[pick], form[weight]) for pick, weight in (_pair(code, place) for place in range(_ADDED))],
        )
        for code in type_codes(weights)
    ]


def weight_faults(weights: Weights, told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with what was added, each with its field: an indicator without a weight, or the other way, or one
    that was chosen before."""
    for code in type_codes(weights):
        chosen: set[str] = set()
        for pick, weight in (_pair(code, place) for place in range(_ADDED)):
            if pick not in told or weight not in told:
                continue  # refused already
            indicator, value = told[pick], told[weight]
            if indicator and value is None:
                yield weight, here("classes.weights.missing")
            elif value is not None and not indicator:
                yield pick, here("classes.weights.of_what")
            elif indicator in chosen:
                yield pick, here("classes.weights.twice")
            chosen |= {indicator} if indicator else set()


def field_at(place: str, weights: Weights) -> str | None:
    """The field of a place that a fault names, `weights.<type>` or `weights.<type>.<indicator>`; None for others."""
    part, _, rest = place.partition(".")
    code, _, indicator = rest.partition(".")
    if part != "weights" or code not in weights:
        return None
    return _name(code, indicator) if indicator in weights[code] else _pair(code, 0)[0]


def read_weights(weights: Weights, told: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """As the definition keeps them; whether they can be used is for its reader to say."""
    found: dict[str, dict[str, float]] = {}
    for code in type_codes(weights):
        kept: list[tuple[Any, Any]] = [(indicator, told.get(_name(code, indicator))) for indicator in weights[code]]
        kept += [(told.get(pick), told.get(weight)) for pick, weight in (_pair(code, n) for n in range(_ADDED))]
        found[code] = {indicator: weight for indicator, weight in kept if indicator and weight}
    return found


def _name(code: str, indicator: str) -> str:
    return f"w_{code}__{indicator}"


def _pair(code: str, place: int) -> tuple[str, str]:
    return f"a_{code}__{place}", f"a_{code}__{place}_weight"


def _second(pair: tuple[str, str]) -> str:
    return pair[1]


def _weight(title: str, value: float | None) -> forms.Field:
    whole = value is not None and value == int(value)
    initial = int(value) if whole and value is not None else value
    return _labelled(
        forms.FloatField(min_value=-MOST_WEIGHT, max_value=MOST_WEIGHT, required=False, initial=initial), title
    )


def _labelled(field: forms.Field, title: str) -> forms.Field:
    """Heads of a table name it for who sees them; this does for who does not."""
    field.label = title
    field.widget.attrs["aria-label"] = title
    return field
