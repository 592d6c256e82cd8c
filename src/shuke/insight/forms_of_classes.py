"""The form of a definition: a field for each setting, a row for each label, made from what a definition may say."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField

from shuke.classify import COLOURS, REGISTRY, Body, DefinitionError, Setting
from shuke.crm.scores.columns import name_of
from shuke.crm.words import here, lazily
from shuke.insight.fields_of_cuts import Cuts, cut_fault, cut_fields, read_cuts
from shuke.insight.fields_of_weights import (
    Block,
    field_at,
    read_weights,
    weight_blocks,
    weight_faults,
    weight_fields,
)
from shuke.insight.words_of_classes import settings_of
from shuke.kit.errors import InputError
from shuke.kit.money import minor_digits, to_major, to_minor
from shuke.kit.text import LANGUAGES, keys
from shuke.tables import FORECASTS, period_measure, period_of
from shuke.ui import language

_SPARE = 2
"""Empty rows for labels to be added."""
_SCORES = (1, 2, 3, 4, 5)
_OF = {"current_value_minor": ("margin", 12), "current_spend_minor": ("spend", 12), "margin_minor": ("margin", None),
       "spend_minor": ("spend", None)}  # fmt: skip
_KINDS = ("margin", "spend", *(name.removesuffix("_minor") for name in FORECASTS))


@dataclass(frozen=True)
class Row:
    """One label of the form: its code where that is fixed, and its fields in order."""

    code: str
    fields: list[BoundField]


class DefinitionForm(forms.Form):
    """A definition as its page edits it. `body` is the definition so far, `based_on` its version; `cuts`: where classes
    fell in the run in force, which a definition may keep; `unknown`: indicators that it knew of nobody."""

    comment = forms.CharField(label=lazily("classes.form.comment"), max_length=200, required=False)
    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    instead_of = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)

    def __init__(
        self,
        code: str,
        body: Body,
        currency: str,
        *,
        based_on: int = 0,
        data: Mapping[str, Any] | None = None,
        cuts: Cuts | None = None,
        unknown: Collection[str] = (),
    ) -> None:
        super().__init__(data, initial={"based_on": based_on})
        self.code, self._body, self._currency = code, body, currency
        self._weights, self._unknown = body.get("weights", {}), unknown
        self._shape = REGISTRY[code].make.SHAPE
        for setting in settings_of(code):
            value = body["settings"].get(setting.name)
            if setting.form == "rising":
                self.fields.update(cut_fields(code, setting, value, currency, cuts or {}, data))
            else:
                self.fields.update(_fields(code, setting, value, currency))
        self._rows = len(body["labels"]) + (0 if self._shape.codes else _SPARE)
        for place in range(self._rows):
            self._add_label(place, body["labels"][place] if place < len(body["labels"]) else {})
        if "grid" in body:
            self._add_grid(body)
        self.fields.update(weight_fields(self._weights))
        self.order_fields([*(name for name in self.fields if name != "comment"), "comment"])

    @property
    def replaces(self) -> int:
        """The version it is to follow: the one it is based on, or a later one that was told of since."""
        later: int | None = self.cleaned_data["instead_of"]
        based_on: int = self.cleaned_data["based_on"]
        return based_on if later is None else later

    @property
    def settings(self) -> list[BoundField]:
        """The fields of settings."""
        return [self[name] for name in self.fields if name.startswith("s_")]

    @property
    def heads(self) -> list[str]:
        """The heads of the table of labels."""
        own = [here(f"classes.form.{one.name}") for one in self._figures]
        return [here("classes.form.code"), *own, *(here(f"classes.form.name_{one.replace('-', '_')}")
                for one in LANGUAGES), here("classes.form.colour")]  # fmt: skip

    @property
    def rows(self) -> list[Row]:
        """The labels, one a row."""
        found = []
        for place in range(self._rows):
            names = [name for name in self.fields if name.startswith(f"l{place}_")]
            code = "" if f"l{place}_code" in names else str(self._body["labels"][place]["code"])
            found.append(Row(code, [self[name] for name in names]))
        return found

    @property
    def labels_help(self) -> str:
        """What may be changed of the labels: where codes are fixed, only what they are called and their colour."""
        if self._shape.codes:
            return here("classes.form.names_help")
        return here("classes.form.labels_help", currency=self._currency)

    @property
    def grid(self) -> list[tuple[str, list[BoundField]]]:
        """The grid of segments, the most recent row first."""
        if "g11" not in self.fields:
            return []
        return [(here("classes.rfm.recency", score=r), [self[f"g{r}{f}"] for f in _SCORES]) for r in reversed(_SCORES)]

    @property
    def weights(self) -> list[Block]:
        """The types with the weights of their indicators."""
        return weight_blocks(self, self._weights, self._unknown)

    @property
    def refused(self) -> list[str]:
        """All that is wrong, each with its field, for where the fields are not seen."""
        found = [(name, error) for name, errors in self.errors.items() for error in errors]
        return [
            here("classes.form.wrong", field=self.fields[name].label, wrong=error)
            if name in self.fields
            else str(error)
            for name, error in found
        ]

    @property
    def _figures(self) -> Sequence[Setting]:
        return self._shape.figures

    def _add_label(self, place: int, label: Mapping[str, Any]) -> None:
        number = place + 1
        if not self._shape.codes:
            self._text(f"l{place}_code", label.get("code", ""), 16, here("classes.form.code"), number)
        for one in self._figures:
            name, title = f"l{place}_{one.name}", here(f"classes.form.{one.name}")
            field = _number(one, label.get(one.name), self._currency)
            self.fields[name] = _named(field, f"{title} {number}")
        for tongue in LANGUAGES:
            title = here(f"classes.form.name_{tongue.replace('-', '_')}")
            self._text(f"l{place}_{tongue}", (label.get("names") or {}).get(tongue, ""), 40, title, number)
            if label.get("code"):
                shipped = name_of(REGISTRY[self.code].names, label["code"], tongue)
                self.fields[f"l{place}_{tongue}"].widget.attrs["placeholder"] = shipped
        choices = [(colour, here(f"classes.colour.{colour}")) for colour in COLOURS]
        colour = forms.ChoiceField(choices=choices, initial=label.get("colour", "6"))
        self.fields[f"l{place}_colour"] = _named(colour, f"{here('classes.form.colour')} {number}")

    def _text(self, name: str, initial: str, longest: int, title: str, number: int) -> None:
        field = forms.CharField(max_length=longest, required=False, initial=initial)
        self.fields[name] = _named(field, f"{title} {number}")

    def _add_grid(self, body: Body) -> None:
        tongue, prefix = language.active(), REGISTRY[self.code].names
        choices = [
            (label["code"], (label.get("names") or {}).get(tongue) or name_of(prefix, label["code"], tongue))
            for label in body["labels"]
        ]
        for r in _SCORES:
            for f in _SCORES:
                cell = forms.CharField(max_length=16, initial=body["grid"][str(r)][f - 1])
                title = f"{here('classes.rfm.recency', score=r)} {here('classes.rfm.frequency', score=f)}"
                cell.widget = forms.Select(choices=choices)
                self.fields[f"g{r}{f}"] = _named(cell, title)

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        for setting in settings_of(self.code):
            if setting.form == "rising" and (wrong := cut_fault(setting, told)):
                self.add_error(f"s_{setting.name}_own", wrong)
        for name, wrong in weight_faults(self._weights, told):
            self.add_error(name, wrong)
        if self.errors:
            return told
        try:
            told["body"] = REGISTRY[self.code].read(self._told(told)).definition()
        except DefinitionError as reason:
            for found in reason.faults:
                self.add_error(field_at(found.place, self._weights), found.told(language.active()))
        except InputError as reason:
            self.add_error(None, reason.told(language.active()))
        return told

    @property
    def body(self) -> Body:
        """The definition that was filled in, checked."""
        found: Body = self.cleaned_data["body"]
        return found

    def _told(self, told: Mapping[str, Any]) -> Body:
        settings = {one.name: self._setting(one, told) for one in settings_of(self.code)}
        body: Body = {"settings": settings, "labels": list(self._labels(told))}
        if "weights" in self._body:
            body["weights"] = read_weights(self._weights, told)
        if "grid" in self._body:
            body["grid"] = {str(r): [told[f"g{r}{f}"] for f in _SCORES] for r in _SCORES}
        return body

    def _setting(self, setting: Setting, told: Mapping[str, Any]) -> Any:
        if setting.form == "rising":
            return read_cuts(setting, told, self._currency)
        return _read(setting, told, self._currency)

    def _labels(self, told: Mapping[str, Any]) -> Iterator[Body]:
        """A row whose code was emptied is a label taken away."""
        kept = self._body["labels"]
        for place in range(self._rows):
            code = told.get(f"l{place}_code", kept[place]["code"] if place < len(kept) else "")
            if not code:
                continue
            names = {one: told[f"l{place}_{one}"] for one in LANGUAGES if told[f"l{place}_{one}"]}
            own = {one.name: _amount(one, told.get(f"l{place}_{one.name}"), self._currency)
                   for one in self._figures}  # fmt: skip
            yield {"code": code, "colour": told[f"l{place}_colour"], "names": names, **own}


def _fields(code: str, setting: Setting, value: Any, currency: str) -> dict[str, forms.Field]:
    """The field of a setting; a measure has two: what it is of, and over how many months."""
    name = f"s_{setting.name}"
    if setting.form == "measure":
        of, months = _OF.get(value) or period_of(value) or (value.removesuffix("_minor"), None)
        choices = [(kind, here(f"classes.measure.{kind}")) for kind in dict.fromkeys((*_KINDS, of))]
        return {
            name: forms.ChoiceField(choices=choices, initial=of, label=here("classes.setting.pyramid.measure")),
            f"{name}_months": forms.IntegerField(
                min_value=1, max_value=120, required=False, initial=months, label=here("classes.form.months"),
                help_text=here("classes.form.months_help"),
            ),
        }  # fmt: skip
    field = _field(setting, value, currency)
    field.label = here(f"classes.setting.{code}.{setting.name}")
    key = f"classes.setting_help.{code}.{setting.name}"
    field.help_text = here(key) if key in keys(key) else ""
    return {name: field}


def _field(setting: Setting, value: Any, currency: str) -> forms.Field:
    if setting.form == "choice":
        choices = [(one, here(f"classes.choice.{setting.name}.{one}")) for one in setting.choices]
        return forms.ChoiceField(choices=choices, initial=value)
    if setting.form == "months":
        listed = ", ".join(map(str, value or ()))
        return forms.CharField(required=not setting.optional, initial=listed, max_length=80)
    return _number(setting, value, currency)


def _number(setting: Setting, value: Any, currency: str) -> forms.Field:
    """Shares in percent, money in major units."""
    least, most, required = setting.least, setting.most, not setting.optional
    if setting.form == "whole":
        return forms.IntegerField(min_value=int(least), max_value=int(most), initial=value, required=required)
    if setting.form == "share":
        percent = None if value is None else (Decimal(str(value)) * 100).normalize()
        return forms.DecimalField(min_value=0, max_value=100, initial=_plain(percent), required=required)
    if setting.form == "money":
        digits = minor_digits(currency)
        major = None if value is None else to_major(value, currency)
        return forms.DecimalField(min_value=0, max_digits=12, decimal_places=digits, initial=major, required=required)
    return forms.FloatField(min_value=least, max_value=most, initial=value, required=required)


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _read(setting: Setting, told: Mapping[str, Any], currency: str) -> Any:
    name = f"s_{setting.name}"
    if setting.form != "measure":
        return _amount(setting, told.get(name), currency)
    of, months = told[name], told.get(f"{name}_months")
    if of not in ("margin", "spend"):
        return f"{of}_minor"
    return f"{of}_minor" if months is None else period_measure(of, months)


def _amount(setting: Setting, value: Any, currency: str) -> Any:
    """As the definition keeps it; what is no list of whole numbers stays text, and is refused by name."""
    if value is None or value == "":
        return None
    if setting.form == "share":
        return float(value / 100)
    if setting.form == "money":
        return to_minor(value, currency)
    if setting.form == "months":
        parts = str(value).replace("，", ",").replace("、", ",").split(",")
        return [int(part) for part in parts] if all(part.strip().isdecimal() for part in parts) else str(value)
    return value


def _named(field: forms.Field, title: str) -> forms.Field:
    """A field of the table, whose head is above it, called by a name of its own for who does not see it."""
    field.label = title
    field.widget.attrs["aria-label"] = title
    return field
