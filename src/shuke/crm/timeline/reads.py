"""What is asked of timelines, always for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Q, QuerySet

from shuke.crm.customers import reads as customers
from shuke.crm.customers.models import Customer
from shuke.crm.customers.scope import reach
from shuke.crm.people.models import User
from shuke.crm.timeline.models import Attachment, LastTouch, Mention, Outcome, Touch

_NAMES_OFFERED = 8


def touch(viewer: User, pk: int) -> Touch | None:
    """A touch of a customer whom the viewer may read; also one that was deleted and may come back."""
    within = reach(viewer).within("customer__")
    return Touch.objects.select_related("customer", "by", "outcome").filter(within, pk=pk).first()


def attachment(viewer: User, pk: int) -> Attachment | None:
    """An attachment of a touch that the viewer may read; none of a deleted one."""
    within = reach(viewer).within("touch__customer__")
    return Attachment.objects.select_related("touch").filter(within, pk=pk, touch__deleted_at=None).first()


def may_write(viewer: User, customer: Customer) -> bool:
    """Whether the viewer may add to the customer's timeline: who may edit the card."""
    return viewer.may("tag") and customers.may_do(viewer, customer, "write")


def last_touch(viewer: User, customer: Customer) -> datetime | None:
    """When somebody was last in contact with the customer."""
    found = LastTouch.objects.filter(reach(viewer).within("customer__"), pk=customer.pk)
    return found.values_list("at", flat=True).first()


def writers(viewer: User, customer: Customer) -> list[User]:
    """The users who wrote on the customer's timeline, by name."""
    touches = Touch.objects.filter(reach(viewer).within("customer__"), customer=customer, deleted_at=None)
    ids = touches.order_by().values("by").distinct()
    return sorted(User.objects.filter(pk__in=ids), key=lambda user: user.shown_name)


def outcomes(viewer: User, kept: Outcome | None = None) -> QuerySet[Outcome]:
    """The outcomes to choose from, and the one that a touch has already."""
    wanted = Q(archived=False) | Q(pk=kept.pk if kept else None)
    return Outcome.objects.filter(wanted).order_by("kind", "place", "pk")


def mentions(viewer: User) -> QuerySet[Mention]:
    """Where the viewer is named, new ones first; of customers whom the viewer may read."""
    found = _readable(viewer).select_related("touch__customer", "touch__by")
    return found.order_by(F("seen_at").desc(nulls_first=True), "-pk")


def unseen(viewer: User) -> int:
    """How many mentions the viewer has not opened yet."""
    return _readable(viewer).filter(seen_at=None).count()


def names(viewer: User, start: str) -> Sequence[User]:
    """Users to mention, of whom a name begins so; oneself is left out."""
    word = start.strip().lstrip("@")
    found = User.objects.filter(is_active=True).exclude(pk=viewer.pk)
    if word:
        found = found.filter(Q(username__istartswith=word) | Q(name__icontains=word))
    return list(found.order_by("username")[:_NAMES_OFFERED])


def _readable(viewer: User) -> QuerySet[Mention]:
    within = reach(viewer).within("touch__customer__")
    return Mention.objects.filter(within, user_id=viewer.pk, touch__deleted_at=None)
