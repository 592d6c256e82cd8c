"""The choice as a run makes it: origins, race, verdict, season; and what is asked of the chosen one afterwards."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from shuke.choice._ages import Ages, aged, asked_on
from shuke.choice._doubts import Doubts, doubted
from shuke.choice._origins import ASKED_CUSTOMERS, Look, Origins, looks, origins
from shuke.choice._race import Entrant, Margin, Verdict, race, verdict
from shuke.choice._seasons import Season, season
from shuke.choice._steady import Drifts, simplest_of
from shuke.choice._totals import NO_TOTALS, Totals, totals
from shuke.choice._trust import Trust, trust, weeks
from shuke.evaluate import Backtest, backtest
from shuke.value import AUTO, BEAT, CANDIDATES, NAIVE, Calendar, Candidate, CountModel, Sampled, candidate, spends

FEW_REPEAT_BUYERS = 30


@dataclass(frozen=True)
class Standing:
    """One candidate's fit as of the first origin, and how it did at the origins.

    `difference`: its log score less the chosen's, 0 for the chosen itself. `total_errors`: forecast / actual - 1 at
    each origin of the race, None where nothing was bought; `root_mean_squared_error`: at the last. `drift`: by what
    share the total ahead moves when it is learned anew (0.02: two in a hundred more); None where that was not asked.
    """

    code: str
    notes: tuple[str, ...]
    parameters: dict[str, float]
    log_score: float | None
    difference: float | None
    standard_error: float | None
    total_errors: tuple[float | None, ...]
    root_mean_squared_error: float
    drift: float | None


@dataclass(frozen=True, eq=False)
class Choice:
    """Which model is used, why, and how all of them did on past days.

    `model` is the chosen one as fitted as of the first origin: with it, what came after can be foretold honestly.
    """

    asked: str
    verdict: Verdict
    standings: tuple[Standing, ...]
    origins: Origins
    season: Season
    backtest: Backtest
    sample: Sampled
    model: CountModel | None = None
    doubts: Doubts = field(default_factory=Doubts)
    ages: Ages = field(default_factory=Ages)
    horizon_days: int = 0

    @property
    def customers(self) -> int:
        """How many customers the models were fitted and asked on."""
        step = -(-self.sample.customers // ASKED_CUSTOMERS)
        return -(-self.sample.customers // step) if step else 0

    @property
    def chosen(self) -> str | None:
        return self.verdict.chosen

    @property
    def why(self) -> str:
        return self.verdict.why

    @property
    def margin(self) -> Margin | None:
        return self.verdict.margin

    @property
    def time(self) -> Calendar | None:
        """What the origins' days were counted by: a declared calendar that is used. (An estimated one was not known
        on those days.)"""
        return self.season.clock if self.season.source == "declared" else None

    def fitted(self, histories: object, horizon: float | None = None) -> CountModel | None:
        """The chosen model, fitted on all customers; what it settles on day by day is taken from the sample.

        `horizon`: the days that are forecast as the histories count them, where a calendar bends them."""
        if self.chosen is None:
            return None
        again = _again(candidate(self.chosen), self.model, self.sample)
        if self.doubts.used:
            again = self.doubts.around(again, self.horizon_days if horizon is None else horizon)
        return self.ages.around(again, self.sample.known_days(self.sample.as_of)).fit(histories)

    def totals(self, *, horizon_days: int, shares: Sequence[float]) -> Totals:
        """How sure are the run's totals? (`shuke.choice.totals`)"""
        if not self.origins or self.model is None:
            return Totals((), None, None, tuple(None for _ in shares)) if shares else NO_TOTALS
        first = self.origins.race[0]
        spend = spends(lambda first_too: self.sample.mean_spend(first, first_too=first_too)).fitted()
        own = next(one for one in self.standings if one.code == self.chosen)
        return totals(
            self.sample,
            self.origins,
            self.model,
            spend,
            horizon_days=horizon_days,
            shares=shares,
            drift=math.log1p(own.drift or 0.0),
            time=self.time,
        )

    def trust(self) -> Trust:
        """How did the chosen model's counts stand up? (`shuke.choice.trust`)"""
        if not self.origins or self.model is None:
            return Trust()
        last = looks(self.sample, self.origins.race[-1:], self.origins.holdout_days, self.time)[0]
        pit, within = trust(last, asked_on(self.model, last))
        seasonal = self.season
        if seasonal.used and seasonal.model is not None and seasonal.first_origin is not None:
            drawn = weeks(self.sample, seasonal.first_origin, seasonal.model, seasonal.learned)
        else:
            drawn = weeks(self.sample, self.origins.race[0], self.model)
        return Trust(drawn, pit, within)


def choose(
    sample: Sampled,
    *,
    holdout_days: int,
    horizon_days: int,
    repeat_buyers: int,
    asked: str = AUTO,
    declared: Calendar | None = None,
) -> Choice:
    """Which count model do the scores rest on, and is time counted by a calendar?

    ``asked`` is `auto` or the code of a model; ``horizon_days`` how far the run looks; ``repeat_buyers`` how many
    customers came back, of all. Where nobody did, no model is used; where fewer than 30 did, and none was asked for,
    the naive rate.
    """
    days = origins(sample, holdout_days, FEW_REPEAT_BUYERS) if repeat_buyers else Origins((), (), holdout_days)
    few = asked == AUTO and repeat_buyers < FEW_REPEAT_BUYERS
    drifts = Drifts(sample, horizon_days)
    entrants = race(looks(sample, days.race, holdout_days), NAIVE if few else asked) if days else ()
    if not repeat_buyers:
        found = Verdict(None, "no_repeat_purchases")
    elif few:
        found = Verdict(NAIVE, "too_few_repeat_buyers", None, entrants)
    elif not days:
        found = Verdict(CANDIDATES[0].code, "not_tested") if asked == AUTO else Verdict(asked, "asked")
    elif horizon_days <= holdout_days or asked != AUTO:
        found = verdict(entrants, asked)
    else:
        simplest = simplest_of(entrants)
        found = verdict(entrants, asked, lambda one: drifts.steady(one, simplest))
    return _told(asked, found, days, sample, declared, drifts)


def _told(
    asked: str, found: Verdict, days: Origins, sample: Sampled, declared: Calendar | None, drifts: Drifts
) -> Choice:
    own = found.entrant(found.chosen)
    if own is not None and drifts.horizon_days > days.holdout_days:
        drifts.told(own)
    found, by_doubts, by_age = _refined(asked, found, days, sample)
    own = found.entrant(found.chosen)
    by_season = season(sample, candidate(found.chosen) if own is not None and found.chosen else None, declared)
    model = own.model if own else None
    seasonal = by_season.used and by_season.source == "declared"
    last = looks(sample, days.race[-1:], days.holdout_days, by_season.clock if seasonal else None)
    if seasonal and own is not None:
        model = _as_of_first(sample, days, own.candidate, by_season, by_doubts, by_age)
    standings = tuple(_standing(one, own, drifts.known.get(one.code)) for one in found.entrants)
    tested = _backtest(found, days, model, last, seasonal)
    horizon_days = round(drifts.horizon_days)
    return Choice(asked, found, standings, days, by_season, tested, sample, model, by_doubts, by_age, horizon_days)


def _refined(asked: str, found: Verdict, days: Origins, sample: Sampled) -> tuple[Verdict, Doubts, Ages]:
    """The verdict with the chosen one's doubts, and with its paces of ages around them. A model that was asked for is
    used as it is, the naive rate too."""
    own = found.entrant(found.chosen)
    if asked != AUTO or own is None or own.code == NAIVE:
        return found, Doubts(), Ages()
    at = looks(sample, days.race, days.holdout_days)
    by_doubts, other = doubted(own, at, _keeping_a_beat(found, own))
    by_age, other = aged(other, sample, days, at)
    entrants = tuple(other if one is own else one for one in found.entrants)
    return replace(found, entrants=entrants), by_doubts, by_age


def _keeping_a_beat(found: Verdict, own: Entrant) -> Entrant | None:
    """The entrant that takes customers to keep a beat, where it found one, and where it is not chosen itself."""
    entrant = found.entrant(BEAT)
    return None if entrant is None or entrant is own or entrant.model.params_.k == 1 else entrant


def _as_of_first(
    sample: Sampled, days: Origins, chosen: Candidate, by_season: Season, by_doubts: Doubts, by_age: Ages
) -> CountModel:
    [first] = looks(sample, days.race[:1], days.holdout_days, by_season.clock)
    model = chosen.new()
    if by_doubts.used:
        model = by_doubts.around(model, first.horizon)
    return by_age.around(model, first.known_days).fit(first.seen.histories)


def _backtest(
    found: Verdict, days: Origins, model: CountModel | None, last: Sequence[Look], seasonal: bool
) -> Backtest:
    """The last origin in full, of the models that came so far; in seasonal time of the chosen one alone."""
    if not last or model is None or found.chosen is None:
        nobody = dict.fromkeys(("x", "t_x", "T", "purchases", "customers"), ())
        return backtest({}, nobody, horizon=days.holdout_days)
    at = last[0]
    if seasonal:
        return backtest({found.chosen: asked_on(model, at)}, at.seen.histories, horizon=at.horizon)
    models = {one.code: asked_on(one.model, at) for one in found.entrants}
    said = {one.code: one.marks[-1] for one in found.entrants}
    return backtest(models, at.seen.histories, horizon=at.horizon, said=said)


def _standing(one: Entrant, chosen: Entrant | None, drift: float | None) -> Standing:
    gap = one.over(chosen) if chosen is not None and one is not chosen else None
    return Standing(
        code=one.code,
        notes=tuple(one.model.params_.notes),
        parameters=one.candidate.told(one.model),
        log_score=one.log_score,
        difference=gap.difference if gap else 0.0 if one is chosen else None,
        standard_error=gap.standard_error if gap else None,
        total_errors=tuple(mark.total_error_share for mark in one.marks),
        root_mean_squared_error=one.marks[-1].root_mean_squared_error,
        drift=None if drift is None else math.expm1(drift),
    )


def _again(chosen: Candidate, first: CountModel | None, sample: Sampled) -> CountModel:
    """A new one of the same settings; those that need days are settled on the sample, as of the first origin."""
    if not chosen.settled:
        return chosen.new()
    known = first or chosen.new().fit(sample.at(sample.as_of, 0).histories)
    return chosen.new(known)
