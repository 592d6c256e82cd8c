"""The definition of the nine types as data, checked."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from shuke.classify._faults import Fault
from shuke.classify._indicator_definition import SHIPPED, IndicatorBook
from shuke.classify.definition import Body, Label, Read, Setting, Shape

VALUES = ("functional", "economic", "psychological")
"""What a customer values."""
TIMES = ("past", "present", "future")
"""Where a customer looks."""
UNDETERMINED = "undetermined"
_PLACES: Mapping[str, tuple[str, str]] = {
    "outdated": ("functional", "past"),
    "calculating": ("economic", "past"),
    "retro": ("psychological", "past"),
    "pragmatic": ("functional", "present"),
    "value_for_money": ("economic", "present"),
    "achieved": ("psychological", "present"),
    "trendy": ("functional", "future"),
    "far_sighted": ("economic", "future"),
    "perfectionist": ("psychological", "future"),
}
_BODY: Body = tomllib.loads(files(__package__).joinpath("types.toml").read_text("utf-8"))
MOST_WEIGHT = 10
"""A weight lies between this and as much below nought."""


@dataclass(frozen=True)
class Cell:
    """One type: its code (name in `type.<code>`, or `names`), its place in the picture, colour token and weights."""

    code: str
    value: str
    time: str
    colour: str
    weights: Mapping[str, float]
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def weight(self) -> float:
        """All its weights, whichever their sign."""
        return sum(abs(weight) for weight in self.weights.values())


@dataclass(frozen=True)
class TypeBook:
    """The types, when one is undetermined, and their labels as the definition orders them."""

    cells: tuple[Cell, ...]
    labels: tuple[Label, ...]
    least_lead: float
    least_known: float

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(cell.code for cell in self.cells)

    @property
    def indicators(self) -> tuple[str, ...]:
        """Every indicator that a type has a weight for, once."""
        return tuple(dict.fromkeys(code for cell in self.cells for code in cell.weights))

    def body(self) -> Body:
        """As a definition has it."""
        return {
            "settings": {"least_lead": self.least_lead, "least_known": self.least_known},
            "labels": [label.body() for label in self.labels],
            "weights": {cell.code: dict(cell.weights) for cell in self.cells},
        }


def type_shape(indicators: IndicatorBook = SHIPPED) -> Shape:
    """What definitions of the types may say. What an indicator is made of is none of it: they name its code alone."""
    return Shape(
        "type",
        (
            Setting("least_lead", "number", _BODY["settings"]["least_lead"], 0, 3),
            Setting("least_known", "share", _BODY["settings"]["least_known"]),
        ),
        codes=(*_PLACES, UNDETERMINED),
        rest=("weights",),
        check=lambda read: tuple(_faults(read, indicators)),
    )


def type_book(body: Mapping[str, Any], indicators: IndicatorBook = SHIPPED) -> TypeBook:
    """The types that a definition describes. Raises DefinitionError, which lists all that is wrong.

    Weights not given are those that ship; those given are whole, for all nine types. A weight of nought is none.
    """
    read = type_shape(indicators).read(body, labels=_BODY["labels"], weights=_BODY["weights"])
    labels = {label.code: label for label in read.labels}
    cells = tuple(
        Cell(code, value, time, labels[code].colour, _weights(read.rest["weights"][code]), labels[code].names)
        for code, (value, time) in _PLACES.items()
    )
    settings = {name: float(value) for name, value in read.settings.items()}
    return TypeBook(cells, read.labels, **settings)


def _weights(given: Mapping[str, float]) -> dict[str, float]:
    return {code: float(weight) for code, weight in given.items() if weight}


def _faults(read: Read, indicators: IndicatorBook) -> Iterator[Fault]:
    weights = read.rest["weights"]
    if not isinstance(weights, Mapping):
        yield Fault("not_a_table", "weights", value=weights)
        return
    for code in weights:
        if code not in _PLACES:
            yield Fault("unknown", f"weights.{code}", allowed=", ".join(_PLACES))
    for code in _PLACES:
        if code in weights:
            yield from _faults_of_weights(weights[code], f"weights.{code}", indicators)
        else:
            yield Fault("missing", "weights", value=code)


def _faults_of_weights(weights: Any, place: str, indicators: IndicatorBook) -> Iterator[Fault]:
    if not isinstance(weights, Mapping):
        yield Fault("not_a_table", place, value=weights)
        return
    for code, weight in weights.items():
        if code not in indicators.codes:
            yield Fault("unknown", f"{place}.{code}", allowed=", ".join(indicators.codes))
        elif not _is_number(weight) or not abs(weight) <= MOST_WEIGHT:
            yield Fault("number", f"{place}.{code}", value=weight, least=-MOST_WEIGHT, most=MOST_WEIGHT)
    if not any(map(bool, weights.values())):
        yield Fault("no_weight", place)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


NINE = type_book(_BODY)
"""The nine types that ship."""
