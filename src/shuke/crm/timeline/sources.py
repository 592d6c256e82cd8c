"""The entries that records give: touches, and how a customer's tier and stage changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from shuke.crm.customers.models import Customer
from shuke.crm.people.models import User
from shuke.crm.scores.columns import name_of
from shuke.crm.scores.models import StageChange, TierChange
from shuke.crm.timeline.entries import Asked, Entry, Source, day_begins
from shuke.crm.timeline.mentions import pieces
from shuke.crm.timeline.models import Attachment, Kind, Mention, Touch, kind_name
from shuke.crm.timeline.reads import may_write
from shuke.crm.timeline.writes import may_change
from shuke.crm.words import here
from shuke.kit.text import number
from shuke.ui import language

ICONS = {
    "note": "sticky-note", "call": "phone", "visit": "map-pin", "message": "message-circle", "email": "mail",
    "other": "ellipsis",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class File:
    """An attachment as the list shows it."""

    name: str
    size: str
    href: str


@dataclass(frozen=True, slots=True)
class Acts:
    """What the reader may do to a touch, and its files."""

    files: Sequence[File]
    edit: str = ""
    delete: str = ""


def _touches(asked: Asked) -> list[Entry]:
    found = _with_all(Touch.objects.filter(customer=asked.customer, deleted_at=None, kind__in=asked.kinds))
    if asked.by is not None:
        found = found.filter(by=asked.by)
    if asked.at is not None:
        found = found.filter(Q(at__lt=asked.at) | Q(at=asked.at, pk__lt=asked.number))
    may_edit = may_write(asked.viewer, asked.customer)
    return [_of_touch(touch, asked.viewer, may_edit) for touch in found.order_by("-at", "-pk")[: asked.limit]]


def _touch(viewer: User, customer: Customer, pk: int) -> Entry | None:
    found = _with_all(Touch.objects.filter(customer=customer, deleted_at=None, pk=pk)).first()
    return _of_touch(found, viewer, may_write(viewer, customer)) if found else None


def _with_all(touches: QuerySet[Touch]) -> QuerySet[Touch]:
    return touches.select_related("by", "outcome").prefetch_related(
        Prefetch("attachments", Attachment.objects.order_by("pk")),
        Prefetch("mentions", Mention.objects.select_related("user")),
    )


def _of_touch(touch: Touch, viewer: User, may_edit: bool) -> Entry:
    tongue = language.active()
    names = {mention.user.username: mention.user.shown_name for mention in touch.mentions.all()}
    title = kind_name(touch.kind)
    if touch.direction:
        title = here(f"timeline.title.{touch.direction}", kind=title)
    notes = [touch.outcome.label(tongue)] if touch.outcome else []
    if touch.minutes:
        notes.append(here("timeline.minutes", count=number(touch.minutes, tongue)))
    if touch.edited_at:
        notes.append(here("timeline.edited"))
    return Entry(
        source="touch",
        number=touch.pk,
        at=touch.at,
        kind=touch.kind,
        icon=ICONS[touch.kind],
        title=title,
        who=touch.by.shown_name if touch.by else here("timeline.nobody"),
        note=" · ".join(notes),
        pieces=tuple(pieces(touch.text, names)),
        record=_acts(touch, viewer, may_edit),
    )


def _acts(touch: Touch, viewer: User, may_edit: bool) -> Acts:
    attached = [
        File(file.name, size(file.size), reverse("timeline:file", args=[file.pk])) for file in touch.attachments.all()
    ]
    own = touch.by_id == viewer.pk and may_edit
    return Acts(
        attached,
        edit=reverse("timeline:edit", args=[touch.pk]) if own and may_change(viewer, touch) else "",
        delete=reverse("timeline:delete", args=[touch.pk]) if own else "",
    )


def size(count: int) -> str:
    """How large a file is, for people.

    >>> size(1500), size(3 << 20)
    ('2 KB', '3 MB')
    """
    if count < 1 << 20:
        return f"{max(1, -(-count // 1024))} KB"
    return f"{round(count / (1 << 20))} MB"


def _standing_bound(asked: Asked, found: QuerySet[TierChange] | QuerySet[StageChange]) -> QuerySet[TierChange]:
    """Runs have a day, which begins the moment they stand for."""
    ordered = found.filter(customer=asked.customer, run__published_at__isnull=False).select_related("run")
    if asked.at is not None:
        day = _day_of(asked.at)
        on_it = Q(run__as_of=day) if asked.at > day_begins(day) else Q(run__as_of=day, pk__lt=asked.number)
        ordered = ordered.filter(Q(run__as_of__lt=day) | on_it)
    return ordered.order_by("-run__as_of", "-pk")[: asked.limit]  # type: ignore[return-value]


def _day_of(at: datetime) -> date:
    return timezone.localtime(at, timezone.get_default_timezone()).date()


def _tiers(asked: Asked) -> list[Entry]:
    return [_of_change(change, "tier") for change in _standing_bound(asked, TierChange.objects.all())]


def _stages(asked: Asked) -> list[Entry]:
    return [_of_change(change, "stage") for change in _standing_bound(asked, StageChange.objects.all())]


def _tier(viewer: User, customer: Customer, pk: int) -> Entry | None:
    found = TierChange.objects.filter(customer=customer, pk=pk, run__published_at__isnull=False).first()
    return _of_change(found, "tier") if found else None


def _stage(viewer: User, customer: Customer, pk: int) -> Entry | None:
    found = StageChange.objects.filter(customer=customer, pk=pk, run__published_at__isnull=False).first()
    return _of_change(found, "stage") if found else None


def _of_change(change: TierChange | StageChange, what: str) -> Entry:
    tongue = language.active()
    before, after = (name_of(f"{what}.", code, tongue) for code in (change.before, change.after))
    return Entry(
        source=what,
        number=change.pk,
        at=day_begins(change.run.as_of),
        kind="standing",
        icon="arrow-right-left" if what == "tier" else "activity",
        title=here(f"timeline.title.{what}", before=before, after=after),
        dated=True,
    )


TOUCHES = Source("touch", frozenset(Kind.values), True, _touches, _touch)
TIERS = Source("tier", frozenset({"standing"}), False, _tiers, _tier)
STAGES = Source("stage", frozenset({"standing"}), False, _stages, _stage)
