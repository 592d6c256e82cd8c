"""Counts and spend put together: what is each customer worth, within a horizon and for good?

For tables, `shuke.value.forecast` does it in the engine, on margin as it was; here it is done for histories in Python.
Sources: Fader, Hardie & Lee, "RFM and CLV: Using Iso-Value Curves for Customer Base Analysis", Journal of Marketing
Research 42 (2005), cited as [RFM]: worth is margin x spend per purchase x discounted purchases expected.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from shuke.kit.errors import InputError
from shuke.value.count_model import CountModel
from shuke.value.fitting import checked
from shuke.value.gamma_gamma import GammaGamma
from shuke.value.histories import FloatArray, Histories, read_histories, whole_counts

_DAYS_A_YEAR = 365.25


def lifetime_value(
    counts: CountModel,
    spend: GammaGamma,
    histories: object,
    *,
    horizon: float,
    discount_rate: float,
    days_per_unit: float = 1.0,
    margin: float = 1.0,
    spend_purchases: ArrayLike | None = None,
) -> FloatArray:
    """What is each customer's business within ``horizon`` worth today? Money of the unit of ``spend``, shape (n,).

    ``histories`` as for the models, with the column ``spend``: the mean spend per purchase so far. ``horizon`` is in
    their unit of time, of which each is ``days_per_unit`` days (7 for weeks); ``discount_rate`` is a year's, so that
    money a year from now counts 1/(1 + discount_rate), whatever that unit. ``margin`` is the share of spend that stays.

    The column ``spend`` and the model ``spend`` have to be about the same purchases: repeat purchases, as in the papers
    and in a run (`shuke.value.spending` says why), or all. ``spend_purchases``, shape (n,), tells over how many the
    column is the mean: x for repeat purchases (default x + 1: all of them).

    [RFM] eq. 1, with purchases up to the horizon only. Raises InputError for numbers out of range, or histories that
    `read_histories` refuses.

    >>> from shuke.value import BGNBD, BGNBDParams, GammaGammaParams
    >>> counts = BGNBD.from_params(BGNBDParams(r=0.243, alpha=4.414, a=0.793, b=2.426))
    >>> spend = GammaGamma.from_params(GammaGammaParams(p=6.25, q=3.74, gamma=15.44))
    >>> seen = {"x": [2, 0], "t_x": [30.43, 0], "T": [38.86, 38.86], "spend": [22.35, 30.0]}
    >>> lifetime_value(counts, spend, seen, horizon=39, discount_rate=0.10, days_per_unit=7).round(2).tolist()
    [28.45, 5.96]
    """
    checked(horizon, "horizon", least=0)
    read = read_histories(histories, needs=("x", "t_x", "T", "spend"))
    rate = rate_a_unit(discount_rate, days_per_unit)
    return _each(spend, read, margin, spend_purchases) * counts.discounted_purchases(read, horizon, rate)


def residual_value(
    counts: CountModel,
    spend: GammaGamma,
    histories: object,
    *,
    discount_rate: float,
    days_per_unit: float = 1.0,
    margin: float = 1.0,
    spend_purchases: ArrayLike | None = None,
) -> FloatArray:
    """As `lifetime_value`, without an end: what is all business still to come worth today? Shape (n,).

    Spend times DERT, the discounted expected residual transactions ([RFM] eq. 1). ``discount_rate`` must be above 0:
    without discounting, an endless future is worth anything.

    >>> from shuke.value import NaiveRate, GammaGammaParams
    >>> spend = GammaGamma.from_params(GammaGammaParams(p=6.25, q=3.74, gamma=15.44))
    >>> steady = NaiveRate().fit({"x": [4], "t_x": [90], "T": [100]})
    >>> seen = {"x": [4], "t_x": [90], "T": [100], "spend": [22.35]}
    >>> residual_value(steady, spend, seen, discount_rate=0.10).round().tolist()
    [3585.0]
    """
    checked(discount_rate, "discount_rate", above=0)
    read = read_histories(histories, needs=("x", "t_x", "T", "spend"))
    rate = rate_a_unit(discount_rate, days_per_unit)
    return _each(spend, read, margin, spend_purchases) * counts.residual_purchases(read, rate)


def rate_a_unit(discount_rate: float, days_per_unit: float = 1.0) -> float:
    """The continuous rate per unit of time of so many days, at which a year discounts by ``discount_rate``.

    >>> round(rate_a_unit(0.10, days_per_unit=7), 6)
    0.001827
    """
    good = np.isfinite(discount_rate) and discount_rate >= 0 and np.isfinite(days_per_unit) and days_per_unit > 0
    if not good:
        raise InputError(
            f"Unexpected discount_rate={discount_rate}, days_per_unit={days_per_unit}: give a yearly rate from 0 "
            "(0.1 for 10 %) and the days of one unit of time, above 0"
        )
    return float(np.log1p(discount_rate) / _DAYS_A_YEAR * days_per_unit)


def _each(spend: GammaGamma, read: Histories, margin: float, spend_purchases: ArrayLike | None) -> FloatArray:
    """Margin expected at a purchase."""
    if not (np.isfinite(margin) and 0 < margin <= 1):
        raise InputError(f"Unexpected margin={margin}: give the share of spend that stays, above 0 and at most 1")
    bought = read.x + 1 if spend_purchases is None else whole_counts(spend_purchases, len(read))
    return margin * spend.expected_spend({"x": bought, "spend": read.known_spend()})
