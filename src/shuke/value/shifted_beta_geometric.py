"""Shifted-beta-geometric: how long do contracts last, when those who leave easily leave first?

Sources: Fader & Hardie, "How to Project Customer Retention", Journal of Interactive Marketing 21 (2007), [FH07];
Fader & Hardie, "Customer-Base Valuation in a Contractual Setting: The Perils of Ignoring Heterogeneity",
Marketing Science 29 (2010), [FH10].
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from shuke.kit.errors import InputError
from shuke.value._distinct import distinct_values
from shuke.value.contracts import Contracts, read_contracts
from shuke.value.fitting import Coordinates, checked, fit_logs
from shuke.value.histories import FloatArray
from shuke.value.leaving import discounted_stays, expected_stays, rising, rising_slope, whole

FEW_LOST = 30
_SPREAD_ASSUMED = 2.0  # alpha + beta where the data cannot tell how customers differ: that of a uniform distribution

# Sought are the odds of leaving at a renewal alpha/beta, and how alike customers are in that, sqrt(alpha beta).
_SOUGHT = Coordinates(matrix=[[0.5, 1], [-0.5, 1]], bounds=[(1e-6, 1e6), (1e-3, 1e4)], start=[1 / 3, 1])


@dataclass(frozen=True)
class ShiftedBetaGeometricParams:
    """What a `ShiftedBetaGeometric` learned, ready for JSON.

    The chance of not renewing is Beta(alpha, beta) over customers (gamma, delta in [FH10]). ``lost`` is how many of
    ``customers`` left. ``standard_errors`` are of the two, ``covariance`` of their logarithms; both None when not
    estimated.
    """

    alpha: float
    beta: float
    log_likelihood: float | None = None
    customers: int = 0
    lost: int = 0
    standard_errors: tuple[float, ...] | None = None
    covariance: tuple[tuple[float, ...], ...] | None = None
    notes: tuple[str, ...] = ()


class ShiftedBetaGeometric:
    """How many customers will renew, how long will each stay, and what is that worth?

    At the end of each period a customer renews or leaves for good, with the customer's own steady chance.
    Chances differ between customers, so that those who leave easily are gone first and retention rates rise with age,
    although nobody becomes more loyal. Rates that stay the same for all would undervalue those who stayed ([FH10]).

    Contracts are columns ``renewals`` and ``active`` and, where rows stand for several, ``customers``; a cohort's
    counts become such rows by `cohort_contracts`. Time is counted in periods between renewals.

    >>> from shuke.value import cohort_contracts
    >>> model = ShiftedBetaGeometric().fit(cohort_contracts([1000, 869, 743, 653, 593, 551, 517, 491]))
    >>> round(model.params_.alpha, 3), round(model.params_.beta, 3)
    (0.668, 3.806)
    >>> model.survival(12)[-1].round(3).tolist()
    0.378

    Source: [FH07], its "High End" customers.
    """

    params_: ShiftedBetaGeometricParams

    def __init__(self, *, few_lost: int = FEW_LOST) -> None:
        self.few_lost = few_lost

    @classmethod
    def from_params(cls, params: ShiftedBetaGeometricParams) -> Self:
        """A model with parameters known from elsewhere: published, or kept from an earlier run.

        >>> model = ShiftedBetaGeometric.from_params(ShiftedBetaGeometricParams(alpha=3.80, beta=15.20))
        >>> model.residual_lifetime({"renewals": [0, 4], "active": [1, 1]}, discount_rate=0.1).round(2).tolist()
        [3.31, 3.84]
        """
        model = cls()
        model.params_ = params
        return model

    def fit(self, contracts: object) -> Self:
        """Learn how customers differ, by maximum likelihood; those still there count as such (right censoring).

        Odd data is never refused; ``params_.notes`` says what was met and done:

        - ``no_time_observed``: nobody has come to a renewal yet. Not estimated: alpha = beta = 1;
        - ``nobody_left``: not estimated: half a customer lost over all renewals, alpha = 1;
        - ``everybody_left_at_once``: nobody renewed even once. Not estimated: half a customer renewed, beta = 1;
        - ``one_period``: only first renewals are known. Their share is taken over; how customers differ cannot be
          known and is assumed: alpha + beta = 2, as in a uniform distribution. No forecast rests on data beyond that;
        - ``too_few_lost``: fewer than ``few_lost`` left; estimated, but better not relied on;
        - ``customers_alike``: customers differ by less than a tenth of the mean, or retention does not rise at all;
        - ``weakly_known``: the likelihood is flat in some direction; forecasts hold better than single parameters;
        - ``not_converged``: the slope is not flat at the end.

        Raises InputError for missing columns or impossible contracts, nothing else.
        """
        likelihood = _Likelihood(read_contracts(contracts))
        self.params_ = likelihood.not_to_be_estimated() or _fitted(likelihood, self.few_lost)
        return self

    def survival(self, periods: int) -> FloatArray:
        """What share of a new cohort is still there after 0, 1, … ``periods`` renewals?

        S(t) = B(alpha, beta+t) / B(alpha, beta) [FH07]. Shape (periods + 1,), the first is 1.
        """
        p, steps = self.params_, whole(periods, "periods")
        return np.exp(rising(p.beta, steps) - rising(p.alpha + p.beta, steps))

    def retention_rates(self, periods: int) -> FloatArray:
        """Of those there, what share renews at the 1st, 2nd, … renewal? Shape (periods,), rising [FH07].

        >>> model = ShiftedBetaGeometric.from_params(ShiftedBetaGeometricParams(alpha=1.0, beta=1.0))
        >>> model.retention_rates(3).round(3).tolist()
        [0.5, 0.667, 0.75]
        """
        p, before = self.params_, np.arange(whole(periods, "periods"))
        return np.asarray((p.beta + before) / (p.alpha + p.beta + before))

    def probability_of_staying(self, contracts: object, horizon: int) -> FloatArray:
        """What is the chance that each customer is still there ``horizon`` renewals from now? Shape (n,).

        B(alpha, beta+r+h) / B(alpha, beta+r) for r renewals made; 0 for who has left.
        """
        read, periods = read_contracts(contracts), whole(horizon, "horizon")
        before, group = distinct_values(read.renewals)
        ahead = (self.params_.beta + before)[:, None] + np.arange(periods)
        staying = np.exp(np.log(ahead / (self.params_.alpha + ahead)).sum(axis=1))
        return np.where(read.active, staying[group], 0.0)

    def expected_lifetime(self, contracts: object, horizon: float) -> FloatArray:
        """How many of the next ``horizon`` periods will each customer renew for? Shape (n,), 0 for who has left.

        A whole number, or ``math.inf`` for the whole life to come: (beta+r)/(alpha-1), which is infinite where
        alpha ≤ 1: a few customers who never leave then outweigh all others.
        """
        read = read_contracts(contracts)
        before, group = distinct_values(read.renewals)
        p = self.params_
        if horizon == math.inf:
            ahead = (p.beta + before) / (p.alpha - 1) if p.alpha > 1 else np.full(len(before), math.inf)
        else:
            ahead = expected_stays(p.alpha, p.beta + before, whole(horizon, "horizon"))
        return np.where(read.active, ahead[group], 0.0)

    def expected_lifetime_new(self, horizon: float) -> float:
        """How many of the ``horizon`` periods after the first will a customer won today renew for?"""
        return float(self.expected_lifetime({"renewals": [0], "active": [1]}, horizon)[0])

    def residual_lifetime(self, contracts: object, discount_rate: float) -> FloatArray:
        """DERL: how many more periods will each customer renew for, later ones discounted? Shape (n,), 0 for who left.

        Just before the next renewal: that period counts in full if renewed, the k-th after it 1/(1+d)^k.
        ``discount_rate`` d is per period and above 0. [FH10], where a customer of r renewals is in period n = r+1:
        (delta+n-1)/(gamma+delta+n-1) 2F1(1, delta+n; gamma+delta+n; 1/(1+d)).
        """
        checked(discount_rate, "discount_rate", above=0)
        read, p = read_contracts(contracts), self.params_
        before, group = distinct_values(read.renewals)
        ahead = (1 + discount_rate) * discounted_stays(p.alpha, p.beta + before, discount_rate)
        return np.where(read.active, ahead[group], 0.0)

    def residual_value(self, contracts: object, discount_rate: float, margin: ArrayLike) -> FloatArray:
        """What are the renewals to come worth today? DERL times ``margin`` per period, one for all or one each.

        In the unit of ``margin``. Shape (n,). What was paid for the period now running is not in it.

        >>> model = ShiftedBetaGeometric.from_params(ShiftedBetaGeometricParams(alpha=3.80, beta=15.20))
        >>> model.residual_value({"renewals": [0, 4], "active": [1, 0]}, 0.1, margin=100).round().tolist()
        [331.0, 0.0]
        """
        read = read_contracts(contracts)
        each = np.asarray(margin, dtype=np.float64)
        if each.shape not in ((), (len(read),)) or not np.isfinite(each).all():
            raise InputError(
                f"Unexpected margin of shape {each.shape}: give one finite number for all, or one for each of the "
                f"{len(read):,} contracts"
            )
        return self.residual_lifetime(read, discount_rate) * each


class _Likelihood:
    """The mean negative log-likelihood [FH07] by log (alpha, beta): P(T = t) of who left, S(t) of who is still there.

    Every customer who came to a (k+1)-th renewal stayed with chance (beta+k)/(alpha+beta+k) or left with the rest, so
    all that is needed is how many left after k renewals, and how many made k and are there.
    """

    def __init__(self, contracts: Contracts) -> None:
        made, weight = contracts.renewals.astype(np.int64), contracts.customers
        self.steps = int(made.max(initial=0)) + 1
        self.left = np.bincount(made, np.where(contracts.active, 0.0, weight), self.steps)
        self.there = np.bincount(made, np.where(contracts.active, weight, 0.0), self.steps)
        self.lost, self.total = float(self.left.sum()), float(weight.sum())
        self.renewed = float((self.left + self.there) @ np.arange(self.steps))

    def __call__(self, logs: FloatArray) -> tuple[float, FloatArray]:
        alpha, beta = np.exp(logs)
        # left after k renewals: alpha (beta)_k / (alpha+beta)_{k+1}; there after k: (beta)_k / (alpha+beta)_k
        survived, reached = rising(beta, self.steps)[:-1], rising(alpha + beta, self.steps)
        value = self.lost * np.log(alpha) + (self.left + self.there) @ survived
        value -= self.left @ reached[1:] + self.there @ reached[:-1]
        slope = rising_slope(alpha + beta, self.steps)
        together = self.left @ slope[1:] + self.there @ slope[:-1]
        by_alpha = self.lost / alpha - together
        by_beta = (self.left + self.there) @ rising_slope(beta, self.steps)[:-1] - together
        return -float(value) / self.total, -np.array([by_alpha * alpha, by_beta * beta]) / self.total

    def not_to_be_estimated(self) -> ShiftedBetaGeometricParams | None:
        """Parameters for data that cannot tell two, and the note that says so."""
        decisions = self.renewed + self.lost
        if decisions == 0:
            return self._assumed(1.0, 1.0, "no_time_observed")
        if self.lost == 0:
            return self._assumed(1.0, max(2 * decisions - 1, 1.0), "nobody_left")
        if self.renewed == 0:
            return self._assumed(max(2 * decisions - 1, 1.0), 1.0, "everybody_left_at_once")
        if self.left[1:].sum() + self.there[2:].sum() == 0:
            share = self.lost / decisions
            return self._assumed(_SPREAD_ASSUMED * share, _SPREAD_ASSUMED * (1 - share), "one_period")
        return None

    def _assumed(self, alpha: float, beta: float, note: str) -> ShiftedBetaGeometricParams:
        return ShiftedBetaGeometricParams(
            alpha, beta, customers=round(self.total), lost=round(self.lost), notes=(note,)
        )


def _fitted(likelihood: _Likelihood, few_lost: int) -> ShiftedBetaGeometricParams:
    fitted = fit_logs(likelihood, None, likelihood.total, _SOUGHT)
    alpha, beta = np.exp(fitted.logs).tolist()
    met = {
        "too_few_lost": likelihood.lost < few_lost,
        "customers_alike": beta / (alpha * (alpha + beta + 1)) < 0.01,  # the spread of a Beta by its mean, squared
    }
    return ShiftedBetaGeometricParams(
        alpha,
        beta,
        log_likelihood=float(-fitted.best.value * likelihood.total),
        customers=round(likelihood.total),
        lost=round(likelihood.lost),
        standard_errors=fitted.standard_errors([alpha, beta]),
        covariance=fitted.covariance_rows(),
        notes=(*(note for note, true in met.items() if true), *fitted.notes),
    )
