"""Consent on the card and on the list, and erasing a customer, in Chromium."""

from __future__ import annotations

import os
from itertools import product

import pytest

pytestmark = pytest.mark.xdist_group("browser")
ALL_LOOKS = os.environ.get("LOOKS") == "all"
LOOKS = [*product(["desktop", "phone"], ["light", "dark"], ["zh-hans"]), ("desktop", "light", "en"),
         ("phone", "dark", "zh-hant")]  # fmt: skip


@pytest.mark.parametrize(("size", "theme", "language"), LOOKS if ALL_LOOKS else LOOKS[::3])
def test_the_pages_of_personal_data_are_whole_in_every_look(visit, size: str, theme: str, language: str) -> None:
    there = visit(size, theme, language)
    there.check_page("/customers/1/consents/", "consents")
    there.page.locator(".touch-add > summary").click()
    there.look("consents-add")
    there.check_page("/customers/3/erase/", "erase")
    there.check_page("/erasures/", "erasures-none")
    there.check_page("/customers/?columns=tier,consents,clv", "list-consents")


def test_consent_is_given_and_withdrawn_by_one_press_each(visit) -> None:
    there = visit(language="en")
    there.page.goto(f"{there.site.url}/customers/2/")
    there.page.wait_for_selector("#consents")
    for word in ("Given", "Withdrawn"):
        there.page.locator("#consents li form button").first.click()
        there.page.wait_for_selector(f"#consents li:first-child .badge:has-text('{word}')")
    there.look("consents-withdrawn")


def test_many_are_noted_from_the_list(visit) -> None:
    there = visit(language="en")
    there.page.goto(f"{there.site.url}/customers/")
    there.page.locator("tbody input[name=ids]").first.check()
    there.page.locator("button[formaction$='/-/consents/']").click()
    there.page.wait_for_selector("#consent_channel")
    there.look("consents-many")
    there.page.locator("button[name=apply]").click()
    there.page.wait_for_selector("#toasts .toast")


def test_a_customer_is_erased_for_good(visit) -> None:
    there = visit(language="en")
    there.page.goto(f"{there.site.url}/customers/7/erase/")
    name = there.page.locator("h1").inner_text().removeprefix("Erase ")
    there.page.fill("#erase_typed", "somebody else")
    there.page.locator("form button.danger").click()
    there.page.wait_for_selector(".field .error, .errors, [aria-invalid=true]")
    there.troubles.clear()
    there.look("erase-refused")
    there.page.fill("#erase_typed", name)
    there.page.locator("form button.danger").click()
    there.page.wait_for_url("**/erasures/*/")
    there.page.wait_for_selector(".notice.good", timeout=60_000)
    there.troubles[:] = [one for one in there.troubles if "net::ERR_ABORTED" not in one]  # the page loaded anew
    there.look("erasure-done")
    there.check_page("/erasures/", "erasures")
    there.check_page("/customers/7/", "erased-card", status=404)
