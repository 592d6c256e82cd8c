"""A customer with a timeline, and a place for files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shuke.crm.customers.models import Customer
from shuke.crm.customers.writes import ensure
from shuke.crm.people.models import User
from shuke.crm.timeline.models import Touch
from shuke.crm.timeline.writes import Said, add

Adds = Callable[..., Touch]
MOMENT = datetime(2026, 5, 1, 2, 30, tzinfo=UTC)


@pytest.fixture
def customer(db: None, settings: Any, tmp_path: Path) -> Customer:
    settings.SHUKE_ATTACHMENTS, settings.SHUKE_ATTACHMENT_BYTES = tmp_path / "attachments", 1 << 20
    return Customer.objects.get(pk=ensure(keys=["王小明"])["王小明"])


@pytest.fixture
def touched(customer: Customer, colleague: User) -> Adds:
    """Put a touch on the timeline: `touched("call", minutes=5)`; a note of the colleague's unless said otherwise."""

    def put(kind: str = "note", by: User = colleague, brought: Any = (), **said: Any) -> Touch:
        facts: dict[str, Any] = {"kind": kind, "at": MOMENT, "text": "谈过"} | said
        return add(customer=customer, by=by, said=Said(**facts), brought=brought)

    return put
