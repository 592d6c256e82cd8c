"""Giving customers to somebody, and uncovering a contact."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shuke.crm.customers import assigning, writes_of_cards
from shuke.crm.customers.asked import asked
from shuke.crm.customers.errors import RefusedAssignment
from shuke.crm.customers.models import Assignment
from shuke.crm.people.models import User
from shuke.crm.people.reads import needs, viewer_of
from shuke.crm.scores import bulk
from shuke.crm.scores.asked import address_of, tells_refused
from shuke.crm.scores.rights import contact
from shuke.crm.scores.views import _back, _ids
from shuke.crm.words import here
from shuke.kit.text import number
from shuke.ui import language
from shuke.ui.asked import takes_form_of
from shuke.ui.parts import Crumb
from shuke.ui.toasts import toast


@require_POST
@needs("see")
@tells_refused
def assign(request: HttpRequest) -> HttpResponse:
    """Give the customers ticked, or all of the list, to somebody or to nobody; it can be undone. Many are a job."""
    viewer, ids = viewer_of(request), _ids(request)
    everybody = request.POST.get("assign_whom") == "all"
    if viewer.scope("customers", "assign") == "none":
        raise PermissionDenied("assign")
    response = HttpResponseRedirect(_back(request))
    if not ids and not everybody:
        toast(request, here("customers.tag.nobody"), tone="warning")
        return response
    try:
        to = _to(request.POST.get("to", ""))
        if everybody:
            address = address_of(request)
            ids = bulk.some_of_list(viewer, address, "assign")
            if len(ids) > writes_of_cards.AT_ONCE:
                made = assigning.begin(to=to, by=viewer)
                return redirect("jobs:job", bulk.ask_assign(made, address=address, by=viewer).pk)
        _tell(request, assigning.assign(customers=ids, to=to, by=viewer), len(ids))
    except RefusedAssignment:
        toast(request, here("scores.assign.refused"), tone="error")
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
    undo = reverse("customers:undo_assign", args=[made.pk])
    toast(request, _done(made), undo_url=undo)
    if (done := assigning.given(made)) < asked:
        toast(request, here("scores.assign.left", count=number(asked - done, language.active())), tone="info")


def _done(made: Assignment) -> str:
    count = number(assigning.given(made), language.active())
    return here("scores.assign.done" if made.to else "scores.assign.done_nobody", count=count, name=str(made.to or ""))


@require_safe
@needs("see")
def assignment(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """What was given to whom, and the way back."""
    found = assigning.assignment(viewer_of(request), assignment_id)
    if found is None:
        raise Http404
    shown = {
        "made": found, "what": _done(found), "may_undo": found.by_id == request.user.pk and assigning.given(found),
        "by": found.by.shown_name, "trail": [Crumb(here("customers.title"), reverse("customers:list"))],
    }  # fmt: skip
    return render(request, "scores/assignment.html", shown)


@require_POST
@needs("see")
def undo_assign(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """Give them back to whom they had before."""
    viewer = viewer_of(request)
    found = assigning.assignment(viewer, assignment_id)
    if found is not None and found.by_id == viewer.pk and bulk.unassign_waits(found):
        return redirect("jobs:job", bulk.ask_unassign(found, by=viewer).pk)
    count = assigning.undo(assignment_id=assignment_id, by=viewer)
    toast(request, here("scores.assign.undone", count=number(count, language.active())), tone="info")
    return HttpResponseRedirect(_back(request))


@never_cache
@takes_form_of("customers:card")
@needs("see")
def reveal(request: HttpRequest, key: str) -> HttpResponse:
    """One contact in full, which the audit notes."""
    (viewer, customer), field = asked(request, key), request.POST.get("field", "")
    text = assigning.reveal(customer=customer, field=field, by=viewer)
    shown = {
        "one": contact(viewer, customer, field, text=text),
        "trail": [Crumb(customer.display_name, reverse("customers:card", args=[customer.key]))],
    }
    by_script = request.headers.get("HX-Request")
    return render(request, "scores/_contact.html" if by_script else "scores/revealed.html", shown)
