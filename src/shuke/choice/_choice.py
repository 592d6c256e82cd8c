"""The choice as a run makes it: origins, race, verdict, season; and what is asked of the chosen one afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shuke.choice._origins import Look, Origins, looks, origins
from shuke.choice._race import Entrant, Margin, Verdict, race, verdict
from shuke.choice._seasons import Season, season
from shuke.choice._totals import NO_TOTALS, Totals, totals
from shuke.choice._trust import Trust, trust, weeks
from shuke.evaluate import Backtest, backtest
from shuke.value import AUTO, CANDIDATES, NAIVE, Calendar, Candidate, CountModel, GammaGamma, Sampled, candidate

FEW_REPEAT_BUYERS = 30


@dataclass(frozen=True)
class Standing:
    """One candidate's fit as of the first origin, and how it did at the origins it was asked on.

    `difference`: its log score less the chosen's where both were asked, 0 for the chosen itself. `total_errors`:
    forecast / actual - 1 at each origin of the race, None where it was not asked or nothing was bought.
    """

    code: str
    notes: tuple[str, ...]
    parameters: dict[str, float]
    log_score: float | None
    difference: float | None
    standard_error: float | None
    origins: int
    total_errors: tuple[float | None, ...]
    root_mean_squared_error: float | None
    total_forecast: float | None
    total_actual: float | None
    """Of the last origin of the race, in the sample, as the error above: None where it was not asked there."""


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

    def fitted(self, histories: object) -> CountModel | None:
        """The chosen model, fitted on all customers; what it settles on day by day is taken from the sample."""
        if self.chosen is None:
            return None
        return _again(candidate(self.chosen), self.model, self.sample).fit(histories)

    def totals(self, *, horizon_days: int, shares: Sequence[float]) -> Totals:
        """How sure are the run's totals? (`shuke.choice.totals`)"""
        if not self.origins or self.model is None:
            return Totals((), None, None, tuple(None for _ in shares)) if shares else NO_TOTALS
        first = self.origins.race[0]
        bought, spent = self.sample.spend_until(first)
        paying = (bought > 0) & (spent > 0)
        spend = GammaGamma().fit({"x": bought[paying], "spend": spent[paying] / bought[paying]})
        return totals(
            self.sample, self.origins, self.model, spend, horizon_days=horizon_days, shares=shares, time=self.time
        )

    def trust(self) -> Trust:
        """How did the chosen model's counts stand up? (`shuke.choice.trust`)"""
        if not self.origins or self.model is None:
            return Trust()
        last = looks(self.sample, self.origins.race[-1:], self.origins.holdout_days, self.time)[0]
        pit, within = trust(last, self.model)
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
    repeat_buyers: int,
    asked: str = AUTO,
    declared: Calendar | None = None,
) -> Choice:
    """Which count model do the scores rest on, and is time counted by a calendar?

    ``asked`` is `auto` or the code of a model; ``repeat_buyers`` how many customers came back, of all. Where nobody
    did, no model is used; where fewer than 30 did, and none was asked for, the naive rate.
    """
    days = origins(sample, holdout_days, FEW_REPEAT_BUYERS)
    if not repeat_buyers:
        return _told(asked, Verdict(None, "no_repeat_purchases"), Origins((), (), holdout_days), sample, declared)
    few = asked == AUTO and repeat_buyers < FEW_REPEAT_BUYERS
    if not days:
        why = "too_few_repeat_buyers" if few else "not_tested" if asked == AUTO else "asked"
        chosen = NAIVE if few else CANDIDATES[0].code if asked == AUTO else asked
        return _told(asked, Verdict(chosen, why), days, sample, declared)
    entrants = race(looks(sample, days.race, holdout_days), NAIVE if few else asked)
    found = Verdict(NAIVE, "too_few_repeat_buyers", None, entrants) if few else verdict(entrants, asked)
    return _told(asked, found, days, sample, declared)


def _told(asked: str, found: Verdict, days: Origins, sample: Sampled, declared: Calendar | None) -> Choice:
    own = found.entrant(found.chosen)
    by_season = season(sample, candidate(found.chosen) if own is not None and found.chosen else None, declared)
    model = own.model if own else None
    seasonal = by_season.used and by_season.source == "declared"
    last = looks(sample, days.race[-1:], days.holdout_days, by_season.clock if seasonal else None)
    if seasonal and own is not None:
        model = _as_of_first(sample, days, own.candidate, by_season)
    standings = tuple(_standing(one, own, days) for one in found.entrants)
    tested = _backtest(found, days, model, last, seasonal)
    return Choice(asked, found, standings, days, by_season, tested, sample, model)


def _as_of_first(sample: Sampled, days: Origins, chosen: Candidate, by_season: Season) -> CountModel:
    [first] = looks(sample, days.race[:1], days.holdout_days, by_season.clock)
    return chosen.new().fit(first.seen.histories)


def _backtest(
    found: Verdict, days: Origins, model: CountModel | None, last: Sequence[Look], seasonal: bool
) -> Backtest:
    """The last origin in full, of the models that came so far; in seasonal time of the chosen one alone."""
    if not last or model is None or found.chosen is None:
        nobody = dict.fromkeys(("x", "t_x", "T", "purchases", "customers"), ())
        return backtest({}, nobody, horizon=days.holdout_days)
    at = last[0]
    if seasonal:
        return backtest({found.chosen: model}, at.seen.histories, horizon=at.horizon)
    there = [one for one in found.entrants if len(one.marks) == len(days.race)]
    models = {one.code: one.model for one in there}
    return backtest(models, at.seen.histories, horizon=at.horizon, said={one.code: one.marks[-1] for one in there})


def _standing(one: Entrant, chosen: Entrant | None, days: Origins) -> Standing:
    gap = one.over(chosen) if chosen is not None and one is not chosen else None
    errors = [mark.total_error_share for mark in one.marks]
    finished = one.marks[-1] if len(one.marks) == len(days.race) else None
    return Standing(
        code=one.code,
        notes=tuple(one.model.params_.notes),
        parameters=one.candidate.told(one.model),
        log_score=one.log_score,
        difference=gap.difference if gap else 0.0 if one is chosen else None,
        standard_error=gap.standard_error if gap else None,
        origins=len(one.marks),
        total_errors=(*errors, *[None] * (len(days.race) - len(errors))),
        root_mean_squared_error=finished.root_mean_squared_error if finished else None,
        total_forecast=finished.total_forecast if finished else None,
        total_actual=finished.total_actual if finished else None,
    )


def _again(chosen: Candidate, first: CountModel | None, sample: Sampled) -> CountModel:
    """A new one of the same settings; those that need days are settled on the sample, as of the first origin."""
    if not chosen.settled:
        return chosen.new()
    known = first or chosen.new().fit(sample.at(sample.as_of, 0).histories)
    return chosen.new(known)
