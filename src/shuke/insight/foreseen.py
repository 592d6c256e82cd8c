"""What the run's model foresees of one customer, day by day ahead: exact, from its parameters, without simulation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from shuke.crm.scores.models import Run, Score
from shuke.value import Clock, CountModel, Histories, read_calendar, read_histories, restored
from shuke.value.histories import FloatArray

LOW, HIGH = 0.05, 0.95
"""The ends of the band: nine customers like this one in ten will lie within."""
_HARDLY = 0.02
_MOST_PURCHASES = 1 << 14


@dataclass(frozen=True)
class Foreseen:
    """At each horizon: purchases expected, and the band of the count. On each day of `silence_days`: the chance of no
    purchase until then, in as many steps as there are horizons, up to where hardly any chance is left."""

    expected: list[float]
    low: list[int]
    high: list[int]
    silence_days: list[int]
    none: list[float]


def foreseen(run: Run, score: Score, horizons_days: Sequence[int]) -> Foreseen | None:
    """By the model that the run used, with the season it counted time by; None for a run that kept no parameters.

    horizons_days: rising.
    """
    model = model_of(run.figures)
    if model is None:
        return None
    clock = _clock(run.figures, run.as_of)
    history = _history(score)
    if clock is not None:
        history = clock.histories(history)

    def ahead(days: int) -> float:
        return clock.ahead(days) if clock else float(days)

    def none_in(days: int) -> float:
        return float(model.probability_of_purchases(history, 0, ahead(days))[0])

    chances = _Chances(model, history)
    bands = [chances.band(ahead(days)) for days in horizons_days]
    expected = [float(model.expected_purchases(history, ahead(days))[0]) for days in horizons_days]
    days = silence_days(none_in, horizons_days[-1], len(horizons_days))
    known = dict(zip(horizons_days, (none for _, _, none in bands), strict=True))
    none = [known[day] if day in known else none_in(day) for day in days]
    return Foreseen(expected, [low for low, _, _ in bands], [high for _, high, _ in bands], days, none)


def silence_days(none_in: Callable[[int], float], farthest: int, steps: int) -> list[int]:
    """Days on which to look at the chance of no purchase: until it is hardly there, or as far as the run looks.

    >>> silence_days(lambda days: 0.9**days, 365, 12)
    [4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48]
    >>> silence_days(lambda days: 0.5, 365, 4)
    [91, 182, 274, 365]
    """
    ends = [steps * days // 2 for days in (2, 4, 8, 15, 30) if steps * days // 2 < farthest]
    end = next((days for days in ends if none_in(days) < _HARDLY), farthest)
    return [round(end * step / steps) for step in range(1, steps + 1)]


def model_of(figures: Mapping[str, Any]) -> CountModel | None:
    """The run's model as it was fitted; runs of before there were several kept BG/NBD alone, under its own code."""
    told = figures.get("model", {})
    code = told.get("chosen")
    known = told.get("parameters", told.get(code))
    return restored(code, known) if code and known else None


def _clock(figures: Mapping[str, Any], as_of: date) -> Clock | None:
    """How the run counted time; None: in plain days."""
    calendar = read_calendar(figures.get("model", {}).get("calendar") or {})
    return None if calendar is None else Clock(calendar, as_of)


def _history(score: Score) -> Histories:
    bought = (score.last_purchase - score.first_purchase).days
    return read_histories({"x": [score.purchases - 1], "t_x": [bought], "T": [score.age_days]})


class _Chances:
    """The chances of 0, 1, 2 … purchases of one customer, as far as the band needs them."""

    def __init__(self, model: CountModel, history: Histories) -> None:
        self._model, self._history = model, history
        self._counts = 16

    def band(self, horizon: float) -> tuple[int, int, float]:
        """The least counts that at most which come with a chance of LOW, and of HIGH; and the chance of none."""
        cumulated = np.cumsum(self._of(horizon))
        # Horizons grow, and with them the counts that are looked at.
        while cumulated[-1] < HIGH and self._counts < _MOST_PURCHASES:
            self._counts *= 2
            cumulated = np.cumsum(self._of(horizon))
        low, high = (min(int(np.searchsorted(cumulated, share)), self._counts - 1) for share in (LOW, HIGH))
        return low, high, float(min(cumulated[0], 1.0))

    def _of(self, horizon: float) -> FloatArray:
        same = np.zeros(self._counts, dtype=np.int64)
        h = self._history
        repeated = Histories(h.x[same], h.t_x[same], h.T[same], h.customers[same])
        return np.exp(self._model.log_probability_of_purchases(repeated, np.arange(self._counts), horizon))
