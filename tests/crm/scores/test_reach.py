"""Whichever way leads to a page, it shows nobody out of the viewer's reach, and leaves out nobody within it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuke.crm.customers import indexes
from shuke.crm.customers.models import Customer
from shuke.crm.customers.reads import visible
from shuke.crm.customers.reads_of_cards import listed_fields
from shuke.crm.customers.writes import Card, keep, tag
from shuke.crm.customers.writes_of_cards import change
from shuke.crm.customers.writes_of_fields import add_field, add_section
from shuke.crm.people.models import Role, User
from shuke.crm.scores import find as finding
from shuke.crm.scores.columns import ORDERS
from shuke.crm.scores.find import all_ids
from shuke.crm.scores.models import Run
from shuke.crm.scores.plan import UNLIMITED
from shuke.crm.scores.query import read
from shuke.crm.scores.reads import all_listed, listed, listed_ids
from shuke.crm.timeline.models import LastTouch

SCOPES = ("none", "own", "team", "all")
LIMITS = {"FEW": (0, 4, 2_000), "MANY": (0, 12, 100_000), "WALKED": (4, 20_000), "_FIRST_STEP": (2, 500)}
PARTS = {
    "tier": ("", "A", "B,C", "A,B,C,D"),
    "stage": ("", "decline", "decline,former"),
    "risk": ("", "churn"),
    "q": ("", "张", "k1", "8001"),
    "tag": ("", "VIP", "none"),
    "owner": ("", "mine", "team", "nobody"),
    "contact": ("", "90", "never"),
    "first": ("", "2000-01-01..2100-01-01"),
    "f.city": ("", "hang"),
    "f.vip": ("", "yes"),
    "f.budget.from": ("", "20"),
    "f.likes": ("", "red"),
    "sort": (*ORDERS, *(f"-{code}" for code in ORDERS), "f.budget", "-f.budget", "f.city"),
}


@pytest.fixture
def run(published: Callable[..., Run], many: list[Any], colleague: User, manager: User, owner: User) -> Run:
    """Sixty customers: of the viewer, of two others, and of nobody in turn."""
    made = published(many)
    cards = (("张伟", "王芳")[number % 2] for number in range(60))
    keep(cards=[Card(f"k{number:02d}", name=name, phone=f"138000080{number:02d}") for number, name in enumerate(cards)])
    for number, customer in enumerate(Customer.objects.order_by("key")):
        Customer.objects.filter(pk=customer.pk).update(owner=(colleague, manager, owner, None)[number % 4])
    section = add_section(labels={"en": "Card"})
    reds = [{"code": code, "labels": {"en": code}} for code in ("red", "green")]
    for code, kind in (("city", "text"), ("vip", "yes_no"), ("budget", "money"), ("likes", "multi_choice")):
        choices = reds if kind == "multi_choice" else []
        add_field(section=section, type=kind, labels={"en": code}, choices=choices, is_listed=True, code=code)
    connection.check_constraints()  # else PostgreSQL waits with them, and makes no index of such a table
    indexes.fit()
    for number, customer in enumerate(Customer.objects.order_by("key")):
        likes = ["red"] if number % 2 else ["green"]
        values = {"city": ("hang", "hu")[number % 2], "vip": number % 3 == 0, "budget": number * 100, "likes": likes}
        change(customer=customer.pk, values=values if number % 7 else {"vip": True}, by=None)
    ids = list(Customer.objects.order_by("key").values_list("pk", flat=True))
    tag(customers=ids[::3], name="VIP")
    days = (timedelta(days=number * 5) for number in range(60))
    LastTouch.objects.bulk_create(LastTouch(customer_id=pk, at=timezone.now() - next(days)) for pk in ids[::2])
    return made


def viewer_with(user: User, **scopes: str) -> User:
    rights = ["see", "tag", "export"]
    Role.objects.update_or_create(code="clerk", defaults={"rights": rights, "scopes": {"customers": scopes}})
    User.objects.filter(pk=user.pk).update(role="clerk")
    return User.objects.get(pk=user.pk)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_every_way_to_a_page_stays_within_reach(
    run: Run, colleague: User, monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    scopes = {act: data.draw(st.sampled_from(SCOPES), act) for act in ("read", "write", "export")}
    viewer = viewer_with(colleague, **scopes)
    parts = {name: data.draw(st.sampled_from(choices), name) for name, choices in PARTS.items()}
    address = "&".join(f"{name}={text}" for name, text in parts.items() if text)
    query = read(QueryDict(address + "&size=100"), listed_fields(viewer), viewer)
    scored = run if data.draw(st.booleans(), "scored") else None
    whole = set(all_ids(query, scored, UNLIMITED)) & _asked_for(viewer, parts["owner"])
    with monkeypatch.context() as patch:
        for name, limits in LIMITS.items():
            patch.setattr(finding, name, data.draw(st.sampled_from(limits), name))
        rows, found = listed(viewer, query, scored)
        exported = [row.customer.pk for row in all_listed(viewer, query, scored)]
        changed = list(listed_ids(viewer, query, scored))
    reach = {act: set(visible(viewer, act).values_list("pk", flat=True)) for act in ("read", "write", "export")}
    shown = [row.customer.pk for row in rows]
    assert shown == found.ids
    assert len(set(shown)) == len(shown)
    assert set(shown) == whole & reach["read"]
    assert found.capped or found.total == len(shown)
    assert set(exported) == whole & reach["export"]
    assert set(changed) == whole & reach["write"]


def _asked_for(viewer: User, owner: str) -> set[int]:
    """By the plainest code there is; the viewer has no team, so the team is the viewer."""
    rows = Customer.objects.values_list("pk", "owner_id")
    wanted = {"mine": {viewer.pk}, "team": {viewer.pk}, "nobody": {None}}.get(owner)
    return {pk for pk, responsible in rows if wanted is None or responsible in wanted}


def test_by_a_masked_number_nothing_is_filtered_or_sorted(run: Run, colleague: User, manager: User) -> None:
    section = add_section(labels={"en": "More"})
    add_field(section=section, type="phone", labels={"en": "Mobile"}, is_listed=True, code="mobile")
    change(customer=Customer.objects.get(key="k01").pk, values={"mobile": "+8613876548000"}, by=None)

    def asked(viewer: User, address: str) -> Any:
        return read(QueryDict(address), listed_fields(viewer), viewer)

    assert [condition.texts for condition in asked(manager, "f.mobile=876").conditions] == [("876",)]
    assert asked(colleague, "f.mobile=876").conditions == ()
    assert asked(manager, "sort=f.mobile").sorted_by is not None
    assert asked(colleague, "sort=f.mobile").sorted_by is None
    rows, _ = listed(colleague, asked(colleague, "f.mobile.is=filled&columns=f.mobile"), run)
    assert [row.customer.key for row in rows] == ["k01"], "whether there is one is no secret"
