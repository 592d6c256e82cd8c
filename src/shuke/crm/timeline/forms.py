"""What is written down of a contact."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from shuke.crm.people.models import User
from shuke.crm.timeline import reads
from shuke.crm.timeline.files import TYPES
from shuke.crm.timeline.models import MOST_MINUTES, TEXT_LENGTH, Direction, Kind, Outcome, Touch, kind_name
from shuke.crm.timeline.writes import Said
from shuke.crm.words import here, lazily
from shuke.ui import language

_MOMENT = "%Y-%m-%dT%H:%M"


class TouchForm(forms.Form):
    """A note, call, visit, message or e-mail: text, outcome, minutes and when; `said()` is what it says."""

    kind = forms.ChoiceField(
        label=lazily("timeline.form.kind"), choices=Kind.choices, initial=Kind.NOTE, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=lazily("timeline.form.text"),
        max_length=TEXT_LENGTH,
        required=False,
        help_text=lazily("timeline.form.text_help"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    direction = forms.ChoiceField(label=lazily("timeline.form.direction"), choices=Direction.choices, required=False)
    outcome = forms.ChoiceField(label=lazily("timeline.form.outcome"), required=False)
    minutes = forms.IntegerField(
        label=lazily("timeline.form.minutes"), min_value=0, max_value=MOST_MINUTES, required=False
    )
    at = forms.DateTimeField(
        label=lazily("timeline.form.at"),
        required=False,
        input_formats=[_MOMENT, "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        widget=forms.DateTimeInput(format=_MOMENT, attrs={"type": "datetime-local"}),
    )

    def __init__(self, viewer: User, data: Any = None, touch: Touch | None = None) -> None:
        super().__init__(data, initial=_initial(touch) if touch else {}, prefix=None, auto_id="touch_%s")
        found = list(reads.outcomes(viewer, touch.outcome if touch else None))
        self._outcomes = {str(one.pk): one for one in found}
        self.fields["outcome"].choices = _grouped(found)  # type: ignore[attr-defined]
        # The moment of a touch is kept to the second; the form shows minutes, and unchanged leaves it as it was.
        self._was = touch.at if touch else None

    def clean(self) -> dict[str, Any]:
        """An outcome belongs to a kind; a moment lies in the past."""
        given = super().clean() or {}
        outcome = self._outcomes.get(given.get("outcome") or "")
        if outcome is not None and outcome.kind != given.get("kind"):
            self.add_error("outcome", ValidationError(here("timeline.refused.outcome")))
        if given.get("at") and given["at"] > timezone.now() + timedelta(minutes=5):
            self.add_error("at", ValidationError(here("timeline.refused.future")))
        return given

    def said(self) -> Said:
        """What the valid form says."""
        given = self.cleaned_data
        at = given["at"] or self._was or timezone.now()
        if self._was is not None and at == self._was.replace(second=0, microsecond=0):
            at = self._was
        return Said(
            kind=given["kind"],
            at=at,
            text=given["text"],
            direction=given["direction"],
            outcome=self._outcomes.get(given["outcome"]),
            minutes=given["minutes"] or 0,
        )


def accepted() -> str:
    """What the file dialog offers."""
    return ",".join(f".{ending}" for ending in TYPES)


def _initial(touch: Touch) -> dict[str, Any]:
    return {
        "kind": touch.kind,
        "text": touch.text,
        "direction": touch.direction,
        "outcome": str(touch.outcome_id or ""),
        "minutes": touch.minutes or None,
        "at": touch.at,
    }


def _grouped(outcomes: Iterable[Outcome]) -> list[Any]:
    tongue = language.active()
    order = {kind: place for place, kind in enumerate(Kind.values)}
    ordered = sorted(outcomes, key=lambda one: order[one.kind])
    groups = [
        (kind_name(kind), [(str(one.pk), one.label(tongue)) for one in ones])
        for kind, ones in groupby(ordered, key=lambda one: one.kind)
    ]
    return [("", here("timeline.form.no_outcome")), *groups]
