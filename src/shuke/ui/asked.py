"""What pages read of a request: which rows of a list it asks for, where to go on after an act, and where
from the address of an act."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from shuke.ui.parts import PAGE_SIZES

_P = ParamSpec("_P")
_View = Callable[Concatenate[HttpRequest, _P], HttpResponseBase]


def posted(page: str) -> Callable[[_View[_P]], _View[_P]]:
    """A view for what is sent to it. A form that it refuses is shown at its address: who asks for that, by another
    language or by Enter in the address bar, is led back to the page of that name."""

    def guard(view: _View[_P]) -> _View[_P]:
        @wraps(view)
        def answer(request: HttpRequest, /, *args: _P.args, **kwargs: _P.kwargs) -> HttpResponseBase:
            if request.method == "POST":
                return view(request, *args, **kwargs)
            query = f"?{request.GET.urlencode()}" if request.GET else ""
            return redirect(reverse(page, args=args, kwargs=kwargs) + query)

        return require_http_methods(["GET", "HEAD", "POST"])(answer)

    return guard


def page_of(request: HttpRequest, rows: Sequence[Any] | QuerySet[Any]) -> Page[Any]:
    """The rows that `?page=` and `?size=` ask for, for `{% pager %}`; the nearest there is for what makes no sense."""
    asked = request.GET.get("size", "")
    size = int(asked) if asked.isdecimal() and int(asked) in PAGE_SIZES else PAGE_SIZES[0]
    return Paginator(rows, size).get_page(request.GET.get("page"))


def next_address(request: HttpRequest, otherwise: str) -> str:
    """The page that `next` names, in the form or the address, if it is ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else otherwise
