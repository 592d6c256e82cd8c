"""One call of the API: token, calls left, scope and right, what was given, one read or write, what is told.

Every refusal is a problem (RFC 9457) in the language of Accept-Language. No cookie is looked at: see `middleware`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from pydantic import BaseModel

from shuke.crm.api.operations import Operation, covers
from shuke.crm.api.problems import Refused
from shuke.crm.api.schemas import PageOf
from shuke.crm.customers.models import Alias
from shuke.crm.customers.paths import KeyInPath
from shuke.crm.people import audit, calls, tokens
from shuke.crm.people.calls import Given, Spent
from shuke.crm.people.models import Token, User
from shuke.crm.people.places import address_of
from shuke.crm.people.rights import Right
from shuke.crm.words import here
from shuke.web.api_given import body_of, query_of, require_plain
from shuke.web.api_problems import answer_to

_KEY = re.compile(r"[!-~]{1,120}")
_JSON = "application/json"
View = Callable[..., HttpResponseBase]


def view_of(ways: Mapping[str, Operation]) -> View:
    """The view of one path: its operations by method."""

    def view(request: HttpRequest, **parts: Any) -> HttpResponseBase:
        request.api_spent = None  # type: ignore[attr-defined]  # what `_token` finds
        try:
            response = _answered(request, ways, parts)
        except Exception as reason:  # noqa: BLE001  whatever it is, a program reads a problem
            response = answer_to(reason)
        spent = cast("Spent | None", request.api_spent)  # type: ignore[attr-defined]
        for name, value in (spent.headers if spent else {}).items():
            response.headers[name] = value
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Vary"] = "Authorization, Accept-Language"
        return response

    return csrf_exempt(login_not_required(view))


def _answered(request: HttpRequest, ways: Mapping[str, Operation], parts: dict[str, Any]) -> HttpResponseBase:
    operation = ways.get("GET" if request.method == "HEAD" else str(request.method))
    if operation is None:
        raise Refused("method_not_allowed", headers={"Allow": ", ".join(sorted(ways))})
    token = token_of(request)
    viewer = token.user
    asking = audit.Asking(viewer.pk, None, address_of(request)[:45], token.pk)
    with audit.asking(asking):
        _require_may(operation, token, viewer)
        given = _given(request, operation, parts)
        if operation.wants_token:
            given["token"] = token
        key = request.headers.get("Idempotency-Key")
        if key is not None and operation.creates:
            return _once(request, operation, token, key, lambda: operation.run(viewer, **given))
        response = _told(request, operation, operation.run(viewer, **given))
        if operation.method == "GET" and (into := _merged_into(parts)):
            way = operation.path.format(**{**parts, "key": KeyInPath().to_url(into)})
            asked = f"?{request.GET.urlencode()}" if request.GET else ""
            response.headers["Content-Location"] = f"/api/v1{quote(way)}{asked}"
        return response


def _merged_into(parts: Mapping[str, Any]) -> str:
    """The key that a card stands under, where the key in the path is that of a card merged into it; else nothing."""
    found = Alias.objects.filter(key=parts["key"]).values_list("customer__key", flat=True) if "key" in parts else ()
    return next(iter(found), "")


def token_of(request: HttpRequest) -> Token:
    """The token that came, its call counted. Raises Refused for none, a bad one, and one too many."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    found = tokens.known_by(secret.strip()) if scheme.lower() == "bearer" else None
    whose = f"token {found.pk}" if found else f"address {address_of(request)}"
    limit = settings.SHUKE_API_CALLS_A_MINUTE if found else settings.SHUKE_API_STRANGERS_A_MINUTE
    spent = calls.spend(whose, limit)
    request.api_spent = spent  # type: ignore[attr-defined]
    if spent.left < 0:
        detail = here("api.detail.too_many", limit=limit, seconds=spent.seconds)
        raise Refused("too_many_requests", detail, headers={"Retry-After": str(spent.seconds)})
    if found is None:
        key = "api.detail.bad_token" if secret else "api.detail.no_token"
        raise Refused("unauthorized", here(key), headers={"WWW-Authenticate": 'Bearer realm="Shuke"'})
    tokens.note_use(found)
    return found


def _require_may(operation: Operation, token: Token, viewer: User) -> None:
    if not covers(frozenset(token.scopes), operation.scope):
        detail = here("api.detail.scope", scope=operation.scope)
        raise Refused("scope_missing", detail, more={"scope": operation.scope})
    if operation.right and not viewer.may(cast("Right", operation.right)):
        raise PermissionDenied(operation.right)


def _given(request: HttpRequest, operation: Operation, parts: dict[str, Any]) -> dict[str, Any]:
    require_plain(parts)
    given = dict(parts)
    query = query_of(request, operation)
    if operation.query is not None:
        given["query"] = query
    if operation.body is not None:
        given["body"] = body_of(request, operation.body)
    return given


def _told(request: HttpRequest, operation: Operation, told: Any) -> HttpResponseBase:
    if isinstance(told, HttpResponseBase):
        return told
    body = _written(request, told)
    return HttpResponse(body, status=operation.status, content_type=_JSON) if body else HttpResponse(status=204)


def _written(request: HttpRequest, told: BaseModel | None) -> str:
    if isinstance(told, PageOf) and told.next is not None:
        told.next = _next(request, told.next)
    return told.model_dump_json() if told is not None else ""


def _next(request: HttpRequest, cursor: str) -> str:
    """The address of the next page: the same list, from the cursor on."""
    kept = [(name, value) for name, values in request.GET.lists() for value in values if name != "cursor"]
    return f"{request.path}?{urlencode([*kept, ('cursor', cursor)])}"


def _once(
    request: HttpRequest, operation: Operation, token: Token, key: str, run: Callable[[], Any]
) -> HttpResponseBase:
    if not _KEY.fullmatch(key):
        raise Refused("bad_request", here("api.detail.bad_key"))
    kept_as = _digest(key.encode())  # a key may name the customer, and the answers stay for a day
    said = f"{request.method} {request.get_full_path()}\n".encode() + request.body
    digest = _digest(said)
    told: list[str] = []

    def act() -> Given:
        answer = run()
        if isinstance(answer, HttpResponseBase):
            raise Refused("bad_request", here("api.detail.no_key_here"))
        told.append(_written(request, answer))
        return Given(operation.status if told[0] else 204, _without(told[0], operation.secret))

    try:
        done = calls.once(token=token, key=kept_as, digest=digest, act=act)
    except calls.KeyReused:
        raise Refused("key_reused", here("api.detail.key_reused")) from None
    except calls.AnswerGone:
        raise Refused("answer_gone", here("api.detail.answer_gone")) from None
    body = done.body if done.again else told[0]
    response = HttpResponse(body, status=done.status, **({"content_type": _JSON} if body else {}))
    if done.again:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def _digest(said: bytes) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).hexdigest()


def _without(body: str, secret: tuple[str, ...]) -> str:
    """The answer as it is kept: what is told once is not."""
    if not secret or not body:
        return body
    return json.dumps({name: None if name in secret else value for name, value in json.loads(body).items()})
