"""The pages of runs: start one, watch it, look at it and its models, compare two, take the scores away."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuke.crm.customers import writes as customers
from shuke.crm.customers.scope import reach
from shuke.crm.people.reads import may, needs, viewer_of
from shuke.crm.scores import reads as published
from shuke.crm.scores.models import Run
from shuke.crm.words import here
from shuke.engines import open_engine
from shuke.insight import comparing, modelling, reads, writes
from shuke.insight.definitions import usual_parameters
from shuke.insight.facts import business_ledger
from shuke.insight.forms import RunForm
from shuke.kit.errors import LedgerError
from shuke.kit.text import day, names_used
from shuke.report import SUFFIXES, write_scores
from shuke.tables import SCORES
from shuke.ui import language
from shuke.ui.asked import page_of
from shuke.ui.parts import Crumb
from shuke.ui.toasts import toast


@require_http_methods(["GET", "HEAD", "POST"])
@needs("run")
def runs(request: HttpRequest) -> HttpResponse:
    """Runs under way, runs published, and the form for the next."""
    viewer = viewer_of(request)
    asked_for = reads.requests(viewer)
    latest = published.runs(viewer).first()
    usual = usual_parameters(latest)
    posted = request.POST if request.method == "POST" else None
    form = RunForm(usual, posted, current=latest.as_of if latest else None)
    if request.method == "POST" and form.is_valid():
        if reads.is_asked_for(form.run_id):
            toast(request, here("insight.runs.asked_already"), tone="info")
        writes.start_run(parameters=form.parameters, by=viewer, run_id=form.run_id)
        return redirect("insight:runs")
    page = page_of(request, published.runs(viewer))
    asked = reads.asked_by([run.run_id for run in page])
    shown = {
        "form": form,
        "page": page,
        "rows": [comparing.line(run, asked.get(run.run_id, "")) for run in page],
        "under_way": [one for one in asked_for if one.job and not one.job.is_over],
        "failed": reads.failed(viewer),
        "no_data": business_ledger().version() is None,
    }
    return render(request, "insight/runs.html", shown, status=400 if form.errors else 200)


@require_safe
@needs("run")
def run(request: HttpRequest, run_id: str) -> HttpResponse:
    """One run: what it was told, what it found, how far to trust it."""
    found = _run(request, run_id)
    trail = [Crumb(here("insight.runs.title"), reverse("insight:runs"))]
    may_export = may(request.user, "export") and reach(viewer_of(request), "export").is_all
    shown = {"trail": trail, "suffixes": [suffix.lstrip(".") for suffix in SUFFIXES], "may_export": may_export}
    with names_used(found.names):
        return render(request, "insight/run.html", shown | comparing.one(found))


@require_safe
@needs("run")
def models(request: HttpRequest) -> HttpResponse:
    """Which model counts purchases in the run in force, why, and how far it can be trusted."""
    current = published.current_run(viewer_of(request))
    shown = modelling.context(current) if current else {"run": None}
    return render(request, "insight/models.html", {"heading": here("models.title"), **shown})


@require_safe
@needs("run")
def models_of_run(request: HttpRequest, run_id: str) -> HttpResponse:
    """The same of any run that was published."""
    found = _run(request, run_id)
    as_of = day(found.as_of, language.active())
    trail = [
        Crumb(here("insight.runs.title"), reverse("insight:runs")),
        Crumb(here("insight.runs.of", day=as_of), reverse("insight:run", args=[found.run_id])),
    ]
    shown = {"heading": here("models.of_run", day=as_of), "trail": trail, **modelling.context(found)}
    return render(request, "insight/models.html", shown)


@require_safe
@needs("run")
def compare(request: HttpRequest) -> HttpResponse:
    """Two runs side by side: totals, tiers, stages, and who moved."""
    asked = request.GET.getlist("run")[:2]
    if len(set(asked)) < 2:
        toast(request, here("insight.compare.two"), tone="warning")
        return redirect("insight:runs")
    first, second = sorted((_run(request, run_id) for run_id in asked), key=lambda one: (one.as_of, one.pk))
    trail = [Crumb(here("insight.runs.title"), reverse("insight:runs"))]
    # A label of both runs is called as in the later one.
    with names_used(first.names | second.names):
        return render(request, "insight/compare.html", {"trail": trail, **comparing.two(first, second)})


@require_POST
@needs("export")
def scores(request: HttpRequest, run_id: str) -> FileResponse:
    """The scores of a run as a file for people; noted in the log of exports."""
    if not reach(viewer_of(request), "export").is_all:
        raise PermissionDenied("export")
    found, suffix = _run(request, run_id), f".{request.POST.get('format', 'csv')}"
    if suffix not in SUFFIXES:
        raise Http404
    export = customers.log_export(by=viewer_of(request), query=f"run={found.run_id}", columns=SCORES.names)
    with tempfile.TemporaryDirectory() as folder, open_engine() as engine:
        try:
            table = business_ledger().scores(engine, found.run_id)
        except LedgerError as reason:
            raise Http404(here("insight.runs.gone")) from reason
        path = Path(folder) / f"scores{suffix}"
        with names_used(found.names):
            write_scores(table, path, currency=found.currency, language=language.active())
        customers.close_export(export=export, rows=found.customers)
        # Open it before the folder goes: the name may vanish, the content stays until it is sent.
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"{found.run_id}-scores{suffix}")


def _run(request: HttpRequest, run_id: str) -> Run:
    return get_object_or_404(published.runs(viewer_of(request)), run_id=run_id)
