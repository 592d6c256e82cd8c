"""Consent through the API: channels, what customers said of each, what stands of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils import timezone
from pydantic import Field

from shuke.crm.api.operations import Group
from shuke.crm.api.pages import page, place
from shuke.crm.api.problems import require_valid
from shuke.crm.api.schemas import All, Day, Given, Listing, PageOf, Told, username
from shuke.crm.customers import reads as customers
from shuke.crm.customers.api import card_to_write
from shuke.crm.customers.api_shapes import Keys
from shuke.crm.people.models import User
from shuke.crm.privacy import reads, writes
from shuke.crm.privacy.forms import StatementForm
from shuke.crm.privacy.models import EVIDENCE_LENGTH, Channel, Statement
from shuke.crm.privacy.writes import Said
from shuke.ui import language

group = Group("consents")
Purpose = Literal["marketing", "survey", "service"]
Source = Literal["form", "shop", "call", "message", "website", "contract", "import", "other"]


class ChannelTold(Told):
    code: str
    label: str


class ConsentTold(Told):
    """What stands of one channel and purpose: `unknown` where nothing was said."""

    channel: str
    purpose: str
    state: str
    on: date | None
    source: str | None


class NewStatement(Given):
    """What was said of a channel, where, on which day (today if left out), and where the evidence lies."""

    channel: Annotated[str, Field(min_length=1, max_length=40)]
    state: Literal["given", "refused", "withdrawn"]
    purpose: Purpose = "marketing"
    source: Source
    on: Day | None = None
    evidence: Annotated[str, Field(max_length=EVIDENCE_LENGTH)] = ""


class ManyStatements(NewStatement):
    keys: Keys


class StatementTold(Told):
    id: int
    channel: str
    purpose: str
    state: str
    source: str
    on: date
    evidence: str
    by: str | None
    noted_at: datetime


class Noted(Told):
    """For how many it was noted, and the keys of no customer whom the user may change."""

    noted: int
    unknown: list[str]


@group.get("/channels", scope="consents:read", right="see", answer=All[ChannelTold])
def list_channels(viewer: User) -> All[ChannelTold]:
    """The ways to reach customers that consent is asked for."""
    tongue = language.active()
    return All[ChannelTold](items=[ChannelTold(code=one.code, label=one.label(tongue)) for one in reads.channels()])


@group.get("/customers/{key}/consents", scope="consents:read", right="see", answer=All[ConsentTold])
def list_consents(viewer: User, key: str) -> All[ConsentTold]:
    """What stands: marketing for every channel, other purposes where something was said."""
    found = reads.standings(viewer, customers.customer(viewer, key))
    return All[ConsentTold](
        items=[
            ConsentTold(
                channel=one.channel.code, purpose=one.purpose, state=one.state,
                on=one.statement.on if one.statement else None, source=one.statement.source if one.statement else None,
            )
            for one in found
        ]
    )  # fmt: skip


@group.get(
    "/customers/{key}/statements", scope="consents:read", right="see", query=Listing, answer=PageOf[StatementTold]
)
def list_statements(viewer: User, key: str, query: Listing) -> PageOf[StatementTold]:
    """All that a customer ever said, the latest day first."""
    customer = customers.customer(viewer, key)
    rows, of = reads.statements(viewer, customer), f"statements {customer.pk}"
    if (after := place(query, of)) is not None:
        on, pk = date.fromisoformat(after[0]), after[1]
        rows = rows.filter(Q(on__lt=on) | Q(on=on, pk__lt=pk))
    found = list(rows[: query.limit + 1])
    return page(found, query, _statement, lambda row: (row.on.isoformat(), row.pk), of)


@group.post(
    "/customers/{key}/statements", scope="consents:write", right="tag", body=NewStatement, answer=StatementTold,
    status=201,
)  # fmt: skip
def note_statement(viewer: User, key: str, body: NewStatement) -> StatementTold:
    """Add what a customer said. Nothing said before is altered: what was said of the latest day stands."""
    customer = card_to_write(viewer, key)
    if not writes.note(customers=[customer.pk], said=_said(body), by=viewer):
        raise PermissionDenied("write")
    made = reads.statements(viewer, customer).order_by("-pk").first()
    assert made is not None  # noqa: S101  just noted
    return _statement(made)


@group.post("/customers/-/statements", scope="consents:write", right="tag", body=ManyStatements, answer=Noted)
def note_statements(viewer: User, body: ManyStatements) -> Noted:
    """The same for many, as one act without an undo: to take it back, note the contrary."""
    within = customers.visible(viewer, "write").filter(key__in=body.keys)
    found = dict(within.values_list("key", "pk"))
    noted = writes.note(customers=list(found.values()), said=_said(body), by=viewer)
    return Noted(noted=len(noted), unknown=[key for key in dict.fromkeys(body.keys) if key not in found])


def _said(body: NewStatement) -> Said:
    """What the form of the page makes of it."""
    given = {name: str(getattr(body, name)) for name in ("channel", "state", "purpose", "source", "evidence")}
    archived = Channel.objects.filter(code=body.channel, archived=True)
    form = StatementForm({**given, "on": (body.on or timezone.localdate()).isoformat()}, archived)
    require_valid(form)
    return form.said()


def _statement(row: Statement) -> StatementTold:
    return StatementTold(
        id=row.pk, channel=row.channel.code, purpose=row.purpose, state=row.state, source=row.source, on=row.on,
        evidence=row.evidence, by=username(row.noted_by), noted_at=row.noted_at,
    )  # fmt: skip
