"""Who there is and who may do what, given the viewer."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from shuke.crm.people.models import User
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
