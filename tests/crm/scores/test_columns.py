"""The day of the last contact, and of other moments, in the list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from shuke.crm.customers.models import Customer
from shuke.crm.people.models import User
from shuke.crm.scores import find as finding
from shuke.crm.scores.columns import COLUMNS, file_text
from shuke.crm.scores.models import SLOTS, Run
from shuke.crm.scores.plan import UNLIMITED, planned
from shuke.crm.scores.query import read
from shuke.crm.scores.reads import listed
from shuke.crm.timeline.models import LastTouch, Touch
from shuke.crm.timeline.writes import Said, add


@pytest.fixture
def run(published: Callable[..., Run], many: list[Any]) -> Run:
    """Of sixty customers every third was spoken to, each a day before the one before."""
    made = published(many)
    customers = Customer.objects.order_by("key")[::3]
    LastTouch.objects.bulk_create(
        LastTouch(customer=one, at=timezone.now() - timedelta(days=10 * place)) for place, one in enumerate(customers)
    )
    return made


def found(viewer: User, address: str) -> list[str]:
    query = read(QueryDict(address + "&size=100"), (), viewer)
    return [row.customer.key for row in listed(viewer, query, Run.objects.get())[0]]


@pytest.mark.parametrize("few", [0, 2_000])
@pytest.mark.parametrize("narrowed", ["", "&risk=churn"])
def test_the_list_is_sorted_by_the_last_contact_and_those_without_come_last(
    run: Run, owner: User, few: int, narrowed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "FEW", few)
    passing = set(found(owner, "sort=name" + narrowed))
    spoken = [key for key in (f"k{number:02d}" for number in range(0, 60, 3)) if key in passing]
    silent = passing - set(spoken)
    latest_first, longest_first = (
        found(owner, "sort=-last_contact" + narrowed),
        found(owner, "sort=last_contact" + narrowed),
    )
    assert latest_first[: len(spoken)] == spoken
    assert longest_first[: len(spoken)] == spoken[::-1]
    assert set(latest_first[len(spoken) :]) == set(longest_first[len(spoken) :]) == silent


def test_the_index_of_the_last_contacts_serves_the_order(run: Run, owner: User) -> None:
    query = read(QueryDict("sort=-last_contact"), (), owner)
    walk, _ = finding._walks(planned(query, run, UNLIMITED))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET enable_seqscan = off")
            cursor.execute("SET enable_bitmapscan = off")
    plan = walk[:25].explain()
    assert "last_touch_by_day" in plan, plan
    assert "TEMP B-TREE" not in plan


def test_the_list_says_whom_nobody_was_in_contact_with(run: Run, owner: User) -> None:
    spoken = [f"k{number:02d}" for number in range(0, 60, 3)]
    silent = {f"k{number:02d}" for number in range(60) if number % 3}
    assert set(found(owner, "contact=never")) == silent
    assert set(found(owner, "contact=90")) == silent | set(spoken[9:])
    assert set(found(owner, "contact=tomorrow")) == silent | set(spoken), "what is not known filters nothing"


@pytest.mark.parametrize("few", [0, 2_000])
@pytest.mark.parametrize("name", ["first", "last"])
def test_the_list_says_whose_first_or_last_purchase_lies_in_some_days(
    run: Run, owner: User, name: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "FEW", few)
    bought = {f"k{number:02d}": date(2024, 1, 1) + timedelta(days=number % 20) for number in range(60)}
    for score in SLOTS[run.slot or 0].objects.select_related("customer"):
        setattr(score, f"{name}_purchase", bought[score.customer.key])
        score.save(update_fields=[f"{name}_purchase"])
    first, last = date(2024, 1, 5), date(2024, 1, 9)
    within = {key for key, day in bought.items() if first <= day <= last}
    assert set(found(owner, f"{name}={first}..{last}")) == within
    assert set(found(owner, f"{name}={first}..{last}&sort=name")) == within, "in an order of customers too"
    assert set(found(owner, f"{name}={last}..x")) == set(bought), "what is no span filters nothing"
    query = read(QueryDict(f"{name}={first}..{last}"), (), owner)
    assert query.is_filtered
    assert query.address() == f"?{name}={first}..{last}"
    assert listed(owner, query, None)[0] == [], "without a run nobody has bought"


def test_the_list_shows_the_day_of_the_last_contact(run: Run, owner: User, as_user: Callable[[User], Any]) -> None:
    customer = Customer.objects.get(key="k01")
    add(customer=customer, by=owner, said=Said("note", datetime(2026, 5, 9, tzinfo=UTC), text="only a note"))
    page = as_user(owner).get("/customers/?q=k01&columns=last_contact").content.decode()
    assert 'data-label="Last contact">—</td>' in page
    add(customer=customer, by=owner, said=Said("call", datetime(2026, 5, 3, 17, tzinfo=UTC), text="hello", minutes=5))
    page = as_user(owner).get("/customers/?q=k01&columns=last_contact&contact=30").content.decode()
    assert 'data-label="Last contact">2026-05-04</td>' in page, "the business's day: in Shanghai it was past midnight"
    assert "No contact for 30 days" in page
    assert Touch.objects.count() == 2


def test_a_file_has_the_day_by_the_business_s_clock() -> None:
    at = datetime(2026, 5, 3, 17, tzinfo=UTC)
    assert file_text(COLUMNS["created"], at, "en", "CNY") == "2026-05-04"
