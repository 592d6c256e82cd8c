"""The Overview: what it says of its charts, and whom to call."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from shuke.classify import REGISTRY
from shuke.crm.customers.models import Customer
from shuke.crm.merging.writes import merge
from shuke.crm.people.models import User
from shuke.crm.scores.models import SLOTS, Run
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


def test_as_many_are_to_be_called_after_cards_were_merged(scored: Upload, owner: User, as_user: Visit) -> None:
    client, run = as_user(owner), Run.objects.get(state="current")
    assert run.slot is not None
    first = [one["url"] for one in client.get("/").context["to_call"]]
    assert len(first) == 8
    ids = {key: Customer.objects.get(key=key).pk for key in run.figures["to_call"]}
    one, two, three, *_ = run.figures["to_call"]
    merge(survivor=ids[one], others=[ids[two], ids[three]], by=owner)
    after = [called["url"] for called in client.get("/").context["to_call"]]
    assert (len(after), after[:6]) == (8, [first[0], *first[3:]])

    fresh = Customer.objects.create(key="walked-in")
    merge(survivor=fresh.pk, others=[ids[one]], by=owner)
    assert client.get("/").context["to_call"][0]["url"] == "/customers/walked-in/", "who took over the score"
    SLOTS[run.slot].objects.filter(pk=fresh.pk).update(stage="former")
    assert "/customers/walked-in/" not in [called["url"] for called in client.get("/").context["to_call"]]
