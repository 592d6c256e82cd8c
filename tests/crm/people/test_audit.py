"""The audit: nothing leaves it, nothing in it changes, and everything that matters is in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.utils import translation

from shuke.crm.customers.models import Alias, Customer, Tag
from shuke.crm.customers.writes_of_cards import change, create_card, write_entry
from shuke.crm.customers.writes_of_fields import add_field, add_section
from shuke.crm.people import audit, reads, writes
from shuke.crm.people.models import AuditEntry, AuditValues, Role, Team, User
from shuke.crm.timeline.models import Outcome
from shuke.kit.text import keys

LogIn = Callable[[User], Client]
pytestmark = pytest.mark.django_db


def acts(**filters: object) -> list[str]:
    return list(AuditEntry.objects.filter(**filters).order_by("pk").values_list("act", flat=True))


def test_an_entry_can_be_neither_changed_nor_deleted(owner: User) -> None:
    audit.note("tag_on", by=owner, kind="customer", record=7)
    for attempt in (
        lambda: AuditEntry.objects.update(act="log_in"),
        lambda: AuditEntry.objects.all()._raw_delete("default"),
        lambda: AuditEntry.objects.filter(act="tag_on").delete(),
    ):
        with pytest.raises((IntegrityError, DatabaseError), match="append-only"), transaction.atomic():
            attempt()
    assert "tag_on" in acts()


def test_an_act_without_words_is_refused_with_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"add it there with its words"):
        audit.note("danced")
    assert {f"audit.act.{act}" for act in audit.ACTS} == set(keys("audit.act."))


def test_values_stand_apart_and_erasure_clears_them_but_not_that_it_happened(owner: User) -> None:
    audit.note("tag_on", by=owner, kind="customer", record=7, values={"tag": "VIP"})
    audit.note("tag_on", by=owner, kind="customer", record=8, values={"tag": "VIP"})
    assert audit.clear_values(kind="customer", records=[7]) == 1
    assert acts(kind="customer", record="7") == ["tag_on"]
    assert AuditValues.objects.filter(entry__record="7").count() == 0
    assert AuditValues.objects.filter(entry__record="8").count() == 1
    assert AuditEntry.objects.get(record="7").fields == ["tag"]


def test_a_note_is_undone_with_what_it_notes(owner: User) -> None:
    with transaction.atomic():
        writes.keep_team(team=Team(), name="South", parent=None, lead=None, by=owner)
        transaction.set_rollback(True)
    assert acts(kind="team") == []


def test_a_change_names_what_was_before_and_after(owner: User, colleague: User) -> None:
    writes.change_user(user=colleague, name="Ana", email="", role="manager", is_active=True, by=owner)
    entry = AuditEntry.objects.get(act="user_changed")
    assert (entry.by, entry.record, entry.fields) == (owner, str(colleague.pk), ["role"])
    assert entry.kept.values == {"role": ["staff", "manager"]}


def test_what_changes_nothing_leaves_no_entry(owner: User, colleague: User) -> None:
    writes.change_user(user=colleague, name="Ana", email="", role="staff", is_active=True, by=owner)
    assert acts(act="user_changed") == []


def test_the_log_in_its_failures_and_its_end_are_noted_with_the_address(client: Client, colleague: User) -> None:
    client.post("/log-in/", {"username": "colleague", "password": "wrong"})
    client.post("/log-in/", {"username": "colleague", "password": "colleague-has-a-password"})
    client.post("/log-out/")
    assert acts(kind="user", record=str(colleague.pk)) == ["user_added", "log_in_failed", "log_in", "log_out"]
    assert set(AuditEntry.objects.exclude(act="user_added").values_list("address", flat=True)) == {"127.0.0.1"}


def test_a_shut_door_is_noted_once(client: Client, colleague: User) -> None:
    for _ in range(12):
        client.post("/log-in/", {"username": "colleague", "password": "wrong"})
    assert acts(act="log_in_locked") == ["log_in_locked"]
    assert acts(act="log_in_failed") == ["log_in_failed"] * 10


def test_only_who_may_read_the_audit_does(owner: User, manager: User) -> None:
    assert reads.entries(owner).count() >= 2
    with pytest.raises(PermissionDenied):
        reads.entries(manager)


def test_the_page_is_searched_by_who_act_record_and_day(as_user: LogIn, owner: User, colleague: User) -> None:
    audit.note("tag_on", by=colleague, kind="customer", record=7, values={"tag": "VIP-marker"})
    browser = as_user(owner)

    def shows(query: str) -> bool:
        return "VIP-marker" in browser.get(f"/audit/?{query}").content.decode()

    assert all(
        shows(query) for query in (f"by={colleague.pk}", "act=tag_on", "kind=customer&record=7", "since=2020-01-01")
    )
    assert not any(
        shows(query) for query in (f"by={owner.pk}", "act=log_in", "kind=customer&record=8", "until=2020-01-01")
    )
    assert shows("act=no-such-act&since=yesterday&by=x&size=x&page=x")


def test_the_file_of_the_audit_is_noted_and_safe_in_a_spreadsheet(as_user: LogIn, owner: User) -> None:
    audit.note("tag_on", by=owner, kind="customer", record="=1+1", values={"tag": "VIP"})
    answer = as_user(owner).post("/audit/export/?act=tag_on")
    text = b"".join(answer).decode("utf-8-sig")
    assert "'=1+1" in text
    assert text.count("\r\n") == 2
    assert AuditEntry.objects.get(act="audit_exported").kept.values == {"act": "tag_on"}


def test_what_is_changed_in_the_admin_is_noted(as_user: LogIn, owner: User) -> None:
    browser = as_user(owner)
    browser.post("/admin/customers/tag/add/", {"name": "VIP", "colour": "amber"})
    tag = Tag.objects.get()
    browser.post(f"/admin/customers/tag/{tag.pk}/change/", {"name": "Vip", "colour": "amber"})
    browser.post(f"/admin/customers/tag/{tag.pk}/delete/", {"post": "yes"})
    outcome = {"kind": "call", "code": "later", "en": "Later", "place": 9}
    browser.post("/admin/timeline/outcome/add/", outcome)
    made = Outcome.objects.get(code="later")
    browser.post("/admin/timeline/outcome/", {"action": "delete_selected", "_selected_action": made.pk, "post": "yes"})
    noted = AuditEntry.objects.filter(act="configured", by=owner).order_by("pk").values_list("kind", "record", "fields")
    assert [one for one in noted if one[0] == "tag"] == [
        ("tag", str(tag.pk), ["name", "colour"]),
        ("tag", str(tag.pk), ["name"]),
        ("tag", str(tag.pk), ["deleted"]),
    ]
    assert [(record, fields) for kind, record, fields in noted if kind == "configuration"] == [
        (str(made.pk), ["kind", "code", "en", "place"]),
        (str(made.pk), ["deleted"]),
    ]


@pytest.fixture
def auditor(db: None) -> User:
    """Who reads the audit, but contacts only masked, and of customers only their own."""
    rights, scopes = ["see", "audit"], {"customers": {"read": "own"}}
    Role.objects.create(code="auditor", names={"en": "Auditor"}, rights=rights, scopes=scopes)
    return writes.add_user(username="auditor", password="auditor-has-a-password", role="auditor", language="en")


def _cards(own: User) -> tuple[Customer, Customer]:
    """One of theirs and one of nobody's, each changed; with a phone among the fields and in an entry."""
    section = add_section(labels={"en": "People"}, repeats=True)
    add_field(section=section, type="phone", labels={"en": "Direct"}, code="direct")
    add_field(section=add_section(labels={"en": "Work"}), type="phone", labels={"en": "Office"}, code="office")
    made = []
    for key, phone in (("mine", "13977712345"), ("not-mine", "13977754321")):
        card = create_card(name=f"name of {key}", key=key, phone=phone, email=f"{key}@example.com", by=None)
        change(customer=card.pk, values={"phone": "+8613800138000", "office": phone}, by=None)
        write_entry(customer=card, section=section, values={"direct": phone}, by=own, on=None)
        made.append(card)
    Customer.objects.filter(key="mine").update(owner=own)
    Customer.objects.filter(key="not-mine").update(owner=None)
    return made[0], made[1]


def test_contacts_are_masked_in_the_audit_as_on_cards_and_what_is_out_of_reach_stays_hidden(
    as_user: LogIn, owner: User, auditor: User
) -> None:
    mine, other = _cards(owner)
    Customer.objects.filter(pk=mine.pk).update(owner=auditor)
    browser = as_user(auditor)
    texts = {
        "page": browser.get("/audit/?kind=customer").content.decode(),
        "file": b"".join(browser.post("/audit/export/?kind=customer")).decode(),
    }
    for place, text in texts.items():
        assert "139****2345" in text, place
        assert "name of mine" in text, place
        for hidden in ("13977712345", "13800138000", "mine@example.com", "name of not-mine", "139****4321"):
            assert hidden not in text.replace("m***@example.com", ""), (place, hidden)
        assert "office" in text, f"that a field of the other was changed is told ({place})"
    assert str(other.pk) in texts["page"]
    whole = as_user(owner).get("/audit/?kind=customer").content.decode()
    assert "13977712345" in whole
    assert "name of not-mine" in whole


def test_what_was_noted_of_a_card_that_was_merged_is_read_with_the_other(as_user: LogIn, auditor: User) -> None:
    mine = create_card(name="survivor", key="mine", by=None)
    Customer.objects.filter(pk=mine.pk).update(owner=auditor)
    Alias.objects.create(key="gone", number=987_654, customer=mine)
    audit.note("tag_on", kind="customer", record=987_654, values={"tag": "VIP-marker"})
    audit.note("tag_on", kind="customer", record=987_655, values={"tag": "VIP-other"})
    page = as_user(auditor).get("/audit/").content.decode()
    assert "VIP-marker" in page
    assert "VIP-other" not in page


def test_the_file_of_the_audit_is_in_the_language_of_the_page(as_user: LogIn, owner: User) -> None:
    audit.note_each("tag_on", range(3), by=owner, kind="customer", values={"tag": "VIP"})
    answer = as_user(owner).post("/audit/export/?act=tag_on")
    translation.activate("zh-hans")  # what the thread speaks by the time that the lines are sent
    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("When,")
    assert lines[1].split(",")[3] == "Tagged"


def test_pages_of_the_audit_follow_each_other(as_user: LogIn, owner: User) -> None:
    audit.note_each("tag_on", range(60), by=owner, kind="customer")
    browser = as_user(owner)
    first, third = (browser.get(f"/audit/?act=tag_on&page={page}").content.decode() for page in (1, 3))
    assert first.count("<tr>") == 1 + 25
    assert third.count("<tr>") == 1 + 10
    assert "page=2" in first
    assert "page=4" not in third


@pytest.mark.django_db
@pytest.mark.parametrize("values", [{"tag": 'a "b" %s'}, None])
def test_many_are_noted_in_one_statement_each_found_by_its_own(
    owner: User, values: dict[str, str] | None, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    audit.note("tag_on", by=owner, kind="customer", record=1)
    with django_assert_max_num_queries(6):
        audit.note_each("tag_on", range(2, 2002), by=owner, kind="customer", fields=["tag"], values=values)
    entry = AuditEntry.objects.get(kind="customer", record="1999")
    assert (entry.by, entry.act, entry.fields, entry.acting_as) == (owner, "tag_on", ["tag"], None)
    assert AuditValues.objects.filter(entry__act="tag_on").count() == (2000 if values else 0)
    assert values is None or entry.kept.values == values
