"""Cards as people work on them: looked at in both sizes and themes, edited in place, two at once, many at once."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.xdist_group("browser")

LOOKS = [
    ("desktop", "light", "zh-hans"),
    ("desktop", "dark", "en"),
    ("phone", "light", "zh-hant"),
    ("phone", "dark", "zh-hans"),
]
_CARDS = """
from datetime import date
from shuke.crm.customers.card_templates import lay, shipped
from shuke.crm.customers.links import link
from shuke.crm.customers.models import Customer, Section, Tag
from shuke.crm.customers.writes import tag
from shuke.crm.customers.writes_of_cards import change, create_card, write_entry
from shuke.crm.people.models import User
owner = User.objects.get(username="owner")
if not Customer.objects.filter(key="li").exists():
    lay(template=next(found for found in shipped() if found.code == "car_dealership"), by=owner)
    values = {"plate_number": "沪A12345", "budget": 35000000, "vip": True, "purchase_focus": ["price", "space"]}
    li = create_card(name="李雷", key="li", phone="+8613800138000", values=values, by=owner)
    home = create_card(name="李家", key="li-home", kind="household", by=owner)
    link(customer=home, other=li, role="member", by=owner)
    link(customer=home, other=Customer.objects.exclude(key__startswith="li").first(), role="member", by=owner)
    for code, said in (("competitors", {"competitor_model": "X3", "competitor_approval": "空间"}),
                       ("follow_up", {"follow_up_grade": "a", "follow_up_note": "下周试驾"})):
        write_entry(customer=li, section=Section.objects.get(code=code), values=said, on=date(2026, 1, 5), by=owner)
    tag(customers=[li.pk], name="重点", by=owner, colour="amber")
"""


@pytest.fixture(scope="session")
def cards(site: object) -> None:
    """A dealer's card, a household and a customer with a history."""
    site.manage("shell", "-v0", "-c", _CARDS)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("size", "theme", "language"), LOOKS)
def test_the_pages_of_cards_are_sound(visit: object, cards: None, size: str, theme: str, language: str) -> None:
    visitor = visit(size, theme, language)  # type: ignore[operator]
    for name, path in {
        "card-of-a-dealer": "/customers/li/",
        "card-of-a-household": "/customers/li-home/",
        "card-edit": "/customers/li/edit/",
        "card-entry": "/customers/li/entries/competitors/",
        "card-history": "/customers/li/history/",
        "card-new": "/customers/-/new/",
        "card-arrange": "/customers/-/card/",
        "card-field-list": "/customers/?columns=f.plate_number,f.budget&f.vip=yes",
    }.items():
        visitor.check_page(path, name)
    for name, opener in {
        "card-field": "tbody th a",
        "card-field-add": ".panel-head a[href$='/add/']",
        "card-section": ".panel-head a[href*='/section/']:not([href$='/add/'])",
        "card-section-add": ".top-actions a",
    }.items():
        visitor.page.goto(visitor.site.url + "/customers/-/card/")
        visitor.page.locator(opener).first.click()
        visitor.page.wait_for_selector("#id_label_zh_hans")
        visitor.look(name)
    visitor.page.goto(visitor.site.url + "/customers/li/")
    visitor.page.locator(".entries a").first.click()
    visitor.page.wait_for_selector("#id_on")
    visitor.look("card-entry-edit")


def test_a_value_is_edited_where_it_stands(visit: object, cards: None) -> None:
    visitor = visit(language="en", who="colleague")  # type: ignore[operator]
    page = visitor.page
    page.goto(visitor.site.url + "/customers/li/")
    page.evaluate("window.kept = true")
    page.locator("#value-plate_number a").click()
    page.wait_for_selector("#id_plate_number:focus")
    visitor.look("card-in-place")
    page.keyboard.type("沪B99999")
    page.keyboard.press("Escape")
    page.wait_for_selector("#value-plate_number a >> text=沪A12345")
    page.locator("#value-plate_number a").click()
    page.wait_for_selector("#id_plate_number:focus")
    page.keyboard.type("沪B99999")
    page.keyboard.press("Enter")
    page.wait_for_selector("#value-plate_number a >> text=沪B99999")
    page.locator("#value-vip a").click()
    page.wait_for_selector("#id_vip:focus")
    page.select_option("#id_vip", "no")
    page.locator("h1").click()
    page.wait_for_selector("#value-vip a >> text=No")
    assert page.evaluate("window.kept"), "the page was not left"
    visitor.look("card-edited")
    page.locator("#toasts").get_by_role("button", name="Undo").last.click()
    page.wait_for_selector("#value-vip a >> text=Yes")


def test_what_is_wrong_stands_beside_the_field(visit: object, cards: None) -> None:
    visitor = visit(language="en", who="colleague")  # type: ignore[operator]
    page = visitor.page
    page.goto(visitor.site.url + "/customers/li/")
    page.locator("#value-phone a").click()
    page.wait_for_selector("#id_phone:focus")
    page.keyboard.type("12345")
    page.keyboard.press("Enter")
    page.wait_for_selector("#value-phone .errors >> text=no phone number")
    assert page.input_value("#id_phone") == "12345"
    visitor.troubles.clear()  # 422 is how the server says so
    visitor.look("card-refused")


def test_two_who_edit_one_field_choose_and_lose_nothing(visit: object, cards: None) -> None:
    first, second = visit(language="en", who="owner"), visit(language="en", who="manager")  # type: ignore[operator]
    for visitor in (first, second):
        visitor.page.goto(visitor.site.url + "/customers/li/")
        visitor.page.locator("details.folded:has(#value-email) > summary").click()
        visitor.page.locator("#value-email a").click()
        visitor.page.wait_for_selector("#id_email:focus")
    for visitor, mail in ((first, "one@example.com"), (second, "two@example.com")):
        visitor.page.keyboard.type(mail)
        visitor.page.keyboard.press("Enter")
    first.page.wait_for_selector("#value-email a >> text=one@example.com")
    second.page.wait_for_selector("dialog[open] >> text=one@example.com")
    second.troubles.clear()
    second.look("card-conflict")
    second.page.get_by_role("button", name="Save as chosen").click()
    second.page.wait_for_selector("#value-email a >> text=two@example.com")


def test_many_are_changed_from_the_list_and_put_back(visit: object, cards: None) -> None:
    visitor = visit(language="en", who="colleague")  # type: ignore[operator]
    page = visitor.page
    page.goto(visitor.site.url + "/customers/?columns=tier,f.source")
    for place in (0, 1):
        page.locator("tbody input[name=ids]").nth(place).check()
    page.get_by_role("button", name="Edit the selected customers").click()
    page.wait_for_selector("#bulk-field")
    page.select_option("#bulk-field", "source")
    page.wait_for_selector("#id_source")
    visitor.look("bulk")
    page.select_option("#id_source", "referral")
    page.get_by_role("button", name="Change").click()
    page.wait_for_selector("#toasts >> text=Changed 2 customers")
    undo = page.locator("#toasts form").get_attribute("action")
    page.goto(visitor.site.url + undo.removesuffix("undo/"))
    visitor.look("act")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_selector("#toasts >> text=Put 2 customers back")
    page.goto(visitor.site.url + "/customers/?columns=tier,f.source&f.source=referral")
    assert page.locator("td[data-label='Source channel']").count() == 0


def test_the_list_is_filtered_by_fields(visit: object, cards: None) -> None:
    visitor = visit("desktop", "dark", "en")  # type: ignore[operator]
    page = visitor.page
    page.goto(visitor.site.url + "/customers/")
    page.locator("[data-dialog=card-fields]").click()
    page.locator("[name='f.budget.from']").fill("100000")
    visitor.look("card-filters")
    page.locator("#card-fields").get_by_role("button", name="Apply").click()
    page.wait_for_selector("tbody th >> text=李雷")
    assert page.locator("tbody tr").count() == 1
