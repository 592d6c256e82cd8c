"""Does what a model foresees of the days ahead hold, when it is learned anew?

Past days can test a forecast only as far as data reach after them; a run often looks farther. There models of equal
merit part: one that lets leaving speed up with age may lose a fifth of a year's purchases that all others expect. Where
the horizon is longer than what was tested, a model has to foresee much the same by its parameters of the first origin
and by those of today: parameters that the data hold do, those that they do not hold swing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from shuke.choice._race import Entrant
from shuke.evaluate import log_error
from shuke.value import CANDIDATES, CountModel, Sampled
from shuke.value.histories import FloatArray

_MOST_DRIFT = math.log(1.1)
"""Of the total ahead: a tenth. Beyond, it is unsteady if the simplest model drifts by less than half as much."""
_CUSTOMERS = 10_000


@dataclass
class Drifts:
    """How far the total of the next ``horizon_days`` moves (in logs) when a model is learned on today's histories
    instead of those of the first origin; told for each model once, and by code in ``known``."""

    sample: Sampled
    horizon_days: float
    known: dict[str, float] = field(default_factory=dict)

    @cached_property
    def _now(self) -> dict[str, FloatArray]:
        return self.sample.at(self.sample.as_of, 0).thinned(_CUSTOMERS, self.sample.customers).histories

    def steady(self, one: Entrant, simplest: Entrant) -> bool:
        """Does it move by a tenth at most, or hardly more than the simplest model, which chance moves too?"""
        own = abs(self.told(one))
        return own <= _MOST_DRIFT or own <= 2 * abs(self.told(simplest))

    def told(self, one: Entrant) -> float:
        """How far it moves, in logs."""
        if one.code not in self.known:
            anew = one.candidate.new(one.model).fit(self._now)
            self.known[one.code] = log_error(self._total(anew), self._total(one.model)) or 0.0
        return self.known[one.code]

    def _total(self, model: CountModel) -> float:
        return float(self._now["customers"] @ np.asarray(model.expected_purchases(self._now, self.horizon_days)))


def simplest_of(entrants: tuple[Entrant, ...]) -> Entrant:
    """The first of the registry."""
    return next(one for one in entrants if one.code == CANDIDATES[0].code)
