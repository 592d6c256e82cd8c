"""The customer that the address of a page names."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from shuke.crm.customers import reads
from shuke.crm.customers.errors import NoSuchCustomer
from shuke.crm.customers.models import Customer
from shuke.crm.people.models import User
from shuke.crm.people.reads import viewer_of
from shuke.crm.people.rights import Act
from shuke.crm.words import here


def asked(request: HttpRequest, key: str, act: Act = "read") -> tuple[User, Customer]:
    """Who asks, and of whom. Raises Http404 for a customer whom there is not, or not for this viewer."""
    viewer = viewer_of(request)
    try:
        return viewer, reads.customer(viewer, key, act)
    except NoSuchCustomer as reason:
        raise Http404(here("customers.unknown", customer=key)) from reason
