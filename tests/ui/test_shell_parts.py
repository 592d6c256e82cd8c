"""Parts of the shell that are written once: nobody may get what belongs to another."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context
from django.test import Client, RequestFactory
from django.utils.translation import override

from shuke.crm.people.models import User
from shuke.ui import shell_parts
from shuke.ui.context import Destination, Shell
from shuke.ui.shell_parts import part, shell_part

pytestmark = pytest.mark.django_db


def test_each_sees_their_own_name_pages_and_place(
    as_user: Callable[[User], Client], owner: User, colleague: User
) -> None:
    for _ in range(2):  # as written, and as kept
        for user, other, admin in ((owner, colleague, True), (colleague, owner, False)):
            html = as_user(user).get("/jobs/?page=1&x=<b>").content.decode()
            assert user.shown_name in html
            assert other.shown_name not in html
            assert ('href="/admin/"' in html) is admin
            assert 'value="/jobs/?page=1&amp;x=%3Cb%3E"' in html, "the way back after a change of language"
            assert '<a href="/jobs/" aria-current="page"' in html


def test_the_forms_of_the_shell_hold_the_token_of_this_request(
    as_user: Callable[[User], Client], colleague: User
) -> None:
    pages = [as_user(colleague).get("/jobs/") for _ in range(2)]
    for page in pages:
        token = str(page.context["csrf_token"])
        html = page.content.decode()
        assert html.count(f'name="csrfmiddlewaretoken" value="{token}"') >= 3
        assert "the-token-of" not in html
    assert str(pages[0].context["csrf_token"]) != str(pages[1].context["csrf_token"])


def test_a_change_of_language_or_theme_shows_at_once(as_user: Callable[[User], Client], colleague: User) -> None:
    client = as_user(colleague)
    client.get("/jobs/")
    User.objects.filter(pk=colleague.pk).update(language="en", theme="dark")
    html = client.get("/jobs/").content.decode()
    assert 'data-theme="dark"' in html
    assert "Customers</span>" in html


def counted(waiting: int) -> Destination:
    """An entry as each request makes it: with a question of its own."""
    return Destination("Mentions", "/mentions/", "at-sign", current=False, shortcut="", count=lambda: waiting)


def page(entry: Destination, here: str = "/") -> Context:
    request = RequestFactory().get(here)
    request.user = AnonymousUser()
    return Context({"shell": Shell("en", "auto", "sun", here, (entry,), {}, (), (), "Chen"), "request": request})


def test_the_shell_is_written_once_for_all_pages_where_it_reads_the_same() -> None:
    shell_parts._written.cache_clear()
    first, second = (shell_part(page(counted(3), here=f"/customers/?page={number}"), "side") for number in (1, 2))
    assert first == second
    assert ">3<" in first
    assert shell_parts._written.cache_info().misses == 1


def test_the_shell_tells_how_many_wait_now() -> None:
    assert ">1<" in shell_part(page(counted(1)), "side")
    assert ">2<" in shell_part(page(counted(2)), "side")
    assert "waiting" not in shell_part(page(counted(0)), "side")


def test_a_part_is_written_once_for_the_same_records_in_the_same_language() -> None:
    shell_parts._part.cache_clear()
    for language in ("en", "zh-hans", "en"):
        with override(language):
            assert "&lt;b&gt;" in part("ui/empty.html", title="<b>", icon="inbox")
    assert (shell_parts._part.cache_info().hits, shell_parts._part.cache_info().misses) == (1, 2)
