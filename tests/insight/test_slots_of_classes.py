"""The strip of labels on a customer's page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from shuke.classify import REGISTRY
from shuke.crm.customers.models import Customer
from shuke.crm.customers.writes import Card, keep
from shuke.crm.people.models import User
from shuke.crm.scores.models import Run
from shuke.engines import open_engine
from shuke.insight.definitions import save, usual_parameters
from shuke.insight.facts import business_ledger
from shuke.insight.models import Upload
from shuke.insight.slots_of_classes import GROUPS, TRAITS, grouped
from shuke.insight.writes import start_run
from shuke.tables import SCORES_KEPT

pytestmark = pytest.mark.django_db
Visit = Callable[[User], Client]
GOLD = {"labels": [{"code": "gold", "share": 0.5, "names": {"en": "Gold card"}}, {"code": "D", "share": 0.5}]}


def strip(client: Client, key: str) -> str:
    answer = client.get(f"/customers/{key}/classes/", headers={"HX-Request": "true", "Accept-Language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_label_is_there_with_why_and_since_when(scored: Upload, manager: User, as_user: Visit) -> None:
    text = strip(as_user(manager), "c11")
    for code, one in REGISTRY.items():
        assert f'href="/classes/{code}/"' in text
        assert f"/customers/?{one.listed_by}=" in text
    assert re.search(r"[Rr]ank,? [0-9]+ of 40", text)
    assert text.count("<td") == 2 * (len(REGISTRY) + len(TRAITS))
    for code in TRAITS.values():
        assert f'<a href="/customers/?{code}=' in text, "a trait leads to all who are alike"
    assert "Price sensitivity" in text
    assert "Rhythm" in text
    assert "{" not in text


def test_every_classification_is_about_one_thing() -> None:
    assert sorted(code for codes in GROUPS.values() for code in codes) == sorted(REGISTRY)


def test_labels_stand_by_what_they_are_about_and_the_unknown_are_folded_away() -> None:
    lines = [{"code": code, "name": code, "known": code != "loyalty"} for code in ("loyalty", "rfm", "pyramid")]
    told = grouped(lines)
    assert [[line["code"] for line in group["lines"]] for group in told["groups"]] == [["pyramid"], ["rfm"]]
    assert [line["code"] for line in told["unknown"]] == ["loyalty"]
    assert "loyalty" in told["unknown_told"]
    assert grouped([])["unknown_told"] == ""


def test_the_history_is_of_all_runs_up_to_the_one_in_force(
    scored: Upload, work: Callable[[], Any], manager: User, as_user: Visit
) -> None:
    kept = business_ledger().customer_scores("c11").to_pylist()
    assert [row["run_id"] for row in kept] == ["run-june", "run-year"]
    save(code="pyramid", body=GOLD, by=manager)
    start_run(parameters=usual_parameters(Run.objects.get(state="current")), by=None, run_id="run-gold")
    work()
    text = strip(as_user(manager), "c39")
    before = business_ledger().customer_scores("c39").to_pylist()[0]["tier_in_force"]
    assert before in ("A", "B", "C", "D")
    assert "Gold card" in text
    assert re.search(r"[A-D] · [^<]*<span[^>]*>[^<]*</span> → Gold card <span", text), "the label of today stands last"


def test_who_has_no_score_has_no_label_and_a_stranger_s_customer_is_not_there(
    scored: Upload, manager: User, stranger: User, as_user: Visit
) -> None:
    keep(cards=[Card("new", name="新客")])
    assert "no score yet" in strip(as_user(manager), "new")
    Customer.objects.update(owner=manager)
    assert as_user(stranger).get("/customers/c11/classes/").status_code == 404


def test_without_script_the_strip_is_a_page_and_the_card_leads_to_it(
    scored: Upload, manager: User, as_user: Visit
) -> None:
    client = as_user(manager)
    assert "/customers/c11/classes/" in client.get("/customers/c11/").content.decode()
    assert "<html" in client.get("/customers/c11/classes/").content.decode()


def test_scores_that_were_not_published_are_no_part_of_it(scored: Upload, manager: User, as_user: Visit) -> None:
    """From the moment scores stand in the ledger until they are published, and for good where that fails."""
    client, ledger = as_user(manager), business_ledger()
    before = strip(client, "c11")
    with open_engine() as engine:
        kept = ledger.scores(engine, "run-year")
        again = engine.view("again", "SELECT * EXCLUDE (run_id, as_of) FROM {t}", t=kept)
        year = Run.objects.get(run_id="run-year").as_of
        for run_id, day in (("run-stopped", year), ("run-failed", date(2024, 1, 1))):
            told = {"as_of": day, "parameters": {}, "ledger_version": 1, "contract": SCORES_KEPT}
            ledger.append_scores(again, run_id=run_id, **told)
    rows = ledger.customer_scores("c11").to_pylist()
    assert {row["run_id"] for row in rows} == {"run-june", "run-year", "run-stopped", "run-failed"}
    assert strip(client, "c11") == before
