"""Contacts with customers and the minutes they took, and complaints with what became of them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from shuke.collect.shop.booked import CUSTOMER_DIGITS, ORDER_DIGITS
from shuke.collect.shop.draws import (
    Floats,
    Ints,
    Keys,
    below,
    chosen,
    exponential,
    happens,
    normal,
    one_of,
    uniform,
    whole,
)
from shuke.collect.shop.places import STAFF_PER_BRANCH, places
from shuke.collect.shop.rhythm import renewals
from shuke.collect.shop.scene import Scene
from shuke.collect.shop.seasons import LAST_DAY
from shuke.collect.shop.texts import days, days_or_none, ids, moments, pair_ids, words
from shuke.tables import SHOP_COMPLAINTS, TOUCHES

ELEMENTS = ("response", "people", "delivery", "convenience", "quality", "price", "policies", "promotion")
"""The eight elements of experience (mission 5.5): what is complained of, ranked and rated."""

_KINDS = ("call", "visit", "message", "email")
_KIND_WEIGHTS = np.array([0.4, 0.15, 0.35, 0.1])
_KIND_MINUTES = np.array([6.0, 25.0, 3.0, 4.0])
_OUTCOMES = (("reached", "no_answer"), ("agreed", "not_now"), ("answered", "no_reply"), ("answered", "no_reply"))
_DIRECTIONS = ("out", "in")
_RETAIL_TOUCHES, _CAR_TOUCHES = 0.8, 3.0
_COMPLAINED_OF = np.array([0.16, 0.13, 0.15, 0.07, 0.24, 0.12, 0.08, 0.05])


def touches(scene: Scene) -> pa.Table:
    """Contacts while a customer: more with who has a car, longer with who needs much."""
    own = scene.traits
    usual = _RETAIL_TOUCHES * own.buys_retail + _CAR_TOUCHES * own.buys_cars
    rate = usual * np.sqrt(own.minutes_need)
    found = renewals(scene.keys, rate, np.ones_like(scene.numbers), scene.life.turns, "retail", "touch")
    kept = scene.in_file(found.at)
    who, number = found.who[kept], found.number[kept]
    keys = below(scene.keys[who], number, "touch")
    at = np.floor(found.at[kept]) + (9.0 + 9.0 * uniform(keys, "hour")) / 24.0
    kind = chosen(keys, "kind", _KIND_WEIGHTS)
    outcome = 2 * kind + happens(keys, "outcome", 0.25)
    return pa.table(
        [
            pair_ids("T", scene.first + who + 1, CUSTOMER_DIGITS, number, ORDER_DIGITS),
            pa.array(np.ones(len(who), dtype=np.int64)),
            ids("C", scene.first + who + 1, CUSTOMER_DIGITS),
            days(at.astype(np.int64)),
            moments(at),
            words(_KINDS, kind),
            words(_DIRECTIONS, happens(keys, "direction", 0.45).astype(np.int64)),
            words([code for pair in _OUTCOMES for code in pair], outcome),
            ids("E", adviser(scene)[who] + 1, 3),
            pa.array(np.ones(len(who), dtype=np.int64)),
            pa.array(_minutes(keys, kind, own.minutes_need[who])),
        ],
        schema=TOUCHES.schema,
    )


def _minutes(keys: Keys, kind: Ints, need: Floats) -> Ints:
    spent = _KIND_MINUTES[kind] * np.sqrt(need) * np.exp(0.5 * normal(keys, "minutes"))
    return np.clip(whole(spent), 1, 600)


def adviser(scene: Scene) -> Ints:
    """The member of staff who looks after each customer: at the dealership for who has a car, else at the own shop."""
    town = scene.traits.leanings.town
    shop = places().shops_of[town, one_of(scene.keys, "home shop", 2)]
    branch = np.where(scene.traits.buys_cars, places().dealership_of[town], shop)
    return branch * STAFF_PER_BRANCH + one_of(scene.keys, "adviser", STAFF_PER_BRANCH)


def complaints(scene: Scene) -> pa.Table:
    """About orders, by those who are not content more often; how each was settled."""
    orders, own = scene.orders, scene.traits
    likely = 0.01 * np.exp(-0.9 * own.leanings.content) * np.sqrt(own.minutes_need)
    keys = below(orders.keys, np.array([0]), "complaint")
    at = orders.at + 0.5 + 6.0 * uniform(keys, "after")
    made = np.flatnonzero(happens(keys, "complains", np.minimum(likely[orders.who], 0.3)))
    kept = made[np.isin(made, scene.in_file(at))]
    keys, who, at = keys[kept], orders.who[kept], at[kept]
    closed = at + 0.1 + 3.0 * exponential(keys, "until settled")
    mood = own.leanings.content[who] - 0.25 * (closed - at) + normal(keys, "settled")
    after = np.clip(whole(3.2 + 0.9 * mood), 1, 5)
    settled = closed < LAST_DAY + 1
    order_id = pair_ids("S", scene.first + who + 1, CUSTOMER_DIGITS, orders.number[kept], ORDER_DIGITS)
    return pa.table(
        [
            pair_ids("Q", scene.first + who + 1, CUSTOMER_DIGITS, orders.number[kept], ORDER_DIGITS),
            ids("C", scene.first + who + 1, CUSTOMER_DIGITS),
            order_id,
            days(at.astype(np.int64)),
            words(ELEMENTS, chosen(keys, "about", _COMPLAINED_OF)),
            pa.array(1 + chosen(keys, "gravity", np.array([0.6, 0.3, 0.1]))),
            days_or_none(closed.astype(np.int64), settled),
            pa.array(after, mask=~settled),
        ],
        schema=SHOP_COMPLAINTS.schema,
    )
