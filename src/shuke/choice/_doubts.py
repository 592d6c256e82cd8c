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
    """Of the model itself, of never having left, of starting afresh; and of keeping a beat, where that takes part. Who
    has none is no part of the mixture."""
    difference: Difference | None = None
    beat_k: int | None = None

    @property
    def used(self) -> bool:
        return self.difference is not None and self.difference.clear and self.weights[0] < 1

    def around(self, usual: CountModel, horizon: float) -> Stacked:
        """The model with its doubts, not fitted yet."""
        beat = () if self.beat_k is None else (MBGCNBDk(self.beat_k),)
        return Stacked(*self._parts((usual, NBD(), Afresh(usual), *beat)), horizon=horizon)

    def mixed(self, members: Sequence[CountModel]) -> Stacked:
        """The same of members that are fitted, the model itself first."""
        return Stacked.of(*self._parts(members))

    def _parts(self, members: Sequence[CountModel]) -> tuple[list[CountModel], list[float]]:
        own, *others = zip(members, self.weights, strict=True)
        parts = [own, *((member, weight) for member, weight in others if weight > 0)]
        return [member for member, _ in parts], [weight for _, weight in parts]


def doubted(one: Entrant, looks: Sequence[Look], beat: Entrant | None = None) -> tuple[Doubts, Entrant]:
    """Does the model foresee better with its doubts? What was found, and the entrant with them, where it does.

    ``beat`` is the entrant that takes customers to keep a beat, where it found one: it joins what is used by then (the
    model with its doubts where these are used, else the model alone) where the mixture with it is clearly better.
    """
    if len(looks) < _LEAST_ORIGINS:
        return Doubts(), one
    members: list[CountModel] = [one.model, NBD().fit(looks[0].seen.histories), Afresh(one.model)]
    marks = [one.marks, *(_marked(one.code, other, looks) for other in members[1:])]
    found, crossed = _weighed(marks)
    if beat is not None:
        joined = _joined(beat, marks, crossed) if found.used else _joined(beat, marks[:1], one.marks)
        found, members = (joined, [*members, beat.model]) if joined else (found, members)
    if not found.used:
        return found, one
    model = found.mixed(members).paced(looks[0].seen.histories, looks[0].horizon)
    return found, replace(one, model=model, marks=_marked(one.code, model, looks))


def _joined(beat: Entrant, marks: Sequence[Sequence[Marks]], used: Sequence[Marks]) -> Doubts | None:
    """The doubts with a beat beside the members of these marks, where that is clearly better than what is used."""
    found, crossed = _weighed([*marks, beat.marks])
    if not (found.used and clear(difference(crossed, used))):
        return None
    kept = [weight if weight >= _NOTHING else 0.0 for weight in found.weights]
    own, *others, last = (weight / sum(kept) for weight in kept)
    return Doubts((own, *(others or (0.0, 0.0)), last), found.difference, beat.model.params_.k)


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


def _mixed(marks: Sequence[Marks], weights: FloatArray) -> Marks:
    """What the mixture said at one origin."""
    chances = sum(weight * np.exp(mark.logs) for weight, mark in zip(weights, marks, strict=True))
    with np.errstate(divide="ignore"):  # where all of them are too small to tell, the model's own stands
        logs = np.maximum(np.log(chances), marks[0].logs + np.log(weights[0]))
    return Marks(marks[0].origin, logs, sum(w * mark.forecast for w, mark in zip(weights, marks, strict=True)))
