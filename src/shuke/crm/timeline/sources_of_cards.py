"""The entries that a customer's card gives: when it was made, tags, links and entries, and fields changed.

Fields that one user changed within one hour are one entry, folded. The hours are the clock's and not counted from a
change, so that an entry is the same whichever page of the list asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from shuke.crm.customers import cards
from shuke.crm.customers import reads_of_cards as reads
from shuke.crm.customers.models import Change, Customer
from shuke.crm.people.models import User
from shuke.crm.timeline.entries import Asked, Entry, Source
from shuke.crm.words import here
from shuke.kit.text import number
from shuke.ui import language

_MADE = 1
"""The number of the entry that tells of the card itself; changes stand above it."""
_HOUR = timedelta(hours=1)
_AT_ONCE = 200
_ICONS = {"tag": "tag", "link": "users-round", "entry": "clipboard-list"}
Group = list[Change]
"""Changes that are one entry, the newest first."""


def _newest(asked: Asked) -> list[Entry]:
    groups = islice(_groups(asked.viewer, asked.customer, asked.by, asked.at, asked.number), asked.limit)
    found = [_of_group(asked.viewer, group) for group in groups]
    made = _made(asked.viewer, asked.customer, asked.by)
    if made is not None and (asked.at is None or (made.at, made.number) < (asked.at, asked.number)):
        found = sorted([*found, made], key=lambda entry: (entry.at, entry.number), reverse=True)
    return found[: asked.limit]


def _one(viewer: User, customer: Customer, wanted: int) -> Entry | None:
    if wanted == _MADE:
        return _made(viewer, customer, None)
    named = reads.changes(viewer, customer).filter(pk=wanted - _MADE).first()
    if named is None:
        return None
    groups = _groups(viewer, customer, None, _hour_of(named.at) + _HOUR, 0)
    group = next((group for group in groups if any(row.pk == named.pk for row in group)), None)
    return _of_group(viewer, group) if group else None


def _groups(viewer: User, customer: Customer, by: int | None, at: datetime | None, before: int) -> Iterator[Group]:
    """The groups whose newest change stands before (`at`, `before`), the newest first."""
    rows = reads.changes(viewer, customer).exclude(field="created").order_by("-at", "-pk")
    if by is not None:
        rows = rows.filter(by=by)
    if at is not None:
        rows = rows.filter(at__lt=_hour_of(at) + _HOUR)  # with all that may be folded with what stands there
    for hour in _hours(rows.iterator(chunk_size=_AT_ONCE)):
        for group in _folded(hour):
            if at is None or (group[0].at, group[0].pk + _MADE) < (at, before):
                yield group


def _hours(rows: Iterator[Change]) -> Iterator[list[Change]]:
    hour: list[Change] = []
    for row in rows:
        if hour and _hour_of(row.at) != _hour_of(hour[0].at):
            yield hour
            hour = []
        hour.append(row)
    if hour:
        yield hour


def _folded(hour: Sequence[Change]) -> list[Group]:
    """The changes of an hour: fields by who changed them and how, all others each by itself."""
    groups: dict[object, Group] = {}
    for row in hour:
        key = row.pk if _what(row) in _ICONS else (row.by_id, row.origin)
        groups.setdefault(key, []).append(row)
    return list(groups.values())


def _what(row: Change) -> str:
    return row.field.partition(":")[0]


def _hour_of(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _of_group(viewer: User, group: Group) -> Entry:
    newest, told = group[0], cards.told(viewer, group)
    several = len(group) > 1
    title = here("timeline.title.changes", count=number(len(group), language.active())) if several else told[0].title
    lines = [(f"{line.title}: {line.detail}" if line.detail else line.title, line.when[-5:]) for line in told]
    return Entry(
        source="card",
        number=newest.pk + _MADE,
        at=newest.at,
        kind="card",
        icon=_ICONS.get(_what(newest), "pencil"),
        title=title if several or not told[0].detail else f"{title}: {told[0].detail}",
        who=told[0].by,
        fold=told[0].title + " …" if several else "",
        lines=lines if several else (),
    )


def _made(viewer: User, customer: Customer, by: int | None) -> Entry | None:
    """When the card was made; by whom, where somebody made it by hand."""
    row = reads.changes(viewer, customer).filter(field="created").first()
    if by is not None and (row is None or row.by_id != by):
        return None
    return Entry(
        source="card", number=_MADE, at=customer.created_at, kind="card", icon="user-plus",
        title=here("timeline.title.made"), who=row.by.shown_name if row and row.by else "",
    )  # fmt: skip


CARDS = Source("card", frozenset({"card"}), True, _newest, _one)
