"""The tables that are no events: cards of customers, branches, staff, products, campaigns and who was in them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from shuke.collect.shop import campaigns as actions
from shuke.collect.shop.booked import CUSTOMER_DIGITS, product_ids
from shuke.collect.shop.draws import Ints, below, chosen, happens, root, uniform, whole
from shuke.collect.shop.goods import APPEALS, FAMILIES, GENERATIONS, goods
from shuke.collect.shop.people import names
from shuke.collect.shop.places import STAFF_PER_BRANCH, places
from shuke.collect.shop.scene import Scene
from shuke.collect.shop.seasons import number_of
from shuke.collect.shop.service import adviser
from shuke.collect.shop.texts import days, ids, words
from shuke.tables import (
    SHOP_BRANCHES,
    SHOP_CAMPAIGN_MEMBERS,
    SHOP_CAMPAIGNS,
    SHOP_CUSTOMERS,
    SHOP_PRODUCTS,
    SHOP_REFERRALS,
    SHOP_STAFF,
)

SOURCES = ("referral", "walk_in", "passing_by", "phone", "newspaper", "internet", "radio", "show", "outdoor", "event")
_SOURCE_WEIGHTS = {
    "retail": np.array([0.0, 0.3, 0.22, 0.02, 0.01, 0.33, 0.01, 0.0, 0.04, 0.07]),
    "cars": np.array([0.0, 0.22, 0.06, 0.14, 0.03, 0.28, 0.05, 0.14, 0.05, 0.03]),
}
_ROLES = {
    "dealership": ("店总", "销售顾问", "销售顾问", "服务顾问", "服务顾问"),
    "shop": ("店长", "导购", "导购", "导购", "收银员"),
    "online": ("运营主管", "客服", "客服", "客服", "客服"),
}
_ATTRACTING_MINOR = np.array([1200, 300, 100, 500, 2600, 3200, 2200, 4500, 1800, 2800])
"""In the order of SOURCES, for a customer of the shops."""
_REWARD_MINOR = (10_000, 100_000)
_STAFF_BORN = number_of(date(1982, 1, 1))


def customers(scene: Scene) -> pa.Table:
    """Cards of the customers, as the business keeps them."""
    people, own, where = scene.people, scene.traits, places()
    town = own.leanings.town
    email = pc.binary_join_element_wise("c", pa.array(scene.numbers + 1).cast(pa.string()), "@example.com", "")
    advisers, sources = adviser(scene), _sources(scene)
    return pa.table(
        [
            ids("C", scene.numbers + 1, CUSTOMER_DIGITS),
            people.names,
            words(("male", "female"), people.female.astype(np.int64)),
            days(people.born),
            people.phones,
            pc.if_else(pa.array(happens(scene.keys, "gave an address", 0.35)), email, pa.scalar(None, pa.string())),
            words(where.towns, town),
            words(where.provinces, town),
            words(where.branches, advisers // STAFF_PER_BRANCH),
            ids("E", advisers + 1, 3),
            words(SOURCES, sources),
            days(scene.life.joined.astype(np.int64)),
            pa.array(_attracting_cost(scene, sources)),
            pa.array(actions.agreed(scene.keys)),
            pa.array(actions.in_holdout(scene.keys)),
        ],
        schema=SHOP_CUSTOMERS.schema,
    )


def _sources(scene: Scene) -> Ints:
    cars = chosen(scene.keys, "source", _SOURCE_WEIGHTS["cars"])
    retail = chosen(scene.keys, "source", _SOURCE_WEIGHTS["retail"])
    found = np.where(scene.traits.buys_cars, cars, retail)
    found[scene.referrers >= 0] = SOURCES.index("referral")
    return found


def _attracting_cost(scene: Scene, sources: Ints) -> Ints:
    """What advertising, shows and rewards cost for each who came, by source; thirty times as much for a car."""
    usual = _ATTRACTING_MINOR[sources] * np.where(scene.traits.buys_cars, 30.0, 1.0)
    return whole(usual * (0.6 + 0.8 * uniform(scene.keys, "cost of attracting")))


def referrals(scene: Scene) -> pa.Table:
    """Who was told of the business by whom, and the thanks for it."""
    joined = scene.life.joined
    kept = np.intersect1d(np.flatnonzero(scene.referrers >= 0), scene.in_file(joined))
    told = joined[kept] - 1.0 - 20.0 * uniform(scene.keys[kept], "told before")
    return pa.table(
        [
            ids("C", scene.referrers[kept] + 1, CUSTOMER_DIGITS),
            ids("C", scene.numbers[kept] + 1, CUSTOMER_DIGITS),
            days(told.astype(np.int64)),
            days(joined[kept].astype(np.int64)),
            pa.array(np.array(_REWARD_MINOR)[scene.traits.buys_cars[kept].astype(np.int64)]),
        ],
        schema=SHOP_REFERRALS.schema,
    )


def campaign_members(scene: Scene) -> pa.Table:
    """Who was in which campaign, treated or as control; whether the treated opened the message."""
    groups = [group for group in scene.reached if group.campaign.sent_day >= scene.first_day]
    if not groups:
        # The file begins after the last campaign.
        return SHOP_CAMPAIGN_MEMBERS.schema.empty_table()
    who = np.concatenate([group.who for group in groups])
    number = np.concatenate([np.full(len(group.who), group.campaign.number) for group in groups])
    treated = np.concatenate([group.treated for group in groups])
    keys = np.concatenate([group.keys for group in groups])
    order = np.lexsort((number, who))
    opened = happens(keys, "opened", 0.2 + scene.traits.uplift[who].clip(0.0) * 1.5)
    return pa.table(
        [
            ids("M", number[order] + 1, 3),
            ids("C", scene.first + who[order] + 1, CUSTOMER_DIGITS),
            words(("control", "treated"), treated[order].astype(np.int64)),
            pa.array(opened[order], mask=~treated[order]),
        ],
        schema=SHOP_CAMPAIGN_MEMBERS.schema,
    )


def campaigns() -> pa.Table:
    """All campaigns."""
    made = actions.campaigns()
    sent = np.array([one.sent_day for one in made])
    return pa.table(
        [
            ids("M", np.arange(len(made)) + 1, 3),
            pa.array([one.name for one in made]),
            pa.array([one.trade for one in made]),
            days(sent),
            days(sent + actions.WINDOW_DAYS - 1),
            pa.array([one.channel for one in made]),
            pa.array([actions.CONTACT_COST_MINOR[one.channel] for one in made]),
            pa.array(np.full(len(made), actions.CONTROL_SHARE)),
        ],
        schema=SHOP_CAMPAIGNS.schema,
    )


def branches() -> pa.Table:
    """All branches."""
    where = places()
    columns = [where.branch_ids, where.branches, where.branch_cities, where.branch_kinds]
    return pa.table([pa.array(column) for column in columns], schema=SHOP_BRANCHES.schema)


def staff() -> pa.Table:
    """Everybody who works there."""
    where, count = places(), len(places().branches) * STAFF_PER_BRANCH
    keys = below(root(0), np.arange(count), "staff")
    born = whole(_STAFF_BORN + 6000.0 * uniform(keys, "born"))
    roles = [role for kind in where.branch_kinds for role in _ROLES[kind]]
    return pa.table(
        [
            ids("E", np.arange(count) + 1, 3),
            names(keys, happens(keys, "sex", 0.5), born),
            words(where.branch_ids, np.arange(count) // STAFF_PER_BRANCH),
            pa.array(roles),
        ],
        schema=SHOP_STAFF.schema,
    )


def products() -> pa.Table:
    """All that is sold."""
    stock, count = goods(), len(goods().price_minor)
    number = np.arange(count)
    family = number // len(GENERATIONS)
    return pa.table(
        [
            product_ids(number),
            pa.array(stock.product_names),
            words(stock.names, family // FAMILIES),
            words(APPEALS, stock.appeals[family]),
            words(GENERATIONS, number % len(GENERATIONS)),
            days(stock.launched),
            pa.array(stock.price_minor),
            pa.array(stock.cost_minor),
        ],
        schema=SHOP_PRODUCTS.schema,
    )
