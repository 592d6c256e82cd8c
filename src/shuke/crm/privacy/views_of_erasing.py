"""Erasing a customer: what will go, the typed confirmation, how far it is; and the list of erasures."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuke.crm.customers.asked import asked
from shuke.crm.people.reads import needs, viewer_of
from shuke.crm.privacy import erased, erasing, reads
from shuke.crm.privacy.errors import RefusedErasure
from shuke.crm.privacy.forms import ErasureForm, ReturnForm
from shuke.crm.privacy.models import Erasure
from shuke.crm.privacy.views import trail
from shuke.crm.words import here
from shuke.kit.text import number
from shuke.ui import language
from shuke.ui.asked import page_of
from shuke.ui.parts import Crumb
from shuke.ui.toasts import toast

_TONES = {Erasure.State.WAITING: "", Erasure.State.RUNNING: "accent", Erasure.State.DONE: "good"}


@require_http_methods(["GET", "HEAD", "POST"])
@needs("erase")
def erase(request: HttpRequest, key: str) -> HttpResponse:
    """What will go, and why; then the job."""
    viewer, customer = asked(request, key)
    if not reads.may_erase(viewer, customer):
        raise PermissionDenied("erase")
    there = reads.open_erasure(viewer, customer)
    if there is not None:
        return redirect("privacy:erasure", there.pk)
    form = ErasureForm(customer, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = erasing.ask(customer=customer, asked=form.asked(), by=viewer)
        except RefusedErasure as reason:
            toast(request, reason.told(language.active()), tone="error")
        else:
            return redirect("privacy:erasure", made.pk)
    shown = {
        "customer": customer,
        "held": _counted((holding.code, count) for holding, count in reads.held(viewer, customer)),
        "form": form,
        "trail": trail(customer),
    }
    return render(request, "privacy/erase.html", shown, status=422 if form.is_bound else 200)


@require_safe
@needs("erase")
def erasure(request: HttpRequest, erasure_id: int) -> HttpResponse:
    """One erasure: how far it is, and what it took."""
    found = get_object_or_404(reads.erasures(viewer_of(request)), pk=erasure_id)
    is_done = found.state == Erasure.State.DONE
    shown = {
        **_row(found),
        "erasure": found,
        "held": _counted(found.counts.items()),
        "is_done": is_done,
        "is_stopped": not is_done and (found.job is None or found.job.is_over),
        "trail": [Crumb(here("privacy.erasures.title"), reverse("privacy:erasures"))],
    }
    return render(request, "privacy/erasure.html", shown)


@require_POST
@needs("erase")
def take_up(request: HttpRequest, erasure_id: int) -> HttpResponse:
    """Go on with one that was stopped."""
    viewer = viewer_of(request)
    found = get_object_or_404(reads.erasures(viewer), pk=erasure_id)
    erasing.take_up(erasure=found, by=viewer)
    return redirect("privacy:erasure", found.pk)


@require_safe
@needs("erase")
def erasures(request: HttpRequest) -> HttpResponse:
    """All erasures, the latest first; and a key that may come again."""
    page = page_of(request, reads.erasures(viewer_of(request)))
    shown = {"page": page, "rows": [_row(one) for one in page], "form": ReturnForm()}
    return render(request, "privacy/erasures.html", shown)


@require_POST
@needs("erase")
def let_return(request: HttpRequest) -> HttpResponse:
    """Somebody erased came back: imports take the key again."""
    form = ReturnForm(request.POST)
    back = HttpResponseRedirect(reverse("privacy:erasures"))
    if not form.is_valid():
        toast(request, here("privacy.return.unknown"), tone="warning")
    elif erased.let_return(key=form.cleaned_data["key"].strip(), by=viewer_of(request)):
        toast(request, here("privacy.return.done"))
    else:
        toast(request, here("privacy.return.unknown"), tone="warning")
    return back


def _counted(counts: Any) -> list[dict[str, str]]:
    tongue = language.active()
    return [{"title": here(f"privacy.holding.{code}"), "count": number(count, tongue)} for code, count in counts]


def _row(found: Erasure) -> dict[str, Any]:
    return {
        "href": reverse("privacy:erasure", args=[found.pk]),
        "number": found.pk,
        "at": found.asked_at,
        "done_at": found.done_at,
        "by": found.asked_by.shown_name,
        "reason": here(f"privacy.reason.{found.reason}"),
        "reference": found.reference,
        "digest": found.digest[:12],
        "purchases": here("privacy.erasure.kept" if found.keeps_purchases else "privacy.erasure.gone"),
        "state": here(f"privacy.erasure.state.{found.state}"),
        "tone": _TONES[Erasure.State(found.state)],
    }
