"""Parts of the shell that are written once: nobody may get what belongs to another."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from shuke.crm.people.models import User

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
