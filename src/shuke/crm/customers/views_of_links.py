"""Customers are linked to each other, and parted."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from shuke.crm.customers import links
from shuke.crm.customers.asked import asked
from shuke.crm.customers.errors import RefusedLink
from shuke.crm.customers.forms import LinkForm
from shuke.crm.customers.models import Customer
from shuke.crm.people.reads import needs, viewer_of
from shuke.crm.words import here
from shuke.ui import language
from shuke.ui.asked import next_address
from shuke.ui.toasts import toast


@require_POST
@needs("tag")
def add(request: HttpRequest, key: str) -> HttpResponse:
    """Link a customer to the one of the card."""
    viewer, customer = asked(request, key, "write")
    form = LinkForm(request.POST, viewer=viewer)
    if not form.is_valid():
        errors = [str(error) for listed in form.errors.values() for error in listed]
        toast(request, " ".join(errors), tone="error")
        return HttpResponseRedirect(reverse("customers:card", args=[customer.key]))
    other = Customer.objects.get(pk=form.cleaned_data["other"])
    try:
        links.link(customer=customer, other=other, role=form.cleaned_data["role"], by=viewer)
    except RefusedLink as reason:
        toast(request, reason.told(language.active()), tone="error")
    else:
        toast(request, here("cards.link.added", name=other.display_name))
    return HttpResponseRedirect(reverse("customers:card", args=[customer.key]))


@require_POST
@needs("tag")
def remove(request: HttpRequest, link_id: int) -> HttpResponse:
    """Part two customers."""
    row = links.link_to_part(viewer_of(request), link_id)
    if row is None:
        raise Http404
    links.unlink(link=row, by=viewer_of(request))
    toast(request, here("cards.link.removed"), tone="info")
    return HttpResponseRedirect(next_address(request, reverse("customers:card", args=[row.customer.key])))
