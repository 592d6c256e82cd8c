"""What timelines hold on a person, and the files that must go when it is erased."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from shuke.crm.people.models import User
from shuke.crm.privacy.holdings import Holding, Person, Rows, shown
from shuke.crm.timeline import files
from shuke.crm.timeline.models import Attachment, Booking, Touch


def _touches(_: User, person: Person) -> Rows:
    """Those deleted lately too, as long as they are kept."""
    rows = Touch.objects.filter(customer=person.number).select_related("by", "outcome").order_by("at")
    told = ("kind", "direction", "at", "text", "minutes", "created_at", "edited_at", "deleted_at")
    return [
        {name: getattr(one, name) for name in told}
        | {
            "by": shown(one.by),
            "outcome": one.outcome.code if one.outcome else "",
            "files": [_name(file) for file in one.attachments.all()],
        }
        for one in rows.prefetch_related("attachments")
    ]


def _name(file: Attachment) -> str:
    """Two files may have one name."""
    return f"{file.pk}-{file.name}"


def _attached(person: Person) -> Iterable[Attachment]:
    return Attachment.objects.filter(touch__customer=person.number)


def _files(person: Person) -> Iterable[tuple[str, Path]]:
    return [(_name(file), file.path) for file in _attached(person) if file.path.is_file()]


def _bookings(_: User, person: Person) -> Rows:
    told = ("at", "kind", "direction", "outcome", "by", "touches", "minutes")
    return list(Booking.objects.filter(customer=person.number).order_by("pk").values(*told))


def _places(person: Person) -> list[str]:
    return [file.place for file in _attached(person)]


def _sweep(person: Person) -> None:
    """They go with the records; killed between these and them, they are looked for again."""
    files.remove(person.gathered.get("attachments", []))


TOUCHES = Holding(
    "touches",
    ("timeline.Touch", "timeline.LastTouch"),
    lambda person: Touch.objects.filter(customer=person.number).count(),
    _touches,
)
ATTACHMENTS = Holding(
    "attachments", ("timeline.Attachment",), lambda person: len(_places(person)), files=_files, gather=_places,
    sweep=_sweep,
)  # fmt: skip
BOOKINGS = Holding(
    "bookings",
    ("timeline.Booking",),
    lambda person: Booking.objects.filter(customer=person.number).count(),
    _bookings,
)
