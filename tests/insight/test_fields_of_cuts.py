"""Where classes end, chosen in the form: anew each run, as they fell in the last, or by one's own figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from shuke.classify import REGISTRY
from shuke.insight.forms_of_classes import DefinitionForm

TODAY = {"recency_cuts": [7, 30, 90, 300], "spend_cuts": [10_050, 20_000, 40_000, 90_000]}


def form(told: Mapping[str, Any] | None = None, **cuts: list[int]) -> DefinitionForm:
    body = REGISTRY["rfm"].default
    body["settings"] |= cuts
    blank = DefinitionForm("rfm", body, "CNY", cuts=TODAY)
    if told is None:
        return blank
    values = {bound.html_name: "" if bound.value() is None else bound.value() for bound in blank}
    return DefinitionForm("rfm", body, "CNY", cuts=TODAY, data=values | dict(told))


def test_what_is_in_force_is_chosen_when_the_form_opens() -> None:
    shown = form(recency_cuts=[7, 30, 90, 300], spend_cuts=[10_000, 20_050, 30_000, 40_000])
    assert shown["s_recency_cuts"].value() == "fixed:7,30,90,300"
    assert shown["s_frequency_cuts"].value() == "quantile"
    assert (shown["s_spend_cuts"].value(), shown["s_spend_cuts_own"].value()) == ("custom", "100, 200.5, 300, 400")


def test_each_choice_becomes_what_the_definition_says() -> None:
    told = {"s_recency_cuts": "fixed:7,30,90,300", "s_frequency_cuts": "custom", "s_frequency_cuts_own": "1、2，4, 9",
            "s_spend_cuts": "custom", "s_spend_cuts_own": "100, 200.50, 300, 400"}  # fmt: skip
    sent = form(told)
    assert sent.is_valid(), sent.errors
    assert sent.body["settings"] == {
        "recency_cuts": [7, 30, 90, 300],
        "frequency_cuts": [1, 2, 4, 9],
        "spend_cuts": [10_000, 20_050, 30_000, 40_000],
    }


def test_back_to_equal_classes_takes_the_figures_away() -> None:
    sent = form({"s_recency_cuts": "quantile", "s_recency_cuts_own": ""}, recency_cuts=[1, 2, 3, 4])
    assert sent.is_valid(), sent.errors
    assert sent.body["settings"]["recency_cuts"] is None


@pytest.mark.parametrize(
    "told",
    [
        {"s_recency_cuts": "custom"},
        {"s_recency_cuts_own": "1, 2, 3, 4"},
    ],
    ids=["no figures", "figures that are not used"],
)
def test_a_choice_and_figures_that_do_not_go_together_are_refused_beside_the_field(told: dict[str, str]) -> None:
    sent = form(told)
    assert not sent.is_valid()
    assert list(sent.errors) == ["s_recency_cuts_own"]


@pytest.mark.parametrize("own", ["9, 4, 2, 1", "1, 2, 3", "1, x, 3, 4"])
def test_figures_that_do_not_rise_are_refused_by_name(own: str) -> None:
    sent = form({"s_spend_cuts": "custom", "s_spend_cuts_own": own})
    assert not sent.is_valid()
    assert "spend_cuts" in str(sent.errors)


def test_figures_that_were_read_are_kept_though_a_run_put_others_in_their_place() -> None:
    seen = form()["s_recency_cuts"].field.choices[1]
    body, later = REGISTRY["rfm"].default, {"recency_cuts": [9, 40, 99, 400]}
    values = {bound.html_name: "" if bound.value() is None else bound.value() for bound in form()}
    sent = DefinitionForm("rfm", body, "CNY", cuts=later, data=values | {"s_recency_cuts": seen[0]})
    assert sent.is_valid(), sent.errors
    assert sent.body["settings"]["recency_cuts"] == [7, 30, 90, 300]
    assert sent["s_recency_cuts"].field.choices[1] == seen, "a form that comes back says what it keeps"


@pytest.mark.parametrize("how", ["fixed:", "fixed:7", "fixed:90,30,7,1", "fixed:1,2,x,4", "fixed:" + "9" * 5000])
def test_a_choice_that_names_no_four_rising_figures_is_refused(how: str) -> None:
    assert not form({"s_recency_cuts": how}).is_valid()


def test_what_no_run_knows_cannot_be_kept() -> None:
    assert [code for code, _ in form().fields["s_frequency_cuts"].choices] == ["quantile", "custom"]
    assert not form({"s_frequency_cuts": "fixed"}).is_valid()


def test_the_grid_offers_segments_by_name() -> None:
    choices = dict(form().fields["g55"].widget.choices)
    assert set(choices) == {label["code"] for label in REGISTRY["rfm"].default["labels"]}
    assert all(name and name != code for code, name in choices.items())
