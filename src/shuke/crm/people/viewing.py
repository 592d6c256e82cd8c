"""Looking as another user, read-only: to see what they see. Noted at begin and end."""

from __future__ import annotations

from django.http import HttpRequest

from shuke.crm.people import audit
from shuke.crm.people.models import User
from shuke.crm.people.reads import can_view_as

_AS = "view_as"


def begin(request: HttpRequest, *, viewer: User, user: User) -> bool:
    """From the next request on the viewer sees what the user sees. False where the viewer may not."""
    if is_on(request) or not can_view_as(viewer, user):
        return False
    request.session[_AS] = user.pk
    audit.note("view_as_begun", by=viewer, kind="user", record=user.pk)
    return True


def end(request: HttpRequest) -> None:
    """Back to oneself."""
    pk = request.session.pop(_AS, None)
    if pk is not None:
        audit.note("view_as_ended", kind="user", record=pk)


def is_on(request: HttpRequest) -> bool:
    """Whether this session looks as another."""
    return _AS in request.session


def whom(request: HttpRequest, viewer: User) -> User | None:
    """The user the session looks as; the viewing ends by itself when the viewer may no longer, or the user is gone."""
    pk = request.session.get(_AS)
    if pk is None:
        return None
    user = User.objects.filter(pk=pk).first()
    if user is not None and can_view_as(viewer, user):
        return user
    with audit.asking(audit.Asking(by=viewer.pk)):
        end(request)
    return None
