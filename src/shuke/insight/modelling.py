"""The page of models as its template shows it: which model counts purchases, why, and how far it can be trusted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from json import dumps, loads
from typing import Any

from shuke.choice import MATTERS
from shuke.crm.scores.models import Run
from shuke.crm.words import here, name_or_itself
from shuke.insight import charts_of_models as charts
from shuke.insight.charts import listed
from shuke.insight.parameters import parameters
from shuke.kit.text import compact_money, day, number, share
from shuke.ui import language
from shuke.ui.drawings import Kept
from shuke.ui.parts import Why

Told = Mapping[str, Any]
_CLEAR = 2.0
"""Standard errors beyond which a difference is no luck."""
_SMALL = 0.02
"""A gain in log score below which two models say nearly the same: 2 % more chance to what came."""
_LEVEL_SHOWN = 0.8
_OF_OTHERS = {"too_few_repeat_buyers": "few_repeat_buyers"}
"""A note that says what is done of a model in use is told otherwise of one that is not."""
_CHARTS = ("weeks", "origins", "calibration", "no_purchase", "pit", "season")


def context(run: Run) -> dict[str, Any]:
    """What the page says of a run; `told` is None for a run that was made before models were held against another."""
    as_of, told = day(run.as_of, language.active()), run.figures.get("models")
    if not told:
        return {"run": run, "as_of": as_of, "told": None}
    return {
        "run": run,
        "as_of": as_of,
        "told": told,
        "tiles": _tiles(told, run, as_of),
        "in_use": here("models.choice.title", model=_model(told["chosen"]))
        if told["chosen"]
        else here("models.choice.none"),
        "choice": choice(told),
        "warnings": warnings(told, run.figures),
        "days": told["race"],
        "rows": candidates(told),
        "notes": _notes(told),
        "parameters": parameters(told),
        "total": total(told, run),
        "within": _within(told),
        "pit_shape": here(f"models.pit.shape_{pit_shape(told['pit']['shares'])}") if told["pit"] else "",
        "season": season(told),
        "likely": listed(risk="churn"),
        "most": listed(sort="-expected_purchases"),
        **_charts(dumps(told), language.active()),
    }


@lru_cache(maxsize=16)
def _charts(told: str, tongue: str) -> Mapping[str, Kept | None]:
    """The charts of what a run says of its models (as JSON), drawn once for each language."""
    figures = loads(told)
    drawn = {name: getattr(charts, name)(figures) for name in _CHARTS}
    return {f"chart_{name}": Kept(chart) if chart else None for name, chart in drawn.items()}


def choice(told: Told) -> list[str]:
    """Why the model in use is in use, and by how much it was better, in sentences."""
    said = [here("models.choice.sentence", why=here(f"report.chosen_why.{told['why']}"))]
    margin = told["margin"]
    if margin is None:
        return [*said, here("models.choice.alone")]
    gain, error = margin["difference"], _CLEAR * (margin["standard_error"] or 0.0)
    beyond = max(error, MATTERS)
    verdict = "clear" if gain > beyond else "worse" if gain < -beyond else "unclear"
    if verdict == "worse" and told["why"] == "steadier":
        verdict = "steadier"
    tongue = language.active()
    said.append(
        here(
            f"models.choice.{verdict}",
            over=_model(margin["over"]),
            difference=_signed(gain) if verdict in ("worse", "unclear") else _decimals(abs(gain)),
            error=_decimals(error),
            factor=share(math.expm1(min(gain, 50.0)), tongue, 0 if gain > 0.1 else 1 if gain > 0.001 else 3),
        )
    )
    if verdict == "clear" and gain < _SMALL:
        said.append(here("models.choice.small"))
    said += _doubts(told) + _ages(told)
    return [*said, here("models.choice.asked")] if told["asked"] != "auto" else said


def _doubts(told: Told) -> list[str]:
    """What the model in use allows for beside what it says itself, where it foresaw better with it."""
    doubts = told.get("doubts")
    if not doubts or not doubts["used"]:
        return []
    found, tongue = doubts["difference"], language.active()
    weights, k = doubts["weights"], doubts.get("beat_k")  # runs of before a beat was allowed for say nothing of it
    kind = "doubts" if k is None else "doubts_and_beat" if any(weights[1:3]) else "beat"
    return [
        here(
            f"models.choice.{kind}",
            **{
                name: share(weight, tongue)
                for name, weight in zip(("stays", "afresh", "beat"), weights[1:], strict=False)
            },
            k=number(k or 1, tongue),
            difference=_decimals(found["difference"]),
            error=_decimals(_CLEAR * (found["standard_error"] or 0.0)),
        )
    ]


def _ages(told: Told) -> list[str]:
    """By which pace those who came lately count time, where the model in use foresaw better with it."""
    ages = told.get("ages")
    if not ages or not ages["used"]:
        return []
    found, tongue = ages["difference"], language.active()
    paces = {f"to_{days}": number(pace, tongue, 2) for days, pace in zip(ages["days"], ages["paces"], strict=True)}
    error = _decimals(_CLEAR * (found["standard_error"] or 0.0))
    return [here("models.choice.ages", **paces, difference=_decimals(found["difference"]), error=error)]


def warnings(told: Told, figures: Mapping[str, Any]) -> list[str]:
    """What to bear in mind: who came before the data, what was sampled, what the models met."""
    tongue, said = language.active(), []
    everybody = figures.get("totals", {}).get("customers") or told["sample"]["of"] or 1
    if left := told["left_truncated"]:
        figures_of = {"customers": number(left, tongue), "share": share(left / everybody, tongue)}
        said.append(here("models.warning.left_truncated", **figures_of))
    seen = told["sample"]
    if seen["customers"] < seen["of"]:
        said.append(
            here("models.warning.sample", customers=number(seen["customers"], tongue), of=number(seen["of"], tongue))
        )
    # Of the calendar its own panel speaks.
    return said + [name_or_itself("", code) for code in figures.get("notes", ()) if not code.startswith("calendar.")]


def candidates(told: Told) -> list[dict[str, Any]]:
    """One row a model: the one in use first, then the best forecaster; those not tested last."""
    rows = sorted(told["candidates"], key=lambda one: (one["code"] != told["chosen"], _behind(one)))
    return [_candidate(told, one) for one in rows]


def _behind(one: Told) -> float:
    return math.inf if one["difference"] is None else -float(one["difference"])


def _candidate(told: Told, one: Told) -> dict[str, Any]:
    chosen = one["code"] == told["chosen"]
    days = told["race"]
    errors = [*one["total_errors"], *[None] * len(days)][: len(days)]
    named = [here("models.candidates.error_at", day=on) for on in days]
    return {
        "title": here("models.candidates.with_doubts", model=_model(one["code"]))
        if chosen and told.get("doubts", {}).get("used")
        else _model(one["code"]),
        "chosen": chosen,
        "log_score": _number(one["log_score"], 4),
        "difference": "—" if chosen else _difference(one),
        "verdict": "" if chosen else _verdict(one),
        "drift": _percent(one["drift"]),
        "errors": [(name, _percent(error)) for name, error in zip(named, errors, strict=True)],
        "rmse": _number(one["root_mean_squared_error"], 3),
    }


def _difference(one: Told) -> str:
    """With its two standard errors."""
    if one["difference"] is None:
        return "—"
    error = one["standard_error"]
    written = _signed(one["difference"])
    return written if error is None else f"{written} ± {_decimals(_CLEAR * error)}"


def _verdict(one: Told) -> dict[str, str]:
    """Whether the difference is more than luck, as a badge."""
    gain, error = one["difference"], one["standard_error"]
    if gain is None:
        return {"label": here("models.candidates.untested"), "tone": "plain"}
    if error is None or abs(gain) <= _CLEAR * error:
        return {"label": here("models.candidates.alike"), "tone": "plain"}
    return {"label": here("models.candidates.worse" if gain < 0 else "models.candidates.better"),
            "tone": "warn" if gain < 0 else "good"}  # fmt: skip


def _notes(told: Told) -> list[str]:
    """What is to be said of the other models, a note with the names of all it is true of; the one in use has its
    warnings."""
    met = dict[str, list[str]]()
    for one in told["candidates"]:
        if one["code"] != told["chosen"]:
            notes = [name_or_itself("", f"counts.{_OF_OTHERS.get(note, note)}") for note in one["notes"]]
            for note in notes:
                met.setdefault(note, []).append(_model(one["code"]))
    comma = here("insight.slot.and")
    return [here("models.candidates.notes", model=comma.join(names), note=note) for note, names in met.items()]


def total(told: Told, run: Run) -> str:
    """How sure the totals are, in sentences."""
    found, tongue = told["total"], language.active()
    if not found:
        return here("models.origins.total_unknown")
    ends = {name: found[f"purchases_{name}"] or found[f"share_{name}"] for name in ("low", "high")}
    return here(
        "models.origins.total",
        horizon=number(run.horizon_days, tongue),
        low=_percent(ends["low"] - 1),
        high=_percent(ends["high"] - 1),
        money_low=_percent(found["share_low"] - 1),
        money_high=_percent(found["share_high"] - 1),
        origins=number(found["origins"], tongue),
        days=number(told["holdout_days"], tongue),
    )


def pit_shape(shares: Sequence[float]) -> str:
    """What the form of the PIT says of the forecasts, as a code: flat, ends, middle, low or high.

    A mean place further than 0.03 from the middle is a tilt, which is looked at first; then how wide the places spread,
    against 1 where all are as frequent.

    >>> pit_shape([0.1] * 10), pit_shape([0.2] + [0.075] * 8 + [0.2])
    ('flat', 'ends')
    >>> pit_shape([0.16, 0.14, 0.12, 0.11, 0.1, 0.1, 0.08, 0.07, 0.06, 0.06])
    'low'
    """
    mean = sum(share * (at + 0.5) / len(shares) for at, share in enumerate(shares))
    variance = sum(share * ((at + 0.5) / len(shares) - mean) ** 2 for at, share in enumerate(shares))
    if abs(mean - 0.5) > 0.03:
        return "low" if mean < 0.5 else "high"
    spread = variance / ((1 - 1 / len(shares) ** 2) / 12)
    return "ends" if spread > 1.08 else "middle" if spread < 0.92 else "flat"


def season(told: Told) -> dict[str, Any]:
    """Whether the season is used, why, and what it gains."""
    found, tongue = told["calendar"], language.active()
    said = [here("models.calendar.used" if found["used"] else "models.calendar.not_used")]
    said.append(name_or_itself("calendar.", found["why"]))
    if found["source"]:
        said.append(here(f"models.calendar.{found['source']}"))
    if found["error_with"] is not None and found["error_without"] is not None:
        without, with_season = (share(found[name], tongue, 1) for name in ("error_without", "error_with"))
        said.append(here("models.calendar.errors", without=without, with_season=with_season))
    periods = [
        here("models.calendar.period", first=one["first_day"], last=one["last_day"], index=share(one["index"], tongue))
        for one in found["periods"]
    ]
    return {"told": said, "periods": periods}


def _within(told: Told) -> list[dict[str, str]]:
    tongue = language.active()
    return [
        {"level": share(one["level"], tongue), "implied": share(one["implied"], tongue, 1),
         "observed": share(one["observed"], tongue, 1)}
        for one in told["within"]
    ]  # fmt: skip


def _tiles(told: Told, run: Run, as_of: str) -> list[dict[str, Any]]:
    """The answer in short: how far off, how sure."""
    tongue, none = language.active(), "—"
    own = next((one for one in told["candidates"] if one["code"] == told["chosen"]), None)
    errors = [abs(error) for error in (own or {}).get("total_errors", ()) if error is not None]
    span, near = told["total"], _at_level(told["within"])
    missed = share(sum(errors) / len(errors), tongue, 1) if errors else none
    width = f"{_percent(span['share_low'] - 1, 0)} … {_percent(span['share_high'] - 1, 0)}" if span else none
    seen = told["sample"]
    return [
        _tile("missed", missed, here("models.tile.missed_note", origins=len(errors)) if errors else "", as_of),
        _tile("total", width, _worth(run) if span else "", as_of),
        _tile("within", share(near["observed"], tongue, 1) if near else none,
              here("models.tile.within_note", implied=share(near["implied"], tongue, 1)) if near else "", as_of),
        _tile("tested", number(seen["customers"], tongue),
              here("models.tile.tested_note", of=number(seen["of"], tongue)), as_of),
    ]  # fmt: skip


def _worth(run: Run) -> str:
    """The ends of the interval in money."""
    totals = run.figures.get("totals", {})
    low, high = totals.get("clv_low_minor"), totals.get("clv_high_minor")
    if low is None or high is None:
        return ""
    ends = {name: compact_money(end, run.currency, language.active()) for name, end in (("low", low), ("high", high))}
    return here("models.tile.total_note", **ends)


def _tile(code: str, value: str, note: str, as_of: str) -> dict[str, Any]:
    formula = here(f"models.because.{code}_formula") if code == "missed" else ""
    why = Why(here(f"models.because.{code}"), formula=formula, as_of=as_of)
    return {"label": here(f"models.tile.{code}"), "value": value, "note": note, "why": why}


def _at_level(within: Sequence[Told]) -> Told | None:
    return next((one for one in within if abs(one["level"] - _LEVEL_SHOWN) < 1e-9), None)


def _model(code: str) -> str:
    return name_or_itself("report.model.", code)


def _number(value: float | None, decimals: int) -> str:
    return "—" if value is None else number(value, language.active(), decimals).replace("-", "−")


def _signed(value: float) -> str:
    """A difference of log scores; of a small one more decimals.

    >>> _signed(-0.08123), _signed(0.5), _signed(0.0000312)
    ('−0.0812', '+0.5000', '+0.00003')
    """
    return f"{'−' if value < 0 else '+'}{_decimals(abs(value))}"


def _decimals(value: float) -> str:
    return f"{value:.4f}" if value >= 0.001 or not value else f"{value:.5f}"


def _percent(value: float | None, decimals: int = 1) -> str:
    """A share of one with its sign.

    >>> _percent(0.0063), _percent(-0.12), _percent(None)
    ('+0.6%', '−12.0%', '—')
    """
    return "—" if value is None else f"{'−' if value < 0 else '+'}{100 * abs(value):.{decimals}f}%"
