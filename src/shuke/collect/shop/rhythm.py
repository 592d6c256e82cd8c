"""When customers come: renewals with Erlang gaps, in a time that runs faster in season and in the stable stage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shuke.collect.shop.draws import Floats, Ints, Keys, below, exponential
from shuke.collect.shop.life import PACES
from shuke.collect.shop.seasons import lived, moment_of

_YEAR = 365.0
_GRAIN = 2.0**36
"""Waits are added up as whole numbers of this grain: exact sums do not depend on who else stands in the array."""


@dataclass(frozen=True)
class Visits:
    """Visits of many customers: whose (a place among those asked for), which of theirs (from 1), and when."""

    who: Ints
    number: Ints
    at: Floats


def renewals(keys: Keys, rate: Floats, shape: Ints, turns: Floats, trade: str, purpose: str) -> Visits:
    """The visits of each customer after the first turn and before the last.

    Time is counted as the trade lives it (seasons.lived) times PACES between the turns; in this time gaps are Erlang
    of the given shape with mean 1/rate years. They are every shape-th point of a Poisson stream of shape × rate: each
    point is one exponential number of the customer's own, and no customer hangs on another.
    """
    spans = np.diff(lived(trade, turns) / _YEAR, axis=1) * np.array(PACES)
    passed = np.concatenate([np.zeros((len(keys), 1)), np.cumsum(spans, axis=1)], axis=1)
    stream = rate * shape
    points = stream * passed[:, -1]
    # Past seven standard deviations, and some for small means, no stream runs out in our lifetimes.
    sizes = np.ceil(points + 7.0 * np.sqrt(points) + 14.0).astype(np.int64)
    ends = np.cumsum(sizes)
    who = np.repeat(np.arange(len(keys)), sizes)
    place = np.arange(len(who)) - np.repeat(ends - sizes, sizes)
    waits = np.cumsum((exponential(below(keys[who], place, purpose), "wait") * _GRAIN).astype(np.int64))
    before = np.concatenate([[0], waits])[ends - sizes]
    time = (waits - before[who]) / _GRAIN / stream[who]
    come = ((place + 1) % shape[who] == 0) & (time < passed[who, -1])
    who, place, time = who[come], place[come], time[come]
    return Visits(who, (place + 1) // shape[who], _moments(who, time, passed, turns, trade))


def _moments(who: Ints, time: Floats, passed: Floats, turns: Floats, trade: str) -> Floats:
    piece = (passed[who, 1:-1] <= time[:, None]).sum(axis=1)
    start = lived(trade, turns)[who, piece]
    return moment_of(trade, start + (time - passed[who, piece]) / np.array(PACES)[piece] * _YEAR)
