"""The Overview of who sees only customers of their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from shuke.crm.customers.models import Customer
from shuke.crm.people.models import User
from shuke.crm.scores.models import SLOTS, Run
from shuke.insight.models import Upload

pytestmark = pytest.mark.django_db
Visit = Callable[[User], Client]


def tiles(client: Client) -> dict[str, str]:
    answer = client.get("/", headers={"Accept-Language": "en"})
    return {tile["label"]: tile["value"] for tile in answer.context["tiles"]}


def test_what_no_model_forecast_is_unknown_and_not_worth_nothing(
    scored: Upload, stranger: User, as_user: Visit
) -> None:
    Customer.objects.filter(key__in=["c10", "c11"]).update(owner=stranger)
    client = as_user(stranger)
    known = tiles(client)
    assert "—" not in known.values()
    run = Run.objects.get(state="current")
    assert run.slot is not None
    SLOTS[run.slot].objects.update(clv_minor=None, value_at_risk_minor=None)
    unknown = tiles(client)
    assert {label for label in known if unknown[label] == "—"} == {"Lifetime value", "Value at risk"}
