"""The review of duplicates: pairs by strength, each with why; searched anew; told apart."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from shuke.crm.customers.reads_of_cards import all_fields
from shuke.crm.merging import reads, sides, writes_of_pairs
from shuke.crm.merging.models import Pair
from shuke.crm.people.models import User
from shuke.crm.people.reads import needs, viewer_of
from shuke.crm.words import here
from shuke.kit.text import number
from shuke.ui import language
from shuke.ui.asked import next_address, page_of
from shuke.ui.parts import Crumb, Option
from shuke.ui.toasts import toast


@require_safe
@needs("tag")
def show_list(request: HttpRequest) -> HttpResponse:
    """Pairs that may be one customer, the strongest first; or those that somebody told apart."""
    viewer = viewer_of(request)
    state = Pair.State.DIFFERENT if request.GET.get("show") == "different" else Pair.State.OPEN
    page, known = page_of(request, reads.pairs(viewer, state)), all_fields()
    shown = {
        "page": page,
        "lines": [(sides.line(viewer, pair, known), _may_merge(viewer, pair)) for pair in page],
        "state": state,
        "count": number(page.paginator.count, language.active()),
        "filters": [_option(one, state) for one in Pair.State.values],
        "job": reads.last_search(viewer),
        "may_search": writes_of_pairs.may_search(viewer),
        "trail": [Crumb(here("customers.title"), reverse("customers:list"))],
    }
    return render(request, "merging/pairs.html", shown)


def _may_merge(viewer: User, pair: Pair) -> bool:
    return reads.may_merge(viewer, pair.one) and reads.may_merge(viewer, pair.two)


def _option(state: str, current: str) -> Option:
    address = "?" if state == Pair.State.OPEN else f"?show={state}"
    return Option(here(f"merging.pairs.{state}"), address, current=state == current)


@require_POST
@needs("tag")
def search(request: HttpRequest) -> HttpResponse:
    """Have all cards compared."""
    writes_of_pairs.start_search(by=viewer_of(request))
    return HttpResponseRedirect(reverse("merging:list"))


@require_POST
@needs("tag")
def tell_apart(request: HttpRequest, pair_id: int) -> HttpResponse:
    """Two customers: never asked again."""
    pair = _pair(request, pair_id)
    writes_of_pairs.tell_apart(pair=pair, by=viewer_of(request))
    told = here("merging.pairs.told_apart", one=pair.one.display_name, two=pair.two.display_name)
    toast(request, told, undo_url=reverse("merging:doubt_again", args=[pair.pk]))
    return HttpResponseRedirect(next_address(request, reverse("merging:list")))


@require_POST
@needs("tag")
def doubt_again(request: HttpRequest, pair_id: int) -> HttpResponse:
    """Ask about them again."""
    writes_of_pairs.doubt_again(pair=_pair(request, pair_id), by=viewer_of(request))
    toast(request, here("merging.pairs.asked_again"), tone="info")
    return HttpResponseRedirect(next_address(request, reverse("merging:list")))


def _pair(request: HttpRequest, pk: int) -> Pair:
    found = reads.pair(viewer_of(request), pk)
    if found is None:
        raise Http404
    return found
