"""The API: the operations of all apps below /api/v1/, the OpenAPI document, and the page that explains them."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path, re_path, register_converter
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from shuke.crm.api import openapi
from shuke.crm.api.operations import Operation
from shuke.crm.api.problems import TITLES, Refused
from shuke.crm.customers import api as customers
from shuke.crm.customers import api_of_fields, api_of_links, api_of_tags, paths  # noqa: F401  registers <key:key>
from shuke.crm.jobs import api as jobs
from shuke.crm.lists import api as lists
from shuke.crm.merging import api as merging
from shuke.crm.people import api as people
from shuke.crm.people import api_of_audit
from shuke.crm.people.models import User
from shuke.crm.privacy import api as consents
from shuke.crm.privacy import api_of_erasing as privacy
from shuke.crm.scores import api as scores
from shuke.crm.timeline import api as timeline
from shuke.crm.words import here
from shuke.insight import api as insight
from shuke.insight import api_of_classes
from shuke.web.api_calls import token_of, view_of
from shuke.web.api_problems import answer_to
from shuke.web.api_reference import groups_of

BASE = "/api/v1"
OPERATIONS: list[Operation] = [
    operation
    for group in (
        scores.group, customers.group, api_of_links.group, api_of_tags.group, merging.group, consents.group,
        privacy.group, timeline.group, lists.group, api_of_fields.group,
        people.group, api_of_audit.keys, api_of_audit.group, jobs.group, insight.group, api_of_classes.group,
    )
    for operation in group.operations
]  # fmt: skip
"""All there are, in the order of the reference."""


class NumberInPath:
    """`<number:x>`: a whole number that every database holds."""

    regex = "[0-9]{1,16}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: object) -> str:
        return str(value)


register_converter(NumberInPath, "number")


@login_not_required
@require_safe
def document(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document: for who is logged in or shows a token, or, with SHUKE_API_OPEN_SCHEMA, for everybody."""
    if not (settings.SHUKE_API_OPEN_SCHEMA or isinstance(request.user, User)):
        try:
            token_of(request)
        except Refused as reason:
            return answer_to(reason)
    return JsonResponse(the_document(), json_dumps_params={"ensure_ascii": False})


def the_document() -> dict[str, Any]:
    """The OpenAPI document in the language of the request."""
    return openapi.document(OPERATIONS, version=version("shuke"), base=BASE)


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """The page that explains every operation, with examples."""
    base = request.build_absolute_uri(BASE)
    shown = {
        "groups": groups_of(OPERATIONS, the_document(), base),
        "problems": [(code, status, here(f"api.problem.{code}")) for code, status in TITLES.items()],
        "base": base,
        "limit": settings.SHUKE_API_CALLS_A_MINUTE,
        "first_curl": f'curl -H "Authorization: Bearer $SHUKE_TOKEN" {base}/me',
    }
    return render(request, "api/reference.html", shown)


@csrf_exempt
@login_not_required
def no_such_operation(request: HttpRequest) -> HttpResponse:
    """Whatever else is asked for below /api/."""
    return answer_to(Refused("not_found", here("api.detail.no_operation")))


def patterns() -> list[URLPattern]:
    """The addresses of the API."""
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in OPERATIONS:
        by_path.setdefault(operation.path, {})[operation.method] = operation
    # Words before names: /customers/tag is no customer's.
    ordered = sorted(by_path, key=lambda way: [part.startswith("{") for part in way.split("/")])
    return [
        *(path(f"v1{_route(way)}", view_of(by_path[way]), name=way) for way in ordered),
        path("v1/openapi.json", document, name="openapi"),
        path("", reference, name="reference"),
        re_path("^v1/", no_such_operation, name="nothing"),
    ]


def _route(way: str) -> str:
    parts = way.split("/")
    return "/".join(_converted(part[1:-1]) if part.startswith("{") else part for part in parts)


def _converted(name: str) -> str:
    return f"<number:{name}>" if name.endswith("_id") else f"<key:{name}>"


app_name = "api"
urlpatterns = patterns()
