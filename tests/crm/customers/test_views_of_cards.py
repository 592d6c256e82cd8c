from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from shuke.crm.customers.card_templates import lay, shipped
from shuke.crm.customers.models import Change, Customer, Entry, Field, Kind, Link, Section, Tag
from shuke.crm.customers.writes import tag
from shuke.crm.customers.writes_of_cards import change, create_card, version_of, write_entry
from shuke.crm.customers.writes_of_fields import add_field, add_section
from shuke.crm.people.models import User

AsUser = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def city(db: None) -> Field:
    section = add_section(labels={"en": "Person"}, code="person")
    add_field(section=section, type="number", labels={"en": "Height"}, code="height")
    return add_field(
        section=section, type="text", labels={"zh-hans": "城市", "en": "City"}, code="city", is_listed=True
    )


@pytest.fixture
def li(city: Field, owner: User) -> Customer:
    return create_card(name="李雷", key="li", phone="+8613800138000", values={"city": "杭州"}, by=owner)


def text_of(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def test_the_card_shows_fields_links_and_history(li: Customer, as_user: AsUser, colleague: User, manager: User) -> None:
    page = text_of(as_user(colleague), "/customers/li/")
    assert re.search(r"City</dt><dd>.*杭州", page)
    assert "1 not filled in" in page
    assert "138****8000" in page
    assert "138 0013 8000" in text_of(as_user(manager), "/customers/li/")
    assert "Customer added" in page


def test_a_value_is_edited_in_place(li: Customer, as_user: AsUser, colleague: User) -> None:
    client, address = as_user(colleague), "/customers/li/field/city/"
    form = client.get(address, headers=HTMX).content.decode()
    seen = re.search(r'name="seen" value="(\d+)"', form)
    assert seen is not None
    answer = client.post(address, {"city": "上海", "seen": seen[1]}, headers=HTMX)
    assert "上海" in answer.content.decode()
    undo = re.search(r'action="(/customers/-/change/\d+/undo/)"', answer.content.decode())
    assert undo is not None
    client.post(undo[1])
    li.refresh_from_db()
    assert li.values == {"city": "杭州"}
    client.post(undo[1])
    assert "was not put back" in text_of(client, "/customers/li/")


def test_what_is_wrong_stands_beside_the_field_and_what_was_typed_stays(
    li: Customer, as_user: AsUser, colleague: User
) -> None:
    answer = as_user(colleague).post("/customers/li/field/height/", {"height": "tall", "seen": "0"}, headers=HTMX)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="tall"' in page
    assert "is no number" in page


def test_a_conflict_in_place_asks_and_keeps_both(li: Customer, as_user: AsUser, owner: User, colleague: User) -> None:
    client, seen = as_user(colleague), version_of(li.pk)
    change(customer=li.pk, values={"city": "上海"}, by=owner)
    answer = client.post("/customers/li/field/city/", {"city": "北京", "seen": seen}, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert all(word in page for word in ("杭州", "上海", "北京", "陈老板", "<dialog"))
    now = re.search(r'name="seen" value="(\d+)"', page)
    assert now is not None
    client.post("/customers/li/field/city/", {"city": "北京", "seen": now[1], "choice.city": "theirs"}, headers=HTMX)
    li.refresh_from_db()
    assert li.values["city"] == "上海"
    client.post("/customers/li/field/city/", {"city": "北京", "seen": now[1], "choice.city": "mine"}, headers=HTMX)
    li.refresh_from_db()
    assert li.values["city"] == "北京"


def test_without_script_a_value_leads_to_the_whole_card(li: Customer, as_user: AsUser, colleague: User) -> None:
    answer = as_user(colleague).get("/customers/li/field/city/")
    assert answer["Location"] == "/customers/li/edit/#id_city"


def whole(city: str, height: str, seen: int, **more: str) -> dict[str, str]:
    return {
        "name": "李雷", "kind": "person", "phone": "13800138000", "email": "", "city": city, "height": height,
        "seen": str(seen), **more,
    }  # fmt: skip


def test_the_whole_card_is_edited_and_a_conflict_chosen_field_by_field(
    li: Customer, as_user: AsUser, owner: User, colleague: User
) -> None:
    client, seen = as_user(colleague), version_of(li.pk)
    change(customer=li.pk, values={"city": "上海", "email": "li@example.com"}, by=owner)
    answer = client.post("/customers/li/edit/", whole("北京", "1.8", seen))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Mine: 北京" in page
    assert 'value="1.8"' in page, "what does not conflict is still in the form"
    assert 'value="l***@example.com"' in page, "and so is what the other wrote elsewhere"
    now = re.search(r'name="seen" value="(\d+)"', page)
    assert now is not None
    choice = {"choice.city": "theirs", "email": "li@example.com"}
    client.post("/customers/li/edit/", whole("北京", "1.8", int(now[1])) | choice)
    li.refresh_from_db()
    assert (li.values, li.email) == ({"city": "上海", "height": 1.8}, "li@example.com")


def test_a_new_customer_is_warned_of_and_then_made(li: Customer, as_user: AsUser, colleague: User) -> None:
    client = as_user(colleague)
    told = {"name": "韩梅梅", "kind": "person", "phone": "138-0013-8000", "email": "", "key": ""}
    answer = client.post("/customers/-/new/", told)
    assert answer.status_code == 422
    assert "The same: phone" in answer.content.decode()
    assert not Customer.objects.filter(name="韩梅梅").exists()
    client.post("/customers/-/new/", told | {"anyway": "1"})
    made = Customer.objects.get(name="韩梅梅")
    assert (made.phone, made.kind) == ("+8613800138000", Kind.PERSON)
    assert client.post("/customers/-/new/", told | {"key": "li", "phone": "", "name": "x"}).status_code == 422
    assert client.post("/customers/-/new/", {"kind": "person"}).status_code == 422


def test_an_entry_is_added_changed_and_removed(li: Customer, as_user: AsUser, colleague: User) -> None:
    log = add_section(labels={"en": "Competitors"}, repeats=True, code="competitors")
    add_field(section=log, type="text", labels={"en": "Point of resistance"}, code="resistance")
    client = as_user(colleague)
    assert client.post("/customers/li/entries/competitors/", {"resistance": "", "on": ""}).status_code == 422
    client.post("/customers/li/entries/competitors/", {"resistance": "油耗", "on": "2026-01-05"})
    assert "油耗" in text_of(client, "/customers/li/")
    entry = Entry.objects.get()
    assert 'value="油耗"' in text_of(client, f"/customers/-/entry/{entry.pk}/")
    client.post(f"/customers/-/entry/{entry.pk}/", {"resistance": "价格", "on": ""})
    assert Entry.objects.get().values == {"resistance": "价格"}
    client.post(f"/customers/-/entry/{entry.pk}/remove/")
    assert "Competitors: removed" in text_of(client, "/customers/li/history/")
    assert client.get(f"/customers/-/entry/{entry.pk}/").status_code == 404


def test_two_cards_are_linked_and_parted(li: Customer, as_user: AsUser, owner: User) -> None:
    create_card(name="韩梅梅", key="han", by=owner)
    client = as_user(owner)
    client.post("/customers/li/links/", {"role": "spouse", "other": "韩梅梅"})
    assert all("Spouse" in text_of(client, f"/customers/{key}/") for key in ("li", "han"))
    client.post(f"/customers/-/link/{Link.objects.get().pk}/remove/", {"next": "/customers/han/"})
    assert not Link.objects.exists()
    client.post("/customers/li/links/", {"role": "employer", "other": "han"})
    assert "is no organisation" in text_of(client, "/customers/li/")


def test_a_box_that_takes_a_customer_offers_those_found(li: Customer, as_user: AsUser, colleague: User) -> None:
    assert '<option value="li">李雷</option>' in text_of(as_user(colleague), "/customers/-/find/?q=lilei")


def test_a_trait_is_added_by_hand_with_its_origin(li: Customer, as_user: AsUser, colleague: User) -> None:
    as_user(colleague).post("/customers/li/traits/", {"label": "性格", "value": "爽快"})
    assert "by hand, Ana" in text_of(as_user(colleague), "/customers/li/")


def test_names_and_values_are_shown_as_they_are(li: Customer, as_user: AsUser, owner: User) -> None:
    change(customer=li.pk, values={"city": "<script>alert(1)</script>"}, by=owner)
    for page in ("/customers/li/", "/customers/li/edit/", "/customers/li/history/"):
        assert "<script>alert" not in text_of(as_user(owner), page)


def test_an_administrator_arranges_the_card(as_user: AsUser, owner: User, colleague: User) -> None:
    client = as_user(owner)
    client.post("/customers/-/card/section/", {"label_zh_hans": "爱好", "label_en": "Hobbies"})
    section = Section.objects.get()
    add = f"/customers/-/card/section/{section.pk}/add/"
    assert client.post(add, {"type": "choice", "label_en": "Sport"}).status_code == 422
    client.post(
        add, {"type": "choice", "label_en": "Sport", "choices": "ball = 球 | 球 | Ball\n骑行", "is_listed": "on"}
    )
    field = Field.objects.get()
    assert [choice["code"] for choice in field.choices] == ["ball", "qi_xing"]
    customer = create_card(name="x", key="x", by=owner, values={field.code: "ball"})
    refused = client.post(f"/customers/-/card/field/{field.pk}/", {"type": "number", "label_en": "Sport"})
    assert refused.status_code == 422
    assert "Put this field away" in refused.content.decode()
    client.post(f"/customers/-/card/field/{field.pk}/archive/")
    text_of(client, "/customers/-/card/")
    assert "Sport" not in text_of(client, f"/customers/{customer.key}/edit/")
    client.post(f"/customers/-/card/field/{field.pk}/archive/", {"back": "1"})
    assert "Sport" in text_of(client, f"/customers/{customer.key}/edit/")
    assert as_user(colleague).get("/customers/-/card/").status_code == 403
    assert as_user(colleague).post(add, {"type": "text", "label_en": "x"}).status_code == 403


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_every_template_is_laid_and_its_card_is_shown_and_edited(
    as_user: AsUser, owner: User, language: str, li: Customer
) -> None:
    owner.language = language
    owner.save()
    client = as_user(owner)
    for template in shipped():
        client.post(f"/customers/-/card/template/{template.code}/")
    assert client.post("/customers/-/card/template/nothing/").status_code == 404
    for page in ("/customers/-/card/", "/customers/li/", "/customers/li/edit/", "/customers/-/new/", "/customers/"):
        assert text_of(client, page)
    words = {"zh-hans": "抗拒点", "zh-hant": "抗拒點", "en": "Point of resistance"}
    assert words[language] in text_of(client, "/customers/li/entries/competitors/")


def test_what_is_owned_tells_its_age_of_today(li: Customer, as_user: AsUser, owner: User) -> None:
    lay(template=next(found for found in shipped() if found.code == "appliances"))
    owned = Section.objects.get(code="products_owned")
    bought = timezone.localdate() - timedelta(days=3 * 365 + 183)
    values = {"product_name": "Washing machine", "product_bought_on": bought.isoformat()}
    write_entry(customer=li, section=owned, values=values, on=None, by=owner)
    assert "3.5 years old" in text_of(as_user(owner), "/customers/li/")


def test_a_tag_has_a_colour(li: Customer, as_user: AsUser, owner: User) -> None:
    tag(customers=[li.pk], name="VIP", by=owner)
    client = as_user(owner)
    client.post(f"/customers/-/card/tag/{Tag.objects.get().pk}/", {"colour": "red"})
    assert 'class="tag tag-red"' in text_of(client, "/customers/li/")
    assert client.post(f"/customers/-/card/tag/{Tag.objects.get().pk}/", {"colour": "mauve"}).status_code == 404


def test_a_required_field_is_asked_of_a_new_customer(as_user: AsUser, owner: User) -> None:
    lay(template=shipped()[0])
    Field.objects.filter(code="gender").update(is_required=True)
    client = as_user(owner)
    refused = client.post("/customers/-/new/", {"name": "李雷", "kind": "person"})
    assert "must be filled in" in refused.content.decode()
    client.post("/customers/-/new/", {"name": "李雷", "kind": "person", "gender": "male"})
    assert Customer.objects.get().values == {"gender": "male"}
    assert Change.objects.get().field == "created"
