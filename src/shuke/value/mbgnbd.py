"""MBG/NBD: as BG/NBD, but customers may leave right after their first purchase too.

Sources: Batislam, Denizel & Filiztekin, "Empirical validation and comparison of models for customer base analysis",
International Journal of Research in Marketing 24 (2007); Hoppe & Wagner, "Customer Base Analysis: The Case for a
Central Variant of the Betageometric/NBD Model", Marketing Journal of Research and Management 3 (2007).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from shuke.value._leaving_model import LeavingModel
from shuke.value.covariates import CovariateEffects, effects_of


@dataclass(frozen=True)
class MBGNBDParams:
    """What an `MBGNBD` learned, ready for JSON; the fields as in `shuke.value.bgnbd.BGNBDParams`.

    Given that a customer is still there, the rate is Gamma(r + x, alpha + T), the chance of leaving Beta(a, b + x + 1).
    """

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


class MBGNBD(LeavingModel[MBGNBDParams]):
    """How often will each customer buy again, and is the customer still there, one-time buyers included?

    While a customer is active, purchases come at random at the customer's own steady rate. After each purchase, the
    first one too, the customer may leave for good, with the customer's own chance: so who bought once and then was
    silent may well be gone. All else, settings too, is as in `shuke.value.bgnbd.BGNBD`.

    >>> model = MBGNBD.from_params(MBGNBDParams(r=0.52484, alpha=6.18299, a=0.89136, b=1.61400))
    >>> model.probability_alive({"x": [0, 2], "t_x": [0, 30.43], "T": [38.86, 38.86]}).round(3).tolist()
    [0.39, 0.706]
    """

    _at_first = True

    def fit(self, histories: object) -> Self:
        """Learn how customers differ, by maximum likelihood over grouped histories (x, t_x, T[, customers]).

        Odd data is never refused; ``params_.notes`` are those of `shuke.value.bgnbd.BGNBD.fit`. Raises InputError for
        missing columns or impossible histories, nothing else.
        """
        self.params_ = MBGNBDParams(**vars(self._fit(histories)))
        return self
