"""All that a run may choose from can be asked the same, told as JSON, and made again."""

from __future__ import annotations

import json

import numpy as np
import pytest

from shuke.kit.errors import InputError
from shuke.kit.text import keys
from shuke.value import CANDIDATES, NAIVE, candidate, model_codes, require_model, restored

RNG = np.random.default_rng(2)
T = RNG.integers(60, 400, 300)
X = np.minimum(RNG.poisson(RNG.gamma(1, 4, 300)), T // 4)
T_X = np.where(X > 0, np.maximum((T * RNG.beta(3, 1, 300)).astype(int), X), 0)
SEEN = {
    "x": X,
    "t_x": T_X,
    "T": T,
    "log_gaps": np.where(X > 0, X * np.log(np.maximum(T_X, 1) / np.maximum(X, 1)), 0) * 0.9,
}


@pytest.fixture(scope="module", params=[one.code for one in CANDIDATES])
def fitted(request):
    return candidate(request.param), candidate(request.param).new().fit(SEEN)


def test_what_one_learned_is_json_and_makes_the_same_model_again(fitted):
    known, model = fitted
    told = json.loads(json.dumps(known.told(model)))
    again = restored(known.code, {**told, "kept by an older version": 1.0})
    assert tuple(told) == known.parameters
    assert again.expected_purchases(SEEN, 90) == pytest.approx(model.expected_purchases(SEEN, 90))
    assert set(known.standard_errors(model)) in (set(), set(known.parameters) - set(known.settled))


def test_what_one_settled_on_days_serves_a_fit_without_them(fitted):
    known, model = fitted
    plain = {name: SEEN[name] for name in ("x", "t_x", "T")}
    again = known.new(model).fit(plain)
    assert known.told(again) == pytest.approx(known.told(model), rel=0.05)


def test_one_forecasts_sensibly_and_names_its_notes_in_words(fitted):
    known, model = fitted
    expected = model.expected_purchases(SEEN, 90)
    assert np.isfinite(expected).all()
    assert (expected >= 0).all()
    lifetime = model.expected_lifetime(SEEN, 90)
    assert ((lifetime >= 0) & (lifetime <= 90 + 1e-9)).all()
    assert (model.residual_purchases(SEEN, 0.001) >= model.discounted_purchases(SEEN, 90, 0.001) - 1e-9).all()
    assert np.isfinite(model.log_probability_of_purchases(SEEN, X, 90)).all()
    assert keys(f"report.model.{known.code}")
    if known.code != NAIVE:
        assert all(keys(f"counts.{note}") for note in model.params_.notes)


def test_an_unknown_model_is_refused_with_all_there_are():
    assert require_model("auto") == "auto"
    assert require_model(NAIVE) == NAIVE
    with pytest.raises(InputError, match="there are: auto, bg_nbd"):
        require_model("bgnbd")
    assert model_codes()[0] == "auto"
