"""What is held on a person: each app names its holdings in SHUKE_HOLDINGS, for the page, the export and the erasure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from django.conf import settings
from django.utils.module_loading import import_string

from shuke.crm.customers.keys import keys_of
from shuke.crm.customers.models import Change, Customer, Field
from shuke.crm.people.models import User

_LONG = 5
"""From how many signs on a mark is looked for inside other texts; a shorter one must be the whole text."""
_PHONE = 10
"""From how many digits on a number may be a phone's, before which a country code may stand."""
_RANGES = re.compile(r"(?:^|(?<=[?&]))f\.[^=&]*\.(?:from|to)=[^&]*")
"""Ends of ranges in an address of the list: figures and days, which name nobody."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom it is about. `marks` are texts that name the person elsewhere: keys, names, phones, addresses, old ones too.

    `unnamed`: the key under which purchases stay, empty where they go. `gathered`: what holdings noted before the
    records went, by their code.
    """

    number: int
    keys: tuple[str, ...]
    marks: tuple[str, ...] = ()
    unnamed: str = ""
    gathered: Mapping[str, Any] = field(default_factory=dict)


Rows = Sequence[Mapping[str, Any]]


def shown(user: User | None) -> str:
    """Who did something, in what is given to the person it was done to."""
    return user.shown_name if user else ""


def no_rows(_: User, __: Person) -> Rows:
    """Of a holding that has nothing of its own to give away."""
    return ()


def no_files(_: Person) -> Iterable[tuple[str, Path]]:
    """Of a holding without files."""
    return ()


def no_marks(_: int) -> Iterable[str]:
    """Of a holding in which no names stand but those of the card."""
    return ()


@dataclass(frozen=True)
class Holding:
    """One kind of thing that is held on a person: its tables, how much there is, all of it, and how it goes.

    `marks`, given the customer's number, are further names of the person, such as those of cards merged into this one.
    Records that hang on the customer go with the card (`customers.writes.forget`, SHUKE_ERASERS). `gather` notes before
    that what `sweep` needs after it; `sweep` may run again after it was killed.
    """

    code: str
    models: tuple[str, ...]
    count: Callable[[Person], int]
    export: Callable[[User, Person], Rows] = no_rows
    files: Callable[[Person], Iterable[tuple[str, Path]]] = no_files
    marks: Callable[[int], Iterable[str]] = no_marks
    gather: Callable[[Person], Any] | None = None
    sweep: Callable[[Person], None] | None = None


def holdings() -> list[Holding]:
    """All that SHUKE_HOLDINGS names."""
    return [import_string(path) for path in settings.SHUKE_HOLDINGS]


def person_of(customer: Customer) -> Person:
    """The customer as holdings are asked about."""
    return Person(customer.pk, tuple(keys_of(customer)), tuple(_marks(customer)))


def _marks(customer: Customer) -> list[str]:
    phones = Field.objects.filter(type=Field.Type.PHONE).values_list("code", flat=True)
    told = [*keys_of(customer), customer.name, customer.phone, customer.email]
    told += [customer.values[code] for code in phones if code in customer.values]
    old = Change.objects.filter(customer=customer, field__in=["name", "phone", "email", *phones])
    told += [side for before, after in old.values_list("before", "after") for side in (before, after)]
    told += [mark for holding in holdings() for mark in holding.marks(customer.pk)]
    texts = [text.strip() for text in told if isinstance(text, str)]
    digits = [re.sub(r"\D", "", text) for text in texts if re.fullmatch(r"\+?[\d\s()-]{7,}", text)]
    # A number of few digits may stand for anything: where keys stand, they are looked for by themselves.
    return sorted({text for text in (*texts, *digits) if len(text) > 1 and not (text.isdigit() and len(text) < _LONG)})


def names(person: Person, text: str) -> bool:
    """Whether a text names the person: it is a mark, or has a long one inside; an address also in its parts.

    >>> wang = Person(1, ("C-100",), ("C-100", "王芳"))
    >>> names(wang, "王芳"), names(wang, "about C-100"), names(wang, "q=%E7%8E%8B%E8%8A%B3&tag="), names(wang, "王芳芳")
    (True, True, True, False)
    """
    text = _RANGES.sub("", text)
    plain = unquote_plus(text)
    parts = {text, plain, *(value for _, value in parse_qsl(text))}
    return any(
        mark in parts or (len(mark) >= _LONG and (stands_in(mark, text) or stands_in(mark, plain)))
        for mark in person.marks
    )


def stands_in(mark: str, text: str) -> bool:
    """Whether a mark stands in a text: one of digits alone as a whole number, since inside longer ones and in amounts
    its digits stand by chance.

    >>> stands_in("C-100", "of C-1000"), stands_in("10000", "no. 10000, paid"), stands_in("10000", "100000")
    (True, True, False)
    >>> stands_in("10000", "10000.50"), stands_in("13977712345", "+8613977712345")
    (False, True)
    """
    return bool(_whole(mark).search(text)) if mark.isdecimal() else mark in text


@lru_cache(maxsize=256)
def _whole(number: str) -> re.Pattern[str]:
    country = r"\d{0,5}" if len(number) >= _PHONE else ""
    return re.compile(rf"(?<![0-9A-Za-z])(?<!\d[.,]){country}{number}(?![0-9A-Za-z]|[.,]\d)")


def without(person: Person, value: Any) -> Any:
    """JSON without what names the person: such texts are emptied, such entries of lists and objects left out.

    >>> wang = Person(1, ("C-100",), ("C-100",))
    >>> without(wang, {"keys": ["C-100", "C-200"], "C-100": 1, "by": "C-100", "rows": 3})
    {'keys': ['C-200'], 'by': '', 'rows': 3}
    """
    if isinstance(value, str):
        return "" if names(person, value) else value
    if isinstance(value, list):
        return [without(person, one) for one in value if not (isinstance(one, str) and names(person, one))]
    if isinstance(value, dict):
        return {name: without(person, one) for name, one in value.items() if not names(person, name)}
    return value
