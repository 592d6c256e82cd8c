"""The shell around every page."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import RequestFactory, override_settings
from django.utils.translation import override

from shuke.ui.context import current_theme, shell

NAVIGATION = [
    {"url_name": "ui:style", "icon": "users", "text": "ui.style.title", "permission": None, "shortcut": "g s"},
    {"url_name": "home", "icon": "users", "text": "ui.brand", "permission": "import"},
]


@dataclass
class Person:
    theme: str = ""
    may: bool = True
    is_authenticated: bool = True

    def get_full_name(self) -> str:
        return ""

    def get_username(self) -> str:
        return "chen"

    def has_perm(self, permission: str) -> bool:
        return self.may


def asked(path: str = "/", user: Person | None = None, **cookies: str):
    request = RequestFactory().get(path)
    request.COOKIES.update(cookies)
    request.user = user or Person()
    return request


@pytest.mark.parametrize(
    ("chosen", "cookie", "theme"),
    [("dark", "light", "dark"), ("", "light", "light"), ("", "", "auto"), ("", '"><script>', "auto")],
)
def test_the_theme_is_the_user_s_else_the_cookie_s_else_the_system_s(chosen: str, cookie: str, theme: str) -> None:
    assert current_theme(asked(user=Person(theme=chosen), theme=cookie)) == theme


@override_settings(SHUKE_NAVIGATION=NAVIGATION, SHUKE_MAY="")
def test_the_navigation_shows_what_the_user_may_and_marks_where_one_is() -> None:
    with override("en"):
        page = shell(asked("/style/"))["shell"]
    assert [(entry.label, entry.current) for entry in page.navigation] == [("Style guide", True), ("Shuke", False)]
    assert [entry.href for entry in shell(asked(user=Person(may=False)))["shell"].navigation] == ["/style/"]


@override_settings(SHUKE_NAVIGATION=NAVIGATION, SHUKE_MAY="")
def test_the_home_page_is_current_only_on_itself() -> None:
    assert [entry.current for entry in shell(asked("/somewhere/else/"))["shell"].navigation] == [False, False]


@override_settings(SHUKE_NAVIGATION=NAVIGATION)
def test_who_is_not_logged_in_sees_no_navigation() -> None:
    assert shell(asked(user=Person(is_authenticated=False)))["shell"].navigation == ()


@override_settings(SHUKE_LINKS={"home": "ui:style"})
def test_only_links_of_the_setting_are_offered() -> None:
    assert shell(asked())["shell"].links == {"home": "/style/"}


@pytest.mark.parametrize(
    ("code", "tag"), [("zh-hans", "zh-Hans"), ("zh-hant", "zh-Hant"), ("en", "en"), ("en-gb", "en")]
)
def test_the_page_says_its_language(code: str, tag: str) -> None:
    with override(code):
        page = shell(asked())["shell"]
    assert page.lang == tag
    assert [choice.current for choice in page.languages].count(True) == 1


@pytest.mark.parametrize(("many", "first", "rest"), [(3, 3, 0), (5, 5, 0), (6, 4, 2)])
def test_a_phone_s_bar_has_five_places_the_last_for_more(many: int, first: int, rest: int) -> None:
    entries = [{**NAVIGATION[0], "url_name": "ui:style"}] * many
    with override_settings(SHUKE_NAVIGATION=entries, SHUKE_MAY=""):
        page = shell(asked("/style/"))["shell"]
    assert (len(page.first), len(page.rest)) == (first, rest)
    assert page.is_in_rest == (rest > 0)
