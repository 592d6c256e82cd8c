"""The models in print: which one is used and why, how all of them did on past days, and what `shuke models` adds."""

from __future__ import annotations

from shuke.choice import Ages, Doubts, Margin, Standing, Trust
from shuke.evaluate import Difference
from shuke.kit.text import day, number, say, share
from shuke.report.layout import columns_of_text, title
from shuke.report.results import Result
from shuke.value import AGES, candidate

_SYMBOLS = {"alpha": "α", "beta": "β"}


def model(result: Result, language: str) -> list[str]:
    """The part of the report: the choice, and how it and the others did."""
    return [title("model", language), *_chosen(result, language), *_asked(result, language), *_told(result, language)]


def models_report(result: Result, trust: Trust, language: str) -> str:
    """All of it: what `shuke models` prints."""
    parts = [
        [title("model", language), *_chosen(result, language)],
        [title("parameters", language), *_parameters(result, language)],
        [title("candidates", language), *_asked(result, language)],
        [title("origins", language), *_origins(result, language)],
        [title("calibration", language), *_calibration(result, trust, language)],
        [title("calendar", language), _calendar(result, language)],
    ]
    return "\n\n".join("\n".join(part) for part in parts if len(part) > 1)


def _chosen(result: Result, language: str) -> list[str]:
    choice = result.choice
    why = say(f"report.chosen_why.{choice.why}", language)
    if choice.chosen is None:
        return [say("report.model.none", language, why=why)]
    lines = [say("report.model.chosen", language, model=_name(choice.chosen, language), why=why)]
    if choice.margin is not None:
        lines.append(_margin(choice.margin, language))
    if choice.doubts.used:
        lines.append(_doubts(choice.doubts, language))
    if choice.ages.used:
        lines.append(_ages(choice.ages, language))
    if result.counts is not None:
        told = candidate(choice.chosen).told(result.counts)
        lines.append(say("report.model.parameters", language, parameters=_listed(told)))
    return lines


def _margin(margin: Margin, language: str) -> str:
    return say("report.model.margin", language, model=_name(margin.over, language), **_gain(margin))


def _doubts(doubts: Doubts, language: str) -> str:
    parts = zip(("stays", "afresh", "beat"), doubts.weights[1:], strict=False)
    kind = "doubts" if doubts.beat_k is None else "doubts_and_beat" if any(doubts.weights[1:3]) else "beat"
    return say(
        f"report.model.{kind}",
        language,
        **{name: share(weight, language, decimals=1) for name, weight in parts},
        k=number(doubts.beat_k or 1, language),
        **_gain(doubts.difference),
    )


def _ages(ages: Ages, language: str) -> str:
    paces = {f"to_{days}": number(pace, language, decimals=2) for days, pace in zip(AGES, ages.paces, strict=True)}
    return say("report.model.ages", language, **paces, **_gain(ages.difference))


def _gain(found: Difference | Margin | None) -> dict[str, str]:
    """A difference of log scores and its error, for a sentence."""
    return {
        "difference": "—" if found is None else f"{found.difference:+.4f}",
        "error": "—" if found is None or found.standard_error is None else f"{found.standard_error:.4f}",
    }


def _listed(parameters: dict[str, float]) -> str:
    return ", ".join(f"{_SYMBOLS.get(name, name)} {value:.4g}" for name, value in parameters.items())


def _asked(result: Result, language: str) -> list[str]:
    choice = result.choice
    if not choice.standings or not choice.origins:
        return []
    told = {
        "origins": number(len(choice.origins.race), language),
        "days": number(choice.origins.holdout_days, language),
        "customers": number(choice.customers, language),
    }
    kind = "sampled" if choice.customers < choice.sample.of else "asked"
    heads = ("model", "log_score", "log_score_less", "total_errors", "rmse", "drift")
    rows = [[say(f"report.column.{name}", language) for name in heads]]
    rows += [_standing(one, language) for one in choice.standings]
    text = say(f"report.model.{kind}", language, **told, all=number(choice.sample.of, language))
    return [text, *columns_of_text(rows, right=range(1, len(heads)))]


def _standing(one: Standing, language: str) -> list[str]:
    error = one.standard_error
    around = "" if error is None else f" ±{error:.4f}"
    return [
        _name(one.code, language),
        "—" if one.log_score is None else number(one.log_score, language, decimals=4),
        "—" if one.difference is None or error is None else f"{one.difference:+.4f}{around}",
        " ".join(_percent(found) for found in one.total_errors),
        number(one.root_mean_squared_error, language, decimals=3),
        _percent(one.drift),
    ]


def _told(result: Result, language: str) -> list[str]:
    """What the model in use said of the customers it held most likely to stay away, and what they did."""
    choice = result.choice
    tested = {found.name: found for found in choice.backtest.models}.get(choice.chosen or "")
    if tested is None or not tested.no_purchase_calibration:
        return []
    riskiest = max(tested.no_purchase_calibration, key=lambda found: found.forecast)
    figures = {
        "customers": number(riskiest.customers, language),
        "forecast": share(riskiest.forecast, language, decimals=1),
        "actual": share(riskiest.actual, language, decimals=1),
    }
    return [say("report.model.churn_checked", language, **figures)]


def _parameters(result: Result, language: str) -> list[str]:
    if result.counts is None or result.choice.chosen is None:
        return []
    known = candidate(result.choice.chosen)
    errors = known.standard_errors(result.counts)
    rows = [[say(f"report.column.{name}", language) for name in ("parameter", "value", "standard_error")]]
    for name, value in known.told(result.counts).items():
        error = errors.get(name)
        rows.append([_SYMBOLS.get(name, name), f"{value:.4g}", "—" if error is None else f"{error:.2g}"])
    notes = [f"· {say(f'counts.{note}', language)}" for note in result.counts.params_.notes if known.code != "naive"]
    return [*columns_of_text(rows, right=(1, 2)), *notes]


def _origins(result: Result, language: str) -> list[str]:
    if not result.totals.at:
        return []
    heads = ("day", "customers", "forecast", "interval", "actual", "total_error")
    rows = [[say(f"report.column.{name}", language) for name in heads]]
    for one in result.totals.at:
        ends = (one.low, one.high)
        rows.append(
            [
                day(one.day, language),
                number(one.customers, language),
                number(one.forecast, language),
                "—" if None in ends else " – ".join(number(end or 0, language) for end in ends),
                number(one.actual, language),
                _percent(one.forecast / one.actual - 1 if one.actual else None),
            ]
        )
    days = number(result.choice.origins.holdout_days, language)
    told = say("report.model.origins", language, days=days)
    interval = result.totals.money
    if interval is None:
        return [told, *columns_of_text(rows, right=range(1, 6)), say("total.too_few_origins", language)]
    ends_told = {"low": _percent(interval.low - 1), "high": _percent(interval.high - 1)}
    figures = {"level": share(interval.level, language), "days": number(result.horizon_days, language)}
    return [
        told,
        *columns_of_text(rows, right=range(1, 6)),
        say("report.model.total_interval", language, **ends_told, **figures),
    ]


def _calibration(result: Result, trust: Trust, language: str) -> list[str]:
    tested = {found.name: found for found in result.choice.backtest.models}.get(result.choice.chosen or "")
    if tested is None:
        return []
    heads = ("customers", "forecast", "actual")
    rows = [[say(f"report.column.{name}", language) for name in heads]]
    rows += [
        [number(one.customers, language), number(one.forecast, language, 2), number(one.actual, language, 2)]
        for one in tested.calibration
    ]
    lines = [say("report.model.calibration", language), *columns_of_text(rows, right=(0, 1, 2))]
    if trust.pit is not None:
        shares = " ".join(share(part, language) for part in trust.pit.shares)
        lines.append(say("report.model.pit", language, shares=shares))
    for one in trust.within:
        figures = {name: share(getattr(one, name), language) for name in ("level", "implied", "observed")}
        lines.append(say("report.model.within", language, **figures))
    return lines


def _calendar(result: Result, language: str) -> str:
    """Whether seasons are counted, and the index if there is one."""
    season = result.choice.season
    why = say(f"calendar.{season.why}", language)
    if season.calendar is None:
        return why
    index = " ".join(f"{figure:.2f}" for figure in season.calendar.monthly)
    told = say("report.model.months", language, index=index)
    if season.error_with is None or season.error_without is None:
        return f"{why}\n{told}"
    errors = {
        "with_it": share(season.error_with, language, decimals=1),
        "without": share(season.error_without, language, decimals=1),
        "origins": number(season.origins, language),
    }
    return f"{why}\n{told}\n" + say("report.model.season_errors", language, **errors)


def _name(code: str, language: str) -> str:
    return say(f"report.model.{code}", language)


def _percent(part: float | None) -> str:
    return "—" if part is None else f"{100 * part:+.1f}%"
