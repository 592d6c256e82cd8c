"""The pages, as the cast sees them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shuke.crm.customers.models import Customer
from shuke.crm.people.models import User
from shuke.crm.timeline.files import Brought
from shuke.crm.timeline.models import Attachment, Mention, Outcome, Touch

Adds = Callable[..., Touch]
Visit = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def empty_ledger(settings: Any, tmp_path: Any) -> None:
    settings.SHUKE_LEDGER = tmp_path / "ledger"


def address(customer: Customer, name: str = "show", *more: object) -> str:
    return reverse(f"timeline:{name}", args=[customer.key, *more])


def test_a_call_is_written_down_without_script(customer: Customer, colleague: User, as_user: Visit) -> None:
    outcome = Outcome.objects.get(kind="call", code="reached")
    said = {
        "kind": "call", "text": "聊了新品", "direction": "out", "outcome": outcome.pk, "minutes": "15",
        "at": "2026-05-01T10:30", "files": SimpleUploadedFile("报价.txt", "报价".encode()),
    }  # fmt: skip
    client = as_user(colleague)
    answer = client.post(address(customer, "add"), said, follow=True)
    touch = Touch.objects.get()
    assert answer.redirect_chain[-1][0] == address(customer, "entry", f"touch-{touch.pk}") + f"#touch-{touch.pk}"
    page = answer.content.decode()
    for text in ("聊了新品", "Reached", "15 min", "Call, by us", "2026-05-01 10:30", "报价.txt", "Ana"):
        assert text in page
    assert 'event-here" id="touch-' in page
    assert timezone.localtime(touch.at).hour == 10


def test_with_script_the_list_comes_back_with_the_new_entry(
    customer: Customer, colleague: User, as_user: Visit
) -> None:
    answer = as_user(colleague).post(address(customer, "add"), {"kind": "note", "text": "已记"}, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.lstrip().startswith('<div id="timeline"')
    assert "已记" in page
    assert "Saved: Note" in page


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_is_refused_comes_back_as_it_was_typed(
    customer: Customer, colleague: User, as_user: Visit, headers: dict[str, str]
) -> None:
    said = {"kind": "call", "text": "很重要", "files": SimpleUploadedFile("x.exe", b"MZ")}
    answer = as_user(colleague).post(address(customer, "add"), said, headers=headers)
    assert answer.status_code == 422
    assert "很重要" in answer.content.decode()
    assert "“x.exe” cannot be attached" in answer.content.decode()
    wrong = {"kind": "visit", "text": "很重要", "minutes": "9999", "at": "2999-01-01T00:00"}
    page = as_user(colleague).post(address(customer, "add"), wrong, headers=headers).content.decode()
    assert "yet to come" in page
    assert page.count('<ul class="errors"') == 2
    assert not Touch.objects.exists()


def test_earlier_entries_follow_and_filters_narrow(
    customer: Customer, colleague: User, touched: Adds, as_user: Visit
) -> None:
    for number in range(25):
        touched("call" if number % 2 else "visit", at=timezone.now() - timedelta(hours=number), text=f"第{number}次")
    client = as_user(colleague)
    first = client.get(address(customer))
    more = first.context["more"]
    assert "第0次" in first.content.decode()
    rest = client.get(more, headers=HTMX).content.decode()
    assert "第24次" in rest
    assert "<html" not in rest
    assert "第24次" in client.get(more).content.decode()
    calls = client.get(address(customer), {"kind": "call"}).content.decode()
    assert "第1次" in calls
    assert "第0次" not in calls
    assert "Nothing matches" in client.get(address(customer), {"kind": "note"}).content.decode()


def test_what_somebody_writes_is_text_and_nothing_else(
    customer: Customer, colleague: User, touched: Adds, as_user: Visit
) -> None:
    touched(text="<script>alert(1)</script>")
    page = as_user(colleague).get(address(customer)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_one_s_own_is_edited_deleted_and_put_back(
    customer: Customer, colleague: User, touched: Adds, as_user: Visit
) -> None:
    touch = touched("call", minutes=5)
    client = as_user(colleague)
    edit, delete = reverse("timeline:edit", args=[touch.pk]), reverse("timeline:delete", args=[touch.pk])
    assert "谈过" in client.get(edit).content.decode()
    assert client.post(edit, {"kind": "call", "text": "改过", "minutes": "7"}).status_code == 302
    assert client.post(edit, {"kind": "call", "text": ""}).status_code == 422
    touch.refresh_from_db()
    assert (touch.text, touch.minutes) == ("改过", 7)
    page = client.post(delete, follow=True).content.decode()
    undo = reverse("timeline:restore", args=[touch.pk])
    assert f'action="{undo}"' in page
    assert "改过" in client.post(undo, follow=True).content.decode()


def test_the_moment_of_a_touch_survives_an_edit_that_leaves_it_alone(
    customer: Customer, colleague: User, touched: Adds, as_user: Visit
) -> None:
    at = timezone.now().replace(second=17, microsecond=5) - timedelta(hours=2)
    touch = touched("call", at=at)
    shown = timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")
    as_user(colleague).post(reverse("timeline:edit", args=[touch.pk]), {"kind": "call", "text": "改", "at": shown})
    touch.refresh_from_db()
    assert (touch.at, touch.text) == (at, "改")


def test_what_another_wrote_shows_no_buttons_and_takes_no_acts(
    customer: Customer, manager: User, touched: Adds, as_user: Visit
) -> None:
    touch = touched("call")
    client = as_user(manager)
    delete = reverse("timeline:delete", args=[touch.pk])
    assert delete not in client.get(address(customer)).content.decode()
    assert client.get(reverse("timeline:edit", args=[touch.pk])).status_code == 404
    client.post(delete)
    touch.refresh_from_db()
    assert touch.deleted_at is None


def test_a_file_is_handed_out_and_never_shown(
    customer: Customer, colleague: User, manager: User, touched: Adds, as_user: Visit
) -> None:
    touch = touched(brought=[Brought("合同.pdf", [b"%PDF-1.7 x"])])
    link = reverse("timeline:file", args=[Attachment.objects.get().pk])
    answer = as_user(manager).get(link)
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 x"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    as_user(colleague).post(reverse("timeline:delete", args=[touch.pk]))
    assert as_user(manager).get(link).status_code == 404


def test_who_is_named_is_told_until_they_have_looked(
    customer: Customer, colleague: User, manager: User, touched: Adds, as_user: Visit
) -> None:
    touched(text="@manager 请看")
    client = as_user(manager)
    page = client.get("/mentions/").content.decode()
    assert "Ana mentioned you" in page
    assert 'class="waiting">1' in page
    opened = client.post(reverse("timeline:open", args=[Mention.objects.get().pk]), follow=True).content.decode()
    assert "<strong>@林经理</strong>" in opened
    assert 'class="waiting"' not in opened
    assert as_user(colleague).post(reverse("timeline:open", args=[Mention.objects.get().pk])).status_code == 404
    assert "Nobody has mentioned you" in as_user(colleague).get("/mentions/").content.decode()


def test_all_mentions_are_seen_at_once(manager: User, touched: Adds, as_user: Visit) -> None:
    touched(text="@manager")
    touched(text="@manager")
    page = as_user(manager).post("/mentions/seen/", follow=True).content.decode()
    assert "All marked as read" in page
    assert not Mention.objects.filter(seen_at=None).exists()


def test_names_are_offered_as_typed(owner: User, manager: User, colleague: User, as_user: Visit) -> None:
    client = as_user(colleague)
    assert 'data-name="manager"' in client.get("/mentions/names/", {"q": "man"}).content.decode()
    assert 'data-name="manager"' in client.get("/mentions/names/", {"q": "林"}).content.decode()
    assert "colleague" not in client.get("/mentions/names/").content.decode()


def test_the_card_leads_to_the_timeline_also_of_a_customer_without_a_score(
    customer: Customer, colleague: User, as_user: Visit
) -> None:
    page = as_user(colleague).get(reverse("customers:card", args=[customer.key])).content.decode()
    assert address(customer) in page
    assert as_user(colleague).get("/customers/nobody/timeline/").status_code == 404


def test_the_sentences_are_there_in_each_language(
    customer: Customer, colleague: User, touched: Adds, as_user: Visit
) -> None:
    touched("call", direction="in", minutes=3)
    for language in ("zh-hans", "zh-hant", "en"):
        User.objects.update(language=language)
        for path in (address(customer), "/mentions/"):
            assert "timeline." not in as_user(colleague).get(path).content.decode().replace("shuke.crm.timeline.", "")
