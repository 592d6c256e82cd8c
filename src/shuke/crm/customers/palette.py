"""Customers in the Ctrl+K palette: by name, pinyin, phone tail or id."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from shuke.crm.customers.reads import found
from shuke.crm.people.models import User
from shuke.crm.people.palette import Entry
from shuke.crm.words import here
from shuke.kit.text import LANGUAGES, say

_ENTRIES = 8
_ICONS = {"person": "user", "organisation": "building-2", "household": "house"}


def find_acts(query: str, viewer: User) -> Iterator[Entry]:
    """A new customer, for who may make one."""
    names = [say("cards.new.title", language).casefold() for language in LANGUAGES]
    if viewer.may("tag") and any(query.casefold() in name for name in names):
        yield Entry(here("cards.new.title"), reverse("customers:new"), icon="user-plus", group=here("cards.acts"))


def find_customers(query: str, viewer: User) -> Iterator[Entry]:
    """A few customers whom the words may mean."""
    if not viewer.may("see"):
        return
    group = here("customers.title")
    for customer in found(viewer, query, _ENTRIES):
        detail = customer.key if customer.name else ""
        url = reverse("customers:card", args=[customer.key])
        yield Entry(customer.display_name, url, icon=_ICONS[customer.kind], detail=detail, group=group)
