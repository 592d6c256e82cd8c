from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shuke.crm.customers import assigning, writes_of_cards
from shuke.crm.customers.links import link
from shuke.crm.customers.models import Act, Customer, CustomerTag, Field, Kind
from shuke.crm.customers.writes import Card, keep
from shuke.crm.customers.writes_of_cards import begin_act, create_card
from shuke.crm.customers.writes_of_fields import add_field, add_section
from shuke.crm.jobs.errors import ShuttingDownError
from shuke.crm.jobs.models import Job
from shuke.crm.jobs.worker import JobRun, run_next
from shuke.crm.jobs.writes import claim, enqueue
from shuke.crm.people.models import User
from shuke.crm.privacy.models import Channel, Standing, Statement
from shuke.crm.privacy.writes import Said, note
from shuke.crm.scores import bulk, views_of_consents
from shuke.crm.scores.models import Run

AsUser = Callable[[User], Client]
BULK = "/customers/-/bulk/"


@pytest.fixture
def city(published: Callable[..., Run], many: list[Any]) -> Field:
    published(many)
    section = add_section(labels={"en": "Person"})
    return add_field(section=section, type="text", labels={"en": "City"}, code="city", is_listed=True)


def cities() -> dict[str, Any]:
    return {one.key: one.values["city"] for one in Customer.objects.all() if "city" in one.values}


def test_those_ticked_get_a_value_and_give_it_back(city: Field, as_user: AsUser, colleague: User) -> None:
    client = as_user(colleague)
    ids = list(Customer.objects.filter(key__in=["k01", "k02"]).values_list("pk", flat=True))
    page = client.post(BULK, {"ids": ids, "list": "?tier=B", "whom": "ids", "field": "city"}).content.decode()
    assert 'name="city"' in page
    assert "The 2 selected" in page
    sent = {"ids": ",".join(map(str, ids)), "list": "?tier=B", "whom": "ids", "field": "city", "drawn": "city"}
    done = client.post(BULK, sent | {"city": "杭州", "apply": "1"}, follow=True)
    assert done.request["QUERY_STRING"] == "tier=B"
    assert cities() == {"k01": "杭州", "k02": "杭州"}
    undo = re.search(r'action="(/customers/-/act/\d+/undo/)"', done.content.decode())
    assert undo is not None
    client.post(undo[1])
    assert cities() == {}
    assert "undone before" in client.post(undo[1], follow=True).content.decode()


def test_all_of_a_filtered_list_are_changed(city: Field, as_user: AsUser, colleague: User) -> None:
    sent = {"list": "?tier=A", "whom": "all", "field": "city", "drawn": "city", "city": "杭州", "apply": "1"}
    as_user(colleague).post(BULK, sent)
    assert set(cities()) == {f"k{number:02d}" for number in range(0, 60, 4)}


def test_many_are_a_job_and_so_is_the_way_back(
    city: Field, as_user: AsUser, colleague: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writes_of_cards, "AT_ONCE", 5)
    client = as_user(colleague)
    while run_next(worker="test"):
        pass
    sent = {"list": "f.city.is=empty", "whom": "all", "field": "city", "drawn": "city", "city": "杭州", "apply": "1"}
    answer = client.post(BULK, sent)
    assert answer["Location"].startswith("/jobs/")
    assert cities() == {}
    job = run_next(worker="test")
    assert job is not None
    assert job.result == {"url": f"/customers/-/act/{Act.objects.get().pk}/", "changed": 60}
    assert len(cities()) == 60, "though each card left the list as it changed"
    assert "City: 杭州" in client.get(job.result["url"]).content.decode()
    client.post(job.result["url"] + "undo/")
    undone = run_next(worker="test")
    assert undone is not None
    assert (undone.result["restored"], cities()) == (60, {})


@pytest.fixture
def chunks_of_five(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writes_of_cards, "_CHUNK", 5)
    monkeypatch.setattr(writes_of_cards, "AT_ONCE", 5)


@pytest.mark.usefixtures("chunks_of_five")
def test_what_was_stopped_is_told_and_taken_back_and_not_done_again(
    city: Field, as_user: AsUser, colleague: User
) -> None:
    while run_next(worker="test"):
        pass
    client = as_user(colleague)
    sent = {"list": "?", "whom": "all", "field": "city", "drawn": "city", "city": "杭州", "apply": "1"}
    page = client.post(BULK, sent)["Location"]

    def work(steps: int) -> Any:
        """Stopped by the user after so many chunks."""
        told: list[int] = []

        def stopping() -> bool:
            told.append(1)
            if len(told) == steps:
                client.post(page + "cancel/")
            time.sleep(0.6)  # a job reports, and hears that it shall stop, twice a second
            return False

        return run_next(worker="test", stopping=stopping)

    assert work(2).state == "cancelled"
    done = len(cities())
    assert 0 < done < 60
    act = Act.objects.get()
    shown = client.get(page).content.decode()
    assert f'href="/customers/-/act/{act.pk}/"' in shown
    told = client.get(f"/customers/-/act/{act.pk}/").content.decode()
    assert f"<dd>{done}</dd>" in told
    assert "was stopped" in told
    assert f'action="/customers/-/act/{act.pk}/undo/"' in told
    client.post(f"/customers/-/act/{act.pk}/undo/")
    undone = run_next(worker="test")
    assert undone is not None
    assert (undone.result["restored"], cities()) == (done, {})
    client.post(page + "again/")
    again = run_next(worker="test")
    assert again is not None
    assert (again.state, again.error_key, cities()) == ("failed", "scores.refused.taken_back", {})


def test_what_is_done_still_is_taken_back_after_it(city: Field, as_user: AsUser, colleague: User) -> None:
    while run_next(worker="test"):
        pass
    act = begin_act(field="city", value="杭州", by=colleague)
    first = bulk.ask(act, address="?", by=colleague)
    one = Customer.objects.get(key="k01")
    writes_of_cards._do_chunk(act, [one.pk])
    answer = as_user(colleague).post(f"/customers/-/act/{act.pk}/undo/")
    assert answer["Location"].startswith("/jobs/")
    assert (run := run_next(worker="test"))
    assert run.pk == first.pk
    assert len(cities()) == 60
    assert run_next(worker="test")
    assert cities() == {}


def test_customers_given_by_a_job_that_was_stopped_are_given_back(
    city: Field, as_user: AsUser, manager: User, colleague: User
) -> None:
    made = assigning.begin(to=colleague, by=manager)
    job = bulk.ask_assign(made, address="?tier=A", by=manager)
    ids = list(Customer.objects.filter(key__in=["k00", "k04"]).values_list("pk", flat=True))
    assigning.give(made=made, customers=ids, by=manager)
    Job.objects.filter(pk=job.pk).update(state="cancelled")
    client = as_user(manager)
    assert f'href="/customers/-/assign/{made.pk}/"' in client.get(f"/jobs/{job.pk}/").content.decode()
    client.post(f"/customers/-/assign/{made.pk}/undo/")
    assert not Customer.objects.filter(owner=colleague).exists()
    client.post(f"/jobs/{job.pk}/again/")
    while run_next(worker="test"):
        pass
    assert not Customer.objects.filter(owner=colleague).exists()
    job.refresh_from_db()
    assert job.error_key == "scores.refused.taken_back"


def test_tags_are_put_on_and_taken_off_many(city: Field, as_user: AsUser, colleague: User) -> None:
    client = as_user(colleague)
    sent = {"list": "?tier=A", "whom": "all", "apply": "1"}
    client.post(BULK, sent | {"field": "tag", "drawn": "tag", "tag": " VIP "})
    assert CustomerTag.objects.filter(tag__name="VIP", origin="hand", tagged_by=colleague).count() == 15
    client.post(BULK, sent | {"field": "untag", "drawn": "untag", "untag": "VIP"})
    assert not CustomerTag.objects.exists()


def test_a_field_chosen_anew_asks_for_its_value_before_anything_is_changed(
    city: Field, as_user: AsUser, colleague: User
) -> None:
    sent = {"list": "?tier=A", "whom": "all", "field": "city", "drawn": "tag", "tag": "VIP", "apply": "1"}
    page = as_user(colleague).post(BULK, sent).content.decode()
    assert 'name="city"' in page
    assert not Act.objects.exists()
    part = as_user(colleague).post(BULK, sent, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="bulk-value">')


def test_nobody_ticked_is_told_and_a_wrong_value_stands_beside_its_field(
    city: Field, as_user: AsUser, colleague: User
) -> None:
    client = as_user(colleague)
    assert "Select customers first" in client.post(BULK, {"whom": "ids"}, follow=True).content.decode()
    sent = {"list": "?", "whom": "all", "field": "city", "drawn": "city", "city": "x" * 300, "apply": "1"}
    answer = client.post(BULK, sent)
    assert answer.status_code == 422
    assert "at most 200" in answer.content.decode()


@pytest.mark.parametrize("address", ["/customers/-/bulk/", "/customers/-/consents/", "/customers/-/assign/"])
@pytest.mark.parametrize(("sent", "told"), [("?tag=" + "x" * 9000, "too long"), ("", "did not come along")])
def test_a_list_that_is_too_long_or_missing_is_refused_and_nobody_is_changed(
    city: Field, as_user: AsUser, manager: User, address: str, sent: str, told: str
) -> None:
    form = {"list": sent, "whom": "all", "assign_whom": "all", "to": manager.pk, "apply": "1"}
    form |= {"field": "city", "drawn": "city", "city": "杭州"}
    form |= {"channel": "email", "state": "given", "purpose": "marketing", "source": "form", "on": "2026-01-02"}
    page = as_user(manager).post(address, form, follow=True).content.decode()
    assert told in page
    assert cities() == {}
    assert not Statement.objects.exists()
    assert not Customer.objects.filter(owner=manager).exists()


def test_another_s_act_is_not_ours_to_undo(city: Field, as_user: AsUser, colleague: User, stranger: User) -> None:
    sent = {"list": "?tier=A", "whom": "all", "field": "city", "drawn": "city", "city": "杭州", "apply": "1"}
    as_user(colleague).post(BULK, sent)
    address = f"/customers/-/act/{Act.objects.get().pk}/"
    assert as_user(stranger).get(address).status_code == 404
    assert as_user(stranger).post(address + "undo/").status_code == 404
    assert len(cities()) == 15


def test_the_list_shows_filters_sorts_and_exports_a_field(city: Field, as_user: AsUser, manager: User) -> None:
    client = as_user(manager)
    sent = {"list": "?tier=A", "whom": "all", "field": "city", "drawn": "city", "city": "=cmd()", "apply": "1"}
    client.post(BULK, sent)
    address = "/customers/?columns=f.city&sort=f.city&f.city=cmd"
    page = client.get(address).content.decode()
    assert page.count("=cmd()</td>") == 15
    assert "City: “cmd”" in page
    assert 'data-dialog="card-fields"' in page
    lines = b"".join(client.post("/customers/-/export/?columns=f.city&f.city.is=filled")).decode().splitlines()
    assert lines[0] == "\ufeffId,Name,City"
    assert lines[1].endswith(",'=cmd()")


def test_a_household_shows_its_members_and_what_they_are_worth_together(
    published: Callable[..., Run], row: Callable[..., Any], as_user: AsUser, owner: User
) -> None:
    home = create_card(name="李家", key="home", kind=Kind.HOUSEHOLD, by=owner)
    keep(cards=[Card("li", name="李雷"), Card("han", name="韩梅梅")])
    for key in ("li", "han"):
        link(customer=home, other=Customer.objects.get(key=key), role="member", by=owner)
    published([row("li", clv_minor=100_00), row("han", clv_minor=50_50)])
    page = as_user(owner).get("/customers/home/").content.decode()
    assert "Members and their value" in page
    assert "CN¥150.50" in page
    assert "Members and their value" not in as_user(owner).get("/customers/li/").content.decode()


def test_a_job_of_consents_begun_anew_notes_nothing_twice_and_overturns_nothing(
    published: Callable[..., Run], many: list[tuple[Any, ...]], owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(many)
    Channel.objects.get_or_create(code="email", defaults={"names": {"en": "E-mail"}})
    said = {"channel": "email", "purpose": "marketing", "state": "given", "source": "form", "evidence": "",
            "on": timezone.localdate().isoformat()}  # fmt: skip
    enqueue(kind=views_of_consents.JOB, payload={"list": "?tier=A", "said": said}, started_by=owner)
    job = claim(worker="a/1")
    assert job is not None
    monkeypatch.setattr(views_of_consents, "_AT_ONCE", 5)

    with pytest.raises(ShuttingDownError):
        views_of_consents.run(JobRun(job, stopping=lambda: True))
    first = Statement.objects.order_by("pk")[0]
    no = Said(Channel.objects.get(code="email"), "withdrawn", "website", timezone.localdate())
    note(customers=[first.customer_id], said=no)
    done = views_of_consents.run(JobRun(job))
    assert done["noted"] == Statement.objects.filter(state="given").count() == 15
    assert Standing.objects.get(customer=first.customer_id).state == "withdrawn"
