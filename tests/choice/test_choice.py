"""The choice by its rule, on customers whose truth is known."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from shuke.choice import choose
from shuke.choice._origins import origins, spaced
from shuke.choice._race import Entrant, verdict
from shuke.evaluate import Marks
from shuke.value import AUTO, NAIVE, candidate


def repeat_buyers(sample):
    return sample.at(sample.as_of, 0).repeat_buyers


def chosen_of(sample, horizon_days=300, **told):
    return choose(
        sample,
        holdout_days=sample.span_days // 3,
        horizon_days=horizon_days,
        repeat_buyers=repeat_buyers(sample),
        **told,
    )


def entrant(code, *logs, customers=100):
    """A candidate that gave the customers these log chances, the same at each of two origins."""
    origin = SimpleNamespace(
        day=date(2024, 1, 1),
        histories={"customers": np.ones(customers), "purchases": np.ones(customers)},
        customer=np.arange(customers),
        row=np.arange(customers),
    )
    given = np.resize(np.array(logs), customers)
    return Entrant(candidate(code), None, (Marks(origin, given, np.ones(customers)),) * 2)


def test_customers_who_leave_are_foretold_better_by_a_model_than_by_their_past_rate(simulated):
    choice = chosen_of(simulated(leaving=0.15))
    assert choice.chosen not in (None, NAIVE)
    assert choice.why in ("forecast_better", "simplest_of_the_best")
    naive = next(one for one in choice.standings if one.code == NAIVE)
    assert naive.difference < -1.96 * naive.standard_error < 0
    assert len(naive.total_errors) == len(choice.origins.race) == 3
    own = next(one for one in choice.standings if one.code == choice.chosen)
    assert (own.difference, own.standard_error) == (0.0, None)
    assert own.log_score - naive.log_score == pytest.approx(-naive.difference)
    assert all(abs(error) < 0.25 for error in own.total_errors)


def test_models_that_forecast_alike_are_chosen_by_their_order_and_the_margin_is_told():
    plain, naive = entrant("bg_nbd", -1.0, -1.2), entrant(NAIVE, -3.0, -2.0)
    found = verdict((plain, naive), AUTO)
    assert (found.chosen, found.why) == ("bg_nbd", "forecast_better")
    assert (found.margin.over, found.margin.difference) == (NAIVE, pytest.approx(1.4))
    assert found.margin.standard_error == pytest.approx(0.6 / np.sqrt(99))


def test_the_naive_rate_is_used_only_where_it_is_clearly_better():
    better, worse = entrant(NAIVE, -1.0), entrant("bg_nbd", -1.1)
    assert verdict((worse, better), AUTO).why == "naive_forecast_better"
    a_little = entrant(NAIVE, -0.5, -1.6)
    found = verdict((worse, a_little), AUTO)
    assert (found.chosen, found.why) == ("bg_nbd", "no_clear_difference")
    assert found.margin.difference < 0


def test_of_models_that_forecast_alike_the_simplest_is_used_and_of_others_the_best():
    plain, rich, naive = entrant("bg_nbd", -1.0, -1.2), entrant("pareto_nbd", -0.9, -1.29), entrant(NAIVE, -3.0, -2.0)
    alike = verdict((plain, rich, naive), AUTO)
    assert (alike.chosen, alike.why) == ("bg_nbd", "simplest_of_the_best")
    assert (alike.margin.over, alike.margin.difference) == ("pareto_nbd", pytest.approx(-0.005))
    hardly = entrant("pareto_nbd", -0.9995, -1.1995)
    assert verdict((plain, hardly, naive), AUTO).chosen == "bg_nbd", "beyond chance, but too little to matter"
    better = entrant("pareto_nbd", -0.5, -0.9)
    assert verdict((plain, better, naive), AUTO).chosen == "pareto_nbd"


def test_who_is_clearly_behind_any_model_is_no_equal_of_the_best_however_unsure_its_distance_from_the_leader():
    behind, close = entrant("bg_nbd", -1.05, -1.25), entrant("pareto_nbd", -1.0, -1.2)
    leader, naive = entrant("ggompertz_nbd", -0.2, -1.98), entrant(NAIVE, -3.0, -2.0)
    assert not leader.over(behind).clear, "what says something else altogether is at no sure distance"
    assert close.over(behind).clear
    assert leader.log_score > close.log_score
    found = verdict((behind, close, leader, naive), AUTO)
    assert (found.chosen, found.why) == ("pareto_nbd", "simplest_of_the_best")


def test_a_model_that_swings_when_learned_anew_gives_way_to_the_best_of_the_steady():
    plain, rich, richer = entrant("bg_nbd", -1.0), entrant("pareto_nbd", -0.9, -0.92), entrant("ggompertz_nbd", -0.8)
    all_of_them = (plain, rich, richer, entrant(NAIVE, -3.0, -2.0))
    found = verdict(all_of_them, AUTO, lambda one: one.code != "ggompertz_nbd")
    assert (found.chosen, found.why) == ("pareto_nbd", "steadier")
    assert found.margin.difference < 0
    assert verdict(all_of_them, AUTO, lambda one: False).chosen == "ggompertz_nbd"


def test_how_far_the_total_ahead_moves_is_asked_only_where_it_looks_farther_than_tested(simulated):
    near, far = (chosen_of(simulated(300, leaving=0.1), horizon_days=days) for days in (300, 900))
    assert {one.drift for one in near.standings} == {None}
    own = next(one for one in far.standings if one.code == far.chosen)
    assert own.drift is not None
    assert abs(np.log1p(own.drift)) < 0.5
    steady, wide = (found.totals(horizon_days=900, shares=()).money for found in (near, far))
    assert wide.high >= steady.high


def test_who_asks_for_a_model_gets_it_and_sees_how_it_did(simulated):
    choice = chosen_of(simulated(leaving=0.15), asked=NAIVE)
    assert (choice.chosen, choice.why) == (NAIVE, "asked")
    assert choice.chosen == choice.asked
    assert [one.code for one in choice.standings] == [NAIVE]
    other = chosen_of(simulated(leaving=0.15), asked="bg_nbd")
    assert [one.code for one in other.standings] == ["bg_nbd", NAIVE]
    assert other.margin.over == NAIVE


def test_few_repeat_buyers_are_left_to_the_naive_rate_and_none_to_no_model(simulated):
    few = chosen_of(simulated(customers=25))
    assert (few.chosen, few.why) == (NAIVE, "too_few_repeat_buyers")
    nobody = chosen_of(simulated(customers=25, mean_gap=1e9))
    assert (nobody.chosen, nobody.why, nobody.model) == (None, "no_repeat_purchases", None)
    assert nobody.trust().weeks is None
    assert nobody.totals(horizon_days=365, shares=(0.2, 0.8)).groups == (None, None)


def test_origins_lie_between_a_third_of_the_data_and_the_hold_out(simulated):
    sample = simulated()
    days = origins(sample, 300, 30)
    since = [(day - sample.first_day).days + 1 for day in days.race]
    assert since == [300, 450, 600]
    assert set(days.race) <= set(days.totals)
    assert (len(days.totals), days.independent) == (9, 2.0)


def test_origins_that_teach_nothing_are_left_out_and_short_data_have_fewer(simulated):
    sample = simulated(customers=60, joined_within=0.9)
    assert len(origins(sample, 300, 30).race) == 2
    assert origins(simulated(days=20, mean_gap=3), 6, 1).race[-1] == date(2021, 1, 14)
    assert not origins(simulated(days=20, mean_gap=3), 30, 1)
    assert spaced(date(2024, 1, 1), date(2024, 1, 15), 3) == (date(2024, 1, 1), date(2024, 1, 8), date(2024, 1, 15))


def test_a_choice_that_cannot_be_tested_says_so(simulated):
    sample = simulated(days=60, mean_gap=5)
    untested = choose(sample, holdout_days=90, horizon_days=90, repeat_buyers=repeat_buyers(sample))
    assert (untested.chosen, untested.why) == ("bg_nbd", "not_tested")
    assert untested.backtest.notes == ("no_customers",)
    assert choose(sample, holdout_days=90, horizon_days=90, repeat_buyers=50, asked=NAIVE).why == "asked"


def test_the_same_sample_gives_the_same_choice(simulated):
    first, second = (chosen_of(simulated(leaving=0.1)) for _ in range(2))
    assert first.standings == second.standings
    assert first.margin == second.margin


def test_the_last_origin_is_told_in_full(simulated):
    choice = chosen_of(simulated(leaving=0.1))
    tested = choice.backtest.model(choice.chosen)
    own = next(one for one in choice.standings if one.code == choice.chosen)
    assert tested.total_error_share == pytest.approx(own.total_errors[-1])
    assert tested.root_mean_squared_error == pytest.approx(own.root_mean_squared_error)
    assert sum(one.customers for one in tested.calibration) == choice.backtest.customers
