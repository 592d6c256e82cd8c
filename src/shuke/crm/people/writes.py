"""What happens to users, teams and roles: each function one act, noted in the audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from shuke.crm.people import audit, log_ins
from shuke.crm.people.errors import BeyondOneselfError, LastOwnerError, RefusedRoleError, RefusedTeamError
from shuke.crm.people.models import Role, Team, User
from shuke.crm.people.rights import BUILT_IN, Granted, built_in


@transaction.atomic
def add_user(
    *,
    username: str,
    password: str,
    name: str = "",
    email: str = "",
    role: str = Role.STAFF,
    team: Team | None = None,
    language: str = "",
    by: User | None = None,
) -> User:
    """A new user; `ValidationError` for a name that is taken or a role there is not.

    Raises BeyondOneselfError where `by` would give more than they have.
    """
    _require_covers(by, role)
    user = User.objects.create_user(username, email, password, name=name, role=role, team=team, language=language)
    audit.note("user_added", by=by, kind="user", record=user.pk, values={"role": role, "username": username})
    return user


@transaction.atomic
def change_user(
    *,
    user: User,
    name: str,
    email: str,
    role: str,
    is_active: bool,
    team: Team | None = None,
    by: User | None = None,
) -> User:
    """What an owner changes about a user; who is shut out is logged out everywhere.

    Raises LastOwnerError where nobody would be left to own the business, BeyondOneselfError where `by` would give
    more than they have, or change somebody who has more.
    """
    before = User.objects.select_for_update().get(pk=user.pk)
    _require_covers(by, before.role)
    _require_covers(by, role)
    owners = User.objects.select_for_update().filter(role=Role.OWNER, is_active=True)
    stays = role == Role.OWNER and is_active
    if not stays and not owners.exclude(pk=user.pk).exists() and owners.filter(pk=user.pk).exists():
        raise LastOwnerError
    differs = audit.changed(
        _facts(before),
        {"name": name, "email": email, "role": role, "team": team.pk if team else None, "is_active": is_active},
    )
    user.name, user.email, user.role, user.is_active, user.team = name, email, role, is_active, team
    user.save(update_fields=["name", "email", "role", "is_active", "team"])
    if differs:
        audit.note("user_changed", by=by, kind="user", record=user.pk, values=differs)
    if not is_active:
        log_ins.end(user=user)
    return user


@transaction.atomic
def change_profile(*, user: User, name: str, email: str, language: str, theme: str) -> User:
    """What users change about themselves."""
    before = _facts(User.objects.get(pk=user.pk))
    user.name, user.email, user.language, user.theme = name, email, language, theme
    user.save(update_fields=["name", "email", "language", "theme"])
    if differs := audit.changed(before, {"name": name, "email": email}):
        audit.note("profile_changed", by=user, kind="user", record=user.pk, values=differs)
    return user


def choose_language(*, user: User, language: str) -> None:
    """The language of this user's pages; empty follows the browser."""
    User.objects.filter(pk=user.pk).update(language=language)


def choose_theme(*, user: User, theme: str) -> None:
    """Light, dark, or as the device."""
    User.objects.filter(pk=user.pk).update(theme=theme)


@transaction.atomic
def keep_team(*, team: Team, name: str, parent: Team | None, lead: User | None, by: User) -> Team:
    """Add or change a team. Raises RefusedTeamError for one that would stand below itself."""
    above, is_new = parent, team.pk is None
    while above is not None:
        if above.pk == team.pk:
            raise RefusedTeamError("circle")
        above = above.parent
    before = {} if is_new else _team_facts(Team.objects.get(pk=team.pk))
    team.name, team.parent, team.lead = " ".join(name.split()), parent, lead
    team.save()
    differs = audit.changed(before, _team_facts(team))
    audit.note("team_added" if is_new else "team_changed", by=by, kind="team", record=team.pk, values=differs)
    return team


@transaction.atomic
def delete_team(*, team: Team, by: User) -> None:
    """Its members belong to no team then. Raises RefusedTeamError while teams stand below it."""
    if team.below.exists():
        raise RefusedTeamError("not_empty")
    pk, name = team.pk, team.name
    team.delete()
    audit.note("team_deleted", by=by, kind="team", record=pk, values={"name": name})


@transaction.atomic
def keep_role(
    *,
    role: Role,
    names: Mapping[str, str],
    rights: list[str],
    scopes: Mapping[str, Mapping[str, str]],
    needs_second_factor: bool,
    by: User,
) -> Role:
    """Add or change a role; of a built-in one only whether a second factor is asked for.

    Raises RefusedRoleError for a code that is taken, BeyondOneselfError where `by` would give more than they have.
    """
    is_new = role.pk is None
    if is_new and (role.code in BUILT_IN or Role.objects.filter(code=role.code).exists()):
        raise RefusedRoleError("code_taken")
    before = _role_facts(role if is_new else Role.objects.select_for_update().get(pk=role.pk))
    _require_grants(by, role.granted)
    if not role.is_built_in:
        _require_grants(by, Granted(frozenset(rights), scopes))
        role.names, role.rights = dict(names), list(rights)
        role.scopes = {kind: dict(acts) for kind, acts in scopes.items()}
    role.needs_second_factor = needs_second_factor
    role.save()
    differs = audit.changed({} if is_new else before, _role_facts(role))
    if differs:
        audit.note("role_added" if is_new else "role_changed", by=by, kind="role", record=role.code, values=differs)
    return role


@transaction.atomic
def delete_role(*, role: Role, by: User) -> None:
    """Raises RefusedRoleError for one that is built in, or that somebody has."""
    kept = Role.objects.select_for_update().get(pk=role.pk)
    if kept.is_built_in:
        raise RefusedRoleError("built_in")
    if User.objects.filter(role=kept.code).exists():
        raise RefusedRoleError("in_use")
    kept.delete()
    audit.note("role_deleted", by=by, kind="role", record=role.code)


def granted_by(code: str) -> Granted:
    """What the role of that code carries; nothing for one there is not."""
    if code in BUILT_IN:
        return built_in(code)
    found = Role.objects.filter(code=code).first()
    return found.granted if found else Granted()


def _require_covers(by: User | None, code: str) -> None:
    _require_grants(by, granted_by(code))


def _require_grants(by: User | None, granted: Granted) -> None:
    if by is not None and not by.granted.covers(granted):
        raise BeyondOneselfError


def _facts(user: User) -> dict[str, Any]:
    return {name: getattr(user, name) for name in ("name", "email", "role", "is_active")} | {"team": user.team_id}


def _team_facts(team: Team) -> dict[str, Any]:
    return {"name": team.name, "parent": team.parent_id, "lead": team.lead_id}


def _role_facts(role: Role) -> dict[str, Any]:
    return {name: getattr(role, name) for name in ("names", "rights", "scopes", "needs_second_factor")}
