"""What pages read of a request: which rows of a list it asks for, where to go on after an act, where a form stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from shuke.ui.parts import PAGE_SIZES

_P = ParamSpec("_P")
_Answer = TypeVar("_Answer", bound=HttpResponseBase)
_View = Callable[Concatenate[HttpRequest, _P], _Answer]


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


def takes_form_of(page: str) -> Callable[[_View[_P, _Answer]], _View[_P, HttpResponseBase]]:
    """A view for POST alone that answers with a page at its own address, as where a form is refused.

    Got at that address (in another language, by a link of that page, after a log-in), it leads to the page named, on
    which the form stands: `takes_form_of("lists:show")`.
    """

    def guard(view: _View[_P, _Answer]) -> _View[_P, HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: _P.args, **kwargs: _P.kwargs) -> HttpResponseBase:
            if request.method not in ("GET", "HEAD"):
                return require_POST(view)(request, *args, **kwargs)
            query = request.GET.urlencode()
            return HttpResponseRedirect(reverse(page, kwargs=kwargs) + (f"?{query}" if query else ""))

        return guarded

    return guard
