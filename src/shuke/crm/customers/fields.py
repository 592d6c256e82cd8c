"""The types of fields: what may be written in one, how it is kept, how it reads."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from shuke.crm.customers import phones
from shuke.crm.customers.errors import RefusedValue
from shuke.crm.customers.labels import in_language
from shuke.crm.customers.models import Customer, Field, Kind
from shuke.crm.words import here
from shuke.kit.money import to_major, to_minor
from shuke.kit.text import LANGUAGES, day, money, number, say
from shuke.ui import language

Value = str | int | float | bool | list[str]
Raw = str | Sequence[str]
T = Field.Type
TEXT_LENGTH, LONG_TEXT_LENGTH, NAME_LENGTH = 200, 4000, 200
_LARGEST = Decimal(10) ** 15
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
BUILT_IN = ("name", "kind", "phone", "email")
"""What every card has besides its fields, as columns of `Customer`; no field may take such a code."""
SORTED = {T.TEXT, T.NUMBER, T.MONEY, T.DATE, T.CHOICE, T.YES_NO, T.PHONE}
"""Types that lists sort by."""
_UNKNOWN = "—"


def built_in(code: str) -> Field:
    """A column that every card has, as a field: so that it is edited, checked and told like the others.

    >>> built_in("phone").type
    'phone'
    """
    types = {"kind": T.CHOICE, "phone": T.PHONE}
    labels = {tongue: say(f"customers.field.{code}", tongue) for tongue in LANGUAGES}
    choices = [_kind(kind) for kind in Kind.values] if code == "kind" else []
    return Field(
        code=code, type=str(types.get(code, T.TEXT)), labels=labels, choices=choices, is_required=code == "kind"
    )


def _kind(kind: str) -> dict[str, Any]:
    return {"code": kind, "labels": {tongue: say(f"customers.kind.{kind}", tongue) for tongue in LANGUAGES}}


def clean(field: Field, raw: Raw) -> Value | None:
    """What was written, as it is kept; None for nothing.

    Raises RefusedValue, which says what is allowed.
    """
    typed = raw.strip().replace("\x00", "") if isinstance(raw, str) else [text for text in raw if text]
    if not typed:
        if field.is_required:
            raise RefusedValue.of("cards.refused.required")
        return None
    if isinstance(typed, str) and field.code == "email":
        return _email(typed)
    cleaner: Callable[[Field, Any], Value] = _CLEANERS[field.type]
    return cleaner(field, typed)


def _email(typed: str) -> str:
    try:
        validate_email(typed)
    except ValidationError:
        raise RefusedValue.of("cards.refused.email") from None
    return typed


def _text(field: Field, typed: str) -> str:
    limit = LONG_TEXT_LENGTH if field.type == T.LONG_TEXT else TEXT_LENGTH
    if len(typed) > limit:
        raise RefusedValue.of("cards.refused.too_long", count=len(typed), limit=limit)
    return typed if field.type == T.LONG_TEXT else " ".join(typed.split())


def _decimal(typed: str) -> Decimal:
    plain = unicodedata.normalize("NFKC", typed).replace(",", "").replace(" ", "").lstrip("¥$€£")
    try:
        found = Decimal(plain)
    except InvalidOperation:
        raise RefusedValue.of("cards.refused.number", typed=typed[:40]) from None
    if not found.is_finite() or abs(found) >= _LARGEST:
        raise RefusedValue.of("cards.refused.number", typed=typed[:40])
    return found


def _number(_: Field, typed: str) -> int | float:
    found = _decimal(typed)
    return int(found) if found == found.to_integral_value() else float(found)


def _money(_: Field, typed: str) -> int:
    return to_minor(_decimal(typed), settings.SHUKE_CURRENCY)


def _date(_: Field, typed: str) -> str:
    plain = f"{typed[:4]}-{typed[4:6]}-{typed[6:]}" if re.fullmatch(r"\d{8}", typed) else typed
    parts = _DAY.fullmatch(plain)
    try:
        found = date(*(int(part) for part in parts.groups())) if parts else None
    except ValueError:
        found = None
    if found is None or not 1850 <= found.year <= 2200:
        raise RefusedValue.of("cards.refused.date", typed=typed[:40])
    return found.isoformat()


def _choice(field: Field, typed: str) -> str:
    known = {choice["code"] for choice in field.choices}
    if typed not in known:
        raise RefusedValue.of("cards.refused.choice", typed=typed[:40])
    return typed


def _choices(field: Field, typed: Raw) -> list[str]:
    wanted = {typed} if isinstance(typed, str) else set(typed)
    known = [choice["code"] for choice in field.choices]
    if unknown := wanted - set(known):
        raise RefusedValue.of("cards.refused.choice", typed=min(unknown)[:40])
    return [code for code in known if code in wanted]


def _yes_no(_: Field, typed: str) -> bool:
    if typed not in ("yes", "no"):
        raise RefusedValue.of("cards.refused.yes_no")
    return typed == "yes"


def _phone(_: Field, typed: str) -> str:
    found = phones.normalised(typed)
    if not found:
        raise RefusedValue.of("cards.refused.phone", typed=typed[:40])
    return found


def _customer(_: Field, typed: str) -> int:
    """By id; or by name, where one customer alone has it."""
    ids = list(Customer.objects.filter(key=typed).values_list("pk", flat=True)[:1])
    ids = ids or list(Customer.objects.filter(name=typed).values_list("pk", flat=True)[:2])
    if len(ids) != 1:
        raise RefusedValue.of("cards.refused.customer", typed=typed[:40])
    return ids[0]


_CLEANERS: Mapping[str, Callable[[Field, Any], Value]] = {
    T.TEXT: _text, T.LONG_TEXT: _text, T.NUMBER: _number, T.MONEY: _money, T.DATE: _date, T.CHOICE: _choice,
    T.MULTI_CHOICE: _choices, T.YES_NO: _yes_no, T.PHONE: _phone, T.CUSTOMER: _customer,
}  # fmt: skip


def typed(field: Field, value: Any) -> str | list[str]:
    """A value as it stands in a form; `clean` makes the same value of it."""
    if value is None or value == "":
        return [] if field.type == T.MULTI_CHOICE else ""
    if field.type == T.MULTI_CHOICE:
        return [str(code) for code in value]
    if field.type == T.MONEY:
        return str(to_major(value, settings.SHUKE_CURRENCY))
    if field.type == T.YES_NO:
        return "yes" if value else "no"
    if field.type == T.PHONE:
        return phones.shown(value)
    if field.type == T.CUSTOMER:
        return str(Customer.objects.filter(pk=value).values_list("key", flat=True).first() or "")
    return str(value)


def shown(field: Field, value: Any, names: Mapping[int, str] | None = None) -> str:
    """A value as people read it, in the language of the page. `names`: of customers linked to, where many are asked."""
    if value is None or value in ("", []):
        return _UNKNOWN
    tongue = language.active()
    if field.type == T.MONEY:
        return money(value, settings.SHUKE_CURRENCY, tongue)
    if field.type == T.NUMBER:
        return _figure(value, tongue)
    if field.type == T.DATE:
        return day(date.fromisoformat(value), tongue)
    if field.type in (T.CHOICE, T.MULTI_CHOICE):
        return _named(field, [value] if isinstance(value, str) else value)
    if field.type == T.YES_NO:
        return here("cards.yes" if value else "cards.no")
    if field.type == T.PHONE:
        return phones.shown(value)
    if field.type == T.CUSTOMER:
        return (names or names_of([value])).get(value, _UNKNOWN)
    return str(value)


def _figure(value: float, tongue: str) -> str:
    decimals = -int(Decimal(repr(value)).as_tuple().exponent) if isinstance(value, float) else 0
    return number(value, tongue, min(max(decimals, 0), 6))


def _named(field: Field, codes: Sequence[str]) -> str:
    called = {choice["code"]: in_language(choice["labels"]) or choice["code"] for choice in field.choices}
    return here("cards.and").join(called.get(code, code) for code in codes)


def names_of(ids: Sequence[int]) -> dict[int, str]:
    """What customers are called, by id."""
    return {pk: name or key for pk, name, key in Customer.objects.filter(pk__in=ids).values_list("pk", "name", "key")}


def file_text(field: Field, value: Any) -> str:
    """A value as a file has it: money in major units, days as 2026-01-31, choices by name."""
    if value is None or value in ("", []):
        return ""
    if field.type in (T.CHOICE, T.MULTI_CHOICE, T.YES_NO, T.CUSTOMER):
        return shown(field, value)
    return str(value) if field.type == T.PHONE else str(typed(field, value))


def words(field: Field, value: Any) -> str:
    """What the search of the list finds a customer by: text, and choices in all languages."""
    if field.type in (T.CHOICE, T.MULTI_CHOICE):
        codes = [value] if isinstance(value, str) else value
        return " ".join(
            text for choice in field.choices if choice["code"] in codes for text in choice["labels"].values()
        )
    if field.type in (T.YES_NO, T.CUSTOMER):
        return ""
    return " ".join(str(text) for text in (value, phones.shown(value))) if field.type == T.PHONE else str(value)
