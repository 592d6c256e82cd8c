"""The truth beside the tables: what customers were like, and what they did in the year after the file ends."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from shuke.collect.shop.booked import CUSTOMER_DIGITS
from shuke.collect.shop.draws import Floats, Ints
from shuke.collect.shop.goods import APPEALS, goods
from shuke.collect.shop.life import COURSES
from shuke.collect.shop.scene import Scene, summed
from shuke.collect.shop.seasons import AFTER_DAY, LAST_DAY
from shuke.collect.shop.texts import days, ids, words
from shuke.collect.shop.traits import CHANNEL_CODES, FOCUSES, LOYALTY_KINDS, NINE_TYPES, satisfaction
from shuke.tables import SHOP_TRUTH


def truth(scene: Scene) -> pa.Table:
    """One row a customer."""
    own, lean, life = scene.traits, scene.traits.leanings, scene.life
    retail = goods().retail
    columns = {
        "customer_id": ids("C", scene.numbers + 1, CUSTOMER_DIGITS),
        "buys_retail": own.buys_retail,
        "buys_cars": own.buys_cars,
        "joined_on": days(life.joined.astype(np.int64)),
        "left_on": _left_on(life.left),
        "alive": life.left >= LAST_DAY + 1,
        "course": words(COURSES, life.course),
        "leaving_rate": own.leaving_rate,
        "purchase_rate": np.where(own.buys_retail, own.purchase_rate, 0.0),
        "gap_shape": own.shape,
        "service_rate": np.where(own.buys_cars, own.service_rate, 0.0),
        "service_gap_shape": own.service_shape,
        "car_years": np.where(own.buys_cars, own.car_years, 0.0),
        "spend_level": own.spend_level,
        "spend_growth": own.spend_growth,
        "price_sensitivity": lean.thrift,
        "satisfaction": satisfaction(lean.content),
        "loyalty_kind": words(LOYALTY_KINDS, lean.loyalty),
        "nine_type": words(NINE_TYPES, lean.nine_type),
        **{f"appeal_{name}": lean.appeal[:, place] for place, name in enumerate(APPEALS)},
        **{f"focus_{name}": lean.focus[:, place] for place, name in enumerate(FOCUSES)},
        **{f"channel_{name}": own.channel[:, place] for place, name in enumerate(CHANNEL_CODES)},
        **{f"affinity_{goods().codes[number]}": own.affinity[:, place] for place, number in enumerate(retail)},
        "late_chance": own.late_chance,
        "late_days": own.late_days,
        "referral_rate": own.referral_rate,
        "minutes_need": own.minutes_need,
        "renewal_chance": own.renewal_chance,
        "uplift": own.uplift,
        "offer_waiting": own.waits,
        **_future(scene),
    }
    return pa.table([pa.array(columns[name]) for name in SHOP_TRUTH.names], schema=SHOP_TRUTH.schema)


def _left_on(left: Floats) -> pa.Array:
    """The day they left; none for those who stay beyond what is simulated."""
    day = left.astype(np.int64)
    return pa.array(np.minimum(day, AFTER_DAY).astype(np.int32), mask=day > AFTER_DAY).cast(pa.date32())


def _future(scene: Scene) -> dict[str, Ints]:
    """Purchase days, net amount and margin of the year after the file."""
    lines, count = scene.lines, len(scene.numbers)
    later = np.flatnonzero((scene.line_at >= LAST_DAY + 1) & (scene.line_at < AFTER_DAY + 1))
    who = scene.orders.who[lines.order[later]]
    amount = lines.amount_minor[later]
    bought = ~lines.returned[later]
    day = scene.line_at[later].astype(np.int64)
    pairs = np.unique(who[bought] * 100_000 + day[bought])
    return {
        "future_purchases": np.bincount(pairs // 100_000, minlength=count),
        "future_amount_minor": summed(who, amount, count),
        "future_margin_minor": summed(who, amount - lines.cost_minor[later], count),
    }
