"""What customers are like inside: the latent traits that everything they do comes from.

No classification sees these. What they see is what came of them: purchases, answers, complaints, each with chance in
it. The equations stand in docs/guides/the-simulated-shop.md, with the same numbers. N is a standard normal number of
the customer's own, another one for each trait.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from shuke.collect.shop.draws import Flags, Floats, Ints, Keys, chosen, happens, normal, uniform
from shuke.collect.shop.goods import APPEALS, goods
from shuke.collect.shop.places import places
from shuke.collect.shop.seasons import LAST_DAY, OPENED_DAY, lived, moment_of

FOCUSES = ("past", "present", "future")
NINE_TYPES = (
    "outdated", "calculating", "retro", "pragmatic", "value_for_money", "achieved", "trendy", "far_sighted",
    "perfectionist",
)  # fmt: skip
"""By focus (past, present, future), and in each by what appeals (function, economy, feeling)."""
LOYALTY_KINDS = ("monopoly", "inertia", "convenience", "price", "incentive", "super_value", "latent")
CHANNELS = ("门店", "小程序", "网店", "电话")
CHANNEL_CODES = ("shop", "mini_program", "online", "phone")
SHAPES = np.array([1, 2, 3, 5, 8])
"""Of the Erlang gaps: 1 is pure chance, 8 is almost a rhythm."""
SERVICE_SHAPES = np.array([2, 4, 8])

_LEAVING = np.array([-0.9, -0.35, -0.1, 0.35, 0.25, -0.7, 0.1])
_BUYING = np.array([0.2, 0.0, 0.25, 0.0, -0.2, 0.1, -0.7])
_UPLIFT = np.array([-0.03, -0.02, 0.0, 0.04, 0.1, 0.0, 0.03])
"""What each kind of loyalty adds, in the order of LOYALTY_KINDS."""


@dataclass(frozen=True)
class Leanings:
    """What a customer minds and where they live: drawn first, for everything else leans on it."""

    town: Ints
    appeal: Floats
    """A row a customer, a column for each of APPEALS; rows add up to one."""
    focus: Floats
    """The same for FOCUSES."""
    content: Floats
    """Satisfaction as a standard normal number."""
    thrift: Floats
    """Price sensitivity, from 0 to 1."""
    loyalty: Ints
    """Which of LOYALTY_KINDS."""

    @property
    def nine_type(self) -> Ints:
        """Where the product of focus and appeal is the largest: which of NINE_TYPES."""
        types: Ints = self.focus.argmax(axis=1) * len(APPEALS) + self.appeal.argmax(axis=1)
        return types


@dataclass(frozen=True)
class Traits:
    """The rest of a customer, an array for each trait."""

    leanings: Leanings
    buys_cars: Flags
    buys_retail: Flags
    joined: Floats
    """Moment of the first purchase, in days since 1970."""
    purchase_rate: Floats
    """Retail purchases a year in the stable stage, out of season."""
    shape: Ints
    leaving_rate: Floats
    spend_level: Floats
    """Size of a basket, 1 is the middle one; it grows by `spend_growth` a year."""
    spend_growth: Floats
    late_chance: Floats
    late_days: Floats
    channel: Floats
    affinity: Floats
    referral_rate: Floats
    """Others told of the business, a year, while a customer."""
    minutes_need: Floats
    """Staff time asked for, 1 is usual."""
    uplift: Floats
    """What a campaign adds to the chance of an order; below 0 it puts one off."""
    return_need: Floats
    answers: Floats
    """Chance to answer a survey."""
    renewal_chance: Floats
    """Chance to renew a contract when a term ends."""
    waits: Floats
    """Chance to wait for an offer that is near."""
    service_rate: Floats
    """Visits of the workshop a year."""
    service_shape: Ints
    car_years: Floats
    """For how long a car is kept, roughly: the scale of a Weibull distribution."""


def softmax(scores: Floats) -> Floats:
    """Rows of weights that add up to one."""
    weights: Floats = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    return weights


def leanings(keys: Keys) -> Leanings:
    """What the customers behind these keys lean to."""
    town = chosen(keys, "town", places().weights)
    appeal_scores = _normals(keys, "appeal", len(APPEALS))
    appeal = softmax(1.3 * appeal_scores)
    focus = softmax(1.2 * _normals(keys, "focus", len(FOCUSES)) + np.array([-0.2, 0.3, 0.0]))
    content = normal(keys, "content")
    economy = appeal_scores[:, APPEALS.index("economy")]
    thrift: Floats = expit(-0.4 + 0.9 * economy + 0.7 * normal(keys, "thrift"))
    loyalty = _loyalty_scores(keys, places().is_county[town], content, thrift).argmax(axis=1)
    return Leanings(town, appeal, focus, content, thrift, loyalty)


def _normals(keys: Keys, purpose: str, count: int) -> Floats:
    return np.column_stack([normal(keys, f"{purpose} {number}") for number in range(count)])


def _loyalty_scores(keys: Keys, county: Flags, content: Floats, thrift: Floats) -> Floats:
    """How strongly each of LOYALTY_KINDS binds: the strongest is the customer's."""
    own = _normals(keys, "loyalty", len(LOYALTY_KINDS))
    return np.column_stack(
        [
            -1.6 + 2.6 * county + 0.6 * own[:, 0],
            -0.3 - 0.8 * content + 0.9 * own[:, 1],
            -0.2 + 0.9 * own[:, 2],
            -1.2 + 2.6 * thrift + 0.5 * own[:, 3],
            -0.6 + 0.8 * thrift + 0.9 * own[:, 4],
            -0.2 + 1.0 * content + 0.5 * own[:, 5],
            -0.4 + 0.6 * content + 0.8 * own[:, 6],
        ]
    )


def joined_at(keys: Keys) -> Floats:
    """When the customers came: ever more of them as the business grew, and more in season."""
    first, last = lived("retail", np.array([OPENED_DAY, LAST_DAY + 1.0]))
    moments: Floats = moment_of("retail", first + (last - first) * uniform(keys, "joined") ** 0.7)
    return moments


def leaving_rate(keys: Keys, leaning: Leanings) -> Floats:
    """Leavings a year that the customer is prone to."""
    rate: Floats = np.exp(
        np.log(0.35) - 0.55 * leaning.content + 0.35 * normal(keys, "leaving") + _LEAVING[leaning.loyalty]
    )
    return rate


def referral_rate(keys: Keys, leaning: Leanings) -> Floats:
    """Others told of the business, a year."""
    super_value = leaning.loyalty == LOYALTY_KINDS.index("super_value")
    rate: Floats = np.exp(np.log(0.12) + 0.8 * leaning.content + 0.6 * normal(keys, "referring") + 0.7 * super_value)
    return rate


def traits(keys: Keys, leaning: Leanings | None = None) -> Traits:
    """All traits of the customers behind these keys."""
    lean = leanings(keys) if leaning is None else leaning
    kind, thrift = lean.loyalty, lean.thrift
    buys_cars = happens(keys, "buys cars", 0.15)
    often = normal(keys, "often")
    incentive = kind == LOYALTY_KINDS.index("incentive")
    leaving = leaving_rate(keys, lean)
    return Traits(
        leanings=lean,
        buys_cars=buys_cars,
        buys_retail=~buys_cars | happens(keys, "buys retail", 0.4),
        joined=joined_at(keys),
        purchase_rate=np.exp(np.log(9.0) + 0.85 * often + _BUYING[kind]).clip(0.5, 150.0),
        shape=SHAPES[chosen(keys, "shape", np.array([0.45, 0.25, 0.14, 0.1, 0.06]))],
        leaving_rate=leaving,
        # Who comes often fills smaller baskets.
        spend_level=np.exp(0.5 * (-0.25 * often + 0.97 * normal(keys, "spend"))),
        spend_growth=0.02 + 0.1 * normal(keys, "growth"),
        late_chance=expit(-1.9 + 1.1 * normal(keys, "late") + 0.5 * (thrift - 0.45)),
        late_days=np.exp(1.9 + 0.6 * normal(keys, "how late")),
        channel=_channels(keys, lean),
        affinity=softmax(np.log(goods().share[goods().retail]) + 0.9 * _normals(keys, "affinity", len(goods().retail))),
        referral_rate=referral_rate(keys, lean),
        minutes_need=np.exp(0.5 * normal(keys, "minutes") + 0.6 * (thrift - 0.45) - 0.2 * lean.content),
        uplift=(0.04 + 0.05 * normal(keys, "uplift") + _UPLIFT[kind]).clip(-0.08, 0.35),
        return_need=np.exp(0.6 * normal(keys, "returning") - 0.2 * lean.content),
        answers=expit(-1.0 + 0.6 * normal(keys, "answers") + 0.2 * np.abs(lean.content)),
        renewal_chance=expit(1.2 - 0.5 * np.log(leaving / 0.35) + 0.7 * normal(keys, "renewing")).clip(0.02, 0.98),
        waits=0.05 + 0.45 * thrift + 0.3 * incentive,
        service_rate=np.exp(np.log(1.9) + 0.35 * normal(keys, "service")),
        service_shape=SERVICE_SHAPES[chosen(keys, "service shape", np.array([0.4, 0.35, 0.25]))],
        car_years=np.exp(np.log(6.5) + 0.2 * normal(keys, "car years") - 0.4 * (lean.focus[:, 2] - 1 / 3)),
    )


def _channels(keys: Keys, lean: Leanings) -> Floats:
    """Weights of CHANNELS; who is loyal for convenience keeps to one, who lives far from a shop buys at home."""
    scores = np.log([0.5, 0.27, 0.16, 0.07]) + 1.1 * _normals(keys, "channel", len(CHANNELS))
    scores[:, 0] -= 0.4 * places().is_county[lean.town]
    convenience = lean.loyalty == LOYALTY_KINDS.index("convenience")
    return softmax(scores * np.where(convenience, 2.2, 1.0)[:, None])


def satisfaction(content: Floats) -> Floats:
    """Satisfaction from 0 to 1."""
    share: Floats = expit(0.7 + content)
    return share
