"""The pages of classifications: all of them, one, and the form that changes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuke.classify import REGISTRY, Body, cut_names, names_given, preset_body
from shuke.crm.people.reads import needs, viewer_of
from shuke.crm.words import here
from shuke.insight import classes as page
from shuke.insight.definitions import body_in_force, save, versions
from shuke.insight.errors import NotNow
from shuke.insight.forms_of_classes import DefinitionForm
from shuke.insight.models import Definition
from shuke.insight.previewing import previewed
from shuke.kit.errors import InputError
from shuke.ui import language
from shuke.ui.asked import takes_form_of
from shuke.ui.parts import Crumb, Option
from shuke.ui.toasts import toast


@require_safe
@needs("see")
def classes(request: HttpRequest) -> HttpResponse:
    """All classifications: what each asks, where customers stand, who moved."""
    return render(request, "insight/classes.html", page.all_of_them(viewer_of(request)))


@require_safe
@needs("see")
def one(request: HttpRequest, code: str) -> HttpResponse:
    """One classification: picture, labels, movement, definition, versions."""
    _known(code)
    return render(request, "insight/class.html", page.one_of_them(viewer_of(request), code))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("classify")
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change a definition: as it is in force, as an earlier version was, or as a preset has it."""
    _known(code)
    if request.method != "POST":
        body, version = body_in_force(code)
        return _shown(request, _form(request, code, body, based_on=version))
    form = _sent(request, code, request.POST)
    if not form.is_valid():
        return _shown(request, form, status=400)
    try:
        saved = save(code=code, body=form.body, by=viewer_of(request), comment=form.cleaned_data["comment"],
                     based_on=form.replaces)  # fmt: skip
    except NotNow:
        return _overtaken(request, code)
    toast(request, here("classes.saved", version=saved.version) if saved else here("classes.same"))
    return redirect("insight:class", code)


@takes_form_of("insight:edit_class")
@needs("classify")
def preview(request: HttpRequest, code: str) -> HttpResponse:
    """What the form, as it is filled in, would do to today's customers."""
    _known(code)
    form = _sent(request, code, request.POST)
    shown: dict[str, Any] = {"preview": None, "refused": []}
    if not form.is_valid():
        shown["refused"] = form.refused
    else:
        shown |= _previewed(request, code, form.body)
    if request.headers.get("HX-Request"):
        return render(request, "insight/_preview.html", shown)
    return _shown(request, form, **shown)


@require_POST
@needs("classify")
def restore(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """Save an earlier version again as the newest."""
    _known(code)
    earlier = _version(code, version)
    comment = here("classes.version.restored", version=version)
    saved = save(code=code, body=earlier.body, by=viewer_of(request), comment=comment)
    toast(request, here("classes.saved", version=saved.version) if saved else here("classes.same"))
    return redirect("insight:class", code)


def _previewed(request: HttpRequest, code: str, body: Body) -> dict[str, Any]:
    viewer = viewer_of(request)
    run, _ = page.run_of(viewer)
    if run is None:
        return {"refused": [here("classes.preview.no_run")]}
    try:
        found = previewed(run, code, body)
    except InputError as reason:
        return {"refused": [reason.told(language.active())]}
    if found is None:
        return {"refused": [here("classes.preview.not_kept")]}
    names = names_given({code: REGISTRY[code].read(body)})
    return {"preview": page.of_preview(viewer, code, found, names)}


def _overtaken(request: HttpRequest, code: str) -> HttpResponse:
    """A colleague was quicker: the form as it was filled in, and what the new version says. Saved again, it is put in
    that one's place on purpose."""
    newest, version = body_in_force(code)
    sent = request.POST.copy()
    sent["instead_of"] = str(version)
    newer = {
        "text": here("classes.form.newer", version=version),
        "sentences": page.coming(code, _drawn_from(code, sent), newest, _currency()),
    }
    return _shown(request, _sent(request, code, sent), status=409, newer=newer)


def _sent(request: HttpRequest, code: str, sent: Mapping[str, Any]) -> DefinitionForm:
    return _form(request, code, _drawn_from(code, sent), data=sent)


def _drawn_from(code: str, sent: Mapping[str, Any]) -> Body:
    """The definition that the form was made of: one saved meanwhile may have other rows and fields."""
    version = str(sent.get("based_on"))
    if version == "0":
        return REGISTRY[code].default
    found = versions(code).filter(version=int(version)).first() if _is_version(version) else None
    return dict(found.body) if found else body_in_force(code)[0]


def _form(request: HttpRequest, code: str, body: Body, **given: Any) -> DefinitionForm:
    run, _ = page.run_of(viewer_of(request))
    cuts = run.figures["classes"].get(f"{code}_cuts", {}) if run else {}
    unknown = run.figures.get("types_report", {}).get("missing", ()) if run else ()
    return DefinitionForm(code, _start(request, code, body), _currency(), cuts=cuts, unknown=unknown, **given)


def _start(request: HttpRequest, code: str, body: Body) -> Body:
    """What the form begins with: a preset or an earlier version that the address names, else what is in force."""
    preset, version = request.GET.get("preset", ""), request.GET.get("version", "")
    if code == "pyramid" and preset in cut_names():
        return preset_body(preset, body["settings"])
    if _is_version(version):
        return dict(_version(code, int(version)).body)
    return body


def _version(code: str, version: int) -> Definition:
    return get_object_or_404(versions(code), version=version)


def _is_version(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 9


def _known(code: str) -> None:
    if code not in REGISTRY:
        raise Http404


def _currency() -> str:
    return str(settings.SHUKE_CURRENCY)


def _shown(request: HttpRequest, form: DefinitionForm, *, status: int = 200, **more: Any) -> HttpResponse:
    code, address = form.code, reverse("insight:edit_class", args=[form.code])
    trail = [Crumb(here("classes.title"), reverse("insight:classes")),
             Crumb(here(f"classes.{code}.name"), reverse("insight:class", args=[code]))]  # fmt: skip
    preset = request.GET.get("preset", "")
    presets = [Option(here(f"insight.run.tiers_{name.replace('-', '_')}"), f"{address}?preset={name}", name == preset)
               for name in cut_names()]  # fmt: skip
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    shown = {
        "form": form,
        "code": code,
        "trail": trail,
        "title": here("classes.form.title", name=here(f"classes.{code}.name")),
        "presets": presets if code == "pyramid" else [],
        "save_url": address + query,
        "preview_url": reverse("insight:preview_class", args=[code]) + query,
        "scores": range(1, 6),
    }
    return render(request, "insight/class_form.html", shown | more, status=status)
