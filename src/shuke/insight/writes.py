"""What people do at the door: bring a file, say what its columns are, import it, take it back, score."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from shuke.booking import booked, content_of
from shuke.collect import FACTS, FIELDS, PURCHASES
from shuke.crm.jobs import writes as jobs
from shuke.crm.jobs.models import State
from shuke.crm.people import audit
from shuke.crm.people.models import User
from shuke.insight.cycles import Parameters
from shuke.insight.definitions import in_force
from shuke.insight.errors import NotNow
from shuke.insight.facts import business_ledger
from shuke.insight.models import AcquisitionCost, RunRequest, Upload
from shuke.insight.peek import kind_of, look
from shuke.insight.reads import is_undone
from shuke.insight.stored import store
from shuke.kit.ids import new_id

ONE_IMPORT = "insight.import"
ONE_RUN = "insight.run"
_OPEN = (Upload.State.READY, Upload.State.ALREADY, Upload.State.UNDONE)


def bring(*, name: str, pieces: Iterable[bytes], by: User | None, kind: str = "") -> Upload:
    """Keep a file and look at its first rows. Raises RefusedUpload; then nothing is kept.

    `kind` is what the file holds (`Upload.Kind`); empty: told by its headers.
    """
    path, size = store(name=name, pieces=pieces)
    try:
        held = kind or kind_of(path)
        seen = look(path, {}, {}, kind=held)
        with transaction.atomic():
            kept = Upload.objects.create(
                name=path.name,
                kind=held,
                folder=path.parent.name,
                size=size,
                digest=content_of(path.name, path.parent),
                preview=seen.to_json(),
                uploaded_by_id=by.pk if by else None,
            )
            audit.note("file_brought", by=by, kind="upload", record=kept.pk, values={"name": kept.name})
            return kept
    except BaseException:
        shutil.rmtree(path.parent, ignore_errors=True)
        raise


def choose_columns(*, upload: Upload, mapping: Mapping[str, str], options: Mapping[str, Any]) -> Upload:
    """Say which column is what, and look at the first rows again. Raises NotNow once the import has begun."""
    _require_open(upload)
    guessed = upload.preview.get("guessed", {})
    columns = set(upload.preview.get("columns", ()))
    fields = fields_of(upload.kind)
    chosen = {field: mapping[field] if mapping.get(field) in columns else "" for field in fields}
    upload.mapping = {field: column for field, column in chosen.items() if column != guessed.get(field, "")}
    upload.options = dict(options)
    upload.preview = look(upload.path, upload.mapping, options, guessed, kind=upload.kind).to_json()
    upload.save(update_fields=["mapping", "options", "preview"])
    return upload


def choose_kind(*, upload: Upload, kind: str) -> Upload:
    """Say what the file holds, and look anew: what was chosen of columns was of another kind. Raises NotNow once the
    import has begun."""
    _require_open(upload)
    upload.kind, upload.mapping = kind, {}
    upload.preview = look(upload.path, {}, upload.options, kind=kind).to_json()
    upload.save(update_fields=["kind", "mapping", "preview"])
    return upload


def fields_of(kind: str) -> tuple[str, ...]:
    """What columns of a file of that kind can be named for."""
    return tuple(FIELDS) if kind == PURCHASES else FACTS[kind].fields


@transaction.atomic
def start_import(*, upload: Upload, by: User | None, language: str, score_after: bool = False) -> Upload:
    """Put the import in the queue. Raises NotNow where it was begun before, or its content is in the ledger already."""
    _require_open(upload)
    if booked(business_ledger(), upload.digest) is not None:
        raise NotNow("already")
    import_id = new_id("import")
    payload = {"upload": upload.pk, "language": language, "score_after": score_after, "run_id": new_id("run")}
    job = jobs.enqueue(kind="insight.import", payload=payload, exclusive_key=ONE_IMPORT, started_by=by)
    changed = Upload.objects.filter(pk=upload.pk, state__in=_OPEN).update(
        state=Upload.State.IMPORTING, import_id=import_id, job=job
    )
    if changed != 1:
        raise NotNow("import")
    audit.note("import_started", by=by, kind="import", record=import_id, values={"name": upload.name})
    upload.refresh_from_db()
    return upload


def undo_import(*, import_id: str) -> int:
    """Take an import back out of the ledger; how many rows went. Scores stay until the next run.

    Raises LedgerError where it was undone before, or others rest on it.
    """
    rows = business_ledger().undo(import_id)
    with transaction.atomic():
        Upload.objects.filter(import_id=import_id).update(state=Upload.State.UNDONE)
        audit.note("import_undone", kind="import", record=import_id, count=rows)
    return rows


@transaction.atomic
def discard(*, upload: Upload) -> None:
    """Throw away a file that is not in the ledger. Raises NotNow while it is."""
    _require_open(upload, there=False)
    folder = upload.place
    audit.note("file_discarded", kind="upload", record=upload.pk, values={"name": upload.name})
    upload.delete()
    transaction.on_commit(lambda: shutil.rmtree(_ours(folder), ignore_errors=True))


@transaction.atomic
def start_run(*, parameters: Parameters, by: User | None, run_id: str = "") -> RunRequest:
    """Put a run in the queue; one runs at a time, others wait. Customers are classified as is in force now.

    A `run_id` that was asked for before, as by the other half of a double click, is given back as it was asked for.
    """
    now = in_force()
    told = replace(parameters, definitions=now.definitions, versions=now.versions)
    given = {"parameters": told.to_json(), "asked_by_id": by.pk if by else None}
    asked, is_new = RunRequest.objects.get_or_create(run_id=run_id or new_id("run"), defaults=given)
    if is_new:
        payload = {"run_id": asked.run_id}
        asked.job = jobs.enqueue(kind="insight.run", payload=payload, exclusive_key=ONE_RUN, started_by=by)
        asked.save(update_fields=["job"])
        audit.note("run_started", by=by, kind="run", record=asked.run_id)
    return asked


def _require_open(upload: Upload, *, there: bool = True) -> None:
    """An import whose job was stopped or given up on is open again; so is one that was undone on the command line."""
    over = [State.FAILED, State.CANCELLED]
    Upload.objects.filter(pk=upload.pk, state=Upload.State.IMPORTING, job__state__in=over).update(
        state=Upload.State.READY
    )
    if upload.import_id and is_undone(upload):
        Upload.objects.filter(pk=upload.pk, state=Upload.State.IMPORTED).update(state=Upload.State.UNDONE)
    upload.refresh_from_db(fields=["state"])
    if upload.state not in _OPEN:
        raise NotNow("import")
    if there and not upload.path.is_file():
        raise NotNow("gone")


def _ours(folder: Path) -> Path:
    """Never more than one upload's own folder."""
    if folder.parent != Path(settings.SHUKE_UPLOADS):
        raise NotNow("import")
    return folder


@transaction.atomic
def set_costs(*, costs_minor: Mapping[str, int | None], currency: str, by: User) -> None:
    """Say what winning a customer of each source costs; None: not known. Sources not named stay as they are."""
    for source, cost in costs_minor.items():
        if cost is None:
            AcquisitionCost.objects.filter(source=source).delete()
        else:
            told = {"cost_minor": cost, "currency": currency, "set_by": by}
            AcquisitionCost.objects.update_or_create(source=source, defaults=told)
