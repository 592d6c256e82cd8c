"""What fell due and when it was paid; contracts, term after term."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from shuke.collect.shop.booked import CUSTOMER_DIGITS, ORDER_DIGITS
from shuke.collect.shop.draws import Flags, Floats, Ints, Keys, below, exponential, happens, uniform
from shuke.collect.shop.orders import CAR
from shuke.collect.shop.scene import Scene, summed
from shuke.collect.shop.seasons import LAST_DAY
from shuke.collect.shop.texts import days, days_or_none, ids, pair_ids, words
from shuke.tables import SHOP_CONTRACTS, SHOP_PAYMENTS

CONTRACT_KINDS = ("membership", "insurance", "service_plan")
_FEES_MINOR = np.array([19_900, 420_000, 128_000])
_TERM_DAYS, _MOST_TERMS = 365, 8
_DUE_DAYS, _FEE_DUE_DAYS = 30, 14
_TAKERS = (("buys_retail", 0.22), ("buys_cars", 0.6), ("buys_cars", 0.3))
"""Of whom what share takes each of CONTRACT_KINDS."""


@dataclass(frozen=True)
class Terms:
    """Terms of contracts: whose, of which kind, which in turn (from 1), from which day, and whether another follows."""

    who: Ints
    kind: Ints
    number: Ints
    starts: Ints
    renewed: Flags


def terms(scene: Scene) -> Terms:
    """Contracts run a year at a time; a customer who has not left renews with their own chance, always the same."""
    parts = [_terms_of(scene, kind) for kind in range(len(CONTRACT_KINDS))]
    who, kind, number, starts, renewed = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((number, kind, who))
    return Terms(who[order], kind[order], number[order], starts[order], renewed[order].astype(np.bool_))


def _terms_of(scene: Scene, kind: int) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    group, share = _TAKERS[kind]
    keys = below(scene.keys, np.array([kind]), "contract")
    first = scene.life.joined + np.where(group == "buys_retail", 200.0 * uniform(keys, "when"), 0.0)
    takes = getattr(scene.traits, group) & happens(keys, "takes it", share) & (first < scene.life.left)
    own = np.flatnonzero(takes)
    willing = np.floor(np.log(uniform(keys[own], "renews")) / np.log(scene.traits.renewal_chance[own]))
    there = np.floor((scene.life.left[own] - first[own]) / _TERM_DAYS)
    counts = 1 + np.minimum(np.minimum(willing, there), _MOST_TERMS - 1).astype(np.int64)
    who = np.repeat(own, counts)
    number = np.arange(len(who)) - np.repeat(np.cumsum(counts) - counts, counts)
    starts = first[who].astype(np.int64) + _TERM_DAYS * number
    renewed = (number + 1 < np.repeat(counts, counts)).astype(np.int64)
    return who, np.full(len(who), kind), number + 1, starts, renewed


def contracts(scene: Scene) -> pa.Table:
    """Terms that began within the file. Whether one is renewed is not known before it ends."""
    found = terms(scene)
    kept = scene.in_file(found.starts.astype(np.float64))
    ends = found.starts[kept] + _TERM_DAYS - 1
    who, kind = found.who[kept], found.kind[kept]
    return pa.table(
        [
            pair_ids("K", scene.first + who + 1, CUSTOMER_DIGITS, kind + 1, 1),
            pa.array(found.number[kept]),
            ids("C", scene.first + who + 1, CUSTOMER_DIGITS),
            words(CONTRACT_KINDS, kind),
            days(found.starts[kept]),
            days(ends),
            pa.array(_FEES_MINOR[kind]),
            pa.array(found.renewed[kept], mask=ends >= LAST_DAY),
        ],
        schema=SHOP_CONTRACTS.schema,
    )


def payments(scene: Scene) -> pa.Table:
    """Orders on account, due after 30 days, and fees of contracts, due after 14."""
    who, key, due, amount, kinds, references = (
        np.concatenate(pair) if isinstance(pair[0], np.ndarray) else pa.concat_arrays(pair)
        for pair in zip(_of_orders(scene), _of_terms(scene), strict=True)
    )
    kept = np.flatnonzero((due >= scene.first_day) & (due - _DUE_DAYS <= LAST_DAY))
    kept = kept[np.argsort(who[kept], kind="stable")]
    own = scene.traits
    paid = _paid(key, due, own.late_chance[who], own.late_days[who])[kept]
    return pa.table(
        [
            references.take(pa.array(kept)),
            words(("order", "contract"), kinds[kept]),
            ids("C", scene.first + who[kept] + 1, CUSTOMER_DIGITS),
            days(due[kept]),
            days_or_none(paid, paid <= LAST_DAY),
            pa.array(amount[kept]),
        ],
        schema=SHOP_PAYMENTS.schema,
    )


def _of_orders(scene: Scene) -> tuple[Ints, Keys, Ints, Ints, Ints, pa.Array]:
    orders, lines = scene.orders, scene.lines
    account = happens(scene.keys, "has an account", 0.2)[orders.who]
    on_account = np.where(orders.kind == CAR, happens(orders.keys, "pays the car later", 0.4), account)
    kept = np.flatnonzero(on_account & (orders.at >= scene.first_day) & (orders.at < LAST_DAY + 1))
    bought = np.flatnonzero(~lines.returned)
    amount = summed(lines.order[bought], lines.amount_minor[bought], len(orders.at))[kept]
    who = orders.who[kept]
    reference = pair_ids("S", scene.first + who + 1, CUSTOMER_DIGITS, orders.number[kept], ORDER_DIGITS)
    due = orders.at[kept].astype(np.int64) + _DUE_DAYS
    return who, below(orders.keys[kept], np.array([0]), "payment"), due, amount, np.zeros_like(who), reference


def _of_terms(scene: Scene) -> tuple[Ints, Keys, Ints, Ints, Ints, pa.Array]:
    found = terms(scene)
    kept = scene.in_file(found.starts.astype(np.float64))
    who, kind, number = found.who[kept], found.kind[kept], found.number[kept]
    keys = below(scene.keys[who], 10 * kind + number, "fee")
    reference = pair_ids("K", scene.first + who + 1, CUSTOMER_DIGITS, 100 * (kind + 1) + number, 3)
    return who, keys, found.starts[kept] + _FEE_DUE_DAYS, _FEES_MINOR[kind], np.ones_like(who), reference


def _paid(keys: Keys, due: Ints, late_chance: Floats, late_days: Floats) -> Ints:
    """The day each was paid; far off for the few that never are."""
    late = happens(keys, "late", late_chance)
    never = late & happens(keys, "never", 0.3 * late_chance)
    after = 1 + (late_days * exponential(keys, "how late")).astype(np.int64)
    before = (12.0 * uniform(keys, "how early")).astype(np.int64)
    return np.where(never, LAST_DAY + 10_000, np.where(late, due + after, due - before))
