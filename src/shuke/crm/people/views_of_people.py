"""Users, teams and roles, for who may manage people; and looking as somebody else."""

from __future__ import annotations

from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuke.crm.people import factors, reads, viewing, writes
from shuke.crm.people.errors import BeyondOneselfError, LastOwnerError, RefusedRoleError, RefusedTeamError
from shuke.crm.people.forms import NewUserForm, TeamForm, UserForm
from shuke.crm.people.forms_of_roles import RoleForm
from shuke.crm.people.models import Role, Team
from shuke.crm.people.rights import ACTS, KINDS
from shuke.crm.people.views import what_may
from shuke.crm.words import here
from shuke.ui.parts import Crumb, Option
from shuke.ui.toasts import toast

_GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])
_PAGES = ("list", "teams", "roles")


@require_safe
@reads.needs("people")
def user_list(request: HttpRequest) -> HttpResponse:
    """Everybody who can or could log in."""
    viewer = reads.viewer_of(request)
    names = {role.code: role.name for role in reads.roles(viewer)}
    rows = [
        {"user": user, "role": names.get(user.role, user.role), "can_view_as": reads.can_view_as(viewer, user)}
        for user in reads.users(viewer).select_related("team")
    ]
    return render(request, "people/list.html", {"rows": rows, "tabs": _tabs("list")})


@sensitive_post_parameters("password")
@_GET_OR_POST
@reads.needs("people")
def add_user(request: HttpRequest) -> HttpResponse:
    """A new user."""
    viewer = reads.viewer_of(request)
    form = NewUserForm(viewer, request.POST or None)
    if form.is_valid():
        made = writes.add_user(by=viewer, **form.cleaned_data)
        toast(request, here("people.added", name=made.shown_name))
        return redirect("people:list")
    return _form_page(request, form, here("people.add_title"), here("people.add"), "list")


@_GET_OR_POST
@reads.needs("people")
def edit_user(request: HttpRequest, user_id: int) -> HttpResponse:
    """Name, role, team, and whether the user may log in."""
    viewer = reads.viewer_of(request)
    user = get_object_or_404(reads.users(viewer), pk=user_id)
    title = here("people.edit_title", name=user.shown_name)
    beyond = not viewer.granted.covers(writes.granted_by(user.role))
    form = UserForm(viewer, request.POST or None, instance=user)
    if not beyond and form.is_valid():
        try:
            writes.change_user(user=user, by=viewer, **form.cleaned_data)
        except LastOwnerError:
            form.add_error("role", here("people.last_owner"))
        else:
            toast(request, here("people.changed", name=user.shown_name))
            return redirect("people:list")
    more = {"beyond": beyond, "has_factor": factors.has_any(user), "one": user, "is_oneself": user.pk == viewer.pk,
            "can_view_as": reads.can_view_as(viewer, user)}  # fmt: skip
    return _form_page(request, form, title, here("people.save"), "list", **more)


@require_POST
@reads.needs("people")
def reset_factors(request: HttpRequest, user_id: int) -> HttpResponse:
    """For another who has lost every second factor: the next log-in asks for the password alone."""
    viewer = reads.viewer_of(request)
    user = get_object_or_404(reads.users(viewer), pk=user_id)
    if not viewer.granted.covers(writes.granted_by(user.role)):
        toast(request, here("people.beyond"), tone="error")
    elif user.pk == viewer.pk:
        return redirect("people:turn_off")  # which asks for the password
    else:
        factors.turn_off(user=user, by=viewer)
        toast(request, here("people.second.reset_done", name=user.shown_name))
    return redirect("people:edit", user.pk)


@require_POST
@reads.needs("people")
def view_as(request: HttpRequest, user_id: int) -> HttpResponse:
    """Look as this user, read-only."""
    viewer = reads.viewer_of(request)
    user = get_object_or_404(reads.users(viewer), pk=user_id)
    if not viewing.begin(request, viewer=viewer, user=user):
        toast(request, here("people.view_as.not_allowed"), tone="error")
        return redirect("people:list")
    return redirect("home")


@require_POST
def end_view_as(request: HttpRequest) -> HttpResponse:
    """Back to oneself."""
    viewing.end(request)
    return redirect("home")


@require_safe
@reads.needs("people")
def team_list(request: HttpRequest) -> HttpResponse:
    """All teams, who leads each and how many belong to it."""
    viewer = reads.viewer_of(request)
    counts: dict[int | None, int] = {}
    for team_id in reads.users(viewer).filter(is_active=True).values_list("team_id", flat=True):
        counts[team_id] = counts.get(team_id, 0) + 1
    rows = [{"team": team, "members": counts.get(team.pk, 0)} for team in reads.teams(viewer)]
    return render(request, "people/teams.html", {"rows": rows, "tabs": _tabs("teams")})


@_GET_OR_POST
@reads.needs("people")
def add_team(request: HttpRequest) -> HttpResponse:
    """A new team."""
    return _team_page(request, Team(), here("people.teams.add"))


@_GET_OR_POST
@reads.needs("people")
def edit_team(request: HttpRequest, team_id: int) -> HttpResponse:
    """Its name, its place, who leads it."""
    team = get_object_or_404(reads.teams(reads.viewer_of(request)), pk=team_id)
    return _team_page(request, team, team.name)


@require_POST
@reads.needs("people")
def delete_team(request: HttpRequest, team_id: int) -> HttpResponse:
    """Its members belong to no team then."""
    viewer = reads.viewer_of(request)
    team = get_object_or_404(reads.teams(viewer), pk=team_id)
    try:
        writes.delete_team(team=team, by=viewer)
    except RefusedTeamError as reason:
        toast(request, here(f"people.teams.{reason.code}"), tone="error")
    else:
        toast(request, here("people.teams.deleted", name=team.name), tone="info")
    return redirect("people:teams")


@require_safe
@reads.needs("people")
def role_list(request: HttpRequest) -> HttpResponse:
    """All roles, what each may and how many have it."""
    viewer = reads.viewer_of(request)
    codes = list(reads.users(viewer).filter(is_active=True).values_list("role", flat=True))
    rows = [
        {"role": role, "may": what_may(role.granted), "users": codes.count(role.code)} for role in reads.roles(viewer)
    ]
    return render(request, "people/roles.html", {"rows": rows, "tabs": _tabs("roles")})


@_GET_OR_POST
@reads.needs("people")
def add_role(request: HttpRequest) -> HttpResponse:
    """A new role, as a copy of another where `?copy=` names one."""
    copied = reads.roles(reads.viewer_of(request)).filter(code=request.GET.get("copy", "")).first()
    role = Role(code=f"role_{get_random_string(8, 'abcdefghijkmnpqrstuvwxyz23456789')}")
    if copied is not None:
        granted = copied.granted
        role.rights = sorted(granted.rights)
        role.scopes = {line.code: {act: granted.scope(line.code, act) for act in line.acts} for line in KINDS.values()}
    return _role_page(request, role, here("people.roles.add"))


@_GET_OR_POST
@reads.needs("people")
def edit_role(request: HttpRequest, role_id: int) -> HttpResponse:
    """What a role carries."""
    role = get_object_or_404(reads.roles(reads.viewer_of(request)), pk=role_id)
    return _role_page(request, role, role.name)


@require_POST
@reads.needs("people")
def delete_role(request: HttpRequest, role_id: int) -> HttpResponse:
    """Only one that nobody has."""
    viewer = reads.viewer_of(request)
    role = get_object_or_404(reads.roles(viewer), pk=role_id)
    try:
        writes.delete_role(role=role, by=viewer)
    except RefusedRoleError as reason:
        toast(request, here(f"people.roles.{reason.code}"), tone="error")
    else:
        toast(request, here("people.roles.deleted", name=role.name), tone="info")
    return redirect("people:roles")


def _team_page(request: HttpRequest, team: Team, title: str) -> HttpResponse:
    viewer = reads.viewer_of(request)
    form = TeamForm(request.POST or None, instance=team)
    if form.is_valid():
        try:
            # The form has laid its values on `team` already: the write wants them apart from what was.
            writes.keep_team(team=Team(pk=team.pk), by=viewer, **form.cleaned_data)
        except RefusedTeamError as reason:
            form.add_error("parent", here(f"people.teams.{reason.code}"))
        else:
            toast(request, here("people.teams.saved"))
            return redirect("people:teams")
    delete = reverse("people:delete_team", args=[team.pk]) if team.pk else ""
    return _form_page(request, form, title, here("people.save"), "teams", delete=delete)


def _role_page(request: HttpRequest, role: Role, title: str) -> HttpResponse:
    viewer = reads.viewer_of(request)
    form = RoleForm(role, request.POST or None)
    if form.is_valid():
        try:
            writes.keep_role(
                role=role, names=form.names, rights=form.rights, scopes=form.scopes, by=viewer,
                needs_second_factor=form.cleaned_data["needs_second_factor"],
            )  # fmt: skip
        except BeyondOneselfError:
            form.add_error(None, here("people.beyond"))
        else:
            toast(request, here("people.roles.saved", name=role.name))
            return redirect("people:roles")
    shown = {
        "form": form,
        "role": role,
        "title": title,
        "acts": [here(f"people.act.{act}") for act in ACTS],
        "trail": [Crumb(here("people.roles.title"), reverse("people:roles"))],
    }
    return render(request, "people/role.html", shown, status=422 if form.is_bound else 200)


def _form_page(request: HttpRequest, form: BaseForm, title: str, button: str, page: str, **more: Any) -> HttpResponse:
    back = reverse(f"people:{page}")
    shown = {"form": form, "title": title, "button": button, "back": back, **more}
    shown["trail"] = [Crumb(_title(page), back)]
    return render(request, "people/user.html", shown, status=422 if form.is_bound else 200)


def _tabs(current: str) -> list[Option]:
    return [Option(_title(page), reverse(f"people:{page}"), page == current) for page in _PAGES]


def _title(page: str) -> str:
    return here("people.list_title" if page == "list" else f"people.{page}.title")
