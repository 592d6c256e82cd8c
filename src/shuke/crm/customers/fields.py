"""The types of fields: what may be written in one, how it is kept, how it reads.

Who reads decides: contacts are masked for who may not read them in full, and customers out of the viewer's reach have
no name. Without a viewer all of that stays hidden.
"""

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
from django.db.models import Q

from shuke.crm.customers import masks, phones
from shuke.crm.customers.errors import RefusedValue
from shuke.crm.customers.keys import stands_for
from shuke.crm.customers.labels import in_language
from shuke.crm.customers.models import Customer, Field, Kind
from shuke.crm.customers.scope import NOTHING, reach
from shuke.crm.people.models import User
from shuke.crm.words import here
from shuke.kit.money import to_major, to_minor
from shuke.kit.text import LANGUAGES, day, money, number, say
from shuke.ui import language

Value = str | int | float | bool | list[str]
Raw = str | Sequence[str]
T = Field.Type
TEXT_LENGTH, LONG_TEXT_LENGTH, NAME_LENGTH, _EMAIL_LENGTH = 200, 4000, 200, 254
_LARGEST = Decimal(10) ** 15
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
BUILT_IN = ("name", "kind", "phone", "email")
"""What every card has besides its fields, as columns of `Customer`; no field may take such a code."""
SORTED = {*T} - {T.LONG_TEXT}
"""Types that lists sort by. By several choices and by links those stand together who have the same."""
_UNKNOWN = "—"
HIDDEN = "***"
"""What stands in a form for a customer out of reach, and is part of every masked contact."""


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


def is_closed(field: Field, viewer: User | None) -> bool:
    """Whether it is a contact that the viewer may read only masked."""
    return (field.type == T.PHONE or field.code == "email") and not (viewer is not None and viewer.may("contacts"))


def hides(field: Field, value: Any, viewer: User | None) -> bool:
    """Whether the viewer is not shown this value as it is."""
    if value is None or value == "":
        return False
    if field.type == T.CUSTOMER:
        return value not in names_of([value], viewer)
    return is_closed(field, viewer)


def clean(field: Field, raw: Raw, viewer: User | None = None) -> Value | None:
    """What was written, as it is kept; None for nothing. A customer is found among those the viewer reaches.

    Raises RefusedValue, which says what is allowed.
    """
    typed = raw.strip().replace("\x00", "") if isinstance(raw, str) else [text for text in raw if text]
    if not typed:
        if field.is_required:
            raise RefusedValue.of("cards.refused.required")
        return None
    if isinstance(typed, str) and field.code == "email":
        return _email(typed)
    if field.type == T.CUSTOMER:
        return _customer(str(typed), viewer)
    cleaner: Callable[[Field, Any], Value] = _CLEANERS[field.type]
    return cleaner(field, typed)


def _email(typed: str) -> str:
    try:
        validate_email(typed)
    except ValidationError:
        raise RefusedValue.of("cards.refused.email") from None
    if len(typed) > _EMAIL_LENGTH:
        raise RefusedValue.of("cards.refused.too_long", count=len(typed), limit=_EMAIL_LENGTH)
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


def _customer(typed: str, viewer: User | None) -> int:
    """By id; or by name, where one customer alone has it."""
    seen = Customer.objects.filter(_within(viewer))
    ids = list(seen.filter(Q(key=typed) | Q(aliases__key=typed)).values_list("pk", flat=True)[:1])
    ids = ids or list(seen.filter(name=typed).values_list("pk", flat=True)[:2])
    if len(ids) != 1:
        raise RefusedValue.of("cards.refused.customer", typed=typed[:40])
    return ids[0]


_CLEANERS: Mapping[str, Callable[[Field, Any], Value]] = {
    T.TEXT: _text, T.LONG_TEXT: _text, T.NUMBER: _number, T.MONEY: _money, T.DATE: _date, T.CHOICE: _choice,
    T.MULTI_CHOICE: _choices, T.YES_NO: _yes_no, T.PHONE: _phone,
}  # fmt: skip


def _within(viewer: User | None) -> Q:
    return (NOTHING if viewer is None else reach(viewer)).within()


def typed(field: Field, value: Any, viewer: User | None = None) -> str | list[str]:
    """A value as it stands in a form; `clean` makes the same value of it, but for what is hidden from the viewer."""
    if value is None or value == "":
        return [] if field.type == T.MULTI_CHOICE else ""
    if field.type == T.MULTI_CHOICE:
        return [str(code) for code in value]
    if field.type == T.MONEY:
        return str(to_major(value, settings.SHUKE_CURRENCY))
    if field.type == T.YES_NO:
        return "yes" if value else "no"
    if is_closed(field, viewer):
        return _masked(field, value)
    if field.type == T.PHONE:
        return phones.shown(value)
    if field.type == T.CUSTOMER:
        seen = Customer.objects.filter(_within(viewer), pk=stands_for(value))
        return str(seen.values_list("key", flat=True).first() or HIDDEN)
    return str(value)


def _masked(field: Field, value: str) -> str:
    return masks.masked("phone" if field.type == T.PHONE else "email", value)


def shown(field: Field, value: Any, viewer: User | None = None, names: Mapping[int, str] | None = None) -> str:
    """A value as the viewer reads it, in the language of the page. `names`: of customers linked to, if asked before."""
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
    if is_closed(field, viewer):
        return _masked(field, value)
    if field.type == T.PHONE:
        return phones.shown(value)
    if field.type == T.CUSTOMER:
        return (names_of([value], viewer) if names is None else names).get(value) or here("cards.unseen")
    return str(value)


def _figure(value: float, tongue: str) -> str:
    decimals = -int(Decimal(repr(value)).as_tuple().exponent) if isinstance(value, float) else 0
    return number(value, tongue, min(max(decimals, 0), 6))


def _named(field: Field, codes: Sequence[str]) -> str:
    called = {choice["code"]: in_language(choice["labels"]) or choice["code"] for choice in field.choices}
    return here("cards.and").join(called.get(code, code) for code in codes)


def names_of(ids: Sequence[int], viewer: User | None) -> dict[int, str]:
    """What those of the customers are called whom the viewer reaches, by id; of a card merged, the other's name."""
    seen = Customer.objects.filter(_within(viewer))
    found = list(seen.filter(pk__in=ids).values_list("pk", "name", "key"))
    if len(found) < len(set(ids)):
        found += seen.filter(aliases__number__in=ids).values_list("aliases__number", "name", "key")
    return {pk: name or key for pk, name, key in found}


def file_text(field: Field, value: Any, viewer: User | None = None, names: Mapping[int, str] | None = None) -> str:
    """A value as a file has it: money in major units, days as 2026-01-31, choices by name; masked as on pages."""
    if value is None or value in ("", []):
        return ""
    if field.type in (T.CHOICE, T.MULTI_CHOICE, T.YES_NO, T.CUSTOMER):
        return shown(field, value, viewer, names)
    open_phone = field.type == T.PHONE and not is_closed(field, viewer)
    return str(value) if open_phone else str(typed(field, value, viewer))


def words(field: Field, value: Any) -> str:
    """What the search of the list finds a customer by: text, and choices in all languages."""
    if field.type in (T.CHOICE, T.MULTI_CHOICE):
        codes = [value] if isinstance(value, str) else value
        return " ".join(
            text for choice in field.choices if choice["code"] in codes for text in choice["labels"].values()
        )
    if field.type in (T.YES_NO, T.CUSTOMER):
        return ""
    # A number in one piece, so that the search cannot be asked for its middle (see `search.matching`).
    return f"{value} {phones.tail(str(value))[::-1]}" if field.type == T.PHONE else str(value)
