"""Who is put on a list and taken off: nothing said before is altered, and only customers in reach are touched."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from shuke.crm.customers.models import Customer
from shuke.crm.customers.writes import forget
from shuke.crm.lists import reads
from shuke.crm.lists.errors import RefusedListing
from shuke.crm.lists.models import Listed
from shuke.crm.lists.reads import today
from shuke.crm.lists.writes import Ground, put_on, take_off
from shuke.crm.merging.writes import merge, part
from shuke.crm.people.models import AuditEntry, AuditValues, User

Cards = dict[str, Customer]
DAY = timedelta(days=1)
LATE = Ground("black", "三次逾期")


def keys(rows: Any) -> list[str]:
    return [row.customer.key for row in rows]


def test_putting_on_anew_ends_the_earlier_row_and_keeps_it(cards: Cards, owner: User) -> None:
    assert put_on(customers=[cards["c1"].pk], ground=LATE, by=owner) == [cards["c1"].pk]
    put_on(customers=[cards["c1"].pk], ground=Ground("red", "已还清", today() + DAY), by=owner)
    now = reads.current(owner, cards["c1"])
    assert now is not None
    assert (now.list_code, now.reason, now.until_on, now.listed_by) == ("red", "已还清", today() + DAY, owner)
    assert [(row.reason, row.ended_by) for row in reads.history(owner, cards["c1"])] == [
        ("已还清", None),
        ("三次逾期", owner),
    ]
    assert keys(reads.listed(owner, "black")) == []
    assert keys(reads.listed(owner)) == keys(reads.listed(owner, "red")) == ["c1"]


def test_an_entry_ends_by_itself_after_its_last_day(cards: Cards, owner: User, monkeypatch: Any) -> None:
    put_on(customers=[cards["c1"].pk], ground=Ground("black", "欠款", today() + 2 * DAY), by=owner)
    put_on(customers=[cards["c2"].pk], ground=Ground("black", "欠款"), by=owner)
    assert keys(reads.ending_soon(owner)) == ["c1"]
    later = today() + 3 * DAY
    monkeypatch.setattr(reads, "today", lambda: later)
    assert keys(reads.listed(owner)) == ["c2"]
    assert reads.current(owner, cards["c1"]) is None
    assert [row.ended_at for row in reads.history(owner, cards["c1"])] == [None], "nobody ended it"


def test_taking_off_says_by_whom_and_twice_changes_nothing(cards: Cards, owner: User, manager: User) -> None:
    put_on(customers=[cards["c1"].pk], ground=LATE, by=owner)
    ids = [cards["c1"].pk, cards["c2"].pk]
    assert take_off(customers=ids, by=manager) == [cards["c1"].pk]
    assert take_off(customers=ids, by=owner) == []
    (row,) = reads.history(owner, cards["c1"])
    assert (row.ended_by, row.reason) == (manager, "三次逾期")
    assert reads.counts(owner) == {"black": 0, "red": 0}


@pytest.mark.parametrize(
    ("ground", "why"),
    [
        (Ground("grey", "x"), "no list 'grey'"),
        (Ground("red", "  "), "reason is empty"),
        (Ground("red", "x" * 501), "501 characters"),
        (Ground("red", "x", until_on=today() - DAY), "has passed"),
        (Ground("red", "x", since_on=today() + DAY), "has not come"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_was_given(cards: Cards, ground: Ground, why: str) -> None:
    with pytest.raises(RefusedListing, match=why):
        put_on(customers=[cards["c1"].pk], ground=ground)
    assert Listed.objects.count() == 0


def test_the_database_keeps_no_entry_without_a_reason_or_with_days_the_wrong_way_round(cards: Cards) -> None:
    told = {"customer": cards["c1"], "list_code": "red", "reason": "x", "since_on": today()}
    for wrong in ({"reason": ""}, {"list_code": "grey"}, {"until_on": today() - DAY}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Listed.objects.create(**(told | wrong))


def test_only_customers_in_reach_are_put_on_and_seen(cards: Cards, owner: User, stranger: User) -> None:
    mine = cards["c3"]
    Customer.objects.filter(pk=mine.pk).update(owner=stranger)
    every = [card.pk for card in cards.values()]
    assert put_on(customers=every, ground=LATE, by=stranger) == [mine.pk]
    put_on(customers=[cards["c1"].pk], ground=LATE, by=owner)
    assert keys(reads.listed(stranger)) == ["c3"]
    assert take_off(customers=every, by=stranger) == [mine.pk]
    assert keys(reads.listed(owner)) == ["c1"]
    with pytest.raises(PermissionDenied):
        reads.listed(User(username="b", role="nothing"))


def test_each_act_is_noted_with_its_reason_until_the_customer_is_erased(cards: Cards, owner: User) -> None:
    put_on(customers=[cards["c1"].pk, cards["c2"].pk], ground=LATE, by=owner)
    take_off(customers=[cards["c2"].pk], by=owner)
    noted = AuditEntry.objects.filter(act__in=["put_on_list", "taken_off_list"])
    assert sorted(noted.values_list("act", "record")) == [
        ("put_on_list", str(cards["c1"].pk)),
        ("put_on_list", str(cards["c2"].pk)),
        ("taken_off_list", str(cards["c2"].pk)),
    ]
    assert {values.values["reason"] for values in AuditValues.objects.filter(entry__act="put_on_list")} == {"三次逾期"}
    forget(keys=["c1"])
    assert keys(Listed.objects.all()) == ["c2"]
    assert AuditValues.objects.filter(entry__act="put_on_list").count() == 1
    assert noted.count() == 3, "that it happened stays"


def test_lists_go_along_in_a_merge_and_come_back(cards: Cards, owner: User) -> None:
    one, two = cards["c1"], cards["c2"]
    put_on(customers=[one.pk], ground=Ground("red", "忠诚", since_on=today() - 5 * DAY), by=owner)
    put_on(customers=[two.pk], ground=LATE, by=owner)
    done = merge(survivor=one.pk, others=[two.pk], by=owner)
    assert (keys(reads.listed(owner)), keys(reads.listed(owner, "red"))) == (["c1"], []), "once, by the latest"
    now = reads.current(owner, one)
    assert now is not None
    assert now.list_code == "black"
    part(merge=done, by=owner)
    assert sorted(keys(reads.listed(owner))) == ["c1", "c2"]
    assert keys(reads.listed(owner, "red")) == ["c1"]


def test_a_run_is_given_when_each_entry_held(cards: Cards, owner: User) -> None:
    put_on(customers=[cards["c1"].pk], ground=Ground("red", "忠诚", since_on=today() - 9 * DAY), by=owner)
    put_on(customers=[cards["c2"].pk], ground=LATE, by=owner)
    take_off(customers=[cards["c1"].pk, cards["c2"].pk], by=owner)
    put_on(customers=[cards["c3"].pk], ground=Ground("black", "欠款", today() + DAY), by=None)
    assert list(reads.facts()) == [
        {
            "customer_id": "c1", "list_code": "red", "reason": "忠诚", "listed_by": "owner",
            "listed_on": today() - 9 * DAY, "until_on": today() - DAY,
        },
        {
            "customer_id": "c3", "list_code": "black", "reason": "欠款", "listed_by": "",
            "listed_on": today(), "until_on": today() + DAY,
        },
    ], "who came and went on one day was on it for no whole day"  # fmt: skip
