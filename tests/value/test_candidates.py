"""All that a run may choose from can be asked the same, told as JSON, and made again."""

from __future__ import annotations

import json

import numpy as np
import pytest

from shuke.kit.errors import InputError
from shuke.kit.text import keys
from shuke.value import (
    CANDIDATES,
    NAIVE,
    NBD,
    Afresh,
    MBGCNBDk,
    Stacked,
    candidate,
    model_codes,
    require_model,
    restored,
)

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


def test_a_mixture_is_restored_from_its_parameters_with_a_beat_and_as_older_runs_kept_it_without():
    own, beat = candidate("pareto_nbd").new().fit(SEEN), MBGCNBDk(2).fit(SEEN)
    others, known = (NBD().fit(SEEN), Afresh(own)), candidate("pareto_nbd")
    mixed = Stacked.of((own, *others, beat), (0.5, 0.2, 0.1, 0.2), pace=0.97)
    told = json.loads(json.dumps(known.told(mixed)))
    assert {name: told[name] for name in ("beat_weight", "beat_k", "beat_b")} == {
        "beat_weight": 0.2,
        "beat_k": 2,
        "beat_b": beat.params_.b,
    }
    without = Stacked.of((own, *others), (0.7, 0.2, 0.1), pace=0.97)
    older = json.loads(json.dumps(known.told(without)))
    assert not any(name.startswith("beat") for name in older)
    for model, kept in ((mixed, told), (without, older)):
        again = restored(known.code, kept)
        assert again.params_.weights == pytest.approx(model.params_.weights)
        for asked in ("expected_purchases", "expected_lifetime"):
            assert getattr(again, asked)(SEEN, 90) == pytest.approx(getattr(model, asked)(SEEN, 90))
    assert set(known.standard_errors(mixed)) == set(known.parameters)


def test_a_mixture_in_which_the_model_itself_has_no_weight_is_restored():
    own, beat = candidate("bg_nbd").new().fit(SEEN), MBGCNBDk(2).fit(SEEN)
    mixed = Stacked.of((own, NBD().fit(SEEN), Afresh(own), beat), (0.0, 0.1, 0.2, 0.7))
    again = restored("bg_nbd", candidate("bg_nbd").told(mixed))
    assert again.expected_purchases(SEEN, 90) == pytest.approx(mixed.expected_purchases(SEEN, 90))
