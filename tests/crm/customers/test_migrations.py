"""What upgrades do to what is there."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.utils.translation import override

from shuke.crm.customers.models import Change, Customer, CustomerTag, Tag
from shuke.crm.customers.writes import Card, keep, tag
from shuke.crm.people.models import User
from shuke.crm.timeline.entries import listing


@pytest.mark.django_db
def test_tags_put_on_before_there_was_a_history_stand_on_the_timeline_on_their_day(colleague: User) -> None:
    keep(cards=[Card("C-1", name="王芳"), Card("C-2", name="李雷")])
    one, other = Customer.objects.order_by("key")
    old = Tag.objects.create(name='老客户 "VIP"')
    row = CustomerTag.objects.create(customer=one, tag=old, tagged_by=colleague)
    day = datetime(2025, 3, 4, 9, tzinfo=UTC)
    CustomerTag.objects.filter(pk=row.pk).update(tagged_at=day)
    tag(customers=[one.pk, other.pk], name="New", by=colleague)
    migration: Any = importlib.import_module("shuke.crm.customers.migrations.0005_tags_in_history")
    for _ in range(2):
        migration.tell_tags(SimpleNamespace(), SimpleNamespace(connection=connection))
    changes = Change.objects.filter(customer=one, field="tag").order_by("pk")
    told = [(change.after["name"], change.by, change.at) for change in changes]
    assert [name for name, _, _ in told] == ["New", old.name]
    assert told[1][1:] == (colleague, day)
    assert Change.objects.filter(field="tag").count() == 3
    with override("en"):
        titles = [(entry.title, entry.at, entry.who) for entry in listing(colleague, one).entries]
    assert (f"Tag added: {old.name}", day, "Ana") in titles
