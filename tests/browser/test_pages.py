"""Every page there is to look at, in both sizes and themes, the languages in turn; and the keys of the shell."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.xdist_group("browser")

LOOKS = [
    ("desktop", "light", "zh-hans"),
    ("desktop", "dark", "en"),
    ("phone", "light", "zh-hant"),
    ("phone", "dark", "zh-hans"),
]
PAGES = {
    "overview": "/",
    "customers": "/customers/",
    "customers-filtered": "/customers/?tier=A&sort=-clv",
    "customers-nobody": "/customers/?q=nobody-of-this-name",
    "data": "/data/",
    "runs": "/runs/",
    "jobs": "/jobs/",
    "profile": "/profile/",
    "password": "/profile/password/",
    "people": "/people/",
    "people-add": "/people/add/",
    "palette-page": "/palette/?q=a",
    "style-guide": "/style/",
}


@pytest.mark.parametrize(("size", "theme", "language"), LOOKS)
def test_the_log_in_page_is_sound(visit: object, size: str, theme: str, language: str) -> None:
    visit(size, theme, language, who="").check_page("/log-in/", "log-in")  # type: ignore[operator]


@pytest.mark.parametrize(("size", "theme", "language"), LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound(visit: object, name: str, size: str, theme: str, language: str) -> None:
    visit(size, theme, language).check_page(PAGES[name], name)  # type: ignore[operator]


@pytest.mark.parametrize(("size", "theme", "language"), LOOKS)
def test_the_card_of_a_customer_is_sound(visit: object, size: str, theme: str, language: str) -> None:
    visitor = visit(size, theme, language)  # type: ignore[operator]
    visitor.page.goto(visitor.site.url + "/customers/")
    address = visitor.page.locator("#content table a[href^='/customers/']").first.get_attribute("href")
    visitor.check_page(address, "customer")


@pytest.mark.parametrize(("size", "theme", "language"), LOOKS)
def test_a_run_and_the_comparison_of_two_are_sound(visit: object, size: str, theme: str, language: str) -> None:
    visitor = visit(size, theme, language)  # type: ignore[operator]
    visitor.check_page("/runs/run-demo-20171231/", "run")
    visitor.check_page("/runs/compare/?first=run-demo-20170930&second=run-demo-20171231", "runs-compare")


def test_an_address_that_is_not_there_shows_a_page_with_a_way_on(visit: object) -> None:
    visitor = visit()  # type: ignore[operator]
    answer = visitor.page.goto(visitor.site.url + "/no-such-page/")
    assert answer.status == 404
    visitor.troubles.clear()
    visitor.look("not-found")


def test_a_desktop_shows_twenty_one_customers_at_once(visit: object) -> None:
    visitor = visit()  # type: ignore[operator]
    visitor.page.goto(visitor.site.url + "/customers/")
    whole = "rows => rows.filter(row => row.getBoundingClientRect().bottom <= innerHeight).length"
    assert visitor.page.locator("#content tbody tr").evaluate_all(whole) >= 21


def test_ctrl_k_goes_anywhere_by_keyboard(visit: object) -> None:
    visitor = visit(language="en")  # type: ignore[operator]
    page = visitor.page
    page.goto(visitor.site.url + "/profile/")
    page.keyboard.press("Control+k")
    page.keyboard.type("job")
    page.wait_for_selector("#palette-results a")
    visitor.look("palette-open")
    page.keyboard.press("Enter")
    page.wait_for_url("**/jobs/")


def test_a_question_mark_shows_the_keys(visit: object) -> None:
    visitor = visit("desktop", "dark", "en")  # type: ignore[operator]
    visitor.page.goto(visitor.site.url + "/jobs/")
    visitor.page.keyboard.press("?")
    visitor.page.wait_for_selector("dialog#keys[open]")
    visitor.look("keys-open")


def test_two_keys_one_after_the_other_go_to_a_page(visit: object) -> None:
    visitor = visit(language="en")  # type: ignore[operator]
    visitor.page.goto(visitor.site.url + "/profile/")
    visitor.page.keyboard.press("g")
    visitor.page.keyboard.press("j")
    visitor.page.wait_for_url("**/jobs/")


def test_a_language_is_chosen_from_the_menu_and_stays(visit: object) -> None:
    visitor = visit(who="colleague", language="en")  # type: ignore[operator]
    page = visitor.page
    page.goto(visitor.site.url + "/jobs/")
    page.locator("details.menu summary").first.click()
    page.locator("button[name=language][value=zh-hant]").click()
    page.wait_for_function("document.documentElement.lang === 'zh-Hant'")
    assert page.url.endswith("/jobs/")
