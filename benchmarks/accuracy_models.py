"""What ours and theirs say on one day: `make accuracy` asks both the same."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from accuracy_data import Origin

import shuke
import shuke.value
from shuke.collect import Purchases
from shuke.value import Candidate, Horizon

SEED = 20050201
"""lifetimes starts its Pareto/NBD fit at random."""
DOUBTS = " with doubts"
BEAT = f"{DOUBTS} and a beat"
PACES = ", the young at paces of their own"


@dataclass(frozen=True, eq=False)
class Answer:
    """One model on one day, a number a customer: purchases expected over the horizon, the log of the chance that it
    gave to what happened, and the spend expected.

    `without` counts customers whom the model itself gave no number of purchases; `used` names what stands behind a
    choice. An answer of a fit that failed is all NaN.
    """

    expected: np.ndarray
    log_chance: np.ndarray
    value: np.ndarray
    without: int
    used: str = ""


def ours(purchases: Purchases, origin: Origin) -> Answer:
    """The product: a run on the purchases up to the day, with whatever model it chooses from them."""
    run = shuke.run(
        purchases,
        as_of=origin.as_of,
        settings=shuke.Settings(horizon=Horizon(days=origin.horizon_days, discount_rate=0.0)),
    )
    scores = run.scores.engine.fetch(
        "SELECT customer_id, expected_purchases, potential_value_minor FROM {t} ORDER BY customer_id", t=run.scores
    )
    assert np.array_equal(scores["customer_id"].to_numpy(), origin.customer), "the run saw other customers"
    expected = scores["expected_purchases"].to_numpy().astype(float)
    value = scores["potential_value_minor"].to_numpy().astype(float) / 100
    doubts = run.models.choice.doubts
    used = f"{run.models.chosen}{BEAT if doubts.beat_k else DOUBTS if doubts.used else ''}"
    used += PACES if run.models.choice.ages.used else ""
    return Answer(expected, _log_chance(run.models.counts, origin), value, _missing(expected), used)


def one_of_ours(candidate: Candidate) -> Callable[[Purchases, Origin], Answer]:
    """One of our models alone, as if it had been chosen."""

    def answer(_: Purchases, origin: Origin) -> Answer:
        model = candidate.new().fit(origin.histories)
        known = {"x": origin.x, "spend": origin.repeat_spend}
        spends = shuke.value.GammaGamma().fit(known)
        expected = model.expected_purchases(origin.histories, origin.horizon_days)
        spend = spends.expected_spend(known)
        return Answer(expected, _log_chance(model, origin), expected * spend, _missing(expected))

    return answer


def _log_chance(model: Any, origin: Origin) -> np.ndarray:
    if model is None:
        return np.full(len(origin.x), np.nan)
    return np.asarray(model.log_probability_of_purchases(origin.histories, origin.bought, origin.horizon_days))


def _missing(expected: np.ndarray) -> int:
    return int((~np.isfinite(expected)).sum())


@dataclass(frozen=True)
class Peer:
    """A model of lifetimes, the names of its parameters there, and ours of the same assumptions."""

    fitter: str
    parameters: tuple[str, ...]
    same: str

    def __call__(self, _: Purchases, origin: Origin) -> Answer:
        """Fitted and asked through their own functions, spend by their Gamma-Gamma.

        Where theirs gives no number, and for the log score, which lifetimes has no function for, the exact formulas of
        the same model are taken at *their* parameters: so a gap in their numerics costs them nothing here but the
        count in `without`.
        """
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                model, told = self._asked(origin)
                spend = _their_spend(origin)
        except Exception as failed:  # noqa: BLE001  whatever theirs raises, the table goes on and says so
            nothing = np.full(len(origin.x), np.nan)
            return Answer(nothing, nothing, nothing, len(nothing), type(failed).__name__)
        exact = self._exact(model)
        filled = exact.expected_purchases(origin.histories, origin.horizon_days)
        expected = np.where(np.isfinite(told), told, filled)
        return Answer(expected, _log_chance(exact, origin), expected * spend, _missing(told))

    def _asked(self, origin: Origin) -> tuple[Any, np.ndarray]:
        import lifetimes

        np.random.seed(SEED)  # the generator that lifetimes draws from
        model = getattr(lifetimes, self.fitter)()
        model.fit(origin.x, origin.t_x, origin.T)
        told = model.conditional_expected_number_of_purchases_up_to_time(
            origin.horizon_days, origin.x, origin.t_x, origin.T
        )
        return model, np.asarray(told, dtype=float)

    def _exact(self, model: Any) -> Any:
        learned = getattr(shuke.value, f"{self.same}Params")(*(float(model.params_[n]) for n in self.parameters))
        return getattr(shuke.value, self.same).from_params(learned)


def _their_spend(origin: Origin) -> np.ndarray:
    """Their Gamma-Gamma, on means of repeat purchases as their documentation has it."""
    from lifetimes import GammaGammaFitter

    back = origin.repeat_spend > 0
    model = GammaGammaFitter()
    model.fit(origin.x[back], origin.repeat_spend[back])
    return np.asarray(model.conditional_expected_average_profit(origin.x, origin.repeat_spend), dtype=float)


PEERS = {
    "lifetimes BG/NBD": Peer("BetaGeoFitter", ("r", "alpha", "a", "b"), "BGNBD"),
    "lifetimes MBG/NBD": Peer("ModifiedBetaGeoFitter", ("r", "alpha", "a", "b"), "MBGNBD"),
    "lifetimes Pareto/NBD": Peer("ParetoNBDFitter", ("r", "alpha", "s", "beta"), "ParetoNBD"),
}
