"""A role as a form: its names, its rights, and a matrix of kind of record by act."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField

from shuke.crm.people.models import Role
from shuke.crm.people.rights import ACTS, ALL_RIGHTS, KINDS, OF_THE_WHOLE, SCOPES, Granted
from shuke.crm.words import here
from shuke.kit.text import LANGUAGES
from shuke.ui import language


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the matrix: a kind of record, and a field for each act, None where it has no such act."""

    title: str
    cells: list[BoundField | None]


class RoleForm(forms.Form):
    """Names in the languages (one is enough), rights, scopes, and whether a second factor is asked for.

    A built-in role shows what it carries; only the second factor can be chosen.
    """

    needs_second_factor = forms.BooleanField(required=False)

    def __init__(self, role: Role, data: Any = None) -> None:
        granted = role.granted
        super().__init__(data, initial={"needs_second_factor": role.needs_second_factor})
        self.fixed = role.is_built_in
        needs = self.fields["needs_second_factor"]
        needs.label, needs.help_text = here("people.roles.needs_second_factor"), here("people.roles.needs_help")
        for code in LANGUAGES:
            self.fields[f"name_{code}"] = forms.CharField(
                label=f"{here('people.roles.name')} · {language.NAMES[code]}",
                max_length=40, required=False, initial=role.names.get(code, ""), disabled=self.fixed,
            )  # fmt: skip
        self.fields["rights"] = forms.MultipleChoiceField(
            label=here("people.roles.rights"),
            choices=[(right, here(f"people.right.{right}")) for right in ALL_RIGHTS],
            widget=forms.CheckboxSelectMultiple, required=False, initial=sorted(granted.rights), disabled=self.fixed,
        )  # fmt: skip
        self._add_matrix(granted)

    def _add_matrix(self, granted: Granted) -> None:
        choices = [(scope, here(f"people.scope.{scope}")) for scope in SCOPES]
        for kind in KINDS.values():
            for act in kind.acts:
                label = f"{here(kind.title)} · {here(f'people.act.{act}')}"
                self.fields[f"{kind.code}.{act}"] = forms.ChoiceField(
                    label=label, choices=choices, initial=granted.scope(kind.code, act), disabled=self.fixed,
                    widget=forms.Select(attrs={"aria-label": label}),
                )  # fmt: skip

    def names_fields(self) -> Iterator[BoundField]:
        """The fields of names, for the template."""
        return (self[f"name_{code}"] for code in LANGUAGES)

    def matrix(self) -> list[Line]:
        """The lines of the matrix, for the template."""
        return [
            Line(here(kind.title), [self[f"{kind.code}.{act}"] if act in kind.acts else None for act in ACTS])
            for kind in KINDS.values()
        ]

    def clean(self) -> dict[str, Any]:
        """A name, and no right that its scope of reading would leave empty."""
        given = super().clean() or {}
        if self.fixed:
            return given
        if not any(given.get(f"name_{code}") for code in LANGUAGES):
            self.add_error(f"name_{language.active()}", here("people.roles.name_missing"))
        whole = OF_THE_WHOLE.intersection(given.get("rights", ()))
        if whole and given.get("customers.read") != "all":
            named = here("people.roles.and").join(here(f"people.right.{right}") for right in sorted(whole))
            self.add_error("rights", ValidationError(here("people.roles.whole", rights=named)))
        return given

    @property
    def names(self) -> dict[str, str]:
        """The names given, by language."""
        return {code: self.cleaned_data[f"name_{code}"] for code in LANGUAGES if self.cleaned_data[f"name_{code}"]}

    @property
    def rights(self) -> list[str]:
        """The rights ticked."""
        return cast("list[str]", self.cleaned_data["rights"])

    @property
    def scopes(self) -> dict[str, dict[str, str]]:
        """The matrix, as roles keep it."""
        return {
            kind.code: {act: self.cleaned_data[f"{kind.code}.{act}"] for act in kind.acts} for kind in KINDS.values()
        }
