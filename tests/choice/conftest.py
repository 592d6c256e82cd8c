"""Samples of customers whose truth is known, made without an engine."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from shuke.value import Calendar, Sampled

FIRST_DAY = date(2021, 1, 1)


@pytest.fixture(scope="session")
def simulated():
    """Makes a sample of customers: see `simulate`."""
    return simulate


def simulate(
    customers=600,
    days=900,
    *,
    leaving=0.05,
    mean_gap=30.0,
    joined_within=0.5,
    calendar: Calendar | None = None,
    shock: float = 0.0,
    k: int = 1,
    seed=11,
    of: int | None = None,
) -> Sampled:
    """Customers who join over the first part of the days, buy at their own pace and leave at purchases.

    `calendar` bends time; `shock` lets everyone's pace wander from quarter to quarter by so much (of a log); the larger
    `k`, the more their purchases keep a beat (waits are Erlang-k).
    """
    rng = np.random.default_rng(seed)
    pace = np.ones(days) if calendar is None else calendar.index(FIRST_DAY, days)
    if shock:
        pace = pace * np.exp(rng.normal(0, shock, days // 91 + 1))[np.arange(days) // 91]
    clock = np.concatenate(([0.0], np.cumsum(pace)))
    told = clock, days, leaving, mean_gap, joined_within, k
    rows = [(who, day) for who in range(customers) for day in _days(rng, *told)]
    customer, day = np.array(rows, dtype=np.int64).T
    spend = np.repeat(rng.gamma(4, 250, customers), np.bincount(customer)) * rng.gamma(6, 1 / 6, len(customer))
    as_of = FIRST_DAY + timedelta(days=days - 1)
    return Sampled(
        FIRST_DAY, as_of, customers, of or customers, customer, day, (customer, day, np.maximum(spend.round(), 1))
    )


def _days(rng, clock, days, leaving, mean_gap, joined_within, k):
    born = int(rng.integers(0, max(1, int(days * joined_within))))
    rate = rng.gamma(1.5, 1 / (1.5 * mean_gap))
    bought = rng.geometric(rng.beta(1, 1 / leaving)) if leaving else 10_000
    waits = rng.standard_gamma(k, min(int(bought), 400)) / (k * rate)
    passed = clock[born] + np.concatenate(([0.0], np.cumsum(waits)))
    reached = np.searchsorted(clock, passed[passed < clock[-1]], "right") - 1
    return np.unique(np.concatenate(([born], np.minimum(reached[1:], days - 1))))
