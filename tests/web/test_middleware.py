"""What every answer carries, and what no request may bring."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import translation
from pytest_django import Settings

from shuke.crm.people.models import User

pytestmark = pytest.mark.django_db


def test_no_page_allows_inline_scripts_styles_or_other_hosts(client: Client) -> None:
    policy = client.get("/log-in/")["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "*" not in policy
    assert {"default-src 'self'", "object-src 'none'", "frame-ancestors 'none'", "form-action 'self'"} <= set(
        policy.split("; ")
    )


def test_every_answer_tells_how_long_it_took_here(client: Client) -> None:
    for path in ("/log-in/", "/customers/", "/no-such-page/"):
        assert re.fullmatch(r"total;dur=\d+\.\d, cpu;dur=\d+\.\d", client.get(path)["Server-Timing"]), path


def test_pages_are_not_kept_by_shared_proxies_nor_framed(as_user: Callable[[User], Client], colleague: User) -> None:
    answer = as_user(colleague).get("/jobs/")
    assert "private" in answer["Cache-Control"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "camera=()" in answer["Permissions-Policy"]


def test_no_page_of_ours_has_an_inline_script_or_style(as_user: Callable[[User], Client], owner: User) -> None:
    for path in ("/log-in/", "/jobs/", "/profile/", "/profile/password/", "/people/", "/people/add/", "/palette/"):
        page = as_user(owner).get(path, follow=True).content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page), path


def test_a_body_past_the_limit_is_refused_before_it_is_read(
    as_user: Callable[[User], Client], colleague: User, settings: Settings
) -> None:
    settings.SHUKE_UPLOAD_BYTES = 3 * 1024 * 1024
    answer = as_user(colleague).post("/profile/", b"x", content_type="text/plain", CONTENT_LENGTH=str(5 * 1024 * 1024))
    assert answer.status_code == 413
    assert "3 MB" in answer.content.decode()


@pytest.mark.parametrize(
    ("path", "told"),
    [("/profile/", ("檔案太大", "The file is too large", "文件太大")),
     ("/api/v1/customers", ("內文太大", "The body is too large", "正文太大"))],
)  # fmt: skip
def test_what_is_refused_before_it_is_read_is_told_in_the_language_asked_for(
    client: Client, settings: Settings, path: str, told: tuple[str, ...]
) -> None:
    settings.SHUKE_UPLOAD_BYTES = settings.SHUKE_API_BYTES = 1024
    tongues = ("zh-hant", "en", "zh-hans")
    for tongue, last, words in zip(tongues, tongues[1:] + tongues[:1], told, strict=True):
        translation.activate(last)  # of the request that this thread answered before
        headers = {"Accept-Language": tongue, "Cookie": f"shuke_language={last}" if "api" in path else ""}
        answer = client.post(path, b"x", content_type="text/plain", CONTENT_LENGTH=str(5 << 20), headers=headers)
        assert answer.status_code == 413
        assert words in answer.content.decode()


def test_a_form_from_elsewhere_is_refused_with_a_way_on(colleague: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(colleague)
    answer = browser.post("/profile/", {"name": "x"})
    assert answer.status_code == 403
    assert "gone stale" in answer.content.decode()


def test_health_answers_without_log_in(client: Client) -> None:
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()) == (200, {"state": "ok"})


def test_an_address_that_is_not_there_says_so_in_the_user_s_language(
    as_user: Callable[[User], Client], colleague: User
) -> None:
    answer = as_user(colleague).get("/no-such-page/")
    assert answer.status_code == 404
    assert '<html lang="en"' in answer.content.decode()
