"""What pages read of a request: which rows of a list it asks for, and where to go on after an act."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from shuke.ui.parts import PAGE_SIZES


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
