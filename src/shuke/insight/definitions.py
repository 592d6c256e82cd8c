"""How customers are classified, as the business has it: the version in force, those before, and saving the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from shuke.classify import REGISTRY, Body, classification
from shuke.crm.people import audit
from shuke.crm.people.models import User
from shuke.crm.scores.models import Run
from shuke.insight.cycles import Parameters
from shuke.insight.errors import NotNow
from shuke.insight.models import Definition


@dataclass(frozen=True)
class InForce:
    """What holds from the next run on: bodies and version numbers by code; what was never changed is not there."""

    definitions: dict[str, Body]
    versions: dict[str, int]


def in_force() -> InForce:
    """The newest version of each classification that was changed."""
    newest = {one.code: one for one in Definition.objects.order_by("version") if one.code in REGISTRY}
    return InForce(
        {code: dict(one.body) for code, one in newest.items()}, {code: one.version for code, one in newest.items()}
    )


def usual_parameters(latest: Run | None) -> Parameters:
    """What the next run is told unless somebody says otherwise: as the latest was, up to the latest day, customers
    classified as is in force now."""
    told = Parameters.from_json({**latest.parameters, "as_of": ""}) if latest else Parameters()
    now = in_force()
    return replace(told, definitions=now.definitions, versions=now.versions)


def body_in_force(code: str) -> tuple[Body, int]:
    """One classification's definition as it holds from the next run on, and its version; 0: the one that ships."""
    newest = Definition.objects.filter(code=code).first()
    return (dict(newest.body), newest.version) if newest else (classification(code).default, 0)


def versions(code: str) -> QuerySet[Definition]:
    """All that were saved, the latest first."""
    return Definition.objects.filter(code=code).select_related("saved_by")


@transaction.atomic
def save(
    *, code: str, body: Mapping[str, Any], by: User | None, comment: str = "", based_on: int | None = None
) -> Definition | None:
    """Save the next version; None where nothing is different from the one in force.

    `based_on`: the version that was looked at when this one was written; where somebody has saved another meanwhile,
    NotNow. Raises DefinitionError, which lists all that is wrong; PermissionDenied for who may not.
    """
    if by is not None and not by.may("classify"):
        raise PermissionDenied("classify")
    whole = classification(code).read(body).definition()
    now, version = body_in_force(code)
    told = comment.replace("\x00", "").strip()[:200]
    if based_on is not None and based_on != version:
        raise NotNow("definition")
    if whole == now:
        return None
    saved = Definition.objects.create(
        code=code, version=version + 1, body=whole, comment=told, saved_by_id=by.pk if by else None
    )
    values = {"version": saved.version, "comment": saved.comment}
    audit.note("definition_saved", by=by, kind="definition", record=code, values=values)
    return saved
