"""What is asked of pairs and merges, always for somebody: only of cards in the viewer's reach."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet

from shuke.crm.customers import reads as customers
from shuke.crm.customers.models import Customer
from shuke.crm.customers.scope import reach
from shuke.crm.jobs.models import Job
from shuke.crm.merging.models import Merge, Pair
from shuke.crm.merging.writes import latest
from shuke.crm.merging.writes_of_pairs import JOB
from shuke.crm.people.models import User


def pairs(viewer: User, state: str = Pair.State.OPEN) -> QuerySet[Pair]:
    """Pairs of which the viewer may change both cards, the strongest first; those told apart, the latest first."""
    if not viewer.may("tag"):
        raise PermissionDenied("tag")
    changes = reach(viewer, "write")
    found = Pair.objects.filter(changes.within("one__"), changes.within("two__"), state=state)
    order = ("-weight", "pk") if state == Pair.State.OPEN else ("-decided_at", "-pk")
    return found.select_related("one__owner", "two__owner", "decided_by").order_by(*order)


def pair(viewer: User, pk: int) -> Pair | None:
    """One such pair, open or told apart."""
    changes = reach(viewer, "write")
    found = Pair.objects.filter(changes.within("one__"), changes.within("two__"), pk=pk)
    return found.select_related("one__owner", "two__owner", "decided_by").first()


def pairs_of(viewer: User, customer: Customer) -> list[Pair]:
    """The open pairs that a card stands in."""
    found = pairs(viewer).filter(Q(one=customer) | Q(two=customer))
    return list(found[:10])


def may_merge(viewer: User, customer: Customer) -> bool:
    """Whether the viewer may merge the card with another: who may both change and delete it."""
    return viewer.may("tag") and all(customers.may_do(viewer, customer, act) for act in ("write", "delete"))


def cards(viewer: User, keys: Sequence[str]) -> list[Customer]:
    """The cards with these keys, each once, in order. Raises NoSuchCustomer and PermissionDenied."""
    found = {}
    for key in keys:
        card = customers.customer(viewer, key, "write")
        if not may_merge(viewer, card):
            raise PermissionDenied("delete")
        found[card.pk] = card
    return list(found.values())


def merge(viewer: User, pk: int) -> Merge | None:
    """A merge into a card that the viewer may read."""
    found = Merge.objects.filter(reach(viewer).within("survivor__"), pk=pk)
    return found.select_related("survivor__owner", "by", "undone_by").first()


def merges(viewer: User, customer: Customer) -> QuerySet[Merge]:
    """The merges into a card, the latest first."""
    found = Merge.objects.filter(reach(viewer).within("survivor__"), survivor=customer)
    return found.select_related("by", "undone_by").order_by("-at", "-pk")


def stands_on(done: Merge) -> Merge | None:
    """The later merge that must be taken back before this one; None where there is none."""
    last = latest(done.survivor)
    return last if last is not None and last.pk != done.pk else None


def names_of(viewer: User, done: Merge) -> list[str]:
    """What the cards that went are called; of cards that are there again only in the viewer's reach."""
    return [f"{name} ({key})" for key, name in went(viewer, done)]


def went(viewer: User, done: Merge) -> list[tuple[str, str]]:
    """Key and name of the cards that went; of cards that are there again only in the viewer's reach."""
    if done.undone_at is None:
        return [(one["key"], one["name"]) for one in done.gone]
    there = Customer.objects.filter(reach(viewer).within(), pk__in=done.numbers).order_by("pk")
    return [(card.key, card.display_name) for card in there]


def last_search(viewer: User) -> Job | None:
    """The last search, for who may see it: one's own, or anybody's for who may watch jobs."""
    jobs = Job.objects.filter(kind=JOB).order_by("-pk")
    return (jobs if viewer.may("watch_jobs") else jobs.filter(started_by=viewer.pk)).first()
