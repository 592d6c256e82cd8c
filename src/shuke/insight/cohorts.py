"""The page of cohorts: who began together and came back, what a first basket tells, and which sources pay."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from json import dumps, loads
from typing import Any

from django.urls import reverse

from shuke.crm.customers.reads import sees_all
from shuke.crm.people.models import User
from shuke.crm.scores import reads
from shuke.crm.scores.models import Run
from shuke.crm.words import here
from shuke.insight import cohort_charts as charts
from shuke.insight.charts import all_months
from shuke.insight.models import AcquisitionCost
from shuke.kit.text import compact_money, day, money, number, share
from shuke.ui import language
from shuke.ui.drawings import Kept
from shuke.ui.parts import Option, Why
from shuke.value import BasketGroup, Cohorts, FirstBaskets, Measured, Payback, Sources, SourceValue, payback

PERIODS = ("month", "quarter")
_MARKS = (0, 3, 6, 12, 24)
"""The months after which the table of sources says what a customer has brought."""


def context(viewer: User, by: str) -> dict[str, Any]:
    """What the page says; where there is nothing to say, why, and what to do about it."""
    rights = {name: viewer.may(name) for name in ("import", "run")}
    if not sees_all(viewer):
        return {"run": None, "why_empty": "own", "rights": rights}
    run = reads.current_run(viewer)
    if run is None or not run.figures.get("totals"):
        return {"run": None, "why_empty": "no_run", "rights": rights}
    if "cohorts" not in run.figures:
        return {"run": None, "why_empty": "old_run", "rights": rights}
    address = reverse("insight:cohorts")
    found, by = Cohorts.from_json(run.figures["cohorts"]), by if by in PERIODS else PERIODS[0]
    return {
        "run": run,
        "rights": rights,
        "as_of": day(run.as_of, language.active()),
        "basis": here(f"insight.basis.{found.value_basis}"),
        "by": by,
        "periods": [Option(here(f"cohorts.by_{name}"), f"{address}?by={name}", name == by) for name in PERIODS],
        "tiles": _tiles(run, found),
        "triangle": _triangle(found, by),
        "baskets": _baskets(run, found.first_baskets),
        "sources": _sources(run, found),
        **_charts(dumps(run.figures["cohorts"]), by, run.currency, language.active()),
    }


@lru_cache(maxsize=16)
def _charts(told: str, by: str, currency: str, tongue: str) -> dict[str, Kept]:
    """The charts of a run's cohorts (as JSON), drawn once for each language."""
    found = Cohorts.from_json(loads(told))
    return {"heat": Kept(charts.retention(found, by)), "lines": Kept(charts.value(found, by, currency)),
            "bars": Kept(charts.by_size(found.first_baskets, currency))}  # fmt: skip


def _triangle(found: Cohorts, by: str) -> dict[str, Any]:
    """What is to be said beside the heat map."""
    known, tongue = found.by(by), language.active()
    return {
        "empty": not known,
        "truncated": any(cohort.left_truncated for cohort in known),
        "open": found.is_open(by),
        "left_out": number(found.left_out(by), tongue) if found.left_out(by) else "",
        "sample": here(
            "cohorts.sample", count=number(found.looked_at, tongue), customers=number(found.customers, tongue)
        )
        if found.is_sample
        else "",
        "inputs": (
            (here("cohorts.cohorts"), number(len(known), tongue)),
            (here("insight.total.customers"), number(sum(cohort.customers for cohort in known), tongue)),
        ),
    }


def _tiles(run: Run, found: Cohorts) -> list[dict[str, Any]]:
    """New customers of the last whole month, who comes back, and what follows the first basket."""
    tongue, baskets = language.active(), found.first_baskets
    months = all_months(found.months[0].start[:7], found.as_of[:7]) if found.months else []
    whole = months[:-1] if found.open_month else months
    tiles = [_new_customers(whole, found, run)] if whole else []
    everyone = baskets.everyone
    for name, days in (("back_soon", baskets.soon_days), ("back_long", baskets.long_days)):
        measured: Measured | None = getattr(everyone, name) if everyone else None
        if measured and (name == "back_soon" or baskets.long_days > baskets.soon_days + 1):
            told = here("cohorts.back", days=number(days, tongue))
            tiles.append(_measured(told, share(measured.value, tongue), _span(measured), measured, run))
    if everyone and everyone.value_minor:
        told = here("cohorts.value_after", days=number(baskets.long_days, tongue))
        value, span = everyone.value_minor, _money_span(everyone.value_minor, run.currency)
        tiles.append(_measured(told, compact_money(round(value.value), run.currency, tongue), span, value, run))
    return tiles


def _new_customers(whole: Sequence[str], found: Cohorts, run: Run) -> dict[str, Any]:
    """Of the last whole month against the one before it; a month that nobody began in has no cohort."""
    tongue, began = language.active(), {cohort.start[:7]: cohort for cohort in found.months}
    latest, *before = (began.get(month) for month in reversed(whole[-2:]))
    customers = latest.customers if latest else 0
    then = [cohort.customers if cohort else 0 for cohort in before if not (cohort and cohort.left_truncated)]
    change = customers - then[0] if then else None
    sign = "" if change is None else "+" if change > 0 else "−" if change < 0 else ""
    return {
        "label": here("cohorts.new_in", period=whole[-1]),
        "value": number(customers, tongue),
        "delta": None if change is None else float(change),
        "delta_text": "" if change is None else sign + number(abs(change), tongue) if change
        else here("insight.tile.same"),
        "href": charts.began_in(f"{whole[-1]}-01", "month"),
        "why": Why(here("cohorts.new_why"), as_of=day(run.as_of, tongue)),
    }  # fmt: skip


def _measured(label: str, value: str, span: str, measured: Measured, run: Run) -> dict[str, Any]:
    """A tile of a figure that is known from some customers only: with the interval."""
    tongue = language.active()
    customers = here("insight.head.customers"), number(measured.customers, tongue)
    inputs = ((here("cohorts.interval"), span), customers)
    why = Why(here("cohorts.measured_why"), inputs=inputs, as_of=day(run.as_of, tongue))
    return {"label": label, "value": value, "note": span, "delta": None, "delta_text": "", "href": "", "why": why}


def _span(measured: Measured) -> str:
    tongue = language.active()
    return f"{share(measured.low, tongue)} – {share(measured.high, tongue)}"


def _money_span(measured: Measured, currency: str) -> str:
    tongue = language.active()
    return " – ".join(compact_money(round(end), currency, tongue) for end in (measured.low, measured.high))


def _baskets(run: Run, found: FirstBaskets) -> dict[str, Any]:
    """First baskets by category and by size, each group with what is known of it."""
    tongue = language.active()
    everyone = [_basket(run, found.everyone, here("cohorts.everyone"))] if found.everyone else []
    return {
        "soon": number(found.soon_days, tongue),
        "long": number(found.long_days, tongue),
        "both": found.long_days > found.soon_days + 1,
        "least": number(found.least_customers, tongue),
        "customers": number(found.customers, tongue),
        "withheld": number(found.withheld_groups, tongue) if found.withheld_groups else "",
        "withheld_customers": number(found.withheld_customers, tongue),
        "by_category": [*everyone, *(_basket(run, group, _category(group)) for group in found.by_category)]
        if found.by_category else [],
        "by_size": [*everyone, *(_basket(run, group, charts.band(group, run.currency)) for group in found.by_size)]
        if len(found.by_size) > 1 else [],
        "no_category": not found.by_category and not found.withheld_groups,
        "nobody": not found.customers,
    }  # fmt: skip


def _category(group: BasketGroup) -> str:
    return group.code or here("cohorts.no_category")


def _basket(run: Run, group: BasketGroup, name: str) -> dict[str, Any]:
    tongue = language.active()
    value = group.value_minor
    return {
        "name": name,
        "customers": group.customers,
        "soon": group.back_soon,
        "soon_span": _span(group.back_soon) if group.back_soon else "",
        "long": group.back_long,
        "long_span": _span(group.back_long) if group.back_long else "",
        "value": compact_money(round(value.value), run.currency, tongue) if value else "",
        "value_span": _money_span(value, run.currency) if value else "",
        "differs": group.differs,
        "tone": {"more": "good", "less": "bad"}.get(group.differs, ""),
    }


def _sources(run: Run, found: Cohorts) -> dict[str, Any]:
    """What the customers of each source bring against what winning them costs."""
    sources, tongue = found.sources, language.active()
    by_margin = found.value_basis != "revenue"
    costs = costs_minor(run.currency) if by_margin else {}
    groups = [*sources.groups, *([sources.everyone] if sources.everyone else [])]
    longest = max((len(group.value_minor) for group in groups), default=0)
    marks = [month for month in _MARKS if month < longest]
    heads = [_mark(month) for month in marks]
    rows = [
        _source(
            run,
            group,
            name=source_name(group.source, sources.told_by),
            cost=costs.get(group.source or ""),
            after=list(zip(heads, _after(group, marks, run.currency), strict=True)),
        )
        for group in groups
    ]
    return {
        "rows": rows,
        "heads": heads,
        "told_by": here(f"cohorts.told_by_{sources.told_by}"),
        "left_truncated": number(sources.left_truncated, tongue) if sources.left_truncated else "",
        "withheld": number(sources.withheld_groups, tongue) if sources.withheld_groups else "",
        "withheld_customers": number(sources.withheld_customers, tongue),
        "least": number(sources.least_customers, tongue),
        "by_margin": by_margin,
        "costs_known": any(row["cost"] for row in rows),
        "by_forecast": any(group.lifetime_minor is not None for group in groups),
    }


def _mark(month: int) -> str:
    if month == 0:
        return here("cohorts.after_first")
    return here("cohorts.after", months=number(month, language.active()))


def _after(group: SourceValue, marks: Sequence[int], currency: str) -> list[str]:
    """What one customer had brought on average by then; — where too few have been customers for so long."""
    known = [group.value_minor[month] if month < len(group.value_minor) else None for month in marks]
    return ["—" if minor is None else compact_money(minor, currency, language.active()) for minor in known]


def _source(
    run: Run, group: SourceValue, *, name: str, cost: int | None, after: list[tuple[str, str]]
) -> dict[str, Any]:
    tongue = language.active()
    known = payback(group, cost) if cost is not None and group.source is not None else None
    lifetime = group.value_minor[-1] if group.lifetime_minor is None else group.lifetime_minor
    ratio = known.ratio if known else None
    return {
        "name": name,
        "customers": number(group.customers, tongue),
        "after": after,
        "lifetime": compact_money(lifetime, run.currency, tongue),
        "cost": money(known.cost_minor, run.currency, tongue) if known else "",
        "ratio": "—" if ratio is None else here("cohorts.ratio", ratio=number(ratio, tongue, 1)),
        "ratio_tone": "" if ratio is None else "good" if ratio >= 1 else "bad",
        "payback": _paid_back(known) if known else "—",
    }


def source_name(source: str | None, told_by: str) -> str:
    """A source as pages call it."""
    if source == "":
        return here("cohorts.everyone")
    return source or here(f"cohorts.no_{'channel' if told_by == 'channel' else 'source'}")


def _paid_back(known: Payback) -> str:
    tongue = language.active()
    if known.months is None:
        return here("cohorts.not_yet", months=number(known.known_months, tongue))
    return here("cohorts.at_once") if known.months == 0 else here(
        "cohorts.paid_back", months=number(known.months, tongue)
    )  # fmt: skip


def costs_minor(currency: str) -> dict[str, int]:
    """What winning a customer costs, by source, as far as it was said in this currency."""
    return dict(AcquisitionCost.objects.filter(currency=currency).values_list("source", "cost_minor"))


def sources_of(run: Run) -> Sources | None:
    """The sources that a run knows."""
    return Sources.from_json(run.figures["cohorts"]["sources"]) if "cohorts" in run.figures else None
