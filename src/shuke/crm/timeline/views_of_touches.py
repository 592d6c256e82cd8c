"""Adding, changing, deleting and putting back touches, and sending their files."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuke.crm.customers.asked import asked
from shuke.crm.customers.models import Customer
from shuke.crm.people.models import User
from shuke.crm.people.reads import needs, viewer_of
from shuke.crm.timeline import entries, reads, views, writes
from shuke.crm.timeline.errors import RefusedFile, RefusedTouch
from shuke.crm.timeline.files import Brought
from shuke.crm.timeline.forms import TouchForm
from shuke.crm.timeline.models import Touch, kind_name
from shuke.crm.words import here
from shuke.ui.asked import takes_form_of
from shuke.ui.parts import Crumb
from shuke.ui.toasts import toast


@takes_form_of("timeline:show")
@needs("tag")
def add(request: HttpRequest, key: str) -> HttpResponse:
    """A new touch; what is refused comes back as it was typed."""
    viewer, customer = asked(request, key)
    _require_writing(viewer, customer)
    form = TouchForm(viewer, request.POST)
    refusals: tuple[str, ...] = ()
    if form.is_valid():
        try:
            touch = writes.add(customer=customer, by=viewer, said=form.said(), brought=_brought(request))
        except (RefusedTouch, RefusedFile) as reason:
            refusals = (_told(reason),)
        else:
            toast(request, here("timeline.added", kind=kind_name(touch.kind)))
            if request.headers.get("HX-Request"):
                return views.page(request, viewer, customer, entries.listing(viewer, customer))
            return HttpResponseRedirect(_permalink(touch))
    return views.page(request, viewer, customer, entries.listing(viewer, customer), form=form, refusals=refusals)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("tag")
def edit(request: HttpRequest, touch_id: int) -> HttpResponse:
    """A touch of one's own said otherwise, within a day."""
    viewer, touch = _asked(request, touch_id)
    if touch.deleted_at is not None or touch.by_id != viewer.pk:
        raise Http404(here("timeline.no_entry"))
    if not writes.may_change(viewer, touch):
        toast(request, here("timeline.refused.late"), tone="warning")
        return HttpResponseRedirect(_permalink(touch))
    form = TouchForm(viewer, request.POST if request.method == "POST" else None, touch)
    refusals: tuple[str, ...] = ()
    if form.is_valid():
        try:
            writes.change(touch=touch, by=viewer, said=form.said())
        except RefusedTouch as reason:
            refusals = (_told(reason),)
        else:
            toast(request, here("timeline.changed"))
            return HttpResponseRedirect(_permalink(touch))
    shown = {
        "form": form,
        "refusals": refusals,
        "touch": touch,
        "trail": [
            Crumb(here("customers.title"), reverse("customers:list")),
            Crumb(touch.customer.display_name, reverse("customers:card", args=[touch.customer.key])),
        ],
    }
    return render(request, "timeline/edit.html", shown, status=422 if form.is_bound else 200)


@require_POST
@needs("tag")
def delete(request: HttpRequest, touch_id: int) -> HttpResponse:
    """A touch of one's own off the list; the message can put it back."""
    viewer, touch = _asked(request, touch_id)
    try:
        writes.delete(touch=touch, by=viewer)
    except RefusedTouch as reason:
        toast(request, _told(reason), tone="error")
    else:
        undo = reverse("timeline:restore", args=[touch.pk])
        toast(request, here("timeline.deleted", kind=kind_name(touch.kind)), undo_url=undo)
    return HttpResponseRedirect(reverse("customers:card", args=[touch.customer.key]))


@require_POST
@needs("tag")
def restore(request: HttpRequest, touch_id: int) -> HttpResponse:
    """A deleted touch back in its place."""
    viewer, touch = _asked(request, touch_id)
    try:
        writes.restore(touch=touch, by=viewer)
    except RefusedTouch as reason:
        toast(request, _told(reason), tone="error")
        return HttpResponseRedirect(reverse("customers:card", args=[touch.customer.key]))
    toast(request, here("timeline.restored"), tone="info")
    return HttpResponseRedirect(_permalink(touch))


@require_safe
@needs("see")
def send_file(request: HttpRequest, file_id: int) -> FileResponse:
    """A file to keep, never to show: what a stranger made does not run in the pages' name."""
    found = reads.attachment(viewer_of(request), file_id)
    if found is None or not found.path.is_file():
        raise Http404(here("timeline.no_file"))
    writes.note_taken(attachment=found)
    response = FileResponse(found.path.open("rb"), as_attachment=True, filename=found.name)
    response.headers["Content-Type"] = found.content_type
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _asked(request: HttpRequest, touch_id: int) -> tuple[User, Touch]:
    viewer = viewer_of(request)
    touch = reads.touch(viewer, touch_id)
    if touch is None:
        raise Http404(here("timeline.no_entry"))
    _require_writing(viewer, touch.customer)
    return viewer, touch


def _require_writing(viewer: User, customer: Customer) -> None:
    if not reads.may_write(viewer, customer):
        raise PermissionDenied("write")


def _brought(request: HttpRequest) -> list[Brought]:
    return [Brought(file.name or "", file.chunks()) for file in request.FILES.getlist("files")]


def _told(reason: RefusedTouch | RefusedFile) -> str:
    if isinstance(reason, RefusedFile):
        return here(f"timeline.file.{reason.code}", **reason.said)
    return here(f"timeline.refused.{reason.code}")


def _permalink(touch: Touch) -> str:
    code = f"touch-{touch.pk}"
    return reverse("timeline:entry", args=[touch.customer.key, code]) + f"#{code}"
