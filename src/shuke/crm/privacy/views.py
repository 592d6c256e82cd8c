"""The part of the card on personal data: what stands of consent, what was said before, and a new statement."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST

from shuke.crm.customers import reads as customers
from shuke.crm.customers.asked import asked
from shuke.crm.customers.models import Customer
from shuke.crm.people.models import User
from shuke.crm.people.reads import needs
from shuke.crm.privacy import dossier, reads, writes
from shuke.crm.privacy.errors import RefusedStatement
from shuke.crm.privacy.forms import StatementForm
from shuke.crm.privacy.models import Channel, Purpose, Source, State
from shuke.crm.privacy.writes import Said
from shuke.crm.words import here
from shuke.ui import language
from shuke.ui.parts import Crumb
from shuke.ui.toasts import toast

TONES = {State.GIVEN: "good", State.REFUSED: "bad", State.WITHDRAWN: "warn", reads.UNKNOWN: ""}


@require_http_methods(["GET", "HEAD", "POST"])
@needs("see")
def consents(request: HttpRequest, key: str) -> HttpResponse:
    """What stands; with POST a new statement, which comes back as typed where it is refused."""
    viewer, customer = asked(request, key)
    if request.method != "POST":
        return _shown(request, viewer, customer)
    _require_writing(viewer, customer)
    form = StatementForm(request.POST, reads.out_of_use(viewer, customer))
    if not form.is_valid():
        return _shown(request, viewer, customer, form)
    return _noted(request, viewer, customer, form.said())


@require_POST
@needs("see")
def say_at_once(request: HttpRequest, key: str) -> HttpResponse:
    """One press: given where it is not, withdrawn where it is. Taking back is no harder than giving."""
    viewer, customer = asked(request, key)
    _require_writing(viewer, customer)
    channel = Channel.objects.filter(code=request.POST.get("channel", "")).first()
    state, purpose = request.POST.get("state", ""), request.POST.get("purpose", Purpose.MARKETING)
    if channel is None:
        raise Http404
    said = Said(channel, state, request.POST.get("source", Source.OTHER), timezone.localdate(), purpose)
    return _noted(request, viewer, customer, said)


@require_POST
@needs("export")
def take(request: HttpRequest, key: str) -> FileResponse:
    """All that is held on the customer as a ZIP."""
    viewer, customer = asked(request, key)
    made = dossier.write(customer=customer, viewer=viewer)
    name = f"{here('privacy.dossier.file')}-{customer.pk}-{timezone.localdate():%Y-%m-%d}.zip"
    response = FileResponse(made, as_attachment=True, filename=name, content_type="application/zip")
    response["Cache-Control"] = "private, no-store"
    return response


def trail(customer: Customer) -> list[Crumb]:
    """The way here from the list."""
    return [
        Crumb(here("customers.title"), reverse("customers:list")),
        Crumb(customer.display_name, reverse("customers:card", args=[customer.key])),
    ]


def _noted(request: HttpRequest, viewer: User, customer: Customer, said: Said) -> HttpResponse:
    try:
        writes.note(customers=[customer.pk], said=said, by=viewer)
    except RefusedStatement as reason:
        toast(request, reason.told(language.active()), tone="error")
    else:
        words = {"channel": said.channel.label(language.active()), "state": here(f"privacy.state.{said.state}")}
        toast(request, here("privacy.noted", **words))
    if request.headers.get("HX-Request"):
        return _shown(request, viewer, customer)
    return HttpResponseRedirect(reverse("customers:card", args=[customer.key]))


def _require_writing(viewer: User, customer: Customer) -> None:
    if not may_write(viewer, customer):
        raise PermissionDenied("write")


def may_write(viewer: User, customer: Customer) -> bool:
    """Whether the viewer may note a statement: who may edit the card."""
    return viewer.may("tag") and customers.may_do(viewer, customer, "write")


def _shown(request: HttpRequest, viewer: User, customer: Customer, form: StatementForm | None = None) -> HttpResponse:
    part = request.headers.get("HX-Request")
    shown: dict[str, Any] = {
        "customer": customer,
        "rows": [_row(one) for one in reads.standings(viewer, customer)],
        "said": [_told(one) for one in reads.statements(viewer, customer)[:100]],
        "form": form or StatementForm(also=reads.out_of_use(viewer, customer)),
        "form_open": form is not None,
        "may_write": may_write(viewer, customer),
        "may_take": reads.may_take(viewer, customer),
        "may_erase": reads.may_erase(viewer, customer),
        "part": part,
        "trail": trail(customer),
    }
    template = "privacy/_consents.html" if part else "privacy/consents.html"
    response = render(request, template, shown, status=422 if form is not None else 200)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _row(one: reads.Stands) -> dict[str, Any]:
    said = one.statement
    is_given = one.state == State.GIVEN
    return {
        "channel": one.channel.label(language.active()),
        "code": one.channel.code,
        "purpose": "" if one.purpose == Purpose.MARKETING else here(f"privacy.purpose.{one.purpose}"),
        "purpose_code": one.purpose,
        "state": here(f"privacy.state.{one.state}"),
        "tone": TONES[one.state],
        "on": said.on if said else None,
        "source": here(f"privacy.source.{said.source}") if said else "",
        "may_turn": is_given or not one.channel.archived,
        "next": State.WITHDRAWN if is_given else State.GIVEN,
        "next_label": here("privacy.withdraw" if is_given else "privacy.give"),
    }


def _told(one: Any) -> dict[str, Any]:
    return {
        "on": one.on,
        "text": here(
            "privacy.said",
            channel=one.channel.label(language.active()),
            purpose=here(f"privacy.purpose.{one.purpose}"),
            state=here(f"privacy.state.{one.state}"),
        ),
        "source": here(f"privacy.source.{one.source}"),
        "by": one.noted_by.shown_name if one.noted_by else "",
        "evidence": one.evidence,
    }
