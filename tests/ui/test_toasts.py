"""Short messages after an act."""

from __future__ import annotations

from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.translation import override

from shuke.ui.toasts import toast


def shown(text: str, **options: str) -> str:
    request = RequestFactory().get("/")
    request._messages = CookieStorage(request)
    toast(request, text, **options)
    with override("en"):
        return render_to_string("ui/toasts.html", {"messages": get_messages(request)}, request=None)


def test_a_toast_with_a_way_back_posts_there() -> None:
    assert '<form method="post" action="/tags/7/undo/">' in shown("Deleted", undo_url="/tags/7/undo/")


def test_a_toast_without_a_way_back_has_no_form() -> None:
    assert "<form" not in shown("Saved")


def test_an_error_is_announced_at_once() -> None:
    assert 'class="toast toast-error" role="alert"' in shown("Failed", tone="error")


def test_a_toast_escapes_what_people_wrote() -> None:
    assert "&lt;b&gt;" in shown("Deleted <b>")
