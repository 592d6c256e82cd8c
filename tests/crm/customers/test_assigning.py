"""Giving customers to somebody, and undoing exactly that."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from shuke.crm.customers import assigning, writes_of_cards
from shuke.crm.customers.assigning import assign, begin, give, undo
from shuke.crm.customers.errors import RefusedAssignment
from shuke.crm.customers.models import Assignment, Customer
from shuke.crm.customers.writes import Card, keep
from shuke.crm.jobs.worker import run_next
from shuke.crm.people.models import AuditEntry, User

AsUser = Callable[[User], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def ids(colleague: User) -> list[int]:
    """Three customers: the colleague's, and two that are nobody's."""
    keep(cards=[Card(key, name=key) for key in ("a", "b", "c")])
    Customer.objects.filter(key="a").update(owner=colleague)
    return list(Customer.objects.order_by("key").values_list("pk", flat=True))


def owners() -> list[int | None]:
    return list(Customer.objects.order_by("key").values_list("owner_id", flat=True))


def test_undo_gives_each_back_to_whom_they_had(ids: list[int], manager: User, colleague: User) -> None:
    made = assign(customers=ids, to=manager, by=manager)
    assert owners() == [manager.pk] * 3
    assert made is not None
    assert undo(assignment_id=made.pk, by=manager) == 3
    assert owners() == [colleague.pk, None, None]
    assert undo(assignment_id=made.pk, by=manager) == 0, "once"


def test_undo_leaves_those_whom_somebody_has_given_on_since(ids: list[int], manager: User, owner: User) -> None:
    made = assign(customers=ids, to=manager, by=manager)
    assign(customers=ids[:1], to=owner, by=owner)
    assert made is not None
    assert undo(assignment_id=made.pk, by=manager) == 2
    assert owners() == [owner.pk, None, None]


def test_nobody_undoes_the_act_of_another(ids: list[int], manager: User, owner: User) -> None:
    made = assign(customers=ids, to=manager, by=manager)
    assert made is not None
    assert undo(assignment_id=made.pk, by=owner) == 0


def test_staff_take_up_what_is_nobody_s_and_pass_on_their_own(ids: list[int], colleague: User, manager: User) -> None:
    Customer.objects.filter(key="b").update(owner=manager)
    assign(customers=ids, to=colleague, by=colleague)
    assert owners() == [colleague.pk, manager.pk, colleague.pk]
    with pytest.raises(RefusedAssignment):
        assign(customers=ids, to=manager, by=colleague)


def test_nobody_is_given_customers_who_cannot_log_in(ids: list[int], manager: User, colleague: User) -> None:
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    with pytest.raises(RefusedAssignment):
        assign(customers=ids, to=colleague, by=manager)


def test_each_customer_s_own_line_in_the_audit_says_before_and_after(
    ids: list[int], manager: User, colleague: User
) -> None:
    assign(customers=ids, to=manager, by=manager)
    entry = AuditEntry.objects.get(act="customers_assigned", record=str(ids[0]))
    assert entry.kept.values == {"owner": [colleague.pk, manager.pk]}
    assert AuditEntry.objects.filter(act="customers_assigned").count() == 3


def test_the_list_gives_those_ticked_and_its_message_undoes_it(
    as_user: AsUser, ids: list[int], manager: User, colleague: User
) -> None:
    browser = as_user(manager)
    page = browser.post("/customers/-/assign/", {"ids": ids, "to": colleague.pk}, follow=True).content.decode()
    assert "Ana is now responsible for 2 customers." in page
    assert "1 others stayed as they were" in page
    address = f"/customers/-/assign/{Assignment.objects.get().pk}/undo/"
    assert f'action="{address}"' in page
    browser.post(address)
    assert owners() == [colleague.pk, None, None]


def test_the_list_filters_by_who_is_responsible(as_user: AsUser, ids: list[int], colleague: User) -> None:
    browser = as_user(colleague)

    def listed(query: str) -> list[str]:
        page = browser.get(f"/customers/?sort=name&{query}").content.decode()
        return [key for key in "abc" if f'href="/customers/{key}/"' in page]

    assert listed("owner=mine") == ["a"]
    assert listed("owner=nobody") == ["b", "c"]
    assert listed(f"owner={colleague.pk}") == ["a"]
    assert listed("") == ["a", "b", "c"]
    assert "Ana" in browser.get("/customers/?columns=owner").content.decode()


@pytest.mark.parametrize("to", ["999999", "x", "1.5"])
def test_somebody_whom_there_is_not_is_refused_with_a_message(
    as_user: AsUser, ids: list[int], manager: User, to: str
) -> None:
    page = as_user(manager).post("/customers/-/assign/", {"ids": ids, "to": to}, follow=True).content.decode()
    assert "choose one of the list" in page
    assert owners()[1:] == [None, None]


def test_all_of_a_list_are_given_as_far_as_the_giver_reaches(
    as_user: AsUser, ids: list[int], colleague: User, manager: User
) -> None:
    Customer.objects.filter(key="b").update(owner=manager)
    sent = {"assign_whom": "all", "list": "?sort=name", "to": colleague.pk}
    page = as_user(colleague).post("/customers/-/assign/", sent, follow=True).content.decode()
    assert "Ana is now responsible for 1 customers." in page
    assert owners() == [colleague.pk, manager.pk, colleague.pk], "staff take up what is nobody's, and no more"


def test_many_are_given_by_a_job_and_given_back_by_one(
    as_user: AsUser, ids: list[int], colleague: User, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writes_of_cards, "AT_ONCE", 2)
    monkeypatch.setattr(assigning, "_AT_ONCE", 2)
    browser = as_user(manager)
    answer = browser.post("/customers/-/assign/", {"assign_whom": "all", "list": "?", "to": manager.pk})
    assert answer["Location"].startswith("/jobs/")
    assert owners() == [colleague.pk, None, None], "not before the job runs"
    job = run_next(worker="test")
    assert job is not None
    made = Assignment.objects.get()
    assert job.result == {"url": f"/customers/-/assign/{made.pk}/", "changed": 3}
    assert owners() == [manager.pk] * 3
    assert "林经理 is now responsible for 3 customers." in browser.get(job.result["url"]).content.decode()
    assert browser.post(job.result["url"] + "undo/")["Location"].startswith("/jobs/")
    back = run_next(worker="test")
    assert back is not None
    assert back.result["restored"] == 3
    assert owners() == [colleague.pk, None, None]
    assert "undo/" not in browser.get(job.result["url"]).content.decode()


def test_a_job_that_is_run_anew_gives_nobody_twice(ids: list[int], colleague: User, manager: User) -> None:
    made = begin(to=manager, by=manager)
    assert give(made=made, customers=ids[:2], by=manager) == 2
    assert give(made=made, customers=ids, by=manager) == 3
    assert undo(assignment_id=made.pk, by=manager) == 3
    assert owners() == [colleague.pk, None, None]


def test_who_is_not_to_be_chosen_gets_no_job_either(as_user: AsUser, ids: list[int], colleague: User) -> None:
    other = Assignment.objects.count()
    sent = {"assign_whom": "all", "list": "?", "to": "999999"}
    assert (
        "choose one of the list" in as_user(colleague).post("/customers/-/assign/", sent, follow=True).content.decode()
    )
    assert Assignment.objects.count() == other
