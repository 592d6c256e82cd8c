"""Lists on the timeline: that a customer was put on one, and taken off."""

from __future__ import annotations

from shuke.crm.customers.models import Customer
from shuke.crm.lists import reads
from shuke.crm.lists.models import Listed
from shuke.crm.lists.notices import until
from shuke.crm.people.models import User
from shuke.crm.timeline.entries import Asked, Entry, Source
from shuke.crm.words import here


def _newest(asked: Asked) -> list[Entry]:
    rows = reads.history(asked.viewer, asked.customer)
    return asked.newest_of(entry for row in rows for entry in _of(row, asked.by))


def _one(viewer: User, customer: Customer, wanted: int) -> Entry | None:
    row = reads.history(viewer, customer).filter(pk=wanted // 2).first()
    return next((entry for entry in _of(row, None) if entry.number == wanted), None) if row else None


def _of(row: Listed, by: int | None) -> list[Entry]:
    """One entry for its beginning, and another where it was ended by somebody; numbered so that each has its own."""
    name, found = row.get_list_code_display(), []
    if by is None or row.listed_by_id == by:
        who = row.listed_by.shown_name if row.listed_by else ""
        title = here("lists.timeline.put", name=name)
        note = f"{row.reason} · {until(row)}"
        found.append(Entry("list", 2 * row.pk, row.listed_at, "standing", "list-plus", title, who=who, note=note))
    if row.ended_at is not None and (by is None or row.ended_by_id == by):
        who = row.ended_by.shown_name if row.ended_by else ""
        title = here("lists.timeline.taken", name=name)
        found.append(Entry("list", 2 * row.pk + 1, row.ended_at, "standing", "list-minus", title, who=who))
    return found


LISTS = Source("list", frozenset({"standing"}), True, _newest, _one)
