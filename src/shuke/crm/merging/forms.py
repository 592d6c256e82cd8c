"""What people choose when they merge cards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.urls import reverse_lazy

from shuke.crm.customers import fields as types
from shuke.crm.customers.errors import RefusedValue
from shuke.crm.customers.models import Customer, Field
from shuke.crm.merging.values import codes_of
from shuke.crm.people.models import User
from shuke.crm.words import lazily
from shuke.ui import language

OF = "of."


class MergeForm(forms.Form):
    """Which card survives, and of which card each value stays."""

    def __init__(self, cards: Sequence[Customer], data: Any = None) -> None:
        super().__init__(data)
        self.cards = list(cards)
        numbers = [(str(card.pk), card.key) for card in cards]
        self.fields["survivor"] = forms.ChoiceField(choices=numbers)
        for code in codes_of(cards):
            self.fields[OF + code] = forms.ChoiceField(choices=numbers, required=False)

    @property
    def survivor(self) -> int:
        """The card that stays."""
        return int(self.cleaned_data["survivor"])

    @property
    def chosen(self) -> dict[str, int]:
        """Of which card a value stays, where somebody chose."""
        names = [name for name in self.fields if name.startswith(OF)]
        return {name.removeprefix(OF): int(self.cleaned_data[name]) for name in names if self.cleaned_data.get(name)}


class OtherForm(forms.Form):
    """A further card, by number or name."""

    other = forms.CharField(
        label=lazily("merging.find.other"), help_text=lazily("cards.help.customer"),
        widget=forms.TextInput(
            attrs={"data-find": reverse_lazy("customers:find"), "list": "found-customers", "autocomplete": "off"}
        ),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, viewer: User) -> None:
        super().__init__(data)
        self.viewer = viewer

    def clean_other(self) -> str:
        """The customer's key."""
        try:
            wanted = Field(code="other", type=Field.Type.CUSTOMER, is_required=True)
            found = types.clean(wanted, self.cleaned_data["other"], self.viewer)
        except RefusedValue as reason:
            raise forms.ValidationError(reason.told(language.active())) from reason
        return Customer.objects.get(pk=int(found)).key  # type: ignore[arg-type]  # a customer's is a whole number
