"""Customers of different ages by one model: the model's own answers, at another pace for the young."""

from __future__ import annotations

import numpy as np
import pytest

from shuke.kit.errors import InputError
from shuke.value import (
    AGES,
    BGNBD,
    NBD,
    Afresh,
    BGNBDParams,
    ByAge,
    GammaGamma,
    GammaGammaParams,
    NBDParams,
    Stacked,
    candidate,
    read_histories,
    restored,
    value_interval,
)

USUAL = BGNBD.from_params(BGNBDParams(r=0.9, alpha=30.0, a=0.8, b=2.5))
SEEN = {"x": [0, 3, 0, 5, 1, 9], "t_x": [0, 20, 0, 150, 200, 390], "T": [10, 29, 60, 170, 300, 400]}
PACES = (0.5, 0.8, 1.0, 1.25)
EACH = np.array([0.5, 0.5, 0.8, 1.0, 1.25, 1.0])
"""The pace of each of those seen: from a year on, 1."""


def alone(answer):
    """Each history asked alone, with its own pace."""
    rows = [{name: [column[at]] for name, column in SEEN.items()} for at in range(len(EACH))]
    return [float(answer(row, pace)[0]) for row, pace in zip(rows, EACH, strict=True)]


@pytest.mark.parametrize(
    ("ours", "own"),
    [
        (lambda m: m.expected_purchases(SEEN, 90), lambda h, p: USUAL.expected_purchases(h, 90 * p)),
        (lambda m: m.discounted_purchases(SEEN, 9, 0.01), lambda h, p: USUAL.discounted_purchases(h, 9 * p, 0.01 / p)),
        (lambda m: m.residual_purchases(SEEN, 0.001), lambda h, p: USUAL.residual_purchases(h, 0.001 / p)),
        (lambda m: m.probability_of_purchases(SEEN, 2, 90), lambda h, p: USUAL.probability_of_purchases(h, 2, 90 * p)),
        (lambda m: m.expected_lifetime(SEEN, 90), lambda h, p: USUAL.expected_lifetime(h, 90 * p) / p),
        (lambda m: m.next_purchase_due(SEEN), lambda h, p: USUAL.next_purchase_due(h) / p),
        (lambda m: m.probability_alive(SEEN), lambda h, _: USUAL.probability_alive(h)),
    ],
    ids=["purchases", "discounted", "residual", "chance", "lifetime", "due", "alive"],
)  # fmt: skip
def test_each_age_s_days_count_at_its_pace(ours, own):
    assert ours(ByAge(USUAL, PACES)) == pytest.approx(alone(own), rel=1e-9)


def test_chances_of_a_customer_s_counts_sum_to_one_and_have_the_mean_expected():
    model = ByAge(USUAL, PACES)
    chances = np.array([model.probability_of_purchases(SEEN, n, 90) for n in range(400)])
    assert chances.sum(axis=0) == pytest.approx(np.ones(len(EACH)), abs=1e-6)
    assert np.arange(400) @ chances == pytest.approx(model.expected_purchases(SEEN, 90), rel=1e-4)
    counts = [0, 2, 1, 4, 0, 3]
    logs = model.log_probability_of_purchases(SEEN, counts, 90)
    assert np.exp(logs) == pytest.approx(chances[counts, np.arange(len(counts))], rel=1e-9)


def test_without_another_pace_it_is_the_model():
    same = ByAge(USUAL, (1, 1, 1, 1))
    assert same.expected_purchases(SEEN, 365).tolist() == USUAL.expected_purchases(SEEN, 365).tolist()
    assert same.expected_purchases_new(90) == USUAL.expected_purchases_new(90)


def test_a_new_customer_counts_time_as_the_youngest():
    assert ByAge(USUAL, PACES).expected_purchases_new(90) == USUAL.expected_purchases_new(45)


@pytest.mark.parametrize("paces", [(1, 1, 1), (1, 1, 1, 0), (1, 1, 1, -2), (1, 1, 1, float("inf"))])
def test_paces_that_are_none_are_refused(paces):
    with pytest.raises(InputError, match=f"give {len(AGES)} numbers above 0"):
        ByAge(USUAL, paces)


def test_intervals_are_the_model_s_over_as_much_of_its_time():
    spend = GammaGamma.from_params(GammaGammaParams(p=6.25, q=3.74, gamma=15.4, mean_spend=35.1))
    told = value_interval(ByAge(USUAL, PACES), spend, SEEN, horizon=365, rate=0.0002)
    for at, pace in enumerate(EACH.tolist()):
        row = read_histories(SEEN).rows(slice(at, at + 1))
        own = value_interval(USUAL, spend, row, horizon=365 * pace, rate=0.0002 / pace)
        for name in ("count_low", "count_high", "factor_low", "factor_high"):
            assert getattr(told, name)[at] == pytest.approx(getattr(own, name)[0]), name


def test_purchases_that_the_spend_is_over_go_with_their_customers():
    spend = GammaGamma.from_params(GammaGammaParams(p=6.25, q=3.74, gamma=15.4, mean_spend=35.1))
    asked = {"horizon": 365, "rate": 0.0002, "spend_purchases": np.array(SEEN["x"]), "discount": np.linspace(0.5, 1, 6)}
    forward = value_interval(ByAge(USUAL, PACES), spend, SEEN, **asked)
    turned = {name: column[::-1] for name, column in SEEN.items()}
    asked |= {"spend_purchases": asked["spend_purchases"][::-1], "discount": asked["discount"][::-1]}
    backward = value_interval(ByAge(USUAL, PACES), spend, turned, **asked)
    assert forward.factor_high.tolist() == backward.factor_high[::-1].tolist()


def test_it_is_restored_from_what_is_kept_of_it_with_its_doubts():
    doubted = Stacked.of(
        [USUAL, NBD.from_params(NBDParams(r=0.4, alpha=14.0)), Afresh(USUAL)], [0.7, 0.2, 0.1], pace=0.9
    )
    for model in (ByAge(USUAL, PACES), ByAge(doubted, PACES)):
        told = candidate("bg_nbd").told(model)
        assert [told[f"age_{days}_pace"] for days in AGES] == list(PACES)
        again = restored("bg_nbd", told)
        assert isinstance(again, ByAge)
        assert again.expected_purchases(SEEN, 90) == pytest.approx(model.expected_purchases(SEEN, 90))
    assert "age_30_pace" not in candidate("bg_nbd").told(doubted)


def test_who_may_have_come_before_the_data_begin_is_of_no_known_age_and_counts_as_old():
    model = ByAge(USUAL, PACES, known_days=170)
    old = np.array(SEEN["T"]) > 170
    ours, own = model.expected_purchases(SEEN, 90), USUAL.expected_purchases(SEEN, 90)
    assert ours[old].tolist() == own[old].tolist()
    assert ours[~old].tolist() == ByAge(USUAL, PACES).expected_purchases(SEEN, 90)[~old].tolist()
    told = candidate("bg_nbd").told(model)
    assert told["age_known_days"] == 170
    assert restored("bg_nbd", told).known_days == 170
    assert "age_known_days" not in candidate("bg_nbd").told(ByAge(USUAL, PACES)), "JSON has no infinity"


def test_a_fit_is_the_model_s_and_the_paces_stay():
    rng = np.random.default_rng(3)
    T = rng.integers(1, 500, 400).astype(float)
    x = rng.poisson(T / 60)
    seen = {"x": x, "t_x": np.where(x > 0, T * rng.random(400), 0.0), "T": T}
    model = ByAge(BGNBD(), PACES).fit(seen)
    assert model.params_.model == BGNBD().fit(seen).params_
    assert model.params_.paces == PACES
    assert model.params_.notes == model.params_.model.notes
