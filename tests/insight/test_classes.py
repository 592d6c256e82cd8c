"""The pages of classifications: figures, movement, definition, the form that changes it, and its preview."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

import shuke.ui
from shuke.classify import COLOURS, REGISTRY
from shuke.crm.customers.models import Customer
from shuke.crm.people.models import User
from shuke.crm.scores.models import Run
from shuke.crm.timeline.writes import Said, add
from shuke.insight import definitions
from shuke.insight.definitions import body_in_force, save, usual_parameters, versions
from shuke.insight.forms_of_classes import DefinitionForm
from shuke.insight.models import Upload
from shuke.insight.touches import export
from shuke.insight.words_of_classes import sentences
from shuke.insight.writes import start_run
from shuke.kit.text import LANGUAGES, keys, names_used

pytestmark = pytest.mark.django_db
Visit = Callable[[User], Client]
CODES = list(REGISTRY)


def text_of(client: Client, address: str, language: str = "en") -> str:
    answer = client.get(address, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def filled(form: DefinitionForm) -> dict[str, Any]:
    """What a browser sends of a form that nobody touched."""
    values = {bound.html_name: bound.value() for bound in form}
    return {name: "" if value is None else value for name, value in values.items()}


def form_of(code: str) -> DefinitionForm:
    body, version = body_in_force(code)
    return DefinitionForm(code, body, "CNY", based_on=version)


def test_the_list_leads_to_each_classification_and_its_customers(scored: Upload, manager: User, as_user: Visit) -> None:
    text = text_of(as_user(manager), "/classes/")
    for code in CODES:
        assert f'href="/classes/{code}/"' in text
    assert "/customers/?tier=D" in text
    assert "as shipped" in text


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_shows_picture_labels_movement_and_definition(
    scored: Upload, manager: User, as_user: Visit, code: str, language: str
) -> None:
    text = text_of(as_user(manager), f"/classes/{code}/", language)
    one, run = REGISTRY[code], Run.objects.get(state="current")
    labels = run.figures["classes"][code]["labels"]
    assert sum(row["customers"] for row in labels) == run.customers
    for row in labels:
        assert f"/customers/?{one.listed_by}={row['code']}" in text
    assert text.count("<svg") > 2
    assert len(text.encode()) < 200_000


def test_the_page_of_a_run_without_a_run_before_says_so(upload: Upload, manager: User, as_user: Visit) -> None:
    text = text_of(as_user(manager), "/classes/pyramid/")
    assert "Customer pyramid" in text
    assert as_user(manager).get("/classes/nothing/").status_code == 404


def test_who_sees_only_their_own_customers_is_told_so(scored: Upload, stranger: User, as_user: Visit) -> None:
    for address in ("/classes/", "/classes/pyramid/"):
        text = text_of(as_user(stranger), address)
        assert "These are figures of the whole business" in text
        assert "/customers/?tier=" not in text


@pytest.mark.parametrize("code", CODES)
def test_a_form_that_nobody_touched_says_what_is_in_force(scored: Upload, code: str) -> None:
    form = form_of(code)
    sent = DefinitionForm(code, body_in_force(code)[0], "CNY", data=filled(form))
    assert sent.is_valid(), sent.errors
    assert sent.body == REGISTRY[code].default


@pytest.mark.parametrize(("code", "said"), [("pyramid", True), ("type", False)])
def test_a_form_tells_to_empty_codes_only_where_there_are_codes_to_empty(
    code: str, said: bool, db: None, manager: User, as_user: Visit
) -> None:
    text = text_of(as_user(manager), f"/classes/{code}/edit/")
    assert "Empty names are those that ship." in text
    assert ("empty a code" in text) is said


def test_a_changed_form_is_previewed_saved_and_waits_for_the_next_run(
    scored: Upload, work: Callable[[], Any], manager: User, as_user: Visit
) -> None:
    client, told = as_user(manager), filled(form_of("pyramid"))
    told |= {"l0_code": "gold", "l0_en": "Gold card", "l0_share": "10", "l3_share": "71", "s_measure": "spend",
             "s_measure_months": "", "s_hourly_cost_minor": "60.50", "comment": "as our cards say"}  # fmt: skip
    shown = client.post("/classes/pyramid/preview/", told, headers={"HX-Request": "true", "Accept-Language": "en"})
    page = shown.content.decode()
    assert page.startswith('<div id="preview"')
    assert "Gold card" in page
    assert "customers would move" in page
    assert not versions("pyramid").exists(), "a preview saves nothing"

    assert client.post("/classes/pyramid/edit/", told).status_code == 302
    [saved] = versions("pyramid")
    assert (saved.comment, saved.saved_by) == ("as our cards say", manager)
    assert saved.body["settings"] | {"review_months": 0} == {
        "measure": "spend_minor", "base": "buyers", "base_months": 12, "by": "customers", "review_months": 0,
        "hourly_cost_minor": 6050,
    }  # fmt: skip
    text = text_of(client, "/classes/pyramid/")
    assert "Version 1 of the definition is saved" in text
    assert "spend of all time" in text

    start_run(parameters=usual_parameters(Run.objects.get(state="current")), by=None, run_id="run-gold")
    work()
    text = text_of(client, "/classes/pyramid/")
    assert "Version 1 of the definition is saved" not in text
    assert "used in this run" in text
    assert "Gold card" in text
    assert "Gold card" in text_of(client, "/customers/?tier=gold")
    assert "Gold card" in text_of(client, "/")
    assert 'name="tiers"' not in text_of(client, "/runs/"), "tiers are told on their page"


def test_a_wrong_form_lists_all_that_is_wrong_and_keeps_what_was_filled_in(
    scored: Upload, manager: User, as_user: Visit
) -> None:
    client, told = as_user(manager), filled(form_of("pyramid")) | {"l0_share": "7", "s_review_months": "13, x"}
    answer = client.post("/classes/pyramid/edit/", told, headers={"Accept-Language": "en"})
    assert answer.status_code == 400
    text = answer.content.decode()
    assert "settings.review_months is 13, x" in text
    assert 'value="13, x"' in text
    preview = client.post("/classes/pyramid/preview/", told, headers={"HX-Request": "true"})
    assert "review_months" in preview.content.decode()
    assert not versions("pyramid").exists()


def test_a_measure_that_scores_do_not_keep_cannot_be_previewed_and_says_so(
    scored: Upload, manager: User, as_user: Visit
) -> None:
    told = filled(form_of("pyramid")) | {"s_measure_months": "6"}
    page = as_user(manager).post("/classes/pyramid/preview/", told, headers={"Accept-Language": "en"})
    assert "did not keep margin_6_months_minor" in page.content.decode()
    assert "<form" in page.content.decode(), "without script the whole page comes"


def test_an_earlier_version_is_restored_as_the_newest(scored: Upload, manager: User, as_user: Visit) -> None:
    ours = {"settings": {"cost_to_serve_minor": 500}}
    save(code="prospect", body=ours, by=manager)
    save(code="prospect", body=REGISTRY["prospect"].default, by=manager)
    client = as_user(manager)
    assert "/classes/prospect/restore/1/" in text_of(client, "/classes/prospect/")
    assert client.post("/classes/prospect/restore/1/").status_code == 302
    assert [one.body["settings"]["cost_to_serve_minor"] for one in versions("prospect")] == [500, 0, 500]
    assert client.post("/classes/prospect/restore/9/").status_code == 404


def test_a_colleague_who_was_quicker_is_overwritten_only_by_who_has_read_of_it(
    scored: Upload, manager: User, as_user: Visit
) -> None:
    client, told = as_user(manager), filled(form_of("pyramid")) | {"comment": "five tiers", "l3_share": "79",
                                                                   "l4_code": "E", "l4_share": "1"}  # fmt: skip
    fewer = REGISTRY["pyramid"].default
    fewer["labels"] = [{"code": "top", "share": 0.3}, {"code": "rest", "share": 0.7}]
    save(code="pyramid", body=fewer, by=manager)
    answer = client.post("/classes/pyramid/edit/", told, headers={"Accept-Language": "en"})
    assert answer.status_code == 409
    page, form = answer.content.decode(), answer.context["form"]
    assert "A colleague has saved version 1" in page
    assert "top: the top 30% of customers" in page, "what the colleague saved"
    assert (form["comment"].value(), form["l4_code"].value()) == ("five tiers", "E")
    assert versions("pyramid").count() == 1
    assert client.post("/classes/pyramid/edit/", filled(form)).status_code == 302
    [labels] = [one.body["labels"] for one in versions("pyramid") if one.version == 2]
    assert [label["code"] for label in labels] == ["A", "B", "C", "D", "E"]


def test_presets_and_earlier_versions_fill_the_form(scored: Upload, manager: User, as_user: Visit) -> None:
    save(code="pyramid", body=REGISTRY["pyramid"].default | {"settings": {"base_months": 7}}, by=manager)
    client = as_user(manager)
    assert 'value="vital"' in text_of(client, "/classes/pyramid/edit/?preset=80-20")
    assert 'value="7"' in text_of(client, "/classes/pyramid/edit/?version=1")
    assert client.get("/classes/pyramid/edit/?version=5").status_code == 404


def test_effort_is_told_by_tier_with_what_it_costs(
    scored: Upload, work: Callable[[], Any], manager: User, as_user: Visit
) -> None:
    lowest = Customer.objects.get(key="c00")
    for day in (1, 2):
        said = Said("call", datetime(2024, 11, day, 9, tzinfo=UTC), text="hello", minutes=90)
        add(customer=lowest, by=manager, said=said)
    export()
    body = REGISTRY["pyramid"].default
    body["settings"]["hourly_cost_minor"] = 100_00
    save(code="pyramid", body=body, by=manager)
    start_run(parameters=usual_parameters(Run.objects.get(state="current")), by=None, run_id="run-effort")
    work()
    rows = Run.objects.get(state="current").figures["effort"]
    assert [row["minutes"] for row in rows] == [0, 0, 0, 180]
    text = text_of(as_user(manager), "/classes/pyramid/")
    assert re.search(r"D · Small got [0-9.]+ hours more than its share of margin, which cost CN¥[0-9.]+", text)
    assert re.search(r"(B · Major|C · Ordinary) got [0-9.]+ hours less than its share of margin, worth CN¥", text)


@pytest.mark.parametrize("code", CODES)
def test_every_definition_is_told_in_words_and_every_text_is_there(code: str) -> None:
    told = sentences(code, REGISTRY[code].default, "CNY")
    assert len(told) >= 2
    assert not any("{" in sentence for sentence in told)
    shape = REGISTRY[code].make.SHAPE
    assert {f"classes.setting.{code}.{one.name}" for one in shape.settings} <= set(keys("classes.setting."))
    assert {f"classes.{code}.{word}" for word in ("name", "about", "label")} <= set(keys(f"classes.{code}."))


def test_every_colour_has_a_name_and_a_tone_of_the_design() -> None:
    css = (Path(shuke.ui.__file__).parent / "static/ui/shuke.css").read_text("utf-8")
    assert {f"classes.colour.{colour}" for colour in COLOURS} == set(keys("classes.colour."))
    assert [colour for colour in COLOURS if not re.search(rf"\.tone-{colour}[ ,{{]", css)] == []


def test_names_of_one_request_do_not_stay_for_the_next(scored: Upload, manager: User, as_user: Visit) -> None:
    with names_used({"tier.A": {"en": "Gold"}}):
        assert "Gold" not in text_of(as_user(manager), "/customers/?tier=A")
    assert definitions.in_force().definitions == {}
