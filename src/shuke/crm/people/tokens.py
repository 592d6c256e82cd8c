"""Tokens of programs: made, shown once, used, revoked. What is kept of the secret is its digest."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from shuke.crm.api.operations import SCOPES, covers
from shuke.crm.people import audit
from shuke.crm.people.errors import BeyondOneselfError, RefusedTokenError
from shuke.crm.people.models import Token, User

MARK = "shk"
"""What every token begins with, so that people and scanners know one when they find it."""
NAME_LENGTH, MOST_DAYS, MOST_TOKENS = 60, 366, 50
_NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def make(
    *, user: User, name: str, scopes: Iterable[str], days: int | None, by: User, asked_with: Token | None = None
) -> tuple[Token, str]:
    """A new token of the user, and the secret itself, which is told only now. `days`: until it expires, None never.

    Raises BeyondOneselfError where `by` would get more than they have, or `asked_with` (the token that asks for it)
    would; RefusedTokenError for a name or scopes that cannot be.
    """
    word, wanted = " ".join(name.split()), sorted(set(scopes))
    if not 1 <= len(word) <= NAME_LENGTH:
        raise RefusedTokenError("name")
    if not wanted or not set(wanted) <= set(SCOPES):
        raise RefusedTokenError("scopes")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise RefusedTokenError("days")
    if Token.objects.filter(user=user, revoked_at=None).count() >= MOST_TOKENS:
        raise RefusedTokenError("many")
    _require_reach(user, by)
    if asked_with is not None and not all(covers(frozenset(asked_with.scopes), one) for one in SCOPES if one in wanted):
        raise BeyondOneselfError
    prefix, secret = secrets.token_hex(5), secrets.token_urlsafe(32)
    until = timezone.now() + timedelta(days=days) if days else None
    made = Token.objects.create(
        user=user, name=word, prefix=prefix, digest=_digest(secret), scopes=wanted, made_by=by, expires_at=until
    )
    values = {"name": word, "scopes": wanted, "expires": until.isoformat() if until else None}
    audit.note("token_made", by=by, kind="user", record=user.pk, values=values)
    return made, f"{MARK}_{prefix}_{secret}"


@transaction.atomic
def revoke(*, token: Token, by: User) -> bool:
    """From now on it opens nothing. False where it was revoked before. Raises BeyondOneselfError."""
    _require_reach(token.user, by)
    if not Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        return False
    audit.note("token_revoked", by=by, kind="user", record=token.user_id, values={"name": token.name})
    return True


def tokens(viewer: User, user: User | None = None) -> QuerySet[Token]:
    """The tokens of oneself; of somebody else for who may manage people and has no less than they."""
    found = Token.objects.select_related("user", "made_by")
    if user is None or user.pk == viewer.pk:
        return found.filter(user=viewer)
    return found.filter(user=user) if can_manage(viewer, user) else found.none()


def can_manage(viewer: User, user: User) -> bool:
    """Whether the viewer may make and revoke tokens of this user: nobody gets at more than they have."""
    return user.pk == viewer.pk or (viewer.may("people") and viewer.granted.covers(user.granted))


def known_by(secret: str) -> Token | None:
    """The token that this is, if it is good and its user may log in."""
    mark, _, rest = secret.partition("_")
    prefix, _, hidden = rest.partition("_")
    if mark != MARK or not hidden or len(secret) > 200 or not prefix.isalnum() or not secret.isascii():
        return None
    found = Token.objects.select_related("user").filter(prefix=prefix[:16]).first()
    if found is None or not hmac.compare_digest(found.digest, _digest(hidden)):
        return None
    return found if found.state == "good" and found.user.is_active else None


def note_use(token: Token) -> None:
    """That it was used, to the minute."""
    now = timezone.now()
    if token.used_at is None or token.used_at < now - _NOTED_EVERY:
        Token.objects.filter(pk=token.pk).update(used_at=now)


def _require_reach(user: User, by: User) -> None:
    if not can_manage(by, user):
        raise BeyondOneselfError


def _digest(secret: str) -> str:
    """The secret is 256 random bits: no slow hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()
