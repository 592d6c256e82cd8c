"""Who may what."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from shuke.crm.people.models import Role, User
from shuke.crm.people.reads import may
from shuke.crm.people.rights import ALL_RIGHTS, RIGHTS


def test_every_role_has_its_rights_and_each_next_one_has_more() -> None:
    assert set(RIGHTS) == set(Role.values)
    assert RIGHTS["staff"] < RIGHTS["manager"] < RIGHTS["owner"] == set(ALL_RIGHTS)


def test_staff_see_customers_and_export_none() -> None:
    somebody = User(username="s", role="staff")
    assert may(somebody, "see")
    assert not may(somebody, "export")


@pytest.mark.parametrize("right", ALL_RIGHTS)
def test_nobody_may_anything_without_logging_in_or_when_shut_out(right: str) -> None:
    assert not may(AnonymousUser(), right)
    assert not may(User(username="o", role="owner", is_active=False), right)


def test_only_an_owner_opens_the_configuration() -> None:
    assert [User(role=role).is_staff for role in ("owner", "manager", "staff")] == [True, False, False]
