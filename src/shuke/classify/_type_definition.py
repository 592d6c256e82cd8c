"""The definition of the nine types as data, checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from shuke.classify._indicator_definition import SHIPPED, IndicatorBook
from shuke.kit.errors import InputError
from shuke.kit.text import LANGUAGES

VALUES = ("functional", "economic", "psychological")
"""What a customer values."""
TIMES = ("past", "present", "future")
"""Where a customer looks."""
UNDETERMINED = "undetermined"


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
    """The types in order, and when one is undetermined."""

    cells: tuple[Cell, ...]
    least_lead: float = 0.25
    least_known: float = 0.4

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(cell.code for cell in self.cells)

    @property
    def indicators(self) -> tuple[str, ...]:
        """Every indicator that a type has a weight for, once."""
        return tuple(dict.fromkeys(code for cell in self.cells for code in cell.weights))

    def as_data(self) -> dict[str, Any]:
        """Plain dicts and lists, shaped as types.toml."""
        types = [
            {"code": one.code, "value": one.value, "time": one.time, "colour": one.colour}
            | ({"names": dict(one.names)} if one.names else {})
            | {"weights": dict(one.weights)}
            for one in self.cells
        ]
        return {"settings": {"least_lead": self.least_lead, "least_known": self.least_known}, "types": types}


def type_book(data: Mapping[str, Any], indicators: IndicatorBook = SHIPPED, source: str = "The types") -> TypeBook:
    """The types from nested dicts shaped as types.toml; one error lists all that is wrong."""
    entries = data.get("types")
    settings = data.get("settings", {})
    wrong = [f"unknown part {name}" for name in sorted(set(data) - {"settings", "types"})]
    wrong += _faults_of_settings(settings)
    if not isinstance(entries, Sequence) or len(entries) < 2:
        wrong.append("give two types or more")
        entries = ()
    wrong += [fault for place, entry in enumerate(entries, 1) for fault in _faults(entry, place, indicators)]
    codes = [entry.get("code") for entry in entries if isinstance(entry, Mapping)]
    wrong += [f"{code} stands more than once" for code in dict.fromkeys(codes) if codes.count(code) > 1]
    if wrong:
        raise InputError(f"{source} cannot be used: {'; '.join(wrong)}. Compare them with types.toml.")
    return TypeBook(tuple(_cell(entry) for entry in entries), **{n: float(value) for n, value in settings.items()})


def _faults_of_settings(settings: Any) -> list[str]:
    if not isinstance(settings, Mapping):
        return ["settings is no table"]
    most = {"least_lead": 3.0, "least_known": 1.0}
    faults = [f"unknown setting {name}" for name in sorted(set(settings) - set(most))]
    return faults + [
        f"{name} {settings[name]!r} is no number from 0 to {top:g}"
        for name, top in most.items()
        if name in settings and not (_is_number(settings[name]) and 0 <= settings[name] <= top)
    ]


def _faults(entry: Any, place: int, indicators: IndicatorBook) -> list[str]:
    if not isinstance(entry, Mapping):
        return [f"type {place} is no table"]
    who = f"type {entry.get('code') or place}"
    code = entry.get("code")
    faults = [f"{who}: unknown {name}" for name in sorted(set(entry) - {*Cell.__dataclass_fields__})]
    if not isinstance(code, str) or not code.isidentifier() or code == UNDETERMINED:
        faults.append(f"{who}: code {code!r} is no word of its own")
    if entry.get("value") not in VALUES:
        faults.append(f"{who}: value {entry.get('value')!r} is none of {', '.join(VALUES)}")
    if entry.get("time") not in TIMES:
        faults.append(f"{who}: time {entry.get('time')!r} is none of {', '.join(TIMES)}")
    if not isinstance(entry.get("colour"), str):
        faults.append(f"{who}: colour is missing")
    if set(entry.get("names", LANGUAGES)) != set(LANGUAGES):
        faults.append(f"{who}: names must be in {', '.join(LANGUAGES)}")
    return faults + [f"{who}: {fault}" for fault in _faults_of_weights(entry.get("weights"), indicators)]


def _faults_of_weights(weights: Any, indicators: IndicatorBook) -> list[str]:
    if not isinstance(weights, Mapping) or not weights:
        return ["weights are missing"]
    faults = [f"no indicator is called {code}" for code in weights if code not in indicators.codes]
    return faults + [
        f"the weight {weight!r} of {code} is no number from -10 to 10, other than 0"
        for code, weight in weights.items()
        if not (_is_number(weight) and 0 < abs(weight) <= 10)
    ]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _cell(entry: Mapping[str, Any]) -> Cell:
    weights = {code: float(weight) for code, weight in entry["weights"].items()}
    return Cell(entry["code"], entry["value"], entry["time"], entry["colour"], weights, dict(entry.get("names", {})))


NINE = type_book(tomllib.loads(files(__package__).joinpath("types.toml").read_text("utf-8")), source="types.toml")
"""The nine types that ship."""
