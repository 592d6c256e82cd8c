"""What a card says above all else of merges: what it holds, whom it may be the same as, and what its value counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from shuke.crm.customers.models import Customer
from shuke.crm.merging import reads
from shuke.crm.merging.models import Merge
from shuke.crm.people.models import User
from shuke.crm.scores.card import Notice
from shuke.crm.scores.models import Run
from shuke.crm.words import here
from shuke.kit.text import day
from shuke.ui import language


def of_card(viewer: User, customer: Customer) -> list[Notice]:
    """The notices on a customer's card."""
    done = list(reads.merges(viewer, customer))
    published = _published() if done else None
    return [*_merged(viewer, done, published), *_parted(done, published), *_alike(viewer, customer)]


def _merged(viewer: User, merges: Sequence[Merge], published: datetime | None) -> list[Notice]:
    return [
        Notice(_told(viewer, done, counts=published is not None and published > done.at), "merge", _href(done), _see())
        for done in merges
        if done.undone_at is None
    ]


def _told(viewer: User, done: Merge, *, counts: bool) -> str:
    names = here("cards.and").join(reads.names_of(viewer, done))
    told = here("merging.notice.merged", names=names, day=_day(done), by=done.by.shown_name if done.by else "—")
    return told + " " + here("merging.notice.counts" if counts else "merging.notice.next_run")


def _parted(merges: Sequence[Merge], published: datetime | None) -> list[Notice]:
    """A run that counted both stands until the next."""
    if published is None:
        return []
    still = [done for done in merges if done.undone_at is not None and done.at < published < done.undone_at]
    return [Notice(here("merging.notice.parted"), "split", _href(done), _see()) for done in still[:1]]


def _alike(viewer: User, customer: Customer) -> list[Notice]:
    if not viewer.may("tag") or not reads.may_merge(viewer, customer):
        return []
    found = []
    for pair in reads.pairs_of(viewer, customer)[:2]:
        other = pair.two if pair.one_id == customer.pk else pair.one
        href = f"{reverse('merging:merge')}?{urlencode([('card', customer.key), ('card', other.key)])}"
        told = here("merging.notice.alike", name=other.display_name, customer=other.key)
        found.append(Notice(told, "users-round", href, here("merging.compare")))
    return found


def _published() -> datetime | None:
    return Run.objects.filter(state=Run.State.CURRENT).values_list("published_at", flat=True).first()


def _day(done: Merge) -> str:
    return day(timezone.localtime(done.at).date(), language.active())


def _href(done: Merge) -> str:
    return reverse("merging:show", args=[done.pk])


def _see() -> str:
    return here("merging.notice.see")
