"""Scores and lists as a program meets them: each label and trait is a filter and a field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from shuke.crm.customers.models import Act
from shuke.crm.customers.writes import Card, keep
from shuke.crm.people.models import User
from shuke.crm.people.tokens import make
from shuke.crm.scores.api_shapes import CustomerListing, ScoreTold
from shuke.crm.scores.labels import LABELS
from shuke.crm.scores.models import Run

Get = Callable[[str], Any]


@pytest.fixture
def get(published: Callable[..., Run], many: list[tuple[Any, ...]], owner: User) -> Get:
    """Ask the API of a business whose scores are published."""
    published(many)
    _, secret = make(user=owner, name="test", scopes=["customers:read"], days=None, by=owner)
    headers = {"Authorization": f"Bearer {secret}", "Accept-Language": "en"}
    return lambda path: Client().get(f"/api/v1{path}", headers=headers)


def test_every_label_and_trait_filters_lists_and_is_told_of_each_customer() -> None:
    assert set(LABELS) <= set(CustomerListing.model_fields)
    assert set(LABELS) | {"usual_weekday", "usual_month"} <= set(ScoreTold.model_fields)


def test_a_list_is_filtered_by_traits_together_and_each_customer_tells_them(get: Get) -> None:
    items = get("/customers?price_code=low,unknown&rhythm=regular&limit=100").json()["items"]
    assert {one["key"] for one in items} == {f"k{number:02d}" for number in range(2, 60, 8)}
    items = get("/customers?rfm_f=5&rfm_m=4&limit=100").json()["items"]
    assert {one["key"] for one in items} == {"k19", "k39", "k59"}
    assert get("/customers?rfm_f=six").status_code == 422
    score = get("/customers/k18/score").json()
    assert (score["price_code"], score["rhythm"], score["usual_weekday"], score["usual_month"]) == (
        "low", "regular", 5, None,
    )  # fmt: skip


@pytest.mark.parametrize("order", ["", "&sort=clv", "&sort=name", "&sort=-last_purchase"])
def test_a_customer_without_a_score_is_found_as_in_the_list_and_walked_past_once(get: Get, order: str) -> None:
    keep(cards=[Card("new", name="赵六六"), Card("newer", name="赵六六"), Card("k07", name="赵六六")])
    items = get(f"/customers?q=赵六六{order}").json()["items"]
    assert {one["key"] for one in items} == {"new", "newer", "k07"}
    path, walked = f"/customers?q=赵六六{order}&limit=1", []
    while path:
        told = get(path.removeprefix("/api/v1")).json()
        walked += [one["key"] for one in told["items"]]
        path = told["next"]
    assert walked == [one["key"] for one in items]


def test_a_tag_for_many_is_no_longer_than_a_tag(published: Callable[..., Run], owner: User) -> None:
    keep(cards=[Card("a")])
    _, secret = make(user=owner, name="test", scopes=["customers:write"], days=None, by=owner)
    headers = {"Authorization": f"Bearer {secret}", "Accept-Language": "en"}
    asked = {"keys": ["a"], "field": "tag", "value": "x" * 41}
    answer = Client().post("/api/v1/customers/-/change", asked, content_type="application/json", headers=headers)
    assert answer.status_code == 422
    assert "At most 40 characters" in answer.content.decode()
    assert not Act.objects.exists()
