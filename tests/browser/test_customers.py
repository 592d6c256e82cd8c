"""A morning with the list: narrow it, sort it, tag from it and take that back, keep it as a view; without a reload."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.xdist_group("browser")


def test_the_list_is_narrowed_sorted_and_gone_back_from(visit: object) -> None:
    visitor = visit(language="en")  # type: ignore[operator]
    page = visitor.page
    page.goto(visitor.site.url + "/customers/")
    page.evaluate("window.kept = true")
    page.select_option("#filter-tier", "A")
    page.wait_for_url(re.compile(r"/customers/\?tier=A$"))
    page.get_by_role("link", name="Value at risk").click()
    page.wait_for_url(re.compile(r"sort=-value_at_risk"))
    page.wait_for_selector("th[aria-sort=descending]")
    risks = page.locator("td[data-label='Value at risk']").all_inner_texts()
    amounts = [float(re.sub(r"[^\d.]", "", text)) for text in risks if text != "—"]
    assert amounts == sorted(amounts, reverse=True)
    page.go_back()
    page.wait_for_url(re.compile(r"/customers/\?tier=A$"))
    page.wait_for_selector("th[aria-sort=descending] >> text=Lifetime value")
    assert page.evaluate("window.kept"), "only the list was exchanged"
    assert visitor.troubles == []


def test_a_household_is_found_as_one_types_its_number(visit: object) -> None:
    visitor = visit(language="en")  # type: ignore[operator]
    page = visitor.page
    page.goto(visitor.site.url + "/customers/")
    key = page.locator("tbody th small, tbody th a").first.inner_text()
    page.keyboard.press("/")
    page.keyboard.type(key)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"\?q="))
    page.wait_for_selector("[role=status] >> text=customers")
    assert key in page.locator("tbody").inner_text()


def test_a_tag_is_put_on_those_ticked_and_taken_back(visit: object) -> None:
    visitor = visit(language="en", who="colleague")  # type: ignore[operator]
    page = visitor.page
    page.goto(visitor.site.url + "/customers/?columns=tier,tags")
    for place in (0, 1):
        page.locator("tbody input[name=ids]").nth(place).check()
    page.locator("summary[aria-label='Tag the selected customers']").click()
    page.fill("#bulk-tag", "Call today")
    page.keyboard.press("Enter")
    page.wait_for_selector("#toasts >> text=Tagged")
    assert page.locator("td[data-label=Tags] >> text=Call today").count() == 2
    visitor.look("customers-tagged")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    page.wait_for_selector("#toasts >> text=Removed")
    assert page.locator("td[data-label=Tags] >> text=Call today").count() == 0


def test_a_list_is_kept_as_a_view_with_its_columns(visit: object) -> None:
    visitor = visit(language="en", who="manager")  # type: ignore[operator]
    page = visitor.page
    page.goto(visitor.site.url + "/customers/?tier=B")
    page.locator("[data-dialog=columns]").click()
    page.locator("#column-purchases").check()
    page.get_by_role("button", name="Apply").click()
    page.wait_for_selector("td[data-label=Purchases]")
    page.locator("[data-dialog=views]").click()
    page.fill("#view-name", "Buyers of B")
    page.get_by_role("button", name="Save view").click()
    page.wait_for_selector("nav.tabs a[aria-current] >> text=Buyers of B")
    visitor.look("customers-view")
    assert page.locator("td[data-label=Purchases]").count() > 0
    page.locator("[data-dialog=views]").click()
    page.get_by_role("button", name="Delete the view").click()
    page.wait_for_selector("#toasts >> text=deleted")
    assert page.locator("nav.tabs").count() == 0


def test_a_figure_says_why_on_demand(visit: object) -> None:
    visitor = visit(language="en")  # type: ignore[operator]
    page = visitor.page
    page.goto(visitor.site.url + "/customers/")
    page.locator("tbody th a").first.click()
    page.wait_for_selector(".tiles")
    page.locator(".tile .why summary").first.click()
    assert page.locator(".tile .why[open] .formula").inner_text().startswith("expected purchases")
    visitor.look("customer-why")
