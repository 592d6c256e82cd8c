"""Purchases as the shop's till books them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from shuke.collect.shop.draws import Ints
from shuke.collect.shop.goods import FAMILIES, GENERATIONS, goods
from shuke.collect.shop.places import places
from shuke.collect.shop.scene import Scene
from shuke.collect.shop.texts import ids, moments, pair_ids, words
from shuke.collect.shop.traits import CHANNELS
from shuke.tables import SHOP_PURCHASES

CUSTOMER_DIGITS, ORDER_DIGITS = 7, 4


def purchases(scene: Scene) -> pa.Table:
    """Lines of the file's days, customer by customer, returns as negative lines."""
    lines, orders, counters = scene.lines, scene.orders, scene.counters
    kept = _in_order(scene, scene.in_file(scene.line_at))
    order, product = lines.order[kept], lines.product[kept]
    numbers = scene.first + orders.who[order]
    category = product // (FAMILIES * len(GENERATIONS))
    return pa.table(
        [
            ids("C", numbers + 1, CUSTOMER_DIGITS),
            moments(scene.line_at[kept]),
            pair_ids("S", numbers + 1, CUSTOMER_DIGITS, orders.number[order], ORDER_DIGITS),
            pa.array(lines.place[kept] + 1),
            product_ids(product),
            words(goods().names, category),
            pa.array(lines.quantity[kept]),
            pa.array(lines.list_minor[kept]),
            pa.array(lines.discount_minor[kept]),
            pa.array(lines.amount_minor[kept]),
            pa.array(lines.cost_minor[kept]),
            words(CHANNELS, counters.channel[order]),
            words(places().branches, counters.branch[order]),
            ids("E", counters.staff[order] + 1, 3),
        ],
        schema=SHOP_PURCHASES.schema,
    )


def _in_order(scene: Scene, kept: Ints) -> Ints:
    """By customer and moment: the order of rows does not depend on who was made together."""
    seconds = (scene.line_at[kept] * 86_400.0).astype(np.int64)
    return kept[np.argsort((scene.orders.who[scene.lines.order[kept]] << 36) + seconds, kind="stable")]


def product_ids(products: Ints) -> pa.Array:
    """What products are called in every table."""
    return ids("P", products + 1, 4)
