"""Before anything else reads a request of the API: no cookie counts there, and no body may be large."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from shuke.crm.api.problems import Refused
from shuke.web.api_given import too_large
from shuke.web.api_problems import problem

Answer = Callable[[HttpRequest], HttpResponse]
_ROOT, _DOCUMENT = "/api/v1/", "/api/v1/openapi.json"


def api_door(get_response: Answer) -> Answer:
    """Below /api/v1/ a token opens, and nothing else: what a browser sends along by itself is taken away.

    So no page elsewhere can make a browser act here. The OpenAPI document alone is also for who is logged in.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(_ROOT) or request.path_info == _DOCUMENT:
            return get_response(request)
        request.COOKIES.clear()
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if not announced.isdecimal() or int(announced) > settings.SHUKE_API_BYTES:
            # The middleware that finds the language comes later: without it, that of the thread's last request holds.
            with translation.override(translation.get_language_from_request(request)):
                return problem(too_large() if announced.isdecimal() else Refused("bad_request"))
        return get_response(request)

    return answer
