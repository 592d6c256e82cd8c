"""Who there is and who may do what, given the viewer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.module_loading import import_string

from shuke.crm.people.models import AuditEntry, Role, Team, User
from shuke.crm.people.rights import Right

_P = ParamSpec("_P")
_Answer = TypeVar("_Answer", bound=HttpResponseBase)
_View = Callable[Concatenate[HttpRequest, _P], _Answer]


def may(user: User | AnonymousUser, right: Right) -> bool:
    """Whether the user may: `may(request.user, "export")`. An anonymous user may nothing."""
    return isinstance(user, User) and user.may(right)


def needs(right: Right) -> Callable[[_View[_P, _Answer]], _View[_P, _Answer]]:
    """A view for those who may; others get 403. (That every view needs log-in is the middleware's work.)"""

    def guard(view: _View[_P, _Answer]) -> _View[_P, _Answer]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: _P.args, **kwargs: _P.kwargs) -> _Answer:
            if not may(request.user, right):
                raise PermissionDenied(right)
            return view(request, *args, **kwargs)

        return guarded

    return guard


def viewer_of(request: HttpRequest) -> User:
    """The user who asks, where the middleware has seen to it that there is one."""
    if not isinstance(request.user, User):
        raise PermissionDenied("log in")
    return request.user


def users(viewer: User) -> QuerySet[User]:
    """All users for who may manage them, else only the viewer."""
    everybody = User.objects.order_by("-is_active", "username")
    return everybody if viewer.may("people") else everybody.filter(pk=viewer.pk)


def team_of(viewer: User) -> frozenset[int]:
    """The viewer, and the members of the teams they belong to or lead, and of all teams below those.

    Asked once for each copy of the user, which is once a request.
    """
    kept: frozenset[int] | None = viewer.__dict__.get("_team_of")
    if kept is None:
        teams = _and_below(viewer)
        members = User.objects.filter(team__in=teams).values_list("pk", flat=True) if teams else ()
        kept = viewer.__dict__["_team_of"] = frozenset({viewer.pk, *members})
    return kept


def _and_below(viewer: User) -> set[int]:
    rows = list(Team.objects.values_list("pk", "parent_id", "lead_id"))
    found = {pk for pk, _, lead in rows if lead == viewer.pk or pk == viewer.team_id}
    while more := {pk for pk, parent, _ in rows if parent in found and pk not in found}:
        found |= more
    return found


def teams(viewer: User) -> QuerySet[Team]:
    """All teams, for who may manage people."""
    _require(viewer, "people")
    return Team.objects.select_related("parent", "lead")


def roles(viewer: User) -> QuerySet[Role]:
    """All roles, for who may manage people."""
    _require(viewer, "people")
    return Role.objects.all()


def can_view_as(viewer: User, user: User) -> bool:
    """Whether the viewer may look as this user: nobody sees more through another's eyes."""
    return viewer.may("people") and user.is_active and user.pk != viewer.pk and viewer.granted.covers(user.granted)


def entries(
    viewer: User,
    *,
    by: int | None = None,
    act: str = "",
    kind: str = "",
    record: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[AuditEntry]:
    """What the audit holds, the latest first."""
    _require(viewer, "audit")
    found = AuditEntry.objects.select_related("kept", "by", "acting_as", "token").order_by("-id")
    if by is not None:
        found = found.filter(by_id=by)
    if act:
        found = found.filter(act=act)
    if kind:
        found = found.filter(kind=kind)
    if record:
        found = found.filter(record=record)
    if since is not None:
        found = found.filter(at__gte=_midnight(since))
    return found.filter(at__lte=_last_moment(until)) if until is not None else found


def values_of(viewer: User, entries: Sequence[AuditEntry]) -> dict[int, Mapping[str, Any]]:
    """What is kept beside entries, by their numbers, as the viewer may read it; none of what was erased.

    Of kinds of records that SHUKE_AUDIT_VALUES names, their app says what of it the viewer may read.
    """
    kept = [entry for entry in entries if hasattr(entry, "kept")]
    ruled: dict[str, str] = settings.SHUKE_AUDIT_VALUES
    found: dict[int, Mapping[str, Any]] = {entry.pk: entry.kept.values for entry in kept if entry.kind not in ruled}
    for kind, rule in ruled.items():
        if of_kind := [entry for entry in kept if entry.kind == kind]:
            found |= import_string(rule)(viewer, of_kind)
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _last_moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max))


def _require(viewer: User, right: Right) -> None:
    if not viewer.may(right):
        raise PermissionDenied(right)
