"""The count models that a run may choose from: one line each, in the order in which equals are preferred."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from math import inf
from typing import Any

from shuke.kit.errors import InputError
from shuke.value.bgnbd import BGNBD, BGNBDParams
from shuke.value.by_age import AGES, ByAge
from shuke.value.count_model import CountModel
from shuke.value.ggompertz_nbd import GGompertzNBD, GGompertzNBDParams
from shuke.value.mbgcnbdk import MBGCNBDk, MBGCNBDkParams
from shuke.value.mbgnbd import MBGNBD, MBGNBDParams
from shuke.value.naive import NaiveRate, NaiveRateParams
from shuke.value.nbd import NBD, NBDParams
from shuke.value.pareto_nbd import ParetoNBD, ParetoNBDParams
from shuke.value.stacked import Afresh, Stacked

AUTO = "auto"
NAIVE = "naive"
BEAT = "mbg_cnbd_k"


@dataclass(frozen=True)
class Candidate:
    """A model by its code: its class, the dataclass of what it learns, and the names of its parameters.

    ``settled`` names those of its settings that are found from single days, and so on a sample: they are parameters
    that ``model`` also takes.
    """

    code: str
    model: type[Any]
    params: type[Any]
    parameters: tuple[str, ...]
    settled: tuple[str, ...] = ()

    def new(self, settled_by: CountModel | None = None) -> CountModel:
        """One to fit, with the settings that another one of its kind found."""
        own = None if settled_by is None else leading(settled_by).params_
        made: CountModel = self.model(**{name: getattr(own, name) for name in self.settled if own is not None})
        return made

    def told(self, model: CountModel) -> dict[str, float]:
        """The parameters that a fitted one found, by the names of the literature; and those of its doubts and of
        customers' ages, if any."""
        own = leading(model).params_
        return {name: getattr(own, name) for name in self.parameters} | _doubts(model) | _paces(model)

    def standard_errors(self, model: CountModel) -> dict[str, float]:
        """Of those of its parameters that were estimated; none where they are not known."""
        found = getattr(leading(model).params_, "standard_errors", None) or ()
        estimated = [name for name in self.parameters if name not in self.settled]
        return dict(zip(estimated, found, strict=True)) if found else {}


# In the order in which models are preferred that forecast alike: few parameters first.
CANDIDATES = (
    Candidate("bg_nbd", BGNBD, BGNBDParams, ("r", "alpha", "a", "b")),
    Candidate("mbg_nbd", MBGNBD, MBGNBDParams, ("r", "alpha", "a", "b")),
    Candidate("pareto_nbd", ParetoNBD, ParetoNBDParams, ("r", "alpha", "s", "beta")),
    Candidate(BEAT, MBGCNBDk, MBGCNBDkParams, ("k", "r", "alpha", "a", "b"), settled=("k",)),
    Candidate("ggompertz_nbd", GGompertzNBD, GGompertzNBDParams, ("r", "alpha", "b", "s", "beta")),
    Candidate(NAIVE, NaiveRate, NaiveRateParams, ("pooled_rate", "longest_time")),
)


def candidate(code: str) -> Candidate:
    """The candidate of that code.

    >>> candidate("bg_nbd").parameters
    ('r', 'alpha', 'a', 'b')
    >>> candidate("bgnbd")
    Traceback (most recent call last):
    shuke.kit.errors.InputError: There is no model 'bgnbd'; there are: auto, bg_nbd, mbg_nbd, pareto_nbd, mbg_cnbd_k, \
ggompertz_nbd, naive. Name one of these.
    """
    for known in CANDIDATES:
        if known.code == code:
            return known
    raise InputError.of("error.value.unknown_model", name=code, known=", ".join(model_codes()))


_PACES = tuple(f"age_{days}_pace" for days in AGES)
"""The paces of customers' ages by flat names, each by the days at which its age ends."""
_KNOWN = "age_known_days"
# What may stand beside a model in a mixture: its name there, and its parameters.
_DOUBTS: dict[type, tuple[str, tuple[str, ...]]] = {
    NBD: ("stays", ("r", "alpha")),
    Afresh: ("afresh", ()),
    MBGCNBDk: ("beat", candidate(BEAT).parameters),
}


def model_codes() -> tuple[str, ...]:
    """What may be asked for: `auto`, by which the best forecaster is found, or the code of a model."""
    return (AUTO, *(known.code for known in CANDIDATES))


def require_model(code: str) -> str:
    """The code itself, where it may be asked for; else an InputError that lists those."""
    return code if code == AUTO else candidate(code).code


def restored(code: str, parameters: Mapping[str, float]) -> CountModel:
    """A model as an earlier run fitted it.

    >>> known = restored("bg_nbd", {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426})
    >>> round(known.expected_purchases_new(52), 3)
    1.446
    """
    found = candidate(code)
    names = {field.name for field in fields(found.params)}
    made: CountModel = found.model.from_params(found.params(**_known(parameters, names)))
    model = made if "pace" not in parameters else _with_doubts(made, parameters)
    if _PACES[0] not in parameters:
        return model
    return ByAge(model, [parameters[name] for name in _PACES], parameters.get(_KNOWN, inf))


def leading(model: CountModel) -> CountModel:
    """The model itself, without the doubts and the paces of ages it may be wrapped in."""
    inner = _inside(model)
    return inner.members[0] if isinstance(inner, Stacked) else inner


def _inside(model: CountModel) -> CountModel:
    return model.model if isinstance(model, ByAge) else model


def _paces(model: CountModel) -> dict[str, float]:
    if not isinstance(model, ByAge):
        return {}
    known = {} if model.params_.known_days is None else {_KNOWN: model.known_days}
    return dict(zip(_PACES, model.paces, strict=True)) | known


def _doubts(model: CountModel) -> dict[str, float]:
    """What a mixture has beside the model's own parameters, by flat names."""
    model = _inside(model)
    if not isinstance(model, Stacked):
        return {}
    weights, learned = dict[str, float](), dict[str, float]()
    for member, weight in zip(model.members[1:], model.params_.weights[1:], strict=True):
        name, parameters = next(told for kind, told in _DOUBTS.items() if isinstance(member, kind))
        weights[f"{name}_weight"] = weight
        learned |= {f"{name}_{one}": getattr(member.params_, one) for one in parameters}
    return weights | learned | {"pace": model.params_.pace}


def _with_doubts(own: CountModel, parameters: Mapping[str, float]) -> CountModel:
    def learned(name: str) -> dict[str, Any]:
        return {one: parameters[f"{name}_{one}"] for one in dict(_DOUBTS.values())[name]}

    made: dict[str, Callable[[], CountModel]] = {
        "stays": lambda: NBD.from_params(NBDParams(**learned("stays"))),
        "afresh": lambda: Afresh(own),
        "beat": lambda: restored(BEAT, learned("beat")),
    }
    joined = [name for name in made if f"{name}_weight" in parameters]
    weights = [parameters[f"{name}_weight"] for name in joined]
    members = (own, *(made[name]() for name in joined))
    return Stacked.of(members, (max(0.0, 1 - sum(weights)), *weights), pace=parameters["pace"])


def _known(parameters: Mapping[str, float], names: Iterable[str]) -> dict[str, float]:
    """What an earlier version kept beside them is left out."""
    return {name: value for name, value in parameters.items() if name in set(names)}
