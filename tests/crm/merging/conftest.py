"""Four cards, three of them scored in two runs, and all that the database says of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from shuke.crm.customers.models import Customer, Field
from shuke.crm.customers.writes import Card, keep
from shuke.crm.customers.writes_of_fields import add_field, add_section
from shuke.crm.merging.models import Merge
from shuke.crm.scores.models import COLUMNS, Run, Scored
from shuke.crm.scores.writes import NewRun, publish

KEYS = ("c1", "c2", "c3", "c4")
OF = ("customers", "privacy", "scores", "timeline", "lists", "merging")
_VALUES: dict[type[Any], Any] = {
    models.DateField: date(2026, 5, 1), models.BooleanField: False, models.FloatField: 0.5, models.CharField: "margin",
}  # fmt: skip


def _row(key: str, tier: str) -> tuple[Any, ...]:
    values: dict[str, Any] = {field.name: _VALUES.get(type(field), 3) for field in Scored._meta.local_fields}
    stage = "decline" if tier == "B" else "stability"
    values |= {
        "customer_id": key, "tier_in_force": tier, "stage": stage, "policy_code": f"{tier}.{stage}",
        "tier_why_code": "ranked", "stage_why_code": "steady", "why_code": "steady", "rfm_segment": "loyal",
    }  # fmt: skip
    return tuple(values[name] for name in COLUMNS)


def _publish(run_id: str, tiers: dict[str, str]) -> Run:
    run = NewRun(run_id, date(2026, 6, 30), "CNY", 365, 90, 1)
    return publish(run=run, rows=[_row(key, tier) for key, tier in tiers.items()])


@pytest.fixture
def cards(db: None, settings: Any, tmp_path: Path) -> dict[str, Customer]:
    """`c1`, `c2` and `c4` are scored, `c3` is not; there are fields of some types and a log."""
    settings.SHUKE_ATTACHMENTS = tmp_path / "attachments"
    keep(cards=[Card("c1", name="王芳"), Card("c2", name="王方"), Card("c3", name="王芳"), Card("c4", name="李雷")])
    section, log = add_section(labels={"en": "Facts"}), add_section(labels={"en": "Log"}, repeats=True, code="log")
    for code in ("city", "budget", "friend"):
        kind = {"budget": Field.Type.MONEY, "friend": Field.Type.CUSTOMER}.get(code, Field.Type.TEXT)
        add_field(section=section, type=kind, labels={"en": code}, code=code, is_searchable=code == "city")
    add_field(section=log, type="text", labels={"en": "Said"}, code="said")
    _publish("r1", {"c1": "A", "c2": "B", "c4": "C"})
    _publish("r2", {"c1": "B", "c2": "A", "c4": "C"})
    return {customer.key: customer for customer in Customer.objects.order_by("key")}


@pytest.fixture
def everything() -> Callable[[], dict[str, list[Any]]]:
    """All rows of all tables of customers, but for the merges themselves; and the words that the search finds."""

    def look() -> dict[str, list[Any]]:
        tables = [model for model in apps.get_models() if model._meta.app_label in OF and model is not Merge]
        found = {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in tables}
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                vocabulary = "fts5vocab(main, customers_search, instance)"
                cursor.execute(f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.words USING {vocabulary}")
                cursor.execute("SELECT * FROM words ORDER BY doc, term, offset")
                found["words"] = cursor.fetchall()
        connection.check_constraints()
        return found

    return look


@pytest.fixture
def publish_run() -> Callable[..., Run]:
    """Publish a run of the customers with their tiers: `publish_run("r3", {"c1": "A"})`."""
    return _publish
