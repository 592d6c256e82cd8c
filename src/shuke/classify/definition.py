"""What a classification may be told, as plain data: its settings and its labels, read from a dict and checked whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

from shuke.classify._faults import DefinitionError, Fault
from shuke.kit.text import LANGUAGES
from shuke.tables import is_measure

Body = dict[str, Any]
"""A definition as JSON keeps it: `settings` by name, `labels` in order, and what else its shape names."""

COLOURS = (
    "tier-a", "tier-b", "tier-c", "tier-d", "1", "2", "3", "4", "5", "6",
    "stage-exploration", "stage-formation", "stage-stability", "stage-decline", "stage-former", "good", "bad",
)  # fmt: skip
"""The tokens of the design's palette, which every page draws in light and dark."""
_PLAIN = "6"
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,15}")
_LONGEST_NAME = 40
_CUTS = 4
"""So many rising figures part five classes."""

Form = Literal["whole", "number", "share", "money", "choice", "months", "rising", "measure"]


@dataclass(frozen=True)
class Setting:
    """One thing that a definition says: how it is written, between which bounds; `optional`: it may be null."""

    name: str
    form: Form
    default: Any = None
    least: float = 0
    most: float = 1_000_000_000_000
    choices: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True)
class Label:
    """One label: its code, its colour (a token of `COLOURS`), names where they differ from the catalogue's."""

    code: str
    colour: str = _PLAIN
    names: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    """What is its alone, such as the share of a tier."""

    def body(self) -> Body:
        """As a definition has it."""
        return {"code": self.code, "colour": self.colour, "names": dict(self.names), **self.figures}


@dataclass(frozen=True)
class Read:
    """A definition that was read: its settings, its labels, and the rest that the shape names."""

    settings: Mapping[str, Any]
    labels: tuple[Label, ...]
    rest: Mapping[str, Any]


Check = Callable[[Read], Sequence[Fault]]


@dataclass(frozen=True)
class Shape:
    """What definitions of one classification may say.

    `codes`: the labels it must have, in any order (empty: as many of one's own as `fewest` to `most`). `figures`:
    what each label says beside code, colour and names. `rest`: further parts, which `check` looks at.

    >>> shape = Shape("demo", (Setting("months", "whole", 12, 1, 36),), codes=("yes", "no"))
    >>> shape.read({"settings": {"months": 0}, "labels": [{"code": "yes"}]})
    Traceback (most recent call last):
    shuke.classify._faults.DefinitionError: The definition of demo cannot be used. settings.months is 0: give a whole \
number from 1 to 36. labels: no is missing.
    """

    code: str
    settings: tuple[Setting, ...]
    figures: tuple[Setting, ...] = ()
    codes: tuple[str, ...] = ()
    fewest: int = 2
    most: int = 12
    rest: tuple[str, ...] = ()
    check: Check = lambda _: ()

    def read(self, given: Mapping[str, Any], **usual: Any) -> Read:
        """The definition, checked; or one DefinitionError that lists all that is wrong. `usual`: parts that stand for
        those not given."""
        faults: list[Fault] = []
        if not isinstance(given, Mapping):
            raise DefinitionError(self.code, [Fault("not_a_table", "", value=given)])
        body = usual | dict(given)
        allowed = ("settings", "labels", *self.rest)
        faults += [Fault("unknown", name, allowed=", ".join(allowed)) for name in body if name not in allowed]
        settings = _settings(self.settings, body.get("settings", {}), "settings", faults)
        labels = self._labels(body.get("labels", ()), faults)
        read = Read(settings, labels, {name: body[name] for name in self.rest if name in body})
        faults += [] if faults else self.check(read)
        if faults:
            raise DefinitionError(self.code, faults)
        return read

    def _labels(self, entries: Any, faults: list[Fault]) -> tuple[Label, ...]:
        if not isinstance(entries, Sequence) or isinstance(entries, str):
            faults.append(Fault("not_a_list", "labels", value=entries))
            return ()
        labels = tuple(self._label(entry, f"labels.{place}", faults) for place, entry in enumerate(entries, start=1))
        codes = [label.code for label in labels]
        faults += [Fault("twice", "labels", value=code) for code in dict.fromkeys(codes) if codes.count(code) > 1]
        if self.codes:
            faults += [Fault("missing", "labels", value=code) for code in self.codes if code not in codes]
            faults += [
                Fault("unknown", f"labels.{code}", allowed=", ".join(self.codes))
                for code in codes
                if code not in self.codes
            ]
        elif not self.fewest <= len(labels) <= self.most:
            faults.append(Fault("how_many", "labels", value=len(labels), least=self.fewest, most=self.most))
        return labels

    def _label(self, entry: Any, place: str, faults: list[Fault]) -> Label:
        if not isinstance(entry, Mapping):
            faults.append(Fault("not_a_table", place, value=entry))
            return Label("")
        code, colour = entry.get("code", ""), entry.get("colour", _PLAIN)
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            faults.append(Fault("code", f"{place}.code", value=code))
        if colour not in COLOURS:
            faults.append(Fault("choice", f"{place}.colour", value=colour, allowed=", ".join(COLOURS)))
        own = {name: value for name, value in entry.items() if name not in ("code", "colour", "names")}
        figures = _settings(self.figures, own, place, faults)
        return Label(str(code), str(colour), _names(entry.get("names") or {}, place, faults), figures)


def _names(names: Any, place: str, faults: list[Fault]) -> dict[str, str]:
    if not isinstance(names, Mapping):
        faults.append(Fault("not_a_table", f"{place}.names", value=names))
        return {}
    for language, name in names.items():
        if language not in LANGUAGES:
            faults.append(Fault("unknown", f"{place}.names.{language}", allowed=", ".join(LANGUAGES)))
        elif not isinstance(name, str) or len(name) > _LONGEST_NAME or not name.isprintable():
            faults.append(Fault("name", f"{place}.names.{language}", value=name, most=_LONGEST_NAME))
    return {language: str(name).strip() for language, name in names.items() if str(name).strip()}


def _settings(known: Sequence[Setting], given: Any, place: str, faults: list[Fault]) -> dict[str, Any]:
    """Each setting's value, its default where nothing is said."""
    if not isinstance(given, Mapping):
        faults.append(Fault("not_a_table", place, value=given))
        given = {}
    names = [setting.name for setting in known]
    allowed = ", ".join(names) or "—"
    faults += [Fault("unknown", f"{place}.{name}", allowed=allowed) for name in given if name not in names]
    return {one.name: _value(one, given.get(one.name, one.default), f"{place}.{one.name}", faults) for one in known}


def _value(setting: Setting, value: Any, place: str, faults: list[Fault]) -> Any:
    if value is None and setting.optional:
        return None
    if not _FITS[setting.form](setting, value):
        bounds = {"least": f"{setting.least:g}", "most": f"{setting.most:g}", "allowed": ", ".join(setting.choices)}
        faults.append(Fault(setting.form, place, value=value, **bounds))
        return setting.default
    return list(value) if setting.form in ("months", "rising") else value


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _within(setting: Setting, value: Any) -> bool:
    return bool(setting.least <= value <= setting.most)


def _is_number(setting: Setting, value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and _within(setting, value)


def _are_whole(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and all(map(_is_whole, value))


_FITS: Mapping[str, Callable[[Setting, Any], bool]] = {
    "whole": lambda setting, value: _is_whole(value) and _within(setting, value),
    "money": lambda setting, value: _is_whole(value) and _within(setting, value),
    "number": _is_number,
    "share": lambda setting, value: _is_number(setting, value) and 0 <= value <= 1,
    "choice": lambda setting, value: value in setting.choices,
    "months": lambda _, value: _are_whole(value) and bool(value) and all(1 <= one <= 12 for one in value),
    "rising": lambda _, value: (
        _are_whole(value) and len(value) == _CUTS and all(low < high for low, high in pairwise(value))
    ),
    "measure": lambda _, value: isinstance(value, str) and is_measure(value),
}
