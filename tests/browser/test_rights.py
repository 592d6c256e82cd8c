"""The pages of rights to look at, and a passkey made and used through Chromium's own virtual authenticator."""

from __future__ import annotations

import re

import pytest

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="missing part: axe-playwright-python")
pytestmark = pytest.mark.xdist_group("browser")


def test_looking_as_a_colleague_shows_a_banner_and_refuses_forms(
    visit: object, size: str, theme: str, language: str
) -> None:
    visitor = visit(size, theme, language)  # type: ignore[operator]
    page = visitor.page
    page.goto(visitor.site.url + "/people/")
    page.locator("form[action$='/view-as/'] button").last.click()
    page.wait_for_url(visitor.site.url + "/")
    visitor.look("view-as")
    answer = page.request.post(visitor.site.url + "/profile/")
    assert answer.status == 403
    page.locator(".banner button").click()
    page.wait_for_url(visitor.site.url + "/")
    assert page.locator(".banner").count() == 0


def test_a_contact_is_uncovered_in_place(visit: object) -> None:
    visitor = visit(language="en", who="colleague")  # type: ignore[operator]
    page = visitor.page
    page.goto(visitor.site.url + "/customers/")
    address = page.locator("#content tbody a[href^='/customers/']").first.get_attribute("href")
    key = address.strip("/").split("/")[-1]
    visitor.site.manage(
        "shell", "-v0", "-c",
        "from shuke.crm.customers.writes import Card, keep; "
        f"keep(cards=[Card({key!r}, phone='13876548000', email='lily@example.com')])",
    )  # fmt: skip
    page.goto(visitor.site.url + address)
    assert "138****8000" in page.content()
    assert "13876548000" not in page.content()
    visitor.look("customer-masked")
    page.locator("#contact-phone button").click()
    page.wait_for_selector("#contact-phone a[href='tel:13876548000']")
    assert "lily@example.com" not in page.content()
    visitor.look("customer-uncovered")


def test_a_passkey_is_made_and_opens_the_door(browser: object, site: object) -> None:
    """At localhost: browsers give no passkey to a bare address."""
    url = site.url.replace("127.0.0.1", "localhost")  # type: ignore[attr-defined]
    site.manage(  # type: ignore[attr-defined]
        "shell", "-v0", "-c",
        "from shuke.crm.people.writes import add_user; "
        "add_user(username='keyed', password='keyed-has-a-password', name='Kay', language='en')",
    )  # fmt: skip
    context = browser.new_context(locale="en")  # type: ignore[attr-defined]
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
               "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def log_in() -> None:
        page.goto(f"{url}/log-in/")
        page.fill("[name=username]", "keyed")
        page.fill("[name=password]", "keyed-has-a-password")
        page.press("[name=password]", "Enter")

    log_in()
    page.wait_for_url(f"{url}/")
    page.goto(f"{url}/profile/security/")
    page.fill("#passkey-name", "office laptop")
    page.click("form[data-passkey=create] button")
    page.wait_for_selector("li code")
    codes = page.locator("li code").all_inner_texts()
    assert len(codes) == 10
    page.goto(f"{url}/profile/security/")
    assert "office laptop" in page.content()
    context.clear_cookies()
    log_in()
    page.wait_for_url(f"{url}/log-in/second/")
    found = axe.Axe().run(page).response["violations"]
    assert [one["id"] for one in found] == []
    page.click("form[data-passkey=get] button")
    page.wait_for_url(f"{url}/")
    context.clear_cookies()
    log_in()
    page.fill("[name=code]", codes[0])
    page.press("[name=code]", "Enter")
    page.wait_for_url(re.compile(rf"^{re.escape(url)}/$"))
    assert troubles == []
    context.close()
