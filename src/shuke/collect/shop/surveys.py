"""Surveys after orders: what customers say of the business, of themselves and of their reasons to come."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from scipy.special import expit

from shuke.collect.shop.booked import CUSTOMER_DIGITS, ORDER_DIGITS
from shuke.collect.shop.draws import Flags, Floats, Ints, Keys, below, happens, normal, place_of, uniform, whole
from shuke.collect.shop.goods import APPEALS
from shuke.collect.shop.orders import RETAIL
from shuke.collect.shop.scene import Scene
from shuke.collect.shop.service import ELEMENTS
from shuke.collect.shop.texts import days, days_or_none, ids, pair_ids
from shuke.collect.shop.traits import FOCUSES, LOYALTY_KINDS, Traits
from shuke.tables import SHOP_SURVEYS

_DOES = np.array([0.1, 0.3, -0.3, 0.4, 0.5, -0.1, -0.4, 0.0])
"""How well the business does in each of the eight elements, in standard deviations: delivery and policies badly."""
_MINDED = np.array([0.2, 0.0, 0.1, 0.0, 0.6, 0.2, -0.5, -0.4])
"""How much each is minded in general."""
_SENT_RETAIL, _SENT_GARAGE = 0.08, 0.3


def surveys(scene: Scene) -> pa.Table:
    """One row for each survey sent; answers are empty where nobody answered."""
    orders, own = scene.orders, scene.traits
    keys = below(orders.keys, np.array([0]), "survey")
    sent_on = orders.at + 3.0
    sent = happens(keys, "sent", np.where(orders.kind == RETAIL, _SENT_RETAIL, _SENT_GARAGE))
    in_file = np.zeros(len(sent), dtype=np.bool_)
    in_file[scene.in_file(sent_on + 7.0)] = True
    kept = np.flatnonzero(sent & in_file)
    keys, who = keys[kept], orders.who[kept]
    answered = happens(keys, "answered", own.answers[who])
    day = sent_on[kept].astype(np.int64)
    customers = scene.first + who + 1
    columns = [
        pair_ids("V", customers, CUSTOMER_DIGITS, orders.number[kept], ORDER_DIGITS),
        ids("C", customers, CUSTOMER_DIGITS),
        pair_ids("S", customers, CUSTOMER_DIGITS, orders.number[kept], ORDER_DIGITS),
        days(day),
        days_or_none(day + (7.0 * uniform(keys, "answered after")).astype(np.int64), answered),
        *_opinions(scene, keys, who, answered),
        *_elements(scene, keys, who, answered),
    ]
    return pa.table(columns, schema=SHOP_SURVEYS.schema)


def _scale(values: Floats, least: int, most: int, answered: Flags) -> pa.Array:
    """Values from 0 to 1 on a scale of whole points; none from who did not answer."""
    points = least + whole(np.clip(values, 0.0, 1.0) * (most - least))
    return pa.array(points, mask=~answered)


def _opinions(scene: Scene, keys: Keys, who: Ints, answered: Flags) -> list[pa.Array]:
    """Satisfaction, recommending, intent, alternatives, nearness, hindrance; what for and where to they look."""
    own, lean = scene.traits, scene.traits.leanings
    content, leaving = lean.content[who], np.log(own.leaving_rate[who] / 0.35)
    kind = lean.loyalty[who]

    def bound_by(name: str) -> Floats:
        return np.where(kind == LOYALTY_KINDS.index(name), 1.0, 0.0)

    choice = 0.45 + 0.5 * lean.thrift[who] - 0.75 * bound_by("monopoly") + 0.22 * normal(keys, "alternatives")
    near = -0.3 + 1.6 * bound_by("convenience") + 0.4 * bound_by("inertia") + 0.9 * normal(keys, "near")
    hindered = -0.8 + 2.0 * bound_by("latent") - 0.2 * content + 0.9 * normal(keys, "hindered")
    return [
        _scale(expit(0.7 + 0.9 * content + 0.6 * normal(keys, "satisfied")), 1, 5, answered),
        _scale(expit(0.6 + 1.0 * content + 0.7 * normal(keys, "recommends")), 0, 10, answered),
        _scale(expit(0.6 + 0.5 * content - 0.6 * leaving + 0.7 * normal(keys, "intends")), 1, 5, answered),
        _scale(choice, 0, 5, answered),
        _scale(expit(near), 1, 5, answered),
        _scale(expit(hindered), 1, 5, answered),
        _said(keys, "appeal", APPEALS, lean.appeal[who], answered),
        _said(keys, "focus", FOCUSES, lean.focus[who], answered),
    ]


def _said(keys: Keys, purpose: str, names: tuple[str, ...], weights: Floats, answered: Flags) -> pa.Array:
    """What somebody says of themselves: the likelier the more it is so."""
    cumulated = np.cumsum(0.05 + weights, axis=1)
    mark = uniform(keys, f"says {purpose}") * cumulated[:, -1]
    place = place_of(cumulated, mark)
    return pa.array(list(names)).take(pa.array(place, mask=~answered))


def _elements(scene: Scene, keys: Keys, who: Ints, answered: Flags) -> list[pa.Array]:
    """Ranks of the eight elements by how much each is minded, and ratings of how the business does in each."""
    minded = _importance(scene.traits)[who]
    noise = np.column_stack([normal(keys, f"minds {name}") for name in ELEMENTS])
    ranks = 1 + (-(minded + 0.5 * noise)).argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    content = scene.traits.leanings.content[who]
    ratings = [
        expit(0.4 + 0.7 * content + _DOES[place] + 0.6 * normal(keys, f"rates {name}"))
        for place, name in enumerate(ELEMENTS)
    ]
    return [
        *(pa.array(ranks[:, place], mask=~answered) for place in range(len(ELEMENTS))),
        *(_scale(rating, 1, 5, answered) for rating in ratings),
    ]


def _importance(own: Traits) -> Floats:
    """How much customers mind each of ELEMENTS: by what appeals to them and what binds them."""
    lean = own.leanings
    function, economy, feeling = lean.appeal.T
    incentive = lean.loyalty == LOYALTY_KINDS.index("incentive")
    convenience = lean.loyalty == LOYALTY_KINDS.index("convenience")
    scores: Floats = _MINDED + np.column_stack(
        [
            0.5 * feeling, feeling, 0.4 * function, 0.8 * convenience + 0.2 * function, 1.2 * function,
            1.2 * lean.thrift + 0.4 * economy, 0.3 * economy, 1.0 * incentive + 0.4 * lean.thrift,
        ]
    )  # fmt: skip
    return scores
