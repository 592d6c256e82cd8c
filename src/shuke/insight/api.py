"""Runs and imports through the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import Http404
from pydantic import Field

from shuke.crm.api.operations import Group
from shuke.crm.api.pages import keyset
from shuke.crm.api.problems import invalid, require_valid
from shuke.crm.api.schemas import All, Day, Given, Listing, PageOf, Told
from shuke.crm.people.models import User
from shuke.crm.scores import reads as published
from shuke.crm.scores.models import Run
from shuke.crm.words import here
from shuke.insight import reads, writes
from shuke.insight.definitions import usual_parameters
from shuke.insight.forms import RunForm

group = Group("runs")
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class RunTold(Told):
    """`totals` are sums over all customers; money is in minor units of `currency`."""

    run: str
    as_of: date
    state: str
    published_at: datetime | None
    currency: str
    customers: int
    horizon_days: int
    period_days: int
    ledger_version: int
    parameters: dict[str, Any]
    totals: dict[str, Any]


class NewRun(Given):
    """Rates are in percent. What is left out is as in the latest run."""

    as_of: Day | None = None
    horizon_days: Annotated[int, Field(ge=30, le=1825)] = 365
    period_days: Annotated[int, Field(ge=7, le=730)] = 90
    discount_rate: Percent = 10.0
    margin_rate: Percent | None = None
    tiers: Annotated[str, Field(max_length=40)] = ""
    tier_by: Annotated[str, Field(max_length=40)] = ""
    model: Annotated[str, Field(max_length=40)] = ""
    calendar: Annotated[str, Field(max_length=2000)] = ""


class AskedRun(Told):
    run: str
    job_id: int | None


class ImportTold(Told):
    import_id: str
    name: str
    at: datetime
    rows: int | None
    amount_minor: int | None
    state: str
    by: str


class UndoneImport(Told):
    rows: int


@group.get("/runs", scope="runs:read", right="run", query=Listing, answer=PageOf[RunTold])
def list_runs(viewer: User, query: Listing) -> PageOf[RunTold]:
    return keyset(published.runs(viewer), query, _run, of="runs")


@group.get("/runs/{run}", scope="runs:read", right="run", answer=RunTold)
def get_run(viewer: User, run: str) -> RunTold:
    found = published.runs(viewer).filter(run_id=run).first()
    if found is None:
        raise Http404
    return _run(found)


@group.post("/runs", scope="runs:write", right="run", body=NewRun, answer=AskedRun, status=202)
def start_run(viewer: User, body: NewRun) -> AskedRun:
    """Score again; the job tells how far it is."""
    latest = published.runs(viewer).first()
    usual = usual_parameters(latest)
    if "pyramid" in usual.definitions and (body.tiers or body.tier_by):
        raise invalid("tiers" if body.tiers else "tier_by", here("insight.run.tiers_elsewhere"))
    form = RunForm(usual, {**RunForm(usual).initial, **body.named})
    require_valid(form)
    asked = writes.start_run(parameters=form.parameters, by=viewer)
    return AskedRun(run=asked.run_id, job_id=asked.job_id)


def _run(run: Run) -> RunTold:
    return RunTold(
        run=run.run_id, as_of=run.as_of, state=run.state, published_at=run.published_at, currency=run.currency,
        customers=run.customers, horizon_days=run.horizon_days, period_days=run.period_days,
        ledger_version=run.ledger_version, parameters=run.parameters, totals=run.figures.get("totals", {}),
    )  # fmt: skip


@group.get("/imports", scope="runs:read", right="import", answer=All[ImportTold])
def list_imports(viewer: User) -> All[ImportTold]:
    """Files that were brought and imports of the ledger, the latest first."""
    return All[ImportTold](
        items=[
            ImportTold(
                import_id=one.import_id, name=one.name, at=one.at, rows=one.rows, amount_minor=one.amount_minor,
                state=one.state, by=one.by,
            )
            for one in reads.sources(viewer)
        ]
    )  # fmt: skip


@group.post("/imports/{made}/undo", scope="runs:write", right="import", answer=UndoneImport)
def undo_import(viewer: User, made: str) -> UndoneImport:
    """Take an import back out of the ledger. Scores stay until the next run."""
    return UndoneImport(rows=writes.undo_import(import_id=made))
