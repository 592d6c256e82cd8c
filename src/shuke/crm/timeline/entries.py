"""One list out of many sources: each gives its newest entries before a place, and the list takes the newest of all.

A place in the list is a moment, the source's rank at that moment, and a number in the source; so a page begins after
the last entry of the page before (keyset), however much was added meanwhile.
"""

from __future__ import annotations

import heapq
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from shuke.crm.customers.models import Customer
from shuke.crm.people.models import User

_LOG = logging.getLogger(__name__)
_LAST = 2**62


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an entry stands in the list."""

    at: datetime
    rank: int
    number: int

    def written(self) -> str:
        """As an address carries it."""
        return f"{self.at.isoformat()}~{self.rank}~{self.number}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """None for what is no place.

        >>> Place.read("2026-05-01T10:00:00+00:00~2~15").rank, Place.read("yesterday~1~1")
        (2, None)
        """
        try:
            moment, rank, number = text.split("~")
            at = datetime.fromisoformat(moment)
            return cls(at, int(rank), int(number)) if at.tzinfo is not None else None
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a source is asked: entries of `kinds` (and of one user, if `by`), the newest first, that stand before
    (`at`, `number`); at most `limit`."""

    viewer: User
    customer: Customer
    at: datetime | None
    number: int
    limit: int
    kinds: frozenset[str]
    by: int | None = None

    def newest_of(self, found: Iterable[Entry]) -> list[Entry]:
        """What is asked for, out of all that a source with few entries has, in any order."""
        before = [one for one in found if self.at is None or (one.at, one.number) < (self.at, self.number)]
        return sorted(before, key=lambda entry: (entry.at, entry.number), reverse=True)[: self.limit]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list, in the reader's language.

    `dated`: the day is known, not the hour. `lines`: what is folded behind `fold`. `record`: what acts need of it.
    """

    source: str
    number: int
    at: datetime
    kind: str
    icon: str
    title: str
    who: str = ""
    note: str = ""
    amount: str = ""
    dated: bool = False
    pieces: Sequence[tuple[str, bool]] = ()
    fold: str = ""
    lines: Sequence[tuple[str, str]] = ()
    record: Any = None

    @property
    def code(self) -> str:
        """How a permalink names it."""
        return f"{self.source}-{self.number}"


@dataclass(frozen=True)
class Source:
    """Where entries come from: the kinds it has, whether users make them, its newest entries, and one by number."""

    code: str
    kinds: frozenset[str]
    by_users: bool
    newest: Callable[[Asked], Sequence[Entry]]
    one: Callable[[User, Customer, int], Entry | None]


@dataclass(frozen=True)
class Listing:
    """A page of the list: its entries, where the next page begins, and the sources that could not be read."""

    entries: list[Entry]
    more: str = ""
    failed: list[str] = field(default_factory=list)


def sources() -> list[Source]:
    """The sources that SHUKE_TIMELINE_SOURCES names; their order is their rank within one moment."""
    return [import_string(path) for path in settings.SHUKE_TIMELINE_SOURCES]


def listing(
    viewer: User,
    customer: Customer,
    *,
    kinds: frozenset[str] = frozenset(),
    by: int | None = None,
    before: Place | None = None,
    including: bool = False,
    size: int = 20,
) -> Listing:
    """The newest entries before a place (or with it); no kinds: all. A source that fails is named."""
    found: list[list[tuple[Place, Entry]]] = []
    failed = []
    for rank, source in enumerate(sources()):
        wanted = source.kinds & kinds if kinds else source.kinds
        if not wanted or (by is not None and not source.by_users):
            continue
        at, number = _bound(before, rank, including=including)
        try:
            entries = source.newest(Asked(viewer, customer, at, number, size + 1, wanted, by))
        except Exception:  # noqa: BLE001 — a source may break in any way; the others are still worth showing
            _LOG.exception("the source %s of the timeline broke", source.code)
            failed.append(source.code)
        else:
            found.append([(Place(entry.at, rank, entry.number), entry) for entry in entries])
    merged = list(heapq.merge(*found, key=lambda pair: pair[0], reverse=True))
    more = merged[size - 1][0].written() if len(merged) > size else ""
    return Listing([entry for _, entry in merged[:size]], more, failed)


def entry(viewer: User, customer: Customer, code: str) -> tuple[Entry, Place] | None:
    """The entry that a permalink names, and its place."""
    name, _, number = code.rpartition("-")
    for rank, source in enumerate(sources()):
        if source.code == name and number.isascii() and number.isdecimal() and len(number) < 19:
            found = source.one(viewer, customer, int(number))
            return (found, Place(found.at, rank, found.number)) if found else None
    return None


def day_begins(day: date) -> datetime:
    """The moment that stands for a day of which no hour is known: its first, on the business's clock."""
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_default_timezone())


def _bound(before: Place | None, rank: int, *, including: bool) -> tuple[datetime | None, int]:
    """What "before the place" means to one source: of the same moment, lower ranks come later in the list."""
    if before is None:
        return None, _LAST
    if rank == before.rank:
        return before.at, before.number + including
    return before.at, _LAST if rank < before.rank else 0
