from __future__ import annotations

from dataclasses import fields

import pytest

from shuke.evaluate import Backtest, ModelTest
from shuke.kit.text import LANGUAGES, keys, say


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_note_of_a_backtest_has_its_sentence(language):
    told = [line for line in (Backtest.__doc__ or "").splitlines() if line.strip().startswith("- `")]
    assert len(told) == 5
    for line in told:
        assert say(f"backtest.{line.split('`')[1]}", language)


def test_every_measure_named_is_a_figure_of_a_model():
    named = {key.removeprefix("evaluate.measure.") for key in keys("evaluate.measure.")}
    assert named <= {field.name for field in fields(ModelTest)}
    assert "log_score" in named
