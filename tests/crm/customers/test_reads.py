from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from shuke.crm.customers import reads
from shuke.crm.customers.errors import NoSuchCustomer
from shuke.crm.customers.palette import find_customers
from shuke.crm.customers.writes import Card, keep, log_export
from shuke.crm.people.models import User


@pytest.fixture
def shut_out(colleague: User) -> User:
    colleague.is_active = False
    return colleague


def test_who_is_shut_out_sees_no_customer(shut_out: User) -> None:
    keep(cards=[Card("k", name="张伟")])
    with pytest.raises(PermissionDenied):
        reads.customer(shut_out, "k")
    assert list(find_customers("zhang", shut_out)) == []


def test_an_unknown_key_is_named_in_the_error(colleague: User) -> None:
    with pytest.raises(NoSuchCustomer, match="'no such'"):
        reads.customer(colleague, "no such")


def test_the_palette_finds_a_customer_and_leads_to_the_card(colleague: User) -> None:
    keep(cards=[Card("A/7", name="张伟"), Card("B", name="王芳")])
    entries = list(find_customers("zw", colleague))
    assert [(entry.label, entry.detail, entry.url) for entry in entries] == [("张伟", "A/7", "/customers/A~2F7/")]


def test_the_palette_waits_for_words(colleague: User) -> None:
    keep(cards=[Card("k", name="张伟")])
    assert list(find_customers("  ", colleague)) == []


def test_the_log_of_exports_shows_ones_own_and_the_owner_all(owner: User, manager: User) -> None:
    log_export(by=manager, query="tier=A", columns=["clv"])
    log_export(by=owner, query="", columns=["clv"])
    assert [entry.exported_by for entry in reads.exports(manager)] == [manager]
    assert reads.exports(owner).count() == 2
