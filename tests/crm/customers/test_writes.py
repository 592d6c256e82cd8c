from __future__ import annotations

from datetime import date

import pytest

from shuke.crm.customers import reads
from shuke.crm.customers.errors import RefusedTag, RefusedView
from shuke.crm.customers.models import Customer, CustomerTag, Kind, SavedView
from shuke.crm.customers.writes import Card, Trait, delete_view, ensure, keep, save_view, tag, untag
from shuke.crm.people.models import User


@pytest.fixture
def ids(db: None) -> dict[str, int]:
    return ensure(keys=["a", "b", "c"])


def test_unknown_keys_become_customers_and_known_ones_stay(ids: dict[str, int]) -> None:
    again = ensure(keys=["c", "d", "a", "d"])
    assert (again["a"], again["c"]) == (ids["a"], ids["c"])
    assert Customer.objects.count() == 4
    assert Customer.objects.get(key="d").traits == {}


def test_a_card_kept_twice_is_one_customer(db: None) -> None:
    card = Card("k", name="张伟", traits={"城市": Trait("杭州", "会员系统", date(2026, 1, 1))})
    assert keep(cards=[card]) == 1
    created = Customer.objects.get(key="k").created_at
    keep(cards=[card, card])
    customer = Customer.objects.get()
    assert customer.created_at == created
    assert customer.traits == {"城市": {"value": "杭州", "origin": "会员系统", "on": "2026-01-01"}}


def test_what_a_card_leaves_open_stays_as_it_was(db: None) -> None:
    keep(cards=[Card("k", name="张伟", phone="13800138000", kind=Kind.ORGANISATION, traits={"a": _trait(1)})])
    keep(cards=[Card("k", email="a@example.com", traits={"b": _trait(2)})])
    customer = Customer.objects.get()
    assert (customer.name, customer.phone, customer.kind) == ("张伟", "13800138000", "organisation")
    assert customer.email == "a@example.com"
    assert set(customer.traits) == {"a", "b"}


def _trait(value: int) -> Trait:
    return Trait(value, "test", date(2026, 1, 1))


def test_more_cards_than_one_chunk_are_all_kept(db: None) -> None:
    assert keep(cards=(Card(f"k{number}", name="王芳") for number in range(2_500))) == 2_500
    assert Customer.objects.filter(search_initials="wf").count() == 2_500


def test_a_tag_says_who_put_it_and_only_new_ones_are_told(ids: dict[str, int], owner: User) -> None:
    assert tag(customers=[ids["a"]], name="  VIP  客户 ", by=owner) == [ids["a"]]
    assert tag(customers=[ids["b"], ids["a"], ids["b"], 10**9], name="VIP 客户", by=owner) == [ids["b"]]
    entry = CustomerTag.objects.get(customer=ids["a"])
    assert (entry.tag.name, entry.tagged_by, entry.origin) == ("VIP 客户", owner, "hand")


def test_a_tag_can_be_taken_off_again(ids: dict[str, int]) -> None:
    tag(customers=list(ids.values()), name="VIP")
    assert untag(customers=[ids["a"], ids["b"]], name="VIP") == 2
    assert CustomerTag.objects.get().customer_id == ids["c"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 41])
def test_a_tag_needs_a_name_that_fits(ids: dict[str, int], name: str) -> None:
    with pytest.raises(RefusedTag, match="1 to 40"):
        tag(customers=[ids["a"]], name=name)


def test_a_view_of_the_same_name_replaces_the_former(owner: User) -> None:
    save_view(owner=owner, name="A", query="tier=A")
    save_view(owner=owner, name="A", query="tier=B", pinned=True)
    assert [(view.query, view.pinned) for view in SavedView.objects.all()] == [("tier=B", True)]


def test_a_view_is_seen_by_its_owner_and_by_others_when_shared(owner: User, colleague: User) -> None:
    save_view(owner=owner, name="mine", query="tier=A")
    save_view(owner=owner, name="ours", query="tier=B", shared=True)
    assert [view.name for view in reads.saved_views(colleague)] == ["ours"]
    assert {view.name for view in reads.saved_views(owner)} == {"mine", "ours"}


def test_only_its_owner_deletes_a_view(owner: User, stranger: User) -> None:
    view = save_view(owner=owner, name="ours", query="", shared=True)
    assert delete_view(owner=stranger, view_id=view.pk) == 0
    assert delete_view(owner=owner, view_id=view.pk) == 1


@pytest.mark.parametrize("name", ["", "x" * 61])
def test_a_view_needs_a_name_that_fits(owner: User, name: str) -> None:
    with pytest.raises(RefusedView, match="1 to 60"):
        save_view(owner=owner, name=name, query="")
