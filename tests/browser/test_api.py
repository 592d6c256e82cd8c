"""A token is made on its page, shown once, used, and revoked; the reference opens its operations."""

from __future__ import annotations

from typing import Any

import pytest

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="missing part: axe-playwright-python")
pytestmark = pytest.mark.xdist_group("browser")


@pytest.mark.parametrize(("size", "theme", "language"), [("desktop", "light", "en"), ("phone", "dark", "zh-hant")])
def test_a_token_is_made_shown_once_used_and_revoked(visit: Any, size: str, theme: str, language: str) -> None:
    visitor = visit(size, theme, language)
    page, url = visitor.page, visitor.site.url
    page.goto(url + "/profile/tokens/")
    page.fill("[name=name]", "Shop sync")
    page.locator("#content form .button.primary").click()
    page.wait_for_selector("pre")
    secret = page.locator("pre").first.inner_text()
    visitor.look("token-made")
    asked = {"Authorization": f"Bearer {secret}"}
    assert page.request.get(url + "/api/v1/customers?limit=1", headers=asked).json()["items"][0]["key"]
    page.goto(url + "/profile/tokens/")
    assert secret not in page.content()
    visitor.look("tokens-one")
    page.locator("form[action*='revoke'] button").first.click()
    page.wait_for_load_state()
    assert page.request.get(url + "/api/v1/me", headers=asked).status == 401


@pytest.mark.parametrize(("size", "theme", "language"), [("desktop", "light", "zh-hans"), ("phone", "dark", "en")])
def test_the_reference_opens_an_operation(visit: Any, size: str, theme: str, language: str) -> None:
    visitor = visit(size, theme, language)
    visitor.page.goto(visitor.site.url + "/api/#change_customer")
    visitor.page.locator("#change_customer summary").click()
    visitor.page.locator("#change_customer").scroll_into_view_if_needed()
    visitor.look("api-operation")
