"""The palette finds pages by name."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from shuke.crm.people.models import User
from shuke.web.pages import find_pages


def labels(query: str, viewer: User) -> list[str]:
    return [entry.url for entry in find_pages(query, viewer)]


def test_a_page_is_found_by_its_name_in_any_language(owner: User) -> None:
    assert labels("job", owner) == labels("任务", owner) == labels("工作", owner) == ["/jobs/"]


def test_no_words_give_every_page_one_may_open(owner: User, colleague: User) -> None:
    assert "/people/" in labels("", owner)
    assert "/people/" not in labels("", colleague)
    assert "/jobs/" in labels("", colleague)


def test_pages_beside_the_navigation_are_found_too(colleague: User) -> None:
    assert labels("style", colleague) == labels("规范", colleague) == ["/style/"]
    assert labels("password", colleague) == ["/profile/password/"]


def test_the_script_gets_a_fragment_and_who_has_none_a_page(as_user: Callable[[User], Client], colleague: User) -> None:
    browser = as_user(colleague)
    fragment = browser.get("/palette/?q=job", headers={"HX-Request": "true"}).content.decode()
    assert 'href="/jobs/"' in fragment
    assert "<html" not in fragment
    page = browser.get("/palette/?q=job").content.decode()
    assert "<html" in page
    assert 'href="/jobs/"' in page


def test_words_that_find_nothing_are_shown_escaped(as_user: Callable[[User], Client], colleague: User) -> None:
    page = as_user(colleague).get("/palette/", {"q": "<b>nobody"}).content.decode()
    assert "&lt;b&gt;nobody" in page
