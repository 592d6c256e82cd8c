"""What is foreseen of one customer: exact, whatever the model, and by the season that the run counted time by."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from shuke.crm.scores.models import Run, ScoreA
from shuke.insight.foreseen import foreseen, model_of
from shuke.value import BGNBD, BGNBDParams

STEPS = [30, 90, 182, 365]
LEARNED = {"r": 1.408, "alpha": 9.646, "a": 0.1908, "b": 272.5}


def run_of(chosen: str = "bg_nbd", calendar: dict[str, float] | None = None, **parameters: float) -> Run:
    model = {"chosen": chosen, "parameters": parameters or LEARNED, "calendar": calendar}
    return Run(run_id="r", as_of=date(2017, 12, 31), figures={"model": model})


def score_of(purchases: int, first: date, last: date) -> ScoreA:
    age = (date(2017, 12, 31) - first).days
    return ScoreA(purchases=purchases, first_purchase=first, last_purchase=last, age_days=age)


@pytest.fixture
def customer() -> ScoreA:
    return score_of(20, date(2017, 1, 9), date(2017, 12, 20))


def test_the_band_holds_nine_of_ten_of_the_model_s_own_futures(customer: ScoreA) -> None:
    found = foreseen(run_of(), customer, STEPS)
    assert found is not None
    model = BGNBD.from_params(BGNBDParams(**LEARNED))
    history = {"x": [19], "t_x": [345], "T": [356]}
    for at, days in enumerate(STEPS):
        chances = [float(model.probability_of_purchases(history, n, days)[0]) for n in range(found.high[at] + 1)]
        below = sum(chances[: found.low[at]])
        assert below < 0.05 <= below + chances[found.low[at]]
        assert sum(chances[:-1]) < 0.95 <= sum(chances)
        assert found.expected[at] == pytest.approx(float(model.expected_purchases(history, days)[0]))


def test_the_chance_of_no_purchase_is_shown_as_far_as_there_is_any(customer: ScoreA) -> None:
    model = BGNBD.from_params(BGNBDParams(**LEARNED))
    found = foreseen(run_of(), customer, STEPS)
    assert found is not None
    for days, none in zip(found.silence_days, found.none, strict=True):
        chance = model.probability_of_purchases({"x": [19], "t_x": [345], "T": [356]}, 0, days)
        assert none == pytest.approx(float(chance[0]))
    assert found.none == sorted(found.none, reverse=True)
    regular = foreseen(run_of(), score_of(350, date(2017, 1, 1), date(2017, 12, 31)), STEPS)
    gone = foreseen(run_of(), score_of(200, date(2017, 1, 1), date(2017, 8, 31)), STEPS)
    assert regular is not None
    assert gone is not None
    assert regular.silence_days[-1] < 30
    assert (gone.silence_days[-1], gone.none[-1] > 0.9) == (365, True)


def test_a_customer_who_comes_daily_has_a_band_as_well() -> None:
    found = foreseen(run_of(), score_of(350, date(2017, 1, 1), date(2017, 12, 31)), STEPS)
    assert found is not None
    assert found.low[-1] < found.expected[-1] < found.high[-1]
    assert np.all(np.diff(found.high) > 0)


def test_the_naive_rate_has_a_band_too(customer: ScoreA) -> None:
    found = foreseen(run_of("naive", pooled_rate=0.1, longest_time=360.0), customer, STEPS)
    assert found is not None
    assert found.expected[-1] == pytest.approx(365 * 19 / 356)
    assert found.none[0] == pytest.approx(np.exp(-found.silence_days[0] * 19 / 356))


def test_in_a_season_that_sells_more_more_is_expected(customer: ScoreA) -> None:
    calm = foreseen(run_of(), customer, STEPS)
    busy = foreseen(run_of(calendar={"1": 2.0}), customer, STEPS)
    assert calm is not None
    assert busy is not None
    assert busy.expected[0] > 1.5 * calm.expected[0]  # January
    assert busy.silence_days[-1] < calm.silence_days[-1]


def test_declared_periods_count_too(customer: ScoreA) -> None:
    calm = foreseen(run_of(), customer, STEPS)
    busy = foreseen(run_of(calendar={"2018-01-01/2018-01-30": 3.0}), customer, STEPS)
    assert calm is not None
    assert busy is not None
    assert busy.expected[0] > 2.5 * calm.expected[0]


def test_runs_of_before_are_read_as_they_are() -> None:
    old = {"model": {"chosen": "bg_nbd", "bg_nbd": {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}}}
    assert isinstance(model_of(old), BGNBD)
    assert model_of({"model": {"chosen": "naive", "bg_nbd": {}}}) is None
    assert model_of({"model": {"chosen": None, "parameters": {}}}) is None
