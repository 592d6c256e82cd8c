"""Who may what."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from shuke.crm.people.models import Role, User
from shuke.crm.people.reads import may
from shuke.crm.people.rights import ALL_RIGHTS, BUILT_IN, KINDS, RIGHTS, Granted, built_in

pytestmark = pytest.mark.django_db


def test_every_built_in_role_has_its_rights_and_each_next_one_has_more() -> None:
    assert set(RIGHTS) == set(BUILT_IN) == set(Role.objects.values_list("code", flat=True))
    assert RIGHTS["staff"] < RIGHTS["manager"] < RIGHTS["owner"] == set(ALL_RIGHTS)
    assert built_in("owner").covers(built_in("manager"))
    assert built_in("manager").covers(built_in("staff"))
    assert not built_in("staff").covers(built_in("manager"))


def test_staff_see_customers_read_contacts_one_by_one_and_export_none() -> None:
    somebody = User(username="s", role="staff")
    assert may(somebody, "see")
    assert may(somebody, "reveal")
    assert not may(somebody, "contacts")
    assert not may(somebody, "export")


@pytest.mark.parametrize("right", ALL_RIGHTS)
def test_nobody_may_anything_without_logging_in_or_when_shut_out(right: str) -> None:
    assert not may(AnonymousUser(), right)
    assert not may(User(username="o", role="owner", is_active=False), right)
    assert not may(User(username="k", role="king"), right)


def test_only_an_owner_opens_the_configuration() -> None:
    assert [User(role=role).is_staff for role in ("owner", "manager", "staff")] == [True, False, False]


def test_a_role_that_the_business_adds_carries_what_its_row_says() -> None:
    Role.objects.create(code="clerk", rights=["see", "tag"], scopes={"customers": {"read": "team", "write": "own"}})
    clerk = User(role="clerk")
    assert (clerk.may("tag"), clerk.may("export")) == (True, False)
    assert [clerk.scope("customers", act) for act in ("read", "write", "export")] == ["team", "own", "none"]


def test_checks_look_a_role_up_once(django_assert_num_queries: object) -> None:
    Role.objects.create(code="clerk", rights=["see"], scopes={"customers": {"read": "own"}})
    clerk, owner = User(role="clerk"), User(role="owner")
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert [clerk.may(right) for right in ALL_RIGHTS].count(True) == 1
        assert clerk.scope("customers") == "own"
        assert owner.may("people")
    assert connection.queries_log is not None


def test_rights_to_the_whole_business_count_only_with_reading_all_of_it() -> None:
    scopes = {"customers": {"read": "team"}}
    assert not Granted(frozenset({"see", "run"}), scopes).may("run")
    assert Granted(frozenset({"see", "run"}), {"customers": {"read": "all"}}).may("run")


def test_a_kind_newer_than_a_role_reaches_as_far_as_customers_do() -> None:
    granted = Granted(frozenset({"see"}), {"customers": {"read": "team"}})
    assert granted.scope("notes", "read") == "team"
    assert granted.scope("notes", "write") == "none"


def test_a_scope_that_makes_no_sense_reaches_nothing() -> None:
    assert Granted(frozenset({"see"}), {"customers": {"read": "everything"}}).scope("customers", "read") == "none"


def test_customers_are_a_kind_that_roles_give_scopes_for() -> None:
    assert set(KINDS["customers"].acts) == {"read", "write", "delete", "export", "assign"}
