"""The Overview, and the pages of data: bring a file, check its columns, import it, see the report, take it back."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuke.crm.customers.reads import sees_all
from shuke.crm.people.reads import may, needs, viewer_of
from shuke.crm.words import here
from shuke.insight import overview as page
from shuke.insight import own, reads, report, writes
from shuke.insight.errors import NotNow, RefusedUpload
from shuke.insight.forms import ColumnsForm, KindForm, UploadForm
from shuke.insight.models import Upload
from shuke.insight.peek import Preview
from shuke.kit.errors import LedgerError
from shuke.kit.text import number
from shuke.ui import language
from shuke.ui.asked import page_of, takes_form_of
from shuke.ui.parts import Crumb
from shuke.ui.toasts import toast


@require_safe
@needs("see")
def overview(request: HttpRequest) -> HttpResponse:
    """What the business's customers are worth, what changed, and whom to call first."""
    viewer = viewer_of(request)
    if not sees_all(viewer):
        return render(request, "insight/own.html", own.context(viewer))
    return render(request, "insight/overview.html", page.context(viewer))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("import")
def data(request: HttpRequest) -> HttpResponse:
    """All that was brought so far, and a place for the next file."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            told = {"name": file.name, "pieces": file.chunks(), "kind": form.cleaned_data["kind"]}
            kept = writes.bring(by=viewer_of(request), **told)
        except RefusedUpload as reason:
            form.add_error("file", reason.told(language.active()))
        else:
            return redirect("insight:upload", kept.pk)
    found = page_of(request, reads.sources(viewer_of(request)))
    shown = {"form": form, "page": found, "rows": [report.line(one) for one in found], "limit": report.limit()}
    return render(request, "insight/data.html", shown, status=400 if form.errors else 200)


@require_safe
@needs("import")
def upload(request: HttpRequest, upload_id: int) -> HttpResponse:
    """One file: its columns before the import, the report after it."""
    found = _upload(request, upload_id)
    return _shown(request, found, _columns(request, found))


@takes_form_of("insight:upload")
@needs("import")
def kind(request: HttpRequest, upload_id: int) -> HttpResponse:
    """Say what the file holds, and look anew."""
    found = _upload(request, upload_id)
    form = KindForm(request.POST)
    if not form.is_valid():
        return _shown(request, found, _columns(request, found), status=400)
    try:
        writes.choose_kind(upload=found, kind=form.cleaned_data["kind"])
    except NotNow as reason:
        toast(request, reason.told(language.active()), tone="warning")
    except RefusedUpload as reason:
        toast(request, reason.told(language.active()), tone="error")
    return redirect("insight:upload", found.pk)


@takes_form_of("insight:upload")
@needs("import")
def columns(request: HttpRequest, upload_id: int) -> HttpResponse:
    """Choose the columns and look again."""
    found = _upload(request, upload_id)
    form = _columns(request, found, request.POST)
    if not form.is_valid():
        return _shown(request, found, form, status=400)
    try:
        writes.choose_columns(upload=found, mapping=form.mapping, options=form.options)
    except NotNow as reason:
        toast(request, reason.told(language.active()), tone="warning")
    except RefusedUpload as reason:
        toast(request, reason.told(language.active()), tone="error")
    return redirect("insight:upload", found.pk)


@takes_form_of("insight:upload")
@needs("import")
def start(request: HttpRequest, upload_id: int) -> HttpResponse:
    """Import it, with the columns as they stand on the page."""
    found = _upload(request, upload_id)
    form = _columns(request, found, request.POST)
    if not form.is_valid():
        return _shown(request, found, form, status=400)
    viewer, wants_run = viewer_of(request), form.cleaned_data.get("score_after", False)
    try:
        seen = writes.choose_columns(upload=found, mapping=form.mapping, options=form.options)
        if not Preview.from_json(seen.preview).usable:
            return _shown(request, seen, _columns(request, seen), status=400)
        writes.start_import(upload=seen, by=viewer, language=language.active(), score_after=wants_run)
    except NotNow as reason:
        toast(request, reason.told(language.active()), tone="warning")
    return redirect("insight:upload", found.pk)


@require_POST
@needs("import")
def discard(request: HttpRequest, upload_id: int) -> HttpResponse:
    """Throw a file away."""
    found = _upload(request, upload_id)
    try:
        writes.discard(upload=found)
    except NotNow as reason:
        toast(request, reason.told(language.active()), tone="warning")
        return redirect("insight:upload", found.pk)
    toast(request, here("insight.upload.discarded", name=found.name), tone="info")
    return redirect("insight:data")


@require_safe
@needs("import")
def rejects(request: HttpRequest, upload_id: int) -> FileResponse:
    """The rows set aside, each with its reason, for whoever mends them."""
    found = _upload(request, upload_id)
    if not found.rejects or not found.rejects_path.exists():
        raise Http404
    name = f"rejects-{found.path.stem}.csv"
    return FileResponse(found.rejects_path.open("rb"), as_attachment=True, filename=name, content_type="text/csv")


@require_POST
@needs("import")
def undo(request: HttpRequest, import_id: str) -> HttpResponse:
    """Take an import back."""
    try:
        rows = writes.undo_import(import_id=import_id)
    except LedgerError as reason:
        toast(request, reason.told(language.active()), tone="warning")
    else:
        toast(request, here("insight.undo.done", rows=number(rows, language.active())))
    return redirect("insight:data")


def _upload(request: HttpRequest, upload_id: int) -> Upload:
    return get_object_or_404(reads.uploads(viewer_of(request)), pk=upload_id)


def _columns(request: HttpRequest, found: Upload, sent: QueryDict | None = None) -> ColumnsForm:
    return ColumnsForm(found, sent, may_run=may(request.user, "run"))


def _shown(request: HttpRequest, found: Upload, form: ColumnsForm, *, status: int = 200) -> HttpResponse:
    viewer, state = viewer_of(request), reads.state_of(found)
    is_gone = not found.path.is_file()
    is_open = state in (Upload.State.READY, Upload.State.ALREADY, Upload.State.UNDONE) and not is_gone
    trail = [Crumb(here("insight.data.title"), reverse("insight:data"))]
    shown: dict[str, Any] = {
        "upload": found,
        "trail": trail,
        "is_open": is_open,
        "is_gone": is_gone,
        "under_way": state == Upload.State.IMPORTING,
        "was_undone": state == Upload.State.UNDONE,
        "may_undo": state == Upload.State.IMPORTED,
        "failed": found.job.reason if is_open and found.job else "",
        "may_run": may(request.user, "run"),
        "quality": report.quality(found) if found.quality else None,
        "state": report.state_of(state),
        "size": report.bytes_in_words(found.size),
        "kind": found.get_kind_display(),
    }
    if is_open:
        seen, there = Preview.from_json(found.preview), reads.twin(viewer, found)
        shown |= {
            "kind_form": KindForm(initial={"kind": found.kind}),
            "form": form,
            "preview": report.preview(seen, form),
            "twin": report.twin(there) if there else None,
        }
    return render(request, "insight/upload.html", shown, status=status)
