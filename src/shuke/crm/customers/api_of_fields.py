"""What cards are made of, through the API: sections, fields, templates, the colours of tags."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from shuke.crm.api.operations import Group
from shuke.crm.api.problems import or_404
from shuke.crm.api.schemas import All
from shuke.crm.customers import card_templates, reads_of_cards, writes_of_fields
from shuke.crm.customers.api_of_tags import known_tag
from shuke.crm.customers.api_shapes import (
    ChangedField,
    ChangedSection,
    ChoiceTold,
    Colouring,
    FieldTold,
    KnownTag,
    Laid,
    Moving,
    NewField,
    NewSection,
    SectionTold,
    TemplateTold,
)
from shuke.crm.customers.models import Field, Section, Tag
from shuke.crm.people.models import User

group = Group("cards")


@group.get("/card/sections", scope="cards:read", right="see", answer=All[SectionTold])
def list_sections(viewer: User) -> All[SectionTold]:
    """The sections of cards with their fields, in order: what `values` of customers and entries may hold."""
    return All[SectionTold](items=[_section(part) for part in reads_of_cards.layout(viewer, archived=True)])


@group.post("/card/sections", scope="cards:write", right="configure", body=NewSection, answer=SectionTold, status=201)
def add_section(viewer: User, body: NewSection) -> SectionTold:
    made = writes_of_fields.add_section(
        labels={str(tongue): text for tongue, text in body.labels.items()}, repeats=body.repeats
    )
    return _told_section(viewer, made.pk)


@group.patch(
    "/card/sections/{section_id}", scope="cards:write", right="configure", body=ChangedSection, answer=SectionTold
)
def change_section(viewer: User, section_id: int, body: ChangedSection) -> SectionTold:
    """Another name; or put it away with its fields, and back."""
    section = _found(Section, section_id)
    named = body.named
    writes_of_fields.change_section(
        section=section, labels=named.get("labels", section.labels), is_archived=named.get("is_archived")
    )
    return _told_section(viewer, section_id)


@group.post("/card/sections/{section_id}/move", scope="cards:write", right="configure", body=Moving)
def move_section(viewer: User, section_id: int, body: Moving) -> None:
    """One place up or down."""
    writes_of_fields.move(thing=_found(Section, section_id), up=body.up)


@group.post(
    "/card/sections/{section_id}/fields", scope="cards:write", right="configure", body=NewField, answer=FieldTold,
    status=201,
)  # fmt: skip
def add_field(viewer: User, section_id: int, body: NewField) -> FieldTold:
    given = body.model_dump()
    return _field(writes_of_fields.add_field(section=_found(Section, section_id), by=viewer, **given))


@group.patch("/card/fields/{field_id}", scope="cards:write", right="configure", body=ChangedField, answer=FieldTold)
def change_field(viewer: User, field_id: int, body: ChangedField) -> FieldTold:
    """What is left out stays as it is. Nothing is done that would lose a customer's value."""
    field = _found(Field, field_id)
    told = ("labels", "type", "choices", "is_required", "is_searchable", "is_listed")
    given = body.model_dump(include=body.model_fields_set)
    away = given.pop("is_archived", None)
    if given:
        writes_of_fields.change_field(field=field, by=viewer, **{name: getattr(field, name) for name in told} | given)
    if away is not None and away != field.is_archived:
        writes_of_fields.archive_field(field=field, is_archived=away, by=viewer)
    return _field(_found(Field, field_id))


@group.post("/card/fields/{field_id}/move", scope="cards:write", right="configure", body=Moving)
def move_field(viewer: User, field_id: int, body: Moving) -> None:
    """One place up or down in its section."""
    writes_of_fields.move(thing=_found(Field, field_id), up=body.up)


@group.get("/card/templates", scope="cards:read", right="configure", answer=All[TemplateTold])
def list_templates(viewer: User) -> All[TemplateTold]:
    """Card templates by trade, and how many of the fields of each are on the card already."""
    return All[TemplateTold](
        items=[
            TemplateTold(
                code=one.code, labels=dict(one.labels), about=dict(one.about), laid=card_templates.laid_fields(one),
                fields=sum(len(section.fields) for section in one.sections),
            )
            for one in card_templates.shipped()
        ]
    )  # fmt: skip


@group.post("/card/templates/{code}/lay", scope="cards:write", right="configure", answer=Laid)
def lay_template(viewer: User, code: str) -> Laid:
    """Add what a template has and the card lacks; twice is once."""
    template = next((found for found in card_templates.shipped() if found.code == code), None)
    if template is None:
        raise Http404
    laid = card_templates.lay(template=template, by=viewer)
    return Laid(sections=laid.sections, fields=laid.fields)


@group.patch("/tags/{tag_id}", scope="cards:write", right="configure", body=Colouring, answer=KnownTag)
def colour_tag(viewer: User, tag_id: int, body: Colouring) -> KnownTag:
    tag = _found(Tag, tag_id)
    writes_of_fields.colour_tag(tag=tag, colour=body.colour)
    return known_tag(_found(Tag, tag_id))


def _found(model: Any, pk: int) -> Any:
    return or_404(model.objects.filter(pk=pk).first())


def _told_section(viewer: User, pk: int) -> SectionTold:
    return next(_section(part) for part in reads_of_cards.layout(viewer, archived=True) if part.section.pk == pk)


def _section(part: reads_of_cards.Part) -> SectionTold:
    section = part.section
    return SectionTold(
        id=section.pk, code=section.code, labels=section.labels, repeats=section.repeats,
        is_archived=section.is_archived, fields=[_field(field) for field in part.fields],
    )  # fmt: skip


def _field(field: Field) -> FieldTold:
    return FieldTold(
        id=field.pk, code=field.code, type=field.type, labels=field.labels,
        choices=[ChoiceTold(code=choice["code"], labels=choice["labels"]) for choice in field.choices],
        is_required=field.is_required, is_searchable=field.is_searchable, is_listed=field.is_listed,
        is_archived=field.is_archived,
    )  # fmt: skip
