"""Card templates: the sections and fields that a trade needs, shipped as data beside the code and laid on the card."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from django.db import transaction

from shuke.crm.customers import indexes
from shuke.crm.customers.labels import in_language, three
from shuke.crm.customers.models import Field, Section
from shuke.crm.customers.writes_of_fields import add_field, add_section
from shuke.crm.people.models import User


@dataclass(frozen=True)
class FieldPlan:
    """A field as a template has it."""

    code: str
    type: str
    labels: Mapping[str, str]
    choices: Sequence[Mapping[str, Any]]
    is_searchable: bool
    is_listed: bool


@dataclass(frozen=True)
class SectionPlan:
    """A section as a template has it."""

    code: str
    labels: Mapping[str, str]
    repeats: bool
    fields: Sequence[FieldPlan]


@dataclass(frozen=True)
class Template:
    """A template: what it is called, for whom it is, its sections."""

    code: str
    labels: Mapping[str, str]
    about: Mapping[str, str]
    sections: Sequence[SectionPlan]

    @property
    def label(self) -> str:
        return in_language(self.labels)

    @property
    def told(self) -> str:
        """For whom it is, in the reader's language."""
        return in_language(self.about)


@dataclass(frozen=True)
class Laid:
    """What laying a template on the card added; what was there stayed as it was."""

    sections: int
    fields: int


def shipped() -> list[Template]:
    """The templates there are.

    >>> [template.code for template in shipped()]
    ['appliances', 'bank', 'car_dealership', 'retail', 'telecom']
    """
    return list(_shipped())


@cache
def _shipped() -> tuple[Template, ...]:
    folder = files(__package__).joinpath("card_templates")
    found = {
        entry.name.removesuffix(".toml"): tomllib.loads(entry.read_text("utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    }
    return tuple(_template(code, found) for code in sorted(found) if not code.startswith("_"))


def _template(code: str, found: Mapping[str, Mapping[str, Any]]) -> Template:
    """Files whose names begin with _ are parts that templates share."""
    told = found[code]
    parts = [found[part]["sections"] for part in told["parts"]]
    sections = [_section(entry) for part in (*parts[:2], told["sections"], *parts[2:]) for entry in part]
    return Template(code, three(told["labels"]), three(told["about"]), sections)


def _section(told: Mapping[str, Any]) -> SectionPlan:
    fields = [_field(code, entry) for code, entry in told["fields"].items()]
    return SectionPlan(told["code"], three(told["labels"]), told.get("repeats", False), fields)


def _field(code: str, told: Mapping[str, Any]) -> FieldPlan:
    choices = [{"code": name, "labels": three(labels)} for name, labels in told.get("choices", {}).items()]
    shown = told.get("in", [])
    return FieldPlan(
        code, told.get("type", "text"), three(told["labels"]), choices, "search" in shown, "list" in shown
    )  # fmt: skip


@transaction.atomic
def lay(*, template: Template, by: User | None = None) -> Laid:
    """Add the template's sections and fields that are not there yet, archived ones included. Safe to do twice."""
    sections = fields = 0
    for plan in template.sections:
        section = Section.objects.filter(code=plan.code).first()
        if section is None:
            section = add_section(labels=plan.labels, repeats=plan.repeats, code=plan.code, template=template.code)
            sections += 1
        there = set(Field.objects.values_list("code", flat=True))
        for field in plan.fields:
            if field.code not in there:
                _add(section, field, template.code)
                fields += 1
    if fields:
        indexes.ask(by=by)
    return Laid(sections, fields)


def _add(section: Section, plan: FieldPlan, template: str) -> None:
    """Listed without asking for its index each time: `lay` asks once."""
    field = add_field(
        section=section, type=plan.type, labels=plan.labels, choices=plan.choices,
        is_searchable=plan.is_searchable and not section.repeats, code=plan.code, template=template,
    )  # fmt: skip
    if plan.is_listed and not section.repeats:
        Field.objects.filter(pk=field.pk).update(is_listed=True)


def laid_fields(template: Template) -> int:
    """How many of a template's fields are on the card."""
    codes = [field.code for section in template.sections for field in section.fields]
    return Field.objects.filter(code__in=codes).count()
