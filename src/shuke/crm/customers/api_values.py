"""Values of cards as the API tells and takes them. They are judged by the forms of the pages, in their words.

Text, phones, days (2026-01-31) and codes of choices are strings; money is a whole number of minor units; a customer is
named by key. What the viewer reads masked is told masked, and given back unchanged it stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.datastructures import MultiValueDict

from shuke.crm.api.problems import Refused
from shuke.crm.customers import fields as types
from shuke.crm.customers.fields import BUILT_IN
from shuke.crm.customers.models import Customer, Field
from shuke.crm.customers.writes_of_cards import value_of
from shuke.crm.people.models import User
from shuke.crm.words import here
from shuke.kit.money import to_major

T = Field.Type
_FORMS = {T.NUMBER: "number", T.MONEY: "minor", T.YES_NO: "boolean", T.MULTI_CHOICE: "list"}


def told(viewer: User, fields: Sequence[Field], customer: Customer) -> dict[str, Any]:
    """What a card says, by code of the field; fields without a value are left out."""
    found = {field.code: in_json(field, value_of(customer, field.code), viewer) for field in fields}
    return {code: value for code, value in found.items() if value is not None}


def in_json(field: Field, value: Any, viewer: User) -> Any:
    """One value as the viewer may read it."""
    if value is None or value in ("", []):
        return None
    if field.type == T.CUSTOMER:
        key = types.typed(field, value, viewer)
        return None if key == types.HIDDEN else key
    return types.typed(field, value, viewer) if types.is_closed(field, viewer) else value


def typed(fields: Sequence[Field], given: Mapping[str, Any]) -> MultiValueDict[str, str]:
    """What was given, as it would stand in the form of the page. Raises Refused for a value of another type."""
    data: MultiValueDict[str, str] = MultiValueDict()
    errors = []
    for field in fields:
        text = _typed(field, given.get(field.code))
        if text is None:
            expected = here(f"api.type.{_FORMS.get(T(field.type), 'string')}")
            errors.append((name_of(field.code), here("api.invalid.type", expected=expected)))
        else:
            data.setlist(field.code, text)
    if errors:
        raise Refused("invalid", here("api.detail.invalid"), errors=errors)
    return data


def _typed(field: Field, value: Any) -> list[str] | None:
    """As text; None for what is of another type."""
    if value is None:
        return []
    is_figure = isinstance(value, int | float) and not isinstance(value, bool)
    if field.type == T.MULTI_CHOICE:
        return value if isinstance(value, list) else None
    if field.type == T.YES_NO:
        return ["yes" if value else "no"] if isinstance(value, bool) else None
    if field.type == T.NUMBER:
        return [repr(value)] if is_figure else None
    if field.type == T.MONEY:
        return [str(to_major(value, settings.SHUKE_CURRENCY))] if is_figure and isinstance(value, int) else None
    return [value] if isinstance(value, str) else None


def chosen(known: Sequence[Field], codes: Sequence[str]) -> list[Field]:
    """The fields of these codes. Raises Refused for one that the card has not."""
    by_code = {field.code: field for field in known}
    own = sorted(code for code in by_code if code not in BUILT_IN)
    unknown = [code for code in codes if code not in by_code]
    if unknown:
        told = here("api.invalid.unknown", allowed=", ".join(own[:40]) or "—")
        errors = [(f"values.{code}"[:80], told) for code in unknown[:20]]
        raise Refused("invalid", here("api.detail.invalid"), errors=errors, more={"allowed": own})
    return [by_code[code] for code in dict.fromkeys(codes)]


def name_of(code: str) -> str:
    """Where a field stands in a request."""
    return code if code in BUILT_IN else f"values.{code}"
