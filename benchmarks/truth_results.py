"""Each classification of the product against what is true in the simulated shop.

Where the shop has no truth of a label, no comparison stands here; `truth_words.WITHOUT_TRUTH` says so in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from truth_data import WAYS, Columns, Told
from truth_measures import Figure, gini, kappa, rank, share

from shuke.classify import NineTypes
from shuke.collect.shop.goods import goods
from shuke.collect.shop.traits import CHANNEL_CODES, CHANNELS

_EPOCH = date(1970, 1, 1)
_LATE_HALF_THE_TIME = 0.5
_CONTENT = 0.625
"""Latent satisfaction from which an answer on five points, without chance in it, is 4 or 5: (4 − ½ − 1) / 4."""
_BANDS = ((0.0, 0.2), (0.2, 0.3), (0.3, 0.4), (0.4, 0.6), (0.6, 1.01))


@dataclass(frozen=True)
class Result:
    """One comparison: of which classification, in which words (a key of `truth_words`), by what was known."""

    about: str
    what: str
    way: str
    figure: Figure
    leads: bool = False
    """Whether it is the one that the overview shows."""


def results(told: Told) -> list[Result]:
    """All comparisons, in the order of the guide."""
    known, day = told.by_way["all"], float((told.as_of - _EPOCH).days)
    found = [
        *_pyramid(known),
        *_prospect(known),
        *_rfm(known),
        *_alarms(known, day),
        *_stages(known, day),
        *_quadrants(known),
    ]
    for way in WAYS:
        found += _types(told.by_way[way], way)
    found += [one for way in ("purchases", "all") for one in _loyalty(told.by_way[way], way)]
    found += [*_satisfaction(known), *_credit(known), *_stability(known)]
    for way in ("purchases", "all"):
        figure = rank(told.by_way[way]["price_sensitivity"], told.by_way[way]["true_price_sensitivity"])
        found.append(Result("traits", "price_rank", way, figure, leads=way == "all"))
    return [*found, *_traits(known)]


def _pyramid(known: Columns) -> Iterator[Result]:
    after = known["future_margin_minor"]
    for column, way in (("tier_by_clv", "by_clv"), ("tier_computed", "by_margin")):
        truly = _same_sizes(known[column], after)
        yield Result("pyramid", "tiers", way, kappa(known[column], truly), leads=way == "by_clv")
    for column, way in (("clv_minor", "by_clv"), ("current_value_minor", "by_margin")):
        yield Result("pyramid", "value_rank", way, rank(known[column], after))
        for percent in (1, 5, 20):
            best, said = _top(after, percent), _top(known[column], percent)
            yield Result("pyramid", f"best_{percent}", way, share(said[best]))


def _same_sizes(tiers: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Tiers as large as those given, of those who are worth the most; codes in order are the order of tiers."""
    order = np.argsort(-value, kind="stable")
    truly = np.empty(len(tiers), dtype=object)
    truly[order] = np.sort(tiers.astype(str)).astype(object)
    return truly


def _top(value: np.ndarray, percent: int) -> np.ndarray:
    best = np.zeros(len(value), dtype=bool)
    known = np.nan_to_num(value, nan=-np.inf)
    best[np.argsort(-known, kind="stable")[: max(1, round(len(value) * percent / 100))]] = True
    return best


def _prospect(known: Columns) -> Iterator[Result]:
    """Rose: the margin of the year after reaches the tier above. Lowest: D, where the rule may say without prospect."""
    below = ~np.isnan(known["tier_next_minor"]) & (known["prospect"] != "unknown")
    star = known["prospect"] == "star"
    rose = known["future_margin_minor"] >= known["tier_next_minor"]
    yield Result("prospect", "star_kappa", "purchases", kappa(star[below], rose[below]), leads=True)
    yield Result("prospect", "star_rose", "purchases", share(rose[below & star]))
    yield Result("prospect", "other_rose", "purchases", share(rose[below & ~star]))
    yield Result("prospect", "rose_star", "purchases", share(star[below & rose]))
    lowest = known["tier_computed"] == "D"
    hopeless = known["prospect"] == "without_prospect"
    nothing = known["future_purchases"] == 0
    yield Result("prospect", "hopeless_kappa", "purchases", kappa(hopeless[lowest], nothing[lowest]))
    yield Result("prospect", "hopeless_nothing", "purchases", share(nothing[lowest & hopeless]))
    yield Result("prospect", "other_nothing", "purchases", share(nothing[lowest & ~hopeless]))


def _rfm(known: Columns) -> Iterator[Result]:
    buys = known["future_purchases"] > 0
    for name in ("rfm_r", "rfm_f", "rfm_m"):
        yield Result("rfm", f"{name}_buys", "purchases", gini(known[name], buys))
    yield Result("rfm", "rfm_f_rank", "purchases", rank(known["rfm_f"], known["future_purchases"]))
    yield Result("rfm", "rfm_m_rank", "purchases", rank(known["rfm_m"], known["future_margin_minor"]))
    yield Result("rfm", "segment_buys", "purchases", gini(_order_of_the_other_half(known, buys), buys), leads=True)


def _order_of_the_other_half(known: Columns, happened: np.ndarray) -> np.ndarray:
    """For each customer, how often it happened in the customer's segment, of customers in the other half."""
    first = np.arange(len(happened)) % 2 == 0
    order = np.full(len(happened), np.nan)
    for half in (first, ~first):
        for segment in set(known["rfm_segment"]):
            here = known["rfm_segment"] == segment
            if (here & ~half).any():
                order[here & half] = happened[here & ~half].mean()
    return order


def _alarms(known: Columns, day: float) -> Iterator[Result]:
    """Unchanged: known for two years, past the first exploring, still there, and still there a year later. Changed:
    left in the last 12 months. Both of those with a band of their own."""
    alarm, left = known["rfm_alarm"], known["left_on"]
    told = alarm != "unknown"
    unchanged = told & np.isnan(left) & (day - known["joined_on"] >= 730) & (known["course"] == "long_keeping")
    worse = np.isin(alarm, ("silent", "rarer"))
    gone = told & (left <= day) & (left > day - 365)
    here = unchanged | gone
    yield Result("rfm_alarm", "alarm_kappa", "purchases", kappa(worse[here], gone[here]), leads=True)
    yield Result("rfm_alarm", "alarm_false", "purchases", share(~np.isin(alarm[unchanged], ("none",))))
    yield Result("rfm_alarm", "alarm_false_worse", "purchases", share(worse[unchanged]))
    for low, high in ((0, 90), (90, 180), (180, 365)):
        since = told & (left <= day - low) & (left > day - high)
        yield Result("rfm_alarm", f"alarm_hit_{low}", "purchases", share(worse[since]))


def _stages(known: Columns, day: float) -> Iterator[Result]:
    stage, here = known["stage"], known["alive"] > 0
    former = stage == "former"
    yield Result("life_cycle", "former_kappa", "purchases", kappa(former, ~here), leads=True)
    yield Result("life_cycle", "former_left", "purchases", share(~here[former]))
    yield Result("life_cycle", "left_former", "purchases", share(former[~here]))
    lost = former | (stage == "decline")
    yield Result("life_cycle", "lost_kappa", "purchases", kappa(lost, ~here))
    new = here & (day - known["joined_on"] < 120)
    yield Result("life_cycle", "new_kappa", "purchases", kappa(stage == "exploration", new))
    leaves = ~np.isnan(known["left_on"])
    yield Result("life_cycle", "leaving_kappa", "purchases", kappa((stage == "decline")[here], leaves[here]))
    yield Result("life_cycle", "alive_gini", "purchases", gini(known["probability_alive"], here))


def _quadrants(known: Columns) -> Iterator[Result]:
    said, true = known["quadrant"], known["quadrant_after"]
    high = ("II", "IV")
    future = kappa(np.isin(said, high), np.isin(true, high))
    yield Result("quadrants", "future_kappa", "purchases", future, leads=True)
    yield Result("quadrants", "quadrant_kappa", "purchases", kappa(said, true))


def _types(known: Columns, way: str) -> Iterator[Result]:
    said, true = known["type"], known["nine_type"]
    sure = said != "undetermined"
    yield Result("types", "type_kappa", way, kappa(said[sure], true[sure]), leads=True)
    yield Result("types", "type_told", way, share(sure))
    yield Result("types", "type_right", way, share((said == true)[sure]))
    values, times = _axes()
    for axis, name in ((values, "type_value_kappa"), (times, "type_time_kappa")):
        yield Result("types", name, way, kappa(*(np.vectorize(axis.get)(x[sure]) for x in (said, true))))
    known_well = sure & (known["lines"] >= 20)
    yield Result("types", "type_kappa_20", way, kappa(said[known_well], true[known_well]))


def _axes() -> tuple[dict[str, str], dict[str, str]]:
    cells = NineTypes().book.cells
    return {one.code: one.value for one in cells}, {one.code: one.time for one in cells}


def _loyalty(known: Columns, way: str) -> Iterator[Result]:
    said, true = known["loyalty_kind"], known["true_loyalty_kind"]
    told = said != "unknown"
    yield Result("loyalty", "loyalty_told", way, share(told))
    yield Result("loyalty", "loyalty_kappa", way, kappa(said[told], true[told]), leads=way == "all")
    yield Result("loyalty", "loyalty_right", way, share((said == true)[told]))
    surer = told & (known["loyalty_confidence"] >= 0.4)
    yield Result("loyalty", "loyalty_kappa_sure", way, kappa(said[surer], true[surer]))
    truth = np.array([_REAL.get(kind, "false") for kind in true], dtype=object)
    yield Result("loyalty", "real_kappa", way, kappa(known["loyalty_truth"][told], truth[told]))
    here = known["alive"] > 0
    yield Result("loyalty", "loyalty_rank", way, rank(known["loyalty_score"][here], -known["leaving_rate"][here]))
    yield Result("loyalty", "loyalty_alive", way, gini(known["loyalty_score"], here))


_REAL: Mapping[str, str] = {"super_value": "real", "latent": "held_back"}


def _satisfaction(known: Columns) -> Iterator[Result]:
    score, latent = known["csat_score"], known["true_satisfaction"]
    said = ~np.isnan(score)
    yield Result("satisfaction", "answered", "all", share(said))
    content = kappa(score[said] >= 4, latent[said] >= _CONTENT)
    yield Result("satisfaction", "content_kappa", "all", content, leads=True)
    yield Result("satisfaction", "content_rank", "all", rank(score, latent))
    often = known["answers"] >= 3
    yield Result("satisfaction", "content_kappa_3", "all", kappa(score[often] >= 4, latent[often] >= _CONTENT))


def _credit(known: Columns) -> Iterator[Result]:
    due, late = known["due_payments"] > 0, known["late_chance"]
    yield Result("credit", "credit_rank", "all", rank(known["credit_score"], -late), leads=True)
    enough = known["due_payments"] >= 4
    yield Result("credit", "credit_rank_4", "all", rank(known["credit_score"][enough], -late[enough]))
    black = known["list_proposal"] == "black"
    yield Result("credit", "black_kappa", "all", kappa(black[enough], late[enough] >= _LATE_HALF_THE_TIME))
    yield Result("credit", "black_late", "all", share(late[black & due] >= _LATE_HALF_THE_TIME))
    yield Result("credit", "other_late", "all", share(late[due & ~black] >= _LATE_HALF_THE_TIME))


def _stability(known: Columns) -> Iterator[Result]:
    """Of customers of the shops alone: visits of the workshop have a rhythm of their own."""
    shops = known["buys_cars"] == 0
    shape, found = known["gap_shape"][shops], known["trading_stability"][shops]
    yield Result("stability", "stability_rank", "purchases", rank(found, shape), leads=True)
    often = known["purchases"][shops] >= 20
    yield Result("stability", "stability_rank_20", "purchases", rank(found[often], shape[often]))
    label = known["stability"][shops]
    judged = np.isin(label, ("steady", "erratic"))
    yield Result(
        "stability", "stability_gini", "purchases", gini((label == "steady")[judged] * 1.0, shape[judged] >= 3)
    )


def _traits(known: Columns) -> Iterator[Result]:
    """Of customers of the shops alone: the workshop leaves no choice of channel, and a car is no category."""
    shops = {name: column[known["buys_cars"] == 0] for name, column in known.items()}
    channels = np.column_stack([shops[f"channel_{code}"] for code in CHANNEL_CODES])
    affinities = np.column_stack([shops[f"affinity_{goods().codes[place]}"] for place in goods().retail])
    preferred = np.array(CHANNELS, dtype=object)[channels.argmax(axis=1)]
    favourite = np.array([goods().names[place] for place in goods().retail], dtype=object)[affinities.argmax(axis=1)]
    clear, drawn = np.isin(shops["channel_code"], ("one", "mostly")), shops["affinity_code"] == "drawn"
    found = {
        "channel_kappa": kappa(shops["main_channel"][clear], preferred[clear]),
        "online_share": rank(shops["online_share"], channels[:, 1] + channels[:, 2]),
        "category_kappa": kappa(shops["main_category"][drawn], favourite[drawn]),
        "variety": rank(shops["variety"], 1 - (affinities**2).sum(axis=1)),
        "rhythm_gini": _regular(shops),
        "spend_trend": rank(shops["spend_trend"], shops["spend_growth"]),
    }
    for name, figure in found.items():
        yield Result("traits", name, "purchases", figure, leads=name in ("channel_kappa", "category_kappa"))


def _regular(shops: Columns) -> Figure:
    told = shops["rhythm"] != "unknown"
    return gini((shops["rhythm"] == "regular")[told] * 1.0, shops["gap_shape"][told] >= 3)


@dataclass(frozen=True)
class Group:
    """Customers with one label, and what is true of them; None where a column says nothing of them."""

    about: str
    code: str
    customers: int
    figures: tuple[float | None, ...]


def groups(told: Told) -> dict[str, list[Group]]:
    """What is true of the customers of each label: segments, stages, kinds of loyalty, types by confidence."""
    known = told.by_way["all"]
    return {
        "segments": list(_by_label(known, "rfm_segment", known["future_margin_minor"])),
        "stages": list(_by_label(known, "stage", known["future_margin_minor"])),
        "declines": list(_declines(known)),
        "kinds": list(_kinds(known)),
        "bands": [one for way in WAYS for one in _bands(told.by_way[way], way)],
    }


def _declines(known: Columns) -> Iterator[Group]:
    """Decline by its reason."""
    reasons = np.where(known["stage"] == "decline", known["stage_why_code"], "").astype(object)
    yield from _by_label({**known, "declines": reasons}, "declines", known["future_margin_minor"])


def _by_label(known: Columns, column: str, margin: np.ndarray) -> Iterator[Group]:
    """Of each label: who has left, who leaves within a year of those still there, who buys, and the part in margin."""
    here, leaves, buys = known["alive"] > 0, ~np.isnan(known["left_on"]), known["future_purchases"] > 0
    found = []
    for code in sorted(set(known[column]) - {""}):
        those = known[column] == code
        still = those & here
        found.append(
            Group(
                column,
                code,
                int(those.sum()),
                (
                    float((~here)[those].mean()),
                    float(leaves[still].mean()) if still.any() else None,
                    float(buys[those].mean()),
                    float(margin[those].sum() / margin.sum()),
                ),
            )
        )
    yield from sorted(found, key=lambda one: -(one.figures[2] or 0))


def _kinds(known: Columns) -> Iterator[Group]:
    """Of each kind: how many who were asked have it, how many of them are called so, and how many called so have it."""
    said, true = known["loyalty_kind"], known["true_loyalty_kind"]
    asked = known["answers"] > 0
    for code in sorted(set(true)):
        have, called = asked & (true == code), asked & (said == code)
        both = int((have & called).sum())
        yield Group(
            "loyalty",
            code,
            int(have.sum()),
            (both / max(1, int(have.sum())), both / called.sum() if called.any() else None),
        )


def _bands(known: Columns, way: str) -> Iterator[Group]:
    """By the confidence that was told: how many types are right."""
    right, sure = known["type"] == known["nine_type"], known["type"] != "undetermined"
    for low, high in _BANDS:
        here = sure & (known["type_confidence"] >= low) & (known["type_confidence"] < high)
        if here.any():
            mean = float(known["type_confidence"][here].mean())
            yield Group(way, f"{low:.1f}–{min(high, 1):.1f}", int(here.sum()), (mean, float(right[here].mean())))
