"""The figures of the page "Models": which model counts purchases, why, and how far it can be trusted."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from shuke.choice import AtOrigin, Season, Standing, Totals
from shuke.cycle import Run
from shuke.value import AGES, NAIVE, CountModel, candidate


def models(done: Run) -> dict[str, Any]:
    """`figures["models"]`, ready for JSON; runs of before this existed have none of it.

    Codes have names and sentences in the catalogue. Days are ISO. What is not known is None, an empty list or absent
    as said. Totals of purchases are of all customers (a sample's are scaled up), log scores and errors per customer.

    ```
    chosen           code of the model in use, None where none could be estimated     say report.model.{code}
    why              code of the reason                                               say report.chosen_why.{why}
    asked            "auto", or the code that the user asked for
    margin           {over: code, difference, standard_error} the chosen against the best of the others, by mean log
                     score; above 0: the chosen forecast better. None: nothing to hold against
    candidates       in the registry's order, one each that was fitted or tested:
      code           say report.model.{code}
      notes          codes of its fit                                                 say counts.{note}
      log_score      mean over customers and origins; None: nobody was known on them
      difference     its log score less the chosen's; 0 for the chosen
      standard_error of the difference, each customer counted once; None for the chosen, or under two customers
      total_errors   [forecast / actual - 1 at each of the race's days, None where nothing was bought], see race
      root_mean_squared_error   per customer, in purchases, on the last of these days
      drift          by what share the total ahead moves when the model is learned anew; None: not asked
    race             [ISO days] that the candidates were asked on; they were fitted as of the first
    parameters       of the chosen, fitted on all days: [{name, value, standard_error or None}], time in days
    notes            codes of the chosen's fit on all days                            say counts.{note}
    sample           {asked, customers, of}: on how many customers models were fitted and asked, how many the totals and
                     weeks look at, and how many there are
    left_truncated   customers who may have bought before the data begin
    doubts           {weights, difference, beat_k, used}: of the model itself, of never having left, of starting afresh
                     and, where it takes part, of keeping a beat; its log score with them less without; every how many
                     events those buy who keep a beat, None (or absent, in older runs) where that takes no part; whether
                     they are used
    ages             {days, paces, difference, used}: until how many days after the first purchase each age lasts; how
                     many days a day ahead counts for it; the log score with paces less without; whether they are used.
                     Absent in older runs
    holdout_days     how far each origin's forecast looks
    origins          [{day, customers, forecast, actual, low, high}] of the chosen, rising by day: purchases foreseen
                     for and made by the customers known at the day; low, high: the 90 % interval made from the *other*
                     origins, None with fewer than three others
    total            {level, origins, share_low, share_high, purchases_low, purchases_high} the interval of the run's
                     totals as shares of their forecast (0.93, 1.08): of money, and of purchases. None: too few origins
    weeks            {first_day, origin, actual, known, forecast}: purchases a week, lists as long as there are weeks
                     (whole weeks, the last ending at as_of); `actual` by all; `known` and `forecast` by the customers
                     known at the origin, None before it. None: no origin
    calibration      [[customers, forecast, actual]] a tenth of the customers each, purchases at the last origin
    no_purchase      [[customers, forecast, actual]] likewise, the chance of no purchase, against who bought nothing
    pit              {customers, shares}: randomised PIT of the held-out counts, shares in ten equal bins; flat (0.1
                     each) where forecasts are calibrated. None: no origin
    within           [{level, implied, observed}] for 50, 80, 90 %: the mean probability of each customer's central
                     interval, and the share of customers whose count lay in it
    calendar         {used, why, source, index, periods, error_with, error_without}: `why` a code (say calendar.{why}),
                     `source` "estimated", "declared" or None; `index` twelve figures from January (1 = usual), None
                     where there is none; `periods` [{first_day, last_day, index}] declared beside them; errors are mean
                     absolute shares of the total at the origins, with and without the index, None where not tested
    ```
    """
    choice, counts = done.models.choice, done.models.counts
    margin = choice.margin
    return {
        "chosen": choice.chosen,
        "why": choice.why,
        "asked": choice.asked,
        "margin": None if margin is None else asdict(margin),
        "doubts": asdict(choice.doubts) | {"used": choice.doubts.used},
        "ages": asdict(choice.ages) | {"days": list(AGES), "used": choice.ages.used},
        "candidates": [_candidate(one) for one in choice.standings],
        "race": [day.isoformat() for day in choice.origins.race],
        "parameters": _parameters(choice.chosen, counts),
        "notes": [] if counts is None or choice.chosen == NAIVE else list(counts.params_.notes),
        "sample": {"asked": choice.customers, "customers": choice.sample.customers, "of": choice.sample.of},
        "left_truncated": done.summary.left_truncated,
        "holdout_days": choice.origins.holdout_days,
        "origins": [_origin(one) for one in done.totals.at],
        "total": _total(done.totals),
        "weeks": None if done.trust.weeks is None else _iso(asdict(done.trust.weeks)),
        **_calibration(done),
        "pit": None if done.trust.pit is None else asdict(done.trust.pit),
        "within": [asdict(one) for one in done.trust.within],
        "calendar": _calendar(choice.season),
    }


def _candidate(one: Standing) -> dict[str, Any]:
    shown = ("code", "log_score", "difference", "standard_error", "root_mean_squared_error", "drift")
    return {
        **{name: getattr(one, name) for name in shown},
        "notes": list(one.notes),
        "total_errors": list(one.total_errors),
    }


def _parameters(chosen: str | None, counts: CountModel | None) -> list[dict[str, Any]]:
    if chosen is None or counts is None:
        return []
    known = candidate(chosen)
    errors = known.standard_errors(counts)
    return [
        {"name": name, "value": value, "standard_error": errors.get(name)} for name, value in known.told(counts).items()
    ]


def _origin(one: AtOrigin) -> dict[str, Any]:
    shown = ("customers", "forecast", "actual", "low", "high")
    return {"day": one.day.isoformat(), **{name: getattr(one, name) for name in shown}}


def _total(totals: Totals) -> dict[str, Any] | None:
    money, purchases = totals.money, totals.purchases
    if money is None:
        return None
    return {
        "level": money.level,
        "origins": money.origins,
        "share_low": money.low,
        "share_high": money.high,
        "purchases_low": None if purchases is None else purchases.low,
        "purchases_high": None if purchases is None else purchases.high,
    }


def _calibration(done: Run) -> dict[str, Any]:
    tested = next((one for one in done.backtest.models if one.name == done.models.chosen), None)
    found = {
        "calibration": () if tested is None else tested.calibration,
        "no_purchase": () if tested is None else tested.no_purchase_calibration,
    }
    return {name: [[one.customers, one.forecast, one.actual] for one in bins] for name, bins in found.items()}


def _calendar(season: Season) -> dict[str, Any]:
    found = season.calendar
    return {
        "used": season.used,
        "why": season.why,
        "source": season.source,
        "index": None if found is None else [round(figure, 3) for figure in found.monthly],
        "periods": [] if found is None else [_iso(asdict(period)) for period in found.periods],
        "error_with": season.error_with,
        "error_without": season.error_without,
    }


def _iso(figures: dict[str, Any]) -> dict[str, Any]:
    """Days as text, lists as lists."""
    return {
        name: value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value
        for name, value in figures.items()
    }
