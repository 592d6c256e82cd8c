"""The page of lists, the part of a card that says which one a customer is on, and putting on and taking off."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuke.crm.customers import reads as customers
from shuke.crm.customers.asked import asked
from shuke.crm.customers.models import Customer
from shuke.crm.lists import proposals, reads, writes
from shuke.crm.lists.forms import GroundForm, ManyForm
from shuke.crm.lists.models import ListCode, Listed
from shuke.crm.lists.notices import TONES, until
from shuke.crm.people.models import User
from shuke.crm.people.reads import needs, viewer_of
from shuke.crm.words import here
from shuke.kit.text import number
from shuke.ui import language
from shuke.ui.asked import next_address, page_of, takes_form_of
from shuke.ui.parts import Crumb, Option
from shuke.ui.toasts import toast

_NAMED = 10
"""How many numbers that nobody has a toast names."""


@require_safe
@needs("see")
def show(request: HttpRequest) -> HttpResponse:
    """One of the lists, those that end soon, or whom the scores propose."""
    return _page(request, viewer_of(request), ManyForm())


@takes_form_of("lists:show")
@needs("lists")
def put_many(request: HttpRequest) -> HttpResponse:
    """Put many on a list by their numbers, or one who is proposed."""
    viewer, form = viewer_of(request), ManyForm(request.POST)
    if not form.is_valid():
        return _page(request, viewer, form)
    keys, ground = form.cleaned_data["keys"], form.ground()
    found = dict(customers.visible(viewer, "write").filter(key__in=keys).values_list("key", "pk"))
    done = writes.put_on(customers=list(found.values()), ground=ground, by=viewer)
    name = ListCode(ground.list_code).label
    toast(request, here("lists.put_many", name=name, count=number(len(done), language.active())))
    unknown = [key for key in keys if key not in found]
    if unknown:
        shown = here("cards.and").join(unknown[:_NAMED])
        count = number(len(unknown), language.active())
        toast(request, here("lists.unknown", count=count, keys=shown), tone="warning")
    return HttpResponseRedirect(next_address(request, f"{reverse('lists:show')}?list={ground.list_code}"))


@require_POST
@needs("lists")
def take_off(request: HttpRequest, listed_id: int) -> HttpResponse:
    """Take off the customer of a row."""
    viewer = viewer_of(request)
    row = reads.row(viewer, listed_id)
    if row is None:
        raise Http404
    _require(viewer, row.customer)
    writes.take_off(customers=[row.customer_id], by=viewer)
    name = {"name": row.customer.display_name, "list": row.get_list_code_display()}
    toast(request, here("lists.taken_off", **name))
    return HttpResponseRedirect(next_address(request, reverse("lists:show")))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("see")
def of_customer(request: HttpRequest, key: str) -> HttpResponse:
    """Which list the customer is on and was on; with POST, put on one."""
    viewer, customer = asked(request, key)
    if request.method != "POST":
        return _card(request, viewer, customer, GroundForm())
    _require(viewer, customer)
    form = GroundForm(request.POST)
    if not form.is_valid():
        return _card(request, viewer, customer, form)
    writes.put_on(customers=[customer.pk], ground=form.ground(), by=viewer)
    name = ListCode(form.cleaned_data["list_code"]).label
    toast(request, here("lists.put", name=customer.display_name, list=name))
    return HttpResponseRedirect(_address(customer))


def _require(viewer: User, customer: Customer) -> None:
    if not reads.may_list(viewer, customer):
        raise PermissionDenied("lists")


def _address(customer: Customer) -> str:
    return reverse("customers:card", args=[customer.key])


def _card(request: HttpRequest, viewer: User, customer: Customer, form: GroundForm) -> HttpResponse:
    now, rows = reads.current(viewer, customer), list(reads.history(viewer, customer))
    part = request.headers.get("HX-Request")
    shown = {
        "customer": customer,
        "now": _row(now) if now else None,
        "before": [_row(one) for one in rows if now is None or one.pk != now.pk],
        "form": form,
        "may_list": reads.may_list(viewer, customer),
        "card": _address(customer),
        "trail": [Crumb(here("customers.title"), reverse("customers:list")),
                  Crumb(customer.display_name, _address(customer))],
    }  # fmt: skip
    template = "lists/_of_customer.html" if part else "lists/of_customer.html"
    response = render(request, template, shown, status=422 if form.is_bound else 200)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _page(request: HttpRequest, viewer: User, form: ManyForm) -> HttpResponse:
    proposed = proposals.proposed(viewer)
    which = request.GET.get("list", "")
    known = [*ListCode.values, "soon", *(["proposed"] if proposed is not None else [])]
    which = which if which in known else known[0]
    counts = reads.counts(viewer) | {"soon": reads.ending_soon(viewer).count()}
    if proposed is not None:
        counts["proposed"] = proposed.count()
    page = page_of(request, _rows_of(viewer, which, proposed))
    lines = [_proposal(viewer, one) for one in page] if which == "proposed" else [_line(viewer, one) for one in page]
    shown = {
        "which": which,
        "options": [_option(code, which, counts[code]) for code in known],
        "page": page,
        "lines": lines,
        "about": here(f"lists.about.{which}", days=reads.SOON_DAYS),
        "may_list": viewer.may("lists"),
        "form": form,
        "here": f"{reverse('lists:show')}?{request.GET.urlencode()}",
    }
    return render(request, "lists/lists.html", shown, status=422 if form.is_bound else 200)


def _rows_of(viewer: User, which: str, proposed: Any) -> Any:
    if which == "proposed":
        return proposed
    return reads.ending_soon(viewer) if which == "soon" else reads.listed(viewer, which)


def _option(code: str, which: str, count: int) -> Option:
    label = ListCode(code).label if code in ListCode.values else here(f"lists.tab.{code}")
    return Option(str(label), f"{reverse('lists:show')}?list={code}", code == which, number(count, language.active()))


def _row(one: Listed) -> dict[str, Any]:
    return {
        "row": one,
        "name": one.get_list_code_display(),
        "tone": TONES[ListCode(one.list_code)],
        "until": until(one),
        "by": one.listed_by.shown_name if one.listed_by else "—",
        "ended": one.ended_at,
        "ended_by": one.ended_by.shown_name if one.ended_by else "—",
    }


def _line(viewer: User, one: Listed) -> dict[str, Any]:
    take_off = reverse("lists:take_off", args=[one.pk]) if reads.may_list(viewer, one.customer) else ""
    return _row(one) | {"customer": one.customer, "href": _address(one.customer), "take_off": take_off}


def _proposal(viewer: User, score: Any) -> dict[str, Any]:
    code, why = proposals.said(score)
    return {
        "customer": score.customer,
        "href": _address(score.customer),
        "code": code,
        "name": ListCode(code).label,
        "tone": TONES[ListCode(code)],
        "why": why,
        "may_put": reads.may_list(viewer, score.customer),
    }
