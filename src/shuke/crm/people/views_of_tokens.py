"""Tokens on pages: one's own, and those of a user made for an integration by who may manage people."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from shuke.crm.people import reads
from shuke.crm.people import tokens as held
from shuke.crm.people.errors import RefusedTokenError
from shuke.crm.people.forms_of_tokens import TokenForm, scope_name
from shuke.crm.people.models import Token, User
from shuke.crm.words import here
from shuke.ui.parts import Crumb
from shuke.ui.toasts import toast

_GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@_GET_OR_POST
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own tokens, and a new one."""
    return _page(request, reads.viewer_of(request))


@never_cache
@_GET_OR_POST
@reads.needs("people")
def user_tokens(request: HttpRequest, user_id: int) -> HttpResponse:
    """The tokens of another user, such as one made for a program."""
    viewer = reads.viewer_of(request)
    user = get_object_or_404(reads.users(viewer), pk=user_id)
    if not held.can_manage(viewer, user):
        raise Http404
    return _page(request, user)


@require_POST
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """From now on it opens nothing."""
    viewer = reads.viewer_of(request)
    found = get_object_or_404(Token.objects.select_related("user"), pk=token_id)
    if not held.tokens(viewer, found.user).filter(pk=found.pk).exists():
        raise Http404
    if held.revoke(token=found, by=viewer):
        toast(request, here("people.tokens.revoked", name=found.name), tone="info")
    return redirect(_address(viewer, found.user))


def _page(request: HttpRequest, user: User) -> HttpResponse:
    viewer = reads.viewer_of(request)
    form = TokenForm(request.POST or None)
    if form.is_valid():
        try:
            made, secret = held.make(
                user=user, name=form.cleaned_data["name"], scopes=form.cleaned_data["scopes"], days=form.days_chosen,
                by=viewer,
            )  # fmt: skip
        except RefusedTokenError as reason:
            form.add_error(None, here(f"people.tokens.refused_{reason.code}"))
        else:
            shown = {"one": made, "secret": secret, "trail": _trail(viewer, user), "back": _address(viewer, user)}
            return render(request, "people/token.html", shown)
    shown = {
        "form": form,
        "one": user,
        "is_own": user.pk == viewer.pk,
        "rows": [
            {"token": token, "scopes": [scope_name(scope) for scope in token.scopes], "good": token.state == "good",
             "state": here(f"people.tokens.state_{token.state}")}
            for token in held.tokens(viewer, user)
        ],
        "trail": _trail(viewer, user)[:1],
    }  # fmt: skip
    return render(request, "people/tokens.html", shown, status=422 if form.is_bound else 200)


def _address(viewer: User, user: User) -> str:
    own = user.pk == viewer.pk
    return reverse("people:tokens") if own else reverse("people:user_tokens", args=[user.pk])


def _trail(viewer: User, user: User) -> list[Crumb]:
    first = (
        Crumb(here("people.profile.title"), reverse("people:profile"))
        if user.pk == viewer.pk
        else Crumb(user.shown_name, reverse("people:edit", args=[user.pk]))
    )
    return [first, Crumb(here("people.tokens.title"), _address(viewer, user))]
