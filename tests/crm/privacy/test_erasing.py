"""Erasing a customer goes on where it was stopped, forgets whom it was about, and lets nobody back by accident."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import models
from django.test import Client
from django.utils import timezone

from shuke.crm.customers.models import Alias, Customer, Tag
from shuke.crm.customers.writes import tag
from shuke.crm.customers.writes_of_cards import change, write_entry
from shuke.crm.customers.writes_of_fields import add_field, add_section
from shuke.crm.jobs.models import Job
from shuke.crm.jobs.writes import enqueue
from shuke.crm.people.models import AuditEntry, User
from shuke.crm.privacy import dossier, erased, erasing
from shuke.crm.privacy.erasing import Asked
from shuke.crm.privacy.errors import RefusedErasure
from shuke.crm.privacy.holdings import holdings, person_of
from shuke.crm.privacy.models import Channel, Erasure
from shuke.crm.privacy.writes import Said as Consent
from shuke.crm.privacy.writes import note
from shuke.crm.scores.models import Run, ScoreA
from shuke.crm.timeline.files import Brought
from shuke.crm.timeline.writes import Said, add

Visit = Callable[[User], Client]
ASKED = Asked("asked", "2026-17")


class Killed(BaseException):
    """The process ended here."""


def asked(customer: Customer, owner: User) -> Erasure:
    return erasing.ask(customer=customer, asked=ASKED, by=owner)


def test_every_table_that_leads_to_a_customer_stands_in_a_holding() -> None:
    """A new table of something known of customers must say how it is exported and erased."""
    held = {name for holding in holdings() for name in holding.models}
    leading = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model is Customer
    }
    assert leading - held == set(), "name it in a Holding of SHUKE_HOLDINGS"
    assert leading, "there are such tables"


def test_every_holding_counts_and_has_its_words(customer: Customer, owner: User) -> None:
    from shuke.kit.text import keys

    person = person_of(customer)
    for holding in holdings():
        assert holding.count(person) >= 0
        assert keys(f"privacy.holding.{holding.code}"), holding.code


@pytest.mark.parametrize("place", ["_forget_records", "_wait_for_others", "_forget_whom"])
def test_an_erasure_killed_anywhere_is_finished_by_the_next_attempt(
    customer: Customer, owner: User, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    made = asked(customer, owner)
    real = getattr(erasing, place)

    def killed(*given: Any) -> None:
        if place == "_forget_records":
            real(*given)
        raise Killed

    monkeypatch.setattr(erasing, place, killed)
    with pytest.raises(Killed):
        erasing.erase(made)
    monkeypatch.setattr(erasing, place, real)
    again = Erasure.objects.get(pk=made.pk)
    assert again.state == "running"
    erasing.erase(again)
    again.refresh_from_db()
    assert (again.state, again.keys, again.marks, again.gathered, again.unnamed) == ("done", [], [], {}, "")
    assert not Customer.objects.filter(key="C-77310").exists()
    acts = AuditEntry.objects.filter(act__in=["customer_erased", "erasure_asked", "erasure_done"])
    assert sorted(acts.values_list("act", flat=True)) == ["customer_erased", "erasure_asked", "erasure_done"]


def test_an_erasure_waits_for_an_import_that_runs_but_not_for_one_whose_worker_died(
    customer: Customer, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, told = asked(customer, owner), []
    enqueue(kind="insight.import", payload={"upload": 0})
    Job.objects.exclude(pk=made.job_id).update(
        state="running", claimed_by="elsewhere/1", claimed_at=timezone.now(), heartbeat_at=timezone.now()
    )

    def passes(_: float) -> None:
        told.append("waited")
        if len(told) == 2:  # since then no sign of life, for longer than a worker may be silent
            Job.objects.filter(kind="insight.import").update(heartbeat_at=timezone.now() - timedelta(minutes=2))
        assert len(told) < 5, "waits for ever"

    monkeypatch.setattr(erasing.time, "sleep", passes)
    erasing.erase(made)
    assert len(told) == 3
    assert made.state == Erasure.State.DONE
    assert Job.objects.get(kind="insight.import").state == "queued"


def test_who_may_not_delete_the_customer_cannot_have_it_erased(customer: Customer, manager: User) -> None:
    with pytest.raises(PermissionDenied):
        asked(customer, manager)
    assert Erasure.objects.count() == 0


@pytest.mark.parametrize("reference", ["wish of 欧阳椿萱", "call 13977712345", "C-77310"])
def test_a_reference_that_names_the_customer_is_refused(customer: Customer, owner: User, reference: str) -> None:
    with pytest.raises(RefusedErasure):
        erasing.ask(customer=customer, asked=Asked("asked", reference), by=owner)


def test_a_customer_is_erased_once_at_a_time(customer: Customer, owner: User) -> None:
    asked(customer, owner)
    with pytest.raises(RefusedErasure):
        asked(customer, owner)


def test_an_erased_key_is_known_by_digest_alone_until_it_is_let_return(
    customer: Customer, owner: User, manager: User
) -> None:
    asked(customer, owner)
    assert erased.ErasedKeys().among(["C-77310", "C-2"]) == ["C-77310"]
    with pytest.raises(PermissionDenied):
        erased.let_return(key="C-77310", by=manager)
    assert not erased.let_return(key="C-2", by=owner)
    assert erased.let_return(key="C-77310", by=owner)
    assert not erased.ErasedKeys()


def test_words_that_others_use_stay_and_those_of_the_customer_alone_go(customer: Customer, owner: User) -> None:
    other = Customer.objects.get(key="C-2")
    tag(customers=[customer.pk, other.pk], name="VIP")
    tag(customers=[customer.pk], name="椿萱的朋友")
    erasing.erase(asked(customer, owner))
    assert list(Tag.objects.values_list("name", flat=True)) == ["VIP"]


def test_the_pages_ask_for_the_name_and_show_how_it_went(customer: Customer, owner: User, as_user: Visit) -> None:
    browser = as_user(owner)
    address = "/customers/C-77310/erase/"
    form = {"reason": "asked", "reference": "2026-17", "purchases": "keep", "typed": "欧阳"}
    assert browser.get(address).status_code == 200
    assert browser.post(address, form).status_code == 422
    assert browser.post(address, form | {"reference": "欧阳椿萱", "typed": "欧阳椿萱"}).status_code == 422
    assert Erasure.objects.count() == 0
    sent = browser.post(address, form | {"typed": "欧阳椿萱"})
    made = Erasure.objects.get()
    assert sent["Location"] == f"/erasures/{made.pk}/"
    assert browser.get(address)["Location"] == f"/erasures/{made.pk}/"
    assert browser.get(sent["Location"]).status_code == 200
    erasing.erase(made)
    page = browser.get(sent["Location"]).content.decode()
    assert "欧阳椿萱" not in page + browser.get("/erasures/").content.decode()
    assert browser.get("/customers/C-77310/").status_code == 404


def test_a_stopped_erasure_is_taken_up_on_its_page(customer: Customer, owner: User, as_user: Visit) -> None:
    made = asked(customer, owner)
    assert made.job is not None
    type(made.job).objects.update(state="failed", finished_at=timezone.now())
    first = made.job_id
    assert as_user(owner).post(f"/erasures/{made.pk}/go-on/").status_code == 302
    made.refresh_from_db()
    assert made.job_id != first
    again = made.job_id
    assert as_user(owner).post(f"/erasures/{made.pk}/go-on/").status_code == 302
    made.refresh_from_db()
    assert made.job_id == again, "one that waits already is not asked for twice"


def test_all_that_is_held_comes_as_pages_json_and_files(customer: Customer, manager: User, colleague: User) -> None:
    file = Brought("offer.txt", [b"100 off"])
    add(customer=customer, by=colleague, said=Said("call", timezone.now(), text="谈过报价"), brought=[file])
    said = Consent(Channel.objects.get(code="email"), "given", "form", timezone.localdate())
    note(customers=[customer.pk], said=said)
    with dossier.write(customer=customer, viewer=manager) as kept, zipfile.ZipFile(kept) as archive:
        names = archive.namelist()
        card = json.loads(archive.read("data/card.json"))[0]
        page = archive.read("index.html").decode()
        attached = next(name for name in names if name.startswith("files/"))
        assert archive.read(attached) == b"100 off"
        assert json.loads(archive.read("data/touches.json"))[0]["text"] == "谈过报价"
        assert json.loads(archive.read("data/consents.json"))[0]["state"] == "given"
    assert (card["name"], card["phone"]) == ("欧阳椿萱", "13977712345")
    assert "谈过报价" in page
    assert AuditEntry.objects.filter(act="person_exported", record=str(customer.pk)).count() == 1


def test_two_fields_of_one_label_are_both_in_all_that_is_held(customer: Customer, owner: User, manager: User) -> None:
    log = add_section(labels={"en": "Log"}, repeats=True)
    facts = add_section(labels={"en": "Facts"})
    for section, codes in ((facts, ("note", "note_2", "city")), (log, ("said", "said_2"))):
        for code in codes:
            label = "City" if code == "city" else "Note"
            add_field(section=section, type="text", labels={"en": label}, code=code)
    change(customer=customer.pk, values={"note": "first", "note_2": "second", "city": "杭州"}, by=owner)
    write_entry(customer=customer, section=log, values={"said": "third", "said_2": "fourth"}, on=None, by=owner)
    with dossier.write(customer=customer, viewer=manager) as kept, zipfile.ZipFile(kept) as archive:
        card = json.loads(archive.read("data/card.json"))[0]
        entry = json.loads(archive.read("data/entries.json"))[0]
    assert card["fields"] == {"Note (note)": "first", "Note (note_2)": "second", "City": "杭州"}
    assert entry["values"] == {"Note (said)": "third", "Note (said_2)": "fourth"}


def test_who_may_not_read_contacts_in_full_takes_nothing_away(customer: Customer, colleague: User) -> None:
    with pytest.raises(PermissionDenied):
        dossier.write(customer=customer, viewer=colleague)


def test_a_press_gives_and_a_press_withdraws(customer: Customer, colleague: User, as_user: Visit) -> None:
    browser = as_user(colleague)
    for state in ("given", "withdrawn"):
        sent = browser.post("/customers/C-77310/consents/say/", {"channel": "sms", "state": state})
        assert sent.status_code == 302
    page = browser.get("/customers/C-77310/consents/", headers={"HX-Request": "true"}).content.decode()
    assert "Withdrawn" in page
    listed = browser.get("/customers/?consent=sms:no&columns=consents").content.decode()
    assert "欧阳椿萱" in listed
    assert "李雷" not in listed
    assert "欧阳椿萱" not in browser.get("/customers/?consent=sms:given").content.decode()
    assert "李雷" in browser.get("/customers/?consent=sms:unknown").content.decode()


def test_a_statement_is_noted_for_all_that_are_ticked(customer: Customer, colleague: User, as_user: Visit) -> None:
    browser, ids = as_user(colleague), list(Customer.objects.values_list("pk", flat=True))
    asked_for = {"ids": ids, "whom": "ids", "list": ""}
    assert browser.post("/customers/-/consents/", asked_for).status_code == 200
    said = {"channel": "post", "state": "refused", "purpose": "marketing", "source": "shop", "on": "2026-01-02"}
    assert browser.post("/customers/-/consents/", {**asked_for, **said, "apply": "1"}).status_code == 302
    assert "李雷" in browser.get("/customers/?consent=post:no").content.decode()


def test_a_statement_stands_on_the_timeline(customer: Customer, owner: User) -> None:
    from shuke.crm.timeline.entries import entry, listing

    said = Consent(Channel.objects.get(code="email"), "given", "form", timezone.localdate(), evidence="form 7")
    note(customers=[customer.pk], said=said, by=owner)
    found = listing(owner, customer, kinds=frozenset({"consent"})).entries
    assert [(one.who, one.lines) for one in found] == [("陈老板", [("form 7", "")])]
    assert entry(owner, customer, found[0].code)[0] == found[0]  # type: ignore[index]


def test_what_went_to_another_card_does_not_pass_for_erased(customer: Customer, owner: User) -> None:
    made = asked(customer, owner)
    Customer.objects.filter(pk=customer.pk).delete()
    other = Customer.objects.create(key="other")
    Alias.objects.create(key=customer.key, number=made.customer, customer=other)
    with pytest.raises(RefusedErasure, match="merged into another"):
        erasing.erase(made)
    assert Erasure.objects.get().state != Erasure.State.DONE


def test_a_publication_that_was_killed_keeps_nobody_from_being_erased(customer: Customer, owner: User) -> None:
    Run.objects.create(
        run_id="killed",
        as_of=date(2026, 1, 1),
        currency="CNY",
        horizon_days=365,
        period_days=90,
        ledger_version=1,
        slot=0,
    )
    fields = {field.name: field for field in ScoreA._meta.local_fields}
    values = {name: _plain(field) for name, field in fields.items() if name != "customer"}
    ScoreA.objects.create(customer=customer, **values)
    erasing.erase(asked(customer, owner))
    assert not ScoreA.objects.exists()
    assert Run.objects.get().customers == 0


def _plain(field: Any) -> Any:
    kinds: dict[type[Any], Any] = {
        models.DateField: date(2026, 1, 1),
        models.BooleanField: False,
        models.CharField: "x",
    }
    return kinds.get(type(field), 0)
