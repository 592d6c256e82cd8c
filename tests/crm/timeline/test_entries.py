"""One list of many sources: in order, each entry once, page by page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from shuke.crm.customers import writes as customers
from shuke.crm.customers.models import Customer
from shuke.crm.people.models import User
from shuke.crm.scores.models import Run, StageChange, TierChange
from shuke.crm.timeline import writes
from shuke.crm.timeline.entries import Asked, Entry, Place, Source, day_begins, entry, listing
from shuke.crm.timeline.models import Touch

Adds = Callable[..., Touch]
OF_RECORDS = [
    "shuke.crm.timeline.sources.STAGES",
    "shuke.crm.timeline.sources.TIERS",
    "shuke.crm.timeline.sources_of_cards.CARDS",
    "shuke.crm.timeline.sources.TOUCHES",
]


def _break(asked: Asked) -> list[Entry]:
    raise OSError("the disk is away")


BROKEN = Source("purchase", frozenset({"purchase"}), False, _break, lambda viewer, customer, number: None)


@pytest.fixture(autouse=True)
def sources(settings: Any) -> None:
    settings.SHUKE_TIMELINE_SOURCES = OF_RECORDS


@pytest.fixture
def run(customer: Customer) -> Run:
    made = Run.objects.create(
        run_id="r2", as_of=date(2026, 5, 1), published_at=timezone.now(), currency="CNY", horizon_days=365,
        period_days=90, ledger_version=1, state=Run.State.OLD,
    )  # fmt: skip
    TierChange.objects.create(customer=customer, run=made, before="C", after="B")
    StageChange.objects.create(customer=customer, run=made, before="formation", after="stability")
    return made


def codes(viewer: User, customer: Customer, size: int, **narrowed: Any) -> list[str]:
    """All entries, by pages of that size."""
    found: list[str] = []
    before = None
    while True:
        page = listing(viewer, customer, size=size, before=before, **narrowed)
        found += [one.code for one in page.entries]
        if not page.more:
            return found
        before = Place.read(page.more)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_pages_hold_each_entry_once_and_in_order(
    touched: Adds, customer: Customer, colleague: User, run: Run, size: int
) -> None:
    midnight = day_begins(date(2026, 5, 1))
    for hours in (0, 0, 0, 5, -5, 30):
        touched("call", at=midnight + timedelta(hours=hours))
    customers.tag(customers=[customer.pk], name="VIP", by=colleague)
    whole = listing(colleague, customer, size=50).entries
    assert len(whole) == 6 + 2 + 2
    assert [one.at for one in whole] == sorted((one.at for one in whole), reverse=True)
    assert codes(colleague, customer, size) == [one.code for one in whole]


def test_an_entry_added_meanwhile_shifts_no_page(touched: Adds, customer: Customer, colleague: User) -> None:
    for _ in range(4):
        touched()
    first = listing(colleague, customer, size=2, kinds=frozenset({"note"}))
    touched(at=timezone.now())
    rest = listing(colleague, customer, size=9, before=Place.read(first.more), kinds=frozenset({"note"}))
    assert len({one.code for one in (*first.entries, *rest.entries)}) == 4


def test_the_list_is_narrowed_by_kind_and_by_who(
    touched: Adds, customer: Customer, colleague: User, manager: User, run: Run
) -> None:
    call, visit = touched("call"), touched("visit", by=manager)
    assert codes(colleague, customer, 9, kinds=frozenset({"call"})) == [f"touch-{call.pk}"]
    assert codes(colleague, customer, 9, by=manager.pk) == [f"touch-{visit.pk}"]
    assert len(codes(colleague, customer, 9, kinds=frozenset({"standing"}))) == 2
    assert codes(colleague, customer, 9, kinds=frozenset({"standing"}), by=manager.pk) == []


def test_a_deleted_touch_is_not_listed(touched: Adds, customer: Customer, colleague: User) -> None:
    touch = touched("call")
    writes.delete(touch=touch, by=colleague)
    assert codes(colleague, customer, 9, kinds=frozenset({"call"})) == []
    assert entry(colleague, customer, f"touch-{touch.pk}") is None


def test_every_entry_has_a_permalink_that_finds_it(
    touched: Adds, customer: Customer, colleague: User, run: Run
) -> None:
    touched("call")
    customers.tag(customers=[customer.pk], name="VIP", by=colleague)
    for one in listing(colleague, customer).entries:
        found = entry(colleague, customer, one.code)
        assert found is not None
        assert found[0] == one
        assert listing(colleague, customer, before=found[1], including=True).entries[0] == one


@pytest.mark.parametrize("code", ["touch-0", "touch-x", "touch-", "fax-1", "x", "touch-99999999999999999999"])
def test_what_names_no_entry_finds_none(customer: Customer, colleague: User, code: str) -> None:
    assert entry(colleague, customer, code) is None


def test_an_entry_of_another_customer_is_not_found(touched: Adds, customer: Customer, colleague: User) -> None:
    touch = touched()
    other = Customer.objects.get(pk=customers.ensure(keys=["K2"])["K2"])
    assert entry(colleague, other, f"touch-{touch.pk}") is None
    assert codes(colleague, other, 9) == ["card-1"]


def test_a_source_that_breaks_is_named_and_the_rest_is_there(
    touched: Adds, customer: Customer, colleague: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shuke.crm.timeline import sources

    monkeypatch.setattr(sources, "BROKEN", BROKEN, raising=False)
    settings.SHUKE_TIMELINE_SOURCES = ["shuke.crm.timeline.sources.BROKEN", *OF_RECORDS]
    touched("call")
    page = listing(colleague, customer)
    assert page.failed == ["purchase"]
    assert len(page.entries) == 2
