"""Random numbers that belong to what they are drawn for: a customer, one of their orders, a line of it.

A generator that runs on gives customer 7 other numbers as soon as customer 6 takes one more. Here every thing has a
key of 64 bits, made of the seed and of its number within the thing above it (seed → customer → order → line), and a
draw is a mix of the key and of what it is for. So customer 7 is the same whoever else is made, in whatever chunks; and
a table that is added later changes none of the others.

The mix is the finaliser of SplitMix64 (Steele, Lea & Flood 2014, with Stafford's constants, variant 13).
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_UNIT = 2.0**-53


def mixed(keys: Keys) -> Keys:
    """Each key, its bits spread over the whole of it: neighbours become strangers."""
    z = (keys ^ (keys >> np.uint64(30))) * _FIRST
    z ^= z >> np.uint64(27)
    z *= _SECOND
    z ^= z >> np.uint64(31)
    return z


@cache
def _number_of(purpose: str) -> np.uint64:
    return np.uint64(int.from_bytes(blake2b(purpose.encode(), digest_size=8).digest(), "little"))


def root(seed: int) -> Keys:
    """The key that all others of a shop come from."""
    return mixed(np.array([seed], dtype=np.uint64) + _GOLDEN)


def below(keys: Keys, numbers: Ints, purpose: str = "") -> Keys:
    """The keys of the things with these numbers (from 0) below others: a customer's orders, an order's lines.

    >>> customers = below(root(7), np.arange(3))
    >>> bool((below(root(7), np.arange(2)) == customers[:2]).all())
    True
    """
    start = keys + _number_of(purpose) if purpose else keys
    return mixed(start + (numbers.astype(np.uint64) + np.uint64(1)) * _GOLDEN)


def uniform(keys: Keys, purpose: str) -> Floats:
    """One number between 0 and 1 (neither of them) for each key."""
    bits = mixed(keys + _number_of(purpose)) >> np.uint64(11)
    return (bits.astype(np.float64) + 0.5) * _UNIT


def normal(keys: Keys, purpose: str) -> Floats:
    """One standard normal number for each key."""
    drawn: Floats = ndtri(uniform(keys, purpose))
    return drawn


def exponential(keys: Keys, purpose: str) -> Floats:
    """One number of mean 1 for each key, exponentially distributed."""
    drawn: Floats = -np.log(uniform(keys, purpose))
    return drawn


def happens(keys: Keys, purpose: str, chance: Floats | float) -> Flags:
    """For each key whether something of this chance comes true."""
    come: Flags = uniform(keys, purpose) < chance
    return come


def one_of(keys: Keys, purpose: str, count: int) -> Ints:
    """For each key one of so many, each as likely as the others."""
    return (uniform(keys, purpose) * count).astype(np.int64)


def chosen(keys: Keys, purpose: str, weights: Floats) -> Ints:
    """For each key the place of one weight: of a list that holds for all, or of a row for each key.

    >>> weights = np.array([0.0, 2.0, 0.0])
    >>> chosen(below(root(1), np.arange(4)), "colour", weights).tolist()
    [1, 1, 1, 1]
    """
    cumulative = np.cumsum(weights, axis=-1)
    mark = uniform(keys, purpose) * cumulative[..., -1]
    if cumulative.ndim == 1:
        return np.minimum(np.searchsorted(cumulative, mark, side="right"), len(weights) - 1)
    return place_of(cumulative, mark)


def place_of(cumulative: Floats, mark: Floats) -> Ints:
    """In each row of cumulated weights, the place that a mark between 0 and the last of them falls in."""
    places: Ints = (cumulative[:, :-1] <= mark[:, None]).sum(axis=1, dtype=np.int64)
    return places


def whole(values: Floats) -> Ints:
    """The nearest whole numbers."""
    numbers: Ints = np.rint(values).astype(np.int64)
    return numbers
