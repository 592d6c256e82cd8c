"""Campaigns with control groups: whom they reached, whom they left alone to compare with, and what they moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np

from shuke.collect.shop.draws import Flags, Floats, Ints, Keys, below, happens, uniform
from shuke.collect.shop.seasons import LAST, OPENED, number_of

WINDOW_DAYS = 14
CONTROL_SHARE = 0.2
_REACHED_SHARE, _AGREED_SHARE = 0.5, 0.75
HOLDOUT_SHARE = 0.05
CONTACT_COST_MINOR = {"短信": 5, "公众号": 2, "企业微信": 30}

_YEARLY = (
    ("年货节回馈", "retail", 1, 5, "短信"),
    ("春季焕新", "retail", 4, 10, "公众号"),
    ("夏季空调检测", "cars", 5, 20, "短信"),
    ("618 会员专享", "retail", 6, 3, "短信"),
    ("秋季会员月", "retail", 9, 5, "公众号"),
    ("双11 预热", "retail", 10, 26, "短信"),
    ("年末保养礼遇", "cars", 12, 1, "企业微信"),
)


@dataclass(frozen=True)
class Campaign:
    """One campaign: what it is called, to which trade's customers, on which day, by which channel."""

    number: int
    name: str
    trade: str
    sent: date
    channel: str

    @property
    def sent_day(self) -> int:
        return number_of(self.sent)


@dataclass(frozen=True)
class Reached:
    """Who was in one campaign: places of the customers, and whether each was treated (the others are the control)."""

    campaign: Campaign
    who: Ints
    keys: Keys
    treated: Flags


@cache
def campaigns() -> tuple[Campaign, ...]:
    """All campaigns of the file, in the order of their days; the first year had none."""
    found: list[Campaign] = []
    for year in range(OPENED.year + 1, LAST.year + 1):
        for name, trade, month, day, channel in _YEARLY:
            found.append(Campaign(len(found), f"{name}（{year}）", trade, date(year, month, day), channel))
    return tuple(found)


def in_holdout(keys: Keys) -> Flags:
    """Who is in the universal hold-out, whom no campaign ever reaches."""
    return happens(keys, "universal hold-out", HOLDOUT_SHARE)


def agreed(keys: Keys) -> Flags:
    """Who agreed to be written to; nobody else is."""
    return happens(keys, "agreed to be written to", _AGREED_SHARE)


def reached(campaign: Campaign, keys: Keys, joined: Floats, belongs: Flags) -> Reached:
    """Customers of the trade (`belongs`) who had joined and agreed, by chance; some of them as the control group.

    The business does not know who has left, so those are reached too.
    """
    own = below(keys, np.array([campaign.number]), "campaign")
    there = belongs & (joined < campaign.sent_day - 30) & agreed(keys) & ~in_holdout(keys)
    who = np.flatnonzero(there & happens(own, "reached", _REACHED_SHARE))
    return Reached(campaign, who, own[who], ~happens(own[who], "control", CONTROL_SHARE))


def answers(group: Reached, uplift: Floats) -> tuple[Ints, Floats]:
    """Whom the campaign moved to an order that would not have been, and when (treated customers with uplift)."""
    moved = group.treated & (uniform(group.keys, "moved") < uplift[group.who])
    when = group.campaign.sent_day + WINDOW_DAYS * uniform(group.keys[moved], "when")
    return group.who[moved], when


def puts_off(group: Reached, uplift: Floats) -> Ints:
    """Whom the campaign puts off: their own orders of its window do not come (treated customers below 0)."""
    off = group.treated & (uniform(group.keys, "moved") < -4.0 * uplift[group.who])
    return group.who[off]
