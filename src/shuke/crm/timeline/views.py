"""A customer's timeline: a part of the card, and a page of its own."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from shuke.crm.customers.asked import asked
from shuke.crm.customers.models import Customer
from shuke.crm.people.models import User
from shuke.crm.people.reads import needs
from shuke.crm.timeline import entries, reads
from shuke.crm.timeline.entries import Listing, Place
from shuke.crm.timeline.forms import TouchForm, accepted
from shuke.crm.timeline.models import Kind
from shuke.crm.words import here
from shuke.kit.text import number
from shuke.ui import language
from shuke.ui.parts import Crumb

GROUPS: dict[str, frozenset[str]] = {
    **{kind: frozenset({kind}) for kind in Kind.values},
    "purchase": frozenset({"purchase"}),
    "standing": frozenset({"standing"}),
    "card": frozenset({"card"}),
    "consent": frozenset({"consent"}),
}
"""What the list can be narrowed to."""


@require_safe
@needs("see")
def show(request: HttpRequest, key: str) -> HttpResponse:
    """The list from its top, or from where a page before it ended; to htmx the part that changes."""
    viewer, customer = asked(request, key)
    before = Place.read(request.GET.get("before", ""))
    kinds, by = _narrowed(request.GET)
    found = entries.listing(viewer, customer, kinds=kinds, by=by, before=before)
    if before is not None and request.headers.get("HX-Request"):
        return _varied(render(request, "timeline/_entries.html", _listed(customer, found, request.GET)))
    return page(request, viewer, customer, found, continued=before is not None)


@require_safe
@needs("see")
def show_entry(request: HttpRequest, key: str, code: str) -> HttpResponse:
    """The list from one entry on, which is marked: where a permalink leads."""
    viewer, customer = asked(request, key)
    found = entries.entry(viewer, customer, code)
    if found is None:
        raise Http404(here("timeline.no_entry"))
    entry, place = found
    listed = entries.listing(viewer, customer, before=place, including=True)
    return page(request, viewer, customer, listed, continued=True, marked=entry.code)


def page(
    request: HttpRequest,
    viewer: User,
    customer: Customer,
    found: Listing,
    *,
    form: TouchForm | None = None,
    refusals: tuple[str, ...] = (),
    continued: bool = False,
    marked: str = "",
) -> HttpResponse:
    """The whole part, with the form on top; a page of its own for who opens its address."""
    kinds, by = _narrowed(request.GET)
    shown: dict[str, Any] = _listed(customer, found, request.GET) | {
        "form": form or TouchForm(viewer),
        "form_open": form is not None,
        "refusals": refusals,
        "accepted": accepted(),
        "may_write": reads.may_write(viewer, customer),
        "continued": continued,
        "marked": marked,
        "kinds": [(code, here(f"timeline.group.{code}"), bool(kinds) and GROUPS[code] <= kinds) for code in GROUPS],
        "writers": reads.writers(viewer, customer),
        "by": by,
        "narrowed": bool(kinds) or by is not None,
        "last": _last(viewer, customer),
        "part": request.headers.get("HX-Request"),
        "trail": [
            Crumb(here("customers.title"), reverse("customers:list")),
            Crumb(customer.display_name, reverse("customers:card", args=[customer.key])),
        ],
    }
    template = "timeline/_timeline.html" if shown["part"] else "timeline/page.html"
    return _varied(render(request, template, shown, status=422 if form is not None else 200))


def _listed(customer: Customer, found: Listing, query: QueryDict) -> dict[str, Any]:
    address = reverse("timeline:show", args=[customer.key])
    kept = [(name, value) for name in ("kind", "by") for value in query.getlist(name)]
    more = f"{address}?{urlencode([*kept, ('before', found.more)])}" if found.more else ""
    return {
        "customer": customer,
        "address": address,
        "entries": found.entries,
        "more": more,
        "failed": [here(f"timeline.failed.{code}") for code in found.failed],
    }


def _narrowed(query: QueryDict) -> tuple[frozenset[str], int | None]:
    """What the address narrows the list to; what it does not know is passed over."""
    kinds = frozenset().union(*(GROUPS[code] for code in query.getlist("kind") if code in GROUPS))
    by = query.get("by", "")
    return kinds, int(by) if by.isascii() and by.isdecimal() and len(by) < 19 else None


def _last(viewer: User, customer: Customer) -> str:
    at = reads.last_touch(viewer, customer)
    if at is None:
        return here("timeline.last.never")
    days = (timezone.localdate() - timezone.localtime(at).date()).days
    return (
        here("timeline.last.today") if days <= 0 else here("timeline.last.days", count=number(days, language.active()))
    )


def _varied(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["HX-Request"])
    return response
