"""What is in an order: lines with quantity, price, discount, net amount, cost; and what comes back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shuke.collect.shop.draws import Flags, Floats, Ints, Keys, below, happens, normal, one_of, place_of, uniform, whole
from shuke.collect.shop.goods import goods
from shuke.collect.shop.life import Life
from shuke.collect.shop.orders import CAR, RETAIL, SERVICE, Orders
from shuke.collect.shop.places import STAFF_PER_BRANCH, places
from shuke.collect.shop.seasons import OPENED_DAY, offers
from shuke.collect.shop.tastes import categories, products, tastes
from shuke.collect.shop.traits import CHANNELS, LOYALTY_KINDS, Traits

_MORE_LINES = np.array([1.0, 0.8, 0.7])
"""Lines after the first, by kind of order (retail, car, service), at a usual level of spend."""
_MOST_LINES = np.array([9, 4, 4])
_COUPONS = np.array([0.05, 0.1, 0.15, 0.2, 0.3])
_SINGLY_MINOR = 50_000
"""From this price on one piece is bought at a time."""
_OPEN_HOURS = (9.5, 21.5)


@dataclass(frozen=True)
class Lines:
    """Lines of purchases and of returns. Money is in minor units."""

    order: Ints
    """Place of the order in its Orders."""
    place: Ints
    """Which line of the order, from 0."""
    at: Floats
    """When it was bought or came back."""
    product: Ints
    quantity: Ints
    list_minor: Ints
    discount_minor: Ints
    cost_minor: Ints
    returned: Flags

    @property
    def amount_minor(self) -> Ints:
        return self.list_minor - self.discount_minor


@dataclass(frozen=True)
class Counters:
    """Where and by whom orders were taken: places in CHANNELS, in the branches, in the staff."""

    channel: Ints
    branch: Ints
    staff: Ints
    at: Floats
    """The moment within opening hours."""


def lines(keys: Keys, traits: Traits, life: Life, orders: Orders) -> Lines:
    """All lines of the orders, and those that came back as negative ones behind them."""
    level = _level(traits, life, orders)
    which, place = _places(orders, level)
    own = below(orders.keys[which], place, "line")
    who, kind, at = orders.who[which], orders.kind[which], orders.at[which]
    day = at.astype(np.int64)
    category = categories(orders, which, place, own, traits)
    product = products(tastes(keys, traits), who, category, day, own)
    quantity = _quantity(own, product, kind, level[which], traits.leanings.appeal[who, 1])
    list_minor = goods().price_minor[product] * quantity
    discount = whole(list_minor * _share_off(own, who, kind, day, traits))
    cost = goods().cost_minor[product] * quantity
    bought = Lines(
        which, place, at, product, quantity, list_minor, discount, cost, np.zeros(len(which), dtype=np.bool_)
    )
    return _with_returns(bought, own, category, traits.return_need[who])


def _level(traits: Traits, life: Life, orders: Orders) -> Floats:
    """The level of spend at each order: growing through the relation, three quarters while it fades."""
    who = orders.who
    years = (orders.at - life.joined[who]) / 365.25
    fading = np.where((orders.at > life.fading[who]) & (life.fading[who] < life.left[who]), 0.75, 1.0)
    level: Floats = traits.spend_level[who] * np.exp(traits.spend_growth[who] * years) * fading
    return level


def _places(orders: Orders, level: Floats) -> tuple[Ints, Ints]:
    """For each line its order and its place there: the first, and a geometric number of others."""
    more = _MORE_LINES[orders.kind] * np.where(orders.kind == RETAIL, level, 1.0)
    others = np.floor(np.log(uniform(orders.keys, "lines")) / np.log(more / (1 + more))).astype(np.int64)
    counts = 1 + np.minimum(others, _MOST_LINES[orders.kind])
    which = np.repeat(np.arange(len(orders.at)), counts)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)


def _quantity(keys: Keys, product: Ints, kind: Ints, level: Floats, economy: Floats) -> Ints:
    """Cheap things are bought by the piece or by the dozen, more of them by the thrifty."""
    mean = (0.25 + 0.6 * economy) * np.sqrt(level)
    more = np.floor(np.log(uniform(keys, "quantity")) / np.log(mean / (1 + mean))).astype(np.int64)
    single = (goods().price_minor[product] >= _SINGLY_MINOR) | (kind != RETAIL)
    return 1 + np.where(single, 0, np.minimum(more, 11))


def _share_off(keys: Keys, who: Ints, kind: Ints, day: Ints, traits: Traits) -> Floats:
    """The share off the list price: an offer of the day, or a coupon; at a dealership what was haggled off."""
    thrift = traits.leanings.thrift[who]
    offer = np.where(kind == RETAIL, offers("retail")[day - OPENED_DAY], offers("cars")[day - OPENED_DAY])
    kind_of_loyalty = traits.leanings.loyalty[who]
    incentive = kind_of_loyalty == LOYALTY_KINDS.index("incentive")
    # Who is loyal for what the business is worth to them seldom asks for less.
    asks = np.where(kind_of_loyalty == LOYALTY_KINDS.index("super_value"), 0.6, 1.0)
    takes = (offer > 0) & happens(keys, "takes the offer", asks * (0.4 + 0.4 * thrift + 0.2 * incentive))
    # In shops offers come in steps of five in a hundred.
    stepped = np.round(offer * (0.6 + 0.4 * uniform(keys, "how much off")) * 20) / 20
    coupon = happens(keys, "coupon", asks * (0.06 + 0.5 * thrift)) * _COUPONS[one_of(keys, "which coupon", 5)]
    haggled = np.clip(0.005 + 0.05 * thrift + 0.012 * normal(keys, "haggled") + offer, 0.0, 0.1)
    share = np.where(takes, stepped, coupon)
    return np.where(kind == CAR, np.round(haggled, 3), share)


def _with_returns(bought: Lines, keys: Keys, category: Ints, need: Floats) -> Lines:
    """Lines that came back whole after 2 to 15 days, as negative ones behind the others."""
    back = np.flatnonzero(happens(keys, "returned", np.minimum(goods().returns[category] * need, 0.6)))
    at = bought.at[back] + 2.0 + one_of(keys[back], "days until it came back", 14)

    def both(all_of: Ints) -> Ints:
        return np.concatenate([all_of, -all_of[back]])

    return Lines(
        order=np.concatenate([bought.order, bought.order[back]]),
        place=np.concatenate([bought.place, bought.place[back]]),
        at=np.concatenate([bought.at, at]),
        product=np.concatenate([bought.product, bought.product[back]]),
        quantity=both(bought.quantity),
        list_minor=both(bought.list_minor),
        discount_minor=both(bought.discount_minor),
        cost_minor=both(bought.cost_minor),
        returned=np.concatenate([bought.returned, np.ones(len(back), dtype=np.bool_)]),
    )


def counters(keys: Keys, traits: Traits, orders: Orders) -> Counters:
    """Where each order was taken: shop orders mostly in the own shop, cars and service at the dealership."""
    where, who, town = places(), orders.who, traits.leanings.town[orders.who]
    garage = orders.kind != RETAIL
    mark = uniform(orders.keys, "channel")
    channel = place_of(np.cumsum(traits.channel, axis=1)[who], mark)
    channel = np.where(garage, CHANNELS.index("门店"), channel)
    channel = np.where((orders.kind == SERVICE) & (mark < 0.2), CHANNELS.index("电话"), channel)
    home = one_of(keys, "home shop", 2)[who]
    loyal = traits.leanings.loyalty[who] == LOYALTY_KINDS.index("convenience")
    other = happens(orders.keys, "another shop", np.where(loyal, 0.02, 0.2))
    shop = where.shops_of[town, np.where(other, 1 - home, home)]
    online = (channel == CHANNELS.index("小程序")) | (channel == CHANNELS.index("网店"))
    branch = np.where(garage, where.dealership_of[town], np.where(online, where.online, shop))
    seat = np.where(
        happens(orders.keys, "own adviser", 0.7),
        one_of(keys, "adviser", STAFF_PER_BRANCH)[who],
        one_of(orders.keys, "whoever is free", STAFF_PER_BRANCH),
    )
    first, last = _OPEN_HOURS
    hour = np.where(online, 24.0 * uniform(orders.keys, "hour"), first + (last - first) * uniform(orders.keys, "hour"))
    return Counters(channel, branch, branch * STAFF_PER_BRANCH + seat, np.floor(orders.at) + hour / 24.0)
