"""What of a timeline goes along in a merge: touches with their bookings, and the day of the last contact.

A booking keeps the key under which it was made: what it says to the ledger must not depend on when it leaves.
"""

from __future__ import annotations

from collections.abc import Sequence

from shuke.crm.customers.models import Customer
from shuke.crm.customers.movers import Done, Mover, chunks
from shuke.crm.timeline.bookings import book
from shuke.crm.timeline.models import Booking, LastTouch, Touch
from shuke.crm.timeline.writes import note_last


def _count(ids: Sequence[int]) -> int:
    return Touch.objects.filter(customer__in=ids, deleted_at=None).count()


def _join(survivor: int, others: Sequence[int]) -> Done:
    done = [_join_one(survivor, other) for other in Customer.objects.filter(pk__in=others).order_by("pk")]
    note_last(survivor)
    return done


def _join_one(survivor: int, other: Customer) -> Done:
    touches = list(Touch.objects.filter(customer=other).order_by("pk").values_list("pk", flat=True))
    booked = Booking.objects.filter(customer=other).order_by("pk")
    own = list(booked.filter(key="").values_list("pk", flat=True))
    older = list(booked.exclude(key="").values_list("pk", flat=True))
    booked.filter(key="").update(key=other.key)
    booked.update(customer=survivor)
    Touch.objects.filter(customer=other).update(customer=survivor)
    LastTouch.objects.filter(pk=other.pk).delete()
    return {"customer": other.pk, "touches": touches, "bookings": own, "older_bookings": older}


def _part(survivor: int, done: Done) -> None:
    for told in done:
        customer = told["customer"]
        for some in chunks(told["touches"]):
            Touch.objects.filter(pk__in=some, customer=survivor).update(customer=customer)
        for some in chunks(told["bookings"]):
            Booking.objects.filter(pk__in=some, customer=survivor).update(customer=customer, key="")
        for some in chunks(told["older_bookings"]):
            Booking.objects.filter(pk__in=some, customer=survivor).update(customer=customer)
        _book_again(survivor, customer, told["touches"])
        note_last(customer)
    note_last(survivor)


def _book_again(survivor: int, customer: int, touches: Sequence[int]) -> None:
    """Touches that were changed while they stood with the survivor were booked there, and are now booked back."""
    for some in chunks(touches):
        booked = Booking.objects.filter(touch_number__in=some, customer=survivor).values("touch_number")
        for touch in Touch.objects.filter(pk__in=booked, customer=customer):
            book(touch)


TOUCHES = Mover(
    "touches", ("timeline.Touch.customer", "timeline.Booking.customer", "timeline.LastTouch.customer"),
    _count, _join, _part,
)  # fmt: skip
