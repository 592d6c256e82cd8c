"""What happens to users."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from shuke.crm.people import reads, writes
from shuke.crm.people.errors import LastOwnerError
from shuke.crm.people.models import User


def test_a_password_is_kept_hashed(colleague: User) -> None:
    assert colleague.password != "colleague-has-a-password"
    assert colleague.check_password("colleague-has-a-password")


def test_a_name_is_taken_once(colleague: User) -> None:
    with pytest.raises(ValidationError, match=r"already exists|已存在"):
        writes.add_user(username="colleague", password="another-long-one")


def test_a_role_that_there_is_not_is_refused(db: None) -> None:
    with pytest.raises(ValidationError):
        writes.add_user(username="x", password="another-long-one", role="king")


@pytest.mark.parametrize("change", [{"role": "manager", "is_active": True}, {"role": "owner", "is_active": False}])
def test_the_last_owner_stays(owner: User, change: dict[str, object]) -> None:
    with pytest.raises(LastOwnerError, match="make somebody else an owner first"):
        writes.change_user(user=owner, name="", email="", **change)
    assert User.objects.get(pk=owner.pk).role == "owner"


def test_an_owner_may_go_when_another_stays(owner: User, manager: User) -> None:
    writes.change_user(user=manager, name="", email="", role="owner", is_active=True)
    writes.change_user(user=owner, name="", email="", role="staff", is_active=True)
    assert User.objects.get(pk=owner.pk).role == "staff"


def test_staff_see_only_themselves_among_users(owner: User, colleague: User, stranger: User) -> None:
    assert set(reads.users(owner)) == {owner, colleague, stranger}
    assert list(reads.users(colleague)) == [colleague]


def test_the_first_owner_is_made_on_the_command_line(db: None) -> None:
    assert User.objects.create_superuser("boss", "b@example.com", "a-long-password").role == "owner"
