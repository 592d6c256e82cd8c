"""Alarms call as many unchanged customers as was declared, no more, and find those who changed."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from shuke.classify import RfmAlarm, signs

AS_OF = date(2024, 12, 31)
_END = AS_OF.toordinal() - date(1970, 1, 1).toordinal()
_DAYS, _CUSTOMERS, _PERIOD = 730, 4000, 90


def unchanged(rng, shape, *, gap_days=12.0):
    """Purchases of customers whose gaps and amounts never change, each with a rate and a level of their own."""
    mean = gap_days * rng.lognormal(0, 0.4, _CUSTOMERS)
    count = int(4 * _DAYS / gap_days)
    gaps = rng.gamma(shape, 1 / shape, (_CUSTOMERS, count)) * mean[:, None]
    at = np.cumsum(gaps, axis=1) - mean[:, None] * rng.random((_CUSTOMERS, 1))
    who, which = np.nonzero((at >= 0) & (at < _DAYS))
    days = _END - _DAYS + 1 + at[who, which].astype(np.int64)
    level = rng.lognormal(8, 0.6, _CUSTOMERS)
    return who, days, (level[who] * rng.lognormal(0, 0.5, len(who))).astype(np.int64) + 1


def deviations(engine, who, days, amounts):
    lines = {
        "customer_id": pa.array([f"c{n}" for n in who]),
        "purchased_on": pa.array(days.astype(np.int32)).cast(pa.date32()),
        "amount_minor": pa.array(amounts),
    }
    purchases = engine.from_arrow("purchases", pa.table(lines))
    return signs(purchases, as_of=AS_OF).to_arrow()


def called(known, share):
    """Which share of those who can be judged each of the three calls."""
    cuts = RfmAlarm(false_alarm_share=share)._inputs()
    one, two = cuts["cut_one_side"], cuts["cut_two_sides"]
    r, f, m = (known[f"alarm_{name}_z"].drop_null().to_numpy() for name in "rfm")
    return (r > one).mean(), (np.abs(f) > two).mean(), (np.abs(m) > two).mean()


@pytest.mark.parametrize("share", [0.01, 0.05])
def test_customers_who_buy_by_chance_alone_are_called_as_often_as_declared(duckdb_engine, share):
    known = deviations(duckdb_engine, *unchanged(np.random.default_rng(7), 1.0))
    for rate in called(known, share):
        # Within a third of what is declared, and three standard errors of 4000 customers.
        assert rate < 1.35 * share + 3 * (share / _CUSTOMERS) ** 0.5
        assert rate > 0.4 * share


def test_the_more_even_the_gaps_the_fewer_are_called(duckdb_engine):
    known = deviations(duckdb_engine, *unchanged(np.random.default_rng(8), 4.0))
    r, f, m = called(known, 0.05)
    assert r < 0.05
    assert f < 0.05
    assert m < 0.07


def test_who_stopped_or_now_spends_a_third_is_found(duckdb_engine):
    who, days, amounts = unchanged(np.random.default_rng(9), 1.0)
    stopped, less = who % 2 == 0, who % 2 == 1
    recent = days > _END - _PERIOD
    kept = ~(stopped & recent)
    amounts = np.where(less & recent, amounts // 3, amounts)
    known = deviations(duckdb_engine, who[kept], days[kept], amounts[kept]).to_pylist()
    cuts = RfmAlarm()._inputs()
    silent = [
        row["alarm_r_z"] > cuts["cut_one_side"]
        for row in known
        if int(row["customer_id"][1:]) % 2 == 0 and row["alarm_r_z"] is not None
    ]
    smaller = [
        row["alarm_m_z"] < -cuts["cut_two_sides"]
        for row in known
        if int(row["customer_id"][1:]) % 2 == 1 and row["alarm_m_z"] is not None
    ]
    assert np.mean(silent) > 0.7
    assert np.mean(smaller) > 0.7
