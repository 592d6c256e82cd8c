"""`shuke classify`: list, show, preview and edit, on the business of the data folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shuke.cli import _classify, main
from shuke.collect import read_purchases
from shuke.insight.cycles import Parameters, score
from shuke.insight.definitions import body_in_force, versions
from shuke.insight.facts import business_ledger

pytestmark = pytest.mark.django_db
GOLD = """
[settings]
base = "all"
[[labels]]
code = "gold"
share = 0.5
names = { en = "Gold card" }
[[labels]]
code = "D"
share = 0.5
"""


@pytest.fixture(autouse=True)
def _running(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """Django runs already, on the records of the test."""
    monkeypatch.setattr(_classify, "start_django", lambda: None)
    settings.SHUKE_LEDGER, settings.SHUKE_CURRENCY = tmp_path / "ledger", "CNY"


@pytest.fixture
def gold(tmp_path: Path) -> str:
    path = tmp_path / "gold.toml"
    path.write_text(GOLD, "utf-8")
    return str(path)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["classify", *arguments, "--lang", "en"]) == 0
    return capsys.readouterr().out


def test_what_is_shown_can_be_changed_in_a_file_and_given_back(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    body = json.loads(said(capsys, "show", "prospect"))
    body["settings"]["cost_to_serve_minor"] = 900
    (tmp_path / "mine.json").write_text(json.dumps(body), "utf-8")
    told = said(capsys, "edit", "prospect", str(tmp_path / "mine.json"), "--comment", "a call costs that")
    assert "version 1" in told
    assert body_in_force("prospect") == (body, 1)
    assert versions("prospect")[0].comment == "a call costs that"
    assert "Nothing is different" in said(capsys, "edit", "prospect", str(tmp_path / "mine.json"))
    listed = said(capsys, "list").splitlines()
    assert any(line.startswith("prospect") and " 1 " in line for line in listed)
    assert any(line.startswith("rfm") and "as shipped" in line for line in listed)


def test_a_definition_is_previewed_on_the_last_run_and_nothing_is_saved(
    capsys: pytest.CaptureFixture[str], gold: str
) -> None:
    days = [f"2024-0{1 + number % 6}-1{number}" for number in range(8)]
    lines = {"customer": [f"c{number % 4}" for number in range(8)], "time": days, "amount": ["9", "8", "7", "6"] * 2}
    bought, ledger = read_purchases(lines), business_ledger()
    ledger.append(bought.table, content_digest="1", sources=["hand"])
    score(ledger=ledger, run_id="run-1", parameters=Parameters(model="naive"), told=lambda *_: None)
    told = said(capsys, "preview", "pyramid", gold)
    assert "Gold card" in told
    assert "customers would move" in told
    assert not versions("pyramid").exists()


def test_labels_are_shown_with_what_to_do_for_each(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "show", "loyalty", "--labels").splitlines()
    assert lines[0].split()[:2] == ["Code", "Label"]
    assert len(lines) == 9
    assert any(line.startswith("latent") and "Clear away what hinders them" in line for line in lines)
    pyramid = said(capsys, "show", "pyramid", "--labels").splitlines()
    assert pyramid[1].split()[-2:] == ["—", "—"], "no run yet, and nothing said of tiers"


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["classify", *arguments, "--lang", "en"]) == 1
    return capsys.readouterr().err


def test_what_cannot_be_used_is_refused_with_the_reason(
    capsys: pytest.CaptureFixture[str], gold: str, tmp_path: Path
) -> None:
    broken, wrong, listed = (tmp_path / name for name in ("a.toml", "b.json", "c.json"))
    broken.write_text("[settings", "utf-8")
    wrong.write_text('{"settings": {"base_months": 0, "base": "some"}}', "utf-8")
    listed.write_text("[1]", "utf-8")
    assert "cannot be read" in refusal(capsys, "edit", "pyramid", str(broken))
    assert "cannot be read" in refusal(capsys, "edit", "pyramid", str(listed))
    assert "cannot be read" in refusal(capsys, "edit", "pyramid", str(tmp_path / "none.toml"))
    told = refusal(capsys, "edit", "pyramid", str(wrong))
    assert "base_months" in told
    assert "settings.base is some" in told
    assert "no run to preview on" in refusal(capsys, "preview", "pyramid", gold)
