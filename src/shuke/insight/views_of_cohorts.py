"""The page of cohorts, and what winning customers costs."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from shuke.crm.customers.reads import sees_all
from shuke.crm.people.models import User
from shuke.crm.people.reads import needs, viewer_of
from shuke.crm.scores import reads
from shuke.crm.scores.models import Run
from shuke.crm.words import here
from shuke.insight import cohorts as page
from shuke.insight import writes
from shuke.insight.forms import CostsForm
from shuke.ui.asked import takes_form_of
from shuke.ui.toasts import toast


@require_safe
@needs("see")
def cohorts(request: HttpRequest) -> HttpResponse:
    """Who began together and came back, what a first basket tells, and which sources pay."""
    viewer = viewer_of(request)
    shown = page.context(viewer, request.GET.get("by", ""))
    run = shown["run"]
    return render(request, "insight/cohorts.html", shown | {"form": _form(run) if run and viewer.may("run") else None})


@takes_form_of("insight:cohorts")
@needs("run")
def costs(request: HttpRequest) -> HttpResponse:
    """Keep what winning a customer of each source costs."""
    viewer = viewer_of(request)
    form = _form(_run_of_all(viewer), request.POST)
    if form is None:
        return redirect("insight:cohorts")
    if not form.is_valid():
        return render(request, "insight/cohorts.html", page.context(viewer, "") | {"form": form}, status=400)
    writes.set_costs(costs_minor=form.costs_minor, currency=form.currency, by=viewer)
    toast(request, here("cohorts.costs_saved"))
    return redirect("insight:cohorts")


def _run_of_all(viewer: User) -> Run | None:
    if not sees_all(viewer):
        raise PermissionDenied("run")
    return reads.current_run(viewer)


def _form(run: Run | None, data: Any = None) -> CostsForm | None:
    """A field for each source that the run knows, and one for all together."""
    sources = page.sources_of(run) if run else None
    if run is None or sources is None or sources.everyone is None:
        return None
    kept = [group.source for group in (*sources.groups, sources.everyone) if group.source is not None]
    named = [(source, page.source_name(source, sources.told_by)) for source in kept]
    return CostsForm(named, run.currency, page.costs_minor(run.currency), data)
