"""Definitions as plain data: read, written, and refused with all that is wrong at once."""

from __future__ import annotations

import inspect
import json
import re

import pytest

from shuke.classify import (
    COLOURS,
    REGISTRY,
    DefinitionError,
    _pyramid_shape,
    _rfm_shape,
    _type_definition,
    cut_names,
    definition,
    life_cycle,
    preset_body,
)
from shuke.kit.text import LANGUAGES, keys

TIERS = [{"code": "gold", "share": 0.05, "colour": "tier-a"}, {"code": "rest", "share": 0.95}]


@pytest.mark.parametrize("code", REGISTRY)
def test_what_ships_is_read_written_and_read_again_the_same(code):
    one = REGISTRY[code]
    body = json.loads(json.dumps(one.default))
    assert one.read(body).definition() == body
    assert {label["colour"] for label in body["labels"]} <= set(COLOURS)


@pytest.mark.parametrize("name", cut_names())
def test_every_preset_is_a_definition(name):
    body = preset_body(name, {"hourly_cost_minor": 5000})
    pyramid = REGISTRY["pyramid"].read(body)
    assert pyramid.hourly_cost_minor == 5000
    assert [label.code for label in pyramid.labels] == [label["code"] for label in body["labels"]]


def refused(code: str, body: object) -> set[tuple[str, str]]:
    with pytest.raises(DefinitionError) as raised:
        REGISTRY[code].read(body)  # type: ignore[arg-type]
    return {(fault.code, fault.place) for fault in raised.value.faults}


def test_all_that_is_wrong_is_listed_in_one_error_in_every_language():
    body = {
        "settings": {"base": "everybody", "base_months": 0, "review_months": [13], "measure": "mood", "colour": 1},
        "labels": [
            {"code": "1st", "share": 2, "colour": "#fff", "names": {"fr": "or", "en": "x" * 41}},
            {"code": "b", "share": 0.5},
            {"code": "b", "share": 0.5},
        ],
        "extra": True,
    }
    assert refused("pyramid", body) == {
        ("choice", "settings.base"),
        ("whole", "settings.base_months"),
        ("months", "settings.review_months"),
        ("measure", "settings.measure"),
        ("unknown", "settings.colour"),
        ("code", "labels.1.code"),
        ("share", "labels.1.share"),
        ("choice", "labels.1.colour"),
        ("unknown", "labels.1.names.fr"),
        ("name", "labels.1.names.en"),
        ("twice", "labels"),
        ("unknown", "extra"),
    }
    with pytest.raises(DefinitionError) as raised:
        REGISTRY["pyramid"].read(body)
    told = [raised.value.told(language) for language in LANGUAGES]
    assert len(set(told)) == 3
    assert all("base_months" in one and "review_months" in one for one in told)


def test_shares_must_add_up_and_thresholds_must_fall():
    assert refused("pyramid", {"labels": [{**TIERS[0]}, {"code": "rest", "share": 0.9}]}) == {
        ("shares", "labels.share")
    }
    rising = [{"code": "a", "from_minor": 10}, {"code": "b", "from_minor": 20}, {"code": "c"}]
    assert refused("pyramid", {"settings": {"by": "threshold"}, "labels": rising}) == {("falling", "labels.from_minor")}


def test_labels_of_a_fixed_list_can_neither_be_added_nor_left_out():
    labels = [label for label in REGISTRY["life_cycle"].default["labels"] if label["code"] != "former"]
    assert refused("life_cycle", {"labels": [*labels, {"code": "asleep"}]}) == {
        ("missing", "labels"),
        ("unknown", "labels.asleep"),
    }


def test_a_grid_names_segments_that_are_there_in_five_rows_of_five():
    body = REGISTRY["rfm"].default
    short = {**body["grid"], "5": ["champion"] * 4, "1": ["nobody"] * 5}
    assert refused("rfm", {**body, "grid": short}) == {("grid_cells", "grid.5"), ("grid_code", "grid.1")}
    assert refused("rfm", {**body, "grid": {"5": ["champion"] * 5}}) == {("grid_rows", "grid")}
    assert refused("rfm", {"settings": {"recency_cuts": [90, 30, 180, 365]}}) == {("rising", "settings.recency_cuts")}


def test_thresholds_of_stages_must_rise():
    assert refused("life_cycle", {"settings": {"late_after": 1.0}}) == {
        ("rise", "settings.doubt_after … gone_after_unmodelled")
    }


def test_what_is_no_table_is_told_so():
    assert refused("pyramid", ["A"]) == {("not_a_table", "")}
    assert refused("pyramid", {"settings": [1], "labels": "A"}) == {
        ("not_a_table", "settings"),
        ("not_a_list", "labels"),
    }


def test_every_fault_that_is_named_has_a_sentence_and_every_sentence_a_fault():
    named = {"months", "rising", "measure", "whole", "money", "number", "share", "choice"}  # the forms of settings
    for module in (definition, _pyramid_shape, _rfm_shape, _type_definition, life_cycle):
        named |= set(re.findall(r'Fault\(\s*"(\w+)"', inspect.getsource(module)))
    assert {f"definition.fault.{code}" for code in named} == set(keys("definition.fault."))
