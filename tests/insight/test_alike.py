"""Changes between runs are told only where both counted by the same rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from shuke.crm.people.models import User
from shuke.crm.scores.models import Run
from shuke.insight.alike import rules
from shuke.insight.models import Upload

pytestmark = pytest.mark.django_db
Visit = Callable[[User], Client]


def unchanged(client: Client) -> set[str]:
    """The tiles of the Overview that tell no change."""
    return {tile["label"] for tile in client.get("/", headers={"Accept-Language": "en"}).context["tiles"]
            if tile["delta"] is None}  # fmt: skip


def said_of_before(**told: Any) -> None:
    """What the run in force knows of the rules of the run before."""
    run = Run.objects.get(state="current")
    run.figures["before"]["rules"] |= told
    run.save()


def test_runs_by_the_same_rules_tell_all_changes(scored: Upload, owner: User, as_user: Visit) -> None:
    client = as_user(owner)
    assert unchanged(client) == set()
    assert "no change" not in client.get("/").content.decode()
    assert Run.objects.get(state="current").figures["before"]["rules"] == rules(Run.objects.get(run_id="run-june"))


def test_the_overview_tells_no_gain_that_is_only_another_rule(scored: Upload, owner: User, as_user: Visit) -> None:
    client, tiles = as_user(owner), {tile["label"] for tile in as_user(owner).get("/").context["tiles"]}
    said_of_before(period_days=30)
    assert len(unchanged(client)) == 3
    said_of_before(period_days=90, horizon_days=180)
    assert len(unchanged(client)) == 3
    said_of_before(horizon_days=365, value_basis="revenue", margin_rate=None)
    assert len(unchanged(client)) == 4
    assert "Customers" not in unchanged(client) < tiles
    page = client.get("/").content.decode()
    assert "are not those of the run of" in page


def test_an_overview_published_before_rules_were_kept_still_shows(scored: Upload, owner: User, as_user: Visit) -> None:
    run = Run.objects.get(state="current")
    del run.figures["before"]["rules"]
    run.save()
    assert unchanged(as_user(owner)) == set()


def test_a_comparison_tells_no_change_of_value_by_another_basis(scored: Upload, owner: User, as_user: Visit) -> None:
    client, address = as_user(owner), "/runs/compare/?run=run-june&run=run-year"
    assert "show no change" not in client.get(address).content.decode()
    june = Run.objects.get(run_id="run-june")
    june.figures["value_basis"] = "revenue"
    june.save()
    answer = client.get(address, headers={"Accept-Language": "en"})
    assert "show no change" in answer.content.decode()
    rows = {row["name"]: row["delta_text"] for row in answer.context["totals"]}
    assert all(rows.pop(name) for name in ("Customers", "Spend"))
    assert not any(text for name, text in rows.items() if "alue" in name)
    assert ("Value basis", "revenue", "margin (estimated by rate)", True) in answer.context["parameters"]
