"""Log-in, one's own settings, and the list of users."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuke.crm.people import reads, writes
from shuke.crm.people.errors import LastOwnerError
from shuke.crm.people.forms import LogInForm, NewUserForm, PasswordForm, ProfileForm, UserForm
from shuke.crm.people.models import Language, Role, Theme, User
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
        login(request, form.user)
        return HttpResponseRedirect(following)
    shown = {
        "form": form,
        "next": following,
        "demo": settings.SHUKE_DEMO_LOGIN if settings.SHUKE_DEMO else None,
        "nobody_yet": not User.objects.exists(),
    }
    return render(request, "people/log_in.html", shown, status=422 if form.is_bound else 200)


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """Close it again."""
    logout(request)
    return redirect("people:log_in")


@_GET_OR_POST
def profile(request: HttpRequest) -> HttpResponse:
    """One's own name, e-mail, language, theme."""
    viewer = reads.viewer_of(request)
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=viewer.pk))
    if form.is_valid():
        writes.change_profile(user=viewer, **form.cleaned_data)
        with translation.override(viewer.language or translation.get_language()):
            toast(request, here("people.profile.saved"))
        return redirect("people:profile")
    rights = here(f"people.role_may.{viewer.role}")
    return render(request, "people/profile.html", {"form": form, "rights": rights}, status=_status(form.is_bound))


@sensitive_post_parameters()
@_GET_OR_POST
def password(request: HttpRequest) -> HttpResponse:
    """Change one's password; log-ins on other devices end."""
    viewer = reads.viewer_of(request)
    form = PasswordForm(viewer, request.POST or None)
    if form.is_valid():
        form.save()
        update_session_auth_hash(request, viewer)
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


@require_safe
@reads.needs("people")
def user_list(request: HttpRequest) -> HttpResponse:
    """Everybody who can or could log in."""
    roles = [(role.label, here(f"people.role_may.{role.value}")) for role in Role]
    return render(request, "people/list.html", {"users": reads.users(reads.viewer_of(request)), "roles": roles})


@sensitive_post_parameters("password")
@_GET_OR_POST
@reads.needs("people")
def add_user(request: HttpRequest) -> HttpResponse:
    """A new user."""
    form = NewUserForm(request.POST or None)
    if form.is_valid():
        made = writes.add_user(**form.cleaned_data)
        toast(request, here("people.added", name=made.shown_name))
        return redirect("people:list")
    return _form_page(request, form, here("people.add_title"), here("people.add"))


@_GET_OR_POST
@reads.needs("people")
def edit_user(request: HttpRequest, user_id: int) -> HttpResponse:
    """Name, role, and whether the user may log in."""
    user = get_object_or_404(reads.users(reads.viewer_of(request)), pk=user_id)
    title = here("people.edit_title", name=user.shown_name)
    form = UserForm(request.POST or None, instance=user)
    if form.is_valid():
        try:
            writes.change_user(user=user, **form.cleaned_data)
        except LastOwnerError:
            form.add_error("role", here("people.last_owner"))
        else:
            toast(request, here("people.changed", name=user.shown_name))
            return redirect("people:list")
    return _form_page(request, form, title, here("people.save"))


def _form_page(request: HttpRequest, form: UserForm | NewUserForm, title: str, button: str) -> HttpResponse:
    shown = {
        "form": form,
        "title": title,
        "button": button,
        "trail": [Crumb(here("people.list_title"), reverse("people:list"))],
    }
    return render(request, "people/user.html", shown, status=_status(form.is_bound))


def _remembering(request: HttpRequest, cookie: str, value: str) -> HttpResponse:
    """On to the next page, with a choice kept on the device for before the log-in."""
    response = HttpResponseRedirect(next_address(request, "/"))
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(cookie, value, max_age=_COOKIE_SECONDS, secure=secure, httponly=True, samesite="Lax")
    return response


def _status(refused: bool) -> int:
    """A form shown again says so by its status, which htmx and tests read."""
    return 422 if refused else 200
