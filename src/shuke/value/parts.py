"""What a model's futures are made of: one part, or, of a `Stacked`, one for each member, all in one simulation.

Every draw is one member's. How much each member's draws count for a customer rests on its weight and on its chance
that this customer is still there; so draws are put in order once per node, and each history finds its place in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from shuke.value.alive import mean_alive
from shuke.value.count_model import CountModel
from shuke.value.drawing import stratified
from shuke.value.futures import Chance, Course, Future, Nodes, kind_of
from shuke.value.histories import FloatArray, Histories, IntArray
from shuke.value.stacked import Afresh, Stacked

_OTHERS = 0.5  # of the leading part's draws, for each other part: their weights are smaller


@dataclass(frozen=True, eq=False)
class Part:
    """One model in a mixture: weight, futures, so many draws; ``afresh``: it sees a new customer in everyone."""

    weight: float
    model: CountModel
    future: Future
    draws: int
    afresh: bool = False

    def alive(self, seen: Histories) -> FloatArray:
        """P(alive) of each history."""
        if not self.afresh:
            return mean_alive(self.model, seen)
        return np.repeat(mean_alive(self.model, _new(seen.rows(slice(0, 1)))), len(seen))

    def course(self, seen: Histories, nodes: Nodes, chance: Chance) -> Course:
        """How the futures of histories of one x go, at the nodes of the leading part."""
        if not self.afresh:
            return self.future.course(seen, nodes, chance)
        start = np.zeros(len(nodes.T))
        new = Nodes(start, nodes.corners, None if nodes.gap is None else start)
        return self.future.course(_new(seen), new, chance)


def parts_of(model: CountModel, horizon: float, draws: int, rng: np.random.Generator) -> list[Part]:
    """The parts of a model's futures; the first leads, and says at which nodes they are told."""
    if not isinstance(model, Stacked):
        return [Part(1.0, model, kind_of(model).futures(model.params_, horizon, draws, rng), draws)]
    ahead, parts = horizon * model.params_.pace, list[Part]()
    for member, weight in zip(model.members, model.params_.weights, strict=True):
        afresh = isinstance(member, Afresh)
        own = member.usual if isinstance(member, Afresh) else member
        many = draws if not parts else max(20, round(draws * _OTHERS))
        if weight > 0:
            parts.append(Part(weight, own, kind_of(own).futures(own.params_, ahead, many, rng), many, afresh))
    return parts


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
    past = [np.broadcast_to(0.0 if one.past is None else one.past, one.until.shape) for one in told]
    last = [one.last for one in told]
    until = np.hstack([one.until for one in told])
    return Course(until, np.concatenate(last), np.concatenate(each), np.hstack(past)), spending


@dataclass(frozen=True, eq=False)
class Ordered:
    """What the draws came to at each node: 0, then all of them in rising order, shape (nodes, draws + 1); and, of a
    mixture, the share of each part's draws up to there, shape (parts, nodes, draws + 1)."""

    values: FloatArray
    reached: FloatArray | None = None

    def end(self, nodes: Nodes, parts: Sequence[Part], alive: FloatArray, end: float) -> FloatArray:
        """Where does each history's interval end? ``alive``, shape (parts, n); ``end``, in draws, is how much lies
        below: being gone, with the chance that it has, counts as 0."""
        draws = self.values.shape[1] - 1
        if self.reached is None:
            return nodes.between(self.values, _place(alive[0], draws, end))
        mass = np.array([part.weight for part in parts])[:, None] * alive
        sought = end / draws - (1 - mass.sum(axis=0))
        corners = [(node, self._found(node, mass, sought), weight) for node, weight in nodes.corners]
        return np.asarray(sum(self.values[node, place] * weight for node, place, weight in corners))

    def _found(self, node: IntArray, mass: FloatArray, sought: FloatArray) -> IntArray:
        """The first place, counted from 0, by which the parts' draws add up to what is sought: by halving."""
        assert self.reached is not None  # noqa: S101 - only asked of mixtures
        low, high = np.zeros(len(node), dtype=np.int64), np.full(len(node), self.values.shape[1] - 1)
        for _ in range(int(np.ceil(np.log2(self.values.shape[1])))):
            middle = (low + high) // 2
            there = (mass * self.reached[:, node, middle]).sum(axis=0) >= sought - 1e-9
            low, high = np.where(there, low, np.minimum(middle + 1, high)), np.where(there, middle, high)
        return high


def ordered(values: FloatArray, parts: Sequence[Part]) -> Ordered:
    """Put what the draws came to, shape (nodes, draws), in rising order at each node."""
    zero = np.zeros((len(values), 1))
    if len(parts) == 1:
        return Ordered(np.hstack([zero, np.sort(values, axis=1)]))
    order = np.argsort(values, axis=1, kind="stable")
    owner = np.repeat(np.arange(len(parts)), [part.draws for part in parts])[order]
    reached = [np.hstack([zero, np.cumsum(owner == i, axis=1) / part.draws]) for i, part in enumerate(parts)]
    return Ordered(np.hstack([zero, np.take_along_axis(values, order, axis=1)]), np.array(reached))


def _place(alive: FloatArray, draws: int, end: float) -> IntArray:
    """Which draw, in rising order and counted from 1, ends the interval of a customer who is alive with that chance; 0
    where being gone alone reaches the end."""
    still = draws + (end - draws) / np.maximum(alive, 1e-12)
    return np.where(still <= 0, 0, np.clip(np.ceil(still - 1e-6), 1, draws)).astype(np.int64)


def _new(seen: Histories) -> Histories:
    """The same customers as if they had come today."""
    zero = np.zeros(len(seen))
    return replace(seen, x=zero, t_x=zero, T=zero, log_gaps=None)
