"""Looking as another: to see what they see, and to change nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from shuke.crm.people.models import AuditEntry, Role, Team, User

LogIn = Callable[[User], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def looking(as_user: LogIn, owner: User, colleague: User) -> Client:
    """The owner, looking as the colleague."""
    browser = as_user(owner)
    assert browser.post(f"/people/{colleague.pk}/view-as/")["Location"] == "/"
    return browser


def test_one_sees_what_they_see_under_a_banner_with_the_way_back(looking: Client) -> None:
    page = looking.get("/profile/").content.decode()
    assert "You are viewing as Ana" in page
    assert 'action="/people/view-as/end/"' in page
    assert looking.get("/people/").status_code == 403
    looking.post("/people/view-as/end/")
    assert looking.get("/people/").status_code == 200


@pytest.mark.parametrize(
    "path", ["/profile/", "/theme/", "/customers/-/tag/", "/profile/password/", "/people/1/view-as/"]
)
def test_nothing_can_be_changed_meanwhile(looking: Client, colleague: User, path: str) -> None:
    answer = looking.post(path, {"name": "Mallory", "theme": "dark", "language": "en"})
    assert answer.status_code == 403
    assert "You are viewing as Ana, so nothing was done" in answer.content.decode()
    kept = User.objects.get(pk=colleague.pk)
    assert (kept.name, kept.theme) == ("Ana", "auto")


def test_begin_and_end_are_noted_as_the_viewer_s_own(looking: Client, owner: User, colleague: User) -> None:
    looking.post("/people/view-as/end/")
    found = AuditEntry.objects.filter(act__startswith="view_as").order_by("pk")
    assert [(entry.act, entry.by, entry.acting_as, entry.record) for entry in found] == [
        ("view_as_begun", owner, None, str(colleague.pk)),
        ("view_as_ended", owner, colleague, str(colleague.pk)),
    ]


def test_it_ends_when_the_viewer_may_no_longer(looking: Client, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(role="staff")
    page = looking.get("/profile/").content.decode()
    assert "You are viewing as" not in page
    assert AuditEntry.objects.filter(act="view_as_ended", by=owner).count() == 1


def test_logging_out_meanwhile_ends_both(looking: Client) -> None:
    looking.post("/log-out/")
    assert looking.get("/profile/").status_code == 302
    assert AuditEntry.objects.filter(act="view_as_ended").count() == 1


def test_nobody_sees_more_through_another_s_eyes(as_user: LogIn, owner: User, manager: User, colleague: User) -> None:
    rights = ["see", "people"]
    Role.objects.create(code="clerk", rights=rights, scopes={"customers": {"read": "all"}})
    User.objects.filter(pk=manager.pk).update(role="clerk")
    browser = as_user(manager)
    for other in (owner, colleague, manager):
        assert browser.post(f"/people/{other.pk}/view-as/")["Location"] == "/people/"
    assert AuditEntry.objects.filter(act="view_as_begun").count() == 0


def test_nobody_gives_or_takes_more_than_they_have(as_user: LogIn, owner: User, manager: User, colleague: User) -> None:
    Role.objects.create(code="clerk", rights=["see", "people"], scopes={"customers": {"read": "team"}})
    User.objects.filter(pk=manager.pk).update(role="clerk")
    browser = as_user(manager)
    given = {"name": "Ana", "email": "", "role": "owner", "is_active": "on"}
    browser.post(f"/people/{colleague.pk}/", given)
    assert User.objects.get(pk=colleague.pk).role == "staff"
    browser.post(f"/people/{owner.pk}/", {"name": "", "email": "", "role": "clerk"})
    assert User.objects.get(pk=owner.pk).role == "owner"
    assert (
        browser.post("/people/add/", {"username": "x", "role": "owner", "password": "tulips-in-november"}).status_code
        == 422
    )
    wide = {"name_en": "Wide", "rights": ["see", "export"], "customers.read": "all"}
    answer = browser.post(
        "/people/roles/add/", wide | {f"customers.{act}": "none" for act in ("write", "delete", "export", "assign")}
    )
    assert answer.status_code == 422
    assert "beyond their own" in answer.content.decode()


def test_a_team_cannot_stand_below_itself(as_user: LogIn, owner: User) -> None:
    north = Team.objects.create(name="North")
    branch = Team.objects.create(name="Branch", parent=north)
    answer = as_user(owner).post(f"/people/teams/{north.pk}/", {"name": "North", "parent": branch.pk})
    assert answer.status_code == 422
    assert "cannot stand below itself" in answer.content.decode()
    as_user(owner).post(f"/people/teams/{north.pk}/delete/")
    assert Team.objects.filter(pk=north.pk).exists()
    as_user(owner).post(f"/people/teams/{branch.pk}/delete/")
    assert not Team.objects.filter(pk=branch.pk).exists()


def test_a_role_is_added_as_a_copy_changed_and_deleted(as_user: LogIn, owner: User, colleague: User) -> None:
    browser = as_user(owner)
    assert 'value="tag" ' in browser.get("/people/roles/add/?copy=staff").content.decode()
    scopes = {"customers.read": "team", "customers.write": "own", "customers.delete": "none"}
    scopes |= {"customers.export": "none", "customers.assign": "own"}
    given = {"name_zh-hans": "顾问", "rights": ["see", "tag"], **scopes}
    assert browser.post("/people/roles/add/", given | {"rights": ["see", "run"]}).status_code == 422
    assert browser.post("/people/roles/add/", given)["Location"] == "/people/roles/"
    role = Role.objects.get(names={"zh-hans": "顾问"})
    assert (role.name, role.granted.scope("customers", "read")) == ("顾问", "team")
    User.objects.filter(pk=colleague.pk).update(role=role.code)
    browser.post(f"/people/roles/{role.pk}/delete/")
    assert Role.objects.filter(pk=role.pk).exists(), "somebody has it"
    User.objects.filter(pk=colleague.pk).update(role="staff")
    browser.post(f"/people/roles/{role.pk}/delete/")
    assert not Role.objects.filter(pk=role.pk).exists()


def test_of_a_built_in_role_only_the_second_factor_changes(as_user: LogIn, owner: User) -> None:
    staff = Role.objects.get(code="staff")
    as_user(owner).post(f"/people/roles/{staff.pk}/", {"rights": ["see", "export"], "needs_second_factor": "on"})
    staff.refresh_from_db()
    assert staff.needs_second_factor
    assert not staff.granted.may("export")
    as_user(owner).post(f"/people/roles/{staff.pk}/delete/")
    assert Role.objects.filter(code="staff").exists()
