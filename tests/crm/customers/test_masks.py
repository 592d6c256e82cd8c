"""Contacts masked: on every way they leave, with a search that does not give them away."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from shuke.crm.customers.assigning import reveal
from shuke.crm.customers.models import Customer
from shuke.crm.customers.reads import found
from shuke.crm.customers.writes import Card, keep
from shuke.crm.customers.writes_of_cards import change, version_of
from shuke.crm.customers.writes_of_fields import add_field, add_section
from shuke.crm.people.models import AuditEntry, Role, User

AsUser = Callable[[User], Client]
pytestmark = pytest.mark.django_db
PHONE, EMAIL = "13876548000", "lily@example.com"


@pytest.fixture
def lily() -> Customer:
    keep(cards=[Card("L-1", name="李莉", phone=PHONE, email=EMAIL)])
    return Customer.objects.get()


def hidden(page: str) -> bool:
    return "138****8000" in page and "l***@example.com" in page and PHONE not in page and EMAIL not in page


def test_card_and_list_show_contacts_masked_without_the_right(
    as_user: AsUser, lily: Customer, colleague: User, manager: User
) -> None:
    for path in ("/customers/L-1/", "/customers/?columns=phone,email"):
        assert hidden(as_user(colleague).get(path).content.decode()), path
        assert PHONE in as_user(manager).get(path).content.decode()


def test_an_export_is_masked_as_the_page_is(as_user: AsUser, lily: Customer, manager: User) -> None:
    scopes = {"customers": {"read": "all", "export": "all"}}
    Role.objects.create(code="clerk", rights=["see", "export"], scopes=scopes)
    User.objects.filter(pk=manager.pk).update(role="clerk")
    text = b"".join(as_user(manager).post("/customers/-/export/?columns=phone,email")).decode()
    assert hidden(text)


def test_a_reveal_shows_one_contact_and_is_noted(as_user: AsUser, lily: Customer, colleague: User) -> None:
    answer = as_user(colleague).post("/customers/-/reveal/L-1/", {"field": "phone"}, headers={"HX-Request": "true"})
    assert re.search(rf'href="tel:{PHONE}"', answer.content.decode())
    assert EMAIL not in answer.content.decode()
    entry = AuditEntry.objects.get(act="revealed")
    assert (entry.by, entry.kind, entry.record, entry.fields) == (colleague, "customer", str(lily.pk), ["phone"])
    assert not hasattr(entry, "kept"), "the number itself is not written down"


def test_who_may_not_uncover_sees_no_button_and_gets_nothing(as_user: AsUser, lily: Customer, colleague: User) -> None:
    Role.objects.create(code="clerk", rights=["see"], scopes={"customers": {"read": "all"}})
    User.objects.filter(pk=colleague.pk).update(role="clerk")
    browser = as_user(colleague)
    assert "/reveal/" not in browser.get("/customers/L-1/").content.decode()
    assert browser.post("/customers/-/reveal/L-1/", {"field": "phone"}).status_code == 403


def test_only_contacts_can_be_uncovered(lily: Customer, owner: User) -> None:
    with pytest.raises(PermissionDenied):
        reveal(customer=lily, field="key", by=owner)


def test_masked_numbers_are_found_by_their_end_or_in_full_and_not_digit_by_digit(
    lily: Customer, colleague: User, manager: User
) -> None:
    tails = [PHONE[-length:] for length in range(3, 12)]
    assert [bool(found(manager, tail)) for tail in tails] == [True] * 9
    assert [bool(found(colleague, tail)) for tail in tails] == [True, True] + [False] * 6 + [True]


def test_the_list_searches_masked_numbers_by_the_same_rule(as_user: AsUser, lily: Customer, colleague: User) -> None:
    browser = as_user(colleague)
    pages = {
        words: "/customers/L-1/" in browser.get(f"/customers/?q={words}").content.decode()
        for words in ("8000", "48000", PHONE)
    }
    assert pages == {"8000": True, "48000": False, PHONE: True}


def test_a_phone_on_the_card_is_masked_wherever_it_is_read(
    as_user: AsUser, lily: Customer, colleague: User, manager: User
) -> None:
    add_field(section=add_section(labels={"en": "More"}), type="phone", labels={"en": "Work"}, is_listed=True,
              is_searchable=True, code="work")  # fmt: skip
    change(customer=lily.pk, values={"work": "+8613911112222", "phone": "+8613876540000"}, by=manager)
    pages = ("/customers/L-1/", "/customers/L-1/edit/", "/customers/L-1/history/", "/customers/?columns=f.work,phone")
    browser, other = as_user(colleague), as_user(manager)
    for path in pages:
        page = browser.get(path).content.decode().replace(" ", "")
        assert "139****2222" in page, path
        assert "1111" not in page, path
        assert "87654" not in page, path
        assert "13911112222" in other.get(path).content.decode().replace(" ", ""), path
    for words in ("+8613911112222", "13911112222", "1391111", "139 1111 2", "8613911"):
        assert found(colleague, words) == [], words
        assert browser.get("/customers/", {"q": words}).content.decode().count("/customers/L-1/") == 0, words
    assert found(manager, "13911112222") == [lily]


def test_what_is_masked_and_left_alone_in_a_form_stays_as_it_is(
    as_user: AsUser, lily: Customer, colleague: User
) -> None:
    form = {"name": "李丽", "kind": "person", "phone": "138****8000", "email": "l***@example.com", "seen": "0"}
    assert as_user(colleague).post("/customers/L-1/edit/", form).status_code == 302
    lily.refresh_from_db()
    assert (lily.name, lily.phone, lily.email) == ("李丽", PHONE, EMAIL)
    form |= {"phone": "139 1111 2222", "seen": str(version_of(lily.pk))}
    assert as_user(colleague).post("/customers/L-1/edit/", form).status_code == 302
    lily.refresh_from_db()
    assert (lily.phone, lily.email) == ("+8613911112222", EMAIL)


def test_a_phone_among_the_fields_is_uncovered_like_any_and_noted(
    as_user: AsUser, lily: Customer, colleague: User
) -> None:
    section = add_section(labels={"en": "More"})
    for code, kind in (("work", "phone"), ("city", "text")):
        add_field(section=section, type=kind, labels={"en": code.title()}, code=code)
    change(customer=lily.pk, values={"work": "+8613911112222", "city": "杭州"}, by=None)
    browser = as_user(colleague)
    assert 'aria-label="Uncover Work (noted in the audit)"' in browser.get("/customers/L-1/").content.decode()
    answer = browser.post("/customers/-/reveal/L-1/", {"field": "work"}, headers={"HX-Request": "true"})
    assert 'href="tel:+8613911112222"' in answer.content.decode()
    assert AuditEntry.objects.get(act="revealed").fields == ["work"]
    for no_contact in ("city", "owner", "gone"):
        assert browser.post("/customers/-/reveal/L-1/", {"field": no_contact}).status_code == 403
