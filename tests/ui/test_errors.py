"""Pages for what went wrong."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.utils.translation import override

from shuke.kit.text import LANGUAGES, say
from shuke.ui import errors

PAGES = {400: errors.bad_request, 403: errors.permission_denied, 404: errors.page_not_found, 500: errors.server_error}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", PAGES)
def test_each_says_what_happened_and_what_to_do(status: int, language: str) -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    with override(language):
        answer = PAGES[status](request)
    text = answer.content.decode()
    assert answer.status_code == status
    assert say(f"ui.error.{status}.title", language) in text
    assert say("ui.error.home", language) in text


def test_the_page_for_our_own_mistakes_needs_nothing_that_may_be_broken() -> None:
    assert errors.server_error(None).status_code == 500
