"""A customer of the colleague's, with a phone number, and a place for files and the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shuke.crm.customers.models import Customer
from shuke.crm.customers.writes import Card, keep
from shuke.crm.people.models import User
from shuke.crm.privacy.models import Channel


@pytest.fixture
def customer(db: None, settings: Any, tmp_path: Path, colleague: User) -> Customer:
    settings.SHUKE_ATTACHMENTS, settings.SHUKE_ATTACHMENT_BYTES = tmp_path / "attachments", 1 << 20
    settings.SHUKE_LEDGER, settings.SHUKE_UPLOADS = tmp_path / "ledger", tmp_path / "uploads"
    keep(cards=[Card("C-77310", name="欧阳椿萱", phone="13977712345"), Card("C-2", name="李雷")])
    Customer.objects.update(owner=colleague)
    return Customer.objects.get(key="C-77310")


@pytest.fixture
def email(db: None) -> Channel:
    return Channel.objects.get(code="email")
