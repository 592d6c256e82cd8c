"""What the door adds to a customer's page: purchases over time, their list, and the forecast with its band."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from shuke.crm.customers.asked import asked
from shuke.crm.customers.keys import keys_of
from shuke.crm.customers.models import Customer
from shuke.crm.people.reads import needs, viewer_of
from shuke.crm.scores import reads as scores
from shuke.crm.scores.models import Run, Score
from shuke.crm.words import here
from shuke.insight.charts import MONTHS_SHOWN, all_months
from shuke.insight.facts import business_ledger
from shuke.insight.foreseen import Foreseen, foreseen
from shuke.kit.text import day, number, share
from shuke.ui import language
from shuke.ui.charts import Bar, Bars, Lines, Series
from shuke.ui.figures import numbers, shares, short_amounts, trimmed
from shuke.ui.parts import Crumb

_STEPS = 6
_VISITS_A_PAGE = 10
_THINGS_A_VISIT = 4


@dataclass(frozen=True, slots=True)
class Visit:
    """One order, or one day where orders are not known: what was bought and for how much."""

    on: date
    order: str
    where: str
    amount_minor: int
    what: str


@require_safe
@needs("see")
def over_time(request: HttpRequest, key: str) -> HttpResponse:
    """What the customer spent, month by month."""
    customer, run = customer_and_run(request, key)
    spent: dict[str, int] = defaultdict(int)
    for row in rows_of(customer):
        spent[f"{row['purchased_on']:%Y-%m}"] += row["amount_minor"]
    currency = currency_of(run)
    bars = [Bar(month, spent.get(month, 0)) for month in _shown(spent, f"{run.as_of:%Y-%m}" if run else "")]
    name = here("insight.slot.over_time", name=customer.display_name)
    chart = Bars(name, bars, write=short_amounts(currency), over_time=True)
    return fragment(request, customer, "insight/_over_time.html", {"chart": chart if bars else None})


@require_safe
@needs("see")
def purchases(request: HttpRequest, key: str) -> HttpResponse:
    """The customer's purchases, the latest first."""
    customer, run = customer_and_run(request, key)
    visits = visits_of(rows_of(customer))
    page = Paginator(visits, _VISITS_A_PAGE).get_page(request.GET.get("page"))
    shown = {
        "visits": page,
        "currency": currency_of(run),
        "total": number(len(visits), language.active()),
        "address": reverse("insight:customer_purchases", args=[customer.key]),
    }
    return fragment(request, customer, "insight/_purchases.html", shown)


@require_safe
@needs("see")
def forecast(request: HttpRequest, key: str) -> HttpResponse:
    """How many purchase days the model expects, how sure that is, and how likely it is that none will come."""
    customer, run = customer_and_run(request, key)
    score = scores.score_of(viewer_of(request), customer, run)
    shown: dict[str, Any] = {"chart": None}
    if run is not None and score is not None and score.expected_purchases is not None:
        shown |= _foreseen(run, score, customer.display_name)
    return fragment(request, customer, "insight/_forecast.html", shown)


def _foreseen(run: Run, score: Score, name: str) -> dict[str, Any]:
    """The charts and sentences of the forecast."""
    tongue = language.active()
    steps = [round(run.horizon_days * step / _STEPS) for step in range(1, _STEPS + 1)]
    labels, axis = ["0", *(number(days, tongue) for days in steps)], here("insight.slot.axis")
    found = foreseen(run, score, steps)
    whole = float(score.expected_purchases or 0)
    # A run that kept no parameters: as the naive rate says, evenly over the horizon.
    expected = found.expected if found else [whole * days / run.horizon_days for days in steps]
    low, high = ([0, *found.low], [0, *found.high]) if found else ((), ())
    series = Series(here("insight.slot.expected"), [0.0, *expected], low=low, high=high)
    told = {"days": number(run.horizon_days, tongue), "count": number(whole, tongue, 1)}
    shown: dict[str, Any] = {
        "chart": Lines(here("insight.slot.forecast", name=name), labels, [series], write=numbers(1),
                       write_tick=trimmed(1), filled=not found, axis_title=axis),
        "sentence": here("insight.slot.forecast_told", **told),
        "as_of": day(run.as_of, tongue),
        "model": here(f"report.model.{run.figures['model']['chosen']}"),
    }  # fmt: skip
    if found:
        ends = {"low": number(found.low[-1], tongue), "high": number(found.high[-1], tongue)}
        kind = "band_told" if found.high[-1] else "band_none"
        shown["sentence"] = here(f"insight.slot.{kind}", **told, **ends)
        shown |= _silence(found, name)
    return shown


def _silence(found: Foreseen, name: str) -> dict[str, Any]:
    """How the chance of no purchase falls, as far as there is any."""
    tongue = language.active()
    none = Series(here("insight.slot.none"), [1.0, *found.none], "tone-5")
    days = [number(one, tongue) for one in (0, *found.silence_days)]
    chart = Lines(here("insight.slot.none_for", name=name), days, [none], write=shares(1), write_tick=shares(),
                  axis_title=here("insight.slot.axis"))  # fmt: skip
    return {
        "silence": chart,
        "silence_told": here("insight.slot.none_told", days=days[-1], chance=share(found.none[-1], tongue, 1)),
    }


def customer_and_run(request: HttpRequest, key: str) -> tuple[Customer, Run | None]:
    viewer, customer = asked(request, key)
    return customer, scores.run_for_lists(viewer)


def rows_of(customer: Customer) -> list[dict[str, Any]]:
    """One customer's lines, also those under the keys of cards merged into this: few, whatever the ledger holds."""
    names = ["purchased_on", "order_id", "store", "channel", "category", "product_id", "quantity", "amount_minor"]
    tables = (business_ledger().customer_purchases(key) for key in keys_of(customer))
    return [row for table in tables for row in table.select(names).to_pylist()]


def visits_of(rows: list[dict[str, Any]]) -> list[Visit]:
    """The rows by day and order, the latest first."""

    def visit(row: dict[str, Any]) -> tuple[date, str]:
        return row["purchased_on"], row["order_id"] or ""

    found = []
    for (on, order), lines in groupby(sorted(rows, key=visit, reverse=True), key=visit):
        bought = sorted(lines, key=lambda row: (-abs(row["amount_minor"]), row["product_id"] or ""))
        where = bought[0]["store"] or bought[0]["channel"] or ""
        amount = sum(row["amount_minor"] for row in bought)
        found.append(Visit(on, order, where, amount, _what(bought)))
    return found


def _what(bought: list[dict[str, Any]]) -> str:
    """The dearest things of a visit, and how many lines were of others."""
    things = [row["category"] or row["product_id"] for row in bought]
    named = list(dict.fromkeys(thing for thing in things if thing))[:_THINGS_A_VISIT]
    if not named:
        return "—"
    listed, more = here("insight.slot.and").join(named), sum(thing not in named for thing in things)
    return here("insight.slot.more", things=listed, count=number(more, language.active())) if more else listed


def _shown(spent: Mapping[str, int], today: str) -> list[str]:
    """The last months up to today; where the customer had left before these, the last up to the last purchase."""
    if not spent:
        return []
    last = max(spent)
    latest = all_months(min(spent), max(last, today))[-MONTHS_SHOWN:]
    return latest if last in latest else all_months(min(spent), last)[-MONTHS_SHOWN:]


def currency_of(run: Run | None) -> str:
    """The currency of the run, or of the business before the first."""
    return run.currency if run else str(settings.SHUKE_CURRENCY)


def fragment(request: HttpRequest, customer: Customer, template: str, shown: dict[str, Any]) -> HttpResponse:
    """The fragment for the customer's page; a page of its own for who opens the address without script."""
    if request.headers.get("HX-Request"):
        return render(request, template, shown)
    trail = [
        Crumb(here("customers.title"), reverse("customers:list")),
        Crumb(customer.display_name, reverse("customers:card", args=[customer.key])),
    ]
    return render(request, "insight/slot.html", {"part": template, "customer": customer, "trail": trail, **shown})
