"""What customers say about being contacted is added, never altered; the latest day counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from shuke.crm.customers.models import Customer
from shuke.crm.people.models import AuditEntry, User
from shuke.crm.people.tokens import make
from shuke.crm.privacy.errors import RefusedStatement
from shuke.crm.privacy.models import Channel, Standing, Statement
from shuke.crm.privacy.reads import may_contact, standings, who_may_be_contacted
from shuke.crm.privacy.writes import Said, note

DAY = date(2026, 3, 1)


def say(customer: Customer, channel: Channel, state: str, on: date, purpose: str = "marketing") -> list[int]:
    return note(customers=[customer.pk], said=Said(channel, state, "form", on, purpose))


def test_a_withdrawal_counts_from_its_day_and_what_was_said_before_stays(customer: Customer, email: Channel) -> None:
    say(customer, email, "given", DAY)
    say(customer, email, "withdrawn", DAY + timedelta(days=10))
    days = [DAY - timedelta(days=1), DAY, DAY + timedelta(days=9), DAY + timedelta(days=10)]
    assert [may_contact(customer.pk, "email", day) for day in days] == [False, True, True, False]
    assert list(Statement.objects.values_list("state", flat=True)) == ["withdrawn", "given"]


def test_of_two_statements_of_a_day_the_later_noted_counts(customer: Customer, email: Channel) -> None:
    say(customer, email, "given", DAY)
    say(customer, email, "refused", DAY)
    assert not may_contact(customer.pk, "email", DAY)
    assert Standing.objects.get().state == "refused"


def test_what_was_said_earlier_but_noted_later_does_not_overturn_what_stands(
    customer: Customer, email: Channel
) -> None:
    say(customer, email, "withdrawn", DAY)
    say(customer, email, "given", DAY - timedelta(days=30))
    assert Standing.objects.get().state == "withdrawn"
    assert not may_contact(customer.pk, "email", DAY)
    assert may_contact(customer.pk, "email", DAY - timedelta(days=1))


def test_of_whom_nothing_is_known_only_service_may_be_spoken_of(customer: Customer, email: Channel) -> None:
    assert not may_contact(customer.pk, "email", DAY)
    assert may_contact(customer.pk, "email", DAY, "service")
    assert not may_contact(customer.pk, "telegraph", DAY, "service")
    say(customer, email, "refused", DAY, "service")
    assert not may_contact(customer.pk, "email", DAY, "service")


def test_consent_to_one_channel_or_purpose_is_none_to_another(customer: Customer, email: Channel) -> None:
    other = Customer.objects.get(key="C-2")
    say(customer, email, "given", DAY)
    assert who_may_be_contacted([customer.pk, other.pk], "email", DAY) == {customer.pk}
    assert who_may_be_contacted([customer.pk], "phone", DAY) == set()
    assert who_may_be_contacted([customer.pk], "email", DAY, "survey") == set()


def test_a_statement_is_noted_only_for_those_whom_the_writer_may_change_and_each_is_in_the_audit(
    customer: Customer, email: Channel, stranger: User, colleague: User
) -> None:
    both = list(Customer.objects.values_list("pk", flat=True))
    said = Said(email, "given", "call", DAY)
    assert note(customers=both, said=said, by=stranger) == []
    assert sorted(note(customers=both, said=said, by=colleague)) == sorted(both)
    noted = AuditEntry.objects.filter(act="consent_noted", kind="customer")
    assert {entry.by for entry in noted} == {colleague}
    assert noted[0].kept.values == {
        "channel": "email", "purpose": "marketing", "state": "given", "source": "call", "on": "2026-03-01",
    }  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        {"state": "perhaps"},
        {"source": "dream"},
        {"purpose": "gossip"},
        {"on": timezone.localdate() + timedelta(days=2)},
        {"evidence": "x" * 501},
    ],
)
def test_a_statement_without_sense_is_refused(customer: Customer, email: Channel, said: dict[str, object]) -> None:
    given: dict[str, object] = {"state": "given", "source": "form", "on": DAY} | said
    with pytest.raises(RefusedStatement):
        note(customers=[customer.pk], said=Said(channel=email, **given))  # type: ignore[arg-type]
    assert Statement.objects.count() == 0


def test_consent_to_a_channel_out_of_use_is_taken_back_but_not_given(
    customer: Customer, email: Channel, colleague: User, as_user: Callable[[User], Client]
) -> None:
    say(customer, email, "given", DAY)
    Channel.objects.filter(pk=email.pk).update(archived=True)
    Channel.objects.filter(code="sms").update(archived=True)
    email.refresh_from_db()
    browser, address = as_user(colleague), f"/customers/{customer.key}/consents/"
    page = browser.get(address).content.decode()
    assert 'value="withdrawn"' in page
    assert '<option value="email">' in page
    assert '<option value="sms">' not in page
    refused = {"channel": "email", "state": "given", "purpose": "marketing", "source": "form", "on": "2026-03-05"}
    answer = browser.post(address, refused)
    assert answer.status_code == 422
    assert "not in use any more" in answer.content.decode()
    with pytest.raises(RefusedStatement, match="not in use"):
        say(customer, email, "given", DAY + timedelta(days=1))
    assert browser.post(f"{address}say/", {"channel": "email", "state": "withdrawn"}).status_code == 302
    assert not may_contact(customer.pk, "email", timezone.localdate())
    page = browser.get(address).content.decode()
    assert '<option value="email">' not in page
    assert '<input type="hidden" name="channel" value="email">' not in page, "nor is there a way to give it anew"


def test_the_api_takes_back_consent_to_a_channel_out_of_use(customer: Customer, email: Channel, owner: User) -> None:
    say(customer, email, "given", DAY)
    Channel.objects.filter(pk=email.pk).update(archived=True)
    secret = make(user=owner, name="test", scopes=["consents:write"], days=1, by=owner)[1]

    def told(state: str) -> int:
        body = {"channel": "email", "state": state, "source": "website"}
        named = {"Authorization": f"Bearer {secret}"}
        path = f"/api/v1/customers/{customer.key}/statements"
        return Client().post(path, body, content_type="application/json", headers=named).status_code

    assert (told("given"), told("withdrawn")) == (422, 201)
    assert not may_contact(customer.pk, "email", timezone.localdate())


def test_the_card_shows_every_channel_and_what_stands_of_it(customer: Customer, email: Channel, owner: User) -> None:
    say(customer, email, "given", DAY)
    say(customer, email, "refused", DAY, "survey")
    shown = {(one.channel.code, one.purpose): one.state for one in standings(owner, customer)}
    assert shown["email", "marketing"] == "given"
    assert shown["email", "survey"] == "refused"
    assert shown["phone", "marketing"] == "unknown"
