"""The list of customers and the page of one customer."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_POST

from shuke.crm.customers import writes as customer_writes
from shuke.crm.customers.asked import asked
from shuke.crm.customers.errors import RefusedTag, RefusedView
from shuke.crm.customers.reads_of_cards import listed_fields
from shuke.crm.people.reads import may, needs, viewer_of
from shuke.crm.scores import card, export, reads, table
from shuke.crm.scores.asked import numbers
from shuke.crm.scores.query import Query, read
from shuke.crm.words import here
from shuke.kit.text import number
from shuke.ui import language
from shuke.ui.asked import next_address
from shuke.ui.toasts import toast


@require_GET
@needs("see")
def show_list(request: HttpRequest) -> HttpResponse:
    """The list; to htmx only the part that changes."""
    viewer, query = viewer_of(request), _query(request)
    run = reads.run_for_lists(viewer)
    rows, found = reads.listed(viewer, query, run)
    context = table.context(viewer, query, run, rows, found)
    part = getattr(request, "htmx", False) and request.headers.get("HX-Target") == "customers"
    response = render(request, "scores/_list.html" if part else "scores/list.html", context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    if part:
        response["HX-Push-Url"] = reverse("customers:list") + query.address(page=query.page)
    return response


@require_GET
@needs("see")
def show_card(request: HttpRequest, key: str) -> HttpResponse:
    """All that is known of one customer."""
    viewer, customer = asked(request, key)
    if customer.key != key:  # the card was merged: its old address leads to the other
        return HttpResponseRedirect(reverse("customers:card", args=[customer.key]))
    return render(request, "scores/card.html", card.context(viewer, customer))


@require_POST
@needs("export")
def send_export(request: HttpRequest) -> StreamingHttpResponse:
    """The whole list as CSV, as filtered, sorted and with the columns chosen; noted in the log of exports."""
    viewer, query = viewer_of(request), _query(request)
    lines = export.lines(viewer, query, reads.run_for_lists(viewer), language.active())
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{export.file_name()}"'
    return response


@require_POST
@needs("tag")
def tag_selected(request: HttpRequest) -> HttpResponse:
    """Put a tag on the customers ticked; the message can undo it."""
    ids, back = _ids(request), _back(request)
    name = " ".join(request.POST.get("tag", "").split())
    if not ids:
        toast(request, here("customers.tag.nobody"), tone="warning")
        return HttpResponseRedirect(back)
    try:
        colour = request.POST.get("colour", "")
        new = customer_writes.tag(customers=ids, name=name, by=viewer_of(request), colour=colour)
    except RefusedTag:
        toast(request, here("customers.tag.refused"), tone="error")
        return HttpResponseRedirect(back)
    if not new:
        toast(request, here("customers.tag.had", name=name), tone="info")
        return HttpResponseRedirect(back)
    count = number(len(new), language.active())
    toast(request, here("customers.tag.done", count=count, name=name), undo_url=table.undo_tag_url(name, new, back))
    return HttpResponseRedirect(back)


@require_POST
@needs("tag")
def untag(request: HttpRequest) -> HttpResponse:
    """Take a tag off customers, from a card or to undo."""
    name, ids = request.GET.get("tag", ""), _ids(request)
    count = customer_writes.untag(customers=ids, name=name, by=viewer_of(request))
    toast(request, here("customers.tag.removed", count=number(count, language.active()), name=name), tone="info")
    return HttpResponseRedirect(_back(request))


@require_POST
@needs("save_view")
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the list one sees under a name."""
    viewer, query = viewer_of(request), _query(request)
    name = request.POST.get("name", "")
    shared = "shared" in request.POST and may(viewer, "share_view")
    pinned = "pinned" in request.POST
    try:
        view = customer_writes.save_view(owner=viewer, name=name, query=query.saved, shared=shared, pinned=pinned)
    except RefusedView:
        toast(request, here("customers.view.refused"), tone="error")
    else:
        toast(request, here("customers.view.saved", name=view.name))
    return HttpResponseRedirect(reverse("customers:list") + query.address())


@require_POST
@needs("save_view")
def delete_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Delete a view of one's own."""
    if not customer_writes.delete_view(owner=viewer_of(request), view_id=view_id):
        raise Http404
    toast(request, here("customers.view.deleted"), tone="info")
    return HttpResponseRedirect(_back(request))


def _query(request: HttpRequest) -> Query:
    viewer = viewer_of(request)
    return read(request.GET, listed_fields(viewer), viewer)


def _ids(request: HttpRequest) -> list[int]:
    texts = request.POST.getlist("ids") + [text for entry in request.GET.getlist("ids") for text in entry.split(",")]
    return numbers(texts)


def _back(request: HttpRequest) -> str:
    return next_address(request, reverse("customers:list"))
