"""Contacts for who may not read them in full: enough to tell one from another, not enough to take away."""

from __future__ import annotations

from shuke.crm.customers.models import Customer
from shuke.crm.people.models import User

FIELDS = ("phone", "email")
"""The fields that are masked."""
SHOWN_DIGITS = 4
_STARS = "****"


def masked_phone(phone: str) -> str:
    """The first three and the last four digits; of a short number the last two.

    >>> masked_phone("138 0013 8000"), masked_phone("+86 138-0013-8000"), masked_phone("0571 8765 4321")
    ('138****8000', '+86 138****8000', '057****4321')
    >>> masked_phone("12345"), masked_phone("12"), masked_phone("")
    ('****45', '****', '')
    """
    digits = "".join(sign for sign in phone if sign.isdigit())
    if len(digits) < 3:
        return _STARS if phone.strip() else ""
    if len(digits) < 8:
        return _STARS + digits[-2:]
    if phone.strip().startswith("+86") and len(digits) == 13:
        return f"+86 {digits[2:5]}{_STARS}{digits[-SHOWN_DIGITS:]}"
    return f"{digits[:3]}{_STARS}{digits[-SHOWN_DIGITS:]}"


def masked_email(email: str) -> str:
    """The first sign and the domain.

    >>> masked_email("lily@x.com"), masked_email("")
    ('l***@x.com', '')
    """
    name, at, domain = email.partition("@")
    return f"{name[:1]}***{at}{domain}" if email else ""


_MASKS = {"phone": masked_phone, "email": masked_email}


def masked(field: str, value: str) -> str:
    """A contact masked; other fields as they are."""
    return _MASKS[field](value) if field in _MASKS else value


def shown(viewer: User, customer: Customer, field: str) -> str:
    """A contact as the viewer may read it without asking."""
    value = str(getattr(customer, field))
    return value if viewer.may("contacts") else masked(field, value)
