"""The five stages in order: collect → value → classify → act → evaluate. One page, for Python, command line and web.

`collect.read_purchases` gives the facts; `run` takes them through the rest. Each stage appends its columns to one row a
customer, so a run is one chain of views that the engine computes in a single pass at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from shuke.act import Policies
from shuke.choice import Choice, Totals, Trust, choose
from shuke.classify import (
    RFM,
    STAGES,
    Body,
    Classifier,
    Facts,
    LifeCycle,
    Pyramid,
    classification,
    classifiers,
    label_customers,
    names_given,
    with_facts,
)
from shuke.collect import Purchases, Quality
from shuke.engines import Table
from shuke.evaluate import Backtest, TotalInterval
from shuke.kit.dates import require_day
from shuke.kit.errors import InputError
from shuke.kit.text import NamesGiven, names_used
from shuke.report import Group, Result, RunSummary, report, write_scores
from shuke.tables import SCORES_KEPT
from shuke.value import (
    AUTO,
    NAIVE,
    Clock,
    CountModel,
    GammaGamma,
    Horizon,
    MarginRates,
    Sampled,
    Spends,
    Summary,
    ValueBasis,
    count_histories,
    forecast,
    read_calendar,
    read_histories,
    require_model,
    sampled,
    spend_histories,
    summarise,
    value_basis,
    with_measure,
)

Progress = Callable[[str, int, int], None]
"""Told a stage's code, how many steps are done, and of how many."""

_STAGES = ("value", "models", "classify", "act", "evaluate")


@dataclass(frozen=True)
class Settings:
    """What a run may be told; the defaults serve a first look."""

    horizon: Horizon = field(default_factory=Horizon)
    margin_rates: MarginRates = field(default_factory=MarginRates)
    holdout_days: int | None = None
    """Length of the stretch kept to test the models on; None: the horizon, but at most a third of the data's span."""
    left_truncation_days: int | None = None
    """None: found from the data."""
    model: str = AUTO
    """The code of a count model (`value.model_codes`), or `auto`: the one that forecasts past days best."""
    calendar: Mapping[str, float] = field(default_factory=dict)
    """Seasons declared: months by number, periods by their two days, each with its index (`value.read_calendar`).
    Empty: months are estimated where there are two years. Either is used only where it forecasts past days better."""
    pyramid: Pyramid = field(default_factory=Pyramid)
    rfm: RFM = field(default_factory=RFM)
    life_cycle: LifeCycle = field(default_factory=LifeCycle)
    definitions: Mapping[str, Body] = field(default_factory=dict)
    """Classifications as data (`classify.REGISTRY`): each takes the place of the one above, or of the one that
    ships."""
    policies: Policies = field(default_factory=Policies)

    def __post_init__(self) -> None:
        """What is asked of a classification elsewhere is asked of the one in force."""
        for code in set(self.definitions) & {"pyramid", "rfm", "life_cycle"}:
            object.__setattr__(self, code, classification(code).read(self.definitions[code]))

    @property
    def classifiers(self) -> dict[str, Any]:
        """All classifiers of the run, in order."""
        given: dict[str, Classifier] = {"pyramid": self.pyramid, "rfm": self.rfm, "life_cycle": self.life_cycle}
        return classifiers(self.definitions, given=given, horizon_days=self.horizon.days)

    @property
    def names(self) -> NamesGiven:
        """What labels are called that do not go by the catalogue's names."""
        return names_given(self.classifiers)


@dataclass(frozen=True)
class Previous:
    """An earlier run's scores, which tiers in force rest on."""

    scores: Table
    as_of: date


@dataclass(frozen=True)
class Models:
    """What was learned about buying and spending, which count model is used and why (`report.chosen_why.…`)."""

    choice: Choice
    counts: CountModel | None
    """The count model that the scores rest on, fitted on all customers; None where none could be estimated."""
    spend: GammaGamma

    @property
    def chosen(self) -> str | None:
        return self.choice.chosen


@dataclass(frozen=True)
class Run:
    """All that one run says."""

    purchases: Purchases
    settings: Settings
    summary: RunSummary
    scores: Table
    models: Models
    totals: Totals
    trust: Trust
    facts: Facts = field(default_factory=Facts)
    """What was known beside purchases."""

    @property
    def backtest(self) -> Backtest:
        """The last of the days that the models were asked on, in full."""
        return self.models.choice.backtest

    @property
    def quality(self) -> Quality | None:
        return self.purchases.quality

    @property
    def currency(self) -> str:
        return self.purchases.currency

    @property
    def result(self) -> Result:
        """The run in figures."""
        return Result(
            currency=self.currency,
            horizon_days=self.settings.horizon.days,
            tier_measure=self.settings.pyramid.measure,
            quality=self.quality,
            summary=self.summary,
            choice=self.models.choice,
            counts=self.models.counts,
            totals=self.totals,
        )

    def report(self, language: str = "zh-hans") -> str:
        """The report as text for a terminal."""
        with names_used(self.settings.names):
            return report(self.result, language)

    def write(self, path: str | Path, *, language: str = "zh-hans") -> Path:
        """Write the scores for people (.parquet, .csv or .xlsx): money in major units, reasons as sentences."""
        with names_used(self.settings.names):
            return write_scores(self.scores, path, currency=self.currency, language=language)


def run(
    purchases: Purchases,
    *,
    as_of: date | str | None = None,
    settings: Settings | None = None,
    previous: Previous | None = None,
    facts: Facts | None = None,
    progress: Progress | None = None,
) -> Run:
    """What is each customer worth, where do they stand, what to do, and how far can that be trusted?

    `as_of` is the last day looked at, a date or text like 2017-12-31 (default: the latest day in the data); later
    purchases are left out. `facts` are what is known beside purchases. The scores hold one row a customer with at least
    one purchase day (`tables.SCORES_KEPT`). What could not be estimated is null, and `summary.notes` says why.

    >>> from shuke.collect import read_purchases
    >>> purchases = read_purchases({"customer": ["u", "u", "v"], "time": ["2024-01-01", "2024-02-01", "2024-03-01"],
    ...                             "amount": ["10", "12", "30"]})
    >>> run(purchases).summary.customers
    2
    """
    settings = settings or Settings()
    require_model(settings.model)
    tell = _Teller(progress)
    lines = purchases.table
    asked = require_day(as_of) if isinstance(as_of, str) else as_of
    first_day, as_of, holdout_days = _days(lines, asked, settings)
    tell("value")
    basis = value_basis(lines, settings.margin_rates)
    summary = summarise(
        lines,
        as_of=as_of,
        rates=settings.margin_rates,
        basis=basis,
        left_truncation_days=settings.left_truncation_days,
    )
    tell("models")
    histories = count_histories(summary.table)
    sample = sampled(lines, summary.table, as_of=as_of)
    models = _learn(histories, spend_histories(summary.table), sample, holdout_days, settings)
    season = models.choice.season.clock
    forecasts = forecast(
        summary.table,
        counts=models.counts,
        spend=models.spend,
        histories=histories,
        horizon=settings.horizon,
        as_of=as_of,
        clock=None if season is None else Clock(season, as_of),
    )
    tell("classify")
    measure, rates = settings.pyramid.measure, settings.margin_rates
    measured = with_measure(forecasts, lines, measure, as_of=as_of, rates=rates, basis=basis)
    facts = facts or Facts()
    known = with_facts(measured, lines, facts, as_of=as_of)
    labelled = _classify(known, settings, previous, as_of)
    tell("act")
    acted = settings.policies.label(labelled)
    scores = lines.engine.keep("scores", f"SELECT {', '.join(SCORES_KEPT.names)} FROM {{acted}}", acted=acted)
    lines.engine.drop(known)
    tell("evaluate")
    tiers = _groups(scores, "tier_computed", settings.pyramid.cuts.codes)
    totals = _totals(models, tiers, settings.horizon)
    figures = _figures(scores, settings, summary, as_of, first_day, basis, models, tiers, totals)
    return Run(purchases, settings, figures, scores, models, totals, models.choice.trust(), facts)


class _Teller:
    """Tells each stage as it begins."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress

    def __call__(self, stage: str) -> None:
        if self._progress is not None:
            self._progress(stage, _STAGES.index(stage), len(_STAGES))


def _days(facts: Table, as_of: date | None, settings: Settings) -> tuple[date, date, int]:
    """The data's first day, as_of, which falls to their latest, and how many days models are tested on."""
    days = facts.engine.fetch(
        "SELECT min(purchased_on) AS first, max(purchased_on) AS last FROM {facts}", facts=facts
    ).to_pylist()[0]
    first, last = days["first"], days["last"]
    if last is None:
        raise InputError.of("error.cycle.no_purchase")
    as_of = as_of or last
    if as_of < first:
        raise InputError.of("error.cycle.as_of_too_early", as_of=as_of, first=first)
    span_days = (min(as_of, last) - first).days + 1
    holdout_days = settings.holdout_days or max(1, min(settings.horizon.days, span_days // 3))
    return first, as_of, holdout_days


def _learn(counts: pa.Table, spends: Spends, sample: Sampled, holdout_days: int, settings: Settings) -> Models:
    """Choose a count model by the sample, and fit it on all that is known; beside it the spends, with no choice."""
    known = read_histories(counts)
    with ThreadPoolExecutor(1) as beside:
        spending = beside.submit(spends.fitted)
        choice = choose(
            sample,
            holdout_days=holdout_days,
            horizon_days=settings.horizon.days,
            repeat_buyers=round(float(known.customers[known.x > 0].sum())),
            asked=settings.model,
            declared=read_calendar(settings.calendar),
        )
        clock = None if choice.season.clock is None else Clock(choice.season.clock, sample.as_of)
        seen, ahead = (known, None) if clock is None else (clock.histories(known), clock.ahead(settings.horizon.days))
        return Models(choice, choice.fitted(seen, ahead), spending.result())


def _classify(forecasts: Table, settings: Settings, previous: Previous | None, as_of: date) -> Table:
    """Each classifier learns its cut-offs from the forecasts, then appends its labels to what the others left."""
    made = settings.classifiers
    before = {"previous": previous.scores, "previous_as_of": previous.as_of} if previous else {}
    in_force = partial(made["pyramid"].in_force, as_of=as_of, **before)
    return label_customers(forecasts, made, in_force=in_force)


def _figures(
    scores: Table,
    settings: Settings,
    summary: Summary,
    as_of: date,
    first_day: date,
    basis: ValueBasis,
    models: Models,
    tiers: Sequence[Group],
    totals: Totals,
) -> RunSummary:
    sums = scores.engine.fetch(_TOTALS, scores=scores).to_pylist()[0]
    low, high = _around(sums["clv_minor"], totals.money)
    return RunSummary(
        as_of=as_of,
        first_day=first_day,
        value_basis=basis.code,
        lines_without_cost=basis.lines_without_cost,
        without_purchase=summary.without_purchase,
        without_purchase_minor=summary.without_purchase_minor,
        clv_low_minor=low,
        clv_high_minor=high,
        tiers=tuple(_between(tier, interval) for tier, interval in zip(tiers, totals.groups, strict=True)),
        stages=_groups(scores, "stage", STAGES),
        notes=_notes(models, totals, settings.horizon),
        **sums,
    )


def _totals(models: Models, tiers: Sequence[Group], horizon: Horizon) -> Totals:
    """How sure the sums are: of all customers, and of each tier."""
    everyone = sum(tier.customers for tier in tiers)
    return models.choice.totals(horizon_days=horizon.days, shares=[tier.customers / everyone for tier in tiers])


def _between(tier: Group, interval: TotalInterval | None) -> Group:
    low, high = _around(tier.clv_minor, interval)
    return replace(tier, clv_low_minor=low, clv_high_minor=high)


def _around(total_minor: int | None, interval: TotalInterval | None) -> tuple[int | None, int | None]:
    return (None, None) if total_minor is None or interval is None else interval.around(total_minor)


def _groups(scores: Table, column: str, order: Sequence[str]) -> tuple[Group, ...]:
    """Customers and money by label, in the order of the labels; those that nobody has are left out."""
    rows = scores.engine.fetch(
        f"""
        SELECT {column} AS code, count(*) AS customers,
            CAST(sum(current_value_minor) AS BIGINT) AS current_value_minor,
            CAST(sum(clv_minor) AS BIGINT) AS clv_minor
        FROM {{scores}} GROUP BY {column}
        """,
        scores=scores,
    )
    found = {row["code"]: Group(**row) for row in rows.to_pylist()}
    return tuple(found[code] for code in order if code in found)


def _notes(models: Models, totals: Totals, horizon: Horizon) -> tuple[str, ...]:
    """Codes of all that could not be estimated or wants saying, each with the part it is about."""
    choice = models.choice
    learned = models.counts.params_.notes if models.counts is not None and choice.chosen != NAIVE else ()
    few = (choice.why,) if choice.why in ("no_repeat_purchases", "too_few_repeat_buyers") else ()
    parts = {
        "counts": (*few, *("few_repeat_buyers" if note == "too_few_repeat_buyers" else note for note in learned)),
        "spend": models.spend.params_.notes,
        "backtest": choice.backtest.notes,
        "calendar": (choice.season.why,) if choice.season.calendar is not None else (),
        "total": _notes_of_totals(choice, totals, horizon),
    }
    return tuple(f"{part}.{note}" for part, notes in parts.items() for note in notes)


def _notes_of_totals(choice: Choice, totals: Totals, horizon: Horizon) -> tuple[str, ...]:
    if choice.chosen is None:
        return ()
    if totals.money is None:
        return ("too_few_origins",)
    return ("longer_than_tested",) if horizon.days > choice.origins.holdout_days else ()


_TOTALS = """
    SELECT count(*) AS customers,
        count(*) FILTER (WHERE left_truncated) AS left_truncated,
        CAST(coalesce(sum(purchases), 0) AS BIGINT) AS purchases,
        CAST(coalesce(sum(spend_minor), 0) AS BIGINT) AS spend_minor,
        CAST(coalesce(sum(historic_value_minor), 0) AS BIGINT) AS historic_value_minor,
        CAST(coalesce(sum(current_value_minor), 0) AS BIGINT) AS current_value_minor,
        CAST(sum(clv_minor) AS BIGINT) AS clv_minor,
        CAST(sum(value_at_risk_minor) AS BIGINT) AS value_at_risk_minor
    FROM {scores}
"""
