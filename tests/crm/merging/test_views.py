"""The pages of duplicates and merges, as people go through them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from shuke.crm.customers.models import Customer
from shuke.crm.customers.writes_of_cards import change
from shuke.crm.jobs.models import Job
from shuke.crm.merging import reads
from shuke.crm.merging.models import Merge, Pair
from shuke.crm.merging.writes import merge
from shuke.crm.merging.writes_of_pairs import Offer, offer
from shuke.crm.people.models import Role, User
from shuke.crm.people.writes import add_user
from shuke.crm.privacy import erasing

Cards = dict[str, Customer]
Visit = Callable[[User], Client]


@pytest.fixture
def pair(cards: Cards) -> Pair:
    offer(offers=[Offer(cards["c1"].pk, cards["c2"].pk, 8.5, [("phone", 19.6), ("birthday", -4.3)])], search="s")
    return Pair.objects.get()


def test_pairs_are_listed_by_strength_each_with_why(cards: Cards, pair: Pair, owner: User, as_user: Visit) -> None:
    found = [
        Offer(cards["c1"].pk, cards["c2"].pk, 8.5, [("phone", 19.6), ("birthday", -4.3)]),
        Offer(cards["c3"].pk, cards["c4"].pk, 20.0, [("email", 19.6), ("name", 8.0)]),
    ]
    assert offer(offers=found, search="s2") == 2
    page = as_user(owner).get(reverse("merging:list"))
    assert [line.pair.weight for line, _ in page.context["lines"]] == [20.0, 8.5]
    text = page.content.decode()
    for said in ("e-mail", "+19.6", "birthday: differs", "−4.3", "Very likely", "&gt;99%"):
        assert said in text


def test_who_masks_contacts_sees_them_masked_side_by_side(cards: Cards, owner: User, as_user: Visit) -> None:
    change(customer=cards["c1"].pk, values={"phone": "+8613800138000"}, by=owner)
    scopes = dict.fromkeys(("read", "write", "delete"), "all")
    Role.objects.create(code="keeper", names={"en": "Keeper"}, rights=["see", "tag"], scopes={"customers": scopes})
    keeper = add_user(username="keeper", password="keeper-has-a-password", name="K", role="keeper", language="en")
    page = as_user(keeper).get(reverse("merging:merge") + "?card=c1&card=c2").content.decode()
    assert "138****8000" in page
    assert "13800138000" not in page
    assert "138 0013 8000" not in page


def test_those_told_apart_are_asked_about_no_more_whatever_a_search_finds(
    cards: Cards, pair: Pair, owner: User, as_user: Visit
) -> None:
    browser = as_user(owner)
    browser.post(reverse("merging:tell_apart", args=[pair.pk]))
    again = [Offer(pair.one_id, pair.two_id, 30.0, [("phone", 19.6)])]
    assert offer(offers=again, search="s3") == 0
    assert list(reads.pairs(owner)) == []
    page = browser.get(reverse("merging:list") + "?show=different")
    assert [line.pair.pk for line, _ in page.context["lines"]] == [pair.pk]
    browser.post(reverse("merging:doubt_again", args=[pair.pk]))
    assert [found.pk for found in reads.pairs(owner)] == [pair.pk]


def test_a_pair_is_shown_only_to_who_may_change_both(
    cards: Cards, pair: Pair, owner: User, stranger: User, as_user: Visit
) -> None:
    Customer.objects.filter(key="c1").update(owner=stranger)
    Customer.objects.filter(key="c2").update(owner=owner)
    assert list(reads.pairs(stranger)) == []
    assert as_user(stranger).post(reverse("merging:tell_apart", args=[pair.pk])).status_code == 404
    Customer.objects.filter(key="c2").update(owner=stranger)
    assert [found.pk for found in reads.pairs(stranger)] == [pair.pk]
    page = as_user(stranger).get(reverse("merging:list")).content.decode()
    assert reverse("merging:merge") not in page, "who may not delete cards cannot merge them"


def test_cards_are_merged_side_by_side_and_parted_on_the_page_of_the_merge(
    cards: Cards, owner: User, as_user: Visit
) -> None:
    browser, address = as_user(owner), reverse("merging:merge") + "?card=c1&card=c2"
    page = browser.get(address)
    assert {row.code: row.differs for row in page.context["rows"]} == {"name": True}
    one, two = cards["c1"], cards["c2"]
    answer = browser.post(address, {"survivor": two.pk, "of.name": one.pk})
    assert answer["Location"] == reverse("customers:card", args=["c2"])
    done = Merge.objects.get()
    assert (done.survivor.key, done.survivor.name) == ("c2", "王芳")
    assert browser.get(reverse("customers:card", args=["c1"]))["Location"] == reverse("customers:card", args=["c2"])
    card = browser.get(reverse("customers:card", args=["c2"])).content.decode()
    assert "From the next run on the value counts both" in card
    assert "just as it was" in browser.get(reverse("merging:show", args=[done.pk])).content.decode()
    browser.post(reverse("merging:part", args=[done.pk]))
    assert {card.key: card.name for card in Customer.objects.all()}["c2"] == "王方"
    assert browser.get(reverse("merging:show", args=[done.pk])).status_code == 200


def test_the_other_card_is_found_by_name_or_offered(cards: Cards, owner: User, as_user: Visit) -> None:
    browser = as_user(owner)
    page = browser.get(reverse("merging:merge") + "?card=c1")
    assert [one["customer"].key for one in page.context["alike"]] == ["c3"], "the same name, for a person to judge"
    found = browser.get(reverse("merging:merge") + "?card=c1&other=李雷")
    assert found["Location"].endswith("?card=c1&card=c4")
    assert browser.get(reverse("merging:merge") + "?card=c1&other=王芳").status_code == 422, "two have that name"
    picked = browser.post(reverse("merging:pick"), {"ids": [cards["c1"].pk, cards["c4"].pk]})
    assert picked["Location"].endswith("?card=c1&card=c4")


def test_a_search_is_a_job_for_who_may_change_all_cards(cards: Cards, owner: User, as_user: Visit) -> None:
    browser = as_user(owner)
    browser.post(reverse("merging:search"))
    assert Job.objects.get(kind="customers.duplicates").started_by == owner
    assert "Look for duplicate customers" in browser.get(reverse("merging:list")).content.decode()


def test_a_form_of_a_card_that_was_merged_meanwhile_is_not_written_over_the_survivor(
    cards: Cards, owner: User, as_user: Visit
) -> None:
    merge(survivor=cards["c1"].pk, others=[cards["c2"].pk], by=owner)
    browser = as_user(owner)
    answer = browser.post("/customers/c2/edit/", {"name": "王方", "kind": "person", "seen": "0"})
    assert (answer["Location"], Customer.objects.get(key="c1").name) == ("/customers/c1/", "王芳")
    assert "was merged into" in browser.get("/customers/c1/").content.decode()
    answer = browser.post("/customers/c2/field/name/", {"name": "王方", "seen": "0"}, headers={"HX-Request": "true"})
    assert (answer["HX-Redirect"], Customer.objects.get(key="c1").name) == ("/customers/c1/", "王芳")
    assert browser.get("/customers/c2/edit/").status_code == 200, "an old address leads on"


@pytest.mark.parametrize("at_once", [True, False])
def test_a_merge_that_is_sent_twice_is_done_once_and_leads_to_the_card(
    cards: Cards, owner: User, as_user: Visit, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    browser, address = as_user(owner), reverse("merging:merge") + "?card=c1&card=c2"
    sent = {"survivor": cards["c2"].pk, "of.name": cards["c1"].pk}
    browser.post(address, sent)
    if at_once:  # read before the other had ended
        monkeypatch.setattr(reads, "cards", lambda *_: [cards["c1"], cards["c2"]])
    page = browser.post(address, sent, follow=True)
    assert page.request["PATH_INFO"] == "/customers/c2/"
    assert "merged or erased meanwhile" in page.content.decode()
    assert Merge.objects.count() == 1


def test_a_merge_that_is_refused_shows_what_was_chosen(cards: Cards, owner: User, as_user: Visit) -> None:
    erasing.ask(customer=cards["c2"], asked=erasing.Asked("asked"), by=owner)
    address = reverse("merging:merge") + "?card=c1&card=c2"
    for chosen in ({"of.name": cards["c2"].pk}, {}):
        answer = as_user(owner).post(address, {"survivor": cards["c2"].pk, **chosen})
        assert answer.status_code == 422
        assert "is being erased" in answer.content.decode()
        assert answer.context["survivor"] == cards["c2"].pk
    kept = {row.code: [cell.card for cell in row.cells if cell.is_kept] for row in answer.context["rows"]}
    assert kept["name"] == [cards["c1"].pk]
    answer = as_user(owner).post(address, {"survivor": cards["c1"].pk, "of.name": cards["c2"].pk})
    kept = {row.code: [cell.card for cell in row.cells if cell.is_kept] for row in answer.context["rows"]}
    assert kept["name"] == [cards["c2"].pk]


def test_the_list_finds_who_is_left_by_the_key_of_the_card_that_was_merged(
    cards: Cards, owner: User, as_user: Visit
) -> None:
    merge(survivor=cards["c1"].pk, others=[cards["c2"].pk], chosen={}, by=owner)
    page = as_user(owner).get(reverse("customers:list"), {"q": "C2"})
    assert cards["c1"].display_name in page.content.decode()
    nobody = as_user(owner).get(reverse("customers:list"), {"q": "c29"})
    assert cards["c1"].display_name not in nobody.content.decode()
