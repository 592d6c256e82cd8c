"""MBG/CNBD-k: as MBG/NBD, but purchases come more regularly than at random.

Source: Platzer & Reutterer, "Ticking Away the Moments: Timing Regularity Helps to Better Predict Customer Activity",
Marketing Science 35 (2016), cited as [PR].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from shuke.kit.errors import InputError
from shuke.value import _erlang
from shuke.value._leaving_fit import Found
from shuke.value._leaving_model import LeavingModel
from shuke.value._leaving_unseen import FEW_REPEAT_BUYERS
from shuke.value.covariates import CovariateEffects, effects_of
from shuke.value.histories import FloatArray, read_histories

MOST_REGULAR = 8


@dataclass(frozen=True)
class MBGCNBDkParams:
    """What an `MBGCNBDk` learned, ready for JSON; the fields as in `shuke.value.bgnbd.BGNBDParams`.

    A purchase is every ``k``-th event of a rate Gamma(r, alpha), so a customer buys r/(k alpha) per unit of time.
    ``log_likelihood`` is None where k > 1 and ``log_gaps`` are not known: it rests on them, the other fields do not.
    """

    k: int
    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float | None = None
    customers: int = 0
    histories: int = 0
    standard_errors: tuple[float, ...] | None = None
    covariance: tuple[tuple[float, ...], ...] | None = None
    notes: tuple[str, ...] = ()
    effects: CovariateEffects | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "effects", effects_of(self.effects))


class MBGCNBDk(LeavingModel[MBGCNBDkParams]):
    """How often will each customer buy again, and is the customer still there, when purchases keep a beat?

    The times between a customer's purchases are Erlang-k: with k = 1 they are as random as in `MBGNBD`, which this then
    is; the larger k, the more regular. A regular customer who is late is the sooner thought gone.

    ``k`` is given, or None to choose the likeliest, from 1 up to 8 until the likelihood falls: that needs the column
    ``log_gaps`` of the histories. All else is as in `shuke.value.mbgnbd.MBGNBD`.

    >>> late = {"x": [6], "t_x": [30], "T": [42]}
    >>> for k in (1, 3):  # at the same pace, at random or to a beat
    ...     model = MBGCNBDk.from_params(MBGCNBDkParams(k=k, r=2.0, alpha=8.0 / k, a=0.6, b=3.0))
    ...     print(k, model.probability_alive(late).round(2).tolist())
    1 [0.63]
    3 [0.38]

    Source: Platzer & Reutterer 2016 [PR].
    """

    _at_first = True

    def __init__(
        self,
        k: int | None = None,
        *,
        few_repeat_buyers: int = FEW_REPEAT_BUYERS,
        covariates: Sequence[str] = (),
    ) -> None:
        if k is not None and not (k == int(k) and 1 <= k <= MOST_REGULAR):
            raise InputError(f"Unexpected k={k}: give a whole number from 1 to {MOST_REGULAR}, or None to choose it")
        super().__init__(few_repeat_buyers=few_repeat_buyers, covariates=covariates)
        self.k = k

    @classmethod
    def from_params(cls, params: MBGCNBDkParams) -> Self:
        """A model with parameters known from elsewhere: published, or kept from an earlier run."""
        model = super().from_params(params)
        model.k = params.k
        return model

    def fit(self, histories: object) -> Self:
        """Learn how regularly customers buy and how they differ, by maximum likelihood over grouped histories.

        Columns: x, t_x, T[, customers], and log_gaps where k is to be chosen. Odd data is never refused;
        ``params_.notes`` are those of `shuke.value.bgnbd.BGNBD.fit` and ``regularity_at_most``: the likelihood still
        rises at the largest k. Raises InputError for missing columns or impossible histories, nothing else.
        """
        needs = ("x", "t_x", "T", *(() if self.k else ("log_gaps",)))
        grouped = read_histories(histories, needs, self.covariates).grouped()
        if self.k:
            k, found = int(self.k), self._fit(grouped, int(self.k))
        else:
            k, found = self._likeliest(grouped)
        self.params_ = MBGCNBDkParams(k=k, **vars(found))
        return self

    def phases(self, histories: object) -> FloatArray:
        """If a customer is still there, how many of the k events of the next purchase have come already? Shape (n, k).

        Row by row the chances of j = 0 … k-1: in proportion to Gamma(r + k x + j) / j! ((T - t_x) / (alpha + T))^j.
        With j of them the rate is Gamma(r + k x + j, alpha + T), and the next purchase the (k - j)-th event from now.

        >>> model = MBGCNBDk.from_params(MBGCNBDkParams(k=3, r=2.0, alpha=2.7, a=0.6, b=3.0))
        >>> model.phases({"x": [6, 6], "t_x": [30, 42], "T": [42, 42]}).round(2).tolist()
        [[0.05, 0.25, 0.7], [1.0, 0.0, 0.0]]
        """
        return _erlang.weights(self._alive(self._read(histories)), self.params_.k)

    def _events_per_purchase(self) -> int:
        return self.params_.k

    def _likeliest(self, grouped: object) -> tuple[int, Found]:
        best, found = 1, self._fit(grouped, 1)
        for k in range(2, MOST_REGULAR + 1):
            if found.log_likelihood is None:  # nobody came back
                break
            more = self._fit(grouped, k)
            if more.log_likelihood is None or more.log_likelihood <= found.log_likelihood:
                break
            best, found = k, more
        if best == MOST_REGULAR:
            found = replace(found, notes=(*found.notes, "regularity_at_most"))
        return best, found
