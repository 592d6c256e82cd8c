"""Which model? Fitted on the first origin's day, asked on all of them, compared customer by customer."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from shuke.choice._origins import Look
from shuke.evaluate import Difference, Marks, difference, marked, mean_log_score
from shuke.value import AUTO, CANDIDATES, NAIVE, Candidate, CountModel


@dataclass(frozen=True, eq=False)
class Entrant:
    """One candidate in the race: fitted as of the first origin, and its marks at each."""

    candidate: Candidate
    model: CountModel
    marks: tuple[Marks, ...]

    @property
    def code(self) -> str:
        return self.candidate.code

    def over(self, other: Entrant) -> Difference | None:
        """How much better did it foresee than the other?"""
        return difference(self.marks, other.marks)

    @property
    def log_score(self) -> float | None:
        return mean_log_score(self.marks)


MATTERS = 0.001
"""Of a mean log score: to what happened, a thousandth more chance a customer and stretch was given."""
Steady = Callable[[Entrant], bool]
"""Does a candidate, learned anew, still foresee much the same of the days ahead?"""


@dataclass(frozen=True)
class Margin:
    """How far the chosen stood above the best of the others; below 0 where it is preferred as simpler or steadier."""

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
    fitting anew on each would cost more than the choice is worth.
    """
    entering = [one for one in CANDIDATES if asked == AUTO or one.code in (asked, NAIVE)]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return tuple(pool.map(lambda one: _entered(one, looks), entering))


def _entered(one: Candidate, looks: Sequence[Look]) -> Entrant:
    model = one.new().fit(looks[0].seen.histories)
    return Entrant(one, model, tuple(marked(one.code, model, at.seen, horizon=at.horizon) for at in looks))


def ranked(entrants: Sequence[Entrant]) -> list[Entrant]:
    """The models (without the naive rate) in the order in which they are to be used.

    Equals are those that no model is clearly better than (1.96 standard errors, and 0.001). It is not enough that the
    leader is not: from one that says something else altogether its distance is unsure, from one much like it, sure. Of
    equals the first of the registry is preferred, the simplest; then come the others, by their log scores.
    """
    models = [one for one in entrants if one.code != NAIVE]
    by_score = sorted(models, key=lambda one: -math.inf if one.log_score is None else one.log_score, reverse=True)
    alike = [one for one in models if not any(clear(other.over(one)) for other in models)]
    return [*alike, *(one for one in by_score if one not in alike)]


def verdict(entrants: tuple[Entrant, ...], asked: str, steady: Steady | None = None) -> Verdict:
    """Which of them is used?

    The first of `ranked` that is ``steady``, or the first where none is. The naive rate takes its place only where it
    forecast clearly better: it cannot say that a customer has left.
    """
    if asked != AUTO:
        return Verdict(asked, "asked", _margin(asked, entrants), entrants)
    order = ranked(entrants)
    naive = next(one for one in entrants if one.code == NAIVE)
    first = next((one for one in order if steady is None or steady(one)), order[0])
    if clear(naive.over(first)):
        return Verdict(NAIVE, "naive_forecast_better", _margin(NAIVE, entrants), entrants)
    return Verdict(first.code, _why(first, order, naive), _margin(first.code, entrants), entrants)


def _why(first: Entrant, order: Sequence[Entrant], naive: Entrant) -> str:
    if not clear(first.over(naive)):
        return "no_clear_difference"
    others = [one for one in order if one is not first]
    if first is not order[0]:
        return "steadier"
    return "forecast_better" if all(clear(first.over(one)) for one in others) else "simplest_of_the_best"


def _margin(chosen: str, entrants: Sequence[Entrant]) -> Margin | None:
    """Against the best of the others."""
    ours = next(one for one in entrants if one.code == chosen)
    gaps = [(other.code, ours.over(other)) for other in entrants if other is not ours]
    margins = [Margin(code, gap.difference, gap.standard_error) for code, gap in gaps if gap is not None]
    return min(margins, key=lambda margin: margin.difference, default=None)


def clear(found: Difference | None) -> bool:
    """Beyond chance, and large enough to matter: among millions the smallest difference is beyond chance."""
    return found is not None and found.clear and found.difference >= MATTERS
