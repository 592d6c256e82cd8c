"""Orders of customers: when, of which kind, each with a key that its lines are drawn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shuke.collect.shop import campaigns as actions
from shuke.collect.shop.cars import MOST_CARS, starts
from shuke.collect.shop.draws import Flags, Floats, Ints, Keys, below, uniform
from shuke.collect.shop.life import Life
from shuke.collect.shop.rhythm import renewals
from shuke.collect.shop.seasons import AFTER_DAY, OPENED_DAY, next_offer
from shuke.collect.shop.traits import Traits

RETAIL, CAR, SERVICE = 0, 1, 2
_NEAR_DAYS = 12
# Numbers of a customer's orders: 0 is the first purchase, retail visits follow, then these.
_CARS, _SERVICES, _ANSWERS = 5000, 6000, 8000


@dataclass(frozen=True)
class Orders:
    """Orders of a chunk of customers, in the order of customer and moment."""

    who: Ints
    """The customer's place in the chunk."""
    number: Ints
    """Which of the customer's, for its name; not in the order of time."""
    kind: Ints
    at: Floats
    car_years: Floats
    """Age of the car that a workshop's order is for."""
    keys: Keys


@dataclass(frozen=True)
class _Part:
    who: Ints
    number: Ints
    kind: int
    at: Floats


def orders(keys: Keys, traits: Traits, life: Life, groups: list[actions.Reached]) -> Orders:
    """All orders until AFTER, campaigns' effect included."""
    cars = np.full((len(keys), MOST_CARS), np.inf)
    own = np.flatnonzero(traits.buys_cars)
    cars[own] = starts(keys[own], life.joined[own], traits.car_years[own])
    natural = [_retail(keys, traits, life), _new_cars(life, cars), _services(keys, traits, life, own, cars)]
    kept = [_without_put_off(part, traits, groups) for part in natural]
    return _sorted([*kept, *_answers(traits, life, groups)], keys, cars)


def _retail(keys: Keys, traits: Traits, life: Life) -> _Part:
    """The first purchase on joining (for those who came for a car, some time later), then renewals."""
    own = np.flatnonzero(traits.buys_retail)
    late = np.where(traits.buys_cars[own], 300.0 * uniform(keys[own], "retail later"), 0.0)
    turns = np.maximum(life.turns[own], (life.joined[own] + late)[:, None])
    begins = own[(turns[:, 0] < life.left[own])]
    found = renewals(keys[own], traits.purchase_rate[own], traits.shape[own], turns, "retail", "retail")
    first = turns[turns[:, 0] < life.left[own], 0]
    who = np.concatenate([begins, own[found.who]])
    number = np.concatenate([np.zeros_like(begins), found.number])
    at = np.concatenate([first, found.at])
    at[len(begins) :] = _after_waiting(keys, traits, life, who[len(begins) :], number[len(begins) :], at[len(begins) :])
    return _Part(who, number, RETAIL, at)


def _after_waiting(keys: Keys, traits: Traits, life: Life, who: Ints, number: Ints, at: Floats) -> Floats:
    """Some orders wait for an offer that is near, and come within it."""
    wait, length = next_offer("retail")
    day = at.astype(np.int64) - OPENED_DAY
    own = below(keys[who], number, "waits")
    near = (wait[day] <= _NEAR_DAYS) & (uniform(own, "waits") < traits.waits[who])
    later = at + wait[day] + (length[day] - 1) * uniform(own, "how long")
    waited: Floats = np.where(near & (later < life.left[who]), later, at)
    return waited


def _new_cars(life: Life, cars: Floats) -> _Part:
    """Cars bought here: those that became due while their driver was a customer."""
    who, number = np.nonzero((cars >= life.joined[:, None] - 1e-6) & (cars < life.left[:, None]))
    return _Part(who, _CARS + number, CAR, cars[who, number])


def _services(keys: Keys, traits: Traits, life: Life, own: Ints, cars: Floats) -> _Part:
    """Visits of the workshop, beginning on joining for who came with a car from elsewhere."""
    found = renewals(keys[own], traits.service_rate[own], traits.service_shape[own], life.turns[own], "cars", "service")
    first = np.flatnonzero(cars[own, 0] < life.joined[own] - 1e-6)
    who = np.concatenate([first, found.who])
    at = np.concatenate([life.joined[own[first]], found.at])
    return _Part(own[who], _SERVICES + np.concatenate([np.zeros_like(first), found.number]), SERVICE, at)


def _car_years(cars: Floats, who: Ints, at: Floats) -> Floats:
    """The age of the car that each customer had at the moment; 0 for who has none."""
    owned = cars[who]
    current = np.maximum((owned <= at[:, None]).sum(axis=1) - 1, 0)
    since = owned[np.arange(len(who)), current]
    return np.where(np.isfinite(since), (at - since) / 365.25, 0.0)


def _without_put_off(part: _Part, traits: Traits, groups: list[actions.Reached]) -> _Part:
    """Orders that a campaign put off do not come. A first purchase and a car do."""
    if part.kind == CAR:
        return part
    gone = np.zeros(len(part.who), dtype=bool)
    for group in groups:
        if (group.campaign.trade == "cars") != (part.kind == SERVICE):
            continue
        off = np.zeros(len(traits.uplift), dtype=bool)
        off[actions.puts_off(group, traits.uplift)] = True
        since = part.at - group.campaign.sent_day
        gone |= (since >= 0) & (since < actions.WINDOW_DAYS) & off[part.who] & (part.number % 1000 > 0)
    return _Part(part.who[~gone], part.number[~gone], part.kind, part.at[~gone])


def _answers(traits: Traits, life: Life, groups: list[actions.Reached]) -> list[_Part]:
    """Orders that campaigns moved customers to, of those who had not left."""
    parts = []
    for group in groups:
        who, at = actions.answers(group, traits.uplift)
        there = (at > life.joined[who]) & (at < life.left[who])
        kind = SERVICE if group.campaign.trade == "cars" else RETAIL
        number = np.full(there.sum(), _ANSWERS + group.campaign.number)
        parts.append(_Part(who[there], number, kind, at[there]))
    return parts


def _sorted(parts: list[_Part], keys: Keys, cars: Floats) -> Orders:
    who = np.concatenate([part.who for part in parts])
    number = np.concatenate([part.number for part in parts])
    at = np.concatenate([part.at for part in parts])
    kind = np.concatenate([np.full(len(part.who), part.kind) for part in parts])
    in_time: Flags = at < AFTER_DAY + 1
    order = np.lexsort((number, at, who))
    order = order[in_time[order]]
    who, number, at = who[order], number[order], at[order]
    return Orders(who, number, kind[order], at, _car_years(cars, who, at), below(keys[who], number, "order"))
