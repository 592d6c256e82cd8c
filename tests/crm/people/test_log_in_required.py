"""Where who is logged in no more is led: to the door and back to a page, with nothing lost that was being written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from shuke.crm.people.models import Authenticator, Role, User

HERE = "http://testserver/customers/C-1/?page=2"
BY_SCRIPT = {"HX-Request": "true", "HX-Current-URL": HERE}
pytestmark = pytest.mark.django_db


def following(door: str) -> str:
    parts = urlsplit(door)
    assert parts.path == "/log-in/"
    return parse_qs(parts.query)["next"][0]


@pytest.mark.parametrize(
    ("method", "headers", "page"),
    [
        ("GET", {}, "/jobs/?which=open"),
        ("POST", {"Referer": HERE}, "/customers/C-1/?page=2"),
        ("POST", {"Referer": "https://evil.example/customers/"}, "/"),
        ("POST", {"Referer": "http://testserver"}, "/"),
        ("POST", {}, "/"),
    ],
)
def test_after_log_in_one_sees_a_page_and_never_where_a_form_was_sent(
    client: Client, method: str, headers: dict[str, str], page: str
) -> None:
    answer = client.generic(method, "/jobs/?which=open", headers=headers)
    assert answer.status_code == 302
    assert following(answer["Location"]) == page


@pytest.mark.parametrize(("method", "path"), [("POST", "/customers/C-1/timeline/add/"), ("GET", "/jobs/7/progress/")])
def test_what_a_script_asks_for_leaves_the_page_as_it_stands(client: Client, method: str, path: str) -> None:
    answer = client.generic(method, path, headers={**BY_SCRIPT, "Accept-Language": "en"})
    text = answer.content.decode()
    assert answer.status_code == 401
    assert "HX-Redirect" not in answer
    assert 'href="/log-in/?next=/customers/C-1/%3Fpage%3D2"' in text
    assert "still here" in text
    assert "<form" not in text


def test_a_page_that_a_script_asks_for_as_a_whole_is_led_as_a_page_is(client: Client) -> None:
    answer = client.get("/customers/?tier=A", headers={**BY_SCRIPT, "HX-Boosted": "true"})
    assert following(answer["HX-Redirect"]) == "/customers/?tier=A"
    assert client.post("/customers/-/tag/", headers={**BY_SCRIPT, "HX-Boosted": "true"}).status_code == 401


def test_who_is_logged_out_already_may_press_log_out(client: Client) -> None:
    assert client.post("/log-out/", headers={"Referer": HERE})["Location"] == "/log-in/"


def test_a_role_that_asks_for_a_factor_from_now_on_loses_nothing_typed_either(
    as_user: Callable[[User], Client], colleague: User
) -> None:
    Role.objects.update_or_create(code="staff", defaults={"needs_second_factor": True})
    browser = as_user(colleague)
    asked: dict[str, Any] = {"headers": BY_SCRIPT}
    answer = browser.post("/customers/C-1/timeline/add/", **asked)
    assert answer.status_code == 401
    assert 'href="/profile/security/"' in answer.content.decode()
    Authenticator.objects.create(user=colleague, secret="A" * 32)
    answer = browser.post("/customers/C-1/timeline/add/", **asked)
    assert 'href="/log-in/second/"' in answer.content.decode()
    assert browser.session["awaited"]["next"] == "/customers/C-1/?page=2"
    assert browser.post("/jobs/1/cancel/", headers={"Referer": HERE})["Location"] == "/log-in/second/"
    assert browser.session["awaited"]["next"] == "/customers/C-1/?page=2"
