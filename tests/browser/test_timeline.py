"""The timeline in Chromium: written on by keyboard, read on a phone."""

from __future__ import annotations

from itertools import product

import pytest

pytestmark = pytest.mark.xdist_group("browser")
TIMELINE = "/customers/1/timeline/"


@pytest.mark.parametrize(
    ("size", "theme", "language"),
    [*product(["desktop", "phone"], ["light", "dark"], ["zh-hans"]), ("desktop", "light", "en"),
     ("phone", "dark", "zh-hant")],
)  # fmt: skip
def test_the_timeline_is_whole_in_every_look(visit, size: str, theme: str, language: str) -> None:
    there = visit(size, theme, language)
    there.check_page(TIMELINE, "timeline")
    there.page.locator(".touch-add > summary").click()
    there.look("timeline-add")
    there.check_page("/mentions/")


def begin_note(there, customer: int, text: str) -> None:
    """By keyboard alone, on a customer's page."""
    there.page.goto(f"{there.site.url}/customers/{customer}/")
    there.page.wait_for_selector("#timeline")
    there.page.keyboard.press("n")
    there.page.keyboard.type(text)


def test_a_note_is_written_by_keyboard_alone_and_named_colleagues_find_it(visit) -> None:
    there = visit(language="en")
    begin_note(there, 2, "Please see @man")
    there.page.wait_for_selector(".touch-names li")
    there.look("timeline-names")
    there.page.keyboard.press("Enter")
    assert there.page.input_value("#touch_text") == "Please see @manager "
    there.page.keyboard.press("Control+Enter")
    there.page.wait_for_selector("#timeline .touch-text strong")
    there.page.wait_for_selector("#toasts .toast")
    there.look("timeline-written")
    theirs = visit(who="manager", language="en")
    theirs.check_page("/mentions/", "mentions-some")
    theirs.page.locator(".touch-open button").first.click()
    theirs.page.wait_for_selector(".event-here")
    theirs.look("timeline-entry")


def test_earlier_entries_come_without_leaving_the_page(visit) -> None:
    there = visit(language="en")
    there.page.goto(f"{there.site.url}{TIMELINE}")
    before = there.page.locator("#timeline .event").count()
    there.page.locator(".touch-more a").click()
    there.page.locator("#timeline .event").nth(before).wait_for()
    ids = there.page.eval_on_selector_all("#timeline .event", "all => all.map(one => one.id)")
    assert len(ids) == len(set(ids))
    assert there.page.url.endswith(TIMELINE)


def test_what_is_refused_stands_in_the_form_and_is_mended_there(visit) -> None:
    there = visit(language="en")
    there.page.goto(f"{there.site.url}{TIMELINE}")
    there.page.locator(".touch-add > summary").click()
    there.page.fill("#touch_text", "Long talk")
    there.page.set_input_files(
        "#touch_files", [{"name": "x.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"}]
    )
    there.page.locator(".touch-add > form button.primary").click()
    there.page.wait_for_selector(".touch-add .notice.bad")
    assert there.page.input_value("#touch_text") == "Long talk"
    assert all("422" in trouble for trouble in there.troubles)
    there.troubles.clear()
    there.look("timeline-refused")


def test_a_note_survives_the_end_of_the_log_in_and_is_sent_after_the_next(visit) -> None:
    there = visit(language="en")
    begin_note(there, 3, "Written before the session ended")
    there.page.context.clear_cookies(name="sessionid")
    for _ in range(2):
        there.page.keyboard.press("Control+Enter")
        there.page.wait_for_selector("#signed-out")
    assert there.page.locator("#signed-out").count() == 1
    assert there.page.input_value("#touch_text") == "Written before the session ended"
    there.troubles.clear()
    there.look("signed-out")
    with there.page.context.expect_page() as opened:
        there.page.locator("#signed-out a").click()
    door = opened.value
    door.fill("[name=username]", "owner")
    door.fill("[name=password]", "owner-has-a-password")
    door.press("[name=password]", "Enter")
    door.wait_for_url(lambda url: url.endswith("/customers/3/"))
    there.page.focus("#touch_text")
    there.page.keyboard.press("Control+Enter")
    there.page.get_by_text("Written before the session ended").wait_for()
    assert there.page.locator("#signed-out").count() == 0
    assert there.page.locator("#touch_text").input_value() == ""
