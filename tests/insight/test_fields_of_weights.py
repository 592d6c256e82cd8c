"""The weights of the nine types, changed in the form: one changed, one emptied, one added; refused beside the field."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from shuke.classify import NineTypes
from shuke.crm.people.models import User
from shuke.insight.definitions import body_in_force
from shuke.insight.fields_of_weights import field_at
from shuke.insight.forms_of_classes import DefinitionForm
from shuke.insight.models import Upload

Visit = Callable[[User], Client]
SHIPPED = NineTypes().definition()
DROPPED, CHANGED = "w_trendy__variety", "w_trendy__new_share"
ADDED, ITS_WEIGHT = "a_trendy__0", "a_trendy__0_weight"
NEW = {DROPPED: "", CHANGED: "-1.5", ADDED: "categories", ITS_WEIGHT: "0.25"}


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def sent(told: Mapping[str, str], **given: Any) -> DefinitionForm:
    """The form as a browser sends it, changed in some fields."""
    blank = DefinitionForm("type", copy.deepcopy(SHIPPED), "CNY")
    values = {bound.html_name: "" if bound.value() is None else str(bound.value()) for bound in blank}
    assert set(told) <= set(values)
    return DefinitionForm("type", copy.deepcopy(SHIPPED), "CNY", data=values | dict(told), **given)


def test_one_is_changed_one_emptied_one_added_and_all_others_stay() -> None:
    form = sent(NEW)
    assert form.is_valid(), form.errors
    weights = form.body["weights"]
    expected = {one: weight for one, weight in SHIPPED["weights"]["trendy"].items() if one != "variety"}
    assert weights["trendy"] == expected | {"new_share": -1.5, "categories": 0.25}
    assert {code: told for code, told in weights.items() if code != "trendy"} == {
        code: told for code, told in SHIPPED["weights"].items() if code != "trendy"
    }
    assert (form.body["settings"], form.body["labels"]) == (SHIPPED["settings"], SHIPPED["labels"])


def test_a_weight_of_nought_is_none_and_what_was_dropped_can_be_added_elsewhere() -> None:
    form = sent({DROPPED: "0", "a_pragmatic__2": "variety", "a_pragmatic__2_weight": "3"})
    assert form.is_valid(), form.errors
    assert "variety" not in form.body["weights"]["trendy"]
    assert form.body["weights"]["pragmatic"]["variety"] == 3


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({ADDED: "categories"}, ITS_WEIGHT),
        ({ITS_WEIGHT: "1"}, ADDED),
        ({ADDED: "categories", ITS_WEIGHT: "1", "a_trendy__1": "categories", "a_trendy__1_weight": "2"}, "a_trendy__1"),
        ({ADDED: "sign_of_the_zodiac", ITS_WEIGHT: "1"}, ADDED),
        ({ADDED: "new_share", ITS_WEIGHT: "1"}, ADDED),
        ({ADDED: "categories", ITS_WEIGHT: "11"}, ITS_WEIGHT),
        ({CHANGED: "11"}, CHANGED),
        ({CHANGED: "a lot"}, CHANGED),
        ({f"w_trendy__{one}": "" for one in SHIPPED["weights"]["trendy"]}, ADDED),
    ],
    ids=[
        "no weight",
        "no indicator",
        "twice",
        "unknown",
        "there already",
        "too heavy added",
        "too heavy",
        "no number",
        "all emptied",
    ],
)
def test_what_cannot_be_used_is_refused_beside_its_field_and_the_type_stands_open(
    told: dict[str, str], field: str
) -> None:
    form = sent(told)
    assert not form.is_valid()
    assert list(form.errors) == [field]
    assert form.refused == [f"{form.fields[field].label}: {form.errors[field][0]}"]
    assert [block.name for block in form.weights if block.is_open] == ["Trendy"]


def test_types_stand_in_the_order_of_the_picture_the_heaviest_first_whatever_order_a_database_kept() -> None:
    body = copy.deepcopy(SHIPPED)
    body["weights"] = {code: dict(reversed(told.items())) for code, told in sorted(body["weights"].items())}
    blocks = DefinitionForm("type", body, "CNY", unknown=["says_past"]).weights
    assert [block.name for block in blocks][:4] == ["Outdated", "Calculating", "Retro", "Pragmatic"]
    weights = [float(row.weight.value()) for row in blocks[0].rows]
    assert weights == sorted(weights, key=lambda weight: -abs(weight))
    assert [row.is_unknown for row in blocks[0].rows if row.weight.html_name.endswith("says_past")] == [True]
    assert not any(block.is_open for block in blocks)


def test_every_field_has_a_name_of_its_own_for_who_does_not_see_the_table() -> None:
    form = DefinitionForm("type", copy.deepcopy(SHIPPED), "CNY")
    names = [str(form.fields[name].widget.attrs["aria-label"]) for name in form.fields if name[:2] in ("w_", "a_")]
    assert len(names) == len(set(names)) == sum(map(len, SHIPPED["weights"].values())) + 9 * 6


def test_every_indicator_that_there_is_can_be_added_or_is_there() -> None:
    form = DefinitionForm("type", copy.deepcopy(SHIPPED), "CNY")
    for code, weights in SHIPPED["weights"].items():
        offered = {value for value, _ in form.fields[f"a_{code}__0"].choices}  # type: ignore[attr-defined]
        assert offered - {""} | set(weights) == set(NineTypes().indicators.codes)
        assert not offered & set(weights)


def test_a_fault_names_the_field_it_is_of() -> None:
    weights = SHIPPED["weights"]
    assert field_at("weights.trendy.variety", weights) == DROPPED
    assert field_at("weights.trendy", weights) == ADDED
    assert [field_at(place, weights) for place in ("weights", "labels.1.code", "settings.least_lead")] == [None] * 3


@pytest.mark.django_db
def test_changed_weights_are_previewed_and_saved_as_a_version_without_script(
    scored: Upload, manager: User, as_user: Visit
) -> None:
    client = as_user(manager)
    page = client.get("/classes/type/edit/", headers={"Accept-Language": "en"}).content.decode()
    assert page.count('<details class="third folded weights">') == 9
    values = {**sent(NEW).data, "based_on": "0", "comment": "Trendy is who tries much"}
    tried = client.post("/classes/type/preview/", values, headers={"Accept-Language": "en"}).content.decode()
    assert re.search(r'<details class="third folded weights" open><summary>.*?<strong>Trendy', tried)
    assert tried.count('folded weights" open') == 1, "only what was changed stands open"
    assert 'id="preview"' in tried
    assert body_in_force("type")[1] == 0
    client.post("/classes/type/edit/", values)
    body, version = body_in_force("type")
    assert (version, body["weights"]["trendy"]["new_share"], body["weights"]["trendy"]["categories"]) == (1, -1.5, 0.25)
    assert "variety" not in body["weights"]["trendy"]
    told = client.get("/classes/type/", headers={"Accept-Language": "en"}).content.decode()
    coming = (
        r'<p class="quietly">Trendy: Sold by function 2[^<]*Share of new products −1.5[^<]*Categories 0.25[^<]*</p>'
    )
    assert re.search(coming, told), "what holds from the next run on"
    assert "<dt>Trendy</dt>" in told
    assert not re.search(r'<p class="quietly">Outdated', told), "what stays as it is is not told"
