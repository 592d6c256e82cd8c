"""What is written down when customers are put on a list."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from shuke.crm.lists.models import REASON_LENGTH, ListCode
from shuke.crm.lists.writes import Ground
from shuke.crm.words import here, lazily
from shuke.kit.text import number
from shuke.ui import language

MOST_KEYS = 5_000
_DAY = forms.DateInput({"type": "date"}, "%Y-%m-%d")
_BETWEEN = re.compile(r"[\r\n\t,;，；、]+")


class GroundForm(forms.Form):
    """Which list, why, until when; `ground()` is what it says."""

    list_code = forms.ChoiceField(label=lazily("lists.form.list"), choices=ListCode.choices)
    reason = forms.CharField(
        label=lazily("lists.form.reason"), max_length=REASON_LENGTH, help_text=lazily("lists.form.reason_help")
    )
    until_on = forms.DateField(
        label=lazily("lists.form.until"), required=False, help_text=lazily("lists.form.until_help"), widget=_DAY
    )
    since_on = forms.DateField(
        label=lazily("lists.form.since"), required=False, help_text=lazily("lists.form.since_help"), widget=_DAY
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, auto_id="list_%s")

    def clean_until_on(self) -> Any:
        """A day that is still to come, or today."""
        given = self.cleaned_data["until_on"]
        if given is not None and given < timezone.localdate():
            raise ValidationError(here("lists.refused.past", given=given, today=timezone.localdate()))
        return given

    def clean_since_on(self) -> Any:
        """A day that has come."""
        given = self.cleaned_data["since_on"]
        if given is not None and given > timezone.localdate():
            raise ValidationError(here("lists.refused.future", given=given, today=timezone.localdate()))
        return given

    def ground(self) -> Ground:
        """What the valid form says."""
        given = self.cleaned_data
        return Ground(given["list_code"], given["reason"], given["until_on"], given["since_on"])


class ManyForm(GroundForm):
    """The same for many, by their numbers, as they are pasted from a table or a letter."""

    keys = forms.CharField(
        label=lazily("lists.form.keys"),
        help_text=lazily("lists.form.keys_help"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    field_order = ("keys", "list_code", "reason", "until_on", "since_on")

    def clean_keys(self) -> list[str]:
        """The numbers, each once."""
        found = [part.strip() for part in _BETWEEN.split(self.cleaned_data["keys"])]
        keys = list(dict.fromkeys(part for part in found if part))
        if len(keys) > MOST_KEYS:
            figures = {"count": number(len(keys), language.active()), "most": number(MOST_KEYS, language.active())}
            raise ValidationError(here("lists.refused.many", **figures))
        return keys
