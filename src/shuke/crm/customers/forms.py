"""What people write on cards, and what administrators write of fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.datastructures import MultiValueDict

from shuke.crm.customers import fields as types
from shuke.crm.customers.errors import RefusedValue
from shuke.crm.customers.fields import Raw, Value
from shuke.crm.customers.labels import code_from
from shuke.crm.customers.links import ROLES
from shuke.crm.customers.models import Customer, Field, Section, Tag
from shuke.crm.customers.writes_of_cards import value_of
from shuke.crm.people.models import User
from shuke.crm.words import here, lazily
from shuke.kit.text import LANGUAGES
from shuke.ui import language

T = Field.Type
_HELP = {T.DATE: "date", T.PHONE: "phone", T.CUSTOMER: "customer", T.MONEY: "money"}
_FINDS = {"data-find": reverse_lazy("customers:find"), "list": "found-customers", "autocomplete": "off"}
_LABELS = tuple(f"label_{code.replace('-', '_')}" for code in LANGUAGES)


class CardForm(forms.Form):
    """Some fields of a card. What is wrong stands beside its field, and what was typed stays."""

    def __init__(
        self, shown: Sequence[Field], data: Any = None, customer: Customer | None = None, *, viewer: User
    ) -> None:
        self.shown, self.viewer = list(shown), viewer
        self.kept = {field.code: value_of(customer, field.code) if customer else None for field in shown}
        initial = {field.code: types.typed(field, self.kept[field.code], viewer) for field in shown}
        super().__init__(data, initial=initial)
        for field in shown:
            self.fields[field.code] = _control(field)

    def clean(self) -> dict[str, Any]:
        """Each value as it is kept, in `cleaned_data`."""
        for field in self.shown:
            if field.code in self.errors:
                continue
            raw = self.cleaned_data.get(field.code) or ""
            try:
                self.cleaned_data[field.code] = self._cleaned(field, raw)
            except RefusedValue as reason:
                self.add_error(field.code, reason.told(language.active()))
        return self.cleaned_data

    def _cleaned(self, field: Field, raw: Raw) -> Value | None:
        """What is hidden from the viewer and was left alone stays as it is."""
        kept: Value | None = self.kept[field.code]
        if types.HIDDEN in raw and types.hides(field, kept, self.viewer):
            return kept
        return types.clean(field, raw, self.viewer)

    @property
    def values(self) -> dict[str, Value | None]:
        """What was written, by code."""
        return {field.code: self.cleaned_data.get(field.code) for field in self.shown}

    def redrawn(self, mine: Mapping[str, Any], customer: Customer) -> CardForm:
        """The form over the card as it is now, with what its user changed still in it."""
        data: MultiValueDict[str, str] = MultiValueDict()
        for field in self.shown:
            if field.code in mine:
                raw = self.data.getlist(field.code) if hasattr(self.data, "getlist") else [self.data[field.code]]
            else:
                raw = types.typed(field, value_of(customer, field.code), self.viewer)
            data.setlist(field.code, [raw] if isinstance(raw, str) else list(raw))
        return CardForm(self.shown, data, customer, viewer=self.viewer)


def _control(field: Field) -> forms.Field:
    """The control for a type. All take text as it was typed: `fields.clean` judges it."""
    told: dict[str, Any] = {"label": field.label, "required": False}
    if field.type in _HELP:
        told["help_text"] = here(f"cards.help.{_HELP[T(field.type)]}")
    if field.type == T.MULTI_CHOICE:
        return forms.MultipleChoiceField(choices=field.options, widget=forms.CheckboxSelectMultiple, **told)
    if field.type == T.CHOICE:
        nothing = [] if field.is_required else [("", here("cards.nothing"))]
        return forms.ChoiceField(choices=[*nothing, *field.options], **told)
    if field.type == T.YES_NO:
        choices = [("", here("cards.nothing")), ("yes", here("cards.yes")), ("no", here("cards.no"))]
        return forms.ChoiceField(choices=choices, **told)
    return forms.CharField(widget=_box(field), **told)


def _box(field: Field) -> forms.Widget:
    if field.type == T.LONG_TEXT:
        return forms.Textarea(attrs={"rows": 3})
    if field.type == T.CUSTOMER:
        return forms.TextInput(attrs={**_FINDS})
    kind = {T.PHONE: "tel", T.DATE: "date"}.get(T(field.type), "email" if field.code == "email" else "text")
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    if field.type in (T.NUMBER, T.MONEY):
        widget.attrs["inputmode"] = "decimal"
    widget.input_type = kind if kind != "email" else "text"
    return widget


class NewCustomerForm(CardForm):
    """A new card: its id may be left to Shuke."""

    key = forms.CharField(
        label=lazily("customers.field.key"), max_length=200, required=False, help_text=lazily("cards.help.key"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Somebody is called something, or can be reached."""
        super().clean()
        if not self.errors and not any(self.cleaned_data.get(code) for code in ("name", "phone", "email", "key")):
            self.add_error("name", here("cards.refused.nobody"))
        return self.cleaned_data


class EntryForm(CardForm):
    """An entry of a section that repeats."""

    on = forms.CharField(label=lazily("cards.entry.on"), required=False)

    def __init__(
        self, shown: Sequence[Field], data: Any = None, values: Mapping[str, Any] | None = None, *, viewer: User
    ) -> None:
        super().__init__(shown, data, viewer=viewer)
        self.kept = {field.code: (values or {}).get(field.code) for field in shown}
        for field in shown:
            self.initial[field.code] = types.typed(field, self.kept[field.code], viewer)
        self.fields["on"].widget.input_type = "date"

    def clean(self) -> dict[str, Any]:
        """The day as a day; an entry says something."""
        super().clean()
        try:
            day = types.clean(Field(code="on", type=T.DATE), self.cleaned_data.get("on") or "")
        except RefusedValue as reason:
            self.add_error("on", reason.told(language.active()))
            return self.cleaned_data
        self.cleaned_data["on"] = day
        if not self.errors and all(value is None for value in self.values.values()):
            self.add_error(None, here("cards.refused.empty_entry"))
        return self.cleaned_data


class LinkForm(forms.Form):
    """Who is what to the customer of the card."""

    role = forms.ChoiceField(label=lazily("cards.link.role"))
    other = forms.CharField(
        label=lazily("cards.link.other"),
        help_text=lazily("cards.help.customer"),
        widget=forms.TextInput(attrs={**_FINDS}),
    )

    def __init__(self, data: Any = None, *, viewer: User) -> None:
        self.viewer = viewer
        super().__init__(data)
        self.fields["role"].choices = [(role, here(f"cards.link.{role}")) for role in ROLES]  # type: ignore[attr-defined]

    def clean_other(self) -> int:
        """The customer's id in the records."""
        try:
            other = Field(code="other", type=T.CUSTOMER, is_required=True)
            found = types.clean(other, self.cleaned_data["other"], self.viewer)
        except RefusedValue as reason:
            raise forms.ValidationError(reason.told(language.active())) from reason
        return int(found)  # type: ignore[arg-type]  # a customer's is a whole number


class LabelsForm(forms.Form):
    """A label in three languages, one of them at least."""

    def __init__(self, data: Any = None, labels: Mapping[str, str] | None = None, **told: Any) -> None:
        initial = {name: (labels or {}).get(code, "") for name, code in zip(_LABELS, LANGUAGES, strict=True)}
        super().__init__(data, initial=initial | told.pop("initial", {}), **told)
        for name, code in zip(_LABELS, LANGUAGES, strict=True):
            label = here("cards.field.label", language=language.NAMES[code])
            self.fields[name] = forms.CharField(label=label, max_length=80, required=False)
        self.order_fields([*_LABELS])

    def clean(self) -> dict[str, Any]:
        """At least one label."""
        super().clean()
        if not any(self.labels.values()):
            self.add_error(_LABELS[0], here("cards.refused.label"))
        return self.cleaned_data

    @property
    def labels(self) -> dict[str, str]:
        """The labels written, by language."""
        given = {code: self.cleaned_data.get(name, "") for name, code in zip(_LABELS, LANGUAGES, strict=True)}
        return {code: text for code, text in given.items() if text}


class SectionForm(LabelsForm):
    """A section of the card."""

    repeats = forms.BooleanField(
        label=lazily("cards.field.repeats"), required=False, help_text=lazily("cards.help.repeats")
    )

    def __init__(self, data: Any = None, section: Section | None = None) -> None:
        super().__init__(data, section.labels if section else None)
        if section is not None:
            del self.fields["repeats"]


class FieldForm(LabelsForm):
    """A field of the card."""

    type = forms.ChoiceField(label=lazily("cards.field.type"))
    choices = forms.CharField(
        label=lazily("cards.field.choices"), required=False, help_text=lazily("cards.help.choices"),
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
    )  # fmt: skip
    is_required = forms.BooleanField(label=lazily("cards.field.is_required"), required=False)
    is_searchable = forms.BooleanField(label=lazily("cards.field.is_searchable"), required=False)
    is_listed = forms.BooleanField(label=lazily("cards.field.is_listed"), required=False)

    def __init__(self, data: Any = None, *, section: Section, field: Field | None = None) -> None:
        plain = (
            {name: getattr(field, name) for name in ("type", "is_required", "is_searchable", "is_listed")}
            if field
            else {}
        )
        super().__init__(data, field.labels if field else None, initial=plain)
        self.fields["type"].choices = [(kind, here(f"cards.type.{kind}")) for kind in T.values]  # type: ignore[attr-defined]
        self.initial["choices"] = choices_text(field.choices if field else [])
        if section.repeats:
            del self.fields["is_searchable"], self.fields["is_listed"]

    @property
    def values(self) -> dict[str, Any]:
        """What `writes_of_fields` takes."""
        given = self.cleaned_data
        return {
            "labels": self.labels, "type": given["type"], "choices": choices_from(given["choices"]),
            "is_required": given["is_required"], "is_searchable": given.get("is_searchable", False),
            "is_listed": given.get("is_listed", False),
        }  # fmt: skip


def choices_text(choices: Sequence[Mapping[str, Any]]) -> str:
    """Choices as lines of a box: `code = 简体 | 繁體 | English`.

    >>> choices_text([{"code": "a", "labels": {"zh-hans": "甲", "en": "First"}}])
    'a = 甲 |  | First'
    """
    return "\n".join(
        f"{choice['code']} = " + " | ".join(choice["labels"].get(code, "") for code in LANGUAGES) for choice in choices
    )


def choices_from(text: str) -> list[dict[str, Any]]:
    """Choices from lines; what stands before = is the code, and may be left out, as may the other languages.

    >>> [(choice["code"], choice["labels"]) for choice in choices_from("a = 甲 | | First\\n乙")]
    [('a', {'zh-hans': '甲', 'en': 'First'}), ('yi', {'zh-hans': '乙'})]
    """
    found: list[dict[str, Any]] = []
    taken: set[str] = set()
    for line in text.splitlines():
        code, _, rest = line.partition("=") if "=" in line else ("", "", line)
        labels = dict(zip(LANGUAGES, (part.strip() for part in rest.split("|")), strict=False))
        labels = {tongue: label[:80] for tongue, label in labels.items() if label}
        if not labels:
            continue
        plain = re.sub(r"[^a-z0-9_]", "", code.strip().lower())[:40]
        plain = plain if plain and plain not in taken else code_from(labels, taken, "choice")
        taken.add(plain)
        found.append({"code": plain, "labels": labels})
    return found


def colours() -> list[tuple[str, str]]:
    """The colours a tag may have: code and name."""
    return [(code, here(f"customers.colour.{code or 'grey'}")) for code in Tag.Colour.values]
