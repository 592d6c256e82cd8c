"""Cards as people work on them: looked at in both sizes and themes, edited in place, two at once, many at once."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.xdist_group("browser")


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
        if visitor is first:  # two requests on their way at once may arrive in either order
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


def test_all_of_a_filtered_list_are_given_to_somebody_and_given_back(visit: object, cards: None) -> None:
    visitor = visit(language="en", who="manager")  # type: ignore[operator]
    page = visitor.page
    page.goto(visitor.site.url + "/customers/?q=李&columns=owner")
    page.locator("details:has(#bulk-to) > summary").click()
    page.select_option("#bulk-whom", "all")
    visitor.look("assign-all")
    page.locator("button[formaction$='/-/assign/']").click()
    page.wait_for_selector("#toasts >> text=is now responsible for")
    undo = page.locator("#toasts form").get_attribute("action")
    page.goto(visitor.site.url + undo.removesuffix("undo/"))
    visitor.look("assignment")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_selector("#toasts >> text=back with whom they had before")


def test_customers_are_ticked_and_tagged_on_a_phone(visit: object, cards: None) -> None:
    visitor = visit("phone", "light", "en", who="colleague")  # type: ignore[operator]
    page = visitor.page
    page.goto(visitor.site.url + "/customers/?columns=tier,tags")
    page.locator("tbody input[name=ids]").first.tap()
    page.locator("summary[aria-label='Tag the selected customers']").tap()
    page.fill("#bulk-tag", "On the way")
    visitor.look("phone-tagging")
    page.keyboard.press("Enter")
    page.wait_for_selector("#toasts >> text=Tagged")
    page.locator("#toasts").get_by_role("button", name="Undo").tap()
    page.wait_for_selector("#toasts >> text=Removed")


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
