"""Which model? Fitted on the first origin's day, asked on all of them, compared customer by customer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from shuke.choice._origins import Look
from shuke.evaluate import Difference, Marks, difference, marked, mean_log_score
from shuke.value import AUTO, CANDIDATES, NAIVE, Candidate, CountModel

_RACED_OUT = 3.0  # standard errors behind the leader at the first origin: later ones would not mend that


@dataclass(frozen=True, eq=False)
class Entrant:
    """One candidate in the race: fitted as of the first origin, and its marks at the origins it was asked on."""

    candidate: Candidate
    model: CountModel
    marks: list[Marks] = field(default_factory=list)

    @property
    def code(self) -> str:
        return self.candidate.code

    def over(self, other: Entrant) -> Difference | None:
        """How much better did it foresee than the other, at the origins where both were asked?"""
        both = min(len(self.marks), len(other.marks))
        return difference(self.marks[:both], other.marks[:both])

    @property
    def log_score(self) -> float | None:
        return mean_log_score(self.marks)


@dataclass(frozen=True)
class Margin:
    """How far the chosen stood above the one that came nearest; below 0 where it is preferred as the simpler one."""

    over: str
    difference: float
    standard_error: float | None


@dataclass(frozen=True, eq=False)
class Verdict:
    """Who is used and why (`report.chosen_why.…`); `entrants` in the registry's order, none where nothing was asked."""

    chosen: str | None
    why: str
    margin: Margin | None = None
    entrants: tuple[Entrant, ...] = ()

    def entrant(self, code: str | None) -> Entrant | None:
        return next((one for one in self.entrants if one.code == code), None)


def race(looks: Sequence[Look], asked: str) -> tuple[Entrant, ...]:
    """All candidates (or the one asked for, and the naive rate) on all origins.

    Each is fitted once, as of the first origin: the parameters of a right model are the same on later days, and
    fitting anew on each would cost more than the choice is worth. After the first origin who is behind the leading
    model by more than 3 standard errors leaves; the naive rate stays, being what all are held against.
    """
    first = looks[0]
    entering = [one for one in CANDIDATES if asked == AUTO or one.code in (asked, NAIVE)]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        entrants = tuple(pool.map(lambda one: _entered(one, first), entering))
        staying = _staying(entrants)
        questions = [(one, later) for later in looks[1:] for one in staying]
        for (one, _), marks in zip(questions, pool.map(lambda pair: _marked(*pair), questions), strict=True):
            one.marks.append(marks)
    return entrants


def _entered(one: Candidate, first: Look) -> Entrant:
    entrant = Entrant(one, one.new().fit(first.seen.histories))
    entrant.marks.append(_marked(entrant, first))
    return entrant


def _marked(entrant: Entrant, at: Look) -> Marks:
    return marked(entrant.code, entrant.model, at.seen, horizon=at.horizon)


def _staying(entrants: Sequence[Entrant]) -> list[Entrant]:
    models = [one for one in entrants if one.code != NAIVE]
    leader = _best(models or entrants)
    return [one for one in entrants if one.code == NAIVE or not _beyond(leader.over(one), _RACED_OUT)]


def verdict(entrants: tuple[Entrant, ...], asked: str) -> Verdict:
    """Which of them is used?

    The model with the best mean log score leads. Who is not clearly behind it (1.96 standard errors) is its equal, and
    of equals the first of the registry is taken, the simplest. The naive rate takes its place only where it is clearly
    better: it cannot say that a customer has left.
    """
    finished = [one for one in entrants if len(one.marks) == max(len(other.marks) for other in entrants)]
    models = [one for one in finished if one.code != NAIVE]
    naive = next(one for one in entrants if one.code == NAIVE)
    if asked != AUTO:
        return Verdict(asked, "asked", _margin(asked, entrants), entrants)
    leader = _best(models)
    alike = [one for one in models if not _clear(leader.over(one))]
    first = alike[0]
    chosen, why = first.code, _why(first, alike, naive)
    if _clear(naive.over(first)):
        chosen, why = NAIVE, "naive_forecast_better"
    return Verdict(chosen, why, _margin(chosen, entrants), entrants)


def _why(first: Entrant, alike: Sequence[Entrant], naive: Entrant) -> str:
    if not _clear(first.over(naive)):
        return "no_clear_difference"
    return "simplest_of_the_best" if len(alike) > 1 else "forecast_better"


def _margin(chosen: str, entrants: Sequence[Entrant]) -> Margin | None:
    """Against the one that came nearest, at the origins where both were asked."""
    ours = next(one for one in entrants if one.code == chosen)
    gaps = [(other.code, ours.over(other)) for other in entrants if other is not ours]
    margins = [Margin(code, gap.difference, gap.standard_error) for code, gap in gaps if gap is not None]
    return min(margins, key=lambda margin: margin.difference, default=None)


def _best(entrants: Sequence[Entrant]) -> Entrant:
    """Highest log score; the earlier of the registry where two are equal."""
    return max(entrants, key=lambda one: -float("inf") if one.log_score is None else one.log_score)


def _clear(found: Difference | None) -> bool:
    return found is not None and found.clear


def _beyond(found: Difference | None, errors: float) -> bool:
    return found is not None and found.beyond(errors)
