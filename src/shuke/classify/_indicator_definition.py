"""The definition of indicators as data, checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from importlib.resources import files
from typing import Any

from shuke.kit.errors import InputError

_TABLES = ("purchases", "products", "surveys")


@dataclass(frozen=True)
class IndicatorSettings:
    """Where figures begin to count; the meaning of each stands in indicators.toml."""

    new_days: int = 730
    known_days: int = 730
    base_lines: int = 5
    trend_days: int = 180
    least_gaps: int = 3
    even_days: int = 730
    survey_days: int = 1095
    online: tuple[str, ...] = ()

    @property
    def numbers(self) -> dict[str, int]:
        """The settings that a figure's SQL may name."""
        return {name: value for name, value in asdict(self).items() if isinstance(value, int)}


@dataclass(frozen=True)
class Indicator:
    """One indicator: the columns it needs, and its figure as SQL or the survey's question it is the answer to."""

    code: str
    needs: tuple[str, ...]
    sql: str = ""
    steadied: bool = False
    days: bool = False
    question: str = ""
    scale: tuple[float, float] = (0.0, 1.0)


@dataclass(frozen=True)
class IndicatorBook:
    """All indicators that there are, and their settings."""

    settings: IndicatorSettings
    indicators: Mapping[str, Indicator]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self.indicators)

    def indicator(self, code: str) -> Indicator:
        """The indicator of that code, or an error that lists the codes."""
        if code not in self.indicators:
            raise InputError(f"No indicator is called {code!r}: there are {', '.join(self.codes)}.")
        return self.indicators[code]


def book_from(data: Mapping[str, Any], source: str = "The definition of indicators") -> IndicatorBook:
    """Indicators from nested dicts shaped as indicators.toml; one error lists all that is wrong."""
    wrong = [f"unknown part {name}" for name in sorted(set(data) - {"settings", "indicators"})]
    settings, wrong_settings = _settings(data.get("settings", {}))
    entries = data.get("indicators", {})
    if not isinstance(entries, Mapping) or not entries:
        wrong.append("no indicators")
        entries = {}
    wrong += wrong_settings + [f"{code}: {fault}" for code, entry in entries.items() for fault in _faults(code, entry)]
    if wrong:
        raise InputError(f"{source} cannot be used: {'; '.join(wrong)}. Compare it with indicators.toml.")
    return IndicatorBook(settings, {code: _indicator(code, entry) for code, entry in entries.items()})


def _settings(data: Mapping[str, Any]) -> tuple[IndicatorSettings, list[str]]:
    known = {field.name for field in fields(IndicatorSettings)}
    wrong = [f"unknown setting {name}" for name in sorted(set(data) - known)]
    for name, value in data.items():
        if name == "online":
            if not isinstance(value, list | tuple) or any(not isinstance(word, str) or not word for word in value):
                wrong.append(f"online {value!r} is no list of words")
        elif name in known and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            wrong.append(f"{name} {value!r} is no whole number from 0")
    if wrong:
        return IndicatorSettings(), wrong
    numbers = {name: int(value) for name, value in data.items() if name != "online"}
    return IndicatorSettings(online=tuple(data.get("online", ())), **numbers), []


def _faults(code: str, entry: Any) -> list[str]:
    if not isinstance(entry, Mapping):
        return ["it is no table"]
    kinds = {"question", "scale"} if "question" in entry else {"needs", "sql", "steadied", "days"}
    faults = [f"unknown {name}" for name in sorted(set(entry) - kinds)]
    if not code.isidentifier() or code != code.lower():
        faults.append("a code is a word in small letters")
    if "question" in entry:
        scale = entry.get("scale")
        if not isinstance(scale, list | tuple) or len(scale) != 2 or not scale[0] < scale[1]:
            faults.append(f"scale {scale!r} is not two rising numbers")
        return faults
    needs = entry.get("needs")
    if not isinstance(needs, list | tuple) or any(str(need).split(".")[0] not in _TABLES for need in needs):
        faults.append(f"needs {needs!r} is no list of columns of {', '.join(_TABLES)}")
    if not isinstance(entry.get("sql"), str) or not entry["sql"]:
        faults.append("sql is missing")
    return faults


def _indicator(code: str, entry: Mapping[str, Any]) -> Indicator:
    if "question" in entry:
        low, high = entry["scale"]
        question = entry["question"]
        return Indicator(code, (f"surveys.{question}",), question=question, scale=(float(low), float(high)))
    return Indicator(
        code,
        tuple(entry["needs"]),
        sql=entry["sql"],
        steadied=bool(entry.get("steadied")),
        days=bool(entry.get("days")),
    )


SHIPPED = book_from(tomllib.loads(files(__package__).joinpath("indicators.toml").read_text("utf-8")), "indicators.toml")
"""The indicators that ship."""
