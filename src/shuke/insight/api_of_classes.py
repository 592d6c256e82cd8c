"""Classifications through the API: what they are, how many customers each label has, previewing and changing them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from shuke.classify import REGISTRY, Body, DefinitionError
from shuke.crm.api.operations import Group
from shuke.crm.api.problems import Refused, or_404
from shuke.crm.api.schemas import All, Given, Told, username
from shuke.crm.people.models import User
from shuke.crm.scores.columns import name_of
from shuke.crm.scores.models import Run
from shuke.crm.words import here
from shuke.insight.classes import run_of
from shuke.insight.definitions import body_in_force, in_force, save, versions
from shuke.insight.previewing import previewed
from shuke.ui import language

group = Group("runs")
Definition = Annotated[dict[str, Any], Field(max_length=20)]


class LabelTold(Told):
    """How many customers have the label by the run in force."""

    code: str
    name: str
    customers: int


class ClassTold(Told):
    """`version` holds from the next run on (0: as it ships), `used` is that of the run in force. `listed_by` is the
    filter of lists and `column` the column of scores that hold the label."""

    code: str
    name: str
    listed_by: str
    column: str
    version: int
    used: int | None
    labels: list[LabelTold]


class VersionTold(Told):
    version: int
    comment: str
    saved_at: datetime
    by: str | None


class WholeClassTold(ClassTold):
    """`definition` is what holds from the next run on; it can be changed and given back."""

    definition: dict[str, Any]
    versions: list[VersionTold]


class NewDefinition(Given):
    """`definition` as `get_class` tells it. `based_on`: the version that was changed; where somebody has saved another
    meanwhile, nothing is saved."""

    definition: Definition
    comment: Annotated[str, Field(max_length=200)] = ""
    based_on: Annotated[int, Field(ge=0)] | None = None


class TriedDefinition(Given):
    definition: Definition


class SavedTold(Told):
    """`changed` is false where nothing was different, and no version was made."""

    version: int
    changed: bool


class PreviewTold(Told):
    """Customers by label before and after; each of `moves` is the label before, the label after, and how many."""

    before: dict[str, int]
    after: dict[str, int]
    moved: int
    moves: list[tuple[str, str, int]]


@group.get("/classes", scope="runs:read", right="run", answer=All[ClassTold])
def list_classes(viewer: User) -> All[ClassTold]:
    """All classifications, with how many customers each label has."""
    (run, _), saved = run_of(viewer), in_force().versions
    return All[ClassTold](items=[ClassTold(**_told(code, run, saved.get(code, 0))) for code in REGISTRY])


@group.get("/classes/{classification}", scope="runs:read", right="run", answer=WholeClassTold)
def get_class(viewer: User, classification: str) -> WholeClassTold:
    """One classification with its definition and the versions of it."""
    code = _known(classification)
    (run, _), (body, version) = run_of(viewer), body_in_force(code)
    kept = [
        VersionTold(version=one.version, comment=one.comment, saved_at=one.saved_at, by=username(one.saved_by))
        for one in versions(code)
    ]
    return WholeClassTold(**_told(code, run, version), definition=body, versions=kept)


@group.post(
    "/classes/{classification}/preview", scope="runs:read", right="classify", body=TriedDefinition, answer=PreviewTold,
)  # fmt: skip
def preview_class(viewer: User, classification: str, body: TriedDefinition) -> PreviewTold:
    """Who would move among the customers of the run in force; nothing is saved."""
    code, (run, _) = _known(classification), run_of(viewer)
    try:
        found = None if run is None else previewed(run, code, body.definition)
    except DefinitionError as reason:
        raise _refused(reason) from reason
    if found is None:
        raise Refused("conflict", here("classes.preview.no_run"))
    return PreviewTold(before=dict(found.before), after=dict(found.after), moved=found.moved, moves=list(found.moves))


@group.post(
    "/classes/{classification}/versions", scope="runs:write", right="classify", body=NewDefinition, answer=SavedTold,
    status=201,
)  # fmt: skip
def save_class(viewer: User, classification: str, body: NewDefinition) -> SavedTold:
    """Save the next version; it holds from the next run on."""
    code = _known(classification)
    try:
        saved = save(code=code, body=body.definition, by=viewer, comment=body.comment, based_on=body.based_on)
    except DefinitionError as reason:
        raise _refused(reason) from reason
    return SavedTold(version=saved.version if saved else body_in_force(code)[1], changed=saved is not None)


def _known(code: str) -> str:
    return str(or_404(code if code in REGISTRY else None))


def _refused(reason: DefinitionError) -> Refused:
    """Every fault as an error of the field it stands in."""
    faults = [(f"definition.{fault.place}".rstrip("."), fault.told(language.active())) for fault in reason.faults]
    return Refused("invalid", here("api.detail.invalid"), errors=faults)


def _told(code: str, run: Run | None, version: int) -> Body:
    one, tongue = REGISTRY[code], language.active()
    told = run.figures["classes"].get(code, {}) if run else {}
    return {
        "code": code, "name": here(f"classes.{code}.name"), "listed_by": one.listed_by, "column": one.column,
        "version": version, "used": run.parameters.get("versions", {}).get(code, 0) if run else None,
        "labels": [
            LabelTold(code=row["code"], name=name_of(one.names, row["code"], tongue), customers=row["customers"])
            for row in told.get("labels", ())
        ],
    }  # fmt: skip
