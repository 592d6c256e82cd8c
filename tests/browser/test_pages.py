"""Every page there is to look at, in both sizes and themes, the languages in turn; and the keys of the shell.

Each page is looked at on a desk and on a phone, once light and once dark, the next page the other way round; with
`LOOKS=all` (as `make browser` says) each in all four, which takes twice as long.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from shuke.ui.errors import server_error

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
    "customers-filtered": "/customers/?tier=A,B&stage=decline&risk=churn&sort=-clv",
    "customers-columns": "/customers/?columns=tier,why,tags,spend,purchases,created&size=100",
    "customers-nobody": "/customers/?q=nobody-of-this-name",
    "customer-at-risk": "/customers/2226/",
    "customer-first": "/customers/1023/",
    "customer-once": "/customers/10/",
    "purchases": "/customers/2226/purchases/",
    "purchases-chart": "/customers/2226/purchases/chart/",
    "forecast": "/customers/2226/forecast/",
    "standing": "/customers/2226/classes/",
    "timeline": "/customers/2226/timeline/",
    "timeline-entry": "/customers/1/timeline/touch-{touch}/",
    "timeline-edit": "/touches/{touch}/edit/",
    "mentions": "/mentions/",
    "data": "/data/",
    "upload": "/data/{upload}/",
    "classes": "/classes/",
    "class-pyramid": "/classes/pyramid/",
    "class-prospect": "/classes/prospect/",
    "class-rfm": "/classes/rfm/",
    "class-life-cycle": "/classes/life_cycle/",
    "class-rfm-alarm": "/classes/rfm_alarm/",
    "class-quadrant": "/classes/quadrant/",
    "class-type": "/classes/type/",
    "class-loyalty": "/classes/loyalty/",
    "class-satisfaction": "/classes/satisfaction/",
    "class-credit": "/classes/credit/",
    "class-stability": "/classes/stability/",
    "class-edit-type": "/classes/type/edit/",
    "class-edit-loyalty": "/classes/loyalty/edit/",
    "class-edit-pyramid": "/classes/pyramid/edit/",
    "class-edit-rfm": "/classes/rfm/edit/",
    "class-edit-life-cycle": "/classes/life_cycle/edit/",
    "lists": "/lists/",
    "lists-of-customer": "/customers/2226/lists/",
    "cohorts": "/cohorts/",
    "cohorts-quarters": "/cohorts/?by=quarter",
    "runs": "/runs/",
    "run": "/runs/run-demo-20171231/",
    "models": "/models/",
    "models-of-run": "/runs/run-demo-20170930/models/",
    "runs-compare": "/runs/compare/?run=run-demo-20170930&run=run-demo-20171231",
    "jobs": "/jobs/",
    "job": "/jobs/{job}/",
    "job-failed": "/jobs/{failed}/",
    "profile": "/profile/",
    "password": "/profile/password/",
    "tokens": "/profile/tokens/",
    "people-tokens": "/people/{user}/tokens/",
    "api": "/api/",
    "people": "/people/",
    "people-add": "/people/add/",
    "people-edit": "/people/{user}/",
    "people-teams": "/people/teams/",
    "people-team-add": "/people/teams/add/",
    "people-roles": "/people/roles/",
    "people-role-copy": "/people/roles/add/?copy=staff",
    "people-role-built-in": "/people/roles/1/",
    "security": "/profile/security/",
    "security-app": "/profile/security/app/",
    "audit": "/audit/",
    "audit-searched": "/audit/?act=log_in",
    "customers-mine": "/customers/?owner=mine&columns=owner,phone",
    "security-off": "/profile/security/off/",
    "people-team": "/people/teams/1/",
    "palette-page": "/palette/?q=a",
    "style-guide": "/style/",
}
ACTS = {
    "customers:export": {},
    "customers:tag": {},
    "customers:untag": {},
    "customers:save_view": {},
    "customers:delete_view": {"view_id": 1},
    "customers:archive_field": {"field_id": 1},
    "customers:archive_section": {"section_id": 1},
    "customers:bulk": {},
    "customers:colour_tag": {"tag_id": 1},
    "customers:lay_template": {"code": "retail"},
    "customers:link": {"key": "a"},
    "customers:move_field": {"field_id": 1},
    "customers:move_section": {"section_id": 1},
    "customers:remove_entry": {"entry_id": 1},
    "customers:set_trait": {"key": "a"},
    "customers:undo_act": {"act_id": 1},
    "customers:undo_change": {"change_id": 1},
    "customers:unlink": {"link_id": 1},
    "insight:columns": {"upload_id": 1},
    "insight:kind": {"upload_id": 1},
    "insight:costs": {},
    "insight:preview_class": {"code": "pyramid"},
    "insight:restore_class": {"code": "pyramid", "version": 1},
    "insight:import": {"upload_id": 1},
    "insight:discard": {"upload_id": 1},
    "insight:undo": {"import_id": "a"},
    "insight:scores": {"run_id": "a"},
    "jobs:cancel": {"job_id": 1},
    "jobs:again": {"job_id": 1},
    "customers:assign": {},
    "customers:undo_assign": {"assignment_id": 1},
    "customers:reveal": {"key": "a"},
    "timeline:add": {"key": "1"},
    "timeline:delete": {"touch_id": 1},
    "timeline:restore": {"touch_id": 1},
    "timeline:seen": {},
    "timeline:open": {"mention_id": 1},
    "people:log_out": {},
    "people:add_passkey": {},
    "people:remove_passkey": {"passkey_id": 1},
    "people:revoke_token": {"token_id": 1},
    "people:new_codes": {},
    "people:end_log_in": {"log_in_id": 1},
    "people:end_other_log_ins": {},
    "people:reset_factors": {"user_id": 1},
    "people:view_as": {"user_id": 1},
    "people:end_view_as": {},
    "people:delete_team": {"team_id": 1},
    "people:delete_role": {"role_id": 1},
    "people:export_audit": {},
    "people:language": {},
    "people:theme": {},
    "customers:consents": {},
    "lists:put_many": {},
    "lists:take_off": {"listed_id": 1},
    "merging:search": {},
    "merging:tell_apart": {"pair_id": 1},
    "merging:doubt_again": {"pair_id": 1},
    "merging:pick": {},
    "merging:part": {"merge_id": 1},
    "privacy:say": {"key": "1"},
    "privacy:take": {"key": "1"},
    "privacy:take_up": {"erasure_id": 1},
    "privacy:let_return": {},
}
"""Addresses that only take a form; what each wants to know."""
NO_PAGES = {
    "health", "insight:rejects", "jobs:progress", "people:second", "timeline:file", "timeline:names",
    "customers:find", "customers:value",
    "api:openapi", "api:nothing",
}  # fmt: skip
"""An answer to machines, a download, a part of a page, the second step of a log-in (in test_rights)."""
OF_CARDS = {
    f"customers:{name}"
    for name in (
        "act", "add_entry", "add_field", "add_section", "arrange", "assignment", "edit", "edit_entry", "edit_field",
        "edit_section", "history", "new",
    )
}  # fmt: skip
"""Pages that test_cards.py looks at, on a card filled for it."""
OF_OTHERS = {
    "merging:list", "merging:merge", "merging:show",
    "privacy:consents", "privacy:erase", "privacy:erasure", "privacy:erasures",
}  # fmt: skip
"""Pages that test_merging.py and test_privacy.py look at, with something to show."""


def test_every_page_there_is_is_looked_at() -> None:
    seen = {
        resolve(path.partition("?")[0].format(upload=1, job=1, failed=1, user=1, touch=1)).view_name
        for path in PAGES.values()
    }
    unseen = set(_addresses(get_resolver().url_patterns, "")) - seen - {"people:log_in"}
    assert unseen == set(ACTS) | NO_PAGES | OF_CARDS | OF_OTHERS, "a page that PAGES lacks, or an address that is gone"


def _addresses(patterns: list[URLPattern | URLResolver], app: str) -> Iterator[str]:
    """All names of addresses but those of Django's own administration and of the operations of the API."""
    for one in patterns:
        if isinstance(one, URLResolver) and one.namespace != "admin":
            yield from _addresses(one.url_patterns, f"{one.namespace}:" if one.namespace else app)
        elif isinstance(one, URLPattern) and one.name and not one.name.startswith("/"):
            yield app + one.name


@pytest.mark.parametrize("name", ACTS)
def test_what_is_called_an_act_shows_no_page(name: str) -> None:
    path = reverse(name, kwargs=ACTS[name])
    found = resolve(path)
    assert found.func(RequestFactory().get(path), *found.args, **found.kwargs).status_code in {302, 405}


@pytest.mark.parametrize(("size", "theme", "language"), LOOKS)
def test_the_log_in_page_is_sound(visit: object, size: str, theme: str, language: str) -> None:
    visit(size, theme, language, who="").check_page("/log-in/", "log-in")  # type: ignore[operator]


def _looks(number: int) -> list[tuple[str, str, str]]:
    if os.environ.get("LOOKS") == "all":
        return LOOKS
    return [LOOKS[0], LOOKS[3]] if number % 2 == 0 else [LOOKS[1], LOOKS[2]]


@pytest.mark.parametrize(
    ("name", "size", "theme", "language"),
    [(name, *look) for number, name in enumerate(PAGES) for look in _looks(number)],
)
def test_a_page_is_sound(visit: object, name: str, size: str, theme: str, language: str) -> None:
    visit(size, theme, language).check_page(PAGES[name], name)  # type: ignore[operator]


@pytest.mark.parametrize(("size", "theme", "language"), LOOKS)
def test_a_page_that_says_no_is_sound_too(visit: object, size: str, theme: str, language: str) -> None:
    visitor = visit(size, theme, language, who="colleague")  # type: ignore[operator]
    visitor.check_page("/no-such-page/", "not-found", status=404)
    visitor.check_page("/customers/no-such-customer/", "no-such-customer", status=404)
    visitor.check_page("/people/", "forbidden", status=403)
    # The server cannot be made to break: its page for that moment is handed to the browser in its place.
    body = server_error(RequestFactory().get("/")).content.decode()
    broken = lambda route: route.fulfill(status=500, content_type="text/html; charset=utf-8", body=body)  # noqa: E731
    visitor.page.route("**/broken/", broken)
    visitor.check_page("/broken/", "broken", status=500)


OPENED = {
    "customers-filters": ("/customers/", ".toolbar > .menu summary"),
    "customers-columns-open": ("/customers/", "[data-dialog=columns]"),
    "customers-views": ("/customers/", "[data-dialog=views]"),
    "customers-meanings": ("/customers/", "[data-dialog=meanings]"),
    "overview-why": ("/", ".tile .why summary"),
    "overview-why-panel": ("/", ".panel-title .why summary"),
    "overview-why-row": ("/", "td.ask .why summary"),
    "customer-why": ("/customers/2226/", "td .why summary"),
    "customer-tags": ("/customers/2226/", "main .menu summary"),
    "class-edit-type-weights": ("/classes/type/edit/", ".weights summary"),
    "cohorts-costs": ("/cohorts/", "[data-dialog=costs]"),
    "cohorts-why": ("/cohorts/", ".panel-title .why summary"),
    "runs-start": ("/runs/", "[data-dialog=start]"),
    "menu-user": ("/profile/", ".tools .menu:last-child summary"),
}


@pytest.mark.parametrize(("size", "theme", "language"), [LOOKS[0], LOOKS[3]])
def test_what_opens_is_sound(visit: object, size: str, theme: str, language: str) -> None:
    visitor = visit(size, theme, language)  # type: ignore[operator]
    for name, (path, opener) in OPENED.items():
        visitor.page.goto(visitor.site.url + path, wait_until="networkidle")
        visitor.page.locator(opener).first.click()
        visitor.look(name)
        visitor.page.keyboard.press("Escape")
        assert visitor.page.locator("dialog[open], details.menu[open], details.why[open]").count() == 0, name


def test_a_desktop_shows_twenty_one_customers_at_once(visit: object) -> None:
    """Whole, in sight without scrolling, and not behind the pager; the tool bar on one line."""
    visitor = visit()  # type: ignore[operator]
    visitor.page.goto(visitor.site.url + "/customers/")
    whole = """rows => {
        const frame = document.querySelector(".table-frame").getBoundingClientRect();
        const head = document.querySelector("thead th").getBoundingClientRect();
        const low = Math.min(frame.bottom, innerHeight);
        const places = rows.map(row => row.getBoundingClientRect());
        return places.filter(row => row.top >= head.bottom - 1 && row.bottom <= low).length;
    }"""
    assert visitor.page.locator("#content tbody tr").evaluate_all(whole) >= 21
    assert visitor.page.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0
    assert visitor.page.locator(".pager").is_visible()
    tops = visitor.page.locator(".toolbar :is(input[type=search], select, summary.button):visible")
    assert tops.evaluate_all("all => new Set(all.map(one => Math.round(one.getBoundingClientRect().top))).size") == 1


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_whom_to_call_takes_one_line_each(visit: object, language: str) -> None:
    visitor = visit(language=language)  # type: ignore[operator]
    visitor.page.goto(visitor.site.url + "/")
    rows = visitor.page.locator("tbody tr:has(td.ask)")
    heights = rows.evaluate_all("rows => rows.map(row => Math.round(row.getBoundingClientRect().height))")
    assert len(heights) == 8
    assert max(heights) <= 35


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_customer_s_page_does_not_jump_while_it_fills(visit: object, size: str) -> None:
    visitor = visit(size, language="en")  # type: ignore[operator]
    page = visitor.page
    page.add_init_script("""
        window.moved = 0;
        const add = one => { if (!one.hadRecentInput) window.moved += one.value; };
        const watch = new PerformanceObserver(list => list.getEntries().forEach(add));
        watch.observe({ type: "layout-shift", buffered: true });
    """)
    page.goto(visitor.site.url + "/customers/2226/")
    for _ in range(12):
        page.mouse.wheel(0, 400)
        page.wait_for_timeout(150)
    page.wait_for_selector("#purchases tbody tr")
    assert page.locator(".skeleton").count() == 0
    assert page.evaluate("window.moved") < 0.1


def test_without_script_a_customer_s_slots_are_links(visit: object) -> None:
    visitor = visit(language="en", script=False)  # type: ignore[operator]
    visitor.page.goto(visitor.site.url + "/customers/2226/")
    links = visitor.page.locator(".slot-link:visible")
    assert links.count() == 7
    visitor.page.locator(".slot-link[href$='/purchases/']").click()
    visitor.page.wait_for_url("**/customers/2226/purchases/")
    assert visitor.page.locator("#purchases tbody tr").count() == 10


def test_a_slot_that_cannot_be_fetched_shows_its_link(visit: object) -> None:
    visitor = visit(language="en")  # type: ignore[operator]
    visitor.page.route("**/customers/2226/forecast/", lambda route: route.abort())
    visitor.page.goto(visitor.site.url + "/customers/2226/")
    visitor.page.locator(".slot-link[href$='/forecast/']").evaluate("link => link.scrollIntoView()")
    visitor.page.wait_for_selector(".slot.failed .slot-link:visible")


def test_on_a_phone_every_page_of_the_navigation_can_be_reached(visit: object) -> None:
    visitor = visit("phone", language="en")  # type: ignore[operator]
    visitor.page.goto(visitor.site.url + "/")
    assert visitor.page.locator(".bottom > a:visible").count() == 4
    visitor.page.locator(".bottom summary").click()
    visitor.look("phone-more")
    visitor.page.locator(".bottom .menu-body a", has_text="People").click()
    visitor.page.wait_for_url("**/people/")
    assert visitor.page.locator(".bottom summary.here").is_visible()


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


def test_enter_waits_for_the_results_of_what_is_typed(visit: object) -> None:
    visitor = visit(language="en")  # type: ignore[operator]
    page = visitor.page
    page.goto(visitor.site.url + "/profile/")
    page.route("**/palette/?q=*", lambda route: (page.wait_for_timeout(300), route.continue_()))
    page.keyboard.press("Control+k")
    page.keyboard.type("j", delay=200)
    page.keyboard.type("ob")
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
    page.wait_for_selector("html[lang=zh-Hant]")
    assert page.url.endswith("/jobs/")
