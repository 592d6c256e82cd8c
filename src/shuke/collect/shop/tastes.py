"""Which product a customer takes: by what it appeals to, how dear it is, how new it is, and by taste."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shuke.collect.shop.draws import Floats, Ints, Keys, below, place_of, uniform
from shuke.collect.shop.goods import FAMILIES, GENERATIONS, goods
from shuke.collect.shop.orders import CAR, RETAIL, Orders
from shuke.collect.shop.traits import LOYALTY_KINDS, Traits, softmax

_APPEAL, _DEAR, _THRIFTY, _TASTE = 2.2, 1.0, 1.6, 3.0
_HABIT = 1.7
"""Who comes by inertia keeps to what they know: own taste weighs so much more."""
_NEW, _CURRENT = GENERATIONS.index("new"), GENERATIONS.index("current")


@dataclass(frozen=True)
class Tastes:
    """For each customer of a chunk: cumulated shares of families within categories, and of generations."""

    families: Floats
    """Customer × category × FAMILIES."""
    generations: Floats
    """Customer × GENERATIONS."""


def tastes(keys: Keys, traits: Traits) -> Tastes:
    """Shares of a family go with exp(2.2·appeal + dearness·(ln spend_level − 1.6·(thrift − 0.45)) + 3·taste)."""
    stock, lean = goods(), traits.leanings
    count = len(stock.appeals)
    own = below(np.repeat(keys, count), np.tile(np.arange(count), len(keys)), "family")
    habit = np.where(lean.loyalty == LOYALTY_KINDS.index("inertia"), _HABIT, 1.0)
    liking = (_TASTE * habit)[:, None] * (uniform(own, "taste").reshape(len(keys), count) - 0.5)
    dear = _DEAR * np.log(traits.spend_level) - _THRIFTY * (lean.thrift - 0.45)
    score = _APPEAL * lean.appeal[:, stock.appeals] + dear[:, None] * stock.dearness + liking
    shares = np.exp(score).reshape(len(keys), -1, FAMILIES)
    generations = softmax(np.log(0.12 + lean.focus))
    return Tastes(np.cumsum(shares, axis=2), np.cumsum(generations, axis=1))


def categories(orders: Orders, which: Ints, place: Ints, keys: Keys, traits: Traits) -> Ints:
    """The category of each line (`place` in its order): by affinity in shops, by what the order is for elsewhere."""
    stock = goods()
    mark = uniform(keys, "category")
    cumulated = np.cumsum(traits.affinity, axis=1)
    who, kind = orders.who[which], orders.kind[which]
    found: Ints = stock.retail[place_of(cumulated[who], mark)]
    garage = kind != RETAIL
    found[garage] = _in_the_garage(kind[garage], place[garage], orders.car_years[which[garage]], mark[garage])
    return found


def _in_the_garage(kind: Ints, place: Ints, car_years: Floats, mark: Floats) -> Ints:
    """First the car, or maintenance or repair (the older the car, the more repairs); then things for the car."""
    stock = goods()
    repair = np.minimum(0.08 + 0.07 * car_years, 0.7)
    work = np.where(mark < repair, stock.number("repair"), stock.number("maintenance"))
    first = np.where(kind == CAR, stock.number("cars"), work)
    more = np.where(mark < 0.6, stock.number("accessories"), stock.number("car_goods"))
    return np.where(place == 0, first, more)


def products(own: Tastes, who: Ints, category: Ints, day: Ints, keys: Keys) -> Ints:
    """The product of each line. A generation not launched yet is not to be had: the current one is taken."""
    stock = goods()
    shares = own.families[who, category]
    mark = uniform(keys, "family") * shares[:, -1]
    family = category * FAMILIES + place_of(shares, mark)
    generation = place_of(own.generations[who], uniform(keys, "generation"))
    early = (generation == _NEW) & (stock.launched[family * len(GENERATIONS) + _NEW] > day)
    taken: Ints = family * len(GENERATIONS) + np.where(early, _CURRENT, generation)
    return taken
