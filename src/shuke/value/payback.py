"""What winning a customer costs and brings: value by source, its ratio to the cost, and when the cost is covered.

Mission 2.10. LTV : CAC is the lifetime value of a source's customers by their acquisition cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from shuke.kit.errors import InputError
from shuke.value.starts import UNITS, Starts

MOST_MONTHS = 36
MOST_SOURCES = 20


@dataclass(frozen=True)
class SourceValue:
    """What the customers of one source have brought.

    `value_minor` is what one of them had brought on average by the end of each month of the customer's own time, 0 the
    first day; `observed` how many have been customers for so long. Each month adds what those added who reached it, so
    that old and new customers count alike. `lifetime_minor`: margin so far and the forecast, per customer; None
    without a forecast. `source` None: of no known source; "" in what is said of all customers together.
    """

    source: str | None
    customers: int
    value_minor: tuple[int, ...]
    observed: tuple[int, ...]
    lifetime_minor: int | None = None

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """What was kept as JSON."""
        return cls(**{**kept, **{name: tuple(kept[name]) for name in ("value_minor", "observed")}})


@dataclass(frozen=True)
class Sources:
    """Value by source, the largest first, and of `everyone`. `told_by`: the table given (`sources`), or of the first
    purchase its `channel` or `store`; `none` where neither is known, and there is only everyone.

    Customers whose first purchase may lie before the data are left out, since the costs of winning them do too.
    """

    told_by: str
    least_customers: int
    everyone: SourceValue | None
    groups: tuple[SourceValue, ...]
    withheld_groups: int
    withheld_customers: int
    left_truncated: int

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """What was kept as JSON."""
        everyone, groups = kept["everyone"], tuple(SourceValue.from_json(row) for row in kept["groups"])
        return cls(**{**kept, "everyone": SourceValue.from_json(everyone) if everyone else None, "groups": groups})


@dataclass(frozen=True)
class Payback:
    """Is a source worth its cost? `ratio` is LTV : CAC; `months` until value covers the cost (0: the first purchase
    does), None: not within the `known_months`. `by_forecast`: the lifetime value holds a forecast; else it is what was
    brought in `known_months`.
    """

    source: str | None
    customers: int
    cost_minor: int
    lifetime_minor: int
    ratio: float | None
    months: int | None
    known_months: int
    by_forecast: bool


def payback(value: SourceValue, cost_minor: int) -> Payback:
    """Does what the customers of a source bring cover what winning one of them costs, and since when?

    >>> shop = SourceValue("shop", 40, (800, 1500, 2100), (40, 40, 35), lifetime_minor=6000)
    >>> found = payback(shop, 2000)
    >>> found.months, found.ratio
    (2, 3.0)

    A cost of 0 is covered at once and has no ratio. Raises InputError for a cost below 0.
    """
    if cost_minor < 0:
        raise InputError.of("error.cost_below_zero", source=value.source or "", cost=cost_minor)
    covered = (month for month, brought in enumerate(value.value_minor) if brought >= cost_minor)
    lifetime = value.value_minor[-1] if value.lifetime_minor is None else value.lifetime_minor
    return Payback(
        source=value.source,
        customers=value.customers,
        cost_minor=cost_minor,
        lifetime_minor=lifetime,
        ratio=round(lifetime / cost_minor, 2) if cost_minor else None,
        months=next(covered, None),
        known_months=len(value.value_minor) - 1,
        by_forecast=value.lifetime_minor is not None,
    )


def paybacks(sources: Sources, costs_minor: Mapping[str, int]) -> tuple[Payback, ...]:
    """`payback` of each source whose cost per customer is known, in the order of the sources; "" is of everyone.

    Raises InputError for the cost of a source that is not there; all that are there are named.
    """
    told = (*sources.groups, *([sources.everyone] if sources.everyone else []))
    known = [group.source for group in sources.groups if group.source is not None]
    strange = [name for name in costs_minor if name and name not in known]
    if strange:
        raise InputError.of("error.unknown_source", name=strange[0], known=", ".join(known) or "—")
    costs = ((group, costs_minor.get(group.source)) for group in told if group.source is not None)
    return tuple(payback(group, cost) for group, cost in costs if cost is not None)


def values_by_source(began: Starts, *, given: bool, least_customers: int, most_months: int = MOST_MONTHS) -> Sources:
    """What have the customers of each source brought, month by month of their own time?"""
    engine = began.buyers.engine
    [known] = engine.fetch(_KNOWN, buyers=began.buyers).to_pylist()
    # The channel stands for the source where first purchases have one, else the store.
    told_by = "sources" if given else next((name for name in ("channel", "store") if known[name]), "none")
    column = "source" if given else "CAST(NULL AS VARCHAR)" if told_by == "none" else told_by
    asked: dict[str, Any] = {"buyers": began.buyers, "most": most_months}
    reached = engine.fetch(_REACHED.replace("SOURCE", column), **asked).to_pylist()
    added = engine.fetch(_ADDED.replace("SOURCE", column), months=began.months, **asked).to_pylist()
    least, names = max(least_customers, 1), {row["source"]: None for row in reached}
    made = [_source(name, _of(name, reached), _of(name, added), least) for name in names] if told_by != "none" else []
    made.sort(key=lambda one: (-one.customers, one.source or ""))
    shown = [one for one in made if one.customers >= least][:MOST_SOURCES]
    return Sources(
        told_by=told_by,
        least_customers=least,
        everyone=_source("", reached, added, least) if reached else None,
        groups=tuple(shown),
        withheld_groups=len(made) - len(shown),
        withheld_customers=sum(one.customers for one in made) - sum(one.customers for one in shown),
        left_truncated=int(known["left_truncated"]),
    )


def _of(name: str | None, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["source"] == name]


def _source(
    name: str | None, reached: list[dict[str, Any]], added: list[dict[str, Any]], least_customers: int
) -> SourceValue:
    """Month by month, as long as enough customers have been there for it."""
    customers = sum(int(row["customers"]) for row in reached)
    told = sum(int(row["told"] or 0) for row in reached)
    lifetime = sum(float(row["lifetime_minor"] or 0) for row in reached)
    values, observed, value = [], [], 0.0
    for month in range(max((int(row["months"]) for row in reached), default=-1) + 1):
        there = sum(int(row["customers"]) for row in reached if row["months"] >= month)
        if there < least_customers and month:
            break
        value += sum(int(row["units"]) for row in added if row["own"] == month) / UNITS / there
        values.append(round(value))
        observed.append(there)
    return SourceValue(name, customers, tuple(values), tuple(observed), round(lifetime / told) if told else None)


_KNOWN = """
    SELECT count(CASE WHEN NOT left_truncated THEN channel END) AS channel,
        count(CASE WHEN NOT left_truncated THEN store END) AS store,
        count(CASE WHEN left_truncated THEN 1 END) AS left_truncated
    FROM {buyers}
"""

_REACHED = """
    SELECT SOURCE AS source, least(observed_months, {most}) AS months, count(*) AS customers,
        count(lifetime_minor) AS told, CAST(sum(lifetime_minor) AS BIGINT) AS lifetime_minor
    FROM {buyers} WHERE NOT left_truncated GROUP BY 1, 2
"""

_ADDED = """
    SELECT SOURCE AS source, m.own, CAST(sum(m.units) AS BIGINT) AS units
    FROM {months} AS m JOIN {buyers} AS b ON b.customer_id = m.customer_id
    WHERE NOT b.left_truncated AND m.own <= least(b.observed_months, {most}) GROUP BY 1, 2
"""
