"""The Overview of who does not see the whole business: figures of the customers that are theirs, and whom to call."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from shuke.crm.customers.scope import asked_for, reach
from shuke.crm.people.models import User
from shuke.crm.scores import reads
from shuke.crm.scores.cells import LIKELY_TO_CHURN, VALUABLE_AT_RISK
from shuke.crm.scores.models import SLOTS, Run
from shuke.crm.words import here
from shuke.insight.overview import called, link
from shuke.kit.text import compact_money, day, number
from shuke.ui import language

_CALLED = 8


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
        "to_call_all": link(sort="-value_at_risk", stage="decline", owner=whose),
    }


def _scores(viewer: User, run: Run, whose: str) -> QuerySet[Any]:
    """The scores of the customers who are the viewer's or the team's; nobody's are no one's success or failure."""
    assert run.slot is not None  # noqa: S101  asked only where there is one
    within = reach(viewer).narrowed(asked_for(viewer, whose)).within("customer__")
    return SLOTS[run.slot].objects.filter(within)


def _tiles(run: Run, whose: str, scores: QuerySet[Any]) -> list[dict[str, Any]]:
    """The indicators of the Overview, summed over these customers alone."""
    found = scores.aggregate(
        customers=Count("pk"),
        clv=Sum("clv_minor"),
        current_value=Sum("current_value_minor"),
        value_at_risk=Sum("value_at_risk_minor"),
        valuable_at_risk=Count("pk", filter=Q(why_code=VALUABLE_AT_RISK)),
        likely_to_churn=Count("pk", filter=Q(churn_probability__gte=LIKELY_TO_CHURN)),
    )
    links = {
        "customers": {}, "clv": {"sort": "-clv"}, "current_value": {"sort": "-current_value"},
        "value_at_risk": {"sort": "-value_at_risk"}, "valuable_at_risk": {"risk": "value"},
        "likely_to_churn": {"risk": "churn"},
    }  # fmt: skip
    return [
        {
            "label": here(f"insight.tile.{name}"),
            "value": _written(run, name, found[name]),
            "href": link(**filters, owner=whose),
        }
        for name, filters in links.items()
    ]


def _written(run: Run, name: str, value: int | None) -> str:
    tongue = language.active()
    if name in ("clv", "current_value", "value_at_risk"):
        return compact_money(int(value or 0), run.currency, tongue)
    return number(value or 0, tongue)


def _to_call(run: Run, scores: QuerySet[Any]) -> list[dict[str, Any]]:
    """In decline before others, then by value at risk."""
    worth = scores.filter(value_at_risk_minor__gt=0).select_related("customer").order_by("-value_at_risk_minor")
    found = list(worth.filter(stage="decline")[:_CALLED])
    found += list(worth.exclude(stage="decline")[: _CALLED - len(found)])
    return [called(run, score.customer, reads.as_row(score, score.customer.key)) for score in found]
