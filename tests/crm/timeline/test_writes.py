"""Acts on a timeline: whole or not at all, by whom they belong to, and booked."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum
from django.utils import timezone

from shuke.crm.customers.models import Customer
from shuke.crm.jobs.models import Job
from shuke.crm.people.models import User
from shuke.crm.timeline import writes
from shuke.crm.timeline.errors import RefusedFile, RefusedTouch
from shuke.crm.timeline.files import Brought
from shuke.crm.timeline.models import Attachment, Booking, LastTouch, Mention, Outcome, Touch
from shuke.crm.timeline.writes import Said

Adds = Callable[..., Touch]
CALL = Said(kind="call", at=datetime(2026, 5, 1, tzinfo=UTC), text="谈过", minutes=5)


def booked() -> list[tuple[int, int, int]]:
    return list(Booking.objects.values_list("number", "touches", "minutes"))


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_call_is_booked_with_its_minutes_and_an_export_is_asked_for_once(touched: Adds) -> None:
    touched("call", minutes=12)
    touched("visit", minutes=30)
    assert [minutes for _, _, minutes in booked()] == [12, 30]
    assert Job.objects.filter(kind="timeline.export", state="queued").count() == 1


def test_a_change_is_booked_by_a_reversing_entry_and_a_new_one(touched: Adds, colleague: User) -> None:
    touch = touched("call", minutes=12)
    writes.change(touch=touch, by=colleague, said=replace(CALL, minutes=20))
    assert booked() == [(1, 1, 12), (2, -1, -12), (3, 1, 20)]


def test_a_change_of_words_alone_books_nothing(touched: Adds, colleague: User) -> None:
    touch = touched("call", minutes=12)
    writes.change(touch=touch, by=colleague, said=replace(CALL, at=touch.at, minutes=12, text="改了"))
    assert booked() == [(1, 1, 12)]
    touch.refresh_from_db()
    assert touch.text == "改了"
    assert touch.edited_at is not None


def test_a_deleted_touch_costs_nothing_until_it_is_put_back(touched: Adds, colleague: User) -> None:
    touch = touched("call", minutes=12)
    writes.delete(touch=touch, by=colleague)
    writes.delete(touch=touch, by=colleague)
    assert Booking.objects.aggregate(sum=Sum("minutes"))["sum"] == 0
    writes.restore(touch=touch, by=colleague)
    assert booked() == [(1, 1, 12), (2, -1, -12), (3, 1, 12)]


def test_nobody_changes_or_deletes_what_another_wrote(touched: Adds, stranger: User) -> None:
    touch = touched("call", minutes=12)
    for act in (
        lambda: writes.change(touch=touch, by=stranger, said=CALL),
        lambda: writes.delete(touch=touch, by=stranger),
        lambda: writes.restore(touch=touch, by=stranger),
    ):
        with pytest.raises(RefusedTouch, match="not_yours"):
            act()
    assert booked() == [(1, 1, 12)]


def test_after_a_day_a_touch_stays_as_it_was_said(touched: Adds, colleague: User) -> None:
    touch = touched("call")
    Touch.objects.update(created_at=timezone.now() - timedelta(days=1, minutes=1))
    with pytest.raises(RefusedTouch, match="late"):
        writes.change(touch=touch, by=colleague, said=CALL)


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("empty", {"text": "  "}),
        ("long", {"text": "字" * 5001}),
        ("minutes", {"minutes": 1441}),
        ("minutes", {"minutes": -1}),
        ("kind", {"kind": "fax"}),
        ("future", {"at": datetime(2999, 1, 1, tzinfo=UTC)}),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_kept(touched: Adds, code: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(RefusedTouch, match=code):
        touched(**({"kind": "call"} | wrong))
    assert not Touch.objects.exists()
    assert not Booking.objects.exists()


def test_an_outcome_belongs_to_its_kind(touched: Adds) -> None:
    reached = Outcome.objects.get(kind="call", code="reached")
    with pytest.raises(RefusedTouch, match="outcome"):
        touched("visit", outcome=reached)
    touched("call", outcome=reached, text="")
    assert Booking.objects.get().outcome == "reached"


def test_the_day_of_the_last_contact_is_kept_and_notes_do_not_count(
    touched: Adds, customer: Customer, colleague: User
) -> None:
    touched("note")
    assert not LastTouch.objects.exists()
    early = touched("call")
    late = touched("visit", at=early.at + timedelta(days=3))
    assert LastTouch.objects.get().at == late.at
    writes.delete(touch=late, by=colleague)
    assert LastTouch.objects.get().at == early.at
    writes.delete(touch=early, by=colleague)
    assert not LastTouch.objects.exists()


def test_who_is_named_finds_it_and_who_is_no_longer_named_does_not(
    touched: Adds, manager: User, owner: User, colleague: User
) -> None:
    touch = touched(text="请@manager看一下 @colleague")
    assert [one.user for one in Mention.objects.all()] == [manager]
    writes.see(user=manager)
    writes.change(touch=touch, by=colleague, said=replace(CALL, text="@owner @manager"))
    assert {one.user: one.seen_at is not None for one in Mention.objects.all()} == {owner: False, manager: True}


def test_a_refused_file_leaves_neither_touch_nor_file(touched: Adds, settings: Any) -> None:
    good, bad = Brought("a.txt", [b"abc"]), Brought("b.pdf", [b"MZ..."])
    with pytest.raises(RefusedFile, match="content"):
        touched(brought=[good, bad])
    assert not Touch.objects.exists()
    assert files_in(settings.SHUKE_ATTACHMENTS) == []


def test_a_touch_that_cannot_be_written_leaves_no_file(
    touched: Adds, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writes, "book", lambda touch: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        touched(brought=[Brought("a.txt", [b"abc"])])
    assert files_in(settings.SHUKE_ATTACHMENTS) == []


def test_a_deleted_touch_goes_for_good_with_its_files_after_an_hour(
    touched: Adds, colleague: User, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    touch = touched(brought=[Brought("合同.txt", [b"abc"])])
    kept = touched(brought=[Brought("b.txt", [b"abc"])])
    writes.delete(touch=touch, by=colleague)
    assert writes.clean() == {"touches": 0, "files": 0}
    Touch.objects.filter(pk=touch.pk).update(deleted_at=timezone.now() - timedelta(hours=1, minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert writes.clean() == {"touches": 1, "files": 1}
    assert list(Touch.objects.all()) == [kept]
    assert files_in(settings.SHUKE_ATTACHMENTS) == [Attachment.objects.get().path]
    with pytest.raises(RefusedTouch, match="gone"):
        writes.restore(touch=touch, by=colleague)
    assert Booking.objects.filter(touch_number=touch.pk).aggregate(sum=Sum("touches"))["sum"] == 0


def test_a_file_that_no_touch_knows_is_removed_once_it_is_a_day_old(touched: Adds, settings: Any) -> None:
    touched(brought=[Brought("a.txt", [b"abc"])])
    old, new = (settings.SHUKE_ATTACHMENTS / name for name in ("ab/old", "ab/new"))
    old.parent.mkdir(exist_ok=True)
    for path in (old, new):
        path.write_bytes(b"x")
    before = time.time() - 25 * 3600
    os.utime(old, (before, before))
    os.utime(Attachment.objects.get().path, (before, before))
    assert writes.clean() == {"touches": 0, "files": 1}
    assert not old.exists()
    assert len(files_in(settings.SHUKE_ATTACHMENTS)) == 2
    assert Job.objects.filter(kind="timeline.clean", state="queued").count() == 1


def test_contacts_from_elsewhere_come_many_at_once_each_booked_and_the_last_one_known(
    touched: Adds, customer: Customer, colleague: User
) -> None:
    touched("call", at=CALL.at + timedelta(days=3))
    said = [replace(CALL, minutes=minutes, at=CALL.at + timedelta(days=minutes)) for minutes in (1, 2)]
    note = Said(kind="note", at=CALL.at + timedelta(days=9), text="投诉")
    brought = [
        writes.Contact(customer.pk, by, one) for by, one in ((colleague, said[0]), (None, said[1]), (None, note))
    ]
    assert writes.bring(contacts=brought) == 3
    assert booked() == [(1, 1, 0), (1, 1, 1), (1, 1, 2), (1, 1, 0)]
    assert LastTouch.objects.get().at == CALL.at + timedelta(days=3)
    assert Job.objects.filter(kind="timeline.export", state="queued").count() == 1
    newest = replace(CALL, at=CALL.at + timedelta(days=20))
    assert writes.bring(contacts=[writes.Contact(customer.pk, colleague, newest)]) == 1
    assert LastTouch.objects.get().at == newest.at


def test_of_contacts_from_elsewhere_all_come_or_none(customer: Customer, colleague: User) -> None:
    silent = replace(CALL, text="")
    with pytest.raises(RefusedTouch):
        writes.bring(contacts=[writes.Contact(customer.pk, colleague, one) for one in (CALL, silent)])
    assert not Touch.objects.exists()
    assert writes.bring(contacts=[]) == 0
    assert not Job.objects.filter(kind="timeline.export").exists()
