"""The bulk edit of the list: what, for whom, and back."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from shuke.crm.customers import fields as types
from shuke.crm.customers import reads as customers
from shuke.crm.customers import reads_of_cards, writes_of_cards
from shuke.crm.customers.forms import CardForm
from shuke.crm.customers.models import Act, Field
from shuke.crm.customers.writes_of_cards import TAG, UNTAG
from shuke.crm.people.models import User
from shuke.crm.people.reads import needs, viewer_of
from shuke.crm.scores import asked, bulk
from shuke.crm.scores.bulk import NEVER
from shuke.crm.words import here
from shuke.kit.text import number
from shuke.ui import language
from shuke.ui.asked import takes_form_of
from shuke.ui.parts import Crumb
from shuke.ui.toasts import toast

_TAG_LENGTH = 40


@takes_form_of("customers:list")
@needs("tag")
@asked.tells_refused
def edit(request: HttpRequest) -> HttpResponse:
    """Choose what to change and to what, then change it; a field chosen anew asks for its value again.

    Opened from a list with nobody ticked, it offers all of the list.
    """
    viewer = viewer_of(request)
    ids, address = asked.ids_of(request), asked.address_of(request)
    opened = "list" in request.POST and "apply" not in request.POST
    everybody = request.POST.get("whom") == "all" or (opened and not ids)
    if not ids and not everybody:
        toast(request, here("customers.tag.nobody"), tone="warning")
        return HttpResponseRedirect(asked.page_of_list(address))
    offered = {field.code: field for field in reads_of_cards.editable(viewer) if field.code not in NEVER}
    field = offered.get(request.POST.get("field", ""), _tag_field(viewer, request.POST.get("field", "")))
    drawn = request.POST.get("drawn") == field.code
    form = CardForm([field], request.POST if drawn else None, viewer=viewer)
    if drawn and "apply" in request.POST and form.is_valid():
        return _apply(request, viewer, field, form.values[field.code], [] if everybody else ids, address)
    shown = {
        "form": form, "field": field, "offered": offered.values(), "ids": ids, "list": address, "all": everybody,
        "count": number(len(ids), language.active()), "trail": _trail(), "acts": _tag_acts(),
        "known_tags": customers.all_tags(viewer),
    }  # fmt: skip
    part = getattr(request, "htmx", False) and not drawn
    template = "scores/_bulk_value.html" if part else "scores/bulk.html"
    return render(request, template, shown, status=422 if form.is_bound else 200)


def _tag_acts() -> list[tuple[str, str]]:
    return [(TAG, here("cards.bulk.tag")), (UNTAG, here("cards.bulk.untag"))]


def _tag_field(viewer: User, code: str) -> Field:
    """Tagging and untagging, asked for as a field is."""
    kind = UNTAG if code == UNTAG else TAG
    label = here(f"cards.bulk.{kind}")
    if kind == TAG:
        return Field(code=TAG, type=Field.Type.TEXT, labels={language.active(): label}, is_required=True)
    choices = [{"code": name, "labels": {language.active(): name}} for name in customers.all_tags(viewer)]
    return Field(
        code=UNTAG, type=Field.Type.CHOICE, labels={language.active(): label}, choices=choices, is_required=True
    )  # fmt: skip


def _apply(request: HttpRequest, viewer: User, field: Field, value: Any, ids: list[int], address: str) -> HttpResponse:
    if field.code == TAG:
        value = " ".join(str(value).split())[:_TAG_LENGTH]
    wanted = ids or bulk.some_of_list(viewer, address)
    act = writes_of_cards.begin_act(field=field.code, value=value, by=viewer)
    if not ids and len(wanted) > writes_of_cards.AT_ONCE:
        job = bulk.ask(act, address=address, by=viewer)
        return redirect("jobs:job", job.pk)
    changed = writes_of_cards.do_act(act=act, customers=wanted)
    count = number(changed, language.active())
    undo = reverse("customers:undo_act", args=[act.pk]) if changed else ""
    toast(request, here("cards.bulk.done", count=count, what=_what(act, viewer)), undo_url=undo)
    return HttpResponseRedirect(asked.page_of_list(address))


@require_safe
@needs("tag")
def act(request: HttpRequest, act_id: int) -> HttpResponse:
    """What was done to many customers, and the way back."""
    viewer = viewer_of(request)
    found = _act(viewer, act_id)
    shown = {
        "act": found, "title": here("cards.bulk.title"), "what": _what(found, viewer), "trail": _trail(),
        "changed": number(found.changed, language.active()), "by": found.by.shown_name if found.by else "—",
    }  # fmt: skip
    return render(request, "customers/act.html", shown)


@require_POST
@needs("tag")
def undo(request: HttpRequest, act_id: int) -> HttpResponse:
    """Put back exactly what was before, but for cards that somebody changed again since."""
    viewer = viewer_of(request)
    found = _act(viewer, act_id)
    if found.undone_at is not None:
        toast(request, here("cards.bulk.undone_before"), tone="info")
        return redirect("customers:act", found.pk)
    if bulk.undo_waits(found):
        return redirect("jobs:job", bulk.ask_undo(found, by=viewer).pk)
    restored, kept = writes_of_cards.undo_act(act=found, by=viewer)
    told = here("cards.bulk.undone", count=number(restored, language.active()))
    if kept:
        told += " " + here("cards.bulk.kept", count=number(kept, language.active()))
    toast(request, told, tone="info")
    return redirect("customers:list")


def _act(viewer: User, pk: int) -> Act:
    found = reads_of_cards.act(viewer, pk)
    if found is None:
        raise Http404
    return found


def _what(act: Act, viewer: User) -> str:
    """What was done, in words."""
    if act.field in (TAG, UNTAG):
        return f"{here('cards.bulk.' + act.field)}: {act.value}"
    field = reads_of_cards.all_fields().get(act.field, Field(code=act.field))
    return f"{field.label}: {types.shown(field, act.value, viewer)}"


def _trail() -> list[Crumb]:
    return [Crumb(here("customers.title"), reverse("customers:list"))]
