"""Each request: who asks, as whom they look, in which language, and whether the door is open to them yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils import translation

from shuke.crm.people import audit, factors, log_ins, second, viewing
from shuke.crm.people.log_in_required import led_to, page_of
from shuke.crm.people.models import User
from shuke.crm.people.places import address_of
from shuke.crm.words import here

Answer = Callable[[HttpRequest], HttpResponse]
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_ALWAYS_OPEN = frozenset({"people:log_out", "people:end_view_as"})
_TO_GET_A_FACTOR = frozenset(
    {"people:security", "people:add_authenticator", "people:add_passkey", "people:second", "people:language",
     "people:theme", "health"}
) | _ALWAYS_OPEN  # fmt: skip


@dataclass(frozen=True, slots=True)
class Banner:
    """The bar above a page while somebody looks as another, for `ui/_banner.html`; `refusal` says why no form goes."""

    text: str
    refusal: str
    url: str
    action: str


def door(get_response: Answer) -> Answer:
    """Who asks: puts the user looked as in the place of the user, and tells the audit both. After authentication."""

    def answer(request: HttpRequest) -> HttpResponse:
        user = request.user if isinstance(request.user, User) else None
        viewed = viewing.whom(request, user) if user else None
        if viewed is not None:
            request.user = viewed
        elif user is not None:
            log_ins.seen(request)
        asking = audit.Asking(user.pk if user else None, viewed.pk if viewed else None, address_of(request)[:45])
        with audit.asking(asking):
            return get_response(request)

    return answer


def preferences(get_response: Answer) -> Answer:
    """The user's own language before what the cookie or the browser says. (The theme is the shell's to read.)"""

    def answer(request: HttpRequest) -> HttpResponse:
        language = request.user.language if isinstance(request.user, User) else ""
        if not language:
            return get_response(request)
        with translation.override(language):
            response = get_response(request)
        response.headers["Content-Language"] = language
        return response

    return answer


def hall(get_response: Answer) -> Answer:
    """Refuses forms while somebody looks as another, and pages until there is the second factor the role asks for."""

    def answer(request: HttpRequest) -> HttpResponse:
        if not isinstance(request.user, User):
            return get_response(request)
        name = _name(request)
        if viewing.is_on(request):
            _hang_banner(request)
            is_refused = request.method not in _SAFE and name not in _ALWAYS_OPEN
            return _read_only(request) if is_refused else get_response(request)
        if name not in _TO_GET_A_FACTOR and _lacks_factor(request, request.user):
            return _to_factor(request, request.user)
        return get_response(request)

    return answer


def _name(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""


def _hang_banner(request: HttpRequest) -> None:
    words = {"name": str(request.user)}
    request.banner = Banner(  # type: ignore[attr-defined]  # read by the shell's template
        here("people.view_as.banner", **words),
        here("people.view_as.refused", **words),
        reverse("people:end_view_as"),
        here("people.view_as.end"),
    )


def _read_only(request: HttpRequest) -> HttpResponse:
    words = {
        "status": 403,
        "title": here("people.view_as.refused_title"),
        "text": here("people.view_as.refused", name=str(request.user)),
        "home": reverse("home"),
        "home_label": here("ui.error.home"),
    }
    return render(request, "ui/error.html", words, status=403)


def _lacks_factor(request: HttpRequest, user: User) -> bool:
    """Also where it was proved, but is there no more: removed by its user on any device, or taken away by an owner."""
    if not user.role_row.needs_second_factor:
        return False
    return not (request.session.get(log_ins.PROVED) and factors.has_any(user))


def _to_factor(request: HttpRequest, user: User) -> HttpResponse:
    door = reverse("people:security")
    if factors.has_any(user):
        second.ask(request, user, page_of(request))
        door = reverse("people:second")
    return led_to(request, door, here("people.signed_out.factor"), here("people.signed_out.factor_link"))
