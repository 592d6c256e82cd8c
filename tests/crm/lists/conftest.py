"""Three customers of the colleague's."""

from __future__ import annotations

import pytest

from shuke.crm.customers.models import Customer
from shuke.crm.customers.writes import Card, keep
from shuke.crm.people.models import User


@pytest.fixture
def cards(db: None, colleague: User) -> dict[str, Customer]:
    """`c1`, `c2` and `c3`."""
    keep(cards=[Card("c1", name="王芳"), Card("c2", name="李雷"), Card("c3", name="韩梅梅")])
    Customer.objects.update(owner=colleague)
    return {customer.key: customer for customer in Customer.objects.order_by("key")}
