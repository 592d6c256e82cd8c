"""What is written down of consent, and what is asked before a customer is erased."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from shuke.crm.customers.models import Customer
from shuke.crm.privacy.erasing import Asked
from shuke.crm.privacy.holdings import names, person_of, stands_in
from shuke.crm.privacy.models import EVIDENCE_LENGTH, Channel, Purpose, Reason, Source, State
from shuke.crm.privacy.reads import channels
from shuke.crm.privacy.writes import Said, is_shut
from shuke.crm.words import here, lazily
from shuke.ui import language

_KEEP, _ERASE = "keep", "erase"


class StatementForm(forms.Form):
    """What a customer said of one channel; `said()` is what it says."""

    channel = forms.ChoiceField(label=lazily("privacy.form.channel"))
    state = forms.ChoiceField(label=lazily("privacy.form.state"), choices=State.choices)
    purpose = forms.ChoiceField(label=lazily("privacy.form.purpose"), choices=Purpose.choices)
    source = forms.ChoiceField(label=lazily("privacy.form.source"), choices=Source.choices)
    on = forms.DateField(label=lazily("privacy.form.on"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    evidence = forms.CharField(
        label=lazily("privacy.form.evidence"),
        max_length=EVIDENCE_LENGTH,
        required=False,
        help_text=lazily("privacy.form.evidence_help"),
    )

    def __init__(self, data: Any = None, also: Iterable[Channel] = ()) -> None:
        """`also`: channels out of use, of which consent may still be taken back."""
        super().__init__(data, initial={"on": timezone.localdate()}, auto_id="consent_%s")
        self._channels: dict[str, Channel] = {channel.code: channel for channel in (*channels(), *also)}
        offered = [(code, channel.label(language.active())) for code, channel in self._channels.items()]
        self.fields["channel"].choices = offered  # type: ignore[attr-defined]

    def clean_on(self) -> Any:
        """A day that has come."""
        if self.cleaned_data["on"] > timezone.localdate():
            raise ValidationError(here("privacy.refused.future"))
        return self.cleaned_data["on"]

    def clean(self) -> dict[str, Any]:
        """Given is only consent to a channel in use."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        channel = self._channels.get(given.get("channel", ""))
        if channel is not None and is_shut(channel, given.get("state", "")):
            self.add_error("channel", here("privacy.refused.archived", channel=channel.label(language.active())))
        return given

    def said(self) -> Said:
        """What the valid form says."""
        given = self.cleaned_data
        return Said(
            channel=self._channels[given["channel"]],
            state=given["state"],
            source=given["source"],
            on=given["on"],
            purpose=given["purpose"],
            evidence=given["evidence"],
        )


class ErasureForm(forms.Form):
    """Why, what becomes of the purchases, and the customer's name or key typed by hand."""

    reason = forms.ChoiceField(label=lazily("privacy.form.reason"), choices=Reason.choices)
    reference = forms.CharField(
        label=lazily("privacy.form.reference"),
        max_length=60,
        required=False,
        help_text=lazily("privacy.form.reference_help"),
    )
    purchases = forms.ChoiceField(
        label=lazily("privacy.form.purchases"),
        choices=[
            (_KEEP, lazily("privacy.form.purchases_keep")),
            (_ERASE, lazily("privacy.form.purchases_erase")),
        ],
        initial=_KEEP,
        widget=forms.RadioSelect,
        help_text=lazily("privacy.form.purchases_help"),
    )
    typed = forms.CharField(label=lazily("privacy.form.typed"), max_length=200)

    def __init__(self, customer: Customer, data: Any = None) -> None:
        super().__init__(data, auto_id="erase_%s")
        self._customer = customer
        self.fields["typed"].help_text = here("privacy.form.typed_help", name=customer.display_name)

    def clean_typed(self) -> str:
        """The very name, or the key."""
        typed = str(self.cleaned_data["typed"]).strip()
        if typed not in (self._customer.display_name.strip(), self._customer.key):
            raise ValidationError(here("privacy.refused.typed", name=self._customer.display_name))
        return typed

    def clean_reference(self) -> str:
        """It stays when the customer is gone, so it must not name the customer."""
        given = str(self.cleaned_data["reference"]).strip()
        person = person_of(self._customer)
        if any(stands_in(mark, given) for mark in (*person.keys, *person.marks)) or names(person, given):
            raise ValidationError(here("privacy.refused.reference"))
        return given

    def asked(self) -> Asked:
        """What the valid form asks for."""
        given = self.cleaned_data
        return Asked(given["reason"], given["reference"], given["purchases"] == _KEEP)


class ReturnForm(forms.Form):
    """A key that may come again."""

    key = forms.CharField(label=lazily("privacy.form.key"), max_length=200, help_text=lazily("privacy.form.key_help"))
