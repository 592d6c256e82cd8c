"""Where classes end, in a form: at quantiles of each run, where they fell in the last, or at figures of one's own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from shuke.classify import Setting
from shuke.crm.words import here
from shuke.insight.words_of_classes import MONEY_CUTS
from shuke.kit.errors import InputError
from shuke.kit.money import to_major, to_minor
from shuke.kit.text import number
from shuke.ui import language

Cuts = Mapping[str, Sequence[int]]
"""By setting, where classes fell in the run in force."""
_FIXED = "fixed:"
_NAMES_CUTS = re.compile(rf"{_FIXED}-?[0-9]{{1,15}}(,-?[0-9]{{1,15}})*")
_EXAMPLES = {"recency_cuts": "30, 90, 180, 365", "frequency_cuts": "1, 2, 4, 9", "spend_cuts": "100, 300, 800, 2000"}


def cut_fields(
    code: str, setting: Setting, value: Sequence[int] | None, currency: str, today: Cuts, sent: Mapping[str, Any] | None
) -> dict[str, forms.Field]:
    """Two fields: how classes are parted, and the figures of one's own. `sent`: the form, where it comes back: what
    was chosen there are the figures that were read there, though a run may have put others in their place."""
    name, title = f"s_{setting.name}", here(f"classes.setting.{code}.{setting.name}")
    kept = _kept_in(str((sent or {}).get(name))) or list(today.get(setting.name, ()))
    choices = [("quantile", here("classes.form.cuts.quantile"))]
    if kept:
        choices.append((_fixed(kept), here("classes.form.cuts.fixed", cuts=_written(setting, kept, currency))))
    choices.append(("custom", here("classes.form.cuts.custom")))
    how = "quantile" if value is None else _fixed(kept) if list(value) == kept else "custom"
    own = forms.CharField(
        required=False, max_length=80, initial=_major(setting, value, currency) if how == "custom" and value else "",
        label=here("classes.form.cuts.own", name=title),
        help_text=here("classes.form.cuts.own_help", example=_EXAMPLES.get(setting.name, _EXAMPLES["recency_cuts"])),
    )  # fmt: skip
    return {name: forms.ChoiceField(choices=choices, initial=how, label=title), f"{name}_own": own}


def cut_fault(setting: Setting, told: Mapping[str, Any]) -> str:
    """What is wrong with the two together; empty where nothing is."""
    how, own = told.get(f"s_{setting.name}"), told.get(f"s_{setting.name}_own") or ""
    if how == "custom" and not own:
        return here("classes.form.cuts.missing", example=_EXAMPLES.get(setting.name, _EXAMPLES["recency_cuts"]))
    if how != "custom" and own:
        return here("classes.form.cuts.unused", value=own)
    return ""


def read_cuts(setting: Setting, told: Mapping[str, Any], currency: str) -> list[int] | str | None:
    """As the definition keeps it; what is no list of figures stays text, and is refused by name."""
    how, own = told[f"s_{setting.name}"], str(told.get(f"s_{setting.name}_own") or "")
    if how == "quantile":
        return None
    if kept := _kept_in(how):
        return kept
    parts = own.replace("，", ",").replace("、", ",").split(",")
    try:
        if setting.name in MONEY_CUTS:
            return [to_minor(Decimal(part.strip()), currency) for part in parts]
        return [int(part) for part in parts] if all(part.strip().isdecimal() for part in parts) else own
    except (InvalidOperation, InputError):
        return own


def _fixed(cuts: Sequence[int]) -> str:
    """The choice to keep these figures, which it names: `fixed:7,30,90,300`."""
    return _FIXED + ",".join(map(str, cuts))


def _kept_in(how: str) -> list[int]:
    """The figures that such a choice names; none in any other."""
    return [int(one) for one in how.removeprefix(_FIXED).split(",")] if _NAMES_CUTS.fullmatch(how) else []


def _major(setting: Setting, value: Sequence[int], currency: str) -> str:
    """As people type it: money in major units."""
    if setting.name not in MONEY_CUTS:
        return ", ".join(map(str, value))
    return ", ".join(f"{to_major(one, currency).normalize():f}" for one in value)


def _written(setting: Setting, value: Sequence[int], currency: str) -> str:
    tongue = language.active()
    if setting.name not in MONEY_CUTS:
        return here("insight.slot.and").join(number(one, tongue) for one in value)
    return here("insight.slot.and").join(number(float(to_major(one, currency)), tongue) for one in value)
