"""The page of models: every figure of a run in words, and what it says where something is not known."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from shuke.crm.people.models import User
from shuke.crm.scores.models import Run
from shuke.insight import charts_of_models as charts
from shuke.insight import modelling
from shuke.insight.parameters import key_of, parameters
from shuke.ui.charts import Path
from shuke.value import (
    BGNBD,
    CANDIDATES,
    NBD,
    Afresh,
    BGNBDParams,
    MBGCNBDk,
    MBGCNBDkParams,
    NBDParams,
    Stacked,
    candidate,
)

Visit = Callable[[User], Client]
Told = dict[str, Any]
NOTHING = {"chosen": None, "race": [], "why": "no_repeat_purchases", "margin": None, "candidates": [], "parameters": [],
           "notes": [], "origins": [], "total": None, "weeks": None, "calibration": [], "no_purchase": [], "pit": None,
           "within": []}  # fmt: skip


@pytest.fixture
def told(models_told: Told, db: None) -> Run:
    """A current run that knows its models; nothing else of it is there."""
    figures = {"models": models_told, "totals": {"customers": 2469, "clv_low_minor": 11_500_00, "clv_high_minor": None}}
    return Run.objects.create(
        run_id="run-told",
        as_of=date(2017, 12, 31),
        currency="USD",
        horizon_days=365,
        period_days=90,
        ledger_version=0,
        figures=figures,
        state=Run.State.CURRENT,
        slot=0,
    )


@pytest.fixture(autouse=True)
def english() -> Any:
    with override("en"):
        yield


@pytest.mark.django_db
def test_the_page_is_whole_and_light_in_each_language(told: Run, owner: User, as_user: Visit) -> None:
    client = as_user(owner)
    for language in ("zh-hans", "zh-hant", "en"):
        User.objects.update(language=language)
        for path in ("/models/", f"/runs/{told.run_id}/models/"):
            answer = client.get(path)
            assert answer.status_code == 200
            assert len(gzip.compress(answer.content)) < 50 * 1024
            assert b" style=" not in answer.content
            assert b"models." not in answer.content.replace(b"/models/", b"")
            assert answer.content.count(b'class="chart"') == 6


@pytest.mark.django_db
def test_the_page_says_which_model_why_and_what_it_learned(told: Run, owner: User, as_user: Visit) -> None:
    page = as_user(owner).get("/models/").content.decode()
    for said in ("In use: BG/NBD", "clearly better than the others", "125% more chance", "+3.1%",
                 "clearly worse", "+2.1%", "every 6.9 days", "was missed by 3.4%",
                 "1,983 customers", "Both ends are high"):  # fmt: skip
        assert said in page, said


@pytest.mark.django_db
def test_a_run_of_before_and_no_run_at_all_say_what_to_do(told: Run, owner: User, as_user: Visit) -> None:
    told.figures.pop("models")
    told.save(update_fields=["figures"])
    page = as_user(owner).get("/models/").content.decode()
    assert "kept no test of its models" in page
    assert 'href="/runs/"' in page
    told.delete()
    assert "No scores yet" in as_user(owner).get("/models/").content.decode()


@pytest.mark.django_db
def test_nothing_known_is_said_and_never_a_fault(told: Run, owner: User, as_user: Visit) -> None:
    told.figures["models"] |= NOTHING
    told.figures["models"]["calendar"] |= {"used": False, "source": None, "index": None, "periods": [],
                                           "error_with": None}  # fmt: skip
    told.save(update_fields=["figures"])
    page = as_user(owner).get("/models/").content.decode()
    assert "No model could be used" in page
    assert "no stretch of time to test on" in page
    assert 'class="chart"' not in page


@pytest.mark.django_db
def test_only_who_may_run_sees_the_models(told: Run, colleague: User, as_user: Visit) -> None:
    assert as_user(colleague).get("/models/").status_code == 403
    assert b'href="/models/"' not in as_user(colleague).get("/customers/").content


@pytest.mark.parametrize(
    ("gain", "error", "said"),
    [(0.2, 0.05, "not luck"), (0.05, 0.05, "within the error"), (-0.3, 0.05, "clearly better")],
)
def test_a_difference_is_clear_beyond_two_standard_errors(
    models_told: Told, gain: float, error: float, said: str
) -> None:
    models_told["margin"] |= {"difference": gain, "standard_error": error}
    assert said in " ".join(modelling.choice(models_told))


def test_a_clear_difference_that_is_small_is_said_to_be(models_told: Told) -> None:
    models_told["margin"] |= {"difference": 0.003, "standard_error": 0.0006}
    said = " ".join(modelling.choice(models_told))
    assert "not luck" in said
    assert "it is small" in said


def test_a_better_model_that_is_not_steady_is_said_to_be(models_told: Told) -> None:
    models_told["margin"] |= {"difference": -0.003, "standard_error": 0.0006}
    said = " ".join(modelling.choice(models_told | {"why": "steadier"}))
    assert "moves its forecast of the total ahead too far" in said
    assert "(by 0.0030 ± 0.0012)" in said
    assert "let the model be chosen" not in said


def test_doubts_about_the_model_in_use_are_told_with_what_they_gain(models_told: Told) -> None:
    assert not any("doubt" in said for said in modelling.choice(models_told))
    found = {"difference": 0.149, "standard_error": 0.0165}
    models_told["doubts"] = {"used": True, "weights": [0.43, 0.41, 0.16], "difference": found}
    said = " ".join(modelling.choice(models_told))
    assert "41% of the forecast" in said
    assert "higher by 0.149" in said
    assert modelling.candidates(models_told)[0]["title"].endswith(", with doubts")
    own = {"stays_weight": 0.41, "afresh_weight": 0.16, "stays_r": 1.4, "stays_alpha": 9.6, "pace": 0.987}
    models_told["parameters"] += [{"name": name, "value": value, "standard_error": None} for name, value in own.items()]
    told = {row["sign"]: row["text"] for row in parameters(models_told)}
    assert "41%" in told["weight of never left"]
    assert "6.9 days" in told["α, nobody leaves"]
    assert "1.30%" in told["pace"]


def test_a_beat_that_is_allowed_for_is_told_with_what_its_parameters_come_to(models_told: Told) -> None:
    found = {"difference": 0.0153, "standard_error": 0.004}
    models_told["doubts"] = {"used": True, "weights": [0.3, 0.1, 0.05, 0.55], "difference": found, "beat_k": 3}
    said = " ".join(modelling.choice(models_told))
    assert "10% of the forecast" in said
    assert "55% by the view that the customer keeps a beat (k = 3)" in said
    models_told["doubts"]["weights"] = [0.45, 0.0, 0.0, 0.55]
    said = " ".join(modelling.choice(models_told))
    assert "55% of the forecast" in said
    assert "nobody has left" not in said
    own = {"beat_weight": 0.55, "beat_k": 3, "beat_r": 4.0, "beat_alpha": 20.0, "beat_a": 1.0, "beat_b": 9.0}
    models_told["parameters"] += [{"name": name, "value": value, "standard_error": None} for name, value in own.items()]
    told = {row["sign"]: row["text"] for row in parameters(models_told)}
    assert "55%" in told["weight of keeping a beat"]
    assert "50%" in told["r, with a beat"]
    assert "every 15.0 days" in told["α, with a beat"]
    assert "10%" in told["a, with a beat"]
    assert all(told[sign] for sign in ("k, with a beat", "b, with a beat"))


@pytest.mark.parametrize("doubts", ["stays", "afresh", "beat", "stays afresh", "stays beat", "stays afresh beat"])
def test_whichever_doubts_a_model_has_each_of_its_parameters_says_something(models_told: Told, doubts: str) -> None:
    own = BGNBD.from_params(BGNBDParams(r=1.4, alpha=9.6, a=0.2, b=3.0))
    there = {
        "stays": NBD.from_params(NBDParams(r=1.2, alpha=11.0)),
        "afresh": Afresh(own),
        "beat": MBGCNBDk.from_params(MBGCNBDkParams(k=3, r=4.0, alpha=20.0, a=1.0, b=9.0)),
    }
    members = [own, *(there[name] for name in doubts.split())]
    mixture = Stacked.of(members, [1 / len(members)] * len(members), pace=0.98)
    values = candidate("bg_nbd").told(mixture)
    models_told["parameters"] = [{"name": n, "value": value, "standard_error": None} for n, value in values.items()]
    rows = parameters(models_told)
    assert len(rows) == len(values)
    assert all(row["text"] for row in rows)
    assert "2.00%" in next(row["text"] for row in rows if row["sign"] == "pace")


def test_a_model_that_was_asked_for_is_not_called_chosen(models_told: Told) -> None:
    assert "asked for" in modelling.choice(models_told | {"asked": "bg_nbd"})[-1]


def test_the_model_in_use_stands_first_and_one_not_tested_last(models_told: Told) -> None:
    untested = models_told["candidates"][1] | {"code": "other", "log_score": None, "difference": None}
    better = models_told["candidates"][1] | {"code": "fourth", "difference": 0.2}
    models_told["candidates"] = [untested, *models_told["candidates"][::-1], better]
    assert [row["title"] for row in modelling.candidates(models_told)] == ["BG/NBD", "fourth", "naive rate", "other"]


def test_whoever_came_before_the_data_and_what_was_met_is_warned_of(models_told: Told) -> None:
    said = modelling.warnings(
        models_told, {"totals": {"customers": 2469}, "notes": ["counts.weakly_known", "calendar.better"]}
    )
    assert [len(said), "1,983 customers (80%)" in said[0], "2,432 of 2,469" in said[1]] == [3, True, True]
    assert said[2].startswith("The data say little about some parameters")


@pytest.mark.parametrize("known", CANDIDATES, ids=lambda known: known.code)
def test_every_parameter_of_every_model_is_explained(known: Any) -> None:
    assert [name for name in known.parameters if not key_of(known.code, name)] == []


def test_parameters_say_what_they_come_to(models_told: Told) -> None:
    texts = {row["sign"]: row["text"] for row in parameters(models_told)}
    assert "vary by 84% of their mean" in texts["r"]  # 1 / sqrt(1.408)
    assert "every 6.9 days" in texts["α"]  # 9.646 / 1.408
    assert "0.07% of customers leave" in texts["a"]  # .1908 / 272.6908
    assert "228% of its mean" in texts["b"]


def test_half_are_gone_when_the_model_says_so() -> None:
    told = {"chosen": "pareto_nbd", "parameters": [{"name": "s", "value": 1.0, "standard_error": None},
                                                  {"name": "beta", "value": 40.0, "standard_error": None}]}  # fmt: skip
    assert "within 40 days" in parameters(told)[1]["text"]


def test_weeks_are_the_latest_and_the_forecast_begins_where_it_does(models_told: Told) -> None:
    chart = charts.weeks(models_told)
    assert chart is not None
    assert (chart.forecast_from, chart.labels[0], len(chart.labels)) == (34, "2017-01-02", 52)
    long = {name: [1.0] * 200 for name in ("actual", "known", "forecast")}
    shown = charts.weeks(models_told | {"weeks": models_told["weeks"] | long})
    assert shown is not None
    assert len(shown.labels) == charts.WEEKS_SHOWN
    assert shown.labels[-1] == "2020-10-26"


def test_totals_without_an_interval_have_no_band(models_told: Told) -> None:
    models_told["origins"] = [one | {"low": None, "high": None} for one in models_told["origins"][:2]]
    chart = charts.origins(models_told)
    assert chart is not None
    looks = [shape.look for mark in chart.draw(340).marks for shape in mark.shapes if isinstance(shape, Path)]
    assert "band" not in looks


def test_the_figures_are_json(models_told: Told) -> None:
    assert json.loads(json.dumps(models_told)) == models_told
