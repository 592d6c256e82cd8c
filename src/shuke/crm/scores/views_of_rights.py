"""Giving customers to somebody, and uncovering a contact."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from shuke.crm.customers import assigning
from shuke.crm.customers import reads as customers
from shuke.crm.customers.errors import NoSuchCustomer, RefusedAssignment
from shuke.crm.customers.models import Assignment
from shuke.crm.people.models import User
from shuke.crm.people.reads import needs, viewer_of
from shuke.crm.scores.rights import contact
from shuke.crm.scores.views import _back, _ids
from shuke.crm.words import here
from shuke.kit.text import number
from shuke.ui import language
from shuke.ui.parts import Crumb
from shuke.ui.toasts import toast


@require_POST
@needs("see")
def assign(request: HttpRequest) -> HttpResponse:
    """Give the customers ticked to somebody, or to nobody; the message can undo it."""
    viewer, ids = viewer_of(request), _ids(request)
    if viewer.scope("customers", "assign") == "none":
        raise PermissionDenied("assign")
    response = HttpResponseRedirect(_back(request))
    if not ids:
        toast(request, here("customers.tag.nobody"), tone="warning")
        return response
    try:
        made = assigning.assign(customers=ids, to=_to(request.POST.get("to", "")), by=viewer)
    except RefusedAssignment:
        toast(request, here("scores.assign.refused"), tone="error")
        return response
    _tell(request, made, len(ids))
    return response


def _to(text: str) -> User | None:
    """The user chosen; None for nobody. Raises RefusedAssignment for one there is not."""
    if not text:
        return None
    found = User.objects.filter(pk=int(text)).first() if text.isascii() and text.isdigit() and len(text) < 9 else None
    if found is None:
        raise RefusedAssignment(f"There is no user {text!r}: choose one of the list.")
    return found


def _tell(request: HttpRequest, made: Assignment | None, asked: int) -> None:
    if made is None:
        toast(request, here("scores.assign.none"), tone="info")
        return
    done = sum(len(ids) for ids in made.before.values())
    words = {"count": number(done, language.active())}
    undo = reverse("customers:undo_assign", args=[made.pk])
    key = "scores.assign.done" if made.to else "scores.assign.done_nobody"
    toast(request, here(key, name=str(made.to or ""), **words), undo_url=undo)
    if done < asked:
        toast(request, here("scores.assign.left", count=number(asked - done, language.active())), tone="info")


@require_POST
@needs("see")
def undo_assign(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """Give them back to whom they had before."""
    count = assigning.undo(assignment_id=assignment_id, by=viewer_of(request))
    toast(request, here("scores.assign.undone", count=number(count, language.active())), tone="info")
    return HttpResponseRedirect(_back(request))


@never_cache
@require_POST
@needs("see")
def reveal(request: HttpRequest, key: str) -> HttpResponse:
    """One contact in full, which the audit notes."""
    viewer, field = viewer_of(request), request.POST.get("field", "")
    try:
        customer = customers.customer(viewer, key)
    except NoSuchCustomer as reason:
        raise Http404(here("customers.unknown", customer=key)) from reason
    text = assigning.reveal(customer=customer, field=field, by=viewer)
    shown = {
        "one": contact(viewer, customer, field, text=text),
        "trail": [Crumb(customer.display_name, reverse("customers:card", args=[customer.key]))],
    }
    by_script = request.headers.get("HX-Request")
    return render(request, "scores/_contact.html" if by_script else "scores/revealed.html", shown)
