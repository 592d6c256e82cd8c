"""What every model of how often customers buy can be asked, whatever it takes customers to be like."""

from __future__ import annotations

from typing import Any, Protocol, Self

from numpy.typing import ArrayLike

from shuke.value.histories import FloatArray


class CountModel(Protocol):
    """A model of purchases without a contract: nobody says goodbye, so who has left is inferred.

    Histories are what `shuke.value.histories.read_histories` takes: ``x`` repeat purchases, ``t_x`` time from the first
    to the last, ``T`` time from the first to now, ``customers`` how many share the history. Answers have one number
    a history, in its order. Times, horizons and continuous discount rates are in the unit of ``t_x`` and ``T``.

    ``params_`` is a frozen dataclass, ready for JSON: the parameters by the names of the literature, then
    ``log_likelihood``, ``customers``, ``histories``, ``standard_errors``, ``covariance`` of the parameters' logarithms
    (None where nothing was estimated) and ``notes``, codes of what was odd in the data and what was done about it.
    """

    @property
    def params_(self) -> Any:
        """What was learned: see above."""

    @classmethod
    def from_params(cls, params: Any) -> Self:
        """A model with parameters known from elsewhere: published, or kept from an earlier run."""

    def fit(self, histories: object) -> Self:
        """Learn from histories. Odd data is never refused but noted; impossible histories are an InputError."""

    def probability_alive(self, histories: object) -> FloatArray:
        """What is the chance that each customer is still active now? In [0, 1]."""

    def expected_purchases(self, histories: object, horizon: float) -> FloatArray:
        """How many purchases will each customer make within ``horizon`` from now?"""

    def expected_purchases_new(self, horizon: float) -> float:
        """How many purchases will a customer won today make after the first, within ``horizon``?"""

    def discounted_purchases(self, histories: object, horizon: float, rate: float) -> FloatArray:
        """As `expected_purchases`, each purchase at time s from now counted exp(-rate * s)."""

    def residual_purchases(self, histories: object, rate: float) -> FloatArray:
        """As `discounted_purchases` without an end: DERT, the discounted expected residual transactions."""

    def probability_of_purchases(self, histories: object, n: int, horizon: float) -> FloatArray:
        """What is the chance that each customer buys exactly ``n`` times within ``horizon``? n = 0 is churn."""

    def log_probability_of_purchases(self, histories: object, n: ArrayLike, horizon: float) -> FloatArray:
        """The log of the chance of each customer's own count ``n``; finite for any whole n ≥ 0."""

    def expected_lifetime(self, histories: object, horizon: float) -> FloatArray:
        """How much of the next ``horizon`` will each customer still be active? In time, from 0 to ``horizon``.

        The mean over a whole life does not exist for many parameters (s ≤ 1, a ≤ 1); within a horizon it always does.
        """

    def next_purchase_due(self, histories: object) -> FloatArray:
        """If still active, by when will each customer have bought again, with a chance of one half?"""
