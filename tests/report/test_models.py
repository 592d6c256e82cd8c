"""What is printed of the models: whole where all is known, and saying what is not where little is."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

import shuke
from shuke.choice import Doubts
from shuke.evaluate import Difference
from shuke.report import models_report
from shuke.value import Calendar

LANGUAGES = ("zh-hans", "zh-hant", "en")


def shop(customers=150, days=1000, calendar=None, seed=6):
    rng, first = np.random.default_rng(seed), np.datetime64("2022-01-01")
    index = np.ones(days) if calendar is None else calendar.index(first.item(), days)
    passed, lines = np.concatenate(([0.0], np.cumsum(index))), []
    for number in range(customers):
        told = passed[rng.integers(0, min(300, days // 3))] + np.concatenate(
            ([0.0], np.cumsum(rng.exponential(rng.gamma(3, 8), 120)))
        )
        when = np.unique(np.searchsorted(passed, told[told < passed[-1]]))[: rng.geometric(0.02)]
        lines += [(f"c{number}", str(first + int(day)), "10") for day in when]
    names, dates, amounts = zip(*lines, strict=True)
    return pa.table({"customer": names, "date": dates, "amount": amounts})


def run_of(engine, table, **settings):
    return shuke.run(shuke.read_purchases(table, engine=engine), settings=shuke.Settings(**settings))


@pytest.fixture(scope="module")
def whole(duckdb_engine):
    calendar = Calendar((0.6, 0.6, 0.8, 1.0, 1.0, 1.0, 1.0, 1.0, 1.2, 1.2, 1.3, 1.3))
    return run_of(duckdb_engine, shop(calendar=calendar), model="mbg_cnbd_k")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_is_told_in_every_language(whole, language):
    text = models_report(whole.result, whole.trust, language)
    assert text.count("■") == 6
    assert "MBG/CNBD-k" in text
    assert not re.search(r"\b(report|counts|calendar|total)\.\w", text), "a code without its sentence"
    assert "{" not in text


def test_what_is_told_are_the_run_s_own_figures(whole):
    text = models_report(whole.result, whole.trust, "en")
    params = whole.models.counts.params_
    assert re.search(rf"^k +{params.k} +—$", text, re.MULTILINE), "k has no error"
    assert re.search(rf"^α +{params.alpha:.4g} +{params.standard_errors[1]:.2g}$", text, re.MULTILINE)
    own, naive = whole.models.choice.standings
    assert f"{naive.difference:+.4f} ±{naive.standard_error:.4f}" in text
    assert own.difference == 0
    assert " ".join(f"{100 * error:+.1f}%" for error in own.total_errors) in text
    assert len(re.findall(r"^[A-Z][a-z]{2} \d+, \d{4} ", text, re.MULTILINE)) == len(whole.totals.at)
    season = whole.models.choice.season
    assert season.used
    assert " ".join(f"{figure:.2f}" for figure in season.calendar.monthly) in text
    assert "calendar.better" in whole.summary.notes


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nobody_came_back_or_nothing_could_be_tested_it_says_so(duckdb_engine, language):
    once = pa.table({"customer": ["u", "v"], "date": ["2024-01-01", "2024-03-01"], "amount": ["5", "6"]})
    nobody = run_of(duckdb_engine, once)
    assert models_report(nobody.result, nobody.trust, language).count("■") == 2
    short = shop(60, 40)
    untested = run_of(duckdb_engine, short, holdout_days=90)
    assert untested.models.choice.why == "not_tested"
    assert models_report(untested.result, untested.trust, language).count("■") == 3
    assert "total.too_few_origins" in untested.summary.notes


@pytest.mark.parametrize("language", LANGUAGES)
def test_doubts_about_the_model_are_told_with_what_they_bring(whole, language):
    assert "25.0%" not in models_report(whole.result, whole.trust, language)
    doubts = Doubts((0.7, 0.25, 0.05), Difference(0.0123, 0.0021))
    doubted = replace(whole.result, choice=replace(whole.result.choice, doubts=doubts))
    text = models_report(doubted, whole.trust, language)
    assert all(figure in text for figure in ("25.0%", "5.0%", "+0.0123", "0.0021"))
    with_beat = Doubts((0.5, 0.25, 0.05, 0.2), Difference(0.0123, 0.0021), beat_k=3)
    doubted = replace(whole.result, choice=replace(whole.result.choice, doubts=with_beat))
    text = models_report(doubted, whole.trust, language)
    assert all(figure in text for figure in ("25.0%", "5.0%", "20.0%", "k = 3", "+0.0123"))
    beat_alone = Doubts((0.4, 0.0, 0.0, 0.6), Difference(0.0123, 0.0021), beat_k=3)
    doubted = replace(whole.result, choice=replace(whole.result.choice, doubts=beat_alone))
    text = models_report(doubted, whole.trust, language)
    assert "60.0%" in text
    assert "0.0%" not in next(line for line in text.splitlines() if "k = 3" in line).replace("60.0%", "")
