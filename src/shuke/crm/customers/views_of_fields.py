"""An administrator arranges the card: sections, fields, templates, the colours of tags."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuke.crm.customers import card_templates, reads_of_cards, writes_of_fields
from shuke.crm.customers.errors import RefusedField
from shuke.crm.customers.forms import FieldForm, SectionForm, colours
from shuke.crm.customers.models import Field, Section, Tag
from shuke.crm.people.reads import needs, viewer_of
from shuke.crm.words import here
from shuke.ui import language
from shuke.ui.parts import Crumb
from shuke.ui.toasts import toast

_GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@needs("configure")
def arrange(request: HttpRequest) -> HttpResponse:
    """The card's sections and fields, and the templates that can be laid on it."""
    viewer = viewer_of(request)
    found = [
        {"template": template, "laid": card_templates.laid_fields(template), "all": _count(template)}
        for template in card_templates.shipped()
    ]
    parts = reads_of_cards.layout(viewer, archived=True)
    tags = [{"tag": tag, "name": here(f"customers.colour.{tag.colour or 'grey'}")} for tag in Tag.objects.all()]
    shown = {"parts": parts, "templates": found, "tags": tags, "colours": colours(), "trail": _trail()}
    return render(request, "customers/arrange.html", shown)


def _count(template: card_templates.Template) -> int:
    return sum(len(section.fields) for section in template.sections)


@require_POST
@needs("configure")
def lay_template(request: HttpRequest, code: str) -> HttpResponse:
    """Add what a template has and the card lacks."""
    template = next((found for found in card_templates.shipped() if found.code == code), None)
    if template is None:
        raise Http404
    laid = card_templates.lay(template=template, by=viewer_of(request))
    toast(request, here("cards.template.laid", name=template.label, sections=laid.sections, fields=laid.fields))
    return redirect("customers:arrange")


@_GET_OR_POST
@needs("configure")
def add_section(request: HttpRequest) -> HttpResponse:
    """A new section."""
    form = SectionForm(request.POST or None)
    if form.is_bound and form.is_valid():
        made = writes_of_fields.add_section(labels=form.labels, repeats=form.cleaned_data["repeats"])
        toast(request, here("cards.field.saved", name=made.label))
        return redirect("customers:arrange")
    return _page(request, form, here("cards.field.add_section"))


@_GET_OR_POST
@needs("configure")
def edit_section(request: HttpRequest, section_id: int) -> HttpResponse:
    """Another name for a section."""
    section = get_object_or_404(Section, pk=section_id)
    form = SectionForm(request.POST or None, section)
    if form.is_bound and form.is_valid():
        writes_of_fields.change_section(section=section, labels=form.labels)
        toast(request, here("cards.field.saved", name=section.label))
        return redirect("customers:arrange")
    return _page(request, form, section.label)


@_GET_OR_POST
@needs("configure")
def add_field(request: HttpRequest, section_id: int) -> HttpResponse:
    """A new field in a section."""
    section = get_object_or_404(Section, pk=section_id)
    form = FieldForm(request.POST or None, section=section)
    if form.is_bound and form.is_valid():
        try:
            made = writes_of_fields.add_field(section=section, by=viewer_of(request), **form.values)
        except RefusedField as reason:
            form.add_error(_blamed(reason), reason.told(language.active()))
        else:
            toast(request, here("cards.field.saved", name=made.label))
            return redirect("customers:arrange")
    return _page(request, form, here("cards.field.add_to", section=section.label))


@_GET_OR_POST
@needs("configure")
def edit_field(request: HttpRequest, field_id: int) -> HttpResponse:
    """Change a field."""
    field = get_object_or_404(Field.objects.select_related("section"), pk=field_id)
    form = FieldForm(request.POST or None, section=field.section, field=field)
    if form.is_bound and form.is_valid():
        try:
            writes_of_fields.change_field(field=field, by=viewer_of(request), **form.values)
        except RefusedField as reason:
            form.add_error(_blamed(reason), reason.told(language.active()))
        else:
            toast(request, here("cards.field.saved", name=field.label))
            return redirect("customers:arrange")
    return _page(request, form, Field.objects.get(pk=field.pk).label)


def _blamed(reason: RefusedField) -> str:
    """The control beside which the reason stands."""
    return "choices" if "choice" in (reason.key or "") else "type"


@require_POST
@needs("configure")
def archive_field(request: HttpRequest, field_id: int) -> HttpResponse:
    """Put a field away, or take it back; its values are kept."""
    field = get_object_or_404(Field, pk=field_id)
    away = "back" not in request.POST
    writes_of_fields.archive_field(field=field, is_archived=away, by=viewer_of(request))
    toast(request, here("cards.field.archived" if away else "cards.field.taken_back", name=field.label))
    return HttpResponseRedirect(reverse("customers:arrange") + f"#field-{field.pk}")


@require_POST
@needs("configure")
def archive_section(request: HttpRequest, section_id: int) -> HttpResponse:
    """Put a section away with its fields, or take it back."""
    section = get_object_or_404(Section, pk=section_id)
    away = "back" not in request.POST
    writes_of_fields.change_section(section=section, labels=section.labels, is_archived=away)
    toast(request, here("cards.field.archived" if away else "cards.field.taken_back", name=section.label))
    return redirect("customers:arrange")


@require_POST
@needs("configure")
def move_field(request: HttpRequest, field_id: int) -> HttpResponse:
    """One place up or down in its section."""
    field = get_object_or_404(Field.objects.select_related("section"), pk=field_id)
    writes_of_fields.move(thing=field, up="up" in request.POST)
    return HttpResponseRedirect(reverse("customers:arrange") + f"#field-{field.pk}")


@require_POST
@needs("configure")
def move_section(request: HttpRequest, section_id: int) -> HttpResponse:
    """One place up or down on the card."""
    section = get_object_or_404(Section, pk=section_id)
    writes_of_fields.move(thing=section, up="up" in request.POST)
    return HttpResponseRedirect(reverse("customers:arrange") + f"#section-{section.pk}")


@require_POST
@needs("configure")
def colour_tag(request: HttpRequest, tag_id: int) -> HttpResponse:
    """Give a tag a colour."""
    tag = get_object_or_404(Tag, pk=tag_id)
    colour = request.POST.get("colour", "")
    if colour not in Tag.Colour.values:
        raise Http404
    writes_of_fields.colour_tag(tag=tag, colour=colour)
    toast(request, here("cards.field.saved", name=tag.name))
    return redirect("customers:arrange")


def _page(request: HttpRequest, form: Any, title: str) -> HttpResponse:
    trail = [*_trail(), Crumb(here("cards.field.arrange"), reverse("customers:arrange"))]
    shown = {"form": form, "title": title, "trail": trail}
    return render(request, "customers/field.html", shown, status=422 if form.is_bound else 200)


def _trail() -> list[Crumb]:
    return [Crumb(here("customers.title"), reverse("customers:list"))]
