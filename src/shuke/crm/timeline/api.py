"""Timelines through the API: the list of all that happened, contacts and notes, files, mentions."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.utils import timezone
from pydantic import Field

from shuke.crm.api.operations import Group
from shuke.crm.api.pages import cursor, keyset, place
from shuke.crm.api.problems import invalid, or_404
from shuke.crm.api.schemas import All, Given, Id, Listing, Moment, PageOf, Told, username
from shuke.crm.customers import reads as customers
from shuke.crm.customers.api import card_to_write
from shuke.crm.people.models import User
from shuke.crm.timeline import entries, reads, writes
from shuke.crm.timeline.entries import Entry, Place
from shuke.crm.timeline.files import Brought
from shuke.crm.timeline.models import MOST_MINUTES, TEXT_LENGTH, Mention, Outcome, Touch
from shuke.crm.timeline.views import GROUPS
from shuke.crm.timeline.writes import MOST_FILES, Said
from shuke.crm.words import here
from shuke.ui import language

group = Group("timeline")
Kind = Literal["note", "call", "visit", "message", "email", "other"]
Direction = Literal["", "out", "in"]
Minutes = Annotated[int, Field(ge=0, le=MOST_MINUTES)]
Text = Annotated[str, Field(max_length=TEXT_LENGTH)]
Code = Annotated[str, Field(max_length=40)]


class TimelineListing(Listing):
    kind: list[Literal["note", "call", "visit", "message", "email", "other", "purchase", "standing", "card"]] = Field(
        default_factory=list
    )
    by: Id | None = None


class TimelineEntry(Told):
    """One entry. `code` names it; that of a contact or note is `touch-` and its number."""

    code: str
    at: datetime
    dated: bool
    kind: str
    title: str
    who: str
    note: str
    amount: str
    text: str
    lines: list[tuple[str, str]]


class FileTold(Told):
    id: int
    name: str
    size: int
    content_type: str


class TouchTold(Told):
    id: int
    customer: str
    kind: str
    direction: str
    at: datetime
    by: str | None
    text: str
    outcome: str | None
    minutes: int
    files: list[FileTold]
    created_at: datetime
    edited_at: datetime | None


class NewFile(Given):
    """`content` is base64."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    content: Annotated[str, Field(min_length=1)]


class GivenTouch(Given):
    kind: Kind
    text: Text = ""
    direction: Direction = ""
    outcome: Code | None = None
    minutes: Minutes = 0
    at: Moment | None = None


class NewTouch(GivenTouch):
    files: Annotated[list[NewFile], Field(max_length=MOST_FILES)] = Field(default_factory=list)


class OutcomeTold(Told):
    kind: str
    code: str
    label: str


class MentionTold(Told):
    id: int
    customer: str
    touch_id: int
    by: str | None
    at: datetime
    text: str
    is_new: bool


class Seeing(Given):
    """One mention, or all of them."""

    mention_id: Id | None = None


class Seen(Told):
    seen: int


@group.get(
    "/customers/{key}/timeline", scope="timeline:read", right="see", query=TimelineListing,
    answer=PageOf[TimelineEntry],
)  # fmt: skip
def list_timeline(viewer: User, key: str, query: TimelineListing) -> PageOf[TimelineEntry]:
    """All that happened with a customer, the newest first: contacts, notes, purchases, changes of tier and card."""
    customer = customers.customer(viewer, key)
    of = f"timeline {customer.pk}"
    kinds = frozenset().union(*(GROUPS[kind] for kind in query.kind))
    before = place(query, of)
    found = entries.listing(
        viewer, customer, kinds=kinds, by=query.by, before=Place.read(before) if before else None, size=query.limit
    )
    more = cursor(query, found.more, of) if found.more else None
    return PageOf[TimelineEntry](items=[_entry(one) for one in found.entries], next=more)


def _entry(entry: Entry) -> TimelineEntry:
    return TimelineEntry(
        code=entry.code, at=entry.at, dated=entry.dated, kind=entry.kind, title=entry.title, who=entry.who,
        note=entry.note, amount=entry.amount, text="".join(piece for piece, _ in entry.pieces),
        lines=[(str(name), str(value)) for name, value in entry.lines],
    )  # fmt: skip


@group.post(
    "/customers/{key}/touches", scope="timeline:write", right="tag", body=NewTouch, answer=TouchTold, status=201
)
def add_touch(viewer: User, key: str, body: NewTouch) -> TouchTold:
    """A note, call, visit, message or e-mail, with the minutes spent. `@name` in the text tells a colleague."""
    customer = card_to_write(viewer, key)
    brought = [Brought(file.name, [_bytes(file)]) for file in body.files]
    made = writes.add(customer=customer, by=viewer, said=_said(viewer, body, None), brought=brought)
    return _told(_touch(viewer, made.pk))


@group.get("/touches/{touch_id}", scope="timeline:read", right="see", answer=TouchTold)
def get_touch(viewer: User, touch_id: int) -> TouchTold:
    touch = _touch(viewer, touch_id)
    if touch.deleted_at is not None:
        raise Http404
    return _told(touch)


@group.put("/touches/{touch_id}", scope="timeline:write", right="tag", body=GivenTouch, answer=TouchTold)
def change_touch(viewer: User, touch_id: int, body: GivenTouch) -> TouchTold:
    """Say one's own otherwise, within a day."""
    touch = _writable(viewer, touch_id)
    writes.change(touch=touch, by=viewer, said=_said(viewer, body, touch))
    return _told(_touch(viewer, touch_id))


@group.delete("/touches/{touch_id}", scope="timeline:write", right="tag")
def delete_touch(viewer: User, touch_id: int) -> None:
    """One's own; for an hour it can be restored."""
    writes.delete(touch=_writable(viewer, touch_id), by=viewer)


@group.post("/touches/{touch_id}/restore", scope="timeline:write", right="tag", answer=TouchTold)
def restore_touch(viewer: User, touch_id: int) -> TouchTold:
    writes.restore(touch=_writable(viewer, touch_id), by=viewer)
    return _told(_touch(viewer, touch_id))


@group.get("/files/{file_id}", scope="timeline:read", right="see", media="application/octet-stream")
def get_file(viewer: User, file_id: int) -> FileResponse:
    """A file to keep; the audit notes that it was taken."""
    found = reads.attachment(viewer, file_id)
    if found is None or not found.path.is_file():
        raise Http404
    writes.note_taken(attachment=found)
    response = FileResponse(found.path.open("rb"), as_attachment=True, filename=found.name)
    response.headers["Content-Type"] = "application/octet-stream"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@group.get("/outcomes", scope="timeline:read", right="see", answer=All[OutcomeTold])
def list_outcomes(viewer: User) -> All[OutcomeTold]:
    """How contacts may end, by kind."""
    tongue = language.active()
    return All[OutcomeTold](
        items=[OutcomeTold(kind=one.kind, code=one.code, label=one.label(tongue)) for one in reads.outcomes(viewer)]
    )


@group.get("/mentions", scope="timeline:read", right="see", query=Listing, answer=PageOf[MentionTold])
def list_mentions(viewer: User, query: Listing) -> PageOf[MentionTold]:
    """Where colleagues named the user, the newest first."""
    return keyset(reads.mentions(viewer), query, _mention, of="mentions")


@group.post("/mentions/seen", scope="timeline:write", right="see", body=Seeing, answer=Seen)
def see_mentions(viewer: User, body: Seeing) -> Seen:
    return Seen(seen=writes.see(user=viewer, mention_id=body.mention_id))


def _bytes(file: NewFile) -> bytes:
    try:
        return base64.b64decode(file.content, validate=True)
    except (binascii.Error, ValueError):
        raise invalid("files", here("api.invalid.base64")) from None


def _said(viewer: User, body: GivenTouch, touch: Touch | None) -> Said:
    outcome = _outcome(reads.outcomes(viewer, touch.outcome if touch else None), body)
    at = body.at or (touch.at if touch else timezone.now())
    return Said(body.kind, at, body.text, body.direction, outcome, body.minutes)


def _outcome(known: Iterable[Outcome], body: GivenTouch) -> Outcome | None:
    if body.outcome is None:
        return None
    codes = {one.code: one for one in known if one.kind == body.kind}
    if body.outcome not in codes:
        raise invalid("outcome", here("api.invalid.unknown", allowed=", ".join(codes) or "—"))
    return codes[body.outcome]


def _touch(viewer: User, touch_id: int) -> Touch:
    return or_404(reads.touch(viewer, touch_id))


def _writable(viewer: User, touch_id: int) -> Touch:
    touch = _touch(viewer, touch_id)
    if not reads.may_write(viewer, touch.customer):
        raise PermissionDenied("write")
    return touch


def _told(touch: Touch) -> TouchTold:
    files = [
        FileTold(id=file.pk, name=file.name, size=file.size, content_type=file.content_type)
        for file in touch.attachments.all()
    ]
    return TouchTold(
        id=touch.pk, customer=touch.customer.key, kind=touch.kind, direction=touch.direction, at=touch.at,
        by=username(touch.by), text=touch.text, minutes=touch.minutes, files=files,
        outcome=touch.outcome.code if touch.outcome else None, created_at=touch.created_at, edited_at=touch.edited_at,
    )  # fmt: skip


def _mention(mention: Mention) -> MentionTold:
    touch = mention.touch
    return MentionTold(
        id=mention.pk, customer=touch.customer.key, touch_id=touch.pk, by=username(touch.by),
        at=mention.at, text=touch.text, is_new=mention.seen_at is None,
    )  # fmt: skip
