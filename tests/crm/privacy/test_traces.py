"""What saved lists, jobs and the audit say of somebody erased goes; what only looks like it stays, and asks for no more
than before."""

from __future__ import annotations

import pytest

from shuke.crm.customers import assigning
from shuke.crm.customers.models import Act, Change, Customer, SavedView
from shuke.crm.customers.writes_of_cards import begin_act
from shuke.crm.jobs.models import Job
from shuke.crm.jobs.worker import run_next
from shuke.crm.jobs.writes import enqueue, try_again
from shuke.crm.people.models import User
from shuke.crm.privacy import erasing
from shuke.crm.privacy.erasing import Asked
from shuke.crm.privacy.holdings import Person, names, stands_in, without
from shuke.crm.privacy.models import Statement
from shuke.crm.scores import bulk

NUMBERED = Person(1, ("10000",), ("10000", "13977712345"))


def erase(customer: Customer, owner: User) -> None:
    made = erasing.ask(customer=customer, asked=Asked("asked"), by=owner)
    erasing.erase(made)
    Job.objects.filter(pk=made.job_id).delete()


def changed_by(job: Job) -> set[str]:
    act = Act.objects.get(pk=job.payload["act"])
    return set(act.changes.values_list("customer__key", flat=True))


def test_a_job_whose_list_named_somebody_erased_never_runs_and_says_why(customer: Customer, owner: User) -> None:
    act = begin_act(field="tag", value="VIP", by=owner)
    job = bulk.ask(act, address="?q=欧阳椿萱", by=owner)
    erase(customer, owner)
    ended = run_next(worker="test")
    assert ended is not None
    assert (ended.pk, ended.state) == (job.pk, "failed")
    assert ended.error_key == "jobs.swept"
    assert "欧阳" not in str(ended.payload)
    assert try_again(job=ended)
    assert (again := run_next(worker="test"))
    assert again.state == "failed"
    assert changed_by(again) == set()


def test_a_job_that_names_nobody_erased_runs_as_it_was_asked_for(customer: Customer, owner: User) -> None:
    act = begin_act(field="tag", value="VIP", by=owner)
    bulk.ask(act, address="?", by=owner)
    erase(customer, owner)
    ended = run_next(worker="test")
    assert ended is not None
    assert (ended.state, changed_by(ended)) == ("done", {"C-2"})


@pytest.mark.parametrize("kind", ["customers.bulk", "customers.assign", "customers.consents"])
def test_a_list_that_was_lost_is_never_taken_for_all_customers(customer: Customer, owner: User, kind: str) -> None:
    act, made = begin_act(field="tag", value="VIP", by=owner), assigning.begin(to=owner, by=owner)
    said = {"channel": "email", "purpose": "marketing", "state": "given", "source": "form", "on": "2026-01-02"}
    payload = {"act": act.pk, "assignment": made.pk, "said": {**said, "evidence": ""}, "list": ""}
    enqueue(kind=kind, payload=payload, started_by=owner)
    ended = run_next(worker="test")
    assert ended is not None
    assert ended.state == "failed"
    assert ended.error_key == "scores.refused.no_list"
    assert not Change.objects.filter(act=act).exists()
    assert not Statement.objects.exists()
    assert not assigning.given(made)


def test_a_number_is_found_as_a_whole_and_with_a_country_code_alone() -> None:
    found = ["q=10000", "10000", "no. 10000, paid", "?q=%2B8613977712345", "0086 13977712345"]
    assert [text for text in found if not names(NUMBERED, text)] == []
    other = ["f.spent.from=100000", "f.spent.from=10000", "q=x&f.spent.to=10000.00", "110000", "10000.50", "1390000"]
    assert [text for text in other if names(NUMBERED, text)] == []
    assert without(NUMBERED, {"list": "?f.spent.from=100000", "rows": ["10000", "100001"]}) == {
        "list": "?f.spent.from=100000",
        "rows": ["100001"],
    }
    assert stands_in("C-100", "about C-100")


def test_a_colleague_s_view_with_a_threshold_like_the_key_stays(
    customer: Customer, owner: User, colleague: User
) -> None:
    Customer.objects.filter(pk=customer.pk).update(key="10000")
    customer.refresh_from_db()
    for name, query in (("big", "f.spent.from=100000"), ("just", "f.spent.from=10000"), ("of them", "q=10000")):
        SavedView.objects.create(owner=colleague, name=name, query=query)
    erase(customer, owner)
    assert set(SavedView.objects.values_list("name", flat=True)) == {"big", "just"}


def test_a_reference_that_only_shares_digits_with_the_key_is_taken(customer: Customer, owner: User) -> None:
    Customer.objects.filter(pk=customer.pk).update(key="7")
    customer.refresh_from_db()
    assert erasing.ask(customer=customer, asked=Asked("asked", "2026-17"), by=owner).reference == "2026-17"
