"""Pages for what went wrong: 400, 403, 404 and 500. A project names them as its handlers."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from shuke.kit.text import say
from shuke.ui import language


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400."""
    return _page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403."""
    return _page(request, 403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404."""
    return _page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: rendered without context processors, since whatever broke may break them too."""
    return HttpResponse(render_to_string("ui/error_bare.html", _words(500) | {"lang": language.html_tag()}), status=500)


def _page(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, "ui/error.html", _words(status), status=status)


def _words(status: int) -> dict[str, object]:
    tongue = language.active()
    home = getattr(settings, "SHUKE_LINKS", {}).get("home")
    return {
        "status": status,
        "title": say(f"ui.error.{status}.title", tongue),
        "text": say(f"ui.error.{status}.text", tongue),
        "home": reverse(home) if home else "/",
        "home_label": say("ui.error.home", tongue),
    }
