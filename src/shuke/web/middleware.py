"""What every answer carries, and what no request may bring."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from shuke.web.views import too_large

Answer = Callable[[HttpRequest], HttpResponse]
_FORM_BYTES = 1024 * 1024
"""What the other fields of an upload's form may weigh."""


def server_timing(get_response: Answer) -> Answer:
    """How long the answer took here, for whoever measures: `Server-Timing: total;dur=…, cpu;dur=…` in milliseconds.

    `cpu` is what of it this thread had a processor (SQLite's work counts, PostgreSQL's does not); on an idle machine
    the rest was spent waiting for the database. The outermost, so that all other middleware counts; not the wait for a
    free thread, nor the sending.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        started, busy = time.perf_counter(), time.thread_time()
        response = get_response(request)
        total, cpu = 1000 * (time.perf_counter() - started), 1000 * (time.thread_time() - busy)
        response.headers["Server-Timing"] = f"total;dur={total:.1f}, cpu;dur={cpu:.1f}"
        return response

    return answer


def security_headers(get_response: Answer) -> Answer:
    """No inline script or style, nothing from elsewhere, no page kept by a shared proxy."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", settings.SHUKE_CSP)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    return answer


def upload_limit(get_response: Answer) -> Answer:
    """A body past the limit is refused by its announced length, before anything reads it and it fills the disk.

    It stands where the language is known, and only headers were read.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if announced.isdecimal() and int(announced) > settings.SHUKE_UPLOAD_BYTES + _FORM_BYTES:
            return too_large(request)
        return get_response(request)

    return answer
