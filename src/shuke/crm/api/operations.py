"""How an app declares an operation of the API: way, path, scope of the token, right of the role, schemas.

    group = Group("jobs")

    @group.get("/jobs/{job_id}", scope="jobs:read", answer=JobTold)
    def get_job(viewer: Viewer, job_id: int) -> JobTold: ...

The function is given the viewer, the parts of the path by name, `query` and `body` where the operation has them, and
`token` where it asks for one. It does one read or one write, the same as the pages.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypedDict, TypeVar, Unpack

from pydantic import BaseModel

from shuke.crm.api.schemas import Given

Noun = Literal[
    "customers", "merging", "consents", "privacy", "timeline", "cards", "people", "credentials", "audit", "jobs",
    "runs", "lists",
]  # fmt: skip
Scope = Literal[
    "customers:read", "customers:write", "merging:read", "merging:write", "consents:read", "consents:write",
    "privacy:read", "privacy:write", "timeline:read", "timeline:write", "cards:read", "cards:write",
    "people:read", "people:write", "credentials:read", "credentials:write", "audit:read", "jobs:read", "jobs:write",
    "runs:read", "runs:write", "lists:read", "lists:write",
]  # fmt: skip
SCOPES: tuple[Scope, ...] = Scope.__args__  # type: ignore[attr-defined]  # a Literal's own
"""What a token may be for. Writing includes reading of the same noun."""

_Run = TypeVar("_Run", bound=Callable[..., Any])
_PART = re.compile(r"{(\w+)}")


class Declared(TypedDict, total=False):
    """What an operation says of itself besides its way and path; see `Operation`."""

    scope: Scope | None
    right: str
    query: type[Given]
    body: type[Given]
    answer: type[BaseModel]
    status: int
    secret: tuple[str, ...]
    media: str


@dataclass(frozen=True)
class Operation:
    """One operation.

    `scope` is what the token must be for, None for any; `right` what the user's role must carry, as the page asks.
    `secret` names what of the answer is told once and never kept. `media` is the type of an answer that is no JSON.
    """

    method: str
    path: str
    noun: str
    run: Callable[..., Any]
    scope: Scope | None = None
    right: str = ""
    query: type[Given] | None = None
    body: type[Given] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    secret: tuple[str, ...] = ()
    media: str = "application/json"

    @property
    def name(self) -> str:
        """Its name in the OpenAPI document."""
        return self.run.__name__

    @property
    def parts(self) -> list[str]:
        """The names of the parts of its path."""
        return _PART.findall(self.path)

    @property
    def creates(self) -> bool:
        """Whether an Idempotency-Key keeps it from happening twice."""
        return self.method == "POST"

    @property
    def wants_token(self) -> bool:
        return "token" in inspect.signature(self.run).parameters


class Group:
    """The operations of one noun."""

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self.operations: list[Operation] = []

    def get(self, path: str, **declared: Unpack[Declared]) -> Callable[[_Run], _Run]:
        return self._taking("GET", path, declared)

    def post(self, path: str, **declared: Unpack[Declared]) -> Callable[[_Run], _Run]:
        return self._taking("POST", path, declared)

    def put(self, path: str, **declared: Unpack[Declared]) -> Callable[[_Run], _Run]:
        return self._taking("PUT", path, declared)

    def patch(self, path: str, **declared: Unpack[Declared]) -> Callable[[_Run], _Run]:
        return self._taking("PATCH", path, declared)

    def delete(self, path: str, **declared: Unpack[Declared]) -> Callable[[_Run], _Run]:
        return self._taking("DELETE", path, declared)

    def _taking(self, method: str, path: str, declared: Declared) -> Callable[[_Run], _Run]:
        def taken(run: _Run) -> _Run:
            declared.setdefault("status", 200 if "answer" in declared or "media" in declared else 204)
            self.operations.append(Operation(method, path, self.noun, run, **declared))
            return run

        return taken


def covers(scopes: frozenset[str], wanted: Scope | None) -> bool:
    """Whether a token with these scopes may be used for the one.

    >>> covers(frozenset({"jobs:write"}), "jobs:read"), covers(frozenset({"jobs:read"}), "jobs:write")
    (True, False)
    """
    return wanted is None or wanted in scopes or wanted.replace(":read", ":write") in scopes
