"""Oneself, users, teams and roles through the API; each act through the form and the write of its page."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from shuke.crm.api.operations import Group
from shuke.crm.api.pages import keyset
from shuke.crm.api.problems import Refused, or_404, require_valid
from shuke.crm.api.schemas import Given, Id, Listing, PageOf, Told
from shuke.crm.people import factors, reads, writes
from shuke.crm.people.forms import NewUserForm, TeamForm, UserForm
from shuke.crm.people.forms_of_roles import RoleForm
from shuke.crm.people.models import Role, Team, Token, User
from shuke.crm.people.rights import ALL_RIGHTS, KINDS
from shuke.crm.words import here

group = Group("people")
Name = Annotated[str, Field(max_length=80)]
Code = Annotated[str, Field(min_length=1, max_length=40)]
Language = Literal["", "zh-hans", "zh-hant", "en"]
ScopeName = Literal["none", "own", "team", "all"]
Names = dict[Literal["zh-hans", "zh-hant", "en"], Annotated[str, Field(max_length=40)]]


class Me(Told):
    id: int
    username: str
    name: str
    role: str
    team_id: int | None
    rights: list[str]
    token: str
    scopes: list[str]
    expires_at: datetime | None


class UserTold(Told):
    id: int
    username: str
    name: str
    email: str
    role: str
    team_id: int | None
    language: str
    is_active: bool
    has_second_factor: bool
    last_login: datetime | None


class NewUser(Given):
    username: Annotated[str, Field(min_length=1, max_length=60)]
    password: Annotated[str, Field(min_length=1, max_length=200)]
    name: Name = ""
    email: Annotated[str, Field(max_length=254)] = ""
    role: Code = "staff"
    team_id: Id | None = None
    language: Language = ""


class ChangedUser(Given):
    name: Name = ""
    email: Annotated[str, Field(max_length=254)] = ""
    role: Code = ""
    team_id: Id | None = None
    is_active: bool = True


class TeamTold(Told):
    id: int
    name: str
    parent_id: int | None
    lead_id: int | None


class GivenTeam(Given):
    name: Annotated[str, Field(min_length=1, max_length=60)]
    parent_id: Id | None = None
    lead_id: Id | None = None


class RoleTold(Told):
    id: int
    code: str
    names: dict[str, str]
    is_built_in: bool
    rights: list[str]
    scopes: dict[str, dict[str, str]]
    needs_second_factor: bool


class GivenRole(Given):
    names: Names
    rights: Annotated[list[Code], Field(max_length=60)] = Field(default_factory=list)
    scopes: dict[Code, dict[Code, ScopeName]] = Field(default_factory=dict)
    needs_second_factor: bool = False


class NewRole(GivenRole):
    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


@group.get("/me", answer=Me)
def get_me(viewer: User, token: Token) -> Me:
    rights = [str(right) for right in ALL_RIGHTS if viewer.may(right)]
    return Me(
        id=viewer.pk, username=viewer.username, name=viewer.shown_name, role=viewer.role, team_id=viewer.team_id,
        rights=rights, token=token.prefix, scopes=token.scopes, expires_at=token.expires_at,
    )  # fmt: skip


# --- users --------------------------------------------------------------------------------------------------------
@group.get("/users", scope="people:read", query=Listing, answer=PageOf[UserTold])
def list_users(viewer: User, query: Listing) -> PageOf[UserTold]:
    """Everybody for who may manage people, else oneself."""
    return keyset(reads.users(viewer), query, _user, of="users", rising=True)


@group.get("/users/{user_id}", scope="people:read", answer=UserTold)
def get_user(viewer: User, user_id: int) -> UserTold:
    return _user(_one(viewer, user_id))


@group.post("/users", scope="credentials:write", right="people", body=NewUser, answer=UserTold, status=201)
def add_user(viewer: User, body: NewUser) -> UserTold:
    given = body.model_dump(exclude={"team_id"}) | {"team": body.team_id}
    form = NewUserForm(viewer, given)
    require_valid(form, {"team": "team_id"})
    return _user(writes.add_user(by=viewer, **form.cleaned_data))


@group.patch("/users/{user_id}", scope="people:write", right="people", body=ChangedUser, answer=UserTold)
def change_user(viewer: User, user_id: int, body: ChangedUser) -> UserTold:
    """What is left out stays as it is. Who is shut out is logged out everywhere."""
    user = _one(viewer, user_id)
    if not viewer.granted.covers(writes.granted_by(user.role)):
        raise Refused("forbidden", here("people.beyond"))
    now = {"name": user.name, "email": user.email, "role": user.role, "team": user.team_id, "is_active": user.is_active}
    named = body.named
    if "team_id" in named:
        named["team"] = named.pop("team_id")
    form = UserForm(viewer, now | named, instance=user)
    require_valid(form, {"team": "team_id"})
    return _user(writes.change_user(user=user, by=viewer, **form.cleaned_data))


@group.post("/users/{user_id}/reset-second-factors", scope="credentials:write", right="people")
def reset_second_factors(viewer: User, user_id: int) -> None:
    """Of another, who has lost them. One's own are turned off on a page, which asks for the password."""
    user = _one(viewer, user_id)
    if not viewer.granted.covers(writes.granted_by(user.role)):
        raise Refused("forbidden", here("people.beyond"))
    if user.pk == viewer.pk:
        raise Refused("forbidden", here("people.second.reset_oneself"))
    factors.turn_off(user=user, by=viewer)


def _one(viewer: User, user_id: int) -> User:
    return or_404(reads.users(viewer).filter(pk=user_id).first())


def _user(user: User) -> UserTold:
    return UserTold(
        id=user.pk, username=user.username, name=user.name, email=user.email, role=user.role, team_id=user.team_id,
        language=user.language, is_active=user.is_active, has_second_factor=factors.has_any(user),
        last_login=user.last_login,
    )  # fmt: skip


# --- teams --------------------------------------------------------------------------------------------------------
@group.get("/teams", scope="people:read", right="people", query=Listing, answer=PageOf[TeamTold])
def list_teams(viewer: User, query: Listing) -> PageOf[TeamTold]:
    return keyset(reads.teams(viewer), query, _team, of="teams", rising=True)


@group.get("/teams/{team_id}", scope="people:read", right="people", answer=TeamTold)
def get_team(viewer: User, team_id: int) -> TeamTold:
    return _team(_found_team(viewer, team_id))


@group.post("/teams", scope="people:write", right="people", body=GivenTeam, answer=TeamTold, status=201)
def add_team(viewer: User, body: GivenTeam) -> TeamTold:
    return _keep_team(viewer, Team(), body)


@group.put("/teams/{team_id}", scope="people:write", right="people", body=GivenTeam, answer=TeamTold)
def change_team(viewer: User, team_id: int, body: GivenTeam) -> TeamTold:
    return _keep_team(viewer, _found_team(viewer, team_id), body)


@group.delete("/teams/{team_id}", scope="people:write", right="people")
def delete_team(viewer: User, team_id: int) -> None:
    writes.delete_team(team=_found_team(viewer, team_id), by=viewer)


def _keep_team(viewer: User, team: Team, body: GivenTeam) -> TeamTold:
    form = TeamForm({"name": body.name, "parent": body.parent_id, "lead": body.lead_id}, instance=team)
    require_valid(form, {"parent": "parent_id", "lead": "lead_id"})
    return _team(writes.keep_team(team=Team(pk=team.pk), by=viewer, **form.cleaned_data))


def _found_team(viewer: User, team_id: int) -> Team:
    return or_404(reads.teams(viewer).filter(pk=team_id).first())


def _team(team: Team) -> TeamTold:
    return TeamTold(id=team.pk, name=team.name, parent_id=team.parent_id, lead_id=team.lead_id)


# --- roles --------------------------------------------------------------------------------------------------------
@group.get("/roles", scope="people:read", right="people", query=Listing, answer=PageOf[RoleTold])
def list_roles(viewer: User, query: Listing) -> PageOf[RoleTold]:
    return keyset(reads.roles(viewer), query, _role, of="roles", rising=True)


@group.get("/roles/{role_id}", scope="people:read", right="people", answer=RoleTold)
def get_role(viewer: User, role_id: int) -> RoleTold:
    return _role(_found_role(viewer, role_id))


@group.post("/roles", scope="people:write", right="people", body=NewRole, answer=RoleTold, status=201)
def add_role(viewer: User, body: NewRole) -> RoleTold:
    return _keep_role(viewer, Role(code=body.code), body)


@group.put("/roles/{role_id}", scope="people:write", right="people", body=GivenRole, answer=RoleTold)
def change_role(viewer: User, role_id: int, body: GivenRole) -> RoleTold:
    """Of a built-in role only whether a second factor is asked for."""
    return _keep_role(viewer, _found_role(viewer, role_id), body)


@group.delete("/roles/{role_id}", scope="people:write", right="people")
def delete_role(viewer: User, role_id: int) -> None:
    writes.delete_role(role=_found_role(viewer, role_id), by=viewer)


def _keep_role(viewer: User, role: Role, body: GivenRole) -> RoleTold:
    data: dict[str, Any] = {f"name_{code}": name for code, name in body.names.items()}
    data |= {"rights": body.rights, "needs_second_factor": body.needs_second_factor}
    unknown = set(body.scopes) - set(KINDS)
    if unknown:
        raise Refused("invalid", errors=[("scopes", here("api.invalid.unknown", allowed=", ".join(KINDS)))])
    for kind in KINDS.values():
        for act in kind.acts:
            data[f"{kind.code}.{act}"] = body.scopes.get(kind.code, {}).get(act, "none")
    form = RoleForm(role, data)
    require_valid(form)
    return _role(
        writes.keep_role(
            role=role, names=form.names, rights=form.rights, scopes=form.scopes, by=viewer,
            needs_second_factor=form.cleaned_data["needs_second_factor"],
        )
    )  # fmt: skip


def _found_role(viewer: User, role_id: int) -> Role:
    return or_404(reads.roles(viewer).filter(pk=role_id).first())


def _role(role: Role) -> RoleTold:
    granted = role.granted
    scopes = {kind.code: {str(act): str(granted.scope(kind.code, act)) for act in kind.acts} for kind in KINDS.values()}
    return RoleTold(
        id=role.pk, code=role.code, names=role.names, is_built_in=role.is_built_in, rights=sorted(granted.rights),
        scopes=scopes, needs_second_factor=role.needs_second_factor,
    )  # fmt: skip
