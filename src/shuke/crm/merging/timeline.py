"""Merges on the timeline of the card that others were merged into; and that they were taken back."""

from __future__ import annotations

from shuke.crm.customers.models import Customer
from shuke.crm.merging import reads
from shuke.crm.merging.models import Merge
from shuke.crm.people.models import User
from shuke.crm.timeline.entries import Asked, Entry, Source
from shuke.crm.words import here


def _newest(asked: Asked) -> list[Entry]:
    merges = reads.merges(asked.viewer, asked.customer)
    return asked.newest_of(entry for done in merges for entry in _of(asked.viewer, done, asked.by))


def _one(viewer: User, customer: Customer, wanted: int) -> Entry | None:
    done = reads.merges(viewer, customer).filter(pk=wanted // 2).first()
    return next((entry for entry in _of(viewer, done, None) if entry.number == wanted), None) if done else None


def _of(viewer: User, done: Merge, by: int | None) -> list[Entry]:
    """One entry for the merge, and another where it was taken back; numbered so that each has its own."""
    names = here("cards.and").join(reads.names_of(viewer, done)) or here("cards.unseen")
    found = []
    if by is None or done.by_id == by:
        who = done.by.shown_name if done.by else ""
        title = here("merging.timeline.merged", names=names)
        found.append(Entry("merge", 2 * done.pk, done.at, "card", "merge", title, who=who))
    if done.undone_at is not None and (by is None or done.undone_by_id == by):
        who = done.undone_by.shown_name if done.undone_by else ""
        title = here("merging.timeline.parted", names=names)
        found.append(Entry("merge", 2 * done.pk + 1, done.undone_at, "card", "split", title, who=who))
    return found


MERGES = Source("merge", frozenset({"card"}), True, _newest, _one)
