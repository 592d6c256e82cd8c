from __future__ import annotations

import pytest

from shuke.crm.customers.errors import RefusedLink
from shuke.crm.customers.links import ROLES, inverse, link, links_of, members_of, unlink
from shuke.crm.customers.models import Change, Customer, Kind, Link
from shuke.crm.customers.writes_of_cards import create_card
from shuke.crm.people.models import User


@pytest.fixture
def family(owner: User) -> dict[str, Customer]:
    kinds = {"home": Kind.HOUSEHOLD, "firm": Kind.ORGANISATION}
    return {
        name: create_card(name=name, key=name, kind=kinds.get(name, Kind.PERSON), by=owner)
        for name in ("li", "han", "kid", "home", "firm")
    }


def roles(viewer: User, customer: Customer) -> list[tuple[str, str]]:
    return [(linked.role, linked.customer.key) for linked in links_of(viewer, customer)]


@pytest.mark.parametrize("role", ROLES)
def test_a_link_shows_on_both_cards_each_seen_from_its_side(
    family: dict[str, Customer], owner: User, role: str
) -> None:
    ends = {
        "member": ("home", "li"), "household": ("li", "home"), "employee": ("firm", "li"), "employer": ("li", "firm"),
    }.get(role, ("li", "han"))  # fmt: skip
    one, other = family[ends[0]], family[ends[1]]
    link(customer=one, other=other, role=role, by=owner)
    assert roles(owner, one) == [(role, other.key)]
    assert roles(owner, other) == [(inverse(role), one.key)]
    link(customer=other, other=one, role=inverse(role), by=owner)
    assert Link.objects.count() == 1, "said from the other side it is the same link"


def test_parting_shows_in_the_history_of_both(family: dict[str, Customer], owner: User) -> None:
    row = link(customer=family["kid"], other=family["li"], role="parent", by=owner)
    unlink(link=row, by=owner)
    assert links_of(owner, family["kid"]) == []
    told = Change.objects.filter(field="link", after__isnull=True).values_list("customer__key", "before")
    assert sorted((key, before["role"]) for key, before in told) == [("kid", "parent"), ("li", "child")]


def test_a_household_has_members_and_a_person_needs_no_company(family: dict[str, Customer], owner: User) -> None:
    for name in ("li", "han"):
        link(customer=family["home"], other=family[name], role="member", by=owner)
    assert [member.key for member in members_of(owner, family["home"])] == ["han", "li"]
    assert roles(owner, family["li"]) == [("household", "home")]


@pytest.mark.parametrize(
    ("one", "other", "role", "told"),
    [
        ("li", "li", "friend", "itself"),
        ("li", "han", "member", "no household"),
        ("li", "han", "employer", "no organisation"),
        ("li", "han", "owner", "no link of the kind"),
    ],
)
def test_a_link_that_cannot_be_says_why(
    family: dict[str, Customer], owner: User, one: str, other: str, role: str, told: str
) -> None:
    with pytest.raises(RefusedLink, match=told):
        link(customer=family[one], other=family[other], role=role, by=owner)
