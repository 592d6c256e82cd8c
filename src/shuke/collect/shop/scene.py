"""All that happens to one chunk of customers, each part made when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from shuke.collect.shop import campaigns as actions
from shuke.collect.shop.baskets import Counters, Lines, counters, lines
from shuke.collect.shop.draws import Floats, Ints, Keys, below, root
from shuke.collect.shop.life import Life, life
from shuke.collect.shop.orders import Orders, orders
from shuke.collect.shop.people import People, people
from shuke.collect.shop.referrals import referrers
from shuke.collect.shop.seasons import LAST_DAY
from shuke.collect.shop.traits import Traits, traits


def customer_keys(seed: int, numbers: Ints) -> Keys:
    """The keys of customers by their number, from 0."""
    return below(root(seed), numbers, "customer")


@dataclass(frozen=True)
class Scene:
    """Customers `first` up to `end` (not included) of the shop of a seed, seen from `first_day` on."""

    seed: int
    first: int
    end: int
    first_day: int

    @cached_property
    def numbers(self) -> Ints:
        return np.arange(self.first, self.end)

    @cached_property
    def keys(self) -> Keys:
        return customer_keys(self.seed, self.numbers)

    @cached_property
    def people(self) -> People:
        return people(self.keys, self.numbers, self.seed, self.life.joined)

    @cached_property
    def traits(self) -> Traits:
        return traits(self.keys)

    @cached_property
    def life(self) -> Life:
        return life(self.keys, self.traits.joined, self.traits.leaving_rate)

    @cached_property
    def reached(self) -> list[actions.Reached]:
        """The groups of all campaigns."""
        own = {"retail": self.traits.buys_retail, "cars": self.traits.buys_cars}
        return [actions.reached(one, self.keys, self.life.joined, own[one.trade]) for one in actions.campaigns()]

    @cached_property
    def orders(self) -> Orders:
        return orders(self.keys, self.traits, self.life, self.reached)

    @cached_property
    def lines(self) -> Lines:
        return lines(self.keys, self.traits, self.life, self.orders)

    @cached_property
    def counters(self) -> Counters:
        return counters(self.keys, self.traits, self.orders)

    @cached_property
    def line_at(self) -> Floats:
        """When each line was booked, within opening hours."""
        booked: Floats = self.counters.at[self.lines.order] + (self.lines.at - self.orders.at[self.lines.order])
        return booked

    @cached_property
    def referrers(self) -> Ints:
        """The number of who referred each customer; −1 where nobody did."""
        return referrers(self.seed, self.numbers, self.keys, self.life.joined, self.traits.buys_cars)

    def in_file(self, at: Floats) -> Ints:
        """Places of what happened within the days of the file."""
        return np.flatnonzero((at >= self.first_day) & (at < LAST_DAY + 1))


def summed(which: Ints, values: Ints, count: int) -> Ints:
    """The sum of the values of each thing, of so many."""
    sums = np.zeros(count, dtype=np.int64)
    np.add.at(sums, which, values)
    return sums
