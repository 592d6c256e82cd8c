"""Purchases and changes of standing on a customer's timeline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from shuke.crm.customers.models import Customer
from shuke.crm.people.models import User
from shuke.crm.timeline.entries import Place, entry, listing
from shuke.insight import slots
from shuke.insight.models import Upload
from shuke.insight.slots import rows_of

PURCHASES = frozenset({"purchase"})


@pytest.fixture
def customer(scored: Upload) -> Customer:
    return Customer.objects.get(key="c11")


def test_each_day_of_purchases_is_one_entry_and_their_sum_is_what_was_spent(customer: Customer, owner: User) -> None:
    rows = rows_of(customer)
    found = listing(owner, customer, kinds=PURCHASES, size=100)
    assert len(found.entries) == len({row["purchased_on"] for row in rows})
    assert found.entries[0].amount == "¥43.50"
    assert found.entries[0].fold == "茶叶"


def test_pages_of_purchases_go_on_where_the_one_before_ended(customer: Customer, owner: User) -> None:
    whole = [one.code for one in listing(owner, customer, kinds=PURCHASES, size=100).entries]
    codes, before = [], None
    while True:
        page = listing(owner, customer, kinds=PURCHASES, size=5, before=before)
        codes += [one.code for one in page.entries]
        if not page.more:
            break
        before = Place.read(page.more)
    assert codes == whole


def test_a_day_of_purchases_has_a_permalink(customer: Customer, owner: User) -> None:
    first = listing(owner, customer, kinds=PURCHASES).entries[0]
    found = entry(owner, customer, first.code)
    assert found is not None
    assert found[0] == first
    assert entry(owner, customer, "purchase-19990101") is None


def test_stages_that_changed_from_run_to_run_are_told(scored: Upload, owner: User) -> None:
    standing = frozenset({"standing"})
    told = [
        one.title
        for customer in Customer.objects.all()
        for one in listing(owner, customer, kinds=standing).entries
        if one.source == "stage"
    ]
    assert told
    assert all("→" in title for title in told)


def test_when_the_ledger_cannot_be_read_the_rest_is_shown(
    customer: Customer, owner: User, as_user: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> Any:
        raise OSError("the disk is away")

    monkeypatch.setattr(slots, "business_ledger", away)
    answer = as_user(owner).get("/customers/c11/timeline/")
    assert answer.status_code == 200
    assert "The purchases could not be read just now" in answer.content.decode()
    assert "Card created" in answer.content.decode()
