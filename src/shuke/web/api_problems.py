"""What went wrong, as a problem (RFC 9457): every error of the house has its answer here."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig, ValidationError
from django.db import IntegrityError
from django.http import Http404, HttpResponse

from shuke.crm.api.problems import Refused
from shuke.crm.api.schemas import FieldProblem, Problem
from shuke.crm.customers.errors import NoSuchCustomer, RefusedKey
from shuke.crm.people.errors import (
    BeyondOneselfError,
    LastOwnerError,
    RefusedFactorError,
    RefusedRoleError,
    RefusedTeamError,
    RefusedTokenError,
)
from shuke.crm.timeline.errors import RefusedFile, RefusedTouch
from shuke.crm.words import here
from shuke.insight.errors import NotNow
from shuke.kit.errors import LedgerError, ShukeError
from shuke.ui import language
from shuke.web.api_given import too_large

_LOG = logging.getLogger(__name__)


def answer_to(reason: Exception) -> HttpResponse:
    """The problem that an error is to the caller; what nobody foresaw is logged, and told without its inside."""
    refused = reason if isinstance(reason, Refused) else refusal_of(reason)
    if refused is None:
        _LOG.exception("the API broke", exc_info=reason)
        refused = Refused("server_error", here("api.detail.server_error"))
    return problem(refused)


def problem(refused: Refused) -> HttpResponse:
    """A refusal as it is sent."""
    told = Problem(
        type=f"/api/#{refused.code}",
        title=here(f"api.problem.{refused.code}"),
        status=refused.status,
        code=refused.code,
        detail=refused.detail,
        errors=[FieldProblem(field=field, detail=detail) for field, detail in refused.errors],
        **refused.more,
    )
    body = told.model_dump_json()
    return HttpResponse(
        body, status=refused.status, content_type="application/problem+json", headers=refused.headers or None
    )


def refusal_of(reason: Exception) -> Refused | None:
    """What the API says to an error of the house or of Django; None for one that is nobody's fault but ours."""
    if isinstance(reason, Http404 | ObjectDoesNotExist | NoSuchCustomer):
        return Refused("not_found", here("api.detail.not_found"))
    if isinstance(reason, PermissionDenied):
        return Refused("forbidden", here("api.detail.forbidden", right=_right(reason)))
    if isinstance(reason, BeyondOneselfError):
        return Refused("forbidden", here("people.beyond"))
    if isinstance(reason, RequestDataTooBig):
        return too_large()
    if isinstance(reason, ValidationError):
        return Refused("invalid", here("api.detail.invalid"), errors=_of_django(reason))
    if isinstance(reason, IntegrityError):
        return Refused("conflict", here("api.detail.conflict"))
    if isinstance(reason, ShukeError):
        return Refused("conflict" if isinstance(reason, _CONFLICTS) else "invalid", _told(reason))
    return None


_CONFLICTS = (RefusedKey, LastOwnerError, RefusedRoleError, RefusedTeamError, NotNow, LedgerError)
_WORDS: dict[type[ShukeError], str] = {
    RefusedRoleError: "people.roles.",
    RefusedTeamError: "people.teams.",
    RefusedTokenError: "people.tokens.refused_",
    RefusedTouch: "timeline.refused.",
}


def _told(reason: ShukeError) -> str:
    """The sentence of the pages, in the language of the request."""
    if isinstance(reason, LastOwnerError):
        return here("people.last_owner")
    if isinstance(reason, RefusedFactorError):
        return here("people.second.wrong")
    if isinstance(reason, RefusedFile):
        return here(f"timeline.file.{reason.code}", **reason.said)
    prefix = _WORDS.get(type(reason))
    return here(prefix + reason.code) if prefix else reason.told(language.active())  # type: ignore[attr-defined]


def _right(reason: PermissionDenied) -> str:
    return str(reason) or "—"


def _of_django(reason: ValidationError) -> list[tuple[str, str]]:
    if not hasattr(reason, "error_dict"):
        return [("", message) for message in reason.messages]
    told: dict[str, Any] = reason.message_dict
    return [("" if name == "__all__" else name, str(one)) for name, listed in told.items() for one in listed]
