"""The Overview: what it says of its charts, and whom to call."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from shuke.classify import REGISTRY
from shuke.crm.people.models import User
from shuke.crm.scores.models import Run
from shuke.insight.models import Upload

pytestmark = pytest.mark.django_db
Visit = Callable[[User], Client]


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("customers", "by shares of customers"),
        ("value", "by shares of its total"),
        ("threshold", "begins at an amount"),
    ],
)
def test_the_pyramid_says_how_its_tiers_are_parted(
    scored: Upload, owner: User, as_user: Visit, way: str, said: str
) -> None:
    run = Run.objects.get(state="current")
    body = REGISTRY["pyramid"].default
    run.parameters["definitions"] = {"pyramid": body | {"settings": body["settings"] | {"by": way}}}
    run.save()
    assert said in as_user(owner).get("/").content.decode()
    run.parameters |= {"definitions": {}, "tiers": "80-20"}
    run.save()
    assert "by shares of its total" in as_user(owner).get("/").content.decode()
