"""The Overview as its template shows it: figures of the run in force, what changed, and where each leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from json import dumps, loads
from typing import Any

from django.urls import reverse

from shuke.crm.customers.keys import ids_of
from shuke.crm.customers.models import Customer
from shuke.crm.people.models import User
from shuke.crm.scores import reads
from shuke.crm.scores.columns import name_of, short_tier, why_sentence
from shuke.crm.scores.models import SLOTS, Run
from shuke.crm.words import here
from shuke.insight.alike import Rules, are_alike, rules
from shuke.insight.charts import heat, listed, lorenz, months, pyramid, sankey, stages, value_by_tier
from shuke.insight.cycles import Parameters
from shuke.insight.inputs import Inputs, inputs
from shuke.kit.text import compact_money, day, money, number, percent, share
from shuke.report import measure_name
from shuke.ui import language
from shuke.ui.drawings import Kept
from shuke.ui.parts import Why

_CALLED = 8


def context(viewer: User) -> dict[str, Any]:
    """What the page says; without a run only that there is none."""
    run = reads.current_run(viewer)
    if run is None or not run.figures.get("totals"):
        return {"run": None, "rights": {name: viewer.may(name) for name in ("import", "run")}}
    figures, tongue, told = run.figures, language.active(), Parameters.from_json(run.parameters)
    before = figures.get("before") or {}
    since = day(date.fromisoformat(before["as_of"]), tongue) if before else ""
    return {
        "run": run,
        "as_of": day(run.as_of, tongue),
        "since": here("insight.overview.since", day=since) if since else "",
        "unlike": here("insight.overview.unlike", day=since) if since and _rules_before(run) != rules(run) else "",
        "tiles": _tiles(run, before.get("totals", {})),
        "to_call": to_call(run, _CALLED),
        "to_call_all": listed(sort="-value_at_risk", stage="decline"),
        **_charts(drawn := dumps(figures), run.as_of.isoformat(), run.currency, tongue),
        "inputs": _inputs(drawn, run.currency, tongue),
        "backtest": backtest(figures),
        "models_url": reverse("insight:models") if viewer.may("run") else "",
        "basis": here(f"insight.basis.{figures['value_basis']}"),
        "tier_basis": measure_name(told.ranked_by, tongue),
        "pyramid_because": f"insight.because.pyramid_by_{told.cut_by}",
    }


@lru_cache(maxsize=16)
def _charts(told: str, as_of: str, currency: str, tongue: str) -> Mapping[str, Kept | None]:
    """The charts of a run's figures (as JSON), drawn once for each language: they would be most of the page's time."""
    figures = loads(told)
    moved = figures.get("migration") and sankey(figures, (figures.get("before") or {}).get("as_of", ""), as_of)
    return {
        "pyramid": Kept(pyramid(figures, currency)),
        "stages": Kept(stages(figures)),
        "value_by_tier": Kept(value_by_tier(figures, currency)),
        "months": Kept(months(figures, currency)),
        "lorenz": Kept(lorenz(figures)),
        "heat": Kept(heat(figures, currency)),
        "sankey": Kept(moved) if moved else None,
    }


@lru_cache(maxsize=16)
def _inputs(told: str, currency: str, tongue: str) -> Mapping[str, Inputs]:
    """The figures behind the charts, written once for each language."""
    return inputs(loads(told), currency)


def _tiles(run: Run, before: dict[str, Any]) -> list[dict[str, Any]]:
    """The indicators: code, what it counts, which way is good, and the list behind it."""
    rows: tuple[tuple[str, str, str], ...] = (
        ("customers", "up", reverse("customers:list")),
        ("clv_minor", "up", listed(sort="-clv")),
        ("current_value_minor", "up", listed(sort="-current_value")),
        ("value_at_risk_minor", "down", listed(sort="-value_at_risk")),
        ("valuable_at_risk", "down", listed(risk="value")),
        ("likely_to_churn", "down", listed(risk="churn")),
    )
    then, now = _rules_before(run), rules(run)
    return [
        _tile(run, code, good, href, before.get(code) if are_alike(code, then, now) else None)
        for code, good, href in rows
    ]


def _rules_before(run: Run) -> Rules:
    """By what the run before counted; where it was not kept yet, as the run itself."""
    kept: Rules = (run.figures.get("before") or {}).get("rules") or rules(run)
    return kept


def _tile(run: Run, code: str, good: str, href: str, then: int | None) -> dict[str, Any]:
    tongue, value = language.active(), run.figures["totals"].get(code)
    name = code.removesuffix("_minor")
    is_money = code.endswith("_minor")
    written = "—" if value is None else (
        compact_money(value, run.currency, tongue) if is_money else number(value, tongue)
    )  # fmt: skip
    days = {"horizon": number(run.horizon_days, tongue), "period": number(run.period_days, tongue)}
    basis = here(f"insight.basis.{run.figures['value_basis']}")
    return {
        "label": here(f"insight.tile.{name}"),
        "value": written,
        "href": href,
        "good": good,
        "why": Why(
            here(f"insight.tile_why.{name}", basis=basis, **days),
            inputs=[(here("insight.tile.exact"), money(value, run.currency, tongue)), *_between(run, code)]
            if is_money and value
            else (),
            as_of=day(run.as_of, tongue),
            href=href,
        ),
        **_changed(value, then, is_money=is_money),
    }


def _between(run: Run, code: str) -> list[tuple[str, str]]:
    """The interval of a sum, where it has one; runs of before there were any have none."""
    totals, tongue = run.figures["totals"], language.active()
    ends = [totals.get(code.replace("_minor", f"_{side}_minor")) for side in ("low", "high")]
    if None in ends:
        return []
    return [(here("insight.tile.between"), " – ".join(compact_money(end, run.currency, tongue) for end in ends))]


def _changed(value: int | None, then: int | None, *, is_money: bool) -> dict[str, Any]:
    """Money changes in percent, customers in heads."""
    if value is None or then is None:
        return {"delta": None, "delta_text": ""}
    tongue, sign = language.active(), "+" if value >= then else "−"
    if is_money and then > 0:
        return {"delta": (value - then) / then, "delta_text": sign + share(abs(value - then) / then, tongue, 1)}
    if is_money or value == then:
        return {"delta": float(value - then), "delta_text": here("insight.tile.same") if value == then else ""}
    return {"delta": float(value - then), "delta_text": sign + number(abs(value - then), tongue)}


def to_call(run: Run, many: int) -> list[dict[str, Any]]:
    """Whom to call first: in decline before others, then by value at risk; each with the reason.

    A card that was merged since the run leads to the one it became, by whose own score it is a call or none.
    """
    if run.slot is None:
        return []
    keys = list(run.figures.get("to_call", ()))
    ids = ids_of(keys)
    wanted = list(dict.fromkeys(ids[key] for key in keys if key in ids))
    found = SLOTS[run.slot].objects.select_related("customer").in_bulk(wanted)
    rows = [found[pk] for pk in wanted if pk in found]
    worth = [score for score in rows if (score.value_at_risk_minor or 0) > 0 and score.stage != "former"]
    worth.sort(key=lambda score: (score.stage != "decline", -(score.value_at_risk_minor or 0)))
    return [called(run, score.customer, reads.as_row(score, score.customer.key)) for score in worth[:many]]


def called(run: Run, customer: Customer, row: dict[str, Any]) -> dict[str, Any]:
    """One customer to call, with the reason."""
    tongue = language.active()
    return {
        "name": customer.display_name,
        "url": reverse("customers:card", args=[customer.key]),
        "tier": short_tier(row["tier_in_force"], tongue),
        "tier_tone": f"tier-{row['tier_in_force'].lower()}",
        "at_risk_minor": row["value_at_risk_minor"],
        "churn": row["churn_probability"],
        "last_purchase": row["last_purchase"],
        "policy": name_of("policy.", row["policy_code"], tongue),
        "why": why_sentence(row, tongue, run.currency),
        "because": _because(run, row),
    }


def _because(run: Run, row: dict[str, Any]) -> Why:
    """The figures that put a customer on the list."""
    tongue, last = language.active(), row["last_purchase"]
    return Why(
        why_sentence(row, tongue, run.currency),
        formula=here("scores.why.value_at_risk_formula"),
        inputs=(
            (here("insight.head.stage"), name_of("stage.", row["stage"], tongue)),
            (here("insight.tile.value_at_risk"), money(row["value_at_risk_minor"], run.currency, tongue)),
            (here("scores.column.churn_probability"), percent(row["churn_probability"])),
            (here("scores.column.last_purchase"), day(last, tongue) if last else "—"),
        ),
        as_of=day(run.as_of, tongue),
        href=reverse("customers:card", args=[row["customer_id"]]),
        link=here("insight.because.card"),
    )


def backtest(figures: dict[str, Any]) -> dict[str, Any]:
    """How far the forecasts can be trusted: each model against what happened."""
    tested, tongue = figures.get("backtest", {}), language.active()
    models: Sequence[dict[str, Any]] = tested.get("models", ())
    return {
        "rows": [
            {
                **model,
                "title": here(f"report.model.{model['name']}"),
                "chosen": model["name"] == figures["model"]["chosen"],
                "error": "—" if model["total_error_share"] is None else f"{100 * model['total_error_share']:+.1f}%",
            }
            for model in models
        ],
        "told": here("insight.overview.tested", days=number(tested.get("horizon_days", 0), tongue),
                     customers=number(tested.get("customers", 0), tongue)),
        "why": here("insight.overview.chosen", why=here(f"report.chosen_why.{figures['model']['chosen_why']}")),
        "notes": [here(code) for code in figures.get("notes", ())],
    }  # fmt: skip
