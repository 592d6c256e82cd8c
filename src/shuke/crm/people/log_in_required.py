"""The way to the log-in page for who has not logged in, or not any more: it loses nothing typed and leads back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from shuke.crm.words import here


class LogInRequired(LoginRequiredMiddleware):
    """Django's, which takes every request for a page that is looked at: a form or a part of a page is none."""

    def handle_no_permission(  # type: ignore[override]  # any answer may stand in for the page
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponse:
        """To the log-in page, or a word about it that leaves the page as it stands."""
        door = f"{reverse('people:log_in')}?{urlencode({'next': page_of(request)}, safe='/')}"
        return led_to(request, door, here("people.signed_out.text"), here("people.signed_out.link"))


def page_of(request: HttpRequest) -> str:
    """The page where somebody is who asks: to be shown again later, so never where a form is sent or a part is kept."""
    if request.method in ("GET", "HEAD") and (not _is_by_script(request) or _is_boosted(request)):
        return request.get_full_path()
    told = request.headers.get("HX-Current-URL" if _is_by_script(request) else "Referer", "")
    if not url_has_allowed_host_and_scheme(told, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(told)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"


def led_to(request: HttpRequest, door: str, text: str, link: str) -> HttpResponse:
    """A page is led to the door. What a script asks for on a page gets 401 with a message that links to the door:
    swapped into the page, the door would take the place of what somebody is writing."""
    if not _is_by_script(request):
        return HttpResponseRedirect(door)
    if _is_boosted(request) and request.method in ("GET", "HEAD"):
        return HttpResponse(headers={"HX-Redirect": door})
    return render(request, "people/_signed_out.html", {"door": door, "text": text, "link": link}, status=401)


def _is_by_script(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers


def _is_boosted(request: HttpRequest) -> bool:
    """Whether it stands for a whole page, though a script asks for it."""
    return "HX-Boosted" in request.headers
