"""The count models that a run may choose from: one line each, in the order in which equals are preferred."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from shuke.kit.errors import InputError
from shuke.value.bgnbd import BGNBD, BGNBDParams
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
        """The parameters that a fitted one found, by the names of the literature; and those of its doubts, if any."""
        own = leading(model).params_
        return {name: getattr(own, name) for name in self.parameters} | _doubts(model)

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
    return made if "pace" not in parameters else _with_doubts(made, parameters)


def leading(model: CountModel) -> CountModel:
    """The model itself, without the doubts it may be wrapped in."""
    return model.members[0] if isinstance(model, Stacked) else model


def _doubts(model: CountModel) -> dict[str, float]:
    """What a mixture of a model, `NBD`, `Afresh` and perhaps `MBGCNBDk` has beside the model's own parameters, by flat
    names."""
    if not isinstance(model, Stacked):
        return {}
    (_, *weights), (_, stays, _, *beat) = model.params_.weights, model.params_.members
    told = dict(zip(("stays_weight", "afresh_weight", "beat_weight"), weights, strict=False))
    told |= {"stays_r": stays.r, "stays_alpha": stays.alpha}
    for one in beat:
        told |= {f"beat_{name}": getattr(one, name) for name in candidate(BEAT).parameters}
    return told | {"pace": model.params_.pace}


def _with_doubts(own: CountModel, parameters: Mapping[str, float]) -> CountModel:
    stays = NBD.from_params(NBDParams(parameters["stays_r"], parameters["stays_alpha"]))
    others: list[CountModel] = [stays, Afresh(own)]
    weights = [parameters["stays_weight"], parameters["afresh_weight"]]
    if "beat_weight" in parameters:  # runs of before it was allowed for have none
        others.append(restored(BEAT, {name: parameters[f"beat_{name}"] for name in candidate(BEAT).parameters}))
        weights.append(parameters["beat_weight"])
    return Stacked.of((own, *others), (max(0.0, 1 - sum(weights)), *weights), pace=parameters["pace"])


def _known(parameters: Mapping[str, float], names: Iterable[str]) -> dict[str, float]:
    """What an earlier version kept beside them is left out."""
    return {name: value for name, value in parameters.items() if name in set(names)}
