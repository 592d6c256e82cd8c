"""Log-in and one's own settings."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from shuke.crm.people import audit, factors, log_ins, reads, second, viewing, writes
from shuke.crm.people.forms import LogInForm, PasswordForm, ProfileForm
from shuke.crm.people.models import Language, Theme, User
from shuke.crm.people.rights import ALL_RIGHTS, Granted
from shuke.crm.words import here
from shuke.ui.asked import next_address
from shuke.ui.parts import Crumb
from shuke.ui.toasts import toast

THEME_COOKIE = "theme"
"""What the shell reads the theme from before anybody has logged in."""
_COOKIE_SECONDS = 365 * 24 * 3600
_GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@_GET_OR_POST
def log_in(request: HttpRequest) -> HttpResponse:
    """Open the door; in a demo the demo user stands beside it."""
    following = next_address(request, "/")
    if request.user.is_authenticated:
        return HttpResponseRedirect(following)
    form = LogInForm(request, request.POST or None)
    if form.is_valid() and form.user is not None:
        if factors.has_any(form.user):
            second.ask(request, form.user, following)
            return redirect("people:second")
        log_ins.begin(request, form.user, proved=False)
        return HttpResponseRedirect(following)
    shown = {
        "form": form,
        "next": following,
        "demo": settings.SHUKE_DEMO_LOGIN if settings.SHUKE_DEMO else None,
        "demo_text": "people.demo.text_of_shop" if settings.SHUKE_DEMO_SHOP else "people.demo.text",
        "nobody_yet": not User.objects.exists(),
    }
    return render(request, "people/log_in.html", shown, status=422 if form.is_bound else 200)


@login_not_required
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """Close it again; also a second time, from a page that was left open."""
    viewing.end(request)
    if request.user.is_authenticated:
        audit.note("log_out", kind="user", record=request.session["_auth_user_id"])
    log_ins.forget(request.session)
    logout(request)
    return redirect("people:log_in")


@_GET_OR_POST
def profile(request: HttpRequest) -> HttpResponse:
    """One's own name, e-mail, language, theme."""
    viewer = reads.viewer_of(request)
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=viewer.pk))
    if form.is_valid():
        writes.change_profile(user=viewer, **form.cleaned_data)
        response = redirect("people:profile")
        # What the menus kept on this device would else win over "as the browser", and stay on the log-in page.
        _remember(response, settings.LANGUAGE_COOKIE_NAME, viewer.language)
        _remember(response, THEME_COOKIE, viewer.theme)
        with translation.override(viewer.language or _of_the_browser(request)):
            toast(request, here("people.profile.saved"))
        return response
    shown = {"form": form, "role": viewer.role_name, "rights": what_may(viewer.granted)}
    return render(request, "people/profile.html", shown, status=_status(form.is_bound))


@sensitive_post_parameters()
@_GET_OR_POST
def password(request: HttpRequest) -> HttpResponse:
    """Change one's password; log-ins on other devices end."""
    viewer = reads.viewer_of(request)
    form = PasswordForm(viewer, request.POST or None)
    if form.is_valid():
        _change_password(request, form)
        toast(request, here("people.password.changed"))
        return redirect("people:profile")
    trail = [Crumb(here("people.profile.title"), reverse("people:profile"))]
    return render(request, "people/password.html", {"form": form, "trail": trail}, status=_status(form.is_bound))


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language: kept with the user, and in a cookie for the log-in page."""
    chosen = request.POST.get("language", "")
    if chosen not in Language.values:
        return HttpResponseBadRequest(f"Unexpected language {chosen!r}: one of {', '.join(Language.values)}.")
    if isinstance(request.user, User):
        writes.choose_language(user=request.user, language=chosen)
    return _remembering(request, settings.LANGUAGE_COOKIE_NAME, chosen)


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the device."""
    chosen = request.POST.get("theme", "")
    if chosen not in Theme.values:
        return HttpResponseBadRequest(f"Unexpected theme {chosen!r}: one of {', '.join(Theme.values)}.")
    if isinstance(request.user, User):
        writes.choose_theme(user=request.user, theme=chosen)
    return _remembering(request, THEME_COOKIE, chosen)


def what_may(granted: Granted) -> str:
    """What a role's rights let people do, in one line."""
    return here("people.roles.and").join(here(f"people.right.{right}") for right in ALL_RIGHTS if granted.may(right))


@transaction.atomic
def _change_password(request: HttpRequest, form: PasswordForm) -> None:
    """The log-ins elsewhere end; this one goes on under a new key."""
    viewer, before = reads.viewer_of(request), request.session.session_key
    form.save()
    log_ins.end(user=viewer, but=before)
    update_session_auth_hash(request, viewer)
    log_ins.moved(request, before)
    audit.note("password_changed", by=viewer, kind="user", record=viewer.pk)


def _remembering(request: HttpRequest, cookie: str, value: str) -> HttpResponse:
    """On to the next page, with a choice kept on the device for before the log-in."""
    response = HttpResponseRedirect(next_address(request, "/"))
    _remember(response, cookie, value)
    return response


def _remember(response: HttpResponse, cookie: str, value: str) -> None:
    """Keep a choice on the device; an empty one, that there is none."""
    if not value:
        response.delete_cookie(cookie, samesite="Lax")
        return
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(cookie, value, max_age=_COOKIE_SECONDS, secure=secure, httponly=True, samesite="Lax")


def _of_the_browser(request: HttpRequest) -> str:
    """The language that the browser asks for, whatever was chosen on this device."""
    request.COOKIES.pop(settings.LANGUAGE_COOKIE_NAME, None)
    return translation.get_language_from_request(request)


def _status(refused: bool) -> int:
    """A form shown again says so by its status, which htmx and tests read."""
    return 422 if refused else 200
