"""Refusals, as the API says them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.forms import BaseForm
from django.http import Http404

from shuke.crm.words import here
from shuke.kit.errors import ShukeError

TITLES = {
    "bad_request": 400, "bad_cursor": 400, "unauthorized": 401, "forbidden": 403, "scope_missing": 403,
    "not_found": 404, "method_not_allowed": 405, "conflict": 409, "duplicates": 409, "changed_meanwhile": 409,
    "merged": 409, "answer_gone": 409, "too_large": 413, "unsupported_media_type": 415, "invalid": 422,
    "key_reused": 422, "too_many_requests": 429, "server_error": 500,
}  # fmt: skip
"""The codes there are, each with its status; its words stand in the catalogue as `api.problem.<code>`."""


_Found = TypeVar("_Found")


class Refused(ShukeError):  # noqa: N818  named as what happened
    """The API refuses a request: `code` is one of TITLES; `errors` says it field by field, `more` goes along."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        errors: Iterable[tuple[str, str]] = (),
        more: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.detail, self.errors = code, detail, list(errors)
        self.more, self.headers = dict(more or {}), dict(headers or {})

    @property
    def status(self) -> int:
        return TITLES[self.code]


def invalid(field: str, detail: str) -> Refused:
    """One field that is wrong."""
    return Refused("invalid", here("api.detail.invalid"), errors=[(field, detail)])


def require_valid(form: BaseForm, names: Mapping[str, str] | None = None) -> None:
    """Refuses what the form of the page refuses, in its words; `names` tells fields that the API calls otherwise."""
    if form.is_valid():
        return
    called = names or {}
    errors = [
        ("" if name == "__all__" else called.get(name, name), str(error))
        for name, listed in form.errors.items()
        for error in listed
    ]
    raise Refused("invalid", here("api.detail.invalid"), errors=errors)


def or_404(found: _Found | None) -> _Found:
    """What was found. Raises Http404 for what is not there, or not for this viewer."""
    if found is None:
        raise Http404
    return found
