"""What a customer's page shows of rights: contacts in full or masked, and who is responsible."""

from __future__ import annotations

from dataclasses import dataclass

from shuke.crm.customers import masks, phones
from shuke.crm.customers import reads as customers
from shuke.crm.customers.models import Customer
from shuke.crm.people.models import User
from shuke.crm.words import here

_HREFS = {"phone": "tel:", "email": "mailto:"}
_COLLEAGUES = 60


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact: as text, as a link where it is in full, and whether the viewer may uncover it."""

    field: str
    label: str
    text: str
    href: str
    can_reveal: bool
    key: str


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who is responsible for a customer, and to whom the viewer may give the customer."""

    name: str
    can_take: bool
    choices: list[tuple[int, str, bool]]


def contacts(viewer: User, customer: Customer) -> list[Contact]:
    """The contacts there are, as the viewer may read them."""
    return [contact(viewer, customer, field) for field in masks.FIELDS if getattr(customer, field)]


def contact(viewer: User, customer: Customer, field: str, *, text: str = "") -> Contact:
    """One contact; with `text` uncovered, also one among the fields of the card."""
    in_full = bool(text) or viewer.may("contacts")
    shown = text or masks.shown(viewer, customer, field)
    can_reveal = not in_full and viewer.may("reveal")
    href = _HREFS.get(field, "tel:") + shown if in_full else ""
    shown = phones.shown(shown) if in_full and field != "email" else shown
    label = here(f"customers.field.{field}") if field in masks.FIELDS else ""
    return Contact(field, label, shown, href, can_reveal, customer.key)


def responsible(viewer: User, customer: Customer) -> Responsible:
    """Who is responsible, and what the viewer may do about it."""
    may_assign = customers.visible(viewer, "assign").filter(pk=customer.pk).exists()
    people = list(customers.assignable(viewer)[:_COLLEAGUES]) if may_assign else []
    return Responsible(
        customer.owner.shown_name if customer.owner else "",
        customer.owner_id is None and any(user.pk == viewer.pk for user in people),
        [(user.pk, user.shown_name, user.pk == customer.owner_id) for user in people],
    )
