"""What is sold, as arrays: categories, the families of each, three generations of every family."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

import numpy as np

from shuke.collect.shop.draws import Floats, Ints, below, root, uniform, whole
from shuke.collect.shop.seasons import number_of

APPEALS = ("function", "economy", "feeling")
GENERATIONS = ("classic", "current", "new")
FAMILIES = 6
"""Families of each category, two for each appeal."""

_CLASSIC_DAY, _CURRENT_DAY = number_of(date(2012, 3, 1)), number_of(date(2016, 3, 1))
_NEW_FROM, _NEW_UNTIL = number_of(date(2018, 9, 1)), number_of(date(2022, 9, 1))
_PRICE_OF_GENERATION = np.array([0.9, 1.0, 1.18])


@dataclass(frozen=True)
class Goods:
    """The assortment. Families are numbered by category × FAMILIES + place, products by family × 3 + generation."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    trades: tuple[str, ...]
    share: Floats
    """How much of retail each category has, 0 for what dealerships sell."""
    returns: Floats
    appeals: Ints
    """For each family which of APPEALS."""
    dearness: Floats
    """For each family how dear it is among those of its category, in standard deviations of the logarithm."""
    product_names: tuple[str, ...]
    price_minor: Ints
    cost_minor: Ints
    launched: Ints

    def number(self, code: str) -> int:
        """The place of the category of that code."""
        return self.codes.index(code)

    @property
    def retail(self) -> Ints:
        """Places of the categories that shops sell."""
        return np.flatnonzero(self.share > 0)


@cache
def goods() -> Goods:
    """The assortment, the same in every shop."""
    told = tomllib.loads(files(__package__).joinpath("products.toml").read_text("utf-8"))["categories"]
    prices = np.array([[family[2] for family in one["families"]] for one in told])
    logs = np.log(prices)
    dearness = (logs - logs.mean(axis=1, keepdims=True)) / logs.std(axis=1, keepdims=True)
    price_minor = _prices(prices)
    cost_share = np.repeat([one["cost"] for one in told], FAMILIES * len(GENERATIONS))
    return Goods(
        codes=tuple(one["code"] for one in told),
        names=tuple(one["name"] for one in told),
        trades=tuple(one["trade"] for one in told),
        share=np.array([one["share"] for one in told]),
        returns=np.array([one["returns"] for one in told]),
        appeals=np.array([APPEALS.index(family[1]) for one in told for family in one["families"]]),
        dearness=dearness.ravel(),
        product_names=tuple(
            " ".join([family[0], generation]).strip()
            for one in told
            for family in one["families"]
            for generation in one["generations"]
        ),
        price_minor=price_minor,
        cost_minor=_costs(price_minor, cost_share),
        launched=_launched(prices.size),
    )


def _prices(yuan: Floats) -> Ints:
    """In fen, ending as prices of shops do: on .90 below 200 yuan, on whole yuan above."""
    raw = (yuan.ravel()[:, None] * _PRICE_OF_GENERATION).ravel()
    neat = np.where(raw < 200, np.floor(raw) + 0.9, np.where(raw < 50_000, np.round(raw), np.round(raw, -2)))
    return whole(neat * 100)


def _costs(price_minor: Ints, share: Floats) -> Ints:
    """No two products have quite the margin of their category."""
    keys = below(root(0), np.arange(len(price_minor)), "product")
    return whole(price_minor * share * (0.93 + 0.14 * uniform(keys, "cost")))


def _launched(families: int) -> Ints:
    keys = below(root(0), np.arange(families), "family")
    new = _NEW_FROM + ((_NEW_UNTIL - _NEW_FROM) * uniform(keys, "launch")).astype(np.int64)
    return np.column_stack([np.full(families, _CLASSIC_DAY), np.full(families, _CURRENT_DAY), new]).ravel()
