"""What forms that were opened from the list send along: who is ticked, and which list it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from shuke.crm.scores.errors import RefusedList
from shuke.ui import language
from shuke.ui.toasts import toast

_LONGEST = 8_000
View = Callable[[HttpRequest], HttpResponse]


def ids_of(request: HttpRequest) -> list[int]:
    """The ids of those ticked."""
    return numbers(text for entry in request.POST.getlist("ids") for text in entry.split(","))


def numbers(texts: Iterable[str]) -> list[int]:
    """Those of the texts that may be ids."""
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]


def address_of(request: HttpRequest) -> str:
    """The address of the list, with its `?`: all customers are `?`. Empty where the form names no list.

    Raises RefusedList for one that is too long: cut off, it would lose filters and mean more customers.
    """
    text = request.POST.get("list", "")
    if len(text) > _LONGEST:
        raise RefusedList.of("scores.refused.long_list", count=len(text), most=_LONGEST)
    return f"?{text.removeprefix('?')}" if text else ""


def page_of_list(address: str) -> str:
    """The list again; what was sent is only ever its query."""
    query = address.lstrip("?")
    return reverse("customers:list") + (f"?{query}" if query else "")


def tells_refused(view: View) -> View:
    """A view of a list that cannot be taken: back to the list with the reason, nothing done."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except RefusedList as reason:
            toast(request, reason.told(language.active()), tone="error")
            return HttpResponseRedirect(reverse("customers:list"))

    return guarded
