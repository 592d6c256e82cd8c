"""`shuke models` and what `shuke score` takes of the choice."""

from __future__ import annotations

import numpy as np
import pytest

from shuke.cli import main


@pytest.fixture(scope="module")
def sales(tmp_path_factory):
    rng, first = np.random.default_rng(3), np.datetime64("2023-01-01")
    lines = ["customer,date,amount"]
    for number in range(80):
        days = np.unique(rng.integers(0, 400, rng.poisson(6) + 1))
        lines += [f"c{number},{first + int(day)},{rng.integers(5, 50)}" for day in days]
    path = tmp_path_factory.mktemp("sales") / "sales.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return str(path)


def test_models_are_printed_in_the_user_s_language(sales, capsys):
    told = {}
    for language, title in (("en", "Candidates"), ("zh-hans", "候选模型"), ("zh-hant", "候選模型")):
        assert main(["models", sales, "--model", "bg_nbd", "--lang", language, "--quiet"]) == 0
        told[language] = capsys.readouterr().out
        assert f"■ {title}" in told[language]
    assert "You asked for it" in told["en"]
    assert "BG/NBD" in told["en"]


def test_the_score_rests_on_the_model_named(sales, capsys, tmp_path):
    out = tmp_path / "scores.csv"
    assert main(["score", sales, "--model", "naive", "--out", str(out), "--lang", "en", "--quiet"]) == 0
    assert "Model used: naive rate. You asked for it." in capsys.readouterr().out
    assert {line.split(",")[0] for line in out.read_text("utf-8-sig").splitlines()[1:]}


def test_a_season_told_is_tried_and_the_report_says_whether_it_is_used(sales, capsys):
    season = ["--season", "12=3", "--season", "2023-02-01/2023-02-20=0.2"]
    assert main(["score", sales, "--model", "naive", *season, "--lang", "en", "--quiet"]) == 0
    assert "past totals were not forecast clearly better: it is not used" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["--model", "bgnbd"], "invalid choice: 'bgnbd'"),
        (["--season", "Christmas=2"], "Christmas=2 is no seasonal index"),
        (["--season", "12"], "12 is no seasonal index"),
        (["--season", "12=0"], "12=0 is no seasonal index"),
    ],
)
def test_what_cannot_be_is_wrong_usage_and_says_what_can(sales, capsys, asked, told):
    with pytest.raises(SystemExit) as left:
        main(["models", sales, *asked, "--lang", "en"])
    assert left.value.code == 2
    assert told in capsys.readouterr().err
