"""The second step of logging in, and where users look after their second factors and their log-ins."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuke.crm.people import factors, log_ins, reads, second, throttle, viewing
from shuke.crm.people.errors import RefusedFactorError
from shuke.crm.people.forms import CodeForm, OwnPasswordForm, failed
from shuke.crm.people.models import Authenticator, User
from shuke.crm.people.places import address_of
from shuke.crm.words import here
from shuke.ui.asked import takes_form_of
from shuke.ui.parts import Crumb
from shuke.ui.toasts import toast

_P = ParamSpec("_P")
_GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])
_SECRET = "new_secret"  # noqa: S105  the name it has in the session
_SECOND = "second step of "
"""Before a user name, which has no blanks: failures of the second step are counted on their own."""


_View = Callable[Concatenate[HttpRequest, _P], HttpResponse]


def _proved_first(view: _View[_P]) -> _View[_P]:
    """A view that changes second factors: who has one gives it first. Else a session begun before there was one could
    put another in its place, and be proved by that."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: _P.args, **kwargs: _P.kwargs) -> HttpResponse:
        viewer = reads.viewer_of(request)
        # Who looks as somebody else changes nothing anyway, and must not be asked for the other's factor.
        if viewing.is_on(request) or request.session.get(log_ins.PROVED) or not factors.has_any(viewer):
            return view(request, *args, **kwargs)
        second.ask(request, viewer, reverse("people:security"))
        return redirect("people:second")

    return guarded


@login_not_required
@never_cache
@sensitive_post_parameters("code", "credential")
@_GET_OR_POST
def second_step(request: HttpRequest) -> HttpResponse:
    """The second factor: six digits, a passkey, or a recovery code."""
    found = second.awaited(request)
    if found is None:
        return redirect("people:log_in")
    user, following = found
    form = CodeForm(request.POST or None)
    if request.method == "POST" and _proved(request, user, form):
        second.done(request)
        if request.user.is_authenticated and request.user.pk == user.pk:
            request.session[log_ins.PROVED] = True
        else:
            log_ins.begin(request, user, proved=True)
        return HttpResponseRedirect(following)
    return render(request, "people/second.html", _second_page(request, user, form), status=_status(form))


def _second_page(request: HttpRequest, user: User, form: CodeForm) -> dict[str, Any]:
    site, options = factors.site_of(request), None
    if site.takes_passkeys and user.passkeys.exists():
        options, challenge = factors.challenge_for(user, site)
        second.keep_challenge(request, challenge)
    takes_code = Authenticator.objects.filter(user=user).exists()
    return {"form": form, "options": json.dumps(options) if options else "", "takes_code": takes_code}


def _proved(request: HttpRequest, user: User, form: CodeForm) -> bool:
    name, place = _SECOND + user.username, address_of(request)
    if minutes := throttle.minutes_to_wait(name, place):
        form.add_error(None, here("people.log_in.too_often", minutes=minutes))
        return False
    try:
        if credential := _json(request.POST.get("credential", "")):
            challenge = second.take_challenge(request)
            factors.check_passkey(user=user, site=factors.site_of(request), challenge=challenge, credential=credential)
        elif form.is_valid():
            factors.check_code(user=user, code=form.cleaned_data["code"])
        else:
            return False
    except RefusedFactorError:
        failed(user.username, place, act="second_factor_failed", counted_as=name)
        form.add_error(None if credential else "code", here("people.second.wrong"))
        return False
    throttle.forget(name, place)
    return True


@never_cache
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """One's second factors and one's log-ins."""
    viewer = reads.viewer_of(request)
    site = factors.site_of(request)
    options = ""
    if site.takes_passkeys:
        made, challenge = factors.registration(viewer, site)
        second.keep_challenge(request, challenge)
        options = json.dumps(made)
    shown = {
        "trail": _trail(),
        "authenticator": Authenticator.objects.filter(user=viewer).first(),
        "passkeys": viewer.passkeys.all(),
        "codes_left": viewer.recovery_codes.count(),
        "has_any": factors.has_any(viewer),
        "needed": viewer.role_row.needs_second_factor,
        "options": options,
        "host": site.host,
        "log_ins": log_ins.of(viewer),
        "this": request.session.session_key,
    }
    return render(request, "people/security.html", shown)


@never_cache
@sensitive_post_parameters("code")
@_GET_OR_POST
@_proved_first
def add_authenticator(request: HttpRequest) -> HttpResponse:
    """Show a picture for the app to read; a first code proves that it has."""
    viewer = reads.viewer_of(request)
    secret = request.session.setdefault(_SECRET, factors.new_secret())
    form = CodeForm(request.POST or None)
    form.fields["code"].label = here("people.second.first_code")
    if form.is_valid():
        try:
            codes = factors.turn_on(user=viewer, secret=secret, code=form.cleaned_data["code"])
        except RefusedFactorError:
            form.add_error("code", here("people.second.wrong"))
        else:
            del request.session[_SECRET]
            request.session[log_ins.PROVED] = True
            toast(request, here("people.second.on"))
            return _shown_codes(request, codes) if codes else redirect("people:security")
    shown = {
        "form": form,
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "picture": mark_safe(factors.drawn(viewer, secret)),  # noqa: S308  drawn by segno from an address we made
        "trail": [*_trail(), Crumb(here("people.security.title"), reverse("people:security"))],
    }
    return render(request, "people/authenticator.html", shown, status=_status(form))


@never_cache
@takes_form_of("people:security")
@_proved_first
def add_passkey(request: HttpRequest) -> HttpResponse:
    """Keep the passkey the browser has made."""
    viewer = reads.viewer_of(request)
    try:
        _, codes = factors.add_passkey(
            user=viewer,
            site=factors.site_of(request),
            challenge=second.take_challenge(request),
            credential=request.POST.get("credential", ""),
            name=request.POST.get("name", ""),
        )
    except RefusedFactorError:
        toast(request, here("people.second.passkey_refused"), tone="error")
        return redirect("people:security")
    request.session[log_ins.PROVED] = True
    toast(request, here("people.second.passkey_added"))
    return _shown_codes(request, codes) if codes else redirect("people:security")


@require_POST
@_proved_first
def remove_passkey(request: HttpRequest, passkey_id: int) -> HttpResponse:
    """Forget a passkey; the last factor goes as all of them do, with the password."""
    viewer = reads.viewer_of(request)
    if factors.is_last(user=viewer, passkey_id=passkey_id):
        return redirect("people:turn_off")
    if factors.remove_passkey(user=viewer, passkey_id=passkey_id):
        toast(request, here("people.second.passkey_removed"), tone="info")
    return redirect("people:security")


@never_cache
@takes_form_of("people:security")
@_proved_first
def new_codes(request: HttpRequest) -> HttpResponse:
    """Ten new recovery codes; the old ones are good no more."""
    viewer = reads.viewer_of(request)
    if not factors.has_any(viewer):
        return redirect("people:security")
    return _shown_codes(request, factors.new_recovery_codes(user=viewer))


@sensitive_post_parameters("password")
@_GET_OR_POST
@_proved_first
def turn_off(request: HttpRequest) -> HttpResponse:
    """Give up all second factors; asks for the password once more."""
    viewer = reads.viewer_of(request)
    form = OwnPasswordForm(viewer, request.POST or None)
    if form.is_valid():
        factors.turn_off(user=viewer, by=viewer)
        request.session[log_ins.PROVED] = False
        toast(request, here("people.second.off"), tone="info")
        return redirect("people:security")
    title = here("people.second.turn_off")
    shown = {"form": form, "title": title, "button": title, "back": reverse("people:security"),
             "trail": [*_trail(), Crumb(here("people.security.title"), reverse("people:security"))]}  # fmt: skip
    return render(request, "people/user.html", shown, status=_status(form))


@require_POST
def end_log_in(request: HttpRequest, log_in_id: int) -> HttpResponse:
    """End one log-in of one's own."""
    log_ins.end(user=reads.viewer_of(request), log_in_id=log_in_id)
    return redirect("people:security")


@require_POST
def end_other_log_ins(request: HttpRequest) -> HttpResponse:
    """End all log-ins but this one."""
    count = log_ins.end(user=reads.viewer_of(request), but=request.session.session_key)
    toast(request, here("people.security.others_ended", count=count), tone="info")
    return redirect("people:security")


def _shown_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    trail = [*_trail(), Crumb(here("people.security.title"), reverse("people:security"))]
    return render(request, "people/codes.html", {"codes": codes, "trail": trail})


def _trail() -> list[Crumb]:
    return [Crumb(here("people.profile.title"), reverse("people:profile"))]


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _status(form: CodeForm | OwnPasswordForm) -> int:
    return 422 if form.is_bound else 200
