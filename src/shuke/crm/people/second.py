"""Between password and page: whose second factor is awaited in this session."""

from __future__ import annotations

import time

from django.http import HttpRequest

from shuke.crm.people.models import User

_AWAITED = "awaited"
_CHALLENGE = "challenge"
_SECONDS = 10 * 60


def ask(request: HttpRequest, user: User, following: str) -> None:
    """The password was right: now the second factor is awaited, and then the page `following`."""
    request.session[_AWAITED] = {"user": user.pk, "at": int(time.time()), "next": following}


def awaited(request: HttpRequest) -> tuple[User, str] | None:
    """The user whose second factor is awaited and the page after it; None when nobody's, or for too long."""
    kept = request.session.get(_AWAITED)
    if not kept or time.time() - kept["at"] > _SECONDS:
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    return (user, str(kept["next"])) if user else None


def done(request: HttpRequest) -> None:
    """Nobody's any more."""
    request.session.pop(_AWAITED, None)
    request.session.pop(_CHALLENGE, None)


def keep_challenge(request: HttpRequest, challenge: str) -> None:
    """What a passkey will have to sign."""
    request.session[_CHALLENGE] = challenge


def take_challenge(request: HttpRequest) -> str:
    """The same, once; empty where none was given out."""
    return str(request.session.pop(_CHALLENGE, ""))
