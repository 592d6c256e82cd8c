"""Where a user is logged in: each session a row, which its user can end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from shuke.crm.people import audit
from shuke.crm.people.models import LogIn, User
from shuke.crm.people.places import address_of, device_of

PROVED = "second_factor"
"""In a session: whether a second factor was proved for it."""
_SEEN = "seen"
_SEEN_EVERY_SECONDS = 300


def begin(request: HttpRequest, user: User, *, proved: bool) -> None:
    """Log the user in, and note from where. `proved`: with a second factor."""
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[PROVED] = proved
    request.session[_SEEN] = int(timezone.now().timestamp())
    if request.session.session_key is None:
        request.session.save()
    agent, address = request.headers.get("User-Agent", ""), address_of(request)
    with transaction.atomic():
        LogIn.objects.update_or_create(
            session_key=request.session.session_key,
            defaults={"user": user, "address": address[:45], "device": device_of(agent)},
        )
        audit.note("log_in", by=user, kind="user", record=user.pk)


def seen(request: HttpRequest) -> None:
    """Every few minutes, that the session is in use."""
    now = int(timezone.now().timestamp())
    if now - int(request.session.get(_SEEN, 0)) < _SEEN_EVERY_SECONDS:
        return
    request.session[_SEEN] = now
    LogIn.objects.filter(session_key=request.session.session_key).update(
        seen_at=timezone.now(), address=address_of(request)[:45]
    )


def moved(request: HttpRequest, before: str | None) -> None:
    """The session goes on under a new key, as after a change of password."""
    LogIn.objects.filter(session_key=before).update(session_key=request.session.session_key)


def of(user: User) -> list[LogIn]:
    """The sessions that would still be let in, the latest seen first."""
    since = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    LogIn.objects.filter(user=user, seen_at__lt=since).delete()
    living = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return list(LogIn.objects.filter(user=user, session_key__in=living))


@transaction.atomic
def end(*, user: User, log_in_id: int | None = None, but: str | None = None) -> int:
    """End one session, or all but the one with key `but`; how many ended."""
    found = LogIn.objects.filter(user=user)
    found = found.exclude(session_key=but) if log_in_id is None else found.filter(pk=log_in_id)
    keys = list(found.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    found.delete()
    if keys:
        audit.note("log_in_ended", kind="user", record=user.pk, count=len(keys))
    return len(keys)


def forget(session: Any) -> None:
    """The user logs out here."""
    LogIn.objects.filter(session_key=session.session_key).delete()
