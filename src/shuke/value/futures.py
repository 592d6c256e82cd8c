"""What may become of customers who are still there? For each kind of model, one possible future per draw.

A future is told on a clock of its own, on which events come at rate 1: how far that clock runs within the horizon, at
which purchase the customer leaves, and how many events a purchase takes. So all models share one simulation of events
(`shuke.value.interval`), and differ in a few lines each:

- `AtPurchase`: each purchase may be the last, with the customer's own chance (BG/NBD, MBG/NBD);
- `InPhases`: the same, and a purchase is every k-th event, so they come more regularly than at random (MBG/CNBD-k);
- `InPhase`: of these the customers of whom so many events are past, which is one part of several in a mixture;
- `InTime`: the customer's life ends some day, purchase or not (Pareto/NBD, GGompertz/NBD);
- `Staying`: nobody leaves (NBD);
- `Never`: nobody leaves, and rates are known for sure (the naive rate).

Given that a customer is still there, the future rests on x and T, and with phases on the time since the last purchase.
It is told at a few nodes of these, and what follows from it is interpolated between them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import ceil, inf
from typing import Any, Protocol

import numpy as np
from scipy.special import gammaincinv

from shuke.kit.errors import InputError
from shuke.value.bgnbd import BGNBD
from shuke.value.drawing import DrawnParameters, stratified
from shuke.value.ggompertz_nbd import GGompertzNBD
from shuke.value.histories import FloatArray, Histories, IntArray
from shuke.value.mbgcnbdk import MBGCNBDk
from shuke.value.mbgnbd import MBGNBD
from shuke.value.naive import NaiveRate
from shuke.value.nbd import NBD
from shuke.value.pareto_nbd import ParetoNBD

_NODES_APART = 0.04  # in log(1 + T/scale)
_PHASES_APART = 0.125  # in the mean number of events past, as a share of the most
_LONGEST = 600.0  # the log of a life beyond which it is no matter how long


@dataclass(frozen=True, eq=False)
class Nodes:
    """Where futures are told, and between which of these each history lies.

    ``T`` and, with phases, ``gap`` of each node; ``corners``: which node and with what weight, each of shape (n,).
    """

    T: FloatArray
    corners: list[tuple[IntArray, FloatArray]]
    gap: FloatArray | None = None

    def between(self, told: FloatArray, place: IntArray) -> FloatArray:
        """Of what is told at the nodes, shape (nodes, places), each history's own place, interpolated."""
        (node, weight), *others = self.corners
        found = told[node, place] * weight
        for node, weight in others:
            found += told[node, place] * weight
        return np.asarray(found)


@dataclass(frozen=True, eq=False)
class Course:
    """How each draw's future goes.

    ``until``, shape (nodes, draws): how far it runs, on the clock on which events come at rate 1; ``last``, shape
    (draws,): after which purchase the customer leaves. A purchase takes ``each`` events, of all draws or of each, the
    first ``past`` fewer.
    """

    until: FloatArray
    last: FloatArray
    each: int | FloatArray = 1
    past: FloatArray | None = None

    def purchases(self, events: FloatArray) -> FloatArray:
        """How many purchases do these events make? Shape (nodes, draws)."""
        made = events if self.past is None else np.floor((events + self.past) / self.each)
        return np.asarray(np.minimum(made, self.last))


@dataclass(frozen=True, eq=False)
class Chance:
    """What chance has in store for the histories of one x: ``even``, shape (3, draws), uniform numbers spread evenly
    over the draws (of pace, of leaving, of spending), and where more come from."""

    even: FloatArray
    rng: np.random.Generator


class Future(Protocol):
    """What may become of customers still there by one model: a future per draw, each with parameters of its own."""

    def nodes(self, seen: Histories, /) -> Nodes:
        """At which nodes are the futures of these histories, alike in x and covariates, to be told?"""

    def course(self, seen: Histories, nodes: Nodes, chance: Chance, /) -> Course:
        """How do they go?"""


_Made = Callable[[Any, float, int, np.random.Generator], Future]
"""Parameters, horizon, draws and where the draws come from -> futures."""


@dataclass(frozen=True)
class Kind:
    """A kind of model: its parameters, in the order of its covariance (of their logs), and how its futures are made."""

    parameters: tuple[str, ...]
    futures: _Made


def kind_of(model: object) -> Kind:
    """Which kind is this model? Raises InputError where its futures are not known.

    >>> kind_of(BGNBD()).parameters
    ('r', 'alpha', 'a', 'b')
    """
    if type(model) not in _KINDS:
        known = ", ".join(sorted(kind.__name__ for kind in _KINDS))
        raise InputError(f"The futures of a {type(model).__name__} are not known. Cure: give one of {known}")
    return _KINDS[type(model)]


class AtPurchase:
    """After each purchase the customer may leave, with a chance that those survived make Beta(a, b + survived).

    Survived are the x purchases after the first (BG/NBD: Fader, Hardie & Lee 2005) or, with ``first_too``, the first as
    well (MBG/NBD: Batislam, Denizel & Filiztekin 2007). Purchases come at a rate that is Gamma(r + x, alpha + T).
    """

    def __init__(
        self, params: Any, horizon: float, draws: int, rng: np.random.Generator, *, first_too: bool = False
    ) -> None:
        self.horizon, self.first_too = horizon, first_too
        self.parameters = DrawnParameters(params, _AT_PURCHASE, rng, draws)

    def nodes(self, seen: Histories, /) -> Nodes:
        """As `Future.nodes`."""
        return _along(seen.T, self.parameters.estimate(seen)["alpha"])

    def course(self, seen: Histories, nodes: Nodes, chance: Chance, /) -> Course:
        """As `Future.course`."""
        x, known = float(seen.x[0]), self.parameters.drawn(seen)
        pace = gammaincinv(known["r"] + x, chance.even[0])
        leaving = chance.rng.beta(known["a"], known["b"] + x + self.first_too)
        until = pace * self.horizon / (known["alpha"] + nodes.T[:, None])
        return Course(until, _last_purchase(leaving, chance.even[1]))


class InPhases:
    """A purchase is every k-th event, and after each the customer may leave: MBG/CNBD-k.

    Of the events for the next purchase j = 0 … k - 1 are past unseen, with the weight Gamma(r + kx + j)/j! gap^j, where
    gap = (T - t_x)/(alpha + T); events then come at a rate that is Gamma(r + kx + j, alpha + T). (Erlang waits by
    Platzer & Reutterer 2016; the weights are the Poisson chance of j events in T - t_x, times what x purchases in t_x
    say of the rate.) Nodes differ in T and in the mean of j, at which each draw has a j of its own.
    """

    def __init__(self, params: Any, horizon: float, draws: int, rng: np.random.Generator) -> None:
        self.horizon, self.k = horizon, int(params.k)
        self.parameters = DrawnParameters(params, _AT_PURCHASE, rng, draws)

    def nodes(self, seen: Histories, /) -> Nodes:
        """As `Future.nodes`."""
        known = self.parameters.estimate(seen)
        shape, apart, alpha = known["r"] + self.k * seen.x[0], _PHASES_APART * max(self.k - 1, 1), known["alpha"]
        by_T = np.log1p(seen.T / alpha) / _NODES_APART
        by_phase = self._mean_past(shape, (seen.T - seen.t_x) / (alpha + seen.T)) / apart
        at_T, at_phase = np.floor(by_T), np.floor(by_phase)
        wide = ceil(1 / _PHASES_APART) + 2
        codes, weights = [], []
        for more_T in (0, 1):
            for more in (0, 1) if self.k > 1 else (0,):
                codes.append((at_T + more_T) * wide + at_phase + more)
                weights.append((1 - np.abs(by_T - at_T - more_T)) * (1 - np.abs(by_phase - at_phase - more)))
        fresh, place = np.unique(codes, return_inverse=True)
        corners = list(zip(place.reshape(len(codes), len(seen)), weights, strict=True))
        gap = self._gap(shape, fresh % wide * apart)
        return Nodes(alpha * np.expm1(fresh // wide * _NODES_APART), corners, gap)

    def course(self, seen: Histories, nodes: Nodes, chance: Chance, /) -> Course:
        """As `Future.course`."""
        assert nodes.gap is not None  # noqa: S101 - they are its own
        x, known = float(seen.x[0]), self.parameters.drawn(seen)
        shape = known["r"] + self.k * x
        paces = np.array([gammaincinv(shape + j, chance.even[0]) for j in range(self.k)])
        last = _last_purchase(chance.rng.beta(known["a"], known["b"] + x + 1), chance.even[1])
        reached = np.cumsum(self._weights(shape, nodes.gap[:, None]), axis=0)
        past = (stratified(chance.rng, len(last), 1)[0] * reached[-1] > reached[:-1]).sum(axis=0)
        pace = paces[past, np.arange(len(last))]
        until = pace * self.horizon / (known["alpha"] + nodes.T[:, None])
        return Course(until, last, self.k, past.astype(np.float64))

    def _weights(self, shape: FloatArray | float, gap: FloatArray) -> FloatArray:
        """Of j = 0 … k - 1 events past, divided by that of 0."""
        weights = [np.ones(np.broadcast_shapes(np.shape(shape), gap.shape))]
        for j in range(1, self.k):
            weights.append(weights[-1] * (shape + j - 1) / j * gap)
        return np.array(weights)

    def _mean_past(self, shape: float, gap: FloatArray) -> FloatArray:
        weights = self._weights(shape, gap)
        return np.asarray(np.arange(self.k) @ weights / weights.sum(axis=0))

    def _gap(self, shape: float, mean_past: FloatArray) -> FloatArray:
        """The gap at which so many events are past on the average: 0 at none, without end as all are."""
        tried = np.append(0.0, np.geomspace(1e-6, 1e9, 600) / shape)
        return np.asarray(np.interp(mean_past, self._mean_past(shape, tried), tried), dtype=np.float64)


class InPhase:
    """One of `InPhases`: ``past`` of the k events for the next purchase are past. What rests on the silence is how many
    these are, so the future rests on x and T alone."""

    def __init__(self, params: Any, horizon: float, draws: int, rng: np.random.Generator, *, past: int) -> None:
        self.horizon, self.k, self.past = horizon, int(params.k), past
        self.parameters = DrawnParameters(params, _AT_PURCHASE, rng, draws)

    def nodes(self, seen: Histories, /) -> Nodes:
        """As `Future.nodes`."""
        return _along(seen.T, self.parameters.estimate(seen)["alpha"])

    def course(self, seen: Histories, nodes: Nodes, chance: Chance, /) -> Course:
        """As `Future.course`."""
        x, known = float(seen.x[0]), self.parameters.drawn(seen)
        pace = gammaincinv(known["r"] + self.k * x + self.past, chance.even[0])
        last = _last_purchase(chance.rng.beta(known["a"], known["b"] + x + 1), chance.even[1])
        until = pace * self.horizon / (known["alpha"] + nodes.T[:, None])
        return Course(until, last, self.k, np.full(len(pace), float(self.past)))


class InTime:
    """The customer's life ends some day; until then purchases come at a rate that is Gamma(r + x, alpha + T).

    ``life`` gives the time left at T, from the drawn parameters by name and from numbers u^(-1/s) - 1, u uniform.
    """

    def __init__(
        self, params: Any, horizon: float, draws: int, rng: np.random.Generator, *, names: tuple[str, ...], life: _Life
    ) -> None:
        self.horizon, self.life = horizon, life
        self.parameters = DrawnParameters(params, names, rng, draws)

    def nodes(self, seen: Histories, /) -> Nodes:
        """As `Future.nodes`."""
        known = self.parameters.estimate(seen)
        # The time left changes on the scale of beta; or of beta/b, where the hazard grows with exp(b T).
        return _along(seen.T, min(known["alpha"], known["beta"] / known.get("b", 1.0)))

    def course(self, seen: Histories, nodes: Nodes, chance: Chance, /) -> Course:
        """As `Future.course`."""
        T, known = nodes.T[:, None], self.parameters.drawn(seen)
        further = np.expm1(np.minimum(-np.log(chance.even[1]) / known["s"], _LONGEST))
        pace = gammaincinv(known["r"] + seen.x[0], chance.even[0])
        active = np.minimum(self.life(known, T, further), self.horizon)
        return Course(pace * active / (known["alpha"] + T), np.full(len(pace), inf))


_Life = Callable[[Mapping[str, FloatArray], FloatArray, FloatArray], FloatArray]


def _life_of_steady_hazard(known: Mapping[str, FloatArray], T: FloatArray, further: FloatArray) -> FloatArray:
    """Pareto/NBD: who is there at T is there at T + t with chance ((beta + T)/(beta + T + t))^s. Schmittlein, Morrison
    & Colombo (1987)."""
    return np.asarray((known["beta"] + T) * further)


def _life_of_growing_hazard(known: Mapping[str, FloatArray], T: FloatArray, further: FloatArray) -> FloatArray:
    """GGompertz/NBD: the same with beta - 1 + exp(b T) for beta + T, exp(b T) divided out. Bemmaor & Glady (2012)."""
    b, beta = known["b"], known["beta"]
    return np.asarray(np.log1p((beta * np.exp(-b * T) - np.expm1(-b * T)) * further) / b)


class Staying:
    """Purchases come at a rate that is Gamma(r + x, alpha + T), and nobody leaves: NBD."""

    def __init__(self, params: Any, horizon: float, draws: int, rng: np.random.Generator) -> None:
        self.horizon = horizon
        self.parameters = DrawnParameters(params, _NBD, rng, draws)

    def nodes(self, seen: Histories, /) -> Nodes:
        """As `Future.nodes`."""
        return _along(seen.T, self.parameters.estimate(seen)["alpha"])

    def course(self, seen: Histories, nodes: Nodes, chance: Chance, /) -> Course:
        """As `Future.course`."""
        known = self.parameters.drawn(seen)
        pace = gammaincinv(known["r"] + seen.x[0], chance.even[0])
        return Course(pace * self.horizon / (known["alpha"] + nodes.T[:, None]), np.full(len(pace), inf))


class Never:
    """Purchases come at the customer's own rate, known for sure, and nobody leaves: the naive rate."""

    def __init__(self, params: Any, horizon: float, draws: int, _rng: np.random.Generator) -> None:
        self.model, self.horizon, self.draws = NaiveRate.from_params(params), horizon, draws

    def nodes(self, seen: Histories, /) -> Nodes:
        """As `Future.nodes`: each T, since a rate x / T has no scale of its own to step by."""
        distinct, node = np.unique(seen.T, return_inverse=True)
        return Nodes(distinct, [(node, np.ones(len(seen)))])

    def course(self, seen: Histories, nodes: Nodes, _chance: Chance, /) -> Course:
        """As `Future.course`."""
        x = float(seen.x[0])
        told = {"x": np.full(len(nodes.T), x), "t_x": np.where(x > 0, nodes.T, 0.0), "T": nodes.T}
        until = np.repeat(self.model.expected_purchases(told, self.horizon)[:, None], self.draws, axis=1)
        return Course(until, np.full(self.draws, inf))


def _last_purchase(leaving: FloatArray, u: FloatArray) -> FloatArray:
    """The purchase after which a customer leaves, who leaves after each with that chance: geometric, from 1."""
    return np.asarray(np.maximum(np.ceil(np.log(u) / np.log1p(-np.clip(leaving, 1e-300, 1 - 1e-16))), 1))


def _along(T: FloatArray, scale: float) -> Nodes:
    """Nodes in T alone, each history between two."""
    step = np.log1p(T / scale) / _NODES_APART
    before = np.floor(step)
    fresh = np.unique(np.append(before, before + 1))
    node, share = np.searchsorted(fresh, before), step - before
    return Nodes(scale * np.expm1(fresh * _NODES_APART), [(node, 1 - share), (node + 1, share)])


_PARETO = ("r", "alpha", "s", "beta")
_GOMPERTZ = ("r", "alpha", "b", "s", "beta")
_AT_PURCHASE = ("r", "alpha", "a", "b")
_NBD = ("r", "alpha")
_KINDS: dict[type, Kind] = {
    BGNBD: Kind(_AT_PURCHASE, AtPurchase),
    MBGNBD: Kind(_AT_PURCHASE, partial(AtPurchase, first_too=True)),
    MBGCNBDk: Kind(_AT_PURCHASE, InPhases),
    ParetoNBD: Kind(_PARETO, partial(InTime, names=_PARETO, life=_life_of_steady_hazard)),
    GGompertzNBD: Kind(_GOMPERTZ, partial(InTime, names=_GOMPERTZ, life=_life_of_growing_hazard)),
    NBD: Kind(_NBD, Staying),
    NaiveRate: Kind((), Never),
}
