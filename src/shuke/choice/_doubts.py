"""Is everyone as the chosen model takes them? Each model is sure in its own way, and customers surprise them all.

Doubts are allowed for, each with a weight learned on the days of the race: a customer whom the model holds gone may
never have left (`NBD`), one who was steady may start afresh (`Afresh`), and one whom the model takes to buy at random
may keep a beat (`MBGCNBDk`). Where models are right, as with simulated customers, they are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from shuke.choice._origins import Look
from shuke.choice._race import Entrant, clear
from shuke.evaluate import Difference, Marks, difference, marked
from shuke.value import NBD, Afresh, CountModel, MBGCNBDk, Stacked, stacking_weights
from shuke.value.histories import FloatArray

_LEAST_ORIGINS = 2
_NOTHING = 0.001
"""Of a weight beside a beat's: less changes no forecast, and would be simulated like any other."""


@dataclass(frozen=True)
class Doubts:
    """How much each customer may be otherwise than the chosen model says, and by how much that foresaw better.

    ``difference``: the log score of the mixture less the model's own, at each origin with weights learned on the
    others; it is used where that is clearly above zero. None where there are too few origins to ask. ``beat_k``: every
    how many events those buy who keep a beat; None where that doubt does not take part.
    """

    weights: tuple[float, ...] = (1.0, 0.0, 0.0)
    """Of the model itself, of never having left, of starting afresh; and of keeping a beat, where that takes part."""
    difference: Difference | None = None
    beat_k: int | None = None

    @property
    def used(self) -> bool:
        return self.difference is not None and self.difference.clear and self.weights[0] < 1

    def around(self, usual: CountModel, horizon: float) -> Stacked:
        """The model with its doubts, not fitted yet."""
        beat = () if self.beat_k is None else (MBGCNBDk(self.beat_k),)
        return Stacked((usual, NBD(), Afresh(usual), *beat), self.weights, horizon=horizon)


def doubted(one: Entrant, looks: Sequence[Look], beat: Entrant | None = None) -> tuple[Doubts, Entrant]:
    """Does the model foresee better with its doubts? What was found, and the entrant with them, where it does.

    ``beat`` is the entrant that takes customers to keep a beat, where it found one: it takes part where the mixture
    with it is clearly better than the mixture without it, and than the model alone.
    """
    if len(looks) < _LEAST_ORIGINS:
        return Doubts(), one
    others: tuple[CountModel, ...] = (NBD().fit(looks[0].seen.histories), Afresh(one.model))
    marks = [one.marks, *(_marked(one.code, other, looks) for other in others)]
    found, crossed = _weighed(marks)
    if beat is not None:
        all_of_them, better = _weighed([*marks, beat.marks])
        if clear(difference(better, crossed)) and clear(difference(better, one.marks)):
            weights = _without_nothing(all_of_them.weights)
            found, others = Doubts(weights, all_of_them.difference, beat.model.params_.k), (*others, beat.model)
    if not found.used:
        return found, one
    model = Stacked.of((one.model, *others), found.weights).paced(looks[0].seen.histories, looks[0].horizon)
    return found, replace(one, model=model, marks=_marked(one.code, model, looks))


def _marked(code: str, model: CountModel, looks: Sequence[Look]) -> tuple[Marks, ...]:
    return tuple(marked(code, model, at.seen, horizon=at.horizon) for at in looks)


def _weighed(members: Sequence[Sequence[Marks]]) -> tuple[Doubts, list[Marks]]:
    """From the marks of each member, the leading one first: the weights, and what the mixture said at each origin by
    weights learned on the others."""
    marks = list(zip(*members, strict=True))
    every = range(len(marks))
    crossed = [_mixed(marks[i], _weights([marks[j] for j in every if j != i])) for i in every]
    return Doubts(tuple(_weights(marks).tolist()), difference(crossed, members[0])), crossed


def _weights(marks: Sequence[Sequence[Marks]]) -> FloatArray:
    """From the marks of all members at each of some origins."""
    logs = np.concatenate([np.column_stack([mark.logs for mark in each]) for each in marks])
    customers = np.concatenate([np.asarray(each[0].origin.histories["customers"], dtype=float) for each in marks])
    return stacking_weights(logs, customers)


def _without_nothing(weights: Sequence[float]) -> tuple[float, ...]:
    kept = [weight if weight >= _NOTHING else 0.0 for weight in weights]
    return tuple(weight / sum(kept) for weight in kept)


def _mixed(marks: Sequence[Marks], weights: FloatArray) -> Marks:
    """What the mixture said at one origin."""
    chances = sum(weight * np.exp(mark.logs) for weight, mark in zip(weights, marks, strict=True))
    with np.errstate(divide="ignore"):  # where all of them are too small to tell, the model's own stands
        logs = np.maximum(np.log(chances), marks[0].logs + np.log(weights[0]))
    return Marks(marks[0].origin, logs, sum(w * mark.forecast for w, mark in zip(weights, marks, strict=True)))
