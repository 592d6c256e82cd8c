"""The forms and words of classifications that look beside the summary."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from shuke.classify import REGISTRY, STANDING, NineTypes
from shuke.insight import forms_of_classes, words_of_classes
from shuke.insight.forms_of_classes import DefinitionForm
from shuke.insight.words_of_classes import sentences
from shuke.kit.text import LANGUAGES


@pytest.fixture(autouse=True)
def all_classifications(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (forms_of_classes, words_of_classes):
        monkeypatch.setattr(module, "REGISTRY", {**REGISTRY, **STANDING})


def sent(form: DefinitionForm) -> dict[str, Any]:
    """What a browser sends of a form that nobody touched."""
    values = {bound.html_name: bound.value() for bound in form}
    return {name: "" if value is None else value for name, value in values.items()}


@pytest.mark.parametrize("code", STANDING)
def test_a_form_that_nobody_touched_says_what_ships(code: str) -> None:
    body = STANDING[code].default
    form = DefinitionForm(code, body, "CNY", data=sent(DefinitionForm(code, body, "CNY")))
    assert form.is_valid(), form.errors
    assert form.body == body
    assert form.heads
    assert form.rows
    assert all(str(field.label) for field in form.settings)


def test_weights_of_ones_own_outlive_a_change_of_names() -> None:
    body = copy.deepcopy(NineTypes().definition())
    body["weights"]["trendy"] = {"variety": 2.0}
    told = sent(DefinitionForm("type", body, "CNY")) | {"s_least_lead": "0.5", "l0_en": "Old school"}
    form = DefinitionForm("type", body, "CNY", data=told)
    assert form.is_valid(), form.errors
    assert form.body["weights"] == body["weights"]
    assert form.body["settings"]["least_lead"] == 0.5
    assert form.body["labels"][0]["names"] == {"en": "Old school"}


def test_a_cut_of_the_quadrants_is_filled_in_in_money_and_emptied_for_the_median() -> None:
    body = STANDING["quadrant"].default
    told = sent(DefinitionForm("quadrant", body, "CNY")) | {"s_current_cut_minor": "12.50", "s_future_cut_minor": ""}
    form = DefinitionForm("quadrant", body, "CNY", data=told)
    assert form.is_valid(), form.errors
    assert form.body["settings"]["current_cut_minor"] == 1250
    assert form.body["settings"]["future_cut_minor"] is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", STANDING)
def test_a_definition_is_told_in_words(code: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shuke.ui.language.active", lambda: language)
    told = sentences(code, STANDING[code].default, "CNY")
    assert told
    assert not any("{" in sentence for sentence in told)


def test_a_figure_is_told_with_the_digits_it_has() -> None:
    told = " ".join(sentences("type", NineTypes().definition(), "CNY"))
    assert "0.25" in told
    assert "40%" in told
