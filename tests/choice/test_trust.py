"""The pictures of how a model did: week by week, and customer by customer."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from shuke.choice import choose
from shuke.choice._trust import weeks
from shuke.value import BGNBD, Calendar


def test_a_right_model_is_calibrated_customer_by_customer(simulated):
    sample = simulated(2500, leaving=0.1)
    repeat_buyers = sample.at(sample.as_of, 0).repeat_buyers
    trust = choose(sample, holdout_days=300, horizon_days=300, repeat_buyers=repeat_buyers, asked="bg_nbd").trust()
    assert max(abs(share - 0.1) for share in trust.pit.shares) < 0.03
    for one in trust.within:
        assert one.implied >= one.level
        assert one.observed == pytest.approx(one.implied, abs=0.05)


def test_weeks_add_up_to_what_was_bought_and_to_what_was_foreseen(simulated):
    sample = simulated(leaving=0.1, of=1200)
    origin = sample.as_of - timedelta(days=7 * 40)
    seen = sample.at(origin, 280).histories
    model = BGNBD().fit(seen)
    drawn = weeks(sample, origin, model)
    assert len(drawn.actual) == len(drawn.known) == len(drawn.forecast) == sample.span_days // 7
    assert drawn.first_day + timedelta(days=7 * len(drawn.actual) - 1) == sample.as_of
    assert drawn.forecast[-41] is None
    foreseen = float(seen["customers"] @ model.expected_purchases(seen, 280)) * 2
    assert sum(drawn.forecast[-40:]) == pytest.approx(foreseen, rel=1e-6)
    assert sum(drawn.known[-40:]) == seen["customers"] @ seen["purchases"] * 2
    assert all(known <= actual for known, actual in zip(drawn.known[-40:], drawn.actual[-40:], strict=True))


def test_weeks_by_a_calendar_rise_in_its_season(simulated):
    calendar = Calendar((1.0,) * 11 + (2.0,))
    sample = simulated(leaving=0, calendar=calendar)
    origin = sample.as_of - timedelta(days=500)
    model = BGNBD().fit(sample.at(origin, 0, calendar).histories)
    drawn = weeks(sample, origin, model, calendar)
    told = {
        drawn.first_day + timedelta(days=7 * place + 3): figure
        for place, figure in enumerate(drawn.forecast)
        if figure is not None
    }
    in_season = np.mean([figure for day, figure in told.items() if day.month == 12])
    before = np.mean([figure for day, figure in told.items() if day.month in (10, 11)])
    assert 1.6 < in_season / before < 2.1
