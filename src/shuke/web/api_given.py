"""What a request of the API brings, taken strictly: no names that are not known, no types made to fit."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest
from pydantic import ValidationError

from shuke.crm.api.operations import Operation
from shuke.crm.api.problems import Refused
from shuke.crm.api.schemas import Given
from shuke.crm.words import here
from shuke.kit.text import keys

_Model = TypeVar("_Model", bound=Given)
_WHOLE = re.compile(r"-?\d{1,18}")
_YES_NO = {"true": True, "false": False}


def query_of(request: HttpRequest, operation: Operation) -> Given | None:
    """What stands behind the ? of the address."""
    model = operation.query
    types = _types(model) if model is not None else {}
    begins = model.open_names if model is not None else ""
    unknown = [name for name in request.GET if name not in types and not (begins and name.startswith(begins))]
    if unknown:
        raise _unknown(unknown, sorted(types))
    require_plain(dict(request.GET.lists()))
    if model is None:
        return None
    given = {name: _read(name, types[name], request.GET.getlist(name)) for name in request.GET if name in types}
    if begins:
        given["more"] = {name: texts for name, texts in request.GET.lists() if name not in types}
    return _validated(model, json.dumps(given))


@cache
def _types(model: type[Given]) -> dict[str, str]:
    """The type of each parameter, by name, as JSON calls them."""
    told = model.model_json_schema()["properties"]
    return {name: next(_named_types(schema), "string") for name, schema in told.items()}


def _named_types(schema: Mapping[str, Any]) -> Any:
    for one in schema.get("anyOf", [schema]):
        if one.get("type", "null") != "null":
            yield one["type"]


def _read(name: str, type_: str, texts: list[str]) -> Any:
    if type_ == "array":
        return texts
    if len(texts) > 1:
        raise Refused("invalid", here("api.detail.invalid"), errors=[(name, here("api.invalid.twice"))])
    if type_ == "integer" and _WHOLE.fullmatch(texts[0]):
        return int(texts[0])
    return _YES_NO.get(texts[0], texts[0]) if type_ == "boolean" else texts[0]


def body_of(request: HttpRequest, model: type[_Model]) -> _Model:
    """The body, which is JSON in UTF-8."""
    if request.content_type != "application/json":
        raise Refused("unsupported_media_type", here("api.detail.media_type", given=request.content_type or "—"))
    charset = (request.content_params or {}).get("charset", "utf-8")
    if charset.lower().strip('"') not in ("utf-8", "utf8"):
        raise Refused("unsupported_media_type", here("api.detail.media_type", given=f"charset={charset}"[:60]))
    if len(request.body) > settings.SHUKE_API_BYTES:
        raise too_large()
    try:
        text = request.body.decode("utf-8")
        require_plain(json.loads(text))
    except (ValueError, RecursionError):
        raise Refused("bad_request", here("api.detail.bad_json")) from None
    return _validated(model, text)


def too_large() -> Refused:
    """More than SHUKE_API_MB."""
    return Refused("too_large", here("api.detail.too_large", limit_mb=settings.SHUKE_API_BYTES >> 20))


def require_plain(given: Any) -> None:
    """Refuses characters that no database keeps, wherever they stand."""
    waiting = [given]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if "\x00" in one or any("\ud800" <= letter <= "\udfff" for letter in one):
                raise Refused("invalid", here("api.detail.characters"))
        elif isinstance(one, Mapping):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one


def _validated(model: type[_Model], text: str) -> _Model:
    try:
        return model.model_validate_json(text)
    except ValidationError as reason:
        found = reason.errors(include_url=False, include_context=True, include_input=False)
    if any(one["type"] == "json_invalid" for one in found):
        raise Refused("bad_request", here("api.detail.bad_json"))
    unknown = [str(one["loc"][-1]) for one in found if one["type"] == "extra_forbidden" and len(one["loc"]) == 1]
    if unknown:
        raise _unknown(unknown, sorted(model.model_fields))
    errors = dict.fromkeys((".".join(map(str, one["loc"])), _said(dict(one))) for one in found)
    raise Refused("invalid", here("api.detail.invalid"), errors=errors)


def _said(error: Mapping[str, Any]) -> str:
    """In the language of the request where the catalogue has the sentence, else in pydantic's English."""
    key = f"api.invalid.{error['type']}"
    if key not in keys(key):
        return str(error["msg"])
    return here(key, **{name: str(value) for name, value in error.get("ctx", {}).items()})


def _unknown(names: list[str], allowed: list[str]) -> Refused:
    told = here("api.invalid.unknown", allowed=", ".join(allowed) or "—")
    errors = [(name[:80], told) for name in names[:20]]
    return Refused("invalid", here("api.detail.invalid"), errors=errors, more={"allowed": allowed})
