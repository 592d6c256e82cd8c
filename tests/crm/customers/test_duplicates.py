from __future__ import annotations

import pytest

from shuke.crm.customers.duplicates import Entered, likely
from shuke.crm.customers.writes import Card, keep
from shuke.crm.customers.writes_of_cards import create_card
from shuke.crm.people.models import User


@pytest.fixture(autouse=True)
def customers(owner: User) -> None:
    keep(
        cards=[
            Card("raw", name="张伟", phone="138 0013 8000"),
            Card("plus", name="王芳", phone="+86 139-0000-1111", email="Fang@Example.com"),
            Card("land", name="李娜", phone="010-8888 7777"),
        ]
    )
    create_card(name="章伟", key="sound", by=owner, values={"birthday": "1990-01-05"})


@pytest.mark.parametrize(
    ("entered", "found"),
    [
        (Entered(phone="+8613800138000"), {"raw": ("phone",)}),
        (Entered(phone="139 0000 1111"), {"plus": ("phone",)}),
        (Entered(phone="01088887777"), {"land": ("phone",)}),
        (Entered(name="Fang", email=" fang@example.COM "), {"plus": ("email",)}),
        (Entered(email="Fang@Example.com"), {"plus": ("email",)}),
        (Entered(name="张伟"), {"raw": ("name",)}),
        (Entered(name="张伟", values={"birthday": "1990-01-05"}), {"raw": ("name",), "sound": ("sound", "birthday")}),
        (Entered(name="章维", phone="15012348000"), {"raw": ("sound", "tail")}),
        (Entered(name="章维"), {}),
        (Entered(name="赵六", phone="15012348000"), {}),
        (Entered(), {}),
    ],
)
def test_who_may_be_the_same_is_found_with_what_speaks_for_it(
    owner: User, entered: Entered, found: dict[str, tuple[str, ...]]
) -> None:
    assert {one.customer.key: one.signs for one in likely(owner, entered)} == found


def test_the_one_that_is_edited_is_no_duplicate_of_itself(owner: User) -> None:
    same = likely(owner, Entered(phone="13800138000"))[0].customer
    assert likely(owner, Entered(phone="13800138000"), besides=same.pk) == []
