"""Customers who may be the one that is being entered: a warning, never a merge. A name alone joins nobody."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

from shuke.crm.customers import phones
from shuke.crm.customers.models import Customer
from shuke.crm.customers.reads import visible
from shuke.crm.customers.search import found_ids, search_columns
from shuke.crm.people.models import User

_MOST = 10
_LOOKED_AT = 200
_TAIL = 4
_SIGNS = ("birthday", "home_address", "company_name", "wechat")
"""Fields of the card that tell two people of one sound apart, or show that they are one."""


@dataclass(frozen=True)
class Entered:
    """What is known of the one that is being entered."""

    name: str = ""
    phone: str = ""
    email: str = ""
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Likely:
    """A customer who may be the same, and what speaks for it: codes `cards.sign.<code>`, the strongest first."""

    customer: Customer
    signs: tuple[str, ...]


def likely(viewer: User, entered: Entered, *, besides: int | None = None) -> list[Likely]:
    """At most ten customers who share a phone, an e-mail, the name in characters, or its sound and another sign.

    Only customers in the viewer's reach: whom others know is not told.
    """
    if not viewer.may("see"):
        raise PermissionDenied("see")
    candidates = _candidates(viewer, entered)
    found = [Likely(customer, _signs(customer, entered)) for customer in candidates if customer.pk != besides]
    said = [one for one in found if one.signs]
    return sorted(said, key=lambda one: (_rank(one.signs), one.customer.pk))[:_MOST]


_STRENGTH = ("phone", "email", "name", "sound", *_SIGNS, "tail")


def _rank(signs: tuple[str, ...]) -> tuple[int, int]:
    return _STRENGTH.index(signs[0]), -len(signs)


def _candidates(viewer: User, entered: Entered) -> list[Customer]:
    """By indexes alone: the end of the phone, the e-mail, the name and its pinyin; of these whom the viewer reaches."""
    seen = visible(viewer)
    ids: dict[int, None] = {}
    if tail := phones.tail(entered.phone):
        ids.update(dict.fromkeys(found_ids(tail[::-1], _LOOKED_AT)))
    name = entered.name.strip()
    if name:
        spoken = search_columns(key="", name=name, phone="").sort_name
        same = seen.filter(sort_name=spoken).order_by("pk").values_list("pk", flat=True)
        ids.update(dict.fromkeys(same[:_LOOKED_AT]))
    if entered.email.strip():
        same_mail = Exact(Lower("email"), entered.email.strip().lower())
        reached = seen.filter(same_mail, ~Q(email=""))
        ids.update(dict.fromkeys(reached.values_list("pk", flat=True)[:_LOOKED_AT]))
    return list(seen.filter(pk__in=list(ids)))


def _signs(customer: Customer, entered: Entered) -> tuple[str, ...]:
    sure = []
    if entered.phone and phones.tail(entered.phone) and phones.tail(customer.phone) == phones.tail(entered.phone):
        sure.append("phone")
    if entered.email and customer.email.lower() == entered.email.strip().lower():
        sure.append("email")
    name = entered.name.strip()
    if name and customer.name == name:
        return (*sure, "name", *_others(customer, entered))
    if name and customer.name and customer.sort_name == search_columns(key="", name=name, phone="").sort_name:
        others = _others(customer, entered)
        return (*sure, "sound", *others) if others or sure else ()
    return tuple(sure)


def _others(customer: Customer, entered: Entered) -> tuple[str, ...]:
    same = [code for code in _SIGNS if entered.values.get(code) and customer.values.get(code) == entered.values[code]]
    ours, theirs = (phones.tail(phone)[:_TAIL] for phone in (entered.phone, customer.phone))
    whole = phones.tail(entered.phone) == phones.tail(customer.phone)
    return (*same, "tail") if ours and ours == theirs and not whole else tuple(same)
