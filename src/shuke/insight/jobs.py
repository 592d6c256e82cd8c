"""What the worker does for the door: imports and runs. Each is safe to run twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from django.urls import reverse

from shuke.booking import book, book_facts, last_day
from shuke.collect import FactsQuality, FactsRead, Purchases, Quality, read_facts, read_purchases, write_rejects
from shuke.crm.jobs.worker import JobRun
from shuke.crm.people.models import User
from shuke.crm.scores.models import Run as Published
from shuke.engines import Engine, Table, open_engine
from shuke.insight import writes
from shuke.insight.came_back import facts_without_erased, names_erased, without_erased
from shuke.insight.cycles import Parameters, score
from shuke.insight.errors import without_place
from shuke.insight.facts import business_ledger, purchases_of
from shuke.insight.held import drop_file, empty
from shuke.insight.models import RunRequest, Upload
from shuke.insight.peek import reading
from shuke.kit.errors import InputError
from shuke.ledger import Imported
from shuke.tables import PURCHASES, REJECTS


def run_import(job: JobRun) -> Mapping[str, Any]:
    """An upload into the ledger, with its quality report and the file of rows set aside; then a run, if asked for."""
    upload = _upload(job)
    if upload.state == Upload.State.IMPORTING:
        _import_or_give_back(upload, job)
        upload.refresh_from_db()
    # From here on an attempt that was cut short is taken up without the file, which may be gone already.
    quality = upload.quality
    if names_erased(quality["set_aside"]):
        drop_file(upload)
    if job.payload.get("score_after") and upload.state == Upload.State.IMPORTED:
        by = job.job.started_by if isinstance(job.job.started_by, User) else None
        writes.start_run(parameters=_latest_parameters(), by=by, run_id=str(job.payload["run_id"]))
    return {"rows": quality["rows_kept"], "url": reverse("insight:upload", args=[upload.pk])}


def run_cycle(job: JobRun) -> Mapping[str, Any]:
    """Score the ledger and publish. Fails with its reason, and then the scores before stay in force."""
    asked = RunRequest.objects.get(run_id=job.payload["run_id"])
    ledger = business_ledger()
    # An erasure between two attempts drops the versions before it: the newest, without the person, takes their place.
    if asked.ledger_version not in {version.version for version in ledger.versions()}:
        if asked.run_id in {kept.run_id for kept in ledger.runs()}:  # scores of the version that is gone
            raise InputError.of("insight.error.erased_meanwhile")
        RunRequest.objects.filter(pk=asked.pk).update(ledger_version=ledger.version())
        asked.refresh_from_db()
    published = score(
        ledger=ledger,
        run_id=asked.run_id,
        parameters=Parameters.from_json(asked.parameters),
        told=job.progress,
        ledger_version=asked.ledger_version,
    )
    return {"customers": published.customers, "url": reverse("insight:run", args=[published.run_id])}


def _upload(job: JobRun) -> Upload:
    """The job's upload; one that an earlier attempt gave back is taken up again."""
    upload = Upload.objects.filter(pk=job.payload["upload"]).first()
    if upload is None:
        raise InputError.of("insight.error.thrown_away")
    if upload.state == Upload.State.READY:
        Upload.objects.filter(pk=upload.pk).update(state=Upload.State.IMPORTING)
        upload.refresh_from_db()
    return upload


def _import_or_give_back(upload: Upload, job: JobRun) -> None:
    """The import, and its report kept; whatever goes wrong, the upload may be imported again."""
    try:
        imported, quality = _import(upload, job)
    except BaseException:
        Upload.objects.filter(pk=upload.pk, state=Upload.State.IMPORTING).update(state=Upload.State.READY)
        raise
    # A second attempt at the same import finds its own rows there: that is no double.
    doubled = imported.already and imported.import_id != upload.import_id
    Upload.objects.filter(pk=upload.pk).update(
        state=Upload.State.ALREADY if doubled else Upload.State.IMPORTED,
        quality=quality,
        rejects=quality["rows_set_aside"] > 0,
    )


def _import(upload: Upload, job: JobRun) -> tuple[Imported, dict[str, Any]]:
    """Reads the file, writes the rows set aside, books the rest; what the ledger says, and the report as JSON."""
    if not upload.path.is_file():
        raise InputError.of("insight.error.thrown_away")
    with open_engine() as engine:
        job.progress("reading")
        if upload.kind == Upload.Kind.PURCHASES:
            purchases, quality = without_erased(*_read(upload, engine, job))
            _report(upload, purchases, quality.to_dict(), job)
            (imported,) = book(business_ledger(), purchases, place=upload.place, import_id=upload.import_id)
            return imported, quality.to_dict()
        facts = facts_without_erased(_read_facts(upload, engine, job))
        told = told_of(facts.quality)
        _report(upload, facts, told, job)
        (imported,) = book_facts(business_ledger(), facts, place=upload.place, import_id=upload.import_id)
        return imported, told


def _report(upload: Upload, read: Purchases | FactsRead, quality: dict[str, Any], job: JobRun) -> None:
    """The file of rows set aside; where nothing else is left, the report too, and the import ends here."""
    job.progress("rejects")
    write_rejects(read, upload.rejects_path, str(job.payload["language"]))
    if not quality["rows_kept"]:
        Upload.objects.filter(pk=upload.pk).update(quality=quality, rejects=True)
        if names_erased(quality["set_aside"]):
            empty(upload)
            raise InputError.of("insight.error.erased_alone")
        raise InputError.of("insight.error.no_row_kept")
    job.progress("keeping")


def told_of(quality: FactsQuality) -> dict[str, Any]:
    """The report of answers, payments or sources, as JSON keeps it."""
    days = {name: day and day.isoformat() for name, day in (("first_day", quality.first_day),
                                                            ("last_day", quality.last_day))}  # fmt: skip
    return {
        "rows_read": quality.read,
        "rows_kept": quality.kept,
        "rows_set_aside": quality.read - quality.kept,
        "set_aside": dict(quality.set_aside),
        "blank": quality.blank,
        "fields": {name: {"column": found.column, "how": found.how} for name, found in quality.fields.items()},
        **days,
    }


def _read(upload: Upload, engine: Engine, job: JobRun) -> tuple[Purchases, Quality]:
    try:
        read = read_purchases(
            upload.path, engine=engine, progress=_steps(job), **reading(upload.mapping, upload.options)
        )
    except InputError as reason:
        raise without_place(reason, upload.place) from reason
    assert read.quality is not None  # noqa: S101  what was read from a file has its report
    quality = _named_plainly(read.quality, f"{upload.place}/")
    table, rejects = _by_name(read, PURCHASES.names, f"{upload.place}/")
    return replace(read, table=table, rejects=rejects, quality=quality), quality


def _read_facts(upload: Upload, engine: Engine, job: JobRun) -> FactsRead:
    told = reading(upload.mapping, upload.options)
    try:
        read = read_facts(upload.kind, upload.path, engine=engine, progress=_steps(job), **told)
    except InputError as reason:
        raise without_place(reason, upload.place) from reason
    quality = _named_plainly(read.quality, f"{upload.place}/")
    table, rejects = _by_name(read, tuple(read.table.columns), f"{upload.place}/")
    return replace(read, table=table, rejects=rejects, quality=quality)


_Report = TypeVar("_Report", Quality, FactsQuality)


def _named_plainly(quality: _Report, place: str) -> _Report:
    return replace(quality, files=tuple(replace(file, file=file.file.replace(place, "")) for file in quality.files))


def _steps(job: JobRun) -> Any:
    return lambda code, done, total: job.progress(code.removeprefix("collect."), done, total)


def _by_name(read: Purchases | FactsRead, names: tuple[str, ...], place: str) -> tuple[Table, Table]:
    """Rows say which file they come from by its name: where the server keeps it is nobody's business."""

    def named(label: str, names: tuple[str, ...], table: Table) -> Table:
        columns = ", ".join("replace(source_file, {place}, '') AS source_file" if n == "source_file" else f'"{n}"'
                            for n in names)  # fmt: skip
        return read.engine.view(label, f"SELECT {columns} FROM {{table}}", table=table, place=place)

    return named("facts", names, read.table), named("rejects", REJECTS.names, read.rejects)


def _latest_parameters() -> Parameters:
    """As the run in force was told, but up to the latest day: what an import adds is to be seen. Never of an earlier
    day than the scores in force: nobody is here who could be asked, as the form of runs asks."""
    current = Published.objects.filter(state=Published.State.CURRENT).first()
    if current is None:
        return Parameters()
    with open_engine() as engine:
        latest = last_day(purchases_of(business_ledger(), engine))
    is_earlier = latest is None or latest < current.as_of
    return replace(Parameters.from_json(current.parameters), as_of=current.as_of.isoformat() if is_earlier else "")
