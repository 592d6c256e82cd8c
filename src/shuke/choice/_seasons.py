"""Is there a season, and does knowing it forecast better? Asked on days of its own: a year's total holds no season."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shuke.choice._origins import looks, spaced
from shuke.evaluate import Difference, difference, log_error, marked
from shuke.value import Calendar, Candidate, CountModel, Sampled, seasonal_index

_AHEAD_DAYS = 91
"""A quarter: over a year the months cancel out, over a month single customers' luck weighs more."""
_ORIGINS = 8
_LEARNED_FROM_DAYS = 548  # a year and a half before the first origin, or all but the year that is then tested
_YEARS_NEEDED_DAYS = 730
_GAIN = 0.9  # errors must fall by a tenth: with a season that is none they come out about equal


@dataclass(frozen=True, eq=False)
class Season:
    """The calendar found or declared, whether it is used, and why (`calendar.…`).

    - `short_data`: less than two years, and nothing declared; `no_season`: months differ no more than by chance;
    - `not_tested`: there is one, but too few days to hold it against;
    - `better`: held-out totals were nearer by a tenth at least, and customers foreseen no worse: used;
    - `no_better`: they were not: not used.

    Errors are mean absolute shares of the total over a quarter, with and without it. `model` and `look_on` serve the
    chart by weeks: the model fitted in seasonal time as of the first of these origins, where it is used.
    """

    used: bool
    why: str
    source: str | None = None
    calendar: Calendar | None = None
    error_with: float | None = None
    error_without: float | None = None
    difference: Difference | None = None
    origins: int = 0
    model: CountModel | None = None
    learned: Calendar | None = None
    """The index as it was known on the first origin: with `model`, what an honest picture of the past is drawn by."""
    first_origin: date | None = None

    @property
    def clock(self) -> Calendar | None:
        """The calendar to count time by, where it is used."""
        return self.calendar if self.used else None


def season(sample: Sampled, candidate: Candidate | None, declared: Calendar | None) -> Season:
    """Does the chosen model forecast held-out quarters better with a calendar than without?

    What is declared is tested as it is; else an index by months is estimated on the days up to the first origin, and,
    where it is kept, once more on all days.
    """
    if candidate is None or not sample.customers:
        return Season(False, "not_tested" if declared else "short_data", "declared" if declared else None, declared)
    if declared is not None:
        days = _days(sample, sample.span_days // 2)
        return _tested(sample, candidate, days, declared, declared, "declared")
    if sample.span_days < _YEARS_NEEDED_DAYS:
        return Season(False, "short_data")
    days = _days(sample, max(_LEARNED_FROM_DAYS, sample.span_days - _AHEAD_DAYS - 365))
    bought, known = sample.daily()
    learned = (days[0] - sample.first_day).days + 1
    before = seasonal_index(bought[:learned], known[:learned], sample.first_day)
    now = seasonal_index(bought, known, sample.first_day)
    if now is None:
        return Season(False, "no_season")
    if before is None:
        return Season(False, "not_tested", "estimated", now)
    return _tested(sample, candidate, days, before, now, "estimated")


def _days(sample: Sampled, learned_from_days: int) -> tuple[date, ...]:
    last = sample.as_of - timedelta(days=min(_AHEAD_DAYS, sample.span_days // 3))
    first = sample.first_day + timedelta(days=learned_from_days - 1)
    return spaced(min(first, last), last, _ORIGINS)


def _tested(
    sample: Sampled, candidate: Candidate, days: Sequence[date], before: Calendar, now: Calendar, source: str
) -> Season:
    """Both fitted as of the first origin, held against what each origin's quarter brought."""
    if sample.at(days[0], 0).repeat_buyers < 1 or len(days) < 2:
        return Season(False, "not_tested", source, now)
    ahead = min(_AHEAD_DAYS, sample.span_days // 3)
    scores, errors, models = [], [], []
    for time in (None, before):
        asked = looks(sample, days, ahead, time)
        model = candidate.new().fit(asked[0].seen.histories)
        marks = [marked(candidate.code, model, one.seen, horizon=one.horizon) for one in asked]
        scores.append(marks)
        errors.append(_mean_error([log_error(one.total_actual, one.total_forecast) for one in marks]))
        models.append(model)
    gain = difference(scores[1], scores[0])
    without, with_it = errors
    worse = gain is not None and Difference(-gain.difference, gain.standard_error).clear
    better = with_it is not None and without is not None and with_it < _GAIN * without and not worse
    return Season(
        better, "better" if better else "no_better", source, now, with_it, without, gain, len(days),
        models[1], before, days[0],
    )  # fmt: skip


def _mean_error(errors: Sequence[float | None]) -> float | None:
    known = [abs(error) for error in errors if error is not None]
    return sum(known) / len(known) if known else None
