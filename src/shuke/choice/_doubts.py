"""Is everyone as the chosen model takes them? Each model is sure in its own way, and customers surprise them all.

Two doubts are allowed for, each with a weight learned on the days of the race: a customer whom the model holds gone may
never have left (`NBD`), and one who was steady may start afresh (`Afresh`). Where models are right, as with simulated
customers, both weights come out as nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from shuke.choice._origins import Look
from shuke.choice._race import Entrant
from shuke.evaluate import Difference, Marks, difference, marked
from shuke.value import NBD, Afresh, CountModel, Stacked, stacking_weights
from shuke.value.histories import FloatArray

_LEAST_ORIGINS = 2


@dataclass(frozen=True)
class Doubts:
    """How much each customer may be otherwise than the chosen model says, and by how much that foresaw better.

    ``difference``: the log score of the mixture less the model's own, at each origin with weights learned on the
    others; it is used where that is clearly above zero. None where there are too few origins to ask.
    """

    weights: tuple[float, float, float] = (1.0, 0.0, 0.0)
    """Of the model itself, of never having left, of starting afresh."""
    difference: Difference | None = None

    @property
    def used(self) -> bool:
        return self.difference is not None and self.difference.clear and self.weights[0] < 1

    def around(self, usual: CountModel, stays: CountModel, horizon: float) -> Stacked:
        """The model with its doubts, not fitted yet."""
        return Stacked((usual, stays, Afresh(usual)), self.weights, horizon=horizon)


def doubted(one: Entrant, looks: Sequence[Look]) -> tuple[Doubts, Entrant]:
    """Does the model foresee better with its doubts? What was found, and the entrant with them, where it does."""
    if len(looks) < _LEAST_ORIGINS:
        return Doubts(), one
    others = (NBD().fit(looks[0].seen.histories), Afresh(one.model))
    asked = [[marked(one.code, other, at.seen, horizon=at.horizon) for at in looks] for other in others]
    marks = [list(each) for each in zip(one.marks, *asked, strict=True)]
    every = range(len(marks))
    crossed = [_mixed(marks[i], _weights([marks[j] for j in every if j != i])) for i in every]
    found = Doubts(tuple(_weights(marks).tolist()), difference(crossed, one.marks))
    if not found.used:
        return found, one
    model = Stacked.of((one.model, *others), found.weights).paced(looks[0].seen.histories, looks[0].horizon)
    again = tuple(marked(one.code, model, at.seen, horizon=at.horizon) for at in looks)
    return found, replace(one, model=model, marks=again)


def _weights(marks: Sequence[Sequence[Marks]]) -> FloatArray:
    """From the marks of all members at each of some origins."""
    logs = np.concatenate([np.column_stack([mark.logs for mark in each]) for each in marks])
    customers = np.concatenate([np.asarray(each[0].origin.histories["customers"], dtype=float) for each in marks])
    return stacking_weights(logs, customers)


def _mixed(marks: Sequence[Marks], weights: FloatArray) -> Marks:
    """What the mixture said at one origin."""
    chances = sum(weight * np.exp(mark.logs) for weight, mark in zip(weights, marks, strict=True))
    with np.errstate(divide="ignore"):  # where all of them are too small to tell, the model's own stands
        logs = np.maximum(np.log(chances), marks[0].logs + np.log(weights[0]))
    return Marks(marks[0].origin, logs, sum(w * mark.forecast for w, mark in zip(weights, marks, strict=True)))
