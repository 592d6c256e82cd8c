"""BG/NBD: how often will each customer come back, and who has left, when nobody says goodbye?

Sources: Fader, Hardie & Lee, "Counting Your Customers the Easy Way: An Alternative to the Pareto/NBD Model", Marketing
Science 24 (2005), cited as [FHL]; their "Implementing the BG/NBD Model in Excel" and the 2004 derivations, as [note];
Fader & Hardie, "Computing P(alive) Using the BG/NBD Model" (2008), as [alive].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from shuke.value._leaving_model import LeavingModel
from shuke.value.covariates import CovariateEffects, effects_of


@dataclass(frozen=True)
class BGNBDParams:
    """What a `BGNBD` learned, ready for JSON.

    Purchase rates are Gamma(r, alpha) over customers (mean r/alpha per unit of time), the chance of leaving after a
    purchase is Beta(a, b). ``standard_errors`` are of (r, alpha, a, b); ``covariance`` of their logarithms, held
    plausible along ridges (`shuke.value.fitting.covariance`); both None when not estimated. With covariates, alpha, a
    and b are those where every covariate is 0, and ``effects`` say how they move.
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


class BGNBD(LeavingModel[BGNBDParams]):
    """How often will each customer buy again, and is the customer still there?

    While a customer is active, purchases come at random at the customer's own steady rate.
    After each purchase the customer may leave for good, with the customer's own chance.
    Rates and chances differ between customers; how they differ is learned from all histories together.

    Times and horizons are in one unit, any: the unit of ``t_x`` and ``T``. Who bought once cannot have left in this
    model (leaving happens at repeat purchases), so one-time buyers have P(alive) = 1: read theirs with care, or take
    `shuke.value.mbgnbd.MBGNBD`.

    ``covariates`` names columns of the histories: numbers known of the customers that do not change. They move what is
    usual for customers like that, alpha_0 exp(-gamma_1'z), a_0 exp(gamma_2'z), b_0 exp(gamma_3'z), all three freely
    (Fader & Hardie 2007, `shuke.value.covariates`); histories must then have these columns in every question.

    >>> histories = {"x": [0, 2, 5, 9], "t_x": [0, 30.4, 33.0, 38.0], "T": [38.9] * 4, "customers": [60, 12, 5, 2]}
    >>> model = BGNBD().fit(histories)
    >>> model.params_.customers, model.params_.notes
    (79, ('too_few_repeat_buyers', 'no_dropout_detected', 'weakly_known'))
    >>> model.expected_purchases(histories, horizon=39).round(1).tolist()
    [0.1, 1.8, 4.4, 7.8]

    Source: Fader, Hardie & Lee 2005 [FHL] and their note of 2004.
    """

    def fit(self, histories: object) -> Self:
        """Learn how customers differ, by maximum likelihood over grouped histories (x, t_x, T[, customers]).

        Odd data is never refused; ``params_.notes`` says what was met and done:

        - ``no_repeat_purchases``: nobody came back. Not estimated: half a purchase over all time, r = a = 1, b = 3;
        - ``too_few_repeat_buyers``: fewer than ``few_repeat_buyers``; estimated, but better not relied on;
        - ``no_dropout_detected``: leaving explains the data no better than staying does; a/b is then only an upper
          guess, held above 1e-6;
        - ``purchase_rates_alike``, ``dropout_alike``: customers differ in it by less than a tenth of its mean;
        - ``covariate_alike``: a covariate is the same for all, so no effect of it can be seen (0, its error too);
        - ``weakly_known``: the likelihood is flat in some direction; forecasts hold better than single parameters;
        - ``not_converged``: the slope is not flat at the end; refit or use `shuke.value.naive.NaiveRate`.

        Raises InputError for missing columns or impossible histories, nothing else.
        """
        self.params_ = BGNBDParams(**vars(self._fit(histories)))
        return self
