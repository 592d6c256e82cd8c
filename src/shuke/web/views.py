"""Pages of no app: health, the palette, a body that is too large, a form gone stale."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from shuke.crm.people.palette import find_groups
from shuke.crm.words import here


@login_not_required
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 when the server answers and the database does too; for load balancers and `shuke check`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"state": "ok"})


@require_safe
def palette(request: HttpRequest) -> HttpResponse:
    """Where Ctrl+K can go for what was typed (`?q=`): a fragment for the script, a page for who has none."""
    query = request.GET.get("q", "")
    found = {"query": query, "groups": find_groups(query, request.user, settings.SHUKE_PALETTE)}
    by_script = request.headers.get("X-Requested-With") or request.headers.get("HX-Request")
    return render(request, "ui/palette_results.html" if by_script else "ui/palette.html", found)


@require_safe
def admin_log_in(request: HttpRequest) -> HttpResponse:
    """Django's own log-in page has no limit on guesses: ours is the only door, and /admin/ is for owners."""
    raise PermissionDenied("configure")


def too_large(request: HttpRequest) -> HttpResponse:
    """413: more than SHUKE_UPLOAD_MB was sent."""
    return _refused(request, "too_large", 413)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 by the check against forged forms: most often a page left open since before a log-in."""
    return _refused(request, "stale_form", 403)


def _refused(request: HttpRequest, code: str, status: int) -> HttpResponse:
    words = {
        "status": status,
        "title": here(f"web.refused.{code}.title"),
        "text": here(f"web.refused.{code}.text", limit_mb=settings.SHUKE_UPLOAD_BYTES // (1024 * 1024)),
        "home": reverse("home"),
        "home_label": here("ui.error.home"),
    }
    return render(request, "ui/error.html", words, status=status)
