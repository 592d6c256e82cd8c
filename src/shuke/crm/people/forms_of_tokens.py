"""A new token: its name, what it is for, until when."""

from __future__ import annotations

from typing import Any

from django import forms

from shuke.crm.api.operations import SCOPES
from shuke.crm.people.tokens import NAME_LENGTH
from shuke.crm.words import here, lazily

_DAYS = (30, 90, 365)
_NEVER = "never"


class TokenForm(forms.Form):
    """The scopes are boxes; writing includes reading of the same noun."""

    name = forms.CharField(
        label=lazily("people.tokens.name"),
        help_text=lazily("people.tokens.name_help"),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    days = forms.ChoiceField(label=lazily("people.tokens.days"), initial="90")
    scopes = forms.MultipleChoiceField(label=lazily("people.tokens.scopes"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"days": "90", "scopes": ["customers:read"]})
        lengths = [(str(days), here("people.tokens.in_days", days=days)) for days in _DAYS]
        self.fields["days"].choices = [*lengths, (_NEVER, here("people.tokens.never_expires"))]  # type: ignore[attr-defined]
        self.fields["scopes"].choices = [(scope, scope_name(scope)) for scope in SCOPES]  # type: ignore[attr-defined]

    @property
    def days_chosen(self) -> int | None:
        """Until it expires; None for never."""
        days = self.cleaned_data["days"]
        return None if days == _NEVER else int(days)


def scope_name(scope: str) -> str:
    """What a scope opens, in the reader's language: `Customers: read`."""
    noun, _, act = scope.partition(":")
    return here(f"people.tokens.{act}", noun=here(f"api.noun.{noun}"))
