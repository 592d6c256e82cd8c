"""Duplicates looked for, compared side by side, merged and parted: looked at in both sizes and themes."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.xdist_group("browser")

_TWINS = """
from shuke.crm.customers.card_templates import lay, shipped
from shuke.crm.customers.models import Customer
from shuke.crm.customers.writes import tag
from shuke.crm.customers.writes_of_cards import create_card, set_trait
from shuke.crm.merging.writes import merge
from shuke.crm.merging.writes_of_pairs import Offer, offer
from shuke.crm.people.models import User
owner = User.objects.get(username="owner")
if not Customer.objects.filter(key="twin-1").exists():
    lay(template=next(found for found in shipped() if found.code == "car_dealership"), by=owner)
    made = {}
    for key, name, phone, email, values in (
        ("twin-1", "王芳", "+8613800138000", "wangfang@example.com", {"plate_number": "沪A12345", "budget": 35000000}),
        ("twin-2", "王方", "+8613800138000", "", {"plate_number": "沪A12345", "budget": 40000000, "vip": True}),
        ("twin-3", "张伟", "+8613900139000", "", {}),
        ("twin-4", "张伟", "+8613900139000", "zw@example.com", {}),
    ):
        made[key] = create_card(name=name, key=key, phone=phone, email=email, values=values, by=owner).pk
    tag(customers=[made["twin-2"]], name="重点", by=owner)
    set_trait(customer=made["twin-2"], label="爱好", value="高尔夫", by=owner)
    offer(offers=[Offer(made["twin-1"], made["twin-2"], 12.4, [("phone", 19.6), ("sound", 9.1), ("birthday", -4.3)]),
                  Offer(made["twin-1"], made["twin-3"], 2.1, [("tail", 8.2)])], search="s")
    merge(survivor=made["twin-3"], others=[made["twin-4"]], by=owner)
from shuke.crm.merging.models import Merge
print(Merge.objects.get().pk)
"""


@pytest.fixture(scope="session")
def merge_id(site: object) -> int:
    """Two cards of one customer, and a pair that was merged."""
    return int(site.manage("shell", "-v0", "-c", _TWINS).splitlines()[-1])  # type: ignore[attr-defined]


def test_the_pages_of_duplicates_are_sound(visit: object, merge_id: int, size: str, theme: str, language: str) -> None:
    visitor = visit(size, theme, language)  # type: ignore[operator]
    for name, path in {
        "duplicates": "/customers/-/duplicates/",
        "duplicates-apart": "/customers/-/duplicates/?show=different",
        "merge-side-by-side": "/customers/-/merge/?card=twin-1&card=twin-2",
        "merge-find": "/customers/-/merge/?card=twin-1",
        "merge": f"/customers/-/merge/{merge_id}/",
        "card-merged": "/customers/twin-3/",
    }.items():
        visitor.check_page(path, name)


def test_two_cards_are_merged_and_the_message_parts_them(visit: object, merge_id: int) -> None:
    visitor = visit(language="en", who="owner")  # type: ignore[operator]
    page = visitor.page
    page.goto(visitor.site.url + "/customers/-/duplicates/")
    page.get_by_role("link", name="Compare side by side").first.click()
    page.get_by_label("Name of twin-2: 王方").check()
    page.get_by_role("button", name="Merge").click()
    page.wait_for_url("**/customers/twin-1/")
    page.wait_for_selector("h1 >> text=王方")
    visitor.look("card-just-merged")
    page.locator("#toasts").get_by_role("button", name="Undo").last.click()
    page.wait_for_selector("text=just as it was", state="detached")
    page.goto(visitor.site.url + "/customers/twin-2/")
    page.wait_for_selector("h1 >> text=王方")
    page.goto(visitor.site.url + "/customers/twin-1/")
    page.wait_for_selector("h1 >> text=王芳")
