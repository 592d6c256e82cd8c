"""The reference of the API for people: each operation with what it takes, what it tells, and examples that run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shuke.crm.api.operations import Operation
from shuke.crm.words import here

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_SAMPLES: dict[str, Any] = {
    "key": "C-1001", "keys": ["C-1001", "C-1002"], "name": "王芳", "phone": "13800138000", "email": "wang@example.com",
    "values": {"budget": 20000000}, "tag": "VIP", "label": "hobby", "value": "登山", "field": "phone", "to": "ana",
    "username": "ana", "password": "a-long-password-of-hers", "text": "报价已发，周五回访", "minutes": 15,
    "kind": "call", "other": "C-1002", "role": "friend", "labels": {"zh-hans": "车牌", "en": "Plate"},
    "names": {"en": "Adviser"}, "scopes": ["customers:read"], "version": 42, "code": "retail", "run": "run-20260131",
    "made": "import-20260131", "section": "competitors", "content": "aGVsbG8=", "survivor": "C-1001",
    "others": ["C-1002"], "channel": "email", "typed": "C-1001",
}  # fmt: skip
_OF: dict[str, dict[str, Any]] = {
       "add_role": {"scopes": {"customers": {"read": "team"}}}, "change_role": {"scopes": {}},
       "add_team": {"name": "East"}, "change_team": {"name": "East"}, "add_user": {"role": "staff"},
       "change_user": {"role": "manager"}, "change_customers": {"field": "kind", "value": "person"},
       "make_token": {"name": "shop"}, "add_touch": {"kind": "call"}, "save_view": {"name": "A", "query": "tier=A"},
       "add_customer": {"kind": "person", "key": "C-1003"}, "change_customer": {"kind": "person"}}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One name that an operation takes or tells: where it stands, its type in words, and whether it must be there."""

    name: str
    where: str
    type: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One operation, as the page shows it."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    right: str
    status: int
    takes: list[Line]
    tells: list[Line]
    curl: str
    python: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """The operations of a noun."""

    noun: str
    title: str
    operations: list[Shown]


def groups_of(operations: Sequence[Operation], document: Mapping[str, Any], base: str) -> list[Shelf]:
    """All operations by noun, in the language of the request."""
    shelves: dict[str, list[Shown]] = {}
    for operation in sorted(operations, key=_place(operations)):
        shelves.setdefault(operation.noun, []).append(_shown(operation, document, base))
    return [Shelf(noun, here(f"api.noun.{noun}"), found) for noun, found in shelves.items()]


def _place(operations: Sequence[Operation]) -> Callable[[Operation], tuple[int, str, int]]:
    """Nouns and roots of paths as they come, and below a root by path and method."""
    roots = list(dict.fromkeys((one.noun, one.path.split("/")[1]) for one in operations))
    return lambda one: (roots.index((one.noun, one.path.split("/")[1])), one.path, _METHODS.index(one.method))


def _shown(operation: Operation, document: Mapping[str, Any], base: str) -> Shown:
    told = document["paths"][operation.path][operation.method.lower()]
    schemas = document["components"]["schemas"]
    parameters = [
        Line(one["name"], here(f"api.in.{one['in']}"), _type(one["schema"], schemas), one["required"])
        for one in told["parameters"]
        if one["in"] != "header"
    ]
    body = _schema(told.get("requestBody", {}).get("content", {}))
    answer = _schema(told["responses"][str(operation.status)].get("content", {}))
    example = _body(operation, body, schemas)
    address = base + _filled(operation.path)
    return Shown(
        operation.name, operation.method, operation.path, told["summary"], told.get("description", ""),
        operation.scope or "", here(f"people.right.{operation.right}") if operation.right else "", operation.status,
        parameters + list(_lines(body, schemas, here("api.in.body"))), list(_lines(answer, schemas, "")),
        _curl(operation, address, example), _python(operation, address, example),
    )  # fmt: skip


def _schema(content: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = content.get("application/json", {}).get("schema", {})
    return found


def _lines(schema: Mapping[str, Any], schemas: Mapping[str, Any], where: str) -> Iterator[Line]:
    told = _resolved(schema, schemas)
    for name, one in told.get("properties", {}).items():
        yield Line(name, where, _type(one, schemas), bool(where) and name in told.get("required", ()))


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return schemas[name] if name else schema


def _type(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """In short: `string`, `integer ≤ 200`, `person | organisation`, `list of {key, name}`."""
    if "$ref" in schema:
        found = _resolved(schema, schemas)
        return "{" + ", ".join(found["properties"]) + "}" if "properties" in found else _type(found, schemas)
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(one, schemas) for one in schema["anyOf"]))
    if "const" in schema:
        return str(schema["const"])
    if "enum" in schema:
        return " | ".join(str(one) or '""' for one in schema["enum"])
    if schema.get("type") == "array":
        return here("api.type.list_of", what=_type(schema.get("items", {}), schemas))
    return str(schema.get("format") or schema.get("type", "any")) + _bounds(schema)


def _bounds(schema: Mapping[str, Any]) -> str:
    most = schema.get("maximum", schema.get("maxLength"))
    return f" ≤ {most}" if isinstance(most, int) and most < 10**6 else ""


def _filled(path: str) -> str:
    parts = [
        str(_SAMPLES.get(part[1:-1], 7)) if part.startswith("{") else part
        for part in path.split("/")
    ]  # fmt: skip
    return "/".join(parts)


def _body(operation: Operation, schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    if not schema:
        return None
    told = _resolved(schema, schemas)
    own = _OF.get(operation.name, {})
    wanted = [name for name in told["properties"] if name in told.get("required", ()) or name in own]
    wanted = wanted or [name for name in told["properties"] if name in _SAMPLES][:3] or list(told["properties"])[:1]
    return {name: _sample(name, told["properties"][name], schemas, own) for name in wanted}


def _sample(name: str, schema: Mapping[str, Any], schemas: Mapping[str, Any], own: Mapping[str, Any]) -> Any:
    if name in own:
        return own[name]
    found = _resolved(schema, schemas)
    if "enum" in found and _SAMPLES.get(name) not in found["enum"]:
        return found["enum"][0]
    if name in _SAMPLES:
        return _SAMPLES[name]
    return {"integer": 7, "boolean": True, "array": [], "number": 10.0}.get(found.get("type", ""), "…")


def _curl(operation: Operation, address: str, body: Any) -> str:
    parts = ["curl" if operation.method == "GET" else f"curl -X {operation.method}"]
    parts.append('-H "Authorization: Bearer $SHUKE_TOKEN"')
    if operation.status == 201:
        parts.append('-H "Idempotency-Key: $(uuidgen)"')
    if body is not None:
        parts += ['-H "Content-Type: application/json"', f"-d '{json.dumps(body, ensure_ascii=False)}'"]
    return " \\\n  ".join([*parts, f'"{address}"'])


def _python(operation: Operation, address: str, body: Any) -> str:
    sent = "" if body is None else f", json={body!r}"
    return f'shuke.{operation.method.lower()}("{address}"{sent})'
