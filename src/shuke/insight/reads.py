"""Uploads, imports and runs as their viewer may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from shuke.booking import booked
from shuke.crm.jobs.models import Job, State
from shuke.crm.people.models import User
from shuke.crm.scores.reads import published_ids
from shuke.insight.facts import business_ledger
from shuke.insight.models import RunRequest, Upload
from shuke.ledger import Import


@dataclass(frozen=True, slots=True)
class Source:
    """One line of the page of data: an upload, an import in the ledger, or both."""

    name: str
    at: datetime
    rows: int | None
    amount_minor: int | None
    state: str
    import_id: str
    upload: Upload | None
    by: str
    kind: str

    @property
    def may_undo(self) -> bool:
        return self.state == "imported"


def uploads(viewer: User) -> QuerySet[Upload]:
    """All uploads, for who may import."""
    _require(viewer, "import")
    return Upload.objects.select_related("job", "uploaded_by")


def sources(viewer: User) -> list[Source]:
    """Everything that was brought, the latest first: uploads, and what came by the command line."""
    brought = list(uploads(viewer))
    imports = {made.import_id: made for made in business_ledger().imports() if made.table in Upload.Kind.values}
    lines = [_of_upload(upload, imports.pop(upload.import_id, None)) for upload in brought]
    # An upload that was undone and came again has an earlier import, too.
    by_file: dict[tuple[str, ...], Upload] = {(upload.digest, upload.name): upload for upload in brought}
    lines += [_of_import(made, by_file.get((made.content_digest, *made.sources))) for made in imports.values()]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def requests(viewer: User) -> list[RunRequest]:
    """Runs asked for that are not published: waiting, under way or failed, the latest first."""
    _require(viewer, "run")
    published = published_ids()
    asked = RunRequest.objects.select_related("job", "asked_by")[:20]
    return [one for one in asked if one.run_id not in published and one.job and one.job.state != State.DONE]


def is_asked_for(run_id: str) -> bool:
    """Whether that run was asked for before."""
    return RunRequest.objects.filter(run_id=run_id).exists()


def failed(viewer: User) -> RunRequest | None:
    """The latest run asked for, if it failed: once a later one is under way or published, that is no news."""
    _require(viewer, "run")
    latest = RunRequest.objects.select_related("job").first()
    if latest is None or latest.job is None or latest.job.state != State.FAILED:
        return None
    return None if latest.run_id in published_ids() else latest


def asked_by(run_ids: list[str]) -> dict[str, str]:
    """Who asked for each run, where somebody did."""
    asked = RunRequest.objects.filter(run_id__in=run_ids).select_related("asked_by")
    return {one.run_id: str(one.asked_by) for one in asked if one.asked_by}


def is_stuck(upload: Upload) -> bool:
    """Whether the import was stopped or given up on, so that it may be begun again."""
    job: Job | None = upload.job
    return upload.state == Upload.State.IMPORTING and job is not None and job.state in (State.FAILED, State.CANCELLED)


def state_of(upload: Upload) -> str:
    """Its state as it stands: an import given up on is open again, one undone on the command line is undone."""
    if is_stuck(upload):
        return str(Upload.State.READY)
    if upload.state == Upload.State.IMPORTED and is_undone(upload):
        return str(Upload.State.UNDONE)
    return str(upload.state)


def is_undone(upload: Upload) -> bool:
    """Whether its import was taken out of the ledger, by whomever."""
    return any(made.import_id == upload.import_id and made.state == "undone" for made in business_ledger().imports())


@dataclass(frozen=True, slots=True)
class Twin:
    """An import that holds the same content as an upload: where to look at it, and how to take it back."""

    name: str
    at: datetime
    rows: int
    import_id: str
    upload: Upload | None


def twin(viewer: User, upload: Upload) -> Twin | None:
    """The import that has this content in the ledger already, whoever made it."""
    made = booked(business_ledger(), upload.digest)
    if made is None or made.import_id == upload.import_id:
        return None
    first = uploads(viewer).filter(import_id=made.import_id).first()
    return Twin(_name(made), made.at, made.rows, made.import_id, first)


def _of_upload(upload: Upload, made: Import | None) -> Source:
    quality: dict[str, Any] = upload.quality
    state = str(upload.state)
    if made is not None:
        state = "undone" if made.state == "undone" else "imported"
    elif is_stuck(upload) or (state == "ready" and upload.job and upload.job.state == State.FAILED):
        state = "failed"
    rows = made.rows if made else quality.get("rows_kept")
    amount = made.amount_minor if made else quality.get("amount_kept_minor")
    by = str(upload.uploaded_by) if upload.uploaded_by else ""
    return Source(
        upload.name, upload.uploaded_at, rows, amount, state, made.import_id if made else "", upload, by, upload.kind
    )


def _of_import(made: Import, upload: Upload | None) -> Source:
    state = "undone" if made.state == "undone" else "imported"
    by = str(upload.uploaded_by) if upload and upload.uploaded_by else ""
    return Source(_name(made), made.at, made.rows, made.amount_minor, state, made.import_id, upload, by, made.table)


def _name(made: Import) -> str:
    """Files by their names, without the folders they lay in."""
    return ", ".join(source if source.startswith("demo:") else source.rpartition("/")[2] for source in made.sources)


def _require(viewer: User, right: Any) -> None:
    if not viewer.may(right):
        raise PermissionDenied(right)
