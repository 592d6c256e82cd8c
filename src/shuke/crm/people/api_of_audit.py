"""The audit and tokens through the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from django.http import Http404
from pydantic import Field

from shuke.crm.api.operations import Group, Scope
from shuke.crm.api.pages import following, keyset, numbered
from shuke.crm.api.schemas import Day, Given, Id, Listing, PageOf, Told, username
from shuke.crm.people import reads, tokens
from shuke.crm.people.models import AuditEntry, Token, User

group = Group("audit")
keys = Group("credentials")
_AUDIT = "audit"


class AuditListing(Listing):
    by: Id | None = None
    act: Annotated[str, Field(max_length=32)] = ""
    kind: Annotated[str, Field(max_length=32)] = ""
    record: Annotated[str, Field(max_length=64)] = ""
    since: Day | None = None
    until: Day | None = None


class AuditTold(Told):
    id: int
    at: datetime
    by: str | None
    acting_as: str | None
    token_id: int | None
    act: str
    kind: str
    record: str
    fields: list[str]
    count: int | None
    address: str
    values: dict[str, Any]


class TokenTold(Told):
    id: int
    name: str
    prefix: str
    scopes: list[str]
    state: str
    made_at: datetime
    expires_at: datetime | None
    used_at: datetime | None


class MadeToken(TokenTold):
    token: str | None


class NewToken(Given):
    name: Annotated[str, Field(min_length=1, max_length=tokens.NAME_LENGTH)]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=40)]
    expires_days: Annotated[int, Field(ge=1, le=tokens.MOST_DAYS)] | None = 90


@group.get("/audit", scope="audit:read", right="audit", query=AuditListing, answer=PageOf[AuditTold])
def list_audit(viewer: User, query: AuditListing) -> PageOf[AuditTold]:
    found = reads.entries(
        viewer, by=query.by, act=query.act, kind=query.kind, record=query.record, since=query.since, until=query.until
    )
    listed = following(found, query, of=_AUDIT)
    values = reads.values_of(viewer, listed)  # of all at once
    return numbered(listed, query, lambda entry: _entry(entry, values.get(entry.pk, {})), _AUDIT)


def _entry(entry: AuditEntry, values: Mapping[str, Any]) -> AuditTold:
    return AuditTold(
        id=entry.pk, at=entry.at, by=username(entry.by),
        acting_as=username(entry.acting_as), token_id=entry.token_id, act=entry.act,
        kind=entry.kind, record=entry.record, fields=list(entry.fields), count=entry.count, address=entry.address,
        values=dict(values),
    )  # fmt: skip


@keys.get("/tokens", scope="credentials:read", query=Listing, answer=PageOf[TokenTold])
def list_tokens(viewer: User, query: Listing) -> PageOf[TokenTold]:
    """One's own."""
    return keyset(tokens.tokens(viewer), query, _told, of="tokens")


@keys.post("/tokens", scope="credentials:write", body=NewToken, answer=MadeToken, status=201, secret=("token",))
def make_token(viewer: User, body: NewToken, token: Token) -> MadeToken:
    """The secret is told in this answer alone. A token makes none that may do more than it may itself."""
    made, secret = tokens.make(
        user=viewer, name=body.name, scopes=body.scopes, days=body.expires_days, by=viewer, asked_with=token
    )
    return MadeToken(**_told(made).model_dump(), token=secret)


@keys.delete("/tokens/{token_id}", scope="credentials:write")
def revoke_token(viewer: User, token_id: int) -> None:
    found = tokens.tokens(viewer).filter(pk=token_id).first()
    if found is None:
        raise Http404
    tokens.revoke(token=found, by=viewer)


def _told(token: Token) -> TokenTold:
    return TokenTold(
        id=token.pk, name=token.name, prefix=token.prefix, scopes=token.scopes, state=token.state,
        made_at=token.made_at, expires_at=token.expires_at, used_at=token.used_at,
    )  # fmt: skip
