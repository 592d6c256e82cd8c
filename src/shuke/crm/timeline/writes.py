"""What may be done on a timeline: each function one act, whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from shuke.crm.customers.models import Customer
from shuke.crm.customers.scope import reach
from shuke.crm.people import audit
from shuke.crm.people.models import User
from shuke.crm.timeline import files
from shuke.crm.timeline.bookings import CLEAN, book, book_new, later
from shuke.crm.timeline.errors import RefusedFile, RefusedTouch
from shuke.crm.timeline.files import Brought, Kept
from shuke.crm.timeline.mentions import named
from shuke.crm.timeline.models import (
    MOST_MINUTES,
    TEXT_LENGTH,
    Attachment,
    Direction,
    Kind,
    LastTouch,
    Mention,
    Outcome,
    Touch,
)

EDIT_WITHIN = timedelta(days=1)
UNDO_WITHIN = timedelta(hours=1)
MOST_FILES = 5
_DAY = timedelta(days=1)
_CHUNK = 2000
_CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True)
class Said:
    """What somebody writes down of a contact: `minutes` spent on it, `at` the moment it took place."""

    kind: str
    at: datetime
    text: str = ""
    direction: str = ""
    outcome: Outcome | None = None
    minutes: int = 0


def add(*, customer: Customer, by: User, said: Said, brought: Sequence[Brought] = ()) -> Touch:
    """Put a touch on a customer's timeline, with its files and the users it names.

    Raises RefusedTouch for one that says nothing, lies in the future or has an outcome of another kind; RefusedFile for
    a file that cannot be taken; PermissionDenied for who may not change the customer. Then nothing is kept.
    """
    _require_reach(customer.owner_id, by)
    _require_sense(said, brought)
    kept = _keep(brought)
    try:
        return _add(customer, by, said, kept)
    except BaseException:
        files.remove(file.place for file in kept)
        raise


@dataclass(frozen=True)
class Contact:
    """A contact of a customer (by id) as another system had it: who spoke, and what was said."""

    customer: int
    by: User | None
    said: Said


@transaction.atomic
def bring(*, contacts: Sequence[Contact]) -> int:
    """Put contacts from elsewhere on their timelines, many at once, all or none; how many.

    Each is booked as one that somebody wrote down here. Nobody is told that they are named in one. Raises RefusedTouch
    for one that says nothing, lies in the future or has an outcome of another kind.
    """
    for contact in contacts:
        _require_sense(contact.said, ())
    made = Touch.objects.bulk_create(
        [Touch(customer_id=one.customer, by=one.by, **_columns(one.said)) for one in contacts], batch_size=_CHUNK
    )
    book_new(made)
    customers = sorted({touch.customer_id for touch in made})
    spoke = Touch.objects.filter(customer__in=customers, deleted_at=None).exclude(kind=Kind.NOTE)
    last = spoke.order_by().values("customer").annotate(at=Max("at"))
    rows = [LastTouch(customer_id=row["customer"], at=row["at"]) for row in last]
    LastTouch.objects.bulk_create(rows, update_conflicts=True, unique_fields=["customer"], update_fields=["at"])
    audit.note_each("touch_added", customers, kind="customer")
    return len(made)


@transaction.atomic
def _add(customer: Customer, by: User, said: Said, kept: Sequence[Kept]) -> Touch:
    touch = Touch.objects.create(customer=customer, by=by, **_columns(said))
    Attachment.objects.bulk_create(
        Attachment(
            touch=touch, by=by, name=file.name, place=file.place, size=file.size, content_type=file.content_type,
            digest=file.digest,
        )
        for file in kept
    )  # fmt: skip
    if kept:
        later(CLEAN, _DAY)
    _after(touch)
    _note("touch_added", touch, by, [name for name, value in _columns(said).items() if value] + ["files"] * bool(kept))
    return touch


@transaction.atomic
def change(*, touch: Touch, by: User, said: Said) -> Touch:
    """Say a touch of one's own otherwise, within a day of having written it.

    Raises RefusedTouch for somebody else's, for one that is older or was deleted, and as `add` does.
    """
    found = _own(touch, by)
    if found.deleted_at is not None:
        raise RefusedTouch("gone")
    if not may_change(by, found):
        raise RefusedTouch("late")
    _require_sense(said, list(found.attachments.all()))
    before = {name: str(getattr(found, name)) for name in _columns(said)}
    for name, value in _columns(said).items():
        setattr(found, name, value)
    found.edited_at = timezone.now()
    found.save()
    _after(found)
    values = audit.changed(before, {name: str(value) for name, value in _columns(said).items()})
    audit.note("touch_changed", by=by, kind="customer", record=found.customer_id, values=values)
    return found


@transaction.atomic
def delete(*, touch: Touch, by: User) -> Touch:
    """Take a touch of one's own off the timeline; for an hour it can be put back. Raises RefusedTouch."""
    found = _own(touch, by)
    if found.deleted_at is None:
        found.deleted_at = timezone.now()
        found.save(update_fields=["deleted_at"])
        _after(found)
        later(CLEAN, UNDO_WITHIN)
        _note("touch_deleted", found, by)
    return found


@transaction.atomic
def restore(*, touch: Touch, by: User) -> Touch:
    """Put a touch of one's own back as it was. Raises RefusedTouch where it is too late."""
    found = _own(touch, by)
    if found.deleted_at is not None:
        if found.deleted_at < timezone.now() - UNDO_WITHIN:
            raise RefusedTouch("gone")
        found.deleted_at = None
        found.save(update_fields=["deleted_at"])
        _after(found)
        _note("touch_restored", found, by)
    return found


def note_taken(*, attachment: Attachment) -> None:
    """Note that who asks took a file, also while viewing as somebody else."""
    values = {"file": attachment.name}
    audit.note("file_taken", kind="customer", record=attachment.touch.customer_id, values=values)


def forget(customers: Sequence[int]) -> None:
    """Delete all touches of customers who are erased, and their files once that is certain."""
    touches = Touch.objects.filter(customer__in=customers)
    places = list(Attachment.objects.filter(touch__customer__in=customers).values_list("place", flat=True))
    touches.delete()
    transaction.on_commit(lambda: files.remove(places))


def may_change(user: User, touch: Touch) -> bool:
    """Whether it is the user's own and still fresh."""
    return touch.by_id == user.pk and touch.created_at > timezone.now() - EDIT_WITHIN


def see(*, user: User, mention_id: int | None = None) -> int:
    """Note that the user has seen a mention, or all; how many were new."""
    unseen = Mention.objects.filter(user_id=user.pk, seen_at=None)
    if mention_id is not None:
        unseen = unseen.filter(pk=mention_id)
    return unseen.update(seen_at=timezone.now())


def clean() -> dict[str, int]:
    """Remove for good what was deleted, and files that no touch knows; how many of each."""
    with transaction.atomic():
        old = Touch.objects.filter(deleted_at__lt=timezone.now() - UNDO_WITHIN)
        gone = list(old.select_for_update().values_list("pk", flat=True))
        # The rows first: should this be killed before the files are gone, they are files that no touch knows.
        places = list(Attachment.objects.filter(touch__in=gone).values_list("place", flat=True))
        Touch.objects.filter(pk__in=gone).delete()
        transaction.on_commit(lambda: files.remove(places))
    settled = [place for place, is_settled in files.stored() if is_settled]
    known = set(Attachment.objects.values_list("place", flat=True)) if settled else set()
    orphans = [place for place in settled if place not in known]
    files.remove(orphans)
    with transaction.atomic():
        waits = Touch.objects.filter(deleted_at__isnull=False).exists()
        if waits or Attachment.objects.exists():
            later(CLEAN, UNDO_WITHIN if waits else _DAY)
    return {"touches": len(gone), "files": len(places) + len(orphans)}


def _columns(said: Said) -> dict[str, object]:
    direction = "" if said.kind == Kind.NOTE else said.direction
    return {
        "kind": said.kind,
        "at": said.at,
        "text": said.text.strip(),
        "direction": direction,
        "outcome": said.outcome,
        "minutes": said.minutes,
    }


def _require_sense(said: Said, brought: Sequence[object]) -> None:
    if said.kind not in Kind.values or said.direction not in Direction.values:
        raise RefusedTouch("kind")
    if not said.text.strip() and said.outcome is None and not brought:
        raise RefusedTouch("empty")
    if len(said.text) > TEXT_LENGTH:
        raise RefusedTouch("long")
    if not 0 <= said.minutes <= MOST_MINUTES:
        raise RefusedTouch("minutes")
    if said.at > timezone.now() + _CLOCKS_DIFFER:
        raise RefusedTouch("future")
    if said.outcome is not None and said.outcome.kind != said.kind:
        raise RefusedTouch("outcome")


def _keep(brought: Sequence[Brought]) -> list[Kept]:
    if len(brought) > MOST_FILES:
        raise RefusedFile("too_many", limit=MOST_FILES)
    kept: list[Kept] = []
    try:
        kept.extend(files.keep(file) for file in brought)
    except BaseException:
        files.remove(file.place for file in kept)
        raise
    return kept


def _note(act: str, touch: Touch, by: User, fields: Sequence[str] = ()) -> None:
    """Under the customer, by whom erasure finds it."""
    audit.note(act, by=by, kind="customer", record=touch.customer_id, fields=fields)


def _own(touch: Touch, by: User) -> Touch:
    found = Touch.objects.select_for_update(of=("self",)).filter(pk=touch.pk).first()
    if found is None:
        raise RefusedTouch("gone")
    if found.by_id != by.pk:
        raise RefusedTouch("not_yours")
    _require_reach(Customer.objects.values_list("owner_id", flat=True).get(pk=found.customer_id), by)
    return found


def _require_reach(owner: int | None, by: User) -> None:
    """Whoever calls has asked already; asked again, so that no way to a timeline writes on one out of reach."""
    if not reach(by, "write").holds(owner):
        raise PermissionDenied("write")


def _after(touch: Touch) -> None:
    """What follows from a touch, in its own transaction: bookings, mentions, the day of the last contact."""
    book(touch)
    users = [] if touch.deleted_at else [user.pk for user in named(touch.text) if user.pk != touch.by_id]
    if not touch.deleted_at:
        touch.mentions.exclude(user__in=users).delete()
    Mention.objects.bulk_create([Mention(touch=touch, user_id=pk) for pk in users], ignore_conflicts=True)
    note_last(touch.customer_id)


def note_last(customer_id: int) -> None:
    """Bring the day of a customer's last contact to what the touches say."""
    # One after the other for a customer: two at once could each overlook the other's.
    Customer.objects.select_for_update().filter(pk=customer_id).values_list("pk").first()
    contacts = Touch.objects.filter(customer_id=customer_id, deleted_at=None).exclude(kind=Kind.NOTE)
    last = contacts.order_by("-at").values_list("at", flat=True).first()
    if last is None:
        LastTouch.objects.filter(pk=customer_id).delete()
    else:
        LastTouch.objects.update_or_create(customer_id=customer_id, defaults={"at": last})
