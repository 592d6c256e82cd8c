"""Cards, links and acts on many keep to whose customers the viewer reaches; all is noted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from shuke.crm.customers import links, reads, reads_of_cards, writes
from shuke.crm.customers.cards import context
from shuke.crm.customers.duplicates import Entered, likely
from shuke.crm.customers.errors import NoSuchCustomer
from shuke.crm.customers.fields import Value
from shuke.crm.customers.models import Change, Customer, CustomerTag
from shuke.crm.customers.writes import Card, keep
from shuke.crm.customers.writes_of_cards import (
    begin_act,
    change,
    create_card,
    do_act,
    remove_entry,
    set_trait,
    undo_act,
    write_entry,
)
from shuke.crm.customers.writes_of_fields import add_field, add_section, archive_field, change_field, move
from shuke.crm.people.models import AuditEntry, Role, User
from shuke.crm.timeline.writes import Said, add

AsUser = Callable[[User], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def two(stranger: User, colleague: User) -> dict[str, Customer]:
    """One customer of the stranger, one of the colleague, each with the same phone."""
    keep(cards=[Card(key, name=key, phone="13800138000") for key in ("mine", "theirs")])
    Customer.objects.filter(key="mine").update(owner=stranger)
    Customer.objects.filter(key="theirs").update(owner=colleague)
    return {customer.key: customer for customer in Customer.objects.all()}


def test_a_link_to_a_customer_out_of_reach_is_not_shown_and_cannot_be_cut(
    two: dict[str, Customer], stranger: User, colleague: User, as_user: AsUser
) -> None:
    made = links.link(customer=two["mine"], other=two["theirs"], role="friend", by=colleague)
    assert links.links_of(stranger, two["mine"]) == []
    assert [linked.customer.key for linked in links.links_of(colleague, two["mine"])] == ["theirs"]
    assert links.link_to_part(stranger, made.pk) is None
    assert links.link_to_part(colleague, made.pk) == made
    page = as_user(stranger).get("/customers/mine/").content.decode()
    assert "theirs" not in page
    assert "a customer whom you cannot see" in page
    answer = as_user(stranger).post("/customers/mine/links/", {"role": "friend", "other": "theirs"}, follow=True)
    assert "nobody&#x27;s id" in answer.content.decode()


def test_an_act_on_ids_from_a_form_changes_only_whom_its_user_may_change(
    two: dict[str, Customer], stranger: User
) -> None:
    ids = [customer.pk for customer in two.values()]
    act = begin_act(field="kind", value="household", by=stranger)
    assert do_act(act=act, customers=ids) == 1
    assert set(Customer.objects.filter(kind="household").values_list("key", flat=True)) == {"mine"}
    tagging = begin_act(field="tag", value="VIP", by=stranger)
    assert do_act(act=tagging, customers=ids) == 1
    assert CustomerTag.objects.get().customer == two["mine"]
    Customer.objects.filter(key="mine").update(owner=None)
    assert undo_act(act=act, by=stranger) == (0, 1), "what is no longer in reach stays"


def test_entries_and_history_are_read_within_reach(two: dict[str, Customer], stranger: User, colleague: User) -> None:
    section = add_section(labels={"en": "Log"}, repeats=True)
    add_field(section=section, type="text", labels={"en": "Said"}, code="said")
    entry = write_entry(customer=two["theirs"], section=section, values={"said": "x"}, on=None, by=colleague)
    assert reads_of_cards.entries(stranger, two["theirs"]) == {}
    assert list(reads_of_cards.changes(stranger, two["theirs"])) == []
    assert reads_of_cards.names_by_key(stranger, ["mine", "theirs"]) == {"mine": "mine"}
    with pytest.raises(NoSuchCustomer):
        reads_of_cards.entry(stranger, entry.pk)
    assert reads_of_cards.entry(colleague, entry.pk, "write") == entry


def test_a_duplicate_warning_names_only_customers_in_reach(two: dict[str, Customer], stranger: User) -> None:
    assert [one.customer.key for one in likely(stranger, Entered(phone="13800138000"))] == ["mine"]


def test_who_reads_but_may_not_change_a_card_sees_it_and_is_refused(
    two: dict[str, Customer], colleague: User, as_user: AsUser
) -> None:
    scopes = {"customers": {"read": "all", "write": "own"}}
    Role.objects.create(code="clerk", rights=["see", "tag", "contacts"], scopes=scopes)
    User.objects.filter(pk=colleague.pk).update(role="clerk")
    clerk = User.objects.get(pk=colleague.pk)
    assert context(clerk, two["theirs"])["may_edit"]
    assert not context(clerk, two["mine"])["may_edit"]
    with pytest.raises(PermissionDenied):
        reads.customer(clerk, "mine", "write")
    browser = as_user(clerk)
    assert browser.get("/customers/mine/").status_code == 200
    assert browser.get("/customers/mine/edit/").status_code == 403
    assert browser.post("/customers/mine/traits/", {"label": "a", "value": "b"}).status_code == 403
    assert browser.get("/customers/theirs/edit/").status_code == 200


def test_who_does_not_reach_nobody_s_customers_keeps_those_they_enter(stranger: User, manager: User) -> None:
    assert create_card(name="A", by=stranger).owner == stranger
    assert create_card(name="B", by=manager).owner is None


def test_what_is_done_to_a_card_is_noted_with_its_fields(two: dict[str, Customer], colleague: User) -> None:
    mine = two["mine"]
    change(customer=mine.pk, values={"name": "Li", "kind": "household"}, by=colleague)
    mine.refresh_from_db()
    links.unlink(link=links.link(customer=mine, other=two["theirs"], role="member", by=colleague), by=colleague)
    create_card(name="New", by=colleague)
    do_act(act=begin_act(field="kind", value="person", by=colleague), customers=[mine.pk])
    noted = AuditEntry.objects.filter(by=colleague, kind="customer").order_by("pk")
    acts = ["card_changed", "linked", "linked", "unlinked", "unlinked", "customer_added", "card_changed"]
    assert list(noted.values_list("act", flat=True)) == acts
    assert noted[0].fields == ["name", "kind"]
    assert noted[0].kept.values == {"name": ["mine", "Li"], "kind": ["person", "household"]}


def test_what_cards_are_made_of_is_noted(owner: User) -> None:
    section = add_section(labels={"en": "S"}, code="s")
    field = add_field(section=section, type="text", labels={"en": "F"}, code="f", by=owner)
    change_field(field=field, type="text", labels={"en": "G"}, is_required=True, by=owner)
    archive_field(field=field, is_archived=True, by=owner)
    move(thing=section, up=True)
    noted = list(AuditEntry.objects.filter(act="configured").order_by("pk").values_list("kind", "record", "fields"))
    assert noted[:4] == [
        ("section", "s", ["labels"]),
        ("field", "f", ["labels", "type"]),
        ("field", "f", ["labels", "is_required"]),
        ("field", "f", ["is_archived"]),
    ]


def test_erasure_leaves_no_name_in_the_history_of_others(two: dict[str, Customer], colleague: User) -> None:
    links.link(customer=two["mine"], other=two["theirs"], role="friend", by=colleague)
    assert writes.forget(keys=["theirs"]) == 1
    told = Change.objects.get(customer=two["mine"], field="link").after
    assert told == {"role": "friend", "customer": ""}


def test_no_write_of_a_card_takes_a_customer_out_of_reach(
    two: dict[str, Customer], stranger: User, colleague: User
) -> None:
    """Whoever calls: a page, a job or the API."""
    section = add_section(labels={"en": "Log"}, repeats=True)
    add_field(section=section, type="text", labels={"en": "Said"}, code="said")
    said: dict[str, Value | None] = {"said": "x"}
    theirs, entry = (
        two["theirs"],
        write_entry(customer=two["theirs"], section=section, values=said, on=None, by=colleague),
    )
    before = Change.objects.count()
    for refused in (
        lambda: change(customer=theirs.pk, values={"name": "x"}, by=stranger),
        lambda: set_trait(customer=theirs.pk, label="a", value="b", by=stranger),
        lambda: write_entry(customer=theirs, section=section, values=said, on=None, by=stranger),
        lambda: remove_entry(entry=entry, by=stranger),
        lambda: links.link(customer=two["mine"], other=theirs, role="friend", by=stranger),
        lambda: links.link(customer=theirs, other=two["mine"], role="friend", by=stranger),
        lambda: add(customer=theirs, by=stranger, said=Said("note", timezone.now(), text="x")),
    ):
        with pytest.raises(PermissionDenied):
            refused()
    assert Change.objects.count() == before
