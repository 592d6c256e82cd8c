"""Where one is named, and whom one can name."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from shuke.crm.people.reads import needs, viewer_of
from shuke.crm.timeline import reads, writes
from shuke.crm.timeline.models import Mention, kind_name
from shuke.crm.timeline.sources import ICONS
from shuke.crm.words import here
from shuke.ui.asked import page_of
from shuke.ui.toasts import toast

_SHOWN_CHARACTERS = 160


@require_safe
@needs("see")
def show(request: HttpRequest) -> HttpResponse:
    """What is for the viewer, new ones first."""
    viewer = viewer_of(request)
    page = page_of(request, reads.mentions(viewer))
    shown = {"page": page, "lines": [_line(one) for one in page], "unseen": reads.unseen(viewer)}
    return render(request, "timeline/mentions.html", shown)


@require_POST
@needs("see")
def open_one(request: HttpRequest, mention_id: int) -> HttpResponse:
    """To the place where one is named; from then on it is no longer new."""
    viewer = viewer_of(request)
    found = reads.mentions(viewer).filter(pk=mention_id).first()
    if found is None:
        raise Http404(here("timeline.no_entry"))
    writes.see(user=viewer, mention_id=found.pk)
    code = f"touch-{found.touch_id}"
    return HttpResponseRedirect(reverse("timeline:entry", args=[found.touch.customer.key, code]) + f"#{code}")


@require_POST
@needs("see")
def seen(request: HttpRequest) -> HttpResponse:
    """None of them is new any more."""
    writes.see(user=viewer_of(request))
    toast(request, here("timeline.mentions.all_seen"), tone="info")
    return HttpResponseRedirect(reverse("timeline:mentions"))


@require_safe
@needs("see")
def names(request: HttpRequest) -> HttpResponse:
    """Users whose name begins as typed, for the script that completes it."""
    found = reads.names(viewer_of(request), request.GET.get("q", "")[:60])
    return render(request, "timeline/_names.html", {"names": found})


def _line(mention: Mention) -> dict[str, Any]:
    touch = mention.touch
    text = touch.text if len(touch.text) <= _SHOWN_CHARACTERS else touch.text[:_SHOWN_CHARACTERS] + "…"
    return {
        "open": reverse("timeline:open", args=[mention.pk]),
        "customer": touch.customer.display_name,
        "who": touch.by.shown_name if touch.by else here("timeline.nobody"),
        "at": mention.at,
        "kind": kind_name(touch.kind),
        "icon": ICONS[touch.kind],
        "text": text,
        "is_new": mention.seen_at is None,
    }
