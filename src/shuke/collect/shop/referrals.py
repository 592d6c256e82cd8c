"""Who told whom of the business. Each customer who came by referral was told by one who came before them."""

from __future__ import annotations

import numpy as np

from shuke.collect.shop.draws import Flags, Floats, Ints, Keys, below, happens, place_of, root, uniform
from shuke.collect.shop.life import life
from shuke.collect.shop.traits import joined_at, leanings, leaving_rate, referral_rate

_CANDIDATES = 4
_AROUND = 1000
_KNOWN_DAYS = 30.0
"""For so long somebody was a customer before they told others."""


def referrers(seed: int, numbers: Ints, keys: Keys, joined: Floats, buys_cars: Flags) -> Ints:
    """For each customer the number of who referred them; −1 where nobody did.

    Of four acquaintances among the thousand numbers before their own, one is taken by the referral rates of those who
    were customers at the time. So whoever referred is in every shop that holds whom they referred.
    """
    found = np.full(len(numbers), -1)
    told = np.flatnonzero(happens(keys, "was referred", np.where(buys_cars, 0.25, 0.14)) & (numbers > 0))
    own = below(np.repeat(keys[told], _CANDIDATES), np.tile(np.arange(_CANDIDATES), len(told)), "acquaintance")
    of = np.repeat(numbers[told], _CANDIDATES)
    others = of - 1 - (uniform(own, "who") * np.minimum(of, _AROUND)).astype(np.int64)
    weights = _weights(seed, others, np.repeat(joined[told], _CANDIDATES)).reshape(-1, _CANDIDATES)
    cumulated = np.cumsum(weights, axis=1)
    mark = uniform(keys[told], "which acquaintance") * cumulated[:, -1]
    place = place_of(cumulated, mark)
    somebody = cumulated[:, -1] > 0
    chosen = others.reshape(-1, _CANDIDATES)[np.arange(len(told)), place]
    found[told[somebody]] = chosen[somebody]
    return found


def _weights(seed: int, others: Ints, at: Floats) -> Floats:
    keys = below(root(seed), others, "customer")
    lean = leanings(keys)
    lives = life(keys, joined_at(keys), leaving_rate(keys, lean))
    there = (lives.joined < at - _KNOWN_DAYS) & (at < lives.left)
    return np.where(there, referral_rate(keys, lean), 0.0)
