"""Gamma-Gamma: what does each customer spend per purchase, when a few purchases say little?

Sources: Fader & Hardie, "The Gamma-Gamma Model of Monetary Value" (2013), cited as [GG]; Fader, Hardie & Lee, "RFM and
CLV: Using Iso-Value Curves for Customer Base Analysis", Journal of Marketing Research 42 (2005).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np
from scipy.special import betaincinv

from shuke.kit.errors import InputError
from shuke.value.dependence import resting_on_frequency
from shuke.value.fitting import Coordinates, fit_logs
from shuke.value.histories import FloatArray, Histories, read_histories
from shuke.value.spend_likelihood import SpendLikelihood

FEW_CUSTOMERS = 20
_THINNED = 40_000  # customers that a first fit looks at
_FIRM = 1e9  # how many purchases the common spend counts for, where it is all there is
_NEAR_ONE = 0.01  # q - 1 below this: the mean over customers is infinite, or as good as

# Sought are p, q and the typical spend p gamma / q; money in units of the mean spend.
_SOUGHT = Coordinates(
    matrix=[[1, 0, 0], [0, 1, 0], [-1, 1, 1]],
    bounds=[(0.05, 1e4), (0.1, 1e4), (1e-3, 1e3)],
    start=[3, 3, 0.7],
)


@dataclass(frozen=True)
class GammaGammaParams:
    """What a `GammaGamma` learned, ready for JSON.

    A purchase of one customer is Gamma(p, v) with mean p/v; over customers v is Gamma(q, gamma), or, where spend rests
    on how often a customer buys (``delta`` is not 0), Gamma(q, gamma (n / usual_purchases)^delta) over customers with n
    purchases. ``mean_spend`` is the mean over the ``customers`` used, ``left_out`` how many were not (no purchase, or
    nothing spent). ``standard_errors`` are of (p, q, gamma), ``covariance`` of their logarithms; with a delta, of
    (p, q, gamma, delta) and (log p, log q, log gamma, delta); both None when not estimated. ``first_too``: purchases
    are all of a customer's, not only those after the first.
    """

    p: float
    q: float
    gamma: float
    log_likelihood: float | None = None
    customers: int = 0
    left_out: int = 0
    mean_spend: float = 0.0
    standard_errors: tuple[float, ...] | None = None
    covariance: tuple[tuple[float, ...], ...] | None = None
    notes: tuple[str, ...] = ()
    delta: float = 0.0
    usual_purchases: float = 1.0
    first_too: bool = False

    def tilt(self, purchases: FloatArray) -> FloatArray:
        """By what is the base's spend multiplied among customers with so many purchases? 1 where delta is 0.

        Of customers without purchases it is said as of those with one, the fewest that spend is known of.
        """
        return np.asarray((np.maximum(purchases, 1.0) / self.usual_purchases) ** self.delta)


@dataclass(frozen=True)
class Credibility:
    """Expected spend = w * own mean + (1 - w) * base, w = own * n / (own * n + base) for n purchases.

    The base spends ``base_spend`` times (n / ``usual_purchases``)^``delta``.
    """

    own: float
    base: float
    base_spend: float
    delta: float = 0.0
    usual_purchases: float = 1.0


class GammaGamma:
    """What will each customer spend per purchase?

    A customer's purchases scatter around the customer's own mean; those means differ between customers.
    The mean of a few purchases is partly luck, so it is pulled towards the mean of all, the more the fewer they are.
    Whether it rests on how often a customer buys is tested (``dependence="auto"``): where clearly so, those who buy
    more often are pulled towards the mean of such customers. ``dependence="none"`` takes the two to be unrelated.

    Histories: ``x``, here the number of purchases that the mean is over, ``spend``, the mean per purchase in any unit
    of money, and ``customers`` where rows stand for several. Answers are in that unit. Which purchases those are is
    yours to say: the papers, and `shuke.value.spending`, take repeat purchases alone, since the first may be of
    another kind. Tell ``first_too`` where it is among them: it is kept in ``params_``, and changes no formula.

    >>> model = GammaGamma.from_params(GammaGammaParams(p=6.2488, q=3.7446, gamma=15.4477))
    >>> model.expected_spend({"x": [2, 0], "spend": [22.35, 0]}).round(2).tolist()
    [24.66, 35.17]

    Source: Fader & Hardie 2013 [GG].
    """

    params_: GammaGammaParams

    def __init__(
        self,
        *,
        few_customers: int = FEW_CUSTOMERS,
        dependence: Literal["auto", "none"] = "auto",
        first_too: bool = False,
    ) -> None:
        self.few_customers = few_customers
        self.dependence = dependence
        self.first_too = first_too

    @classmethod
    def from_params(cls, params: GammaGammaParams) -> Self:
        """A model with parameters known from elsewhere: published, or kept from an earlier run."""
        model = cls()
        model.params_ = params
        return model

    def fit(self, histories: object) -> Self:
        """Learn how spend differs, by maximum likelihood over customers with x ≥ 1 and spend > 0.

        Odd data is never refused; ``params_.notes`` says what was met and done:

        - ``first_purchases_too``: told so; the means are over all purchases, as too few customers came back;
        - ``too_few_customers``: fewer than ``few_customers`` used. Not estimated: everyone gets their mean;
        - ``spend_does_not_vary``: every mean is the same. Not estimated: everyone gets it;
        - ``spend_rests_on_frequency``: those who buy more often spend more, or less, at each purchase, beyond chance
          and by enough to matter (the rule is in `shuke.value.dependence`); spend is forecast given frequency;
        - ``mean_undefined``: q ≤ 1.01, so few spend so much that the base has no mean; its median stands for it;
        - ``purchases_alike``, ``customers_alike``: spend scatters by less than a tenth within, between customers;
        - ``weakly_known``: the likelihood is flat in some direction;
        - ``not_converged``: the slope is not flat at the end.

        Raises InputError for missing columns or impossible values, or another ``dependence``, nothing else.
        """
        if self.dependence not in ("auto", "none"):
            raise InputError(f"Unexpected dependence={self.dependence!r}: give 'auto' (tested) or 'none' (not asked)")
        read = read_histories(histories, needs=("x", "spend"))
        used, left_out = _used(read)
        customers = float(used.customers.sum())
        spend = used.known_spend()
        mean = float(used.customers @ spend) / customers if customers else 0.0
        alike = customers > 0 and float(np.ptp(spend)) <= 1e-9 * mean
        if alike or customers < self.few_customers:
            note = "spend_does_not_vary" if alike else "too_few_customers"
            self.params_ = _one_spend(mean, round(customers), left_out, note)
        else:
            self.params_ = _fitted(used, left_out, mean, asks=self.dependence == "auto")
        if self.first_too:
            notes = ("first_purchases_too", *self.params_.notes)
            self.params_ = replace(self.params_, first_too=True, notes=notes)
        return self

    def expected_spend(self, histories: object) -> FloatArray:
        """What is each customer expected to spend per purchase from now on? Shape (n,), in the unit of ``spend``.

        [GG] eq. 5, with gamma as it is among customers with so many purchases. Without purchases (x = 0), or without a
        spend above 0, it is the mean of the base. Where that does not exist (note ``mean_undefined``) the median stands
        for it, and q - 1 is taken as 0.01 at least.
        """
        read = read_histories(histories, needs=("x", "spend"))
        spend, known = read.known_spend(), self.credibility()
        told = (read.x > 0) & (spend > 0)
        weight = np.where(told, known.own * read.x / (known.own * read.x + known.base), 0.0)
        return weight * np.where(told, spend, 0.0) + (1 - weight) * known.base_spend * self.params_.tilt(read.x)

    def credibility(self) -> Credibility:
        """The numbers of `expected_spend`, for an engine that computes it in SQL."""
        p = self.params_
        if p.q - 1 >= _NEAR_ONE:
            return Credibility(p.p, p.q - 1, p.p * p.gamma / (p.q - 1), p.delta, p.usual_purchases)
        middle = float(betaincinv(p.p, p.q, 0.5))  # a purchase of anyone is gamma times a beta prime (p, q)
        return Credibility(p.p, _NEAR_ONE, p.gamma * middle / max(1 - middle, 1e-12), p.delta, p.usual_purchases)

    def interval_coefficients(self) -> tuple[float, float]:
        """(c0, c1) of a customer's scale, c0 * tilt + c1 * purchases * mean spend: see `shuke.value.interval`.

        The sum of n future purchases is (gamma + spent so far) G(p n) / G(q + p x), with G gamma variates: [GG] eq. 4;
        gamma is multiplied by the tilt, (purchases / usual_purchases)^delta.
        """
        return (self.params_.mean_spend, 0.0) if self.one_spend_for_all else (self.params_.gamma, 1.0)

    def interval_scale(self, histories: object) -> FloatArray:
        """By what is each customer's interval of `shuke.value.interval` to be multiplied? Shape (n,), in money."""
        read = read_histories(histories, needs=("x", "spend"))
        fixed, own = self.interval_coefficients()
        return fixed * self.params_.tilt(read.x) + own * np.nan_to_num(read.x * read.known_spend())

    @property
    def one_spend_for_all(self) -> bool:
        """Was nothing estimated but one spend?"""
        return bool({"too_few_customers", "spend_does_not_vary"} & set(self.params_.notes))


def _used(h: Histories) -> tuple[Histories, int]:
    """The rows that say something of spend, and how many customers do not."""
    spend = h.known_spend()
    good = np.flatnonzero((h.x >= 1) & (spend > 0) & (h.customers > 0))
    used = Histories(h.x[good], h.t_x[good], h.T[good], h.customers[good], spend[good])
    return used, round(float(h.customers.sum() - used.customers.sum()))


def _one_spend(mean: float, customers: int, left_out: int, note: str) -> GammaGammaParams:
    """Parameters by which [GG] eq. 5 gives everyone the mean, to within a billionth."""
    return GammaGammaParams(
        1.0, _FIRM + 1, mean * _FIRM, customers=customers, left_out=left_out, mean_spend=mean, notes=(note,)
    )


def _fitted(used: Histories, left_out: int, mean: float, *, asks: bool) -> GammaGammaParams:
    spends = SpendLikelihood(used.x, used.known_spend() / mean, used.customers)
    rough = spends.thinned(_THINNED)
    plain = fit_logs(spends, rough, spends.total, _SOUGHT)
    resting = resting_on_frequency(spends, rough, plain, _SOUGHT) if asks else None
    fitted = resting or plain
    p, q, gamma = (np.exp(fitted.logs[:3]) * [1, 1, mean]).tolist()
    return GammaGammaParams(
        p,
        q,
        gamma,
        # a density of money: one factor of the mean per customer
        log_likelihood=float(-spends.total * (fitted.best.value + np.log(mean))),
        customers=round(spends.total),
        left_out=left_out,
        mean_spend=mean,
        standard_errors=fitted.standard_errors([p, q, gamma, 1.0][: len(fitted.logs)]),
        covariance=fitted.covariance_rows(),
        notes=(*(["spend_rests_on_frequency"] if resting else []), *_odd(p, q), *fitted.notes),
        delta=float(resting.logs[3]) if resting else 0.0,
        usual_purchases=spends.usual_purchases if resting else 1.0,
    )


def _odd(p: float, q: float) -> list[str]:
    met = {"mean_undefined": q - 1 < _NEAR_ONE, "purchases_alike": p > 100, "customers_alike": q > 102}
    return [note for note, true in met.items() if true]
