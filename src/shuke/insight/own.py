"""The Overview of who does not see the whole business: figures of the customers that are theirs, and whom to call."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any, NamedTuple

from shuke.crm.customers.models import Customer
from shuke.crm.customers.scope import asked_for, reach
from shuke.crm.people.models import User
from shuke.crm.scores import reads
from shuke.crm.scores.cells import LIKELY_TO_CHURN, VALUABLE_AT_RISK
from shuke.crm.scores.models import SLOTS, Run
from shuke.crm.words import here
from shuke.insight.charts import listed
from shuke.insight.overview import called
from shuke.kit.text import compact_money, day, number
from shuke.ui import language

_CALLED = 8
_CHUNK = 5_000


class Figures(NamedTuple):
    """What the page reads of a score."""

    customer_id: int
    clv_minor: int | None
    current_value_minor: int
    value_at_risk_minor: int | None
    churn_probability: float | None
    why_code: str
    stage: str


def context(viewer: User) -> dict[str, Any]:
    """What the page says; without a run only that there is none."""
    run = reads.run_for_lists(viewer)
    if run is None or run.slot is None:
        return {"run": None, "rights": {"import": False, "run": False}}
    whose = "team" if viewer.scope("customers") == "team" else "mine"
    scores = _scores(viewer, run, whose)
    return {
        "run": run,
        "as_of": day(run.as_of, language.active()),
        "told": here(f"insight.own.{whose}"),
        "tiles": _tiles(run, whose, scores),
        "to_call": _to_call(run, scores),
        "to_call_all": listed(sort="-value_at_risk", stage="decline", owner=whose),
    }


def _scores(viewer: User, run: Run, whose: str) -> list[Figures]:
    """The scores of the customers who are the viewer's or the team's; nobody's are no one's success or failure.

    Fetched by the customers' ids, a few thousand at a time, and summed here: asked for sums over a join, a database may
    walk a million scores to find five hundred.
    """
    assert run.slot is not None  # noqa: S101  asked only where there is one
    within = reach(viewer).narrowed(asked_for(viewer, whose)).within()
    ids = iter(Customer.objects.filter(within).order_by().values_list("pk", flat=True))
    rows = SLOTS[run.slot].objects.values_list(*Figures._fields)
    found: list[Figures] = []
    while chunk := list(islice(ids, _CHUNK)):
        found += [Figures(*row) for row in rows.filter(pk__in=chunk)]
    return found


def _tiles(run: Run, whose: str, scores: list[Figures]) -> list[dict[str, Any]]:
    """The indicators of the Overview, summed over these customers alone."""
    found = {
        "customers": len(scores),
        "clv": _sum(one.clv_minor for one in scores),
        "current_value": sum(one.current_value_minor for one in scores),
        "value_at_risk": _sum(one.value_at_risk_minor for one in scores),
        "valuable_at_risk": sum(one.why_code == VALUABLE_AT_RISK for one in scores),
        "likely_to_churn": sum((one.churn_probability or 0) >= LIKELY_TO_CHURN for one in scores),
    }
    links = {
        "customers": {}, "clv": {"sort": "-clv"}, "current_value": {"sort": "-current_value"},
        "value_at_risk": {"sort": "-value_at_risk"}, "valuable_at_risk": {"risk": "value"},
        "likely_to_churn": {"risk": "churn"},
    }  # fmt: skip
    return [
        {
            "label": here(f"insight.tile.{name}"),
            "value": _written(run, name, found[name]),
            "href": listed(**filters, owner=whose),
        }
        for name, filters in links.items()
    ]


def _sum(amounts: Iterable[int | None]) -> int | None:
    """Of those that are known; None where none is, as where no model was chosen."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None


def _written(run: Run, name: str, value: int | None) -> str:
    tongue = language.active()
    if value is None:
        return "—"
    if name in ("clv", "current_value", "value_at_risk"):
        return compact_money(value, run.currency, tongue)
    return number(value, tongue)


def _to_call(run: Run, scores: list[Figures]) -> list[dict[str, Any]]:
    """In decline before others, then by value at risk."""
    assert run.slot is not None  # noqa: S101
    worth = [one for one in scores if (one.value_at_risk_minor or 0) > 0]
    worth.sort(key=lambda one: (one.stage != "decline", -(one.value_at_risk_minor or 0), one.customer_id))
    ids = [one.customer_id for one in worth[:_CALLED]]
    found = SLOTS[run.slot].objects.select_related("customer").in_bulk(ids)
    rows = [found[pk] for pk in ids if pk in found]
    return [called(run, score.customer, reads.as_row(score, score.customer.key)) for score in rows]
