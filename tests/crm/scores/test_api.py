"""Scores and lists as a program meets them: each label and trait is a filter and a field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

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
