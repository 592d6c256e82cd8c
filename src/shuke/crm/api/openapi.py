"""The OpenAPI 3.1 document, made from the operations and their schemas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from shuke.crm.api.operations import SCOPES, Operation
from shuke.crm.api.problems import TITLES
from shuke.crm.api.schemas import LARGEST, Problem
from shuke.crm.words import here

_REF = "#/components/schemas/{model}"
_ALWAYS = ("bad_request", "unauthorized", "forbidden", "not_found", "too_many_requests")
_WRITING = ("conflict", "too_large", "unsupported_media_type", "invalid")
_HEADERS = {
    "RateLimit": {"description": "What is left of the minute (r) and the seconds until it ends (t).",
                  "schema": {"type": "string"}},
}  # fmt: skip


def document(operations: Sequence[Operation], *, version: str, base: str) -> dict[str, Any]:
    """The whole document, in the language of the request."""
    models, components = _schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, models)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Shuke", "version": version, "description": here("api.about")},
        "servers": [{"url": base}],
        "tags": [
            {"name": noun, "description": here(f"api.noun.{noun}")}
            for noun in dict.fromkeys(operation.noun for operation in operations)
        ],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": here("api.token_about")}},
        },
        "x-scopes": list(SCOPES),
    }


def _schemas(operations: Iterable[Operation]) -> tuple[Mapping[Any, dict[str, Any]], dict[str, Any]]:
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(Problem, "serialization"): None}
    for operation in operations:
        for model, mode in ((operation.body, "validation"), (operation.answer, "serialization")):
            if model is not None:
                wanted[model, mode] = None  # type: ignore[index]  # the two modes there are
    models, told = models_json_schema(list(wanted), ref_template=_REF)
    return models, told.get("$defs", {})


def _operation(operation: Operation, models: Mapping[Any, dict[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.noun],
        "summary": here(f"api.op.{operation.name}"),
        "parameters": [*map(_of_path, operation.parts), *_of_query(operation), *_of_headers(operation)],
        "responses": _responses(operation, models),
        "x-scope": operation.scope or "",
    }
    if operation.run.__doc__:
        made["description"] = " ".join(operation.run.__doc__.split())
    if operation.body is not None:
        schema = models[operation.body, "validation"]
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return made


def _of_path(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 200}
    if name.endswith("_id"):
        schema = {"type": "integer", "minimum": 1, "maximum": LARGEST}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _of_query(operation: Operation) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    told = operation.query.model_json_schema()
    required = told.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _plain(schema)}
        for name, schema in told["properties"].items()
    ]


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """What is left out is null in the schema of a model; in an address it is left out."""
    if "anyOf" in schema:
        kept = [one for one in schema["anyOf"] if one.get("type") != "null"]
        schema = {**schema, **kept[0]} if len(kept) == 1 else {**schema, "anyOf": kept}
        schema = {name: value for name, value in schema.items() if name != "anyOf" or len(kept) > 1}
    return {name: value for name, value in schema.items() if name != "title" and value is not None}


def _of_headers(operation: Operation) -> list[dict[str, Any]]:
    if not operation.creates:
        return []
    schema = {"type": "string", "minLength": 1, "maxLength": 120, "pattern": "^[!-~]+$"}
    about = here("api.idempotency_about")
    return [{"name": "Idempotency-Key", "in": "header", "required": False, "schema": schema, "description": about}]


def _responses(operation: Operation, models: Mapping[Any, dict[str, Any]]) -> dict[str, Any]:
    good: dict[str, Any] = {"description": here("api.done"), "headers": _HEADERS}
    if operation.answer is not None:
        good["content"] = {"application/json": {"schema": models[operation.answer, "serialization"]}}
    elif operation.media != "application/json":
        good["content"] = {operation.media: {"schema": {"type": "string", "format": "binary"}}}
    responses = {str(operation.status): good}
    for code in (*_ALWAYS, *(_WRITING if operation.method != "GET" else ("invalid",))):
        responses.setdefault(str(TITLES[code]), {
            "description": here(f"api.problem.{code}"),
            "content": {"application/problem+json": {"schema": models[Problem, "serialization"]}},
        })  # fmt: skip
    return responses
