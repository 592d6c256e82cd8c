"""What a model's futures are made of: one part, or, of a `Stacked`, one for each member, all in one simulation.

Every draw is one member's. How much each member's draws count for a customer rests on its weight and on its chance
that this customer is still there; so draws are put in order once per node, and each history finds its place in it.
A member in which purchases keep a beat is a part for each number of events that may be past: how likely each is, the
silence says, and it too is a weight of a customer's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from shuke.value.alive import mean_alive
from shuke.value.count_model import CountModel
from shuke.value.drawing import stratified
from shuke.value.futures import Chance, Course, Future, InPhase, Nodes, kind_of
from shuke.value.histories import FloatArray, Histories, IntArray
from shuke.value.mbgcnbdk import MBGCNBDk
from shuke.value.stacked import Afresh, Stacked

_OTHERS = 0.5  # of the leading member's draws, for each other one: their weights are smaller
_IN_PHASES = 2.0  # times as many for one whose draws are parted by the events past: a customer is in few of these
_LEAST_DRAWS = 20
_SMALL = 1 << 16


@dataclass(frozen=True, eq=False)
class Part:
    """One model in a mixture: weight, futures, so many draws; ``afresh``: it sees a new customer in everyone; ``past``:
    it is of those of whom so many events for the next purchase are past, where that is told apart."""

    weight: float
    model: CountModel
    future: Future
    draws: int
    afresh: bool = False
    past: int | None = None

    def alive(self, seen: Histories) -> FloatArray:
        """P(alive) of each history, whatever is past."""
        if not self.afresh:
            return mean_alive(self.model, seen)
        return np.repeat(mean_alive(self.model, _new(seen.rows(slice(0, 1)))), len(seen))

    def course(self, seen: Histories, nodes: Nodes, chance: Chance) -> Course:
        """How the futures of histories of one x go, at the nodes of the leading part."""
        if not self.afresh:
            return self.future.course(seen, nodes, chance)
        return self.future.course(_new(seen), Nodes(np.zeros(len(nodes.T)), nodes.corners), chance)


def parts_of(model: CountModel, horizon: float, draws: int, rng: np.random.Generator) -> list[Part]:
    """The parts of a model's futures; the first leads, and says at which nodes they are told."""
    if not isinstance(model, Stacked):
        return [Part(1.0, model, kind_of(model).futures(model.params_, horizon, draws, rng), draws)]
    ahead, parts = horizon * model.params_.pace, list[Part]()
    for member, weight in zip(model.members, model.params_.weights, strict=True):
        if weight > 0:
            many = draws if not parts else max(_LEAST_DRAWS, round(draws * _OTHERS))
            parts += _parts_of_member(member, weight, ahead, many, rng)
    return parts


def _parts_of_member(
    member: CountModel, weight: float, horizon: float, draws: int, rng: np.random.Generator
) -> list[Part]:
    afresh = isinstance(member, Afresh)
    own = member.usual if isinstance(member, Afresh) else member
    if not isinstance(own, MBGCNBDk):
        return [Part(weight, own, kind_of(own).futures(own.params_, horizon, draws, rng), draws, afresh)]
    k = own.params_.k
    if afresh or k == 1:  # who starts afresh bought just now: no event is past
        return [Part(weight, own, InPhase(own.params_, horizon, draws, rng, past=0), draws, afresh)]
    many = max(_LEAST_DRAWS, round(draws * _IN_PHASES / k))
    made = [InPhase(own.params_, horizon, many, rng, past=past) for past in range(k)]
    return [Part(weight, own, future, many, past=future.past) for future in made]


def masses(parts: Sequence[Part], seen: Histories) -> FloatArray:
    """How much do each part's draws count for each history: its weight times the chance that the customer is still
    there, with so many events past? Shape (n, parts); the rest to 1 is the chance of being gone."""
    found = list[FloatArray]()
    for part in parts:
        if part.past is None:
            found.append(part.weight * part.alive(seen))
        elif part.past == 0:  # the first of its member's, which share what the member says
            assert isinstance(part.model, MBGCNBDk)  # noqa: S101 - no other tells what is past
            found.extend(part.weight * part.alive(seen) * part.model.phases(seen).T)
    return np.column_stack(found)


def courses(
    parts: Sequence[Part], seen: Histories, nodes: Nodes, rng: np.random.Generator
) -> tuple[Course, FloatArray]:
    """The parts' courses side by side, and the chance of spending that goes with each draw."""
    chances = [Chance(stratified(rng, part.draws, 3), rng) for part in parts]
    told = [part.course(seen, nodes, chance) for part, chance in zip(parts, chances, strict=True)]
    spending = np.concatenate([chance.even[2] for chance in chances])
    if len(told) == 1:
        return told[0], spending
    each = [np.full(part.draws, float(one.each)) for part, one in zip(parts, told, strict=True)]
    past = [np.zeros(part.draws) if one.past is None else one.past for part, one in zip(parts, told, strict=True)]
    keeps_a_beat = any(one.past is not None for one in told)
    last = np.concatenate([one.last for one in told])
    until = np.hstack([one.until for one in told])
    return Course(until, last, np.concatenate(each), np.concatenate(past) if keeps_a_beat else None), spending


@dataclass(frozen=True, eq=False)
class Ordered:
    """What the draws came to at each node: 0, then all of them in rising order, shape (nodes, draws + 1); and, of a
    mixture, the share of each part's draws up to there, shape (nodes, width, parts): with ones until the width is a
    power of 2, so that places are found by halving."""

    values: FloatArray
    reached: FloatArray | None = None

    def end(self, nodes: Nodes, mass: FloatArray, end: float) -> FloatArray:
        """Where does each history's interval end? ``mass``, shape (n, parts), as of `masses`; ``end``, in draws, is how
        much lies below: being gone, with the chance that it has, counts as 0."""
        draws = self.values.shape[1] - 1
        if self.reached is None:
            return nodes.between(self.values, _place(mass[:, 0], draws, end))
        sought = end / draws - (1 - mass.sum(axis=1)) - 1e-9
        open_, found = np.flatnonzero(sought > 0), np.zeros(len(sought))  # of others, being gone alone reaches the end
        for node, weight in nodes.corners:
            place = self._found(node[open_], mass[open_], sought[open_])
            found[open_] += self.values[node[open_], place] * weight[open_]
        return found

    def _found(self, node: IntArray, mass: FloatArray, sought: FloatArray) -> IntArray:
        """The first place, counted from 0, by which the parts' draws add up to what is sought."""
        assert self.reached is not None  # noqa: S101 - only asked of mixtures
        _, width, parts = self.reached.shape
        reached, start = self.reached.reshape(-1, parts), node * width
        at, step = start - 1, width // 2  # the last place that is known to be below
        while step:
            below = np.einsum("ij,ij->i", mass, reached.take(at + step, axis=0)) < sought
            at, step = at + step * below, step // 2
        return np.asarray(at + 1 - start)


def ordered(values: FloatArray, parts: Sequence[Part], *, whole: bool = False) -> Ordered:
    """Put what the draws came to, shape (nodes, draws), in rising order at each node; small whole numbers are put in
    order by their digits, far quicker than others."""
    if whole and values.max() < _SMALL:
        return _ordered(values.astype(np.uint16), parts)
    return _ordered(values, parts)


def _ordered(values: FloatArray | NDArray[np.uint16], parts: Sequence[Part]) -> Ordered:
    zero = np.zeros((len(values), 1))
    if len(parts) == 1:
        return Ordered(np.hstack([zero, np.sort(values, axis=1)]))
    order = np.argsort(values, axis=1, kind="stable")
    owner, draws = np.repeat(np.arange(len(parts)), [part.draws for part in parts])[order], values.shape[1]
    reached = np.ones((len(values), 1 << draws.bit_length(), len(parts)))
    reached[:, 0] = 0.0
    for place, part in enumerate(parts):
        reached[:, 1 : draws + 1, place] = np.cumsum(owner == place, axis=1) / part.draws
    return Ordered(np.hstack([zero, np.take_along_axis(values, order, axis=1)]), reached)


def _place(alive: FloatArray, draws: int, end: float) -> IntArray:
    """Which draw, in rising order and counted from 1, ends the interval of a customer who is alive with that chance; 0
    where being gone alone reaches the end."""
    still = draws + (end - draws) / np.maximum(alive, 1e-12)
    return np.where(still <= 0, 0, np.clip(np.ceil(still - 1e-6), 1, draws)).astype(np.int64)


def _new(seen: Histories) -> Histories:
    """The same customers as if they had come today."""
    zero = np.zeros(len(seen))
    return replace(seen, x=zero, t_x=zero, T=zero, log_gaps=None)
