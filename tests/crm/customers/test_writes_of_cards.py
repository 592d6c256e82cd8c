from __future__ import annotations

from datetime import date

import pytest

from shuke.crm.customers import reads, reads_of_cards
from shuke.crm.customers.errors import RefusedKey
from shuke.crm.customers.models import Change, Customer, CustomerTag, Entry, Field, Section
from shuke.crm.customers.search import found_ids
from shuke.crm.customers.writes import Card, ensure, keep, tag, untag
from shuke.crm.customers.writes_of_cards import (
    begin_act,
    change,
    create_card,
    do_act,
    remove_entry,
    set_trait,
    undo_act,
    version_of,
    write_entry,
)
from shuke.crm.customers.writes_of_fields import add_field, add_section
from shuke.crm.people.models import User


@pytest.fixture
def section(db: None) -> Section:
    return add_section(labels={"en": "Person"}, code="person")


@pytest.fixture
def city(section: Section) -> Field:
    return add_field(section=section, type="text", labels={"en": "City"}, is_searchable=True, is_listed=True)


@pytest.fixture
def li(city: Field, owner: User) -> Customer:
    return create_card(name="李雷", phone="+8613800138000", values={"city": "杭州"}, by=owner)


def told(customer: Customer) -> list[tuple[str, object, object]]:
    return list(Change.objects.filter(customer=customer).order_by("pk").values_list("field", "before", "after"))


def test_a_new_card_is_found_and_its_history_begins(li: Customer, owner: User) -> None:
    assert li.key.startswith("N")
    assert found_ids("lilei", 5) == found_ids("杭州", 5) == [li.pk]
    assert told(li) == [("created", None, "李雷")]
    assert create_card(name="韩梅梅", by=owner).key != li.key


def test_no_two_cards_have_one_id(li: Customer, owner: User) -> None:
    with pytest.raises(RefusedKey, match=li.key):
        create_card(name="x", key=li.key, by=owner)


def test_a_change_is_kept_found_and_told(li: Customer, owner: User) -> None:
    saved = change(customer=li.pk, values={"city": "上海", "name": "李雷", "email": "li@example.com"}, by=owner)
    assert sorted(saved.changed) == ["city", "email"]
    assert found_ids("上海", 5) == [li.pk]
    assert found_ids("杭州", 5) == []
    assert ("city", "杭州", "上海") in told(li)
    last = reads_of_cards.changes(owner, li).first()
    assert last is not None
    assert (last.by, last.origin) == (owner, "hand")


def test_an_emptied_value_is_gone(li: Customer, owner: User) -> None:
    change(customer=li.pk, values={"city": None, "phone": None}, by=owner)
    li.refresh_from_db()
    assert (li.values, li.phone) == ({}, "")
    assert told(li)[1:] == [("city", "杭州", None), ("phone", "+8613800138000", None)]


def test_two_people_who_edit_different_fields_do_not_conflict(li: Customer, owner: User, colleague: User) -> None:
    seen = version_of(li.pk)
    change(customer=li.pk, values={"city": "上海", "email": None}, by=colleague, seen=seen)
    saved = change(customer=li.pk, values={"city": "杭州", "email": "li@example.com"}, by=owner, seen=seen)
    li.refresh_from_db()
    assert saved.changed == ["email"]
    assert (li.values, li.email) == ({"city": "上海"}, "li@example.com"), "a field one did not touch stays the other's"


def test_two_people_who_edit_one_field_are_asked_and_nothing_is_written(
    li: Customer, owner: User, colleague: User
) -> None:
    seen = version_of(li.pk)
    change(customer=li.pk, values={"city": "上海"}, by=colleague, seen=seen)
    saved = change(customer=li.pk, values={"city": "北京", "email": "li@example.com"}, by=owner, seen=seen)
    li.refresh_from_db()
    (conflict,) = saved.conflicts
    assert (conflict.before, conflict.theirs, conflict.mine, conflict.by) == ("杭州", "上海", "北京", colleague)
    assert (saved.changed, li.values["city"], li.email) == ([], "上海", "")
    again = change(customer=li.pk, values={"city": "北京", "email": "li@example.com"}, by=owner, seen=saved.version)
    assert sorted(again.changed) == ["city", "email"]


def test_two_people_who_write_the_same_agree(li: Customer, owner: User, colleague: User) -> None:
    seen = version_of(li.pk)
    change(customer=li.pk, values={"city": "上海"}, by=colleague, seen=seen)
    assert change(customer=li.pk, values={"city": "上海"}, by=owner, seen=seen).conflicts == []


def test_many_are_changed_at_once_and_put_back_exactly(city: Field, owner: User, colleague: User) -> None:
    ids = ensure(keys=["a", "b", "c"])
    for key, value in (("a", "杭州"), ("b", "上海")):
        change(customer=ids[key], values={"city": value}, by=colleague)
    act = begin_act(field="city", value="上海", by=owner)
    assert do_act(act=act, customers=ids.values()) == 2
    assert do_act(act=act, customers=ids.values()) == 2, "a second run changes nothing more"
    assert set(found_ids("上海", 5)) == set(ids.values())
    change(customer=ids["c"], values={"city": "北京"}, by=colleague)
    assert undo_act(act=act, by=owner) == (1, 1)
    values = {key: Customer.objects.get(pk=pk).values.get("city") for key, pk in ids.items()}
    assert values == {"a": "杭州", "b": "上海", "c": "北京"}, "what was changed again since stays"


def test_a_tag_taken_off_many_comes_back_as_it_was(owner: User, colleague: User) -> None:
    ids = list(ensure(keys=["a", "b"]).values())
    tag(customers=ids[:1], name="VIP", by=colleague, origin="rule")  # type: ignore[arg-type]
    before = CustomerTag.objects.values("customer", "origin", "tagged_by", "tagged_at").get()
    act = begin_act(field="untag", value="VIP", by=owner)
    assert do_act(act=act, customers=ids) == 1
    assert not CustomerTag.objects.exists()
    assert undo_act(act=act, by=owner) == (1, 0)
    assert CustomerTag.objects.values("customer", "origin", "tagged_by", "tagged_at").get() == before


def test_a_tag_put_on_many_is_taken_off_only_where_it_was_put(owner: User) -> None:
    ids = list(ensure(keys=["a", "b"]).values())
    tag(customers=ids[:1], name="VIP", by=owner)
    act = begin_act(field="tag", value="VIP", by=owner)
    assert do_act(act=act, customers=ids) == 1
    undo_act(act=act, by=owner)
    assert CustomerTag.objects.get().customer_id == ids[0]


def test_the_history_tells_of_tags(owner: User) -> None:
    pk = ensure(keys=["a"])["a"]
    tag(customers=[pk], name="VIP", by=owner)
    untag(customers=[pk], name="VIP", by=owner)
    assert told(Customer.objects.get()) == [("tag", None, {"name": "VIP"}), ("tag", {"name": "VIP"}, None)]


def test_an_import_says_what_it_changed_of_those_who_were_there(li: Customer) -> None:
    keep(cards=[Card(li.key, name="李磊"), Card("new", name="x")])
    row = Change.objects.get(field="name")
    assert (row.before, row.after, row.origin, row.by) == ("李雷", "李磊", "import", None)
    assert found_ids("杭州", 5) == [li.pk], "the words of the fields stay"
    assert reads.customer(li.changes.first().by, li.key).values == {"city": "杭州"}  # type: ignore[union-attr, arg-type]


def test_entries_come_change_and_go_and_the_history_keeps_them(li: Customer, owner: User) -> None:
    log = add_section(labels={"en": "Competitors"}, repeats=True, code="competitors")
    for code in ("model", "approval"):
        add_field(section=log, type="text", labels={"en": code}, code=code)
    entry = write_entry(
        customer=li, section=log, values={"model": "X3", "approval": "空间"}, on=date(2026, 1, 5), by=owner
    )
    write_entry(customer=li, section=log, values={"model": "X5", "approval": None}, on=None, by=owner, entry=entry)
    assert reads_of_cards.entries(owner, li)[log.pk][0].values == {"model": "X5"}
    remove_entry(entry=Entry.objects.select_related("section").get(), by=owner)
    rows = [row for row in told(li) if row[0] == "entry:competitors"]
    kinds = [(before is None, after is None) for _, before, after in rows]
    assert kinds == [(True, False), (False, False), (False, True)]
    assert rows[-1][1] == {"values": {"model": "X5"}, "on": None}


def test_a_trait_is_said_by_hand_and_taken_back(li: Customer, owner: User) -> None:
    set_trait(customer=li.pk, label="性格", value="爽快", by=owner)
    li.refresh_from_db()
    assert [li.traits["性格"][what] for what in ("value", "origin", "by")] == ["爽快", "hand", "陈老板"]
    set_trait(customer=li.pk, label="性格", value="", by=owner)
    li.refresh_from_db()
    assert li.traits == {}
    assert told(li)[-1] == ("trait:性格", "爽快", None)
