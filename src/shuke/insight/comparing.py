"""Runs in words: one line of the list, one run, and two side by side."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from shuke.crm.scores.columns import name_of
from shuke.crm.scores.models import Run
from shuke.crm.words import here
from shuke.engines import open_engine
from shuke.insight.alike import are_alike, rules
from shuke.insight.charts import lorenz, pyramid, sankey, stages
from shuke.insight.cycles import Parameters
from shuke.insight.facts import business_ledger
from shuke.insight.figures import moves
from shuke.insight.overview import backtest
from shuke.kit.text import compact_money, day, number, share
from shuke.report import measure_name
from shuke.ui import language
from shuke.value import in_words

_TOTALS = (
    "customers", "active", "purchases", "spend_minor", "historic_value_minor", "current_value_minor", "clv_minor",
    "value_at_risk_minor", "valuable_at_risk", "likely_to_churn",
)  # fmt: skip
_STATES = {"current": "good", "previous": "accent", "old": "plain"}


def line(run: Run, asked_by: str) -> dict[str, Any]:
    """One line of the list of runs."""
    totals = run.figures.get("totals", {})
    return {
        "run": run,
        "url": reverse("insight:run", args=[run.run_id]),
        "as_of": f"{run.as_of:%Y-%m-%d}",
        "state": here(f"insight.runs.state_{run.state}"),
        "tone": _STATES.get(run.state, ""),
        "clv": totals.get("clv_minor"),
        "current": totals.get("current_value_minor"),
        "by": asked_by or here("insight.runs.by_nobody"),
    }


def one(run: Run) -> dict[str, Any]:
    """A run: parameters, totals, charts and how its forecasts did."""
    figures = run.figures
    shown: dict[str, Any] = {"run": run, "as_of": day(run.as_of, language.active()), "parameters": parameters(run)}
    if figures.get("totals"):
        shown |= {
            "totals": [(here(f"insight.total.{name.removesuffix('_minor')}"), _written(run, name)) for name in _TOTALS],
            "pyramid": pyramid(figures, run.currency),
            "stages": stages(figures),
            "lorenz": lorenz(figures),
            "backtest": backtest(figures),
            "models_url": reverse("insight:models_of_run", args=[run.run_id]),
            "linked": run.state == Run.State.CURRENT,
        }
    return shown


def parameters(run: Run) -> list[tuple[str, str]]:
    """What the run was told, and which purchases it saw."""
    told, tongue = Parameters.from_json(run.parameters), language.active()
    basis = name_of("value_basis.", run.figures.get("value_basis", ""), tongue)
    rate = here("insight.run.no_margin") if told.margin_rate is None else share(told.margin_rate, tongue, 1)
    tiers = here(f"insight.run.tiers_{told.tiers.replace('-', '_')}")
    if "pyramid" in told.definitions:
        tiers = here("insight.run.tiers_defined", version=told.versions.get("pyramid", "—"))
    return [
        (here("insight.run.as_of"), day(run.as_of, tongue)),
        (here("insight.run.horizon_days"), number(run.horizon_days, tongue)),
        (here("insight.run.period_days"), number(run.period_days, tongue)),
        (here("insight.run.discount_rate"), share(told.discount_rate, tongue, 1)),
        (here("insight.run.margin_rate"), rate),
        (here("insight.run.value_basis"), basis),
        (here("insight.run.tiers"), tiers),
        (here("insight.run.tier_by"), measure_name(told.ranked_by, tongue)),
        (here("insight.run.model"), here(f"report.model.{told.model}")),
        (here("insight.run.calendar"), in_words(told.calendar) or "—"),
        (here("insight.run.ledger_version"), str(run.ledger_version)),
    ]


def two(first: Run, second: Run) -> dict[str, Any]:
    """Two runs side by side. Who moved is counted in the engine, from the scores the ledger keeps."""
    moved = _migration(first, second)
    settings = zip(parameters(first), parameters(second), strict=True)
    return {
        "first": first,
        "second": second,
        "days": (first.as_of.isoformat(), second.as_of.isoformat()),
        "parameters": [(name, was, became, was != became) for (name, was), (_, became) in settings],
        "unlike": rules(first) != rules(second),
        "totals": [_total(first, second, name) for name in _TOTALS],
        "tiers": _groups(first, second, "tiers", "tier."),
        "stages": _groups(first, second, "stages", "stage."),
        "sankey": moved,
    }


def _migration(first: Run, second: Run) -> Any:
    ledger = business_ledger()
    kept = {run.run_id for run in ledger.runs()}
    if not {first.run_id, second.run_id} <= kept or not second.figures.get("tiers"):
        return None
    with open_engine() as engine:
        found = moves(ledger.scores(engine, first.run_id), ledger.scores(engine, second.run_id))
    linked = (first.state, second.state) == (Run.State.PREVIOUS, Run.State.CURRENT)
    figures = {"tiers": second.figures["tiers"], "migration": found}
    return sankey(figures, first.as_of.isoformat(), second.as_of.isoformat(), linked=linked)


def _total(first: Run, second: Run, name: str) -> dict[str, Any]:
    was, became = (run.figures.get("totals", {}).get(name) for run in (first, second))
    return {
        "name": here(f"insight.total.{name.removesuffix('_minor')}"),
        "was": _written(first, name),
        "became": _written(second, name),
        **_difference(was, became if are_alike(name, rules(first), rules(second)) else None),
    }


def _groups(first: Run, second: Run, kind: str, prefix: str) -> list[dict[str, Any]]:
    """Customers by tier or stage in both runs."""
    tongue = language.active()
    counts = [{one["code"]: one["customers"] for one in run.figures.get(kind, ())} for run in (first, second)]
    codes = [*counts[1], *(code for code in counts[0] if code not in counts[1])]
    return [
        {
            "name": name_of(prefix, code, tongue),
            "was": number(counts[0].get(code, 0), tongue),
            "became": number(counts[1].get(code, 0), tongue),
            **_difference(counts[0].get(code, 0), counts[1].get(code, 0)),
        }
        for code in codes
    ]


def _difference(was: int | None, became: int | None) -> dict[str, Any]:
    if was is None or became is None:
        return {"delta": None, "delta_text": ""}
    if was <= 0 or was == became:
        return {"delta": float(became - was), "delta_text": "0%" if was == became else "—"}
    change = (became - was) / was
    sign = "+" if change > 0 else "−"
    return {"delta": change, "delta_text": sign + share(abs(change), language.active(), 1)}


def _written(run: Run, name: str) -> str:
    value = run.figures.get("totals", {}).get(name)
    if value is None:
        return "—"
    tongue = language.active()
    return compact_money(value, run.currency, tongue) if name.endswith("_minor") else number(value, tongue)
